"""What is charged and what is given back, and that a file from before still opens."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from klingkit_emulator.app import API_KEY, EmulatorApp, create_app
from klingkit_emulator.asked import Asked
from klingkit_emulator.gateways.records import Book
from klingkit_emulator.lifecycle import Timetable
from klingkit_emulator.store import Store, Task

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from klingkit_emulator.gateways.records import Record

PATH = "/v1/videos/text2video"
BODY = {"model_name": "kling-v1-6", "model": "kling-v1-6", "mode": "std", "prompt": "a fox"}
FAILS = {**BODY, "prompt": "a fox [fail]"}
ENDED = 0.02  # seconds; at the speed of these tests a task takes two milliseconds


def with_relay(
    relay: str, check: Callable[[EmulatorApp, httpx.AsyncClient], Awaitable[None]], *defects: str, speed: float = 10_000
) -> None:
    async def run() -> None:
        app = create_app([relay], speed=speed, defects=defects)
        # what a request dies of is none of the caller's here, as behind a real server
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {"authorization": f"Bearer {API_KEY}"}
        async with app, httpx.AsyncClient(transport=transport, base_url="http://emulator", headers=headers) as http:
            await check(app, http)

    asyncio.run(run())


async def left(http: httpx.AsyncClient) -> float:
    packs = (await http.get("/account/costs", params={"start_time": 1, "end_time": 2})).json()
    (pack,) = packs["data"]["resource_pack_subscribe_infos"]
    return float(pack["remaining_quantity"])


async def deducted(http: httpx.AsyncClient) -> list[str]:
    answer = (await http.post("/account/billing/package", json={"start_time": 1, "end_time": 2**42})).json()
    return [row["task_id"] for row in answer["data"]["result"]["detail"]]


@pytest.mark.parametrize(("relay", "path"), [("official", PATH), ("openai-next", f"/kling{PATH}")])
def test_a_task_that_fails_is_charged_until_it_fails(relay: str, path: str) -> None:
    async def check(app: EmulatorApp, http: httpx.AsyncClient) -> None:
        assert (await http.post(path, json=BODY)).status_code == 200
        assert (await http.post(path, json=FAILS)).status_code == 200
        assert app.charges(relay) == 2
        await asyncio.sleep(0.3)
        assert app.charges(relay) == 1

    with_relay(relay, check, speed=200)


def test_the_account_shows_what_came_back_and_the_bill_no_longer_has_it() -> None:
    async def check(app: EmulatorApp, http: httpx.AsyncClient) -> None:
        before = await left(http)
        made = (await http.post(PATH, json=BODY)).json()["data"]["task_id"]
        await http.post(PATH, json=FAILS)
        await asyncio.sleep(ENDED)
        assert before - await left(http) == 1
        assert await deducted(http) == [made]

    with_relay("official", check)


def test_a_relay_that_keeps_the_payment_shows_it_everywhere() -> None:
    async def check(app: EmulatorApp, http: httpx.AsyncClient) -> None:
        before = await left(http)
        made = (await http.post(PATH, json=BODY)).json()["data"]["task_id"]
        await asyncio.sleep(ENDED)
        assert (await http.get(f"{PATH}/{made}")).json()["data"]["task_status"] == "failed"
        assert before - await left(http) == 1
        assert await deducted(http) == [made]

    with_relay("official", check, "failed-charged")


@pytest.mark.parametrize("relay", ["newapi-a2", "newapi-b"])
def test_a_gateway_that_dies_before_it_has_written_the_task_down_has_charged_nobody(
    relay: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(self: Book, record: Record) -> None:
        raise OSError("no space left")

    async def check(app: EmulatorApp, http: httpx.AsyncClient) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(Book, "keep", die)
            assert (await http.post(f"/kling{PATH}", json=BODY)).status_code == 500
        assert app.charges(relay) == 0
        assert (await http.post(f"/kling{PATH}", json=BODY)).status_code == 200
        assert app.charges(relay) == 1

    with_relay(relay, check)


def test_what_is_held_counts_while_it_is_held_and_is_in_no_file() -> None:
    store = Store()
    with store.holding("newapi-b", "one"):
        assert (store.charges("newapi-b", 0), store.charges("newapi-b", 0, "two")) == (1, 0)
    assert store.charges("newapi-b", 0) == 0
    store.close()


def test_what_is_done_together_is_done_whole_or_not_at_all() -> None:
    store = Store()

    def half() -> None:
        with store.together():
            store.charge("newapi-b", "one")
            store.keep_session("task_1", "newapi-b", "one", {})
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        half()
    assert (store.charges("newapi-b", 0), store.count_sessions("newapi-b")) == (0, 0)
    store.close()


# ---------------------------------------------------------------------------------------------- the file


def task(number: int, account: str = "one", reason: str | None = None) -> Task:
    timetable = Timetable(number, number + 1, number + 2, reason)
    return Task(f"8{number:017d}", "official", account, "video_text2video", None, timetable, Asked("video", 16, 16, 0))


def test_everything_comes_newest_first_in_any_number_and_after_any_task() -> None:
    store = Store()
    with store.together():
        for number in range(450):
            store.add(task(number))
            store.add(task(number + 1000, "two"))
    ids = [made.task_id for made in store.everything("official", "one")]
    assert ids == [task(number).task_id for number in reversed(range(450))]
    assert [made.task_id for made in store.everything("official", "one", older=ids[202])] == ids[203:]
    assert list(store.everything("official", "one", older=ids[-1])) == []
    store.close()


def test_a_file_of_the_version_before_opens_and_keeps_what_it_had(tmp_path: Path) -> None:
    file = tmp_path / "tasks.db"
    store = Store(file)
    store.add(task(1))
    store.keep_session("task_1", "newapi-b", "one", {"number": 1})
    store.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript("DROP TABLE refund; DROP INDEX session_by_relay; PRAGMA user_version = 2")
    opened: Any = Store(file)
    opened.add(task(2, reason="too shy"))
    assert [made.task_id for made in opened.everything("official", "one")] == [task(2).task_id, task(1).task_id]
    assert opened.sessions("newapi-b", 10) == [{"number": 1}]
    assert (opened.charges("official", 3), opened.charges("official", 4)) == (2, 1)
    opened.close()
