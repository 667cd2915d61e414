"""Running a command's parser, the same way for all commands."""

from __future__ import annotations

import io
import re
import shutil
import sys
import textwrap
import warnings
from typing import TYPE_CHECKING

from klingkit._errors import InvalidRequestError, UnsupportedByRelayError
from klingkit._problems import KlingWarning

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

__all__ = ["run"]

_WIDEST = 100  # columns; longer lines are hard to read
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
        with warnings.catch_warnings():
            warnings.showwarning = _tell
            warnings.simplefilter("always", KlingWarning)
            status = app(args=list(argv), prog_name=f"klingkit {name}", standalone_mode=False)
    except UnsupportedByRelayError as error:
        error.args = (_IN_PYTHON.sub(_as_option, str(error)), *error.args[1:])
        raise
    except InvalidRequestError as error:
        if error.problems:
            error.args = (_folded(str(error)), *error.args[1:])
        raise
    return int(status or 0)


def _as_option(advice: re.Match[str]) -> str:
    return "give --" + advice[1].replace("_", "-")


def _tell(message: Warning | str, *_: object, **__: object) -> None:
    """Show a warning as one line, without the place in the source, which says nothing to who typed a command."""
    print(f"note: {message}", file=sys.stderr)


def _folded(text: str) -> str:
    """Return an error of several lines with each folded to the terminal; addresses stay whole."""
    first, *lines = text.splitlines()
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    return "\n".join(
        [
            first,
            *(
                textwrap.fill(line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
                for line in lines
            ),
        ]
    )
