"""Waiting for a task: what ends it, what does not, and what is left when it is over."""

from __future__ import annotations

import pickle
from typing import Any

import httpx
import pytest

from klingkit import (
    AuthenticationError,
    ConfigurationError,
    InvalidRequestError,
    NotFoundError,
    RelayServerError,
    TaskCancelledError,
    TaskFailedError,
    WaitTimeoutError,
)

HTML = "<!doctype html><html></html>"
URL = "https://cdn.example/fox.mp4?signature=secret"


@pytest.fixture
def task(either: Any, words: Any, respx_mock: Any) -> Any:
    """A task that was just created."""
    respx_mock.post(words.root).respond(json=words.task())
    return either.run(either.open().video.text_to_video("A fox", model_name="kling-v3"))


def query(respx_mock: Any, words: Any, *answers: Any) -> Any:
    """Let queries answer one after the other; the last one stays."""
    made = [
        each if isinstance(each, httpx.Response | Exception) else httpx.Response(200, json=each) for each in answers
    ]

    def serve(_: httpx.Request) -> httpx.Response:
        outcome = made.pop(0) if len(made) > 1 else made[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return respx_mock.get(f"{words.root}/831").mock(side_effect=serve)


def test_a_wait_returns_the_result_when_the_task_has_succeeded(
    respx_mock: Any, words: Any, either: Any, task: Any, waits: Any
) -> None:
    route = query(respx_mock, words, words.task(), words.task("processing"), words.done(URL))
    result = either.run(task.wait())
    assert (task.state, task.done, route.call_count) == ("succeeded", True, 3)
    assert result.task is task
    assert result.url == task.files[0].url == URL
    assert "Result('831': video)" in repr(result)
    assert len(waits.waits) == 2


def test_a_task_that_has_ended_is_not_asked_for_again(respx_mock: Any, words: Any, either: Any, task: Any) -> None:
    route = query(respx_mock, words, words.done(URL))
    either.run(task.wait())
    either.run(task.wait())
    assert route.call_count == 1


def test_a_create_that_is_answered_with_success_is_asked_for_its_files(
    respx_mock: Any, words: Any, either: Any
) -> None:
    respx_mock.post(words.root).respond(json=words.task("succeed"))
    route = query(respx_mock, words, words.done(URL))
    task = either.run(either.open().video.text_to_video("A fox", model_name="kling-v3"))
    assert task.files == ()
    assert either.run(task.wait()).url == URL
    assert route.call_count == 1


def test_a_create_that_is_answered_with_a_failure_is_asked_why(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).respond(json=words.task("failed"))
    route = query(respx_mock, words, words.task("failed", task_status_msg="content risk"))
    task = either.run(either.open().video.text_to_video("A fox", model_name="kling-v3"))
    with pytest.raises(TaskFailedError) as caught:
        either.run(task.wait())
    assert caught.value.reason == "content risk"
    assert route.call_count == 1


def test_every_change_is_told_once(respx_mock: Any, words: Any, either: Any, task: Any) -> None:
    query(respx_mock, words, words.task(), words.task("processing"), words.task("processing"), words.done(URL))
    seen: list[tuple[str, bool]] = []

    def note(changed: Any) -> None:
        seen.append((changed.status_word, changed is task))

    async def note_async(changed: Any) -> None:
        note(changed)

    either.run(task.wait(on_update=note_async if either.kind == "async" else note))
    assert seen == [("processing", True), ("succeed", True)]


def test_an_error_of_the_callers_own_function_ends_the_wait(
    respx_mock: Any, words: Any, either: Any, task: Any
) -> None:
    query(respx_mock, words, words.task("processing"))

    def stop(_: Any) -> None:
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        either.run(task.wait(on_update=stop))
    assert task.state == "running"


@pytest.mark.parametrize("word", ["cancelled", "CANCELED"])
def test_a_cancelled_task_ends_the_wait(respx_mock: Any, words: Any, either: Any, task: Any, word: str) -> None:
    route = query(respx_mock, words, words.task("processing"), words.task(word))
    with pytest.raises(TaskCancelledError, match="was cancelled") as caught:
        either.run(task.wait())
    assert (route.call_count, caught.value.task.state) == (2, "cancelled")
    assert isinstance(caught.value, TaskFailedError)


def test_a_failed_task_ends_the_wait_with_its_reason(respx_mock: Any, words: Any, either: Any, task: Any) -> None:
    reason = "Failure to pass the risk control system"
    query(respx_mock, words, words.task("failed", task_status_msg=f"{reason} {words.key}"))
    with pytest.raises(TaskFailedError, match=reason) as caught:
        either.run(task.wait())
    error = caught.value
    assert (error.task, error.task_id, error.relay, error.request_id) == (task, "831", "anyapi", "r-1")
    assert words.key not in f"{error} {error.reason} {error.message}"
    with pytest.raises(TaskFailedError):
        either.run(task.wait())


def test_the_deadline_ends_the_wait_and_leaves_a_task_that_can_wait_on(
    respx_mock: Any, words: Any, either: Any, task: Any, waits: Any
) -> None:
    query(respx_mock, words, words.task("processing"))
    with pytest.raises(WaitTimeoutError, match="processing") as caught:
        either.run(task.wait(timeout=100))
    error = caught.value
    assert (error.task, error.task_id, error.retryable) == (task, "831", True)
    assert waits.seconds == pytest.approx(100)
    twin = pickle.loads(pickle.dumps(error)).task
    assert twin.task_id == "831"
    respx_mock.pop(None, None)
    respx_mock.get(f"{words.root}/831").respond(json=words.done(URL))
    assert either.run(error.task.wait()).url == URL


def test_what_is_ready_at_the_deadline_is_not_missed(respx_mock: Any, words: Any, either: Any, task: Any) -> None:
    query(respx_mock, words, words.task("processing"), words.done(URL))
    assert either.run(task.wait(timeout=0.5, poll_interval=400)).url == URL


def test_a_wait_of_no_time_asks_once(respx_mock: Any, words: Any, either: Any, task: Any) -> None:
    route = query(respx_mock, words, words.task("processing"))
    with pytest.raises(WaitTimeoutError):
        either.run(task.wait(timeout=0))
    assert route.call_count == 1


def test_a_bad_minute_does_not_end_the_wait(respx_mock: Any, words: Any, either: Any, task: Any, waits: Any) -> None:
    blips = [
        httpx.ReadTimeout("late"),
        httpx.ConnectError("down"),
        httpx.RemoteProtocolError("gone"),
        httpx.Response(500, json={"x": 1}),
        httpx.Response(502, html=HTML),
        httpx.Response(503, json=words.refusal(5001)),
        httpx.Response(520, html=HTML),
        httpx.Response(429, json=words.refusal(1302), headers={"retry-after": "2"}),
        httpx.Response(200, html=HTML),
        httpx.Response(200, text=""),
        httpx.Response(200, json={"code": 0, "message": "ok", "data": None}),
    ]
    route = query(respx_mock, words, words.task("processing"), *blips, words.done(URL))
    assert either.run(task.wait()).url == URL
    assert route.call_count == len(blips) + 2
    assert waits.seconds > 60


def test_a_relay_that_stays_down_ends_the_wait_at_the_deadline_with_the_cause(
    respx_mock: Any, words: Any, either: Any, task: Any, waits: Any
) -> None:
    query(respx_mock, words, httpx.Response(502, html=HTML))
    with pytest.raises(WaitTimeoutError) as caught:
        either.run(task.wait(timeout=300))
    assert isinstance(caught.value.__cause__, RelayServerError)
    assert waits.seconds == pytest.approx(300)


def test_a_key_that_is_not_taken_any_more_ends_the_wait_at_once(
    respx_mock: Any, words: Any, either: Any, task: Any, waits: Any
) -> None:
    route = query(respx_mock, words, httpx.Response(401, json=words.refusal(1002)))
    with pytest.raises(AuthenticationError):
        either.run(task.wait())
    assert (route.call_count, waits.waits) == (1, [])
    assert task.state == "queued"


def test_a_task_that_is_not_visible_yet_is_waited_for(respx_mock: Any, words: Any, either: Any, task: Any) -> None:
    unseen = httpx.Response(400, json={"code": "task_not_exist", "message": "task_not_exist", "data": None})
    query(respx_mock, words, unseen, unseen, words.done(URL))
    assert either.run(task.wait()).url == URL


def test_a_task_that_never_appears_is_not_found(
    respx_mock: Any, words: Any, either: Any, task: Any, waits: Any
) -> None:
    query(respx_mock, words, httpx.Response(400, json=words.refusal(1201, "Task not found by id/external id: 831")))
    with pytest.raises(NotFoundError):
        either.run(task.wait())
    assert 10 < waits.seconds < 120


def test_a_word_nobody_knows_does_not_end_the_wait_and_is_reported_once(
    respx_mock: Any, words: Any, either: Any, task: Any, caplog: pytest.LogCaptureFixture
) -> None:
    odd = words.task("rendering_4k")
    query(respx_mock, words, odd, odd, odd, words.done(URL))
    assert either.run(task.wait()).url == URL
    assert caplog.text.count("rendering_4k") == 1


def test_an_answer_about_another_task_is_reported_and_the_handle_keeps_its_id(
    respx_mock: Any, words: Any, either: Any, task: Any, caplog: pytest.LogCaptureFixture
) -> None:
    query(respx_mock, words, words.done(URL, task_id="999"))
    either.run(task.wait())
    assert task.task_id == "831"
    assert "was asked for task 831 and told of task 999" in caplog.text


def test_no_poll_takes_longer_than_the_wait_has_left(respx_mock: Any, words: Any, either: Any, task: Any) -> None:
    route = query(respx_mock, words, words.task("processing"))
    with pytest.raises(WaitTimeoutError):
        either.run(task.wait(timeout=20, poll_interval=10))
    assert [call.request.extensions["timeout"]["read"] for call in route.calls] == [20, 10, 1]


@pytest.mark.parametrize(
    "arguments", [{"timeout": -1}, {"timeout": None}, {"poll_interval": 0}, {"poll_interval": "x"}]
)
def test_wrong_times_are_refused(either: Any, task: Any, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match="every wait has an end"):
        either.run(task.wait(**arguments))


def test_a_refresh_notes_where_the_task_stands(respx_mock: Any, words: Any, either: Any, task: Any) -> None:
    query(respx_mock, words, words.task("processing"), httpx.Response(502, html=HTML))
    assert either.run(task.refresh()) is task
    assert (task.state, task.raw["data"]["task_status"]) == ("running", "processing")
    with pytest.raises(RelayServerError):
        either.run(task.refresh())
    assert task.state == "running"


def test_an_unpickled_task_asks_for_a_client(either: Any, task: Any) -> None:
    twin = pickle.loads(pickle.dumps(task))
    assert (twin.task_id, twin.state, twin.raw) == ("831", "queued", None)
    with pytest.raises(ConfigurationError, match=r"tasks\.resume"):
        either.run(twin.refresh())
