"""Pictures to send, made from nothing: a smooth gradient as PNG, large enough for every documented limit."""

from __future__ import annotations

import struct
import zlib

__all__ = ["gradient_png"]


def gradient_png(width: int, height: int, *, hue: int = 0) -> bytes:
    """Return a PNG of `width` × `height` pixels, a gradient whose colours follow `hue` (0 to 255)."""
    rows = bytearray()
    for y in range(height):
        down = 255 * y // max(height - 1, 1)
        rows.append(0)  # no filter
        for x in range(width):
            across = 255 * x // max(width - 1, 1)
            rows += bytes(((across + hue) & 255, down, (255 - across + 2 * hue) & 255))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(bytes(rows), 6)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
