"""What a file is, and how long a video lasts."""

from __future__ import annotations

import struct

import pytest

from klingkit_contract.media import kind_of, mp4_seconds


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def header(version: int, scale: int, length: int) -> bytes:
    times, numbers = (16, ">IQ") if version else (8, ">II")
    return box(b"mvhd", bytes([version, 0, 0, 0]) + bytes(times) + struct.pack(numbers, scale, length) + bytes(80))


def reader(file: bytes):  # type: ignore[no-untyped-def]
    return lambda offset, size: file[offset : offset + size]


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("before", [b"", box(b"mdat", bytes(100_000))])
def test_the_length_is_found_before_or_behind_the_pictures(version: int, before: bytes) -> None:
    file = box(b"ftyp", b"isom") + before + box(b"moov", box(b"trak", b"") + header(version, 600, 3060))
    assert mp4_seconds(reader(file)) == 5.1


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"not a video at all",
        box(b"ftyp", b"isom"),
        box(b"ftyp", b"") + struct.pack(">I4s", 0, b"mdat"),
        box(b"moov", header(0, 0, 1)),
        box(b"moov", b""),
        box(b"moov", box(b"mvhd", b"")),
        struct.pack(">I4s", 1, b"mdat"),
    ],
)
def test_a_file_without_a_movie_header_has_no_length(file: bytes) -> None:
    assert mp4_seconds(reader(file)) is None


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (box(b"ftyp", b"isom"), "video/mp4"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"<html>", ""),
        (b"", ""),
    ],
)
def test_a_kind_is_told_by_its_first_bytes(start: bytes, kind: str) -> None:
    assert kind_of(start) == kind
