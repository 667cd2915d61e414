"""haoee: a ModelName header, a misspelt field, plain texts where Kling has objects, and no id of the caller's own."""

from __future__ import annotations

from typing import Any

import pytest

import klingkit
from klingkit._registry import find_relay
from klingkit._request import Session, get_call
from klingkit._surface import Operation
from klingkit._timeouts import Timeouts

ROOT = "https://maas.haoee.com/kling/v1/images/multi-image2image"
PICTURES = ["https://example.com/a.png", "https://example.com/b.png"]
CREATED = {
    "code": 0,
    "message": "SUCCEED",
    "request_id": "r-1",
    "data": {"task_id": "831", "task_status": "submitted", "created_at": 1722769557708, "updated_at": 1722769557708},
}


def create(either: Any, **arguments: Any) -> Any:
    kling = either.open("haoee")
    return either.run(
        kling.image.multi_image_to_image(PICTURES, "In the snow", **{"model_name": "kling-v2", **arguments})
    )


def test_pictures_are_texts_the_scene_is_misspelt_and_no_id_is_sent(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(ROOT).respond(json=CREATED)
    task = create(either, scene_image=PICTURES[0], n=4, aspect_ratio="2:3", extra={"negative_prompt": "blur"})
    assert either.sent(route) == {
        "model_name": "kling-v2",
        "prompt": "In the snow",
        "subject_image_list": PICTURES,
        "scence_image": PICTURES[0],
        "n": 4,
        "aspect_ratio": "2:3",
        "negative_prompt": "blur",
    }
    assert (task.task_id, task.external_task_id) == ("831", None)


@pytest.mark.filterwarnings("ignore:klingkit does not know the model")
@pytest.mark.parametrize(
    ("model", "header"), [("kling-v2", "kling-v2"), ("kling-v2-5-turbo", "kling-video-v2-5-turbo")]
)
def test_a_header_names_the_model_as_it_is_billed(respx_mock: Any, either: Any, model: str, header: str) -> None:
    route = respx_mock.post(ROOT).respond(json=CREATED)
    create(either, model_name=model)
    assert route.calls.last.request.headers["ModelName"] == header
    assert either.sent(route)["model_name"] == model


def test_pictures_are_read(respx_mock: Any, either: Any) -> None:
    images = [{"index": at, "url": f"https://cdn.example/{at}.png"} for at in (1, 0)]
    data = {**CREATED["data"], "task_status": "succeed", "task_result": {"images": images}}  # type: ignore[dict-item]
    route = respx_mock.get(f"{ROOT}/831").respond(json={**CREATED, "data": data})
    task = either.run(either.open("haoee").tasks.get("831", operation="multi_image_to_image"))
    assert [(file.kind, file.index) for file in task.files] == [("image", 0), ("image", 1)]
    assert "ModelName" not in route.calls.last.request.headers


def test_a_code_under_http_200_is_a_refusal(respx_mock: Any, either: Any) -> None:
    respx_mock.post(ROOT).respond(json={"code": 1201, "message": "bad picture", "request_id": "r-2"})
    with pytest.raises(klingkit.RequestRefusedError, match="bad picture"):
        create(either)


def test_a_refusal_in_plain_text_is_told_by_its_status(respx_mock: Any, either: Any) -> None:
    respx_mock.post(ROOT).respond(403, text="forbidden")
    with pytest.raises(klingkit.PermissionDeniedError):
        create(either)


def test_a_failed_task_tells_why(respx_mock: Any, either: Any, waits: Any) -> None:
    respx_mock.post(ROOT).respond(json=CREATED)
    data = {**CREATED["data"], "task_status": "failed", "task_status_msg": "risk"}  # type: ignore[dict-item]
    respx_mock.get(f"{ROOT}/831").respond(json={**CREATED, "data": data})
    task = create(either)
    with pytest.raises(klingkit.TaskFailedError, match="risk"):
        either.run(task.wait())


def test_what_the_sidebar_claims_is_asked_for_as_the_vendors_plugin_does(respx_mock: Any, either: Any) -> None:
    videos = "https://maas.haoee.com/kling/v1/videos"
    route = respx_mock.post(f"{videos}/image2video").respond(json=CREATED)
    respx_mock.get(f"{videos}/image2video/831").respond(json=CREATED)
    kling = either.open("haoee")
    task = either.run(
        kling.video.image_to_video(
            PICTURES[0], "The fox looks up", model_name="kling-v2-5-turbo", duration=5, extra={"resolution": "1k"}
        )
    )
    assert either.sent(route) == {
        "model_name": "kling-v2-5-turbo",
        "image": PICTURES[0],
        "prompt": "The fox looks up",
        "duration": "5",
        "resolution": "1k",
    }
    assert route.calls.last.request.headers["ModelName"] == "kling-video-v2-5-turbo"
    assert task.external_task_id is None  # nothing tells that it could be found by one
    assert either.run(kling.tasks.get(task.task_id, operation="image_to_video")).task_id == "831"


def test_an_omni_video_is_asked_for_under_the_path_of_omni_images() -> None:
    haoee = find_relay("haoee")
    session = Session(haoee, "https://maas.haoee.com/kling", Timeouts(), 0)
    omni = Operation("video_omni_video", "video", "video")

    assert get_call(session, omni, "83/1").url == "https://maas.haoee.com/kling/v1/images/omni-image/83%2F1"
    anyapi = Session(find_relay("anyapi"), "https://www.anyapi.vip/kling", Timeouts(), 0)
    assert get_call(anyapi, omni, "831").url == "https://www.anyapi.vip/kling/v1/videos/omni-video/831"
