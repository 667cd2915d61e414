"""Unpacks answers that came packed though nobody asked for that, up to a limit. Pure."""

from __future__ import annotations

import zlib

__all__ = ["unpacked"]

_EITHER = zlib.MAX_WBITS | 32  # gzip or zlib, told by its beginning


def unpacked(body: bytes, coding: str, most: int) -> tuple[bytes, bool]:
    """Return `body` unpacked, and whether there was more than `most` bytes; what cannot be unpacked stays as it is."""
    if coding.strip().lower() not in {"gzip", "x-gzip", "deflate"}:
        return body, False
    for bits in (_EITHER, -zlib.MAX_WBITS):
        reader = zlib.decompressobj(bits)
        try:
            plain = reader.decompress(body, most + 1)
        except zlib.error:
            continue
        return (b"", True) if len(plain) > most else (plain, False)
    return body, False
