"""What on_event is told, that no key is in it, and that no task is lost over it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from klingkit import ConfigurationError
from klingkit.events import Event, Polled, RequestFailed, RequestSent, ResponseReceived, RetryPlanned, StateChanged

URL = "https://cdn.example/fox.mp4"


def test_everything_that_happens_to_a_task_is_told_in_order(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).respond(json=words.task(), headers={"x-request-id": "header-1"})
    respx_mock.get(f"{words.root}/831").mock(
        side_effect=[
            httpx.ConnectError("down"),
            httpx.Response(200, json=words.task("processing")),
            httpx.Response(200, json=words.done(URL)),
        ]
    )
    events: list[Event] = []
    kling = either.open(on_event=events.append)
    task = either.run(kling.video.text_to_video("A fox", model_name="kling-v3"))
    either.run(task.wait())
    path = "/kling/v1/videos/text2video"
    assert events[0] == RequestSent("anyapi", "video_text2video_create", "POST", path)
    answered = events[1]
    assert isinstance(answered, ResponseReceived)
    assert (answered.status, answered.request_id, answered.seconds >= 0) == (200, "header-1", True)
    looks = [RequestSent("anyapi", "video_text2video_get", "GET", f"{path}/831")]
    kinds = [type(event).__name__ for event in events[2:]]
    assert kinds == [
        *["RequestSent", "RequestFailed", "Polled"],
        *["RequestSent", "ResponseReceived", "Polled", "StateChanged"],
        *["RequestSent", "ResponseReceived", "Polled", "StateChanged"],
    ]
    assert [event for event in events[2:] if isinstance(event, RequestSent)] == looks * 3
    failed, polled = events[3], events[4]
    assert isinstance(failed, RequestFailed)
    assert isinstance(polled, Polled)
    assert polled.error is failed.error
    assert [event.tasks for event in events if isinstance(event, Polled)] == [0, 1, 1]
    moves = [event for event in events if isinstance(event, StateChanged)]
    assert [(event.before, event.after) for event in moves] == [("queued", "running"), ("running", "succeeded")]
    assert all(event.task is task for event in moves)


def test_another_attempt_and_a_refresh_are_told(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.get(f"{words.root}/831").mock(
        side_effect=[
            httpx.Response(502),
            httpx.Response(200, json=words.task("processing")),
            httpx.Response(200, json=words.done(URL)),
            httpx.Response(200, json=words.done(URL)),
        ]
    )
    events: list[Event] = []
    kling = either.open(on_event=events.append)
    task = either.run(kling.tasks.get("831", operation="text_to_video"))
    (again,) = [event for event in events if isinstance(event, RetryPlanned)]
    assert (again.attempt, again.operation, again.error.status) == (1, "video_text2video_get", 502)
    assert again.seconds > 0
    either.run(task.refresh())
    either.run(task.refresh())
    moves = [(event.before, event.after) for event in events if isinstance(event, StateChanged)]
    assert moves == [("running", "succeeded")]


def test_no_event_holds_the_key(respx_mock: Any, words: Any, either: Any) -> None:
    answer = words.task("processing", task_id=words.key)
    respx_mock.post(words.root).respond(json=answer, headers={"x-request-id": f"for {words.key}"})
    refusal = httpx.Response(503, json=words.refusal(5001, f"busy, {words.key}"))
    respx_mock.get(url__startswith=words.root).mock(side_effect=[refusal, httpx.Response(200, json=answer)])
    events: list[Event] = []
    kling = either.open(on_event=events.append)
    task = either.run(kling.video.text_to_video(f"A fox {words.key}", model_name="kling-v3"))
    either.run(kling.tasks.get(task.task_id, operation="text_to_video"))
    assert len(events) == 7
    for event in events:
        assert words.key not in repr(event)
        assert "Test%2BKey" not in repr(event)
        assert words.key not in str(getattr(event, "error", ""))


def test_a_hook_that_fails_loses_no_task(
    respx_mock: Any, words: Any, either: Any, caplog: pytest.LogCaptureFixture
) -> None:
    respx_mock.post(words.root).respond(json=words.task())
    respx_mock.get(f"{words.root}/831").respond(json=words.done(URL))

    def broken(_: Event) -> None:
        raise LookupError("the hook is broken")

    kling = either.open(on_event=broken)
    task = either.run(kling.video.text_to_video("A fox", model_name="kling-v3"))
    assert either.run(task.wait()).url == URL
    assert "on_event failed at RequestSent" in caplog.text


def test_what_is_no_function_is_refused(either: Any) -> None:
    with pytest.raises(ConfigurationError, match="on_event"):
        either.open(on_event="print")
