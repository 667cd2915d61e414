"""What a run found, for people and programs: a table in the terminal, a page, a matrix, a list of tests and more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.report import html, junit, markdown, matrix, sarif

if TYPE_CHECKING:
    from pathlib import Path

    from klingkit_contract.events import Results

__all__ = ["write_all"]


def write_all(results: Results, folder: Path) -> list[Path]:
    """Write every report into `folder`, which is made, and return their paths; index.html is the last.

    The files are matrix.json, junit.xml, findings.sarif, report.md and index.html. Each is whole or not there: an older
    one stays until its successor is complete.

    Raises:
        OSError: the folder cannot be made or a file cannot be written.
    """
    writers = {
        "matrix.json": matrix.write,
        "junit.xml": junit.write,
        "findings.sarif": sarif.write,
        "report.md": markdown.write,
        "index.html": html.write,
    }
    for name, write in writers.items():
        write(results, folder / name)
    return [folder / name for name in writers]
