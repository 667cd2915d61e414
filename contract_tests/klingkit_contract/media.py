"""What a file is by its first bytes, and how long an MP4 lasts by its movie header."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Movie", "kind_of", "mp4_movie", "mp4_seconds"]

_MOST_BOXES = 64
_LARGEST_HEADER = 1_000_000  # bytes
_HEAD = 16  # bytes that hold any box header


@dataclass(frozen=True, slots=True)
class Movie:
    """What the header of an MP4 tells: the size of its picture in pixels, and whether it has a sound track."""

    width: int
    height: int
    sound: bool


def kind_of(start: bytes) -> str:
    """Return the media type that the first bytes of a file tell, or an empty string."""
    if start[4:8] == b"ftyp":
        return "video/quicktime" if start[8:12] == b"qt  " else "video/mp4"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "image/webp"
    if start.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm"
    if start.startswith(b"RIFF") and start[8:12] == b"WAVE":
        return "audio/wav"
    if start.startswith(b"ID3") or (len(start) > 1 and start[0] == 0xFF and start[1] & 0xE6 == 0xE2):
        return "audio/mpeg"
    return ""


def mp4_movie(read: Callable[[int, int], bytes]) -> Movie | None:
    """Return what an MP4 says about its tracks, or None when its header cannot be found or has no picture.

    Args:
        read: gives at most so many bytes (second argument) from an offset (first argument) of the file.
    """
    offset = 0
    for _ in range(_MOST_BOXES):
        size, kind, header = _box(read(offset, _HEAD))
        if size < header or not header:
            return None
        if kind == b"moov":
            return _tracks(read(offset + header, size - header)) if size <= _LARGEST_HEADER else None
        offset += size
    return None


def _tracks(movie: bytes) -> Movie | None:
    sides, sound = (0, 0), False
    for kind, track in _boxes(movie):
        if kind != b"trak":
            continue
        inner = dict(_boxes(track))
        handler = dict(_boxes(inner.get(b"mdia", b""))).get(b"hdlr", b"")[8:12]
        sound = sound or handler == b"soun"
        if handler == b"vide" and len(inner.get(b"tkhd", b"")) >= 8:
            wide, tall = struct.unpack(">II", inner[b"tkhd"][-8:])  # the header ends with both sides, 16.16 fixed point
            sides = (wide >> 16, tall >> 16)
    return Movie(*sides, sound) if all(sides) else None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    offset = 0
    while offset < len(data):
        size, kind, header = _box(data[offset : offset + _HEAD])
        if size < header or not header:
            return
        yield kind, data[offset + header : offset + size]
        offset += size


def mp4_seconds(read: Callable[[int, int], bytes]) -> float | None:
    """Return how long an MP4 lasts in seconds, or None when its header cannot be found.

    Args:
        read: gives at most so many bytes (second argument) from an offset (first argument) of the file.
    """
    offset = 0
    for _ in range(_MOST_BOXES):
        size, kind, header = _box(read(offset, _HEAD))
        if kind == b"moov":
            return _movie_seconds(read, offset + header, offset + size)
        if size < header or not header:
            return None
        offset += size
    return None


def _movie_seconds(read: Callable[[int, int], bytes], offset: int, end: int) -> float | None:
    for _ in range(_MOST_BOXES):
        if offset >= end:
            return None
        size, kind, header = _box(read(offset, _HEAD))
        if kind == b"mvhd":
            return _header_seconds(read(offset + header, 32))
        if size < header or not header:
            return None
        offset += size
    return None


def _header_seconds(data: bytes) -> float | None:
    """Read timescale and duration: after version, flags and two times of 4 bytes each, or 8 in version 1."""
    layout, start = (">IQ", 20) if data[:1] == b"\1" else (">II", 12)
    if len(data) < start + struct.calcsize(layout):
        return None
    scale, length = struct.unpack_from(layout, data, start)
    return length / scale if scale else None


def _box(data: bytes) -> tuple[int, bytes, int]:
    """Return size, kind and header length of the box that `data` begins; zeros when there is none."""
    if len(data) < 8:  # a box header without a long size
        return 0, b"", 0
    size, kind = struct.unpack_from(">I4s", data)
    if size == 1 and len(data) >= _HEAD:
        return struct.unpack_from(">Q", data, 8)[0], kind, _HEAD
    return size, kind, 8
