"""Answers that relays really give against the promise: none may raise, and no byte may be lost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
import respx

from klingkit_api import AuthenticatedClient
from klingkit_api.api.video import video_text2video_get, video_text2video_list
from klingkit_api.models import ErrorEnvelope, Task, TaskEnvelope, TaskResult, VideoFile
from klingkit_api.types import UNSET, Response

BASE = "https://relay.test"
GONE = object()


def task(**changes: Any) -> bytes:
    """Return the envelope of a finished task with fields changed, or left out where `GONE`."""
    data = {
        "task_id": "t1",
        "task_status": "succeed",
        "created_at": 1,
        "updated_at": 2,
        "task_result": {"videos": [{"id": "v1", "url": "https://cdn.test/v1.mp4", "duration": "5.1"}]},
    }
    data = {key: value for key, value in {**data, **changes}.items() if value is not GONE}
    return body({"code": 0, "message": "SUCCEED", "request_id": "r1", "data": data})


def body(value: object) -> bytes:
    return json.dumps(value).encode()


@dataclass(frozen=True)
class Read:
    """An answer, and what the task in it reads like: field of the task, value."""

    content: bytes
    fields: dict[str, Any]


READABLE = {
    "as_promised": Read(task(), {"task_status": "succeed", "created_at": 1}),
    "unknown_status_word": Read(task(task_status="queued"), {"task_status": "queued"}),
    "status_word_in_capitals": Read(task(task_status="SUCCEED"), {"task_status": "SUCCEED"}),
    "status_as_a_number": Read(task(task_status=3), {"task_status": 3}),
    "field_nobody_promised": Read(task(cost="3.5"), {"additional_properties": {"cost": "3.5"}}),
    "no_creation_time": Read(task(created_at=GONE), {"created_at": UNSET}),
    "creation_time_as_text": Read(task(created_at="1722769557708"), {"created_at": "1722769557708"}),
    "result_is_null": Read(task(task_result=None), {"task_result": None}),
    "info_is_null": Read(task(task_info=None), {"task_info": None}),
    "info_is_a_text": Read(task(task_info="none"), {"task_info": "none"}),
    "result_is_a_list": Read(task(task_result=[1]), {"task_result": [1]}),
    "a_time_that_is_none": Read(task(finished_at="2024-99"), {"additional_properties": {"finished_at": "2024-99"}}),
}

ODD_ENVELOPES: dict[str, tuple[bytes, Any]] = {
    "no_data": (body({"code": 0, "message": "ok", "request_id": "r1"}), UNSET),
    "data_is_null": (body({"code": 0, "message": "ok", "data": None}), None),
    "data_is_a_list": (body({"code": 0, "message": "ok", "data": []}), []),
    "data_is_a_text": (body({"code": 0, "message": "ok", "data": "soon"}), "soon"),
    "an_error_with_status_200": (body({"code": 1201, "message": "bad"}), UNSET),
    "an_empty_object": (b"{}", UNSET),
}

UNREADABLE = {
    "a_dashboard_page": (200, b"<!doctype html><title>Console</title>"),
    "a_login_page": (401, b"<html>no</html>"),
    "an_empty_body": (200, b""),
    "the_value_null": (200, b"null"),
    "a_list_instead_of_an_object": (200, b"[1, 2]"),
    "a_number": (200, b"7"),
    "half_an_object": (200, b'{"code": 0, "data": {"task_id"'),
    "bytes_that_are_no_text": (200, b"\xff\xfe\x00\xd8"),
    "a_list_ten_thousand_deep": (200, b"[" * 10_000 + b"]" * 10_000),
    "a_text_as_error": (404, b'"not found"'),
}


def get(content: bytes, status: int = 200) -> Response[Any]:
    with respx.mock(base_url=BASE) as relay, AuthenticatedClient(base_url=BASE, token="sk-test") as client:
        relay.get("/v1/videos/text2video/t1").respond(status, content=content)
        response = video_text2video_get.sync_detailed(task_id="t1", client=client)
    assert (response.status_code, response.content) == (status, content)
    return response


def result(videos: object) -> Any:
    """Return what a task result with these `videos` is read as."""
    parsed = get(task(task_result={"videos": videos})).parsed
    assert isinstance(parsed, TaskEnvelope)
    assert isinstance(parsed.data, Task)
    assert isinstance(parsed.data.task_result, TaskResult)
    return parsed.data.task_result


@pytest.mark.parametrize("name", READABLE)
def test_a_deviation_inside_the_task_is_data(name: str) -> None:
    case = READABLE[name]
    response = get(case.content)
    assert response.parse_error is None
    assert isinstance(response.parsed, TaskEnvelope)
    assert isinstance(response.parsed.data, Task)
    assert {key: getattr(response.parsed.data, key) for key in case.fields} == case.fields


@pytest.mark.parametrize("name", ODD_ENVELOPES)
def test_an_envelope_without_its_task_is_still_an_envelope(name: str) -> None:
    content, data = ODD_ENVELOPES[name]
    response = get(content)
    assert response.parse_error is None
    assert isinstance(response.parsed, TaskEnvelope)
    assert response.parsed.data == data


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_object_is_kept_with_the_reason(name: str) -> None:
    status, content = UNREADABLE[name]
    response = get(content, status)
    assert response.parsed is None
    assert isinstance(response.parse_error, AttributeError | KeyError | RecursionError | TypeError | ValueError)


@pytest.mark.parametrize(
    ("videos", "expected"),
    [
        ([{"url": "https://cdn.test/v1.mp4"}], [UNSET]),
        ([{"id": None, "url": "u"}], [None]),
        ([], []),
    ],
    ids=["a_video_without_id", "a_video_whose_id_is_null", "no_video"],
)
def test_an_incomplete_video_is_still_a_video(videos: list[Any], expected: list[Any]) -> None:
    assert [video.id for video in result(videos).videos if isinstance(video, VideoFile)] == expected


def test_one_bad_entry_does_not_spoil_the_list() -> None:
    first, second, third = result([None, {"id": "v1"}, 7]).videos
    assert (first, second.id, third) == (None, "v1", 7)


@pytest.mark.parametrize("videos", [None, "later", {"id": "v1"}])
def test_videos_that_are_no_list_are_kept(videos: object) -> None:
    assert result(videos).videos == videos


@pytest.mark.parametrize("status", [404, 500])
def test_a_refusal_of_another_shape_is_an_error_envelope_with_everything_in_it(status: int) -> None:
    response = get(body({"detail": "Not Found"}), status)
    assert isinstance(response.parsed, ErrorEnvelope)
    assert (response.parsed.code, response.parsed["detail"]) == (UNSET, "Not Found")


def test_a_refusal_as_promised_is_read() -> None:
    response = get(body({"code": 1202, "message": "no such task", "request_id": "r1"}), 404)
    assert isinstance(response.parsed, ErrorEnvelope)
    assert response.parsed.code == 1202


@pytest.mark.parametrize("status", [202, 302, 402, 418, 520, 524, 599])
def test_a_status_nobody_promised_is_a_number_and_not_an_error(status: int) -> None:
    response = get(b"<html>", status)
    assert (response.parsed, response.parse_error) == (None, None)


@pytest.mark.parametrize("data", [None, {}, "soon", [None, 1, {"task_id": "t1"}]])
def test_a_list_answer_of_any_shape_is_read(data: object) -> None:
    with respx.mock(base_url=BASE) as relay, AuthenticatedClient(base_url=BASE, token="sk-test") as client:
        relay.get("/v1/videos/text2video").respond(json={"code": 0, "data": data})
        response = video_text2video_list.sync_detailed(client=client)
    assert response.parse_error is None
    assert response.parsed is not None
