"""AnyAPI: the Kling format under /kling, with more fields required than at Kling."""

from __future__ import annotations

from typing import Any

import pytest

import klingkit

ROOT = "https://www.anyapi.vip/kling/v1/videos"
CREATED = {
    "code": 0,
    "message": "SUCCEED",
    "request_id": "r-1",
    "data": {"task_id": "831", "task_status": "submitted", "created_at": 1722769557708, "updated_at": 1722769557708},
}


def test_required_fields_are_filled_in_with_the_defaults_of_the_spec(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(f"{ROOT}/text2video").respond(json=CREATED)
    task = either.run(either.open("anyapi").video.text_to_video("A fox", model_name="kling-v2-5-turbo"))
    body = either.sent(route)
    assert body.pop("external_task_id") == task.external_task_id
    assert body == {
        "model_name": "kling-v2-5-turbo",
        "prompt": "A fox",
        "mode": "std",
        "duration": "5",
        "multi_shot": False,
    }


def test_what_the_caller_says_wins_over_the_filled_in(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(f"{ROOT}/multi-image2video").respond(json=CREATED)
    either.run(
        either.open("anyapi").video.multi_image_to_video(
            ["https://example.com/a.png"],
            "A fox",
            model_name="kling-v1-6",
            mode="pro",
            duration=10,
            external_task_id="mine",
        )
    )
    assert either.sent(route) == {
        "model_name": "kling-v1-6",
        "image_list": [{"image": "https://example.com/a.png"}],
        "prompt": "A fox",
        "mode": "pro",
        "duration": "10",
        "external_task_id": "mine",
    }


def test_a_task_is_followed_to_its_file(respx_mock: Any, either: Any, waits: Any) -> None:
    respx_mock.post(f"{ROOT}/text2video").respond(json=CREATED)
    done: dict[str, Any] = {**CREATED["data"], "task_status": "succeed"}  # type: ignore[dict-item]
    done["task_result"] = {"videos": [{"id": "v", "url": "https://cdn.example/a.mp4", "duration": "5"}]}
    respx_mock.get(f"{ROOT}/text2video/831").respond(json={**CREATED, "data": done})
    task = either.run(either.open("anyapi").video.text_to_video("A fox", model_name="kling-v2-5-turbo"))
    assert either.run(task.wait()).url == "https://cdn.example/a.mp4"


@pytest.mark.parametrize(
    ("http", "body", "expected"),
    [
        (
            401,
            {"error": {"message": "Invalid token", "type": "new_api_error", "code": ""}},
            klingkit.AuthenticationError,
        ),
        (403, {"code": "quota_not_enough", "message": "x", "data": None}, klingkit.BalanceError),
        (413, {"error": {"message": "too large", "type": "x"}}, klingkit.RequestRefusedError),
    ],
)
def test_the_errors_of_the_gateway_family_are_read_too(
    respx_mock: Any, either: Any, http: int, body: Any, expected: type[klingkit.RelayError]
) -> None:
    respx_mock.post(f"{ROOT}/text2video").respond(http, json=body)
    with pytest.raises(expected):
        either.run(either.open("anyapi").video.text_to_video("A fox", model_name="kling-v2-5-turbo"))


def test_image_to_video_asks_for_the_first_frame_and_fills_in_the_rest(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(f"{ROOT}/image2video").respond(json=CREATED)
    task = either.run(
        either.open("anyapi").video.image_to_video("https://example.com/a.png", "A fox", model_name="kling-v2-5-turbo")
    )
    body = either.sent(route)
    assert body.pop("external_task_id") == task.external_task_id
    assert body == {
        "model_name": "kling-v2-5-turbo",
        "image": "https://example.com/a.png",
        "prompt": "A fox",
        "mode": "std",
        "duration": "5",
    }


def test_a_picture_of_pictures_is_asked_for_with_their_number(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post("https://www.anyapi.vip/kling/v1/images/multi-image2image").respond(json=CREATED)
    either.run(
        either.open("anyapi").image.multi_image_to_image(
            ["https://example.com/a.png"],
            "In the snow",
            model_name="kling-v2-1",
            scene_image="https://example.com/snow.png",
            external_task_id="mine",
        )
    )
    assert either.sent(route) == {
        "model_name": "kling-v2-1",
        "subject_image_list": [{"subject_image": "https://example.com/a.png"}],
        "prompt": "In the snow",
        "scene_image": "https://example.com/snow.png",
        "n": 1,
        "external_task_id": "mine",
    }
