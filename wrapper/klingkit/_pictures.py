"""Whether the pictures of a request have a size and a shape that Kling takes; only their headers are read. Pure.

What is taken stands with the place of the picture in the documents (`_shapes.Limits`). Pictures given by address are
the relay's to fetch and to judge.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from klingkit._media import picture_format
from klingkit._problems import Problem, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from klingkit._shapes import Limits, Medium

__all__ = ["picture_problems", "picture_size"]

_HEADER = 64 * 1024
_PNG_HEADER = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_ADDRESSES = ("http://", "https://")
_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})  # JPEG markers among those of frames that are none
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def picture_problems(fields: Mapping[str, Any], media: Sequence[Medium], source: str) -> list[Problem]:
    """Return what is wrong with the pictures that travel in `fields`, coded as Base64.

    Args:
        fields: of the request, in words of the one spec.
        media: where files may stand.
        source: the page that documents it.
    """
    found = []
    for path, _, types, _, limits in media:
        if limits is None or not (limits.least or limits.most or limits.ratio):
            continue
        for field, text in _pictures(fields, path, types, ""):
            beginning, whole = _beginning(text)
            if words := _wrong(beginning, limits, whole=whole):
                found.append(Problem(field, f"{field} {words}.", source=source, rule="picture"))
    return found


def picture_size(beginning: bytes) -> tuple[int, int] | None:
    """Return width and height, in pixels, by the header of a png, jpg or webp; None when they are not there."""
    if beginning.startswith(_PNG_HEADER) and len(beginning) >= 24:
        return int.from_bytes(beginning[16:20]), int.from_bytes(beginning[20:24])
    kind = picture_format(beginning)
    if kind == "webp":
        return _webp_size(beginning)
    return _jpg_size(beginning) if kind == "jpg" else None


def _jpg_size(beginning: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(beginning):
        if beginning[at] != 0xFF:
            return None
        marker = beginning[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
        elif 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            return int.from_bytes(beginning[at + 7 : at + 9]), int.from_bytes(beginning[at + 5 : at + 7])
        else:
            at += 2 + int.from_bytes(beginning[at + 2 : at + 4])
    return None


def _webp_size(beginning: bytes) -> tuple[int, int] | None:
    """Return the size by the first chunk, of which there are three kinds: lossy, lossless, and with more to come."""
    chunk, start = beginning[12:16], beginning[20:30]
    if len(start) < 10:
        return None
    if chunk == b"VP8X":  # 24 bits each, one less than the size
        return int.from_bytes(start[4:7], "little") + 1, int.from_bytes(start[7:10], "little") + 1
    if chunk == b"VP8L" and start[0] == 0x2F:  # 14 bits each, one less than the size
        bits = int.from_bytes(start[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and start[3:6] == b"\x9d\x01\x2a":  # 14 bits each, above them how it is scaled
        return int.from_bytes(start[6:8], "little") & 0x3FFF, int.from_bytes(start[8:10], "little") & 0x3FFF
    return None


def _wrong(beginning: bytes, limits: Limits, *, whole: bool) -> str:
    size = picture_size(beginning)
    if size is None:
        # A jpg may keep its size behind a long preview; then the relay has to judge.
        unseen = picture_format(beginning) == "jpg" and not whole
        return (
            "" if unseen else f"is a damaged picture: its size cannot be read; save it anew as {listed(limits.formats)}"
        )
    width, height = size
    if min(size) < limits.least:
        return f"is {width} x {height} pixels; each side has to be at least {limits.least}"
    if limits.most and max(size) > limits.most:
        return f"is {width} x {height} pixels; each side can be at most {limits.most}"
    if limits.ratio and max(size) > limits.ratio * min(size):
        most = f"{limits.ratio:g} times as wide as high, or as high as wide"
        return f"is {width} x {height} pixels; it can be at most {most}"
    return ""


def _pictures(value: Any, path: Sequence[str], types: Sequence[str], name: str) -> Iterator[tuple[str, Any]]:
    """Yield every picture at `path` with what its field is called; not those that are addresses."""
    if not path:
        if callable(getattr(value, "coded", None)) or (
            isinstance(value, str) and value and not value.lower().startswith(_ADDRESSES)
        ):
            yield name, value
    elif path[0] == "*":
        for at, entry in enumerate(value if isinstance(value, list | tuple) else ()):
            if not types or (isinstance(entry, dict) and entry.get("type") in types):
                yield from _pictures(entry, path[1:], (), f"{name}[{at}]")
    elif isinstance(value, dict) and path[0] in value:
        yield from _pictures(value[path[0]], path[1:], types, f"{name}.{path[0]}" if name else path[0])


def _beginning(text: Any) -> tuple[bytes, bool]:
    """Return the first bytes of a picture, and whether they are all of it. A large one codes itself piece by piece."""
    coded = getattr(text, "coded", None)
    piece = next(iter(coded()), b"") if callable(coded) else text[: _HEADER // 3 * 4].encode("ascii", "replace")
    try:
        return base64.b64decode(piece), not callable(coded) and len(text) <= _HEADER // 3 * 4
    except (binascii.Error, ValueError):
        return b"", True
