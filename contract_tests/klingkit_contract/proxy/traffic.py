"""One exchange on its way through the proxy: what is kept of it, and no more."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["MOST_BODY", "Body", "Traffic"]

MOST_BODY = 2_000_000
"""Bytes of one body that are kept to be looked at; what is passed on is not limited."""

_BEGINNING = 512  # bytes kept of a body that is no text: enough to tell what it is
_TEXTUAL = ("json", "text", "xml", "javascript", "html", "urlencoded")
_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


@dataclass(slots=True)
class Body:
    """A body as it passes: its size, and its beginning or all of it."""

    media_type: str = ""
    encoding: str = ""
    size: int = 0
    whole: bool = True
    _parts: list[bytes] = field(default_factory=list)

    def pass_on(self, chunk: bytes) -> None:
        """Note `chunk`, of which as much is kept as may be."""
        textual = not self.media_type or any(word in self.media_type for word in _TEXTUAL)
        room = (MOST_BODY if textual else _BEGINNING) - self.size
        self.size += len(chunk)
        if room > 0:
            self._parts.append(bytes(chunk[:room]))
        if len(chunk) > max(room, 0):
            self.whole = False

    def read(self) -> tuple[bytes, bool]:
        """Return the body as its sender meant it, and whether all of it is there and could be unpacked."""
        raw = b"".join(self._parts)
        if self.encoding in {"", "identity"}:
            return raw, self.whole
        window = _WINDOWS.get(self.encoding)
        if window is None:
            return b"", False
        try:
            unpacking = zlib.decompressobj(window)
            unpacked = unpacking.decompress(raw, MOST_BODY)
        except zlib.error:
            return b"", False
        return unpacked, self.whole and unpacking.eof


@dataclass(slots=True)
class Traffic:
    """A request, its answer, and when. Header names are lower-case; `status` 0 means that no answer came.

    Attributes:
        started: when the request came in.
        method: such as ``POST``.
        target: path and query as they were asked for.
        request_headers: as they came in.
        request: the body that came in.
        status: of the answer.
        headers: of the answer.
        response: the body that went out.
        note: why there was no answer, or not all of one.
        waited: seconds from the request to the head of the answer.
        took: seconds from the request to the end of the answer.
    """

    started: datetime
    method: str
    target: str
    request_headers: tuple[tuple[str, str], ...]
    request: Body
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    response: Body = field(default_factory=Body)
    note: str = ""
    waited: float = 0.0
    took: float = 0.0

    def header(self, name: str) -> str:
        """Return the first request header called `name`, or an empty string."""
        return next((value for key, value in self.request_headers if key == name), "")
