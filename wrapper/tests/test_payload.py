"""Large pictures: coded while they are sent, in the right place, as often as needed, and never held as Base64."""

from __future__ import annotations

import base64
import copy
import io
import json
import pickle
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from klingkit import InvalidRequestError, OutcomeUnknownError
from klingkit._images import encode_image as encode
from klingkit._payload import Payload, Picture, json_content
from klingkit._shapes import Limits
from klingkit._text import elide

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = Limits(("jpg", "png"), 10, 300, 0, 2.5)
HEAD = b"\x89PNG\r\n\x1a\n"
LARGE = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (1024).to_bytes(4, "big") * 2 + bytes(range(256)) * 2000


def sent(body: object) -> Any:
    content = json_content(body)
    assert isinstance(content, Payload)
    assert len(content) == len(bytes(content))
    return json.loads(bytes(content))


@pytest.mark.parametrize("more", [0, 1, 2, 3])
def test_a_large_picture_is_sent_as_base64_whatever_its_length(more: int) -> None:
    raw = LARGE + bytes(more)
    picture = encode(raw, "image", LIMITS)
    assert isinstance(picture, Picture)
    assert sent({"image": picture, "n": 1}) == {"image": base64.b64encode(raw).decode(), "n": 1}


def test_every_way_to_give_a_large_picture_is_sent_the_same(tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(LARGE)
    wanted = base64.b64encode(LARGE).decode()
    with path.open("rb") as stream:
        for form in (path, str(path), stream, LARGE, bytearray(LARGE), memoryview(LARGE), io.BytesIO(LARGE)):
            assert sent([encode(form, "image", LIMITS)]) == [wanted]


def test_a_file_object_is_read_from_where_it_stands_and_left_open() -> None:
    stream = io.BytesIO(b"not this" + LARGE)
    stream.seek(8)
    content = json_content({"image": encode(stream, "image", LIMITS)})
    for _ in range(2):
        assert json.loads(bytes(content)) == {"image": base64.b64encode(LARGE).decode()}
    assert not stream.closed


def test_a_file_object_that_can_be_read_once_only_is_kept() -> None:
    class Once(io.RawIOBase):
        inner = io.BytesIO(LARGE)

        def read(self, size: int = -1) -> bytes:
            return self.inner.read(size)

    content = json_content({"image": encode(Once(), "image", LIMITS)})
    assert bytes(content) == bytes(content)


def test_several_pictures_stand_where_they_belong_also_behind_a_prefix() -> None:
    one, two = encode(LARGE, "image", LIMITS), encode(HEAD + LARGE, "image", LIMITS)
    body = {"list": [{"image": two}, {"image": one}], "uri": f"data:image/png;base64,{one}", "text": "klingkit-1"}
    first, second = base64.b64encode(LARGE).decode(), base64.b64encode(HEAD + LARGE).decode()
    assert sent(body) == {
        "list": [{"image": second}, {"image": first}],
        "uri": f"data:image/png;base64,{first}",
        "text": "klingkit-1",
    }


def test_copies_of_a_picture_are_sent_and_descriptions_hold_none_of_it() -> None:
    picture = encode(LARGE, "image", LIMITS)
    assert sent(copy.deepcopy({"image": picture})) == sent({"image": copy.copy(picture)})
    assert elide({"image": picture}) == {"image": f"<{len(base64.b64encode(LARGE))} characters>"}
    assert pickle.loads(pickle.dumps(picture)) == f"<picture of {len(LARGE)} bytes>"


def test_text_that_only_looks_like_a_picture_is_sent_as_it_is() -> None:
    text = "klingkit" + "0" * 64
    assert json_content({"prompt": text}) == json.dumps({"prompt": text}, separators=(",", ":")).encode()


def test_ten_megabytes_are_sent_in_less_than_one(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(HEAD + bytes(10 * 1024 * 1024 - len(HEAD)))
    tracemalloc.start()
    try:
        content = json_content({"image": encode(path, "image", LIMITS)})
        assert isinstance(content, Payload)
        assert sum(map(len, content)) == content.length
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("change", ["shorter", "gone"])
def test_a_picture_that_changes_before_it_is_sent_is_refused_and_not_reported_as_perhaps_charged(
    tmp_path: Path, change: str
) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(LARGE)
    content = json_content({"image": encode(path, "image", LIMITS)})
    path.write_bytes(LARGE[:1000]) if change == "shorter" else path.unlink()
    with pytest.raises(InvalidRequestError, match="not charged") as caught:
        bytes(content)
    assert not isinstance(caught.value, OutcomeUnknownError)


def test_a_large_picture_is_posted_whole_with_its_length(respx_mock: Any, words: Any, either: Any) -> None:
    route = respx_mock.post("https://relay.test/v1/videos/image2video").respond(json=words.task())
    task = either.run(
        either.open("official", base_url="https://relay.test").video.image_to_video(LARGE, "x", model_name="kling-v2-1")
    )
    assert task.task_id == "831"
    request = route.calls.last.request
    assert json.loads(request.content)["image"] == base64.b64encode(LARGE).decode()
    assert request.headers["content-length"] == str(len(request.content))
    assert "transfer-encoding" not in request.headers
