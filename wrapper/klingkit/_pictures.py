"""Whether the pictures of a request have a size and a shape that Kling takes; only their headers are read. Pure.

Pictures given by address are the relay's to fetch and to judge.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from klingkit._problems import Problem, outermost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["picture_problems", "picture_size"]

SHORTEST_SIDE = 300
"""Pixels; each side of a picture is at least that long."""
WIDEST = 2.5
"""A picture is at most that many times as wide as high, or as high as wide."""
SOURCE = "https://kling.ai/document-api/apiReference/model/imageToVideo"
# The last frame has no documented shape of its own, and masks have that of the picture they lie on.
_ANY_SHAPE = frozenset({"image_tail"})
_UNJUDGED = frozenset({"static_mask", "dynamic_masks"})
_HEADER = 64 * 1024
_CODED = ("iVBORw0KGgo", "/9j/")  # how png and jpg begin as Base64
_PNG_HEADER = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})  # JPEG markers among those of frames that are none
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def picture_problems(fields: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with the pictures that travel in `fields`, coded as Base64."""
    found = []
    for path, text in _pictures(fields, ""):
        if outermost(path) in _UNJUDGED:
            continue
        beginning, whole = _beginning(text)
        if words := _wrong(beginning, whole=whole, shape=outermost(path) not in _ANY_SHAPE):
            found.append(Problem(path, f"{path} {words}.", source=SOURCE, rule="picture"))
    return found


def picture_size(beginning: bytes) -> tuple[int, int] | None:
    """Return width and height, in pixels, by the header of a png or jpg; None when they are not in `beginning`."""
    if beginning.startswith(_PNG_HEADER) and len(beginning) >= 24:
        return int.from_bytes(beginning[16:20]), int.from_bytes(beginning[20:24])
    if not beginning.startswith(b"\xff\xd8\xff"):
        return None
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


def _wrong(beginning: bytes, *, whole: bool, shape: bool) -> str:
    size = picture_size(beginning)
    if size is None:
        # A jpg may keep its size behind a long preview; then the relay has to judge.
        unseen = beginning.startswith(b"\xff\xd8\xff") and not whole
        return "" if unseen else "is a damaged picture: its size cannot be read; save it anew as png or jpg"
    width, height = size
    if min(size) < SHORTEST_SIDE:
        return f"is {width} x {height} pixels; each side has to be at least {SHORTEST_SIDE}"
    if shape and max(size) > WIDEST * min(size):
        return f"is {width} x {height} pixels; it can be at most 2.5 times as wide as high, or as high as wide"
    return ""


def _pictures(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, str):
        if value.startswith(_CODED) or callable(getattr(value, "coded", None)):
            yield path, value
    elif isinstance(value, dict):
        for name, member in value.items():
            if isinstance(member, str | dict | list | tuple):
                yield from _pictures(member, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for at, entry in enumerate(value):
            yield from _pictures(entry, f"{path}[{at}]")


def _beginning(text: Any) -> tuple[bytes, bool]:
    """Return the first bytes of a picture, and whether they are all of it. A large one codes itself piece by piece."""
    coded = getattr(text, "coded", None)
    piece = next(iter(coded()), b"") if callable(coded) else text[: _HEADER // 3 * 4].encode("ascii", "replace")
    try:
        return base64.b64decode(piece), not callable(coded) and len(text) <= _HEADER // 3 * 4
    except (binascii.Error, ValueError):
        return b"", True
