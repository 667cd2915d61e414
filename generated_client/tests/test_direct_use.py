"""Using klingkit_api on its own: what goes out, and what an ordinary answer becomes."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import respx

from klingkit_api import AuthenticatedClient
from klingkit_api.api.image import image_multi_image2image_create, image_multi_image2image_list
from klingkit_api.api.video import (
    video_image2video_create,
    video_multi_image2video_get,
    video_text2video_create,
    video_text2video_get,
    video_text2video_list,
)
from klingkit_api.models import (
    ErrorEnvelope,
    Image2VideoRequest,
    MultiImage2ImageRequest,
    SubjectImage,
    Task,
    TaskEnvelope,
    TaskListEnvelope,
    TaskResult,
    Text2VideoRequest,
    VideoFile,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "https://relay.test/kling"


@pytest.fixture
def relay() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE) as router:
        yield router


@pytest.fixture
def client() -> Iterator[AuthenticatedClient]:
    with AuthenticatedClient(base_url=BASE, token="sk-test") as opened:
        yield opened


def envelope(data: Any) -> dict[str, Any]:
    return {"code": 0, "message": "SUCCEED", "request_id": "r1", "data": data}


TASK: dict[str, Any] = {
    "task_id": "831000000000000001",
    "task_status": "succeed",
    "task_status_msg": "",
    "task_info": {"external_task_id": "mine"},
    "task_result": {"videos": [{"id": "v1", "url": "https://cdn.test/v1.mp4", "duration": "5.1"}]},
    "created_at": 1766374262370,
    "updated_at": 1766374292370,
}


def test_a_create_with_a_prompt_sends_the_prompt_and_no_default(
    relay: respx.MockRouter, client: AuthenticatedClient
) -> None:
    route = relay.post("/v1/videos/text2video").respond(json=envelope({"task_id": "t1", "task_status": "submitted"}))
    answer = video_text2video_create.sync(client=client, body=Text2VideoRequest(prompt="a fox"))
    sent = route.calls.last.request
    assert json.loads(sent.content) == {"prompt": "a fox"}
    assert sent.headers["Authorization"] == "Bearer sk-test"
    assert sent.headers["Content-Type"] == "application/json"
    assert isinstance(answer, TaskEnvelope)
    assert isinstance(answer.data, Task)
    assert answer.data.task_id == "t1"


def test_what_the_caller_says_is_sent_as_it_is(relay: respx.MockRouter, client: AuthenticatedClient) -> None:
    route = relay.post("/v1/videos/image2video").respond(json=envelope({}))
    body = Image2VideoRequest(model_name="kling-v3", image="https://a.test/fox.png", duration="10", multi_shot=False)
    body["watermark"] = True  # a relay's own field
    video_image2video_create.sync(client=client, body=body)
    assert json.loads(route.calls.last.request.content) == {
        "model_name": "kling-v3",
        "image": "https://a.test/fox.png",
        "duration": "10",
        "multi_shot": False,
        "watermark": True,
    }


def test_nested_request_objects_are_sent(relay: respx.MockRouter, client: AuthenticatedClient) -> None:
    route = relay.post("/v1/images/multi-image2image").respond(json=envelope({}))
    body = MultiImage2ImageRequest(subject_image_list=[SubjectImage(subject_image="https://a.test/1.png")])
    image_multi_image2image_create.sync(client=client, body=body)
    assert json.loads(route.calls.last.request.content) == {
        "subject_image_list": [{"subject_image": "https://a.test/1.png"}]
    }


def test_a_get_reads_the_task_down_to_its_files(relay: respx.MockRouter, client: AuthenticatedClient) -> None:
    relay.get("/v1/videos/text2video/831000000000000001").respond(json=envelope(TASK))
    response = video_text2video_get.sync_detailed(task_id="831000000000000001", client=client)
    assert (response.status_code, response.parse_error) == (200, None)
    assert isinstance(response.parsed, TaskEnvelope)
    assert isinstance(response.parsed.data, Task)
    assert isinstance(response.parsed.data.task_result, TaskResult)
    assert isinstance(response.parsed.data.task_result.videos, list)
    (video,) = response.parsed.data.task_result.videos
    assert isinstance(video, VideoFile)
    assert (video.url, video.duration) == ("https://cdn.test/v1.mp4", "5.1")
    assert response.parsed.to_dict() == envelope(TASK)


def test_a_task_id_is_one_part_of_the_path(relay: respx.MockRouter, client: AuthenticatedClient) -> None:
    route = relay.route(method="GET").respond(json=envelope(TASK))
    video_multi_image2video_get.sync(task_id="mine/1 ?", client=client)
    assert route.calls.last.request.url.raw_path == b"/kling/v1/videos/multi-image2video/mine%2F1%20%3F"


def test_a_list_sends_no_parameter_unless_given(relay: respx.MockRouter, client: AuthenticatedClient) -> None:
    route = relay.get("/v1/videos/text2video").respond(json=envelope([TASK, TASK]))
    answer = video_text2video_list.sync(client=client)
    assert route.calls.last.request.url.query == b""
    assert isinstance(answer, TaskListEnvelope)
    assert isinstance(answer.data, list)
    assert [task.task_id for task in answer.data if isinstance(task, Task)] == ["831000000000000001"] * 2


def test_a_list_sends_the_page_that_is_asked_for(relay: respx.MockRouter, client: AuthenticatedClient) -> None:
    route = relay.get("/v1/images/multi-image2image").respond(json=envelope([]))
    image_multi_image2image_list.sync(client=client, page_num=2, page_size=500)
    assert dict(route.calls.last.request.url.params) == {"pageNum": "2", "pageSize": "500"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503, 504])
def test_a_documented_refusal_is_an_error_envelope(
    status: int, relay: respx.MockRouter, client: AuthenticatedClient
) -> None:
    relay.get("/v1/videos/text2video/t1").respond(status, json={"code": 1302, "message": "slow down"})
    response = video_text2video_get.sync_detailed(task_id="t1", client=client)
    assert response.status_code == status
    assert isinstance(response.parsed, ErrorEnvelope)
    assert (response.parsed.code, response.parsed.message) == (1302, "slow down")


def test_a_lost_connection_is_httpxs_own_error(relay: respx.MockRouter, client: AuthenticatedClient) -> None:
    relay.get("/v1/videos/text2video/t1").mock(side_effect=httpx.ConnectError)
    with pytest.raises(httpx.ConnectError):
        video_text2video_get.sync(task_id="t1", client=client)


def test_the_asynchronous_form_does_the_same(relay: respx.MockRouter) -> None:
    route = relay.post("/v1/videos/text2video").respond(json=envelope(TASK))

    async def create() -> object:
        async with AuthenticatedClient(base_url=BASE, token="sk-test") as client:
            return await video_text2video_create.asyncio(client=client, body=Text2VideoRequest(prompt="a fox"))

    answer = asyncio.run(create())
    assert isinstance(answer, TaskEnvelope)
    assert json.loads(route.calls.last.request.content) == {"prompt": "a fox"}


def test_the_example_in_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    with respx.mock() as router:
        route = router.post("https://relay.example/kling/v1/videos/text2video").respond(json=envelope(TASK))
        exec(compile(example, "README.md", "exec"), {})
        sent = json.loads(route.calls.last.request.content)
    assert sent == {"model_name": "kling-v3", "prompt": "A fox walks through falling snow", "duration": "5"}
    assert capsys.readouterr().out.startswith("200 None None\n0 Task(task_id='831000000000000001'")
