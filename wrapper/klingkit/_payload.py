"""The body of a request that is not held in memory: JSON with pictures in it, coded as they are sent."""

from __future__ import annotations

import binascii
import json
import re
import uuid
from typing import TYPE_CHECKING, Any, BinaryIO
from weakref import WeakValueDictionary

from klingkit._errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Payload", "Picture", "json_content", "parts_of"]

_PIECE = 48 * 1024  # a multiple of 3, so that pieces can be coded one by one; fits the cache of a core
_SLICE = 64 * 1024
_LARGE = 256 * 1024


class Picture(str):
    """A picture in a request, which stands there as a text that occurs nowhere else until it is sent.

    Args:
        open_source: opens the bytes; called once for every time the request is sent.
        size: how many bytes there are.

    Attributes:
        size: how many bytes the picture has.
    """

    size: int
    _open: Callable[[], BinaryIO]

    def __new__(cls, open_source: Callable[[], BinaryIO], size: int) -> Picture:
        """Give it a text of its own: letters and digits, as Base64 has them."""
        made = super().__new__(cls, f"klingkit{uuid.uuid4().hex}{uuid.uuid4().hex}")
        made._open = open_source
        made.size = size
        _known[str(made)] = made
        return made

    def __copy__(self) -> Picture:
        return self

    def __deepcopy__(self, memo: object) -> Picture:
        return self

    def __reduce__(self) -> Any:
        return str, (f"<picture of {self.size} bytes>",)

    @property
    def coded_size(self) -> int:
        """How long the picture is as Base64."""
        return (self.size + 2) // 3 * 4

    def coded(self) -> Iterator[bytes]:
        """Yield the picture as Base64.

        Raises:
            InvalidRequestError: it cannot be read any more, or has become shorter. The length of the whole request
                was announced before it, so nobody takes what was sent of it for a request.
        """
        try:
            with self._open() as stream:
                yield from _coded(stream, self.size)
        except OSError as error:
            raise InvalidRequestError(
                f"A picture could not be read while it was being sent ({error.strerror or error}); the request was "
                "not sent whole, and is not charged. Leave the file alone until the task is there."
            ) from error


_known: WeakValueDictionary[str, Picture] = WeakValueDictionary()
_TEXT = re.compile("klingkit[0-9a-f]{64}")


def _coded(stream: BinaryIO, left: int) -> Iterator[bytes]:
    while left:
        piece = stream.read(min(_PIECE, left))
        while len(piece) % 3 and len(piece) < left:  # a short read in the middle
            more = stream.read(min(3 - len(piece) % 3, left - len(piece)))
            if not more:
                break
            piece += more
        left -= len(piece)
        if not piece or (left and len(piece) % 3):
            raise OSError("it became shorter")
        yield binascii.b2a_base64(piece, newline=False)


class Payload:
    """A body in parts. It can be sent any number of times.

    Args:
        parts: texts of the body as they are, and pictures between them.

    Attributes:
        length: how many bytes it has.
    """

    __slots__ = ("_parts", "length")

    def __init__(self, parts: list[bytes | Picture]) -> None:
        self._parts = parts
        self.length = sum(part.coded_size if isinstance(part, Picture) else len(part) for part in parts)

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            if isinstance(part, Picture):
                yield from part.coded()
            elif part:
                yield part

    def __bytes__(self) -> bytes:
        return b"".join(self)


def parts_of(body: bytes | Payload) -> Iterator[bytes | memoryview] | None:
    """Return the parts to send a large body in, each of which may take its time; None for a small one."""
    if isinstance(body, Payload):
        return iter(body)
    if len(body) <= _LARGE:
        return None
    view = memoryview(body)
    return (view[at : at + _SLICE] for at in range(0, len(view), _SLICE))


_encoded = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def json_content(body: object) -> bytes | Payload:
    """Return `body` as JSON: bytes, or a Payload when there are pictures in it.

    Raises:
        RecursionError, TypeError, ValueError: it cannot be said in JSON.
    """
    text = _encoded(body)
    if "klingkit" not in text:
        return text.encode()
    # Found by its text, wherever that went: a dialect may have moved it, or put something before it.
    parts: list[bytes | Picture] = []
    begun = 0
    for found in _TEXT.finditer(text):
        picture = _known.get(found.group())
        if picture is not None:
            parts += [text[begun : found.start()].encode(), picture]
            begun = found.end()
    rest = text[begun:].encode()
    return Payload([*parts, rest]) if parts else rest
