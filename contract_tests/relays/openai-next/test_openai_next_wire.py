"""openai-next: the Kling format under /kling on its own host."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

import klingkit

ROOT = "https://draw.openai-next.com/kling/v1/videos/multi-image2video"
CREATED = {
    "code": 0,
    "message": "success",
    "request_id": "r-1",
    "data": {
        "task_id": "831",
        "task_info": {"external_task_id": "mine"},
        "task_status": "submitted",
        "created_at": 1722769557708,
        "updated_at": 1722769557708,
    },
}


def create(either: Any) -> Any:
    return either.run(
        either.open("openai-next").video.multi_image_to_video(
            ["https://example.com/a.png", "https://example.com/b.png"],
            "They meet",
            model_name="kling-v1-6",
            duration=10,
            external_task_id="mine",
        )
    )


def test_the_request_is_that_of_the_one_spec(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(ROOT).respond(json=CREATED)
    task = create(either)
    assert either.sent(route) == {
        "model_name": "kling-v1-6",
        "image_list": [{"image": "https://example.com/a.png"}, {"image": "https://example.com/b.png"}],
        "prompt": "They meet",
        "duration": "10",
        "external_task_id": "mine",
    }
    assert (task.task_id, task.external_task_id, task.state) == ("831", "mine", "queued")


def test_a_lost_task_is_found_by_the_callers_id(respx_mock: Any, either: Any, waits: Any) -> None:
    route = respx_mock.post(ROOT).mock(side_effect=httpx.ReadError("reset"))
    respx_mock.get(f"{ROOT}/mine").respond(json=CREATED)
    assert create(either).task_id == "831"
    assert route.call_count == 1


def test_a_query_that_is_not_offered_after_all_is_a_web_page(respx_mock: Any, either: Any, waits: Any) -> None:
    respx_mock.get(f"{ROOT}/831").respond(html="<!doctype html><title>Dashboard</title>")
    with pytest.raises(klingkit.HtmlPageError):
        either.run(either.open("openai-next").tasks.get("831", operation="multi_image_to_video"))


def test_text_and_picture_to_video_are_said_as_in_the_one_spec(respx_mock: Any, either: Any) -> None:
    videos = ROOT.rpartition("/")[0]
    kling = either.open("openai-next")
    told = {"model_name": "kling-v1-6", "mode": "pro", "duration": 10, "external_task_id": "mine"}
    text = respx_mock.post(f"{videos}/text2video").respond(json=CREATED)
    either.run(kling.video.text_to_video("A fox", cfg_scale=0.7, **told))
    picture = respx_mock.post(f"{videos}/image2video").respond(json=CREATED)
    either.run(kling.video.image_to_video("https://example.com/a.png", image_tail="https://example.com/b.png", **told))
    said = {**told, "duration": "10"}
    assert either.sent(text) == {**said, "prompt": "A fox", "cfg_scale": 0.7}
    assert either.sent(picture) == {
        **said,
        "image": "https://example.com/a.png",
        "image_tail": "https://example.com/b.png",
    }
