"""Sounds: from whatever a caller has to what the one spec takes; and what kind of file some bytes begin."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest

from klingkit._errors import InvalidRequestError
from klingkit._media import container
from klingkit._sounds import MAX_SOUND_BYTES, encode_sound

MP3 = b"ID3\x04\x00\x00" + bytes(64)
CODED = base64.b64encode(MP3).decode()


def test_a_sound_may_be_given_in_many_ways(tmp_path: Path) -> None:
    file = tmp_path / "rain.mp3"
    file.write_bytes(MP3)
    for given in (MP3, bytearray(MP3), file, str(file), io.BytesIO(MP3), CODED, f"data:audio/mpeg;base64,{CODED}"):
        assert encode_sound(given, "sound_file") == CODED
    assert encode_sound(" https://example.com/rain.mp3 ", "sound_file") == "https://example.com/rain.mp3"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "is empty"),
        (b"<html>", "no sound Kling takes"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "no sound Kling takes"),
        (MP3 + bytes(MAX_SOUND_BYTES), "too big"),
        ("nowhere.mp3", "neither a file that exists"),
        (Path("nowhere.mp3"), "does not exist"),
        (io.StringIO("text"), "opened as text"),
        (7, "cannot be a int"),
    ],
)
def test_anything_else_is_refused_by_name(given: Any, said: str) -> None:
    with pytest.raises(InvalidRequestError, match=said) as caught:
        encode_sound(given, "sound_file")
    assert caught.value.argument == "sound_file"


def test_a_folder_is_no_sound(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="is the folder"):
        encode_sound(tmp_path, "sound_file")


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        (MP3, ("audio", ".mp3")),
        (b"\xff\xfb\x90\x00" + bytes(12), ("audio", ".mp3")),
        (b"\xff\xf1\x50\x80" + bytes(12), ("audio", ".aac")),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", ("audio", ".wav")),
        (b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00", ("audio", ".m4a")),
        (b"OggS" + bytes(12), ("audio", ".ogg")),
        (b"fLaC" + bytes(12), ("audio", ".flac")),
        (b"\xff\xd8\xff\xe0" + bytes(12), ("image", ".jpg")),
        (b"1\r\n00:00:01,000 ", ("text", ".srt")),
        (b"\xef\xbb\xbf[Script Info]", ("text", ".ass")),
        (b"<html><body>hello", None),
        (b"", None),
    ],
)
def test_a_file_is_known_by_its_beginning(beginning: bytes, found: Any) -> None:
    assert container(beginning) == found
