"""Text that relays wrote, made safe to print, and files that are either whole or not there."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["one_line", "printable", "write"]

# What XML 1.0 cannot hold and what would steer a terminal or turn the order of what is read around: control
# characters but for tab and line feed, half surrogates, and the directional overrides of bidirectional text.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Return `text` with every character that is no text replaced by U+FFFD; line feeds and tabs stay."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return `text` printable and on one line, runs of white space being one space."""
    return " ".join(printable(text).split())


def write(path: Path, text: str) -> None:
    """Write `text` as UTF-8 to `path`, whole or not at all. Half surrogates are written as JSON escapes (``\\ud800``).

    Raises:
        OSError: the folder cannot be made or the file cannot be written; a file that was there stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
