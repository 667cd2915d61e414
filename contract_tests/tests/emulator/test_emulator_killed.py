"""The emulator is killed (-9) under load and started again on its database: what it has acknowledged is there, once,
what is charged is what there is, and no task goes back.

`nox -s crash` kills it ten times, with more seeds.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from klingkit_emulator.app import API_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEEDS = int(os.environ.get("KLINGKIT_CRASH_SEEDS", "0"))
KILLS = 10 if SEEDS else 2
RELAYS = ("openai-next", "newapi-b")
PATH = "/kling/v1/videos/text2video"
BODY = {"model_name": "kling-v1-6", "mode": "std", "prompt": "A fox"}
RANKS = {"submitted": 0, "not_start": 0, "processing": 1, "in_progress": 1}
END = 2
FAILED = {"failed", "failure"}
COMMAND = "from klingkit.cli import main; raise SystemExit(main())"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is killed by a signal on Windows")


class Process:
    """A real `klingkit emulate`, always on the same port and the same file."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self._process: subprocess.Popen[str] | None = None
        self.port = 0
        self.workers: list[Worker] = []

    def worker(self, relay: str, name: str, stopped: threading.Event) -> Worker:
        self.workers.append(Worker(relay, name, self.port, stopped))
        return self.workers[-1]

    def start(self) -> None:
        relays = [part for relay in RELAYS for part in ("--relay", relay)]
        place = ["--port", str(self.port), "--database", str(self.database), "--speed", "60"]
        command = [sys.executable, "-c", COMMAND, "emulate", *relays, *place]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if said := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                self.port = int(said[1])
            if line.startswith("Stop"):
                return
        raise AssertionError(f"it did not start: {self._process.wait()}")

    def kill(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.send_signal(signal.SIGKILL)
        assert self._process.wait(20) == -signal.SIGKILL
        self._process.stdout.close()


@dataclass
class Worker:
    """One caller: creates, asks again for what it created, and writes down what it was told."""

    relay: str
    name: str
    port: int
    stopped: threading.Event
    told: dict[str, str] = field(default_factory=dict)  # own id of a create to the id of its task
    unknown: list[str] = field(default_factory=list)  # own ids whose create had no answer
    ranks: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    _line: http.client.HTTPConnection | None = None

    def run(self) -> None:
        chance, number = random.Random(self.name), 0
        while not self.stopped.is_set() and not self.wrong:
            number += 1
            mine = f"{self.name}-{number}"
            try:
                self.create(mine, fails=number % 5 == 0)
            except (OSError, http.client.HTTPException):
                self.unknown.append(mine)
                self.wait_for_it()
            for _ in range(2 if self.told else 0):
                try:
                    self.look(chance.choice(list(self.told.values())))
                except (OSError, http.client.HTTPException):
                    self.wait_for_it()

    def create(self, mine: str, *, fails: bool = False) -> None:
        own = {"external_task_id": mine} if self.relay == "openai-next" else {"model": BODY["model_name"]}
        prompt = {"prompt": "A fox [fail]"} if fails else {}
        status, answer = self.request("POST", PATH, {**BODY, **own, **prompt})
        if status != 200:
            self.wrong.append(f"{mine}: HTTP {status} {answer}")
            return
        self.told[mine] = answer["task_id"] if "task_id" in answer else answer["data"]["task_id"]

    def look(self, task_id: str) -> str:
        """Ask for a task of our own: it has to be there, and not to have gone back."""
        status, answer = self.request("GET", f"{PATH}/{task_id}")
        if status != 200:
            self.wrong.append(f"{task_id} is lost: HTTP {status} {answer}")
            return ""
        data = answer["data"]
        word = str(data.get("status") or data["task_status"]).lower()
        rank = RANKS.get(word, END)
        if rank < self.ranks.get(task_id, 0):
            self.wrong.append(f"{task_id} went back to {word}")
        self.ranks[task_id] = rank
        return word

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"authorization": f"Bearer {API_KEY}", "content-type": "application/json"}
        try:
            content = None if body is None else json.dumps(body)
            self._line.request(method, f"/{self.relay}{path}", content, headers)
            answer = self._line.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            self.hang_up()
            raise

    def wait_for_it(self) -> None:
        """Return when it answers again, or when nothing more is to be done."""
        while not self.stopped.is_set():
            try:
                self.request("GET", f"{PATH}/nobody")
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)

    def hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "tasks.db")
    process.start()
    yield process
    for worker in process.workers:
        worker.hang_up()
    process.kill()


def load(process: Process, seed: int) -> list[Worker]:
    """Kill and start the emulator while four callers use it; return them when it has been done."""
    chance, stopped = random.Random(seed), threading.Event()
    workers = [process.worker(RELAYS[at % 2], f"{seed}-{at}", stopped) for at in range(4)]
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        for _ in range(KILLS):
            before = sum(len(worker.told) for worker in workers)
            deadline = time.monotonic() + 30
            while sum(len(worker.told) for worker in workers) < before + 40 and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(chance.random() * 0.1)
            process.kill()
            process.start()
    finally:
        stopped.set()
        for thread in threads:
            thread.join(30)
    return workers


def listed(worker: Worker) -> list[str]:
    """Return the external id of every task that the list has."""
    found: list[str] = []
    for page in range(1, 1000):
        status, answer = worker.request("GET", f"{PATH}?pageSize=500&pageNum={page}")
        assert status == 200
        found += [task["task_info"]["external_task_id"] for task in answer["data"]]
        if len(answer["data"]) < 500:
            break
    return found


def paid_for(database: Path) -> list[list[bool]]:
    """Return of every task that is in the file whether it has to be paid for, at each relay."""
    with closing(sqlite3.connect(database)) as connection:
        tasks = connection.execute("SELECT timetable FROM task WHERE relay = ?", RELAYS[:1]).fetchall()
        records = connection.execute("SELECT state FROM session WHERE relay = ?", RELAYS[1:]).fetchall()
    return [
        [json.loads(row[0])["reason"] is None for row in tasks],  # all have ended
        [json.loads(row[0])["quota"] > 0 for row in records],  # it gives back when it looks
    ]


@pytest.mark.parametrize("seed", range(SEEDS or 1))
def test_kills_lose_and_double_no_acknowledged_task_and_the_charges_are_those_of_the_tasks(
    process: Process, seed: int
) -> None:
    workers = load(process, seed)
    assert [wrong for worker in workers for wrong in worker.wrong] == []
    time.sleep(0.6)  # every task has ended by then, and the gateway would have looked
    for worker in workers:
        worker.hang_up()  # a server may close a connection that has been idle
        failed = [task_id for task_id in worker.told.values() if worker.look(task_id) in FAILED]
        assert worker.wrong == []
        assert set(worker.ranks.values()) == {END}
        assert 0 < len(failed) < len(worker.told) / 3

    lister = workers[0]
    lister.hang_up()
    there = listed(lister)
    direct = [worker for worker in workers if worker.relay == "openai-next"]
    assert len(there) == len(set(there))
    assert {mine for worker in direct for mine in worker.told} <= set(there)
    assert set(there) <= {mine for worker in direct for mine in (*worker.told, *worker.unknown)}
    for mine in [mine for worker in direct for mine in worker.told][:20]:
        status, answer = lister.request("POST", PATH, {**BODY, "external_task_id": mine})
        assert (status, answer["code"]) == (400, 1201)

    _, state = process.worker("_emulator", "looker", threading.Event()).request("GET", "/state")
    for relay, paid in zip(RELAYS, paid_for(process.database), strict=True):
        told = [task_id for worker in workers if worker.relay == relay for task_id in worker.told.values()]
        unknown = sum(len(worker.unknown) for worker in workers if worker.relay == relay)
        assert len(told) == len(set(told))
        assert len(told) <= len(paid) <= len(told) + unknown
        assert state["relays"][relay]["tasks"] == len(paid)
        assert state["relays"][relay]["charges"] == sum(paid)
