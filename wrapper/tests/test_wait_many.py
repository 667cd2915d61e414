"""Waiting for many tasks with one call: what comes out, in which case a list is asked, and who shares what."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest

from klingkit import (
    AsyncKling,
    AuthenticationError,
    ConfigurationError,
    InvalidRequestError,
    Kling,
    NotFoundError,
    Task,
    TaskFailedError,
    WaitTimeoutError,
    _clock,
)

HTML = "<!doctype html><html></html>"
CDN = "https://cdn.example"


class Relay:
    """A relay with tasks whose status the test sets; it counts what it is asked."""

    def __init__(self, respx_mock: Any, words: Any, relay: str = "anyapi") -> None:
        self.words = words
        self.status: dict[str, str] = {}
        self.unlisted: set[str] = set()
        self.asked: list[str] = []
        self.list_answer: Any = None
        root = words.root if relay == "anyapi" else "https://api.xiexus.cn/kling/v1/videos/image2video"
        self.get = respx_mock.get(url__regex=rf"{root}/[\w-]+$").mock(side_effect=self._one)
        self.list = respx_mock.get(url__regex=rf"{root}\?").mock(side_effect=self._page)

    def _task(self, task_id: str) -> dict[str, Any]:
        status = self.status[task_id]
        url = f"{CDN}/{task_id}.mp4"
        said = (
            self.words.done(url, task_id=task_id) if status == "succeed" else self.words.task(status, task_id=task_id)
        )
        data: dict[str, Any] = said["data"]
        return data

    def _one(self, request: httpx.Request) -> httpx.Response:
        task_id = request.url.path.rsplit("/", 1)[1]
        self.asked.append(task_id)
        if task_id not in self.status:
            return httpx.Response(400, json=self.words.refusal(1201, "Task not found by id/external id: x"))
        return httpx.Response(200, json={"code": 0, "message": "ok", "data": self._task(task_id)})

    def _page(self, request: httpx.Request) -> httpx.Response:
        number, size = int(request.url.params["pageNum"]), int(request.url.params["pageSize"])
        self.asked.append(f"page {number} of {size}")
        if self.list_answer is not None:
            answer: httpx.Response = self.list_answer(number)
            return answer
        listed = [name for name in self.status if name not in self.unlisted][(number - 1) * size : number * size]
        data = [self._task(name) for name in listed]
        return httpx.Response(200, json={"code": 0, "message": "ok", "request_id": "r", "data": data})


@pytest.fixture
def relay(respx_mock: Any, words: Any) -> Relay:
    return Relay(respx_mock, words)


def handles(kling: Any, count: int, operation: str = "video_text2video") -> list[Any]:
    row = '{{"klingkit_task": 1, "relay": "{}", "operation": "{}", "task_id": "t{}", "external_task_id": null}}'
    return [kling.tasks.resume(row.format(kling.relay, operation, number)) for number in range(count)]


def collect(either: Any, outcomes: Any) -> list[Any]:
    if either.kind == "sync":
        return list(outcomes)

    async def gather() -> list[Any]:
        return [outcome async for outcome in outcomes]

    found: list[Any] = either.run(gather())
    return found


def test_each_task_comes_out_once_whatever_becomes_of_it(either: Any, relay: Relay) -> None:
    kling = either.open()
    tasks = handles(kling, 4)
    relay.status = {"t0": "succeed", "t1": "failed", "t2": "processing"}
    outcomes = {outcome.task.task_id: outcome for outcome in collect(either, kling.wait_many(tasks, timeout=200))}
    assert {outcome.task for outcome in outcomes.values()} == set(tasks)
    assert outcomes["t0"].error is None
    assert outcomes["t0"].result().url == f"{CDN}/t0.mp4"
    kinds = [type(outcomes[name].error) for name in ("t1", "t2", "t3")]
    assert kinds == [TaskFailedError, WaitTimeoutError, NotFoundError]
    with pytest.raises(TaskFailedError):
        outcomes["t1"].result()
    assert "Outcome(" in repr(outcomes["t1"])
    assert "TaskFailedError" in repr(outcomes["t1"])


def test_many_tasks_are_looked_at_with_one_list_call(either: Any, relay: Relay) -> None:
    kling = either.open()
    tasks = handles(kling, 300)
    relay.status = {f"t{number}": "processing" for number in range(300)}
    moved: list[str] = []

    def finish(task: Any) -> None:
        moved.append(task.task_id)
        relay.status = dict.fromkeys(relay.status, "succeed")

    outcomes = collect(either, kling.wait_many(tasks, on_update=finish))
    assert len(outcomes) == 300
    assert all(outcome.error is None for outcome in outcomes)
    assert relay.get.call_count == 0
    assert relay.asked == ["page 1 of 320", "page 1 of 320"]
    assert len(moved) == 600


def test_more_tasks_than_fit_on_a_page_take_more_pages(either: Any, relay: Relay) -> None:
    kling = either.open()
    relay.status = {f"t{number}": "succeed" for number in range(1100)}
    outcomes = collect(either, kling.wait_many(handles(kling, 1100)))
    assert sum(outcome.error is None for outcome in outcomes) == 1100
    assert relay.asked == ["page 1 of 500", "page 2 of 500", "page 3 of 500"]


def test_two_tasks_are_asked_for_one_by_one(either: Any, relay: Relay) -> None:
    kling = either.open()
    relay.status = {"t0": "succeed", "t1": "succeed"}
    assert len(collect(either, kling.wait_many(handles(kling, 2)))) == 2
    assert sorted(relay.asked) == ["t0", "t1"]


def test_a_relay_without_a_list_is_never_asked_for_one(either: Any, respx_mock: Any, words: Any) -> None:
    relay = Relay(respx_mock, words, "xiexus")
    kling = either.open("xiexus")
    relay.status = {f"t{number}": "succeed" for number in range(40)}
    outcomes = collect(either, kling.wait_many(handles(kling, 40, "video_image2video")))
    assert [outcome.error for outcome in outcomes] == [None] * 40
    assert (relay.list.call_count, relay.get.call_count) == (0, 40)


def test_tasks_that_are_asked_for_one_by_one_are_asked_for_side_by_side(
    either: Any, respx_mock: Any, words: Any
) -> None:
    relay = Relay(respx_mock, words, "xiexus")
    relay.status = {f"t{number}": "succeed" for number in range(8)}
    kling = either.open("xiexus")
    together = threading.Barrier(4, timeout=20)
    gathered = asyncio.Barrier(4)

    def answer(request: httpx.Request) -> httpx.Response:
        together.wait()  # nobody gets through before four are here
        return relay._one(request)

    async def answer_async(request: httpx.Request) -> httpx.Response:
        async with asyncio.timeout(20):
            await gathered.wait()
        return relay._one(request)

    relay.get.mock(side_effect=answer if either.kind == "sync" else answer_async)
    outcomes = collect(either, kling.wait_many(handles(kling, 8, "video_image2video")))
    assert [outcome.error for outcome in outcomes] == [None] * 8


def test_what_the_list_does_not_show_is_asked_for_by_itself(either: Any, relay: Relay) -> None:
    kling = either.open()
    relay.status = {f"t{number}": "succeed" for number in range(5)}
    relay.unlisted = {"t3"}
    outcomes = collect(either, kling.wait_many(handles(kling, 5)))
    assert [outcome.error for outcome in outcomes] == [None] * 5
    assert relay.asked == ["page 1 of 25", "t3"]


def test_a_success_without_files_on_the_list_is_looked_at_more_closely(either: Any, relay: Relay, words: Any) -> None:
    kling = either.open()
    relay.status = {f"t{number}": "succeed" for number in range(3)}
    bare = [words.task("succeed", task_id=f"t{number}")["data"] for number in range(3)]
    relay.list_answer = lambda _: httpx.Response(200, json={"code": 0, "message": "ok", "data": bare})
    outcomes = collect(either, kling.wait_many(handles(kling, 3)))
    assert sorted(outcome.result().url for outcome in outcomes) == [f"{CDN}/t{number}.mp4" for number in range(3)]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, html=HTML),
        httpx.Response(404, json={"error": {"message": "no such path"}}),
        httpx.Response(401, json={"code": 1002, "message": "no"}),
        httpx.Response(200, json={"code": 0, "message": "ok", "data": []}),
        httpx.Response(200, json={"code": 0, "message": "ok", "data": [None, 7, "x", {"a": 1}]}),
        httpx.Response(500, json={"x": 1}),
    ],
    ids=["page", "404", "401", "empty", "odd", "500"],
)
def test_a_list_that_does_not_work_ends_no_wait(either: Any, relay: Relay, answer: httpx.Response) -> None:
    kling = either.open()
    relay.status = {f"t{number}": "succeed" for number in range(6)}
    relay.list_answer = lambda _: answer
    outcomes = collect(either, kling.wait_many(handles(kling, 6)))
    assert [outcome.error for outcome in outcomes] == [None] * 6
    assert relay.list.call_count <= 3


def test_an_outage_of_the_list_is_survived_without_a_storm(either: Any, relay: Relay, waits: Any) -> None:
    kling = either.open()
    relay.status = {f"t{number}": "processing" for number in range(50)}

    def down(_: int) -> httpx.Response:
        if waits.seconds > 300:
            relay.list_answer = None
            relay.status = dict.fromkeys(relay.status, "succeed")
        raise httpx.ConnectError("down")

    relay.list_answer = down
    outcomes = collect(either, kling.wait_many(handles(kling, 50)))
    assert [outcome.error for outcome in outcomes] == [None] * 50
    assert relay.get.call_count == 0
    assert relay.list.call_count < 15


def test_the_deadline_names_what_was_wrong_last(either: Any, relay: Relay, waits: Any) -> None:
    kling = either.open()

    def down(_: int) -> httpx.Response:
        raise httpx.ConnectError("down")

    relay.list_answer = down
    outcomes = collect(either, kling.wait_many(handles(kling, 5), timeout=100))
    assert {type(outcome.error) for outcome in outcomes} == {WaitTimeoutError}
    assert {type(outcome.error.__cause__).__name__ for outcome in outcomes} == {"ConnectionFailedError"}
    assert waits.seconds == pytest.approx(100)


def test_a_key_that_is_not_taken_any_more_is_the_error_of_each(either: Any, relay: Relay, words: Any) -> None:
    kling = either.open()
    refused = httpx.Response(401, json=words.refusal(1002, f"key {words.key} is gone"))
    relay.list_answer = lambda _: refused
    relay.get.mock(side_effect=lambda _: refused)
    outcomes = collect(either, kling.wait_many(handles(kling, 4)))
    assert {type(outcome.error) for outcome in outcomes} == {AuthenticationError}
    assert not any(words.key in str(outcome.error) for outcome in outcomes)


def test_no_time_looks_once(either: Any, relay: Relay) -> None:
    kling = either.open()
    relay.status = {"t0": "succeed", "t1": "processing", "t2": "processing"}
    outcomes = collect(either, kling.wait_many(handles(kling, 3), timeout=0))
    assert sorted(outcome.error is None for outcome in outcomes) == [False, False, True]
    assert relay.asked == ["page 1 of 23"]


def test_tasks_that_have_ended_are_not_asked_for_again(either: Any, relay: Relay) -> None:
    kling = either.open()
    relay.status = {f"t{number}": "succeed" for number in range(3)}
    tasks = handles(kling, 3)
    collect(either, kling.wait_many(tasks))
    count = len(relay.asked)
    assert len(collect(either, kling.wait_many(tasks))) == 3
    assert len(relay.asked) == count
    assert collect(either, kling.wait_many([])) == []


def test_a_task_given_twice_comes_out_twice(either: Any, relay: Relay) -> None:
    kling = either.open()
    relay.status = {"t0": "succeed"}
    (task,) = handles(kling, 1)
    (twin,) = handles(kling, 1)
    outcomes = collect(either, kling.wait_many([task, task, twin]))
    assert sorted(id(outcome.task) for outcome in outcomes) == sorted([id(task), id(task), id(twin)])
    assert relay.get.call_count == 1


def test_leaving_the_loop_ends_the_waits_and_not_the_tasks(either: Any, relay: Relay) -> None:
    kling = either.open()
    relay.status = {"t0": "succeed", "t1": "processing", "t2": "processing"}
    tasks = handles(kling, 3)

    async def first() -> Any:
        async for outcome in kling.wait_many(tasks):
            return outcome
        return None

    outcome = either.run(first()) if either.kind == "async" else next(iter(kling.wait_many(tasks)))
    assert outcome.task is tasks[0]
    assert tasks[1].state == "running"
    relay.status = dict.fromkeys(relay.status, "succeed")
    assert either.run(tasks[1].wait()).url == f"{CDN}/t1.mp4"


def test_what_is_no_task_of_this_relay_is_refused_before_the_first_look(either: Any) -> None:
    kling = either.open()
    (there,) = handles(either.open("official"), 1)
    for tasks, said in (
        (7, "list of tasks"),
        ([None], r"tasks\[0\]"),
        ([*handles(kling, 1), "t1"], r"tasks\[1\]"),
        ([there], "lives at official"),
    ):
        with pytest.raises(InvalidRequestError, match=said):
            kling.wait_many(tasks)
    with pytest.raises(ConfigurationError, match=r"tasks\.resume"):
        kling.wait_many([type(there).from_json(there.to_json())])
    for limits in ({"timeout": -1}, {"timeout": None}, {"poll_interval": 0}):
        with pytest.raises(InvalidRequestError, match="every wait has an end"):
            kling.wait_many([], **limits)


def test_an_error_of_the_callers_own_function_ends_that_loop_alone(either: Any, relay: Relay) -> None:
    kling = either.open()
    relay.status = {f"t{number}": "processing" for number in range(3)}
    tasks = handles(kling, 3)

    def stop(_: Any) -> None:
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        collect(either, kling.wait_many(tasks, on_update=stop))
    relay.status = dict.fromkeys(relay.status, "succeed")
    assert len(collect(either, kling.wait_many(tasks))) == 3


def test_what_is_no_error_of_ours_ends_the_waits_it_concerns(either: Any, relay: Relay) -> None:
    kling = either.open()
    relay.get.mock(side_effect=ZeroDivisionError("a transport of the caller's own"))
    with pytest.raises(ZeroDivisionError):
        either.run(handles(kling, 1)[0].wait())


def test_threads_that_wait_for_the_same_tasks_share_the_polls(relay: Relay) -> None:
    relay.status = {f"t{number}": "processing" for number in range(8)}
    looks = threading.Barrier(8, timeout=20)

    with Kling("anyapi", api_key="sk-0123456789") as kling:
        tasks = handles(kling, 8)
        ended: list[str] = []

        def follow(task: Any) -> None:
            looks.wait()
            ended.append(task.wait(timeout=900).url)

        threads = [threading.Thread(target=follow, args=(task,)) for task in tasks]
        for thread in threads:
            thread.start()
        while relay.list.call_count < 3:
            threading.Event().wait(0.001)
        relay.status = dict.fromkeys(relay.status, "succeed")
        for thread in threads:
            thread.join(20)
        assert sorted(ended) == [f"{CDN}/t{number}.mp4" for number in range(8)]
        assert kling._engine.poller._board.is_empty
    assert not [thread for thread in threading.enumerate() if thread.name == "klingkit-poll"]


def test_a_thread_that_is_busy_with_an_outcome_leaves_the_time_to_the_others(relay: Relay, waits: Any) -> None:
    before = _clock.replace(_clock._RealClock())
    relay.status = {"t0": "processing", "t1": "processing"}
    got, ended, release = threading.Event(), list[str](), threading.Event()
    try:
        with Kling("anyapi", api_key="sk-0123456789") as kling:
            first, second = handles(kling, 2)
            poller = kling._engine.poller

            def follow() -> None:
                for _ in kling.wait_many([first], poll_interval=60):
                    got.set()
                    release.wait(20)

            def wait() -> None:
                ended.append(second.wait(poll_interval=0.3).url)

            threads = [threading.Thread(target=follow), threading.Thread(target=wait)]
            threads[0].start()
            until(lambda: poller._timekeeper is not None)
            threads[1].start()
            until(lambda: second.state == "running" and poller._sleepers)  # the first one keeps the time for both
            poller.told(replace(first.snapshot, state="failed"))
            assert got.wait(20)
            relay.status["t1"] = "succeed"
            threads[1].join(20)
            assert ended == [f"{CDN}/t1.mp4"]
    finally:
        release.set()
        _clock.replace(before)
        for thread in threads:
            thread.join(20)


def until(condition: Any) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.001)


def test_who_ends_the_poller_ends_the_waits(relay: Relay) -> None:
    relay.status = {"t0": "processing"}

    async def run() -> None:
        async with AsyncKling("anyapi", api_key="sk-0123456789") as kling:
            (task,) = handles(kling, 1)
            wait = asyncio.create_task(task.wait(timeout=10**9))
            while task.state != "running":
                await asyncio.sleep(0)
            for other in asyncio.all_tasks() - {asyncio.current_task(), wait}:
                other.cancel()
            with pytest.raises(asyncio.CancelledError):
                await wait
            relay.status = {"t0": "succeed"}
            assert (await task.wait()).url == f"{CDN}/t0.mp4"

    asyncio.run(run())


def test_waits_in_one_event_loop_share_the_polls_and_leave_nothing_running(relay: Relay) -> None:
    relay.status = {f"t{number}": "processing" for number in range(100)}

    async def run() -> None:
        async with AsyncKling("anyapi", api_key="sk-0123456789") as kling:
            tasks = handles(kling, 100)
            waits = [asyncio.create_task(task.wait(timeout=900)) for task in tasks]
            given_up, rest = waits[0], waits[1:]
            while relay.list.call_count < 2:
                await asyncio.sleep(0)
            given_up.cancel()
            with pytest.raises(asyncio.CancelledError):
                await given_up
            relay.status = dict.fromkeys(relay.status, "succeed")
            results = await asyncio.gather(*rest)
            assert [result.url for result in results] == [f"{CDN}/t{number}.mp4" for number in range(1, 100)]
            assert tasks[0].state == "running"
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert (await tasks[0].wait()).url == f"{CDN}/t0.mp4"

    asyncio.run(run())
    assert relay.get.call_count < 20


def test_a_client_may_be_used_in_one_event_loop_after_the_other(relay: Relay) -> None:
    kling = AsyncKling("anyapi", api_key="sk-0123456789")
    for word in ("succeed", "failed"):
        relay.status = {f"t{number}": word for number in range(4)}

        async def run() -> int:
            return len([outcome async for outcome in kling.wait_many(handles(kling, 4))])

        assert asyncio.run(run()) == 4


def test_a_task_comes_back_from_json_without_a_client() -> None:
    text = (
        '{"klingkit_task": 1, "relay": "anyapi", "operation": "text_to_video", "task_id": "7", "external_task_id": "m"}'
    )
    task = Task.from_json(text)
    assert (task.relay, task.operation, task.task_id, task.external_task_id) == ("anyapi", "video_text2video", "7", "m")
    assert Task.from_json(task.to_json()).to_json() == task.to_json()
    with pytest.raises(ConfigurationError, match=r"tasks\.resume"):
        task.refresh()
    with pytest.raises(InvalidRequestError):
        Task.from_json("{}")
