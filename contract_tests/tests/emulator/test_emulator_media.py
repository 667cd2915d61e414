"""Result files: real, of the asked length and shape, handed out like a file server does."""

from __future__ import annotations

import asyncio
import base64
import io
import struct
import zlib
from fractions import Fraction

import av
import httpx
import pytest

from klingkit_emulator.app import create_app
from klingkit_emulator.asked import read_asked
from klingkit_emulator.encoding import File
from klingkit_emulator.pictures import size_of, size_of_text
from klingkit_emulator.shelf import Shelf

T2V, I2V, I2I = "video_text2video", "video_image2video", "image_multi_image2image"


def png(width, height):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width, height):
    parts = [b"\xff\xd8", b"\xff\xe0\x00\x04ab", b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width)]
    return b"".join(parts) + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"


def look(data):
    """Return what a player would tell about a file."""
    with av.open(io.BytesIO(data)) as container:
        streams = {stream.type: stream.codec_context.name for stream in container.streams}
        video = container.streams.video[0]
        seconds = float(container.duration or 0) / av.time_base
        rate = float(video.average_rate or 0)
        frames = [bytes(frame.planes[0]) for frame in container.decode(video=0)]
        return {
            "codecs": streams,
            "size": (video.width, video.height),
            "format": video.pix_fmt,
            "seconds": seconds,
            "rate": rate,
            "frames": frames,
        }


@pytest.mark.parametrize(
    ("seconds", "ratio", "sound"),
    [("3", "16:9", "on"), ("5", "9:16", "off"), ("4", "1:1", "off"), ("15", "16:9", "off")],
)
def test_a_video_is_h264_of_the_asked_length_and_shape(callers, ask, seconds, ratio, sound):
    caller = callers("official")
    more = {"duration": seconds, "aspect_ratio": ratio, "sound": sound, "model_name": "kling-v3"}
    (url,) = ask.urls(caller.make(T2V, **more))
    answer = caller.http.get(url)
    facts = look(answer.content)
    assert answer.headers["content-type"] == "video/mp4"
    assert facts["codecs"] == {"video": "h264"} | ({"audio": "aac"} if sound == "on" else {})
    assert facts["format"] == "yuv420p"
    assert Fraction(*facts["size"]) == Fraction(ratio.replace(":", "/"))
    assert abs(facts["seconds"] - int(seconds)) <= 1 / facts["rate"]
    assert len(facts["frames"]) == int(seconds) * facts["rate"]
    assert len(set(facts["frames"])) > len(facts["frames"]) / 2, "the picture moves"
    assert answer.content.find(b"moov") < answer.content.find(b"mdat"), "it plays before it is whole"


def test_a_gateway_states_what_the_file_is_like(callers, ask):
    caller = callers("xiexus")
    more = {"duration": 2.5, "width": 640, "height": 360, "fps": 30, "seed": 17}
    answer = caller.make(caller.obj, **more)
    assert answer.json()["metadata"] == more
    assert answer.json()["format"] == "mp4"
    facts = look(caller.http.get(ask.urls(answer)[0]).content)
    assert (facts["size"], facts["rate"], len(facts["frames"])) == ((640, 360), 30, 75)


def test_members_a_gateway_takes_in_its_container_count(callers, ask):
    caller = callers("xiexus")
    answer = caller.make(caller.obj, metadata={"aspect_ratio": "9:16", "sound": "on"}, duration=1)
    facts = look(caller.http.get(ask.urls(answer)[0]).content)
    assert facts["size"][0] < facts["size"][1]
    assert "audio" in facts["codecs"]


@pytest.mark.parametrize(
    ("picture", "ratio"),
    [(png(300, 400), Fraction(3, 4)), (jpeg(500, 400), Fraction(5, 4)), (b"no picture", Fraction(16, 9))],
)
def test_a_video_from_a_picture_has_its_shape(callers, ask, picture, ratio):
    caller = callers("official")
    image = base64.b64encode(picture).decode()
    (url,) = ask.urls(caller.make(I2V, image=image, duration="3"))
    assert Fraction(*look(caller.http.get(url).content)["size"]) == ratio


@pytest.mark.parametrize("ratio", ["16:9", "2:3", "21:9"])
def test_as_many_pictures_as_asked_for_in_the_asked_shape(callers, ask, ratio):
    caller = callers("official")
    urls = ask.urls(caller.make(I2I, n=3, aspect_ratio=ratio))
    files = [caller.http.get(url) for url in urls]
    assert {file.headers["content-type"] for file in files} == {"image/png"}
    facts = [look(file.content) for file in files]
    assert [fact["codecs"] for fact in facts] == [{"video": "png"}] * 3
    assert {Fraction(*fact["size"]) for fact in facts} == {Fraction(ratio.replace(":", "/"))}
    assert len({file.content for file in files}) == 3


def test_a_watermarked_copy_is_another_file(callers):
    caller = callers("official")
    answer = caller.make(T2V, watermark_info={"enabled": True}, duration="3", model_name="kling-v3")
    data = answer.json()["data"]
    (video,) = data["task_result"]["videos"]
    plain, marked = (caller.http.get(video[name]) for name in ("url", "watermark_url"))
    assert data["watermark_info"] == {"enabled": True}
    assert plain.content != marked.content
    assert look(marked.content)["codecs"] == {"video": "h264"}


def test_there_is_no_watermarked_copy_unless_asked_for(callers, ask):
    caller = callers("official")
    (url,) = ask.urls(caller.make(T2V))
    assert caller.http.get(url.replace("0.mp4", "0-watermark.mp4")).status_code == 404


@pytest.fixture
def made(callers, ask):
    caller = callers("official")
    (url,) = ask.urls(caller.make(T2V, duration="3", model_name="kling-v3", prompt="ranges"))
    return caller.http, url


def test_files_need_no_key(made):
    assert httpx.get(made[1], trust_env=False).status_code == 200


@pytest.mark.parametrize(
    ("asked", "part"), [("bytes=0-9", slice(0, 10)), ("bytes=100-", slice(100, None)), ("bytes=-7", slice(-7, None))]
)
def test_a_part_of_a_file_can_be_fetched(made, asked, part):
    http, url = made
    whole = http.get(url).content
    answer = http.get(url, headers={"range": asked})
    start, stop, _ = part.indices(len(whole))
    assert answer.status_code == 206
    assert answer.content == whole[part]
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(whole)}"


def test_a_part_beyond_the_end_is_416(made):
    http, url = made
    whole = http.get(url).content
    answer = http.get(url, headers={"range": f"bytes={len(whole)}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(whole)}")


def test_a_part_is_given_only_of_the_very_file_that_was_begun(made):
    http, url = made
    etag = http.get(url).headers["etag"]
    same = http.get(url, headers={"range": "bytes=5-", "if-range": etag})
    other = http.get(url, headers={"range": "bytes=5-", "if-range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)


def test_a_file_the_client_has_is_not_sent_again(made):
    http, url = made
    etag = http.get(url).headers["etag"]
    assert http.get(url, headers={"if-none-match": etag}).status_code == 304
    assert http.get(url, headers={"if-none-match": '"other"'}).status_code == 200


def test_head_tells_the_length_without_the_file(made):
    http, url = made
    answer = http.head(url)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(http.get(url).content)
    assert answer.headers["accept-ranges"] == "bytes"


def test_files_cannot_be_changed(made):
    http, url = made
    answer = http.delete(url)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("name", ["1.mp4", "0.png", "0", "../0.mp4", "0.mp4/x", "-1.mp4"])
def test_other_names_are_404(made, name):
    http, url = made
    assert http.get(url.replace("0.mp4", name)).status_code == 404


def test_there_is_no_file_before_the_task_is_done_nor_after_it_failed(callers, ask, emulator):
    caller = callers("official")
    task = ask.task_id(caller.make(T2V, prompt="[fail]"))
    assert caller.http.get(f"{emulator.url}/media/{task}/0.mp4").status_code == 404
    slow = create_app(["official"], speed=0.001)

    async def fetch():
        async with slow, httpx.AsyncClient(transport=httpx.ASGITransport(slow), base_url="http://emulator") as http:
            headers = {"authorization": f"Bearer {slow.keys[0]}"}
            created = await http.post("/v1/videos/text2video", json=caller.document.example(T2V), headers=headers)
            return await http.get(f"/media/{ask.task_id(created)}/0.mp4")

    assert asyncio.run(fetch()).status_code == 404


def test_a_file_is_made_once_however_many_fetch_it():
    file = File("video", 64, 36, 1, 1.0, 12, sound=False, marked=False)

    async def fetch():
        shelf = Shelf()
        try:
            paths = await asyncio.gather(*(shelf.get(file) for _ in range(5)))
            await shelf.get(file)
            return len(set(paths)), shelf.made, paths[0].is_file(), paths[0]
        finally:
            shelf.close()

    places, made, was_there, path = asyncio.run(fetch())
    assert (places, made, was_there, path.exists()) == (1, 1, True, False)


def test_equal_files_have_equal_keys_and_different_ones_do_not():
    base = {"kind": "video", "width": 64, "height": 36, "seed": 1, "seconds": 1.0, "fps": 12}
    keys = {
        File(**{**base, **change}, sound=False, marked=False).key
        for change in ({}, {}, {"seed": 2}, {"width": 36}, {"seconds": 2.0}, {"fps": 24})
    }
    assert len(keys) == 5


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(300, 200), (300, 200)),
        (jpeg(640, 480), (640, 480)),
        (png(300, 200)[:20], None),
        (b"\xff\xd8\xff", None),
        (b"GIF89a", None),
        (b"", None),
    ],
)
def test_the_size_of_a_picture_is_read_from_its_header(data, size):
    assert size_of(data) == size
    assert size_of_text(base64.b64encode(data).decode()) == size
    assert size_of_text("data:image/png;base64," + base64.b64encode(data).decode()) == size


@pytest.mark.parametrize("text", ["https://example.com/fox.png", "!!!", "ü", ""])
def test_an_address_or_nonsense_has_no_size(text):
    assert size_of_text(text) is None


@pytest.mark.parametrize("value", [None, True, -1, 1e308, 10**30, "x", [], {}, ["x"], {"prompt": 1}, "inf", "1:0"])
def test_whatever_a_loose_document_lets_through_can_be_read(value):
    names = ["prompt", "multi_prompt", "duration", "fps", "n", "seed", "width", "height", "aspect_ratio", "image"]
    names += ["metadata", "watermark_info", "sound", "image_tail"]
    for kind in ("video", "image"):
        asked = read_asked(
            kind, dict.fromkeys(names, value), {}, {"rest": "metadata", "rename": {"model_name": "model"}}
        )
        assert asked.width % 2 == asked.height % 2 == 0
        assert 1 <= asked.count <= 9
        assert asked.reason or asked.kind == "image" or 0 < asked.seconds <= 60
