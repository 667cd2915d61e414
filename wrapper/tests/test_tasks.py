"""Finding tasks again: by id, in lists, from JSON and out of pickles."""

from __future__ import annotations

import itertools
import json
import pickle
from typing import Any

import httpx
import pytest

from klingkit import (
    AnswerTooLargeError,
    ConnectionFailedError,
    HtmlPageError,
    InvalidRequestError,
    NotFoundError,
    RelayServerError,
    UnsupportedByRelayError,
)
from klingkit._transport import MAX_ANSWER_BYTES

XIEXUS = "https://api.xiexus.cn/kling/v1/videos/image2video"


def test_a_task_is_found_by_its_id(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.get(f"{words.root}/831").respond(json=words.done(words.file, task_info={"external_task_id": "mine"}))
    task = either.run(either.open().tasks.get("831", operation="text_to_video"))
    assert (task.task_id, task.external_task_id, task.state) == ("831", "mine", "succeeded")
    assert task.updated_at == task.created_at


def test_a_task_is_found_by_the_callers_own_id(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.get(f"{words.root}/order%2F7").respond(json=words.task())
    assert either.run(either.open().tasks.get("order/7", operation="video_text2video")).task_id == "831"


def test_a_query_is_tried_again_when_something_passing_is_in_the_way(respx_mock: Any, words: Any, either: Any) -> None:
    route = respx_mock.get(f"{words.root}/831").mock(
        side_effect=[httpx.ReadTimeout("x"), httpx.Response(502), httpx.Response(200, json=words.task())]
    )
    assert either.run(either.open().tasks.get("831", operation="text_to_video")).task_id == "831"
    assert route.call_count == 3


def test_tries_are_bounded(respx_mock: Any, words: Any, either: Any) -> None:
    route = respx_mock.get(f"{words.root}/831").respond(502)
    with pytest.raises(RelayServerError):
        either.run(either.open(max_retries=1).tasks.get("831", operation="text_to_video"))
    assert route.call_count == 2


def test_an_unknown_id_is_not_found_at_once(respx_mock: Any, words: Any, either: Any) -> None:
    route = respx_mock.get(f"{words.root}/831").respond(404, json={"error": {"message": "no such task"}})
    with pytest.raises(NotFoundError):
        either.run(either.open().tasks.get("831", operation="text_to_video"))
    assert route.call_count == 1


@pytest.mark.parametrize("task_id", ["", "  ", None, 831])
def test_an_id_is_a_text(either: Any, task_id: Any) -> None:
    with pytest.raises(InvalidRequestError, match="task_id"):
        either.run(either.open().tasks.get(task_id, operation="text_to_video"))


def test_a_page_of_tasks_is_a_list_of_tasks(respx_mock: Any, words: Any, either: Any) -> None:
    data = [words.task("processing", task_id=str(at))["data"] for at in range(3)]
    route = respx_mock.get(words.root).respond(json={"code": 0, "message": "ok", "request_id": "r", "data": data})
    tasks = either.run(either.open().tasks.list("text_to_video", page=2, page_size=3))
    assert [(task.task_id, task.state, task.operation) for task in tasks] == [
        (str(at), "running", "video_text2video") for at in range(3)
    ]
    assert dict(route.calls.last.request.url.params) == {"pageNum": "2", "pageSize": "3"}


def test_past_the_end_the_page_is_empty(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.get(words.root).respond(json={"code": 0, "message": "ok", "data": []})
    assert either.run(either.open().tasks.list("text_to_video")) == []


@pytest.mark.parametrize("arguments", [{"page": 0}, {"page": 1001}, {"page_size": 501}, {"page": "1"}, {"page": True}])
def test_pages_out_of_range_are_refused(either: Any, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match=r"page(_size)? is .*; it (can be 1 to|has to be a whole number)"):
        either.run(either.open().tasks.list("text_to_video", **arguments))


def test_a_relay_without_a_list_is_not_asked_for_one(either: Any) -> None:
    with pytest.raises(UnsupportedByRelayError, match="no list of tasks"):
        either.run(either.open("xiexus").tasks.list("image_to_video"))


def test_a_relay_that_answers_the_list_with_a_web_page_is_named(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.get(words.root).respond(html="<!doctype html><title>Dashboard</title>")
    with pytest.raises(HtmlPageError, match="web page") as caught:
        either.run(either.open(max_retries=0).tasks.list("text_to_video"))
    assert caught.value.content_type.startswith("text/html")
    assert "Dashboard" in caught.value.excerpt


def test_a_task_goes_into_json_and_comes_back_in_another_client(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).respond(json=words.task())
    respx_mock.get(f"{words.root}/831").respond(json=words.done(words.file))
    made = either.run(either.open().video.text_to_video("x", model_name="kling-v3", external_task_id="mine"))
    text = made.to_json()
    assert json.loads(text) == {
        "klingkit_task": 1,
        "relay": "anyapi",
        "operation": "video_text2video",
        "task_id": "831",
        "external_task_id": "mine",
    }
    assert words.key not in text
    for source in (text, text.encode(), json.loads(text), made, pickle.loads(pickle.dumps(made))):
        task = either.open().tasks.resume(source)
        assert (task.task_id, task.external_task_id, task.operation) == ("831", "mine", "video_text2video")
        assert either.run(task.wait()).url == words.file


@pytest.mark.parametrize(
    "source",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        b"\xff",
        "[" * 100_000,
        None,
        7,
        '{"klingkit_task": 2}',
        '{"klingkit_task": 1, "relay": "anyapi"}',
        '{"klingkit_task": 1, "relay": "anyapi", "operation": "nope", "task_id": "1", "external_task_id": null}',
        '{"klingkit_task": 1, "relay": "anyapi", "operation": "video_text2video", "task_id": 1}',
    ],
    ids=range(13),
)
def test_what_is_no_task_is_not_resumed(either: Any, source: Any) -> None:
    with pytest.raises(InvalidRequestError):
        either.open().tasks.resume(source)


def test_a_task_is_resumed_at_its_own_relay_alone(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).respond(json=words.task())
    made = either.run(either.open().video.text_to_video("x", model_name="kling-v3"))
    with pytest.raises(InvalidRequestError, match="lives at anyapi"):
        either.open("official").tasks.resume(made.to_json())


def test_an_answer_longer_than_any_is_not_read_to_its_end(respx_mock: Any, words: Any, either: Any) -> None:
    read = 0

    def endless() -> Any:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 1024 * 1024

    async def endless_async() -> Any:
        for piece in endless():
            yield piece

    stream = endless_async() if either.kind == "async" else endless()
    respx_mock.get(f"{words.root}/831").mock(return_value=httpx.Response(200, content=stream))
    with pytest.raises(AnswerTooLargeError):
        either.run(either.open(max_retries=0).tasks.get("831", operation="text_to_video"))
    assert read <= MAX_ANSWER_BYTES // (1024 * 1024) + 2


def test_without_a_connection_the_host_is_named(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.get(f"{words.root}/831").mock(side_effect=httpx.ConnectError("no"))
    with pytest.raises(ConnectionFailedError, match=r"www\.anyapi\.vip"):
        either.run(either.open().tasks.get("831", operation="text_to_video"))


@pytest.mark.parametrize("operation", ["text_to_video", "standard_text_to_video"])
def test_a_relay_that_tells_the_same_page_again_and_again_is_not_asked_for_ever(
    respx_mock: Any, words: Any, either: Any, operation: str
) -> None:
    numbers = itertools.count()

    def same(_: httpx.Request) -> httpx.Response:
        rows = [{"task_id": str(at), "id": str(at), "task_status": "x", "status": "x"} for at in range(2)]
        more = {"result": rows, "has_more": True, "next_cursor": f"c{next(numbers)}"}
        return httpx.Response(200, json={"code": 0, "data": rows if operation == "text_to_video" else more})

    route = respx_mock.route(url__startswith="https://kling.example").mock(side_effect=same)
    tasks = either.open("official", base_url="https://kling.example").tasks.iter(operation, page_size=2)

    async def listed() -> list[str]:
        return [task.task_id async for task in tasks]

    found = [task.task_id for task in tasks] if either.kind == "sync" else either.run(listed())
    assert found == ["0", "1"]
    assert 1 < route.call_count < 10
