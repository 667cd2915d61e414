"""Findings as lines of JSON, one each, as they are seen: for `tail -f`, and for programs."""

from __future__ import annotations

import dataclasses
import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from klingkit_contract.findings import Finding
    from klingkit_contract.proxy.traffic import Traffic
    from klingkit_contract.redaction import Redactor

__all__ = ["JournalFile"]

_LEFT_OUT = ("acceptance", "reproduce")


class JournalFile:
    """A file that findings are appended to.

    Args:
        path: where it lies; lines that are there stay.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        os.chmod(path, 0o600)

    def write(self, traffic: Traffic, findings: Sequence[Finding], redactor: Redactor) -> None:
        """Add the findings of one exchange; they are redacted already."""
        for finding in findings:
            row = {name: value for name, value in dataclasses.asdict(finding).items() if name not in _LEFT_OUT}
            line = {"time": traffic.started.isoformat(timespec="milliseconds"), **row}
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
