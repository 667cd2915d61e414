"""What is read from code and recordings: operations, fields, values, and nothing that is not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from klingkit_contract.errors import OptionError
from klingkit_contract.switch.python_code import read_python
from klingkit_contract.switch.recorded import read_json
from klingkit_contract.switch.surface import surface_of
from klingkit_contract.switch.usage import UNKNOWN, Via

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_contract.switch.paths import Paths
    from klingkit_contract.switch.usage import Use

    Read = Callable[[str], list[Use]]


def test_a_call_of_klingkit_tells_operation_fields_and_values(read: Read) -> None:
    create, get = read('kling.video.text_to_video("A fox", model_name="kling-v3", duration=5, mode=None)')
    assert (create.operation, create.via, create.where) == ("video_text2video_create", Via.KLINGKIT, "app.py:1")
    assert create.fields == {"prompt": ("A fox",), "model_name": ("kling-v3",), "duration": (5,)}
    assert get.operation == "video_text2video_get"


def test_every_method_of_the_wrapper_is_known_by_its_group(read: Read) -> None:
    uses = read('k.audio.tts("x")\nk.standard.text_to_video("x")\nk.nothing.text_to_video("x")')
    assert [use.operation for use in uses] == ["audio_tts_run", "standard_text2video_create", "standard_task_get"]


def test_names_that_stand_for_one_value_are_followed_and_others_are_not(read: Read) -> None:
    code = """
MODEL = "kling-v3"
mode = "std"
mode = "pro"
def go(duration):
    sound = "on"
    return kling.video.text_to_video("x", model_name=MODEL, mode=mode, duration=duration, sound=sound)
"""
    create = read(code)[0]
    assert create.fields["model_name"] == ("kling-v3",)
    assert create.fields["sound"] == ("on",)
    assert create.fields["mode"] == create.fields["duration"] == (UNKNOWN,)


def test_the_same_name_in_two_functions_means_two_things(read: Read) -> None:
    code = """
def one():
    body = {"prompt": "a", "mode": "std"}
    httpx.post("https://x.example/kling/v1/videos/text2video", json=body)
def two():
    body = {"prompt": "b", "mode": "pro"}
    httpx.post("https://x.example/kling/v1/videos/text2video", json=body)
"""
    assert [use.fields["mode"] for use in read(code)] == [("std",), ("pro",)]


def test_nested_values_are_told_by_their_places(read: Read) -> None:
    code = 'k.video.text_to_video("x", model_name="m", multi_prompt=[{"index": 1, "prompt": "a"}, {"index": 2}])'
    fields = read(code)[0].fields
    assert fields["multi_prompt[].index"] == (1, 2)
    assert fields["multi_prompt[].prompt"] == ("a",)


def test_arguments_that_cannot_be_read_are_said_to_be_so(paths: Paths) -> None:
    uses, remarks = read_python("kling.video.text_to_video(**options)", "app.py", paths)
    assert not uses[0].whole
    assert remarks == ["app.py:1: some arguments of text_to_video cannot be read from the code"]


@pytest.mark.parametrize(
    ("code", "operations"),
    [
        ('httpx.get(f"{base}/v1/videos/text2video/{task_id}")', ["video_text2video_get"]),
        ('requests.get(BASE + "/v1/videos/text2video/" + task_id)', ["video_text2video_get"]),
        ('requests.get("https://r.example/kling/v1/videos/text2video?pageSize=5")', ["video_text2video_list"]),
        ('s.request("POST", "/v1/videos/text2video", json={})', ["video_text2video_create"]),
        ('PATH = "/v1/videos/text2video"', ["video_text2video_create"]),
        ('URL = "https://r.example/kling/v1/images/multi-image2image"', ["image_multi_image2image_create"]),
        ('kling.tasks.list("text_to_video")', ["video_text2video_list"]),
        ('kling.tasks.get(id, operation="video_image2video")', ["video_image2video_get"]),
        ('print("see /v1/videos/text2video for more")', []),
        ('x = "/v2/other/text2video"', []),
        ('video.text_to_image("x")', []),
    ],
)
def test_paths_and_calls_are_known_by_where_they_go(read: Read, code: str, operations: list[str]) -> None:
    assert [use.operation for use in read(code)] == operations


def test_json_that_is_dumped_by_hand_is_read(read: Read) -> None:
    code = 'httpx.post("/v1/videos/text2video", content=json.dumps({"prompt": "x", "n": -1}))'
    assert read(code)[0].fields == {"prompt": ("x",), "n": (-1,)}


@pytest.mark.parametrize("code", ["x = (", "x = 1\0"])
def test_what_is_no_python_is_refused(paths: Paths, code: str) -> None:
    with pytest.raises((SyntaxError, ValueError)):
        read_python(code, "app.py", paths)


def test_a_recording_is_read_without_its_headers(paths: Paths) -> None:
    body = {"model_name": "kling-v3", "prompt": "x"}
    base = "https://www.anyapi.vip/kling/v1/videos/text2video"
    secret = [{"name": "Authorization", "value": "Bearer sk-secret"}]
    entries = [
        {"request": {"method": "POST", "url": base, "headers": secret, "postData": {"text": json.dumps(body)}}},
        {"request": {"method": "GET", "url": f"{base}/81", "headers": secret}},
        {"request": {"method": "GET", "url": f"{base}?pageNum=1", "headers": secret}},
        {"request": {"method": "GET", "url": "https://cdn.example/film.mp4"}},
        None,
        {"request": {"method": "POST", "url": base, "postData": {"text": "{"}}},
    ]
    content = json.dumps({"log": {"entries": entries}}).encode()
    uses, remarks = read_json(content, Path("traffic.har"), paths, surface_of("anyapi"))
    assert [use.operation.rpartition("_")[2] for use in uses] == ["create", "get", "list", "create"]
    assert uses[0].body == body
    assert not uses[3].whole
    assert remarks == ["traffic.har: 2 of 6 requests go to no operation of the spec"]
    assert "sk-secret" not in repr(uses)


@pytest.mark.parametrize(
    ("name", "body", "operation"),
    [
        ("video_text2video_create.json", {"prompt": 7}, "video_text2video_create"),
        ("text2video.json", {"prompt": "x"}, "video_text2video_create"),
        ("multi-image2video.json", {}, "video_multi_image2video_create"),
    ],
)
def test_a_body_goes_where_its_file_says(paths: Paths, name: str, body: object, operation: str) -> None:
    [use], _ = read_json(json.dumps(body).encode(), Path(name), paths, surface_of("anyapi"))
    assert (use.operation, use.via) == (operation, Via.RAW)


def test_a_body_that_only_one_operation_takes_needs_no_name(paths: Paths) -> None:
    body = {"model_name": "kling-v2-1", "prompt": "x", "subject_image_list": ["https://example.com/a.png"]}
    [use], _ = read_json(json.dumps(body).encode(), Path("body.json"), paths, surface_of("haoee"))
    assert use.operation == "image_multi_image2image_create"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        (b"[]", "neither a HAR recording nor the JSON body"),
        (b'{"nothing": 1}', "name the file after its operation"),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_sentence(paths: Paths, content: bytes, sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence):
        read_json(content, Path("body.json"), paths, surface_of("anyapi"))
