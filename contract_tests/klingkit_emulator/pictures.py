"""How large a picture is that came along in a request: PNG and JPEG headers, nothing more."""

from __future__ import annotations

import base64
import binascii
import struct

__all__ = ["size_of", "size_of_text"]

_PNG = b"\x89PNG\r\n\x1a\n"
# The start-of-frame markers of JPEG; the gaps are tables and extensions.
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_HEADER_CHARS = 1 << 20


def size_of_text(text: str) -> tuple[int, int] | None:
    """Return (width, height) of a picture given as Base64, or None for an address or anything unreadable."""
    if text.startswith(("http://", "https://")):
        return None  # the emulator fetches nothing
    if text.startswith("data:"):
        text = text.partition(",")[2]
    head = "".join(text[:_HEADER_CHARS].split())
    try:
        return size_of(base64.b64decode(head[: len(head) // 4 * 4], validate=True))
    except (binascii.Error, ValueError):
        return None


def size_of(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) in pixels of a PNG or JPEG, or None."""
    if data.startswith(_PNG) and len(data) >= 24:
        size: tuple[int, int] = struct.unpack(">II", data[16:24])
    elif data.startswith(b"\xff\xd8"):
        size = _jpeg(data) or (0, 0)
    else:
        return None
    return size if all(size) else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        at += 2 + length
    return None
