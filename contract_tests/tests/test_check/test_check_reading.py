"""What an answer says about a task, whatever relay worded it."""

from __future__ import annotations

from typing import Any

import pytest

from klingkit_contract.reading import Kind, Reader, Step

VIDEO = "https://cdn.example/v.mp4"
KLING = {
    "code": 0,
    "message": "SUCCEED",
    "data": {
        "task_id": "81",
        "task_status": "succeed",
        "task_info": {"external_task_id": "mine"},
        "task_result": {"videos": [{"id": "1", "url": VIDEO}]},
    },
}
GATEWAY = {"task_id": "task_x", "status": "completed", "url": VIDEO}
WRAPPER = {"code": "success", "data": {"task_id": "81", "status": "SUCCESS", "fail_reason": VIDEO}}
OPENAI = {"object": "video", "id": "81", "status": "completed", "metadata": {"url": VIDEO}}


@pytest.mark.parametrize("body", [KLING, GATEWAY, WRAPPER, OPENAI])
def test_a_finished_task_is_read_from_every_envelope(body: dict[str, Any]) -> None:
    reading = Reader().read(body)
    assert (reading.kind, reading.step, reading.urls) == (Kind.TASK, Step.FINAL, (VIDEO,))
    assert reading.task_id in {"81", "task_x"}


def test_the_external_id_is_read() -> None:
    assert Reader().read(KLING).external_id == "mine"


def test_a_list_is_read_task_by_task() -> None:
    tasks = Reader().read({"code": 0, "data": [{"task_id": "1", "task_status": "submitted"}, {"task_id": "2"}]}).tasks
    assert [(task.task_id, task.state) for task in tasks] == [("1", "queued"), ("2", "")]


@pytest.mark.parametrize(
    "body",
    [
        {"code": 1201, "message": "no", "data": {"task_id": "81"}},
        {"error": {"message": "no", "type": "x"}},
        {"code": "fail_to_fetch_task", "message": "no"},
    ],
)
def test_an_error_is_read_as_one_whatever_its_status(body: dict[str, Any]) -> None:
    reading = Reader().read(body)
    assert (reading.kind, reading.message) == (Kind.ERROR, "no")


def test_a_word_nobody_knows_ends_no_wait() -> None:
    reading = Reader().read({"task_id": "1", "status": "finished_ok"})
    assert (reading.word, reading.step) == ("finished_ok", Step.UNKNOWN)


def test_a_reason_that_is_no_address_is_no_result() -> None:
    assert Reader().read({**WRAPPER, "data": {**WRAPPER["data"], "fail_reason": "no money"}}).urls == ()  # type: ignore[dict-item]
