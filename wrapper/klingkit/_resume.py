"""Going on with a file that broke off: what to ask for, and whether the answer is the rest of the same file. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Progress"]

_RANGE = re.compile(r"bytes\s+(\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.IGNORECASE)
_STRONG = re.compile(r'"[^"\r\n]{1,400}"')
_DATE = re.compile(r"[A-Za-z]{3}, [0-9A-Za-z :]{18,24}GMT")


@dataclass(slots=True)
class Progress:
    """What has come of one file, over all tries.

    Attributes:
        size: how many bytes are saved.
        total: how many there are to be, None when nobody said.
        mark: what tells this version of the file from others, as its host calls it; empty when there is nothing.
    """

    size: int = 0
    total: int | None = None
    mark: str = ""

    def asked(self) -> dict[str, str]:
        """Return the headers that ask for the rest; none when it has to be fetched from the start.

        If-Range makes the host send all of it should the file have changed.
        """
        return {"range": f"bytes={self.size}-", "if-range": self.mark} if self.size and self.mark else {}

    def restart(self) -> None:
        """Forget what came."""
        self.size, self.total, self.mark = 0, None, ""

    def begins(self, headers: Mapping[str, str], declared: int | None) -> None:
        """Note the beginning of the whole file."""
        self.size, self.total = 0, declared
        etag, date = headers.get("etag", "").strip(), headers.get("last-modified", "").strip()
        self.mark = etag if _STRONG.fullmatch(etag) else date if _DATE.fullmatch(date) else ""

    def goes_on(self, headers: Mapping[str, str]) -> bool:
        """Whether a partial answer is the rest of the same file."""
        found = _RANGE.fullmatch(headers.get("content-range", "").strip())
        if found is None:
            return False
        first, last, total = found.groups()
        if int(first) != self.size or int(last) < self.size:
            return False
        whole = None if total == "*" else int(total)
        if self.total is not None and whole is not None and whole != self.total:
            return False
        if whole is not None:
            self.total = whole
        return True
