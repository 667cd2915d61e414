"""Running a command's parser, the same way for all commands."""

from __future__ import annotations

import io
import re
import sys
from typing import TYPE_CHECKING

from klingkit._errors import UnsupportedByRelayError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

__all__ = ["run"]

# How an error's sentence advises those who write Python.
_IN_PYTHON = re.compile(r"pass (allow_undocumented|allow_dropped)=True to \S+ client")


def run(app: typer.Typer, name: str, argv: Sequence[str]) -> int:
    """Run ``klingkit NAME ARGV`` and return its exit status; errors are left to the dispatcher.

    What a relay says may not fit the terminal's character set; that must not lose a task that is paid for, so such
    characters are written as escapes.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = app(args=list(argv), prog_name=f"klingkit {name}", standalone_mode=False)
    except UnsupportedByRelayError as error:
        error.args = (_IN_PYTHON.sub(_as_option, str(error)), *error.args[1:])
        raise
    return int(status or 0)


def _as_option(advice: re.Match[str]) -> str:
    return "give --" + advice[1].replace("_", "-")
