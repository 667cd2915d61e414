"""Where the history lies: an address of SQLAlchemy, a file, or the platform's folder for what programs keep."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["VARIABLE", "default_file", "locate"]

VARIABLE = "KLINGKIT_HISTORY_URL"

_SQLITE = "sqlite:///"
# The driver that is asked for where an address names the database alone.
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "sqlite": "sqlite"}


def default_file(environ: Mapping[str, str]) -> Path:
    """Return the file of the history where nobody named one.

    klingkit/history.sqlite3 in XDG_STATE_HOME or the platform's folder for what programs keep: ~/.local/state,
    ~/Library/Application Support on macOS, %LOCALAPPDATA% on Windows.
    """
    home = Path(environ.get("HOME") or os.path.expanduser("~"))
    folder = Path(environ.get("XDG_STATE_HOME", ""))
    if not folder.is_absolute():  # also when it is not set; relative ones are to be ignored
        if sys.platform == "win32":
            folder = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
        elif sys.platform == "darwin":
            folder = home / "Library" / "Application Support"
        else:
            folder = home / ".local" / "state"
    return folder / "klingkit" / "history.sqlite3"


def locate(named: str, environ: Mapping[str, str]) -> str:
    """Return the address of the history: `named`, else KLINGKIT_HISTORY_URL, else that of the usual file.

    What is no address is the name of a file. PostgreSQL is spoken to with psycopg unless the address says otherwise.
    """
    text = named.strip() or environ.get(VARIABLE, "").strip()
    if not text:
        return f"{_SQLITE}{default_file(environ)}"
    scheme, colon, rest = text.partition("://")
    if not colon:
        return f"{_SQLITE}{Path(os.path.expanduser(text)).absolute()}"
    return f"{_DRIVERS.get(scheme.lower(), scheme)}://{rest}"
