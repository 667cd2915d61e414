"""xiexus: the documents of a new-api gateway, and what such gateways really answer."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

import klingkit

ROOT = "https://api.xiexus.cn/kling/v1/videos/image2video"
PICTURE = "https://example.com/image.jpg"
CDN = "https://cdn.example/a.mp4"


def create(either: Any, **arguments: Any) -> Any:
    kling = either.open("xiexus")
    return either.run(kling.video.image_to_video(PICTURE, "The fox looks up", model_name="kling-v1", **arguments))


def test_the_model_is_called_model_and_seconds_are_a_number(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(ROOT).respond(json={"task_id": "abcd1234", "status": "queued"})
    task = create(either, duration=5)
    assert either.sent(route) == {"model": "kling-v1", "prompt": "The fox looks up", "image": PICTURE, "duration": 5}
    assert (task.task_id, task.state, task.external_task_id) == ("abcd1234", "queued", None)


def test_what_the_documents_do_not_know_travels_inside_metadata(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(ROOT).respond(json={"task_id": "abcd1234", "status": "queued"})
    create(
        either,
        negative_prompt="blur",
        mode="pro",
        external_task_id="mine",
        extra={"width": 1280, "height": 720, "seed": 7, "metadata": {"style": "film"}},
    )
    assert either.sent(route) == {
        "model": "kling-v1",
        "prompt": "The fox looks up",
        "image": PICTURE,
        "width": 1280,
        "height": 720,
        "seed": 7,
        "metadata": {"negative_prompt": "blur", "mode": "pro", "external_task_id": "mine", "style": "film"},
    }


FORMS: list[tuple[str, dict[str, Any], str, str]] = [
    ("documented, running", {"task_id": "t", "status": "in_progress"}, "running", ""),
    ("documented, done", {"task_id": "t", "status": "completed", "url": CDN, "format": "mp4"}, "succeeded", ""),
    (
        "documented, failed",
        {"task_id": "t", "status": "failed", "error": {"code": 7, "message": "risk"}},
        "failed",
        "risk",
    ),
    (
        "gateway, first seconds",
        {"code": "success", "message": "", "data": {"task_id": "t", "status": "NOT_START", "progress": "0%"}},
        "queued",
        "",
    ),
    (
        "gateway, done, newer",
        {"code": "success", "message": "", "data": {"task_id": "t", "status": "SUCCESS", "result_url": CDN}},
        "succeeded",
        "",
    ),
    (
        "gateway, done, older",
        {"code": "success", "message": "", "data": {"task_id": "t", "status": "SUCCESS", "fail_reason": CDN}},
        "succeeded",
        "",
    ),
    (
        "gateway, failed",
        {
            "code": "success",
            "message": "",
            "data": {"task_id": "t", "status": "FAILURE", "fail_reason": "risk", "result_url": "risk"},
        },
        "failed",
        "risk",
    ),
    (
        "gateway, unified",
        {"id": "t", "object": "video", "status": "completed", "created_at": 1766374262, "metadata": {"url": CDN}},
        "succeeded",
        "",
    ),
]


@pytest.mark.parametrize(("form", "body", "state", "reason"), FORMS, ids=[form for form, *_ in FORMS])
def test_a_query_is_read_in_the_documented_and_in_the_real_form(
    respx_mock: Any, either: Any, form: str, body: dict[str, Any], state: str, reason: str
) -> None:
    respx_mock.get(f"{ROOT}/t").respond(json=body)
    task = either.run(either.open("xiexus").tasks.get("t", operation="image_to_video"))
    assert (task.state, task.reason) == (state, reason)
    assert [file.url for file in task.files] == ([CDN] if state == "succeeded" else [])


def test_a_create_is_read_in_the_real_form_too(respx_mock: Any, either: Any) -> None:
    body = {
        "id": "task_01",
        "task_id": "task_01",
        "object": "video",
        "model": "kling-v1",
        "status": "queued",
        "progress": 0,
        "created_at": 1766374262,
    }
    respx_mock.post(ROOT).respond(json=body)
    task = create(either)
    assert (task.task_id, task.state) == ("task_01", "queued")
    assert task.created_at.year == 2025


@pytest.mark.parametrize(
    ("http", "body", "expected"),
    [
        (400, {"error": {"message": "bad", "type": "x", "param": None, "code": None}}, klingkit.RequestRefusedError),
        (401, {"error": {"message": "Invalid token", "type": "new_api_error"}}, klingkit.AuthenticationError),
        (403, {"code": "insufficient_user_quota", "message": "x", "data": None}, klingkit.BalanceError),
        (503, {"error": {"message": "No channel", "code": "model_not_found"}}, klingkit.NotFoundError),
        (500, {"code": "build_request_failed", "message": "x", "data": None}, klingkit.RequestRefusedError),
        (400, {"code": "task_failed", "message": "upstream said no", "data": None}, klingkit.RequestRefusedError),
        (
            400,
            {"code": "fail_to_fetch_task", "message": '{"code":1301,"message":"risk"}', "data": None},
            klingkit.ContentPolicyError,
        ),
        (429, {"code": "fail_to_fetch_task", "message": "saturated", "data": None}, klingkit.RateLimitError),
        (429, None, klingkit.RateLimitError),
    ],
)
def test_refusals_are_read_whatever_their_shape_and_status(
    respx_mock: Any, either: Any, http: int, body: Any, expected: type[klingkit.RelayError]
) -> None:
    route = respx_mock.post(ROOT).respond(http, **({} if body is None else {"json": body}))
    with pytest.raises(expected):
        create(either)
    assert route.call_count == 1


@pytest.mark.parametrize(
    "body",
    [
        {"code": "task_not_exist", "message": "task_not_exist", "data": None},
        {"error": {"message": "no such task", "type": "x", "param": None, "code": None}},
    ],
)
def test_an_unknown_task_is_not_found_by_either_status(respx_mock: Any, either: Any, body: dict[str, Any]) -> None:
    respx_mock.get(f"{ROOT}/t").respond(400 if "code" in body else 404, json=body)
    with pytest.raises(klingkit.NotFoundError):
        either.run(either.open("xiexus").tasks.get("t", operation="image_to_video"))


@pytest.mark.parametrize(
    "outcome",
    [
        httpx.ReadTimeout("late"),
        httpx.Response(500, json={"code": "do_request_failed", "message": "x", "data": None}),
        httpx.Response(200, html="<!doctype html><title>Dashboard</title>"),
        httpx.Response(200, json={"id": "", "object": "video", "status": "queued"}),
    ],
)
def test_a_lost_answer_is_an_unknown_outcome_for_no_query_takes_the_callers_id(
    respx_mock: Any, either: Any, outcome: Any
) -> None:
    route = respx_mock.post(ROOT)
    route.mock(side_effect=outcome) if isinstance(outcome, Exception) else route.mock(return_value=outcome)
    with pytest.raises(klingkit.OutcomeUnknownError, match="on its website"):
        create(either)
    assert route.call_count == 1


def test_a_video_from_a_text_is_worded_as_one_from_a_picture(respx_mock: Any, either: Any) -> None:
    root = ROOT.replace("image2video", "text2video")
    route = respx_mock.post(root).respond(json={"task_id": "abcd1234", "status": "queued"})
    respx_mock.get(f"{root}/abcd1234").respond(json={"task_id": "abcd1234", "status": "completed", "url": CDN})
    kling = either.open("xiexus")
    task = either.run(kling.video.text_to_video("A fox", model_name="kling-v1", duration=10, aspect_ratio="1:1"))
    assert either.sent(route) == {
        "model": "kling-v1",
        "prompt": "A fox",
        "duration": 10,
        "metadata": {"aspect_ratio": "1:1"},
    }
    again = either.run(kling.tasks.get(task.task_id, operation="text_to_video"))
    assert [file.url for file in again.files] == [CDN]
