"""What a task weighs while it is outstanding, and that nothing of it is lost by that."""

from __future__ import annotations

import copy
import os
import pickle
import tracemalloc
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from klingkit._answer import File, TaskState, read_answer
from klingkit._board import Board
from klingkit._compact import MINTED, Recent, minted
from klingkit._task import Task
from klingkit._watch import Watch

MOMENT = datetime(2026, 11, 22, 3, 4, 5, 678901, tzinfo=UTC)


def engine(most: int = 64) -> Any:
    return SimpleNamespace(homes={}, recent=Recent(most), hooks=None)


def handle(number: int, home: Any, **changes: Any) -> Task:
    state = TaskState(
        task_id=f"{830_000_000_000_000_000 + number}",
        state="queued",
        status_word="submitted",
        created_at=MOMENT + timedelta(seconds=number),
        updated_at=MOMENT + timedelta(seconds=number),
        request_id=f"CjMT7WdSwWcAAAAA{number:06d}",
        raw={"code": 0, "data": {"task_id": str(number), "task_info": {"a": ["b"] * 20}}},
    )
    external = f"{MINTED}{uuid.UUID(int=number)}"
    return Task(home, "official", "video_text2video", str(state.task_id), external, replace(state, **changes))


def test_an_outstanding_task_takes_at_most_400_bytes_with_its_place_in_the_poller() -> None:
    home, board, count = engine(), Board(lambda *_: True), 5_000
    watch = Watch(600, None, 0.0, tells=True, wake=lambda: None)
    warm = [handle(number, home) for number in range(100)]
    board.enter(watch, warm, 0.0)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = [handle(number, home) for number in range(100, 100 + count)]
        board.enter(watch, kept, 0.0)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / count <= 400
    assert not hasattr(kept[0], "__dict__")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"state": "running", "status_word": "processing"},
        {"state": "unknown", "status_word": "rendering \ud800 4k"},
        {"status_word": None},
        {"task_id": None},
        {"task_id": "another"},
        {"external_task_id": "as the relay says"},
        {"external_task_id": f"{MINTED}{uuid.UUID(int=5)}"},
        {"created_at": None, "updated_at": None, "request_id": None},
        {"created_at": datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)},
        {"state": "failed", "reason": "no"},
        {"state": "succeeded", "files": (File("video", "https://cdn.example/a.mp4"),)},
    ],
    ids=str,
)
def test_a_small_handle_has_all_that_it_was_told(changes: dict[str, Any]) -> None:
    task = handle(5, engine(), **changes)
    told = TaskState(
        "830000000000000005",
        "queued",
        "submitted",
        created_at=MOMENT + timedelta(seconds=5),
        request_id=task.request_id,
    )
    told = replace(told, updated_at=told.created_at)
    for name, value in changes.items():
        told = replace(told, **{name: value})
    assert task.snapshot == told
    assert (task.state, task.status_word, task.reason) == (told.state, told.status_word, told.reason)
    assert (task.files, task.created_at, task.request_id) == (told.files, told.created_at, told.request_id)
    assert task.external_task_id == f"{MINTED}{uuid.UUID(int=5)}"
    assert task.raw["code"] == 0
    for twin in (pickle.loads(pickle.dumps(task)), copy.copy(task)):
        assert (twin.snapshot, twin.external_task_id, twin.relay) == (told, task.external_task_id, "official")


@pytest.mark.parametrize("external", [None, "mine", MINTED, f"{MINTED}x", f"{MINTED}{'0' * 32}", f"{MINTED}{'A' * 36}"])
def test_an_external_id_is_kept_as_it_is(external: str | None) -> None:
    task = Task(None, "anyapi", "video_text2video", "1", external, TaskState("1", "queued"))
    assert task.external_task_id == external
    task.snapshot = TaskState("1", "succeeded")
    assert task.external_task_id == external


def test_fresh_ids_are_all_different_and_uuids() -> None:
    made = {minted(os.urandom(16)) for _ in range(1000)}
    assert len(made) == 1000
    assert all(str(uuid.UUID(one.removeprefix(MINTED))) == one.removeprefix(MINTED) for one in made)


def test_the_last_raw_answers_of_outstanding_tasks_are_kept_and_those_of_ended_ones_with_them() -> None:
    home = engine(most=3)
    tasks = [handle(number, home) for number in range(5)]
    assert [task.raw is None for task in tasks] == [True, True, False, False, False]
    tasks[0].snapshot = replace(tasks[0].snapshot, raw={"again": 1})
    assert [task.raw is None for task in tasks] == [False, True, True, False, False]
    tasks[1].snapshot = TaskState("1", "failed", raw={"why": "no"})
    for _ in range(10):
        handle(99, home)
    assert tasks[1].raw == {"why": "no"}


ENTRIES = [
    {"task_id": "1", "task_status": "processing", "created_at": 1766374262370, "updated_at": 1766374262371},
    {"task_id": " 2 ", "task_status": "submitted", "created_at": "1766374262", "updated_at": 0},
    {"task_id": "ä3", "task_status": "a new word", "created_at": [], "updated_at": {}},
    {"task_id": 4, "task_status": "failed", "created_at": 1, "updated_at": 2},
    {"task_id": "5", "task_status": "failed", "created_at": 1, "updated_at": None},
    {"task_id": "", "task_status": "failed", "created_at": 1, "updated_at": 2},
    {"task_id": 1.5, "task_status": "failed", "created_at": 1, "updated_at": 2},
    {"task_id": "6", "task_status": 7, "created_at": 1, "updated_at": 2},
    {"task_id": "7", "task_status": "failed", "task_status_msg": "risk", "task_info": {"external_task_id": "mine"}},
    {"task_id": "8", "task_status": "failed", "task_status_msg": "risk", "task_info": {"external_task_id": "yours"}},
    {"task_id": "9", "task_status": "succeed", "task_result": {"videos": [{"url": "https://cdn.example/9.mp4"}]}},
    {"task_id": "10", "task_status": "succeed", "task_result": {"videos": [{"url": "https://cdn.example/10.mp4"}]}},
    {"task_id": "11", "task_status": "succeed", "task_result": {"videos": "none"}},
    {"id": "12", "status": "succeeded", "create_time": 1766374262370, "update_time": 1, "message": ""},
    {"id": "13", "status": "processing", "create_time": 1766374262370, "update_time": 1, "message": ""},
    {"task_id": "14", "status": "completed", "url": "https://cdn.example/14.mp4"},
    {"task_id": "15", "status": "completed", "url": "https://cdn.example/15.mp4"},
    {"task_id": "16", "task_status": "processing", "code": 5, "message": "no"},
    {"task_id": "17", "task_status": "processing", "code": 0, "message": "ok"},
    {"object": "video", "id": "18", "status": "completed"},
    {"task_id": "19", "task_status": "processing", "request_id": "own"},
    {"task_id": "20", "task_status": "processing", "request_id": "own too"},
    {"message": "no"},
    {},
]


@pytest.mark.parametrize("order", [1, -1])
def test_a_task_of_a_list_is_read_as_it_is_alone(order: int) -> None:
    entries = [copy.deepcopy(entry) for entry in ENTRIES for _ in range(2)][::order]
    page = read_answer({"code": 0, "message": "ok", "request_id": "page", "data": [None, 7, *entries]})
    alone = [task for entry in entries if (task := read_answer(entry).task) is not None]
    alone = [replace(task, request_id=task.request_id or "page") for task in alone]
    assert page.tasks is not None
    assert len(page.tasks) == len(alone) > 20
    for one, other in zip(page.tasks, alone, strict=True):
        assert pickle.loads(pickle.dumps(one)) == other
        assert (one, one.raw, repr(one)) == (other, other.raw, repr(other))
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        page.tasks[0].colour  # noqa: B018
