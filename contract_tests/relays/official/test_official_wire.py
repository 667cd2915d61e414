"""The official API: /v1 paths, the Kling envelope, integer codes."""

from __future__ import annotations

import base64
from typing import Any

import pytest

import klingkit

ROOT = "https://api-singapore.klingai.com/v1"
# The beginning of a jpg of 640 x 480 pixels.
JPEG = b"\xff\xd8\xff\xc0\x00\x11\x08" + (480).to_bytes(2) + (640).to_bytes(2) + b"\x03tail"
PICTURE = "https://example.com/fox.png"
CREATED = {
    "code": 0,
    "message": "SUCCEED",
    "request_id": "5b7e4a52-7a1c-4e0e-9a57-1a2b3c4d5e6f",
    "data": {
        "task_id": "831000000000000001",
        "task_status": "submitted",
        "task_info": {},
        "created_at": 1766374262370,
        "updated_at": 1766374262370,
    },
}


def test_text_to_video_is_sent_and_read_as_documented(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(f"{ROOT}/videos/text2video").respond(json=CREATED)
    kling = either.open("official")
    task = either.run(
        kling.video.text_to_video(
            "A fox walks through falling snow at dawn",
            model_name="kling-v3",
            mode="std",
            duration=5,
            aspect_ratio="16:9",
            external_task_id="mine-1",
        )
    )
    assert either.sent(route) == {
        "model_name": "kling-v3",
        "prompt": "A fox walks through falling snow at dawn",
        "mode": "std",
        "duration": "5",
        "aspect_ratio": "16:9",
        "external_task_id": "mine-1",
    }
    assert (task.task_id, task.state) == ("831000000000000001", "queued")


def test_a_storyboard_is_sent_as_documented(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(f"{ROOT}/videos/text2video").respond(json=CREATED)
    either.run(
        either.open("official").video.text_to_video(
            model_name="kling-v3",
            multi_shot=True,
            shot_type="customize",
            multi_prompt=[
                {"index": 1, "prompt": "A fox wakes", "duration": 2},
                {"index": 2, "prompt": "It looks up", "duration": 3},
            ],
            duration=5,
            sound="on",
            watermark_info={"enabled": True},
            external_task_id="mine-1",
        )
    )
    assert either.sent(route) == {
        "model_name": "kling-v3",
        "multi_shot": True,
        "shot_type": "customize",
        "multi_prompt": [
            {"index": 1, "prompt": "A fox wakes", "duration": "2"},
            {"index": 2, "prompt": "It looks up", "duration": "3"},
        ],
        "duration": "5",
        "sound": "on",
        "watermark_info": {"enabled": True},
        "external_task_id": "mine-1",
    }


def test_image_to_video_is_sent_as_documented(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(f"{ROOT}/videos/image2video").respond(json=CREATED)
    either.run(
        either.open("official").video.image_to_video(
            PICTURE,
            "The fox looks up",
            model_name="kling-v2-6",
            image_tail=JPEG,
            mode="pro",
            external_task_id="mine-1",
        )
    )
    assert either.sent(route) == {
        "model_name": "kling-v2-6",
        "image": PICTURE,
        "image_tail": base64.b64encode(JPEG).decode(),
        "prompt": "The fox looks up",
        "mode": "pro",
        "external_task_id": "mine-1",
    }


def test_a_voice_is_sent_as_documented(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(f"{ROOT}/videos/image2video").respond(json=CREATED)
    voice = {"mode": "pro", "sound": "on", "voice_list": [{"voice_id": "v-1"}]}
    asked = either.open("official").video.image_to_video(
        PICTURE, "<<<voice_1>>> says hello", model_name="kling-v2-6", external_task_id="mine-1", **voice
    )
    either.run(asked)
    assert {name: either.sent(route)[name] for name in voice} == voice


def test_pictures_of_several_subjects_are_sent_as_documented(respx_mock: Any, either: Any) -> None:
    videos = respx_mock.post(f"{ROOT}/videos/multi-image2video").respond(json=CREATED)
    images = respx_mock.post(f"{ROOT}/images/multi-image2image").respond(json=CREATED)
    kling = either.open("official")
    either.run(
        kling.video.multi_image_to_video(
            [PICTURE, {"image": PICTURE}], "They meet", model_name="kling-v1-6", external_task_id="mine-1"
        )
    )
    assert either.sent(videos) == {
        "model_name": "kling-v1-6",
        "image_list": [{"image": PICTURE}, {"image": PICTURE}],
        "prompt": "They meet",
        "external_task_id": "mine-1",
    }
    either.run(
        kling.image.multi_image_to_image(
            [PICTURE], "In the snow", model_name="kling-v2-1", scene_image=PICTURE, n=2, external_task_id="mine-2"
        )
    )
    assert either.sent(images) == {
        "model_name": "kling-v2-1",
        "subject_image_list": [{"subject_image": PICTURE}],
        "prompt": "In the snow",
        "scene_image": PICTURE,
        "n": 2,
        "external_task_id": "mine-2",
    }


def test_a_finished_task_is_read_with_everything_it_holds(respx_mock: Any, either: Any) -> None:
    data = {
        "task_id": "831000000000000001",
        "task_status": "succeed",
        "task_status_msg": "",
        "task_info": {"external_task_id": "mine-1"},
        "watermark_info": {"enabled": True},
        "final_unit_deduction": "3.5",
        "final_balance_deduction": {"quota": "1.2", "list_price": "1.4"},
        "created_at": 1766374262370,
        "updated_at": 1766374322370,
        "task_result": {
            "videos": [
                {
                    "id": "901",
                    "url": "https://cdn.example/fox.mp4",
                    "watermark_url": "https://cdn.example/marked.mp4",
                    "duration": "5.1",
                }
            ]
        },
    }
    respx_mock.get(f"{ROOT}/videos/text2video/mine-1").respond(json={**CREATED, "data": data})
    task = either.run(either.open("official").tasks.get("mine-1", operation="text_to_video"))
    assert (task.task_id, task.external_task_id, task.state) == ("831000000000000001", "mine-1", "succeeded")
    (file,) = task.files
    assert (file.kind, file.id, file.duration) == ("video", "901", 5.1)
    assert file.watermark_url == "https://cdn.example/marked.mp4"
    assert (task.updated_at - task.created_at).total_seconds() == 60
    assert task.raw["data"]["final_balance_deduction"]["quota"] == "1.2"


@pytest.mark.parametrize(
    ("http", "code", "message", "expected"),
    [
        (401, 1002, "api key not found", klingkit.AuthenticationError),
        (429, 1102, "Account balance not enough", klingkit.BalanceError),
        (403, 1103, "no permission", klingkit.PermissionDeniedError),
        (400, 1201, "mode value 'std' is invalid", klingkit.RequestRefusedError),
        (400, 1201, "External_task_id mine-1 already exists", klingkit.DuplicateTaskError),
        (404, 1203, "The model is discontinued", klingkit.NotFoundError),
        (400, 1301, "content safety", klingkit.ContentPolicyError),
        (429, 1304, "address not allowed", klingkit.PermissionDeniedError),
    ],
)
def test_refusals_are_told_by_their_code(
    respx_mock: Any, either: Any, http: int, code: int, message: str, expected: type[klingkit.RelayError]
) -> None:
    body = {"code": code, "message": message, "request_id": "r-1"}
    route = respx_mock.post(f"{ROOT}/videos/text2video").respond(http, json=body)
    kling = either.open("official")
    with pytest.raises(expected) as caught:
        either.run(kling.video.text_to_video("x", model_name="kling-v3", external_task_id="mine-1"))
    assert (caught.value.code, caught.value.status, caught.value.request_id) == (code, http, "r-1")
    assert route.call_count == 1


def test_too_many_tasks_at_once_are_put_off_though_the_answer_has_no_data(
    respx_mock: Any, either: Any, waits: Any
) -> None:
    body = {"code": 1303, "message": "parallel task over resource pack limit", "request_id": "r-1"}
    route = respx_mock.post(f"{ROOT}/videos/text2video").respond(429, json=body)
    with pytest.raises(klingkit.RateLimitError):
        either.run(either.open("official").video.text_to_video("x", model_name="kling-v3"))
    assert route.call_count == 3
    assert len(waits.waits) == 2


def test_the_list_is_a_bare_array(respx_mock: Any, either: Any) -> None:
    done = {**CREATED["data"], "task_status": "failed", "task_status_msg": "risk control"}  # type: ignore[dict-item]
    route = respx_mock.get(f"{ROOT}/images/multi-image2image").respond(json={**CREATED, "data": [done]})
    (task,) = either.run(either.open("official").tasks.list("multi_image_to_image", page=1, page_size=500))
    assert (task.state, task.reason) == ("failed", "risk control")
    assert str(route.calls.last.request.url).endswith("?pageNum=1&pageSize=500")
