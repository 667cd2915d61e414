"""Pictures in every form a caller may have them, and what is said about those that are none."""

from __future__ import annotations

import base64
import io
import os
from typing import TYPE_CHECKING, Any

import pytest

from klingkit._errors import InvalidRequestError
from klingkit._images import encode_image as encode
from klingkit._shapes import Limits

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = Limits(("jpg", "png"), 10, 300, 0, 2.5)
MOST = 10 * 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
CODED = base64.b64encode(PNG).decode()


@pytest.mark.parametrize("raw", [PNG, JPEG])
def test_bytes_become_bare_base64(raw: bytes) -> None:
    for form in (raw, bytearray(raw), memoryview(raw), io.BytesIO(raw)):
        assert base64.b64decode(encode(form, "image", LIMITS)) == raw


def test_a_file_is_taken_by_path_by_text_and_opened(tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(PNG)
    assert encode(path, "image", LIMITS) == CODED
    assert encode(str(path), "image", LIMITS) == CODED
    assert encode(os.fspath(path), "image", LIMITS) == CODED
    with path.open("rb") as stream:
        assert encode(stream, "image", LIMITS) == CODED


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,", "DATA:image/png;charset=utf-8;base64,"])
def test_base64_loses_prefix_blanks_and_gains_its_padding(prefix: str) -> None:
    broken = "\n".join(CODED[at : at + 40] for at in range(0, len(CODED), 40)).rstrip("=")
    assert encode(f" {prefix}{broken} ", "image", LIMITS) == CODED


@pytest.mark.parametrize("address", ["https://example.com/fox.png", "HTTP://example.com/fox?x=1"])
def test_an_address_is_left_as_it_is(address: str) -> None:
    assert encode(f" {address}\n", "image", LIMITS) == address


@pytest.mark.parametrize(
    ("image", "problem"),
    [
        ("", "empty text"),
        ("  ", "empty text"),
        ("missing.png", "neither a file that exists"),
        ("a fox", "neither a file that exists"),
        ("\0", "neither a file that exists"),
        ("AAAA", "neither a file that exists"),
        ("x" * 100_000 + "!", "neither a file that exists"),
        ("https://", "not a whole http"),
        ("https://exa mple.com/x", "not a whole http"),
        ("http://[::1/x", "not a whole http"),
        ("data:image/png;base64,", "neither a file"),
        ("A" * 41, "cut off or damaged"),
        (base64.b64encode(b"GIF89a" + bytes(60)).decode(), "neither jpg nor png"),
        (b"", "empty"),
        (b"<html>", "neither jpg nor png"),
        (io.BytesIO(b""), "nothing left to read"),
        (io.StringIO("text"), "opened as text"),
        (PNG + bytes(MOST), "more than 10 MB"),
        (io.BytesIO(PNG + bytes(MOST)), "more than 10 MB"),
        (7, "cannot be a int"),
        (["x"], "cannot be a list"),
        (None, "cannot be a NoneType"),
    ],
    ids=range(22),
)
def test_what_is_no_picture_is_refused_by_the_name_of_its_argument(image: Any, problem: str) -> None:
    with pytest.raises(InvalidRequestError, match=problem) as caught:
        encode(image, "image_list[1].image", LIMITS)
    assert str(caught.value).startswith("image_list[1].image ")
    assert caught.value.argument == "image_list[1].image"
    assert len(str(caught.value)) < 300


def test_a_folder_a_missing_and_an_unreadable_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="is the folder"):
        encode(tmp_path, "image", LIMITS)
    with pytest.raises(InvalidRequestError, match="does not exist"):
        encode(tmp_path / "missing.png", "image", LIMITS)
    with pytest.raises(InvalidRequestError, match="cannot be read"):
        encode(tmp_path / "n\0ul.png", "image", LIMITS)


def test_a_file_that_was_closed_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO(PNG)
    stream.close()
    with pytest.raises(InvalidRequestError, match="cannot be read"):
        encode(stream, "image", LIMITS)
