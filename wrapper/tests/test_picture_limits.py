"""What a picture may be depends on where it stands; the documents say it, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import klingkit_data
from klingkit import ConnectionFailedError, InvalidRequestError, Kling
from klingkit._media import picture_format
from klingkit._methods.table import ROWS
from klingkit._pictures import picture_size

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ADDRESS = "https://example.com/fox.png"
MEGABYTE = 1024 * 1024


def png(width: int, height: int, size: int = 500) -> bytes:
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + width.to_bytes(4) + height.to_bytes(4)
    return head + bytes(size - len(head))


def webp(width: int, height: int, kind: str = "VP8X", size: int = 500) -> bytes:
    """Return the beginning of a webp: with a header of its own, lossless, or lossy."""
    bits = (width - 1) | (height - 1) << 14
    body = {
        "VP8X": bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
        "VP8L": b"\x2f" + bits.to_bytes(4, "little") + bytes(5),
        "VP8 ": b"\x30\x01\x00\x9d\x01\x2a" + width.to_bytes(2, "little") + height.to_bytes(2, "little"),
    }[kind]
    head = b"RIFF" + (size - 8).to_bytes(4, "little") + b"WEBP" + kind.encode() + bytes(4) + body
    return head + bytes(size - len(head))


@pytest.fixture
def kling() -> Kling:
    """A client whose relay nobody ever asks: the port is closed."""
    return Kling("official", api_key="k", base_url="http://127.0.0.1:1", max_retries=0, environ={})


def verdict(call: Callable[[], Any]) -> str:
    """Return what is wrong with the request; nothing if it got as far as the network."""
    try:
        call()
    except ConnectionFailedError:
        return ""
    except InvalidRequestError as error:
        return "; ".join(problem.sentence for problem in error.problems) or str(error)
    raise AssertionError("the port is not closed")


def old_standard(kling: Kling, picture: object) -> str:
    return verdict(lambda: kling.video.image_to_video(picture, "A fox", model_name="kling-v3"))  # type: ignore[arg-type]


def new_standard(kling: Kling, picture: object) -> str:
    contents: Any = [{"type": "prompt", "text": "A fox"}, {"type": "first_frame", "url": picture}]
    return verdict(lambda: kling.standard.image_to_video(contents, model="kling-3.0", duration=5))


def solution(kling: Kling, picture: object) -> str:
    contents: Any = [
        {"type": "product_info", "text": "A coat"},
        {"type": "source_video", "url": "https://example.com/a.mp4"},
        {"type": "product_image", "url": picture},
    ]
    return verdict(lambda: kling.solutions.clothing_dupe(contents))


def test_the_old_standard_takes_10_mb_and_the_new_one_50(kling: Kling, tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(png(600, 600, 10 * MEGABYTE))
    assert old_standard(kling, path) == new_standard(kling, path) == ""
    path.write_bytes(png(600, 600, 10 * MEGABYTE + 1))
    assert "more than 10 MB" in old_standard(kling, path)
    assert new_standard(kling, path) == ""
    with path.open("r+b") as file:
        file.truncate(50 * MEGABYTE + 1)
    assert "more than 50 MB" in new_standard(kling, path)
    assert new_standard(kling, path).startswith("contents[1].url ")


@pytest.mark.parametrize("kind", ["VP8X", "VP8L", "VP8 "])
def test_webp_is_taken_where_the_documents_say_so_and_measured(kling: Kling, kind: str) -> None:
    assert "neither jpg nor png" in old_standard(kling, webp(600, 600, kind))
    assert "neither jpg nor png" in new_standard(kling, webp(600, 600, kind))
    assert solution(kling, webp(600, 600, kind)) == ""
    assert "299 x 600 pixels; each side has to be at least 300" in solution(kling, webp(299, 600, kind))
    assert "2.5 times" in solution(kling, webp(1000, 300, kind))
    assert "none of jpg, png, webp" in solution(kling, b"GIF89a" + bytes(99))


def test_the_pixels_of_entries_are_held_against_the_limits_of_their_type(kling: Kling) -> None:
    assert "contents[1].url is 299 x 300 pixels" in new_standard(kling, png(299, 300))
    clip: Any = [{"type": "prompt", "text": "A fox"}, {"type": "feature_video", "url": "aGVsbG8="}]
    said = verdict(lambda: kling.standard.omni_video(clip, model="kling-3.0-omni", duration=5))
    assert "pixels" not in said


def test_a_figure_to_be_moved_may_not_be_too_large_either(kling: Kling) -> None:
    def moved(picture: bytes) -> str:
        options: Any = {"model_name": "kling-v3", "mode": "std", "character_orientation": "image"}
        return verdict(lambda: kling.video.motion_control(picture, "https://example.com/a.mp4", **options))

    assert moved(png(65536, 65536)) == ""
    assert "each side can be at most 65536" in moved(png(65537, 65536))


def test_masks_and_the_garment_may_have_any_shape(kling: Kling) -> None:
    masks: Any = {"static_mask": png(10, 100), "model_name": "kling-v1-5", "mode": "pro", "duration": 5}
    assert "pixels" not in verdict(lambda: kling.video.image_to_video(ADDRESS, "A fox", **masks))
    model = "kolors-virtual-try-on-v1-5"
    assert verdict(lambda: kling.image.virtual_try_on(png(3000, 300), png(300, 900), model_name=model)) == ""
    said = verdict(lambda: kling.image.virtual_try_on(png(3000, 299), png(300, 900), model_name=model))
    assert said.startswith("human_image is 3000 x 299 pixels")


def test_every_place_of_a_picture_has_limits_that_its_description_tells() -> None:
    spec = klingkit_data.load("resolved/kling.openapi.yaml")
    told = " ".join(str(spec).split())
    places = [medium for row in ROWS.values() for medium in row.media]
    assert {medium[1] for medium in places} == {"picture", "sound"}
    for _, kind, _, _, limits in places:
        assert (limits is not None) is (kind == "picture")
        if limits is not None:
            assert f"at most {limits.megabytes} MB" in told
            assert set(limits.formats) <= {"jpg", "png", "webp"}
    assert {limits.megabytes for *_, limits in places if limits} == {10, 50}


@pytest.mark.parametrize("size", [(1, 1), (300, 751), (16384, 16384)])
@pytest.mark.parametrize("kind", ["VP8X", "VP8L", "VP8 "])
def test_the_size_of_a_webp_is_read_from_its_header(size: tuple[int, int], kind: str) -> None:
    if kind == "VP8 ":  # one less in 14 bits
        size = (min(size[0], 16383), min(size[1], 16383))
    picture = webp(*size, kind)
    assert picture_format(picture) == "webp"
    assert picture_size(picture) == size
    assert picture_size(picture[:25]) is None
    assert picture_size(picture[:12] + b"ANIM" + picture[16:]) is None
