"""The poller's book, driven by hand: who is asked when, decided without clock or network."""

from __future__ import annotations

import random
from typing import Any

import pytest

from klingkit import _errors as errors
from klingkit._answer import File, TaskState
from klingkit._board import Board, Job
from klingkit._polling import END_STATES
from klingkit._sweep import Sweep
from klingkit._task import Task
from klingkit._timetable import Timetable
from klingkit._watch import Look, Seat, Watch

FILES = (File("video", "https://cdn.example/a.mp4"),)


def handle(task_id: str, operation: str = "video_text2video") -> Task:
    return Task(None, "official", operation, task_id, None, TaskState(task_id, "queued", "submitted"))


def wait(timeout: float = 600, interval: float | None = None, started: float = 0.0) -> Watch:
    return Watch(timeout, interval, started, tells=False, wake=lambda: None)


def running(*tasks: str) -> list[TaskState]:
    return [TaskState(task, "running", "processing") for task in tasks]


def take(board: Board, now: float) -> Job:
    job = board.take(now)
    assert isinstance(job, Look | Sweep)
    return job


def look_at(board: Board, now: float) -> Look:
    job = take(board, now)
    assert isinstance(job, Look)
    return job


def test_one_task_is_looked_at_at_once_and_then_by_its_plan() -> None:
    board, watch, task = Board(lambda *_: True), wait(interval=7), handle("a")
    board.enter(watch, [task], 0.0)
    look = take(board, 0.0)
    assert isinstance(look, Look)
    assert (look.task, look.left) == (task, 600)
    assert board.take(0.0) is None
    board.looked(look, running("a")[0], 1.0)
    assert board.take(1.0) == 7
    assert isinstance(board.take(8.0), Look)


def test_a_look_after_the_last_one_is_at_the_deadline() -> None:
    board, watch, task = Board(lambda *_: True), wait(timeout=10, interval=7), handle("a")
    board.enter(watch, [task], 0.0)
    board.looked(look_at(board, 0.0), running("a")[0], 0.0)
    board.looked(look_at(board, 7.0), running("a")[0], 7.0)
    assert board.take(7.0) == 3
    board.looked(look_at(board, 10.0), running("a")[0], 10.5)
    (news,) = watch.news
    assert isinstance(news.error, errors.WaitTimeoutError)
    assert (watch.open, board.is_empty, board.take(11.0)) == (0, True, None)


def test_a_sweep_serves_all_and_the_newcomer_is_looked_at_by_itself() -> None:
    board, watch = Board(lambda *_: True), wait(interval=10)
    board.enter(watch, [handle(name) for name in "abcd"], 0.0)
    sweep = take(board, 0.0)
    assert isinstance(sweep, Sweep)
    assert (sweep.page, sweep.wanted) == (1, 4)
    assert not board.has_more(0.0)
    late = wait(interval=10, started=1.0)
    board.enter(late, [handle("e")], 1.0)
    look = take(board, 1.0)
    assert isinstance(look, Look)
    board.swept(sweep, running(*"abcd"), 2.0)
    board.looked(look, running("e")[0], 3.0)
    assert board.take(3.0) == pytest.approx(9, abs=0.3)
    again = take(board, 12.5)
    assert isinstance(again, Sweep)
    assert again.wanted == 5


def test_a_newcomer_with_little_time_is_not_left_to_the_next_sweep() -> None:
    board, watch = Board(lambda *_: True), wait(interval=100)
    board.enter(watch, [handle(name) for name in "abcd"], 0.0)
    sweep = take(board, 0.0)
    assert isinstance(sweep, Sweep)
    board.swept(sweep, running(*"abcd"), 0.0)
    short = wait(timeout=5, interval=100, started=1.0)
    board.enter(short, [handle("e")], 1.0)
    look = take(board, 1.0)
    assert isinstance(look, Look)
    board.looked(look, running("e")[0], 1.0)
    assert board.take(1.0) == 5
    last = take(board, 6.0)
    assert isinstance(last, Sweep)
    board.swept(last, running(*"abcde"), 6.0)
    assert [type(news.error) for news in short.news] == [errors.WaitTimeoutError]
    assert watch.open == 4


def test_a_look_that_went_well_ends_the_caution_after_those_that_did_not() -> None:
    board, watch, task = Board(lambda *_: True), wait(interval=5), handle("a")
    board.enter(watch, [task], 0.0)
    now, pauses = 0.0, []
    for fine in (False, False, True, False):
        look = take(board, now)
        assert isinstance(look, Look)
        if fine:
            board.looked(look, running("a")[0], now)
        else:
            board.look_failed(look, errors.ConnectionFailedError("down"), now)
        pause = board.take(now)
        assert isinstance(pause, float | int)
        pauses.append(pause)
        now += pause
    assert pauses == [5, 10, 5, 5]


def test_to_hurry_a_task_during_a_sweep_is_not_forgotten() -> None:
    board, watch = Board(lambda *_: True), wait(interval=50)
    board.enter(watch, [handle(name) for name in "abcd"], 0.0)
    sweep = take(board, 0.0)
    assert isinstance(sweep, Sweep)
    board.hurry("c", 1.0)
    board.swept(sweep, running(*"abcd"), 2.0)
    assert look_at(board, 2.0).task.task_id == "c"
    assert board.take(2.0) == 50


@pytest.mark.parametrize("fine", [True, False])
def test_to_hurry_a_task_that_is_being_asked_for_is_not_forgotten(fine: bool) -> None:
    board, watch, task = Board(lambda *_: True), wait(interval=50), handle("a")
    board.enter(watch, [task], 0.0)
    look = look_at(board, 0.0)
    assert board.hurry("a", 1.0)
    assert not board.hurry("b", 1.0)
    if fine:
        board.looked(look, running("a")[0], 2.0)
    else:
        board.look_failed(look, errors.ConnectionFailedError("down"), 2.0)
    again = look_at(board, 2.0)
    board.looked(again, running("a")[0], 3.0)
    assert board.take(3.0) == 50


def test_a_task_is_hurried_once_a_second_at_the_most() -> None:
    board, watch, task = Board(lambda *_: True), wait(interval=50), handle("a")
    board.enter(watch, [task], 0.0)
    board.looked(look_at(board, 0.0), running("a")[0], 0.0)
    now, looks = 1.0, 0
    for _ in range(100):
        board.hurry("a", now)
        job = board.take(now)
        if isinstance(job, Look):
            looks += 1
            board.looked(job, running("a")[0], now)
        now += 0.1
    assert 9 <= looks <= 11
    board.leave(watch, [task])
    assert not board._hurried


def test_a_group_that_shrinks_is_asked_one_by_one_again() -> None:
    board, watch = Board(lambda *_: True), wait(interval=10)
    tasks = [handle(name) for name in "abc"]
    board.enter(watch, tasks, 0.0)
    ended = TaskState("a", "succeeded", "succeed", files=FILES)
    sweep = take(board, 0.0)
    assert isinstance(sweep, Sweep)
    board.swept(sweep, [ended, *running("b", "c")], 0.0)
    looks = [take(board, 10.5), take(board, 10.5)]
    assert {look.task.task_id for look in looks if isinstance(look, Look)} == {"b", "c"}
    assert isinstance(board.take(10.5), float | None)


def test_operations_are_swept_apart_and_one_without_a_list_never() -> None:
    board, watch = Board(lambda _, operation: operation == "video_text2video"), wait()
    board.enter(watch, [handle(name) for name in "abc"], 0.0)
    board.enter(watch, [handle(name, "video_image2video") for name in "def"], 0.0)
    jobs = [take(board, 0.0) for _ in range(4)]
    assert sorted(type(job).__name__ for job in jobs) == ["Look", "Look", "Look", "Sweep"]
    assert {job.task.task_id for job in jobs if isinstance(job, Look)} == set("def")


def test_the_last_looks_of_a_large_wait_do_not_go_on_for_ever() -> None:
    board, watch = Board(lambda *_: False), wait(timeout=10, interval=100)
    board.enter(watch, [handle(f"{number}") for number in range(100)], 0.0)
    now, looks = 0.0, 0
    while watch.open:
        job = board.take(now)
        if isinstance(job, Look):
            looks += 1
            now += 1.0
            board.looked(job, running(job.task.task_id)[0], now)
        elif isinstance(job, float):
            now += job
    assert now <= 17
    assert len(watch.news) == 100
    assert looks < 20


def test_a_task_seldom_moved_about_has_one_place_in_the_timetable() -> None:
    table: Timetable[Any] = Timetable()
    watch = wait()
    one, other = Seat(handle("a"), watch), Seat(handle("b"), watch)
    for due in (5.0, 3.0, 9.0, 4.0):
        table.add(one, due)
    table.add(other, 4.0)
    assert table.next_due() == 4.0
    assert {table.take(4.0), table.take(4.0)} == {one, other}
    assert (table.take(100.0), table.next_due()) == (None, None)
    table.add(one, 5.0)
    one._watch = None
    assert table.next_due() is None


class Simulation:
    """Relay, callers and poller in one thread, with a clock of their own and a fixed chance for everything."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.board = Board(lambda _, operation: operation == "video_text2video")
        self.now = 0.0
        self.ends: dict[str, float] = {}
        self.watches: list[tuple[Watch, list[Task]]] = []
        self.left: set[int] = set()
        self.jobs: list[Job] = []
        self.outages = [(start, start + self.chance.uniform(5, 120)) for start in range(50, 2000, 400)]
        self.hidden: set[str] = set()

    def enter(self) -> None:
        operation = self.chance.choice(["video_text2video", "video_text2video", "video_image2video"])
        names = [f"{operation[6]}{self.chance.randrange(400)}" for _ in range(self.chance.choice([1, 1, 2, 5, 60]))]
        for name in names:
            self.ends.setdefault(name, self.now + self.chance.uniform(0, 500))
            if self.chance.random() < 0.1:
                self.hidden.add(name)
        watch = Watch(self.chance.choice([0, 10, 100, 1000]), self.chance.choice([None, 5]), self.now, True, int)
        tasks = [handle(name, operation) for name in names]
        self.watches.append((watch, tasks))
        self.board.enter(watch, tasks, self.now)

    def state(self, name: str) -> TaskState:
        if self.now < self.ends[name]:
            return running(name)[0]
        return TaskState(name, "succeeded", "succeed", files=FILES if self.chance.random() < 0.9 else ())

    def finish(self, job: Job) -> None:
        down = any(start <= self.now < end for start, end in self.outages)
        error: errors.KlingError | None = errors.ConnectionFailedError("down") if down else None
        if error is None and self.chance.random() < 0.05:
            error = self.chance.choice(
                [errors.RelayServerError("x"), errors.NotJsonError("x"), errors.RateLimitError("x")]
            )
        if self.chance.random() < 0.02:
            self.board.give_back(job, self.now)
        elif isinstance(job, Look):
            if error is None:
                self.board.looked(job, self.state(job.task.task_id), self.now)
            else:
                self.board.look_failed(job, error, self.now)
        elif error is None:
            shown = sorted(name for name in self.ends if name[0] == "t" and name not in self.hidden)
            page = shown[(job.page - 1) * job.size : job.page * job.size]
            self.board.swept(job, [self.state(name) for name in page], self.now)
        else:
            self.board.sweep_failed(job, error, self.now)

    def leave(self) -> None:
        at = self.chance.randrange(len(self.watches))
        watch, tasks = self.watches[at]
        if watch.open:
            self.board.leave(watch, tasks)
            self.left.add(at)

    def step(self) -> None:
        job = self.board.take(self.now)
        if isinstance(job, Look | Sweep):
            self.jobs.append(job)
        elif not self.jobs and job is not None:
            self.now += max(job, 0.001)
        if self.jobs and (not isinstance(job, Look | Sweep) or len(self.jobs) > 8 or self.chance.random() < 0.3):
            self.now += self.chance.uniform(0, 0.5)
            self.finish(self.jobs.pop(self.chance.randrange(len(self.jobs))))


@pytest.mark.parametrize("seed", range(12))
def test_every_wait_ends_once_for_each_task_whatever_happens(seed: int) -> None:
    world = Simulation(seed)
    for _ in range(3000):
        if world.now < 1500 and world.chance.random() < 0.01:
            world.enter()
        if world.watches and world.chance.random() < 0.002:
            world.leave()
        world.step()
    for _ in range(200_000):
        if world.board.is_empty and not world.jobs:
            break
        world.step()
    assert world.board.is_empty
    assert len(world.watches) > 10
    for at, (watch, tasks) in enumerate(world.watches):
        over = [news for news in watch.news if news.over]
        assert watch.open == 0
        assert len({id(news.task) for news in over}) == len(over)
        if at not in world.left:
            assert len(over) == len(tasks)
        for news in over:
            if news.error is None:
                assert news.task._status()[0] == "succeeded"
            else:
                assert isinstance(news.error, errors.WaitTimeoutError)
        for task in tasks:
            assert (task._watch, task._due) == (None, None)
            assert task.state in END_STATES or task.state in {"queued", "running"}
    assert not world.board._troubles
