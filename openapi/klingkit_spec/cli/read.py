"""Read one vendor page and print it as OpenAPI 3.1."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated, Any

import typer

import klingkit_data
from klingkit_spec.errors import UnknownRelayError
from klingkit_spec.reader import Reading, read_file
from klingkit_spec.reader.output import to_json, to_yaml

__all__ = ["Format", "known_relay", "read"]

PARTLY_READ = 1


class Format(StrEnum):
    """What is printed."""

    YAML = "yaml"
    JSON = "json"


def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The page, saved as text.")],
    relay: Annotated[str | None, typer.Option(metavar="ID", help="The relay the page belongs to.")] = None,
    form: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.YAML,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print the page with what was read from each of its lines.")
    ] = False,
    sources: Annotated[
        bool, typer.Option("--sources/--no-sources", help="Say in x-source where every part was read, or leave it out.")
    ] = True,
) -> None:
    """Read one vendor page and print it as OpenAPI 3.1.

    Remarks go to the standard error, as FILE:LINE: level: message.

    Exit status: 0 read, 1 partly read (the document is printed all the same), 2 nothing to read.
    """
    if relay is not None:
        known_relay(relay)
    reading = read_file(file, relay=relay, sources=sources or explain)
    if explain:
        _explain(file, reading)
    else:
        _print(file, reading, form)
    if not reading.complete:
        raise typer.Exit(PARTLY_READ)


def _explain(file: Path, reading: Reading) -> None:
    from rich.console import Console  # only this option draws

    from klingkit_spec.reader.explanation import explained

    lines = file.read_text(encoding="utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    console = Console()
    console.print(explained(lines, reading.document, reading.notes, console.width))


def _print(file: Path, reading: Reading, form: Format) -> None:
    for note in reading.notes:
        print(note.render(str(file)), file=sys.stderr)
    text = to_json(reading.document) if form is Format.JSON else to_yaml(reading.document)
    sys.stdout.write(text)


def known_relay(relay: str) -> dict[str, Any]:
    """Return the registry's entry for `relay`.

    Raises:
        UnknownRelayError: the registry does not list it.
    """
    registry: dict[str, dict[str, Any]] = klingkit_data.load("relays.toml").get("relay", {})
    if relay not in registry:
        raise UnknownRelayError(f"there is no relay {relay!r}; choose one of: {', '.join(sorted(registry))}.")
    return registry[relay]
