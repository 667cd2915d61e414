"""Answers in every shape seen in the wild are read into one model, and nothing in them raises."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest

import klingkit_data
from klingkit._answer import read_answer, state_of
from klingkit._document import Document, Unreadable, read_document
from klingkit._values import identifier, integer, moment, number, walk, web_address

URL = "https://cdn.example/a.mp4?sig=1"
KLING = {
    "code": 0,
    "message": "SUCCEED",
    "request_id": "r",
    "data": {
        "task_id": "831",
        "task_status": "succeed",
        "task_status_msg": "",
        "task_info": {"external_task_id": "mine"},
        "created_at": 1766374262370,
        "updated_at": 1766374272370,
        "task_result": {"videos": [{"id": "v", "url": URL, "duration": "5.1", "watermark_url": "http://w.example/"}]},
    },
}
GATEWAY = {
    "code": "success",
    "message": "",
    "data": {
        "task_id": "task_1",
        "status": "SUCCESS",
        "fail_reason": URL,
        "submit_time": 1766374262,
        "finish_time": 1766374272,
        "progress": "100%",
        "data": {"code": 0, "data": {"task_id": "upstream", "task_result": {"videos": [{"url": URL}]}}},
    },
}
OPENAI_VIDEO = {
    "id": "video_1",
    "task_id": "video_1",
    "object": "video",
    "model": "kling-v1",
    "status": "completed",
    "created_at": 1766374262,
    "completed_at": 1766374272370,
    "metadata": {"url": URL},
}
DOCUMENTED = {"task_id": "abcd", "status": "completed", "url": URL, "format": "mp4", "metadata": {"fps": 30}}
BARE_TASK = {**KLING["data"], "task_result": {"images": [{"index": 1, "url": URL}, {"index": 0, "url": URL + "0"}]}}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("document", "envelope", "task_id"),
    [
        (KLING, "kling", "831"),
        (GATEWAY, "task-wrapper", "task_1"),
        (OPENAI_VIDEO, "openai-video", "video_1"),
        (DOCUMENTED, "newapi-docs", "abcd"),
        (BARE_TASK, "kling-task", "831"),
    ],
)
def test_a_finished_task_is_read_from_every_envelope(document: Any, envelope: str, task_id: str) -> None:
    answer = read_answer(document)
    assert answer.envelope == envelope
    assert answer.refusal is None
    assert answer.task is not None
    assert (answer.task.task_id, answer.task.state) == (task_id, "succeeded")
    assert answer.task.files[-1].url == URL
    assert answer.task.reason == ""
    assert answer.raw is document


def test_everything_the_kling_format_holds_is_read() -> None:
    task = read_answer(KLING).task
    assert task is not None
    assert task.external_task_id == "mine"
    assert task.request_id == "r"
    assert task.created_at == datetime(2025, 12, 22, 3, 31, 2, 370000, UTC)
    assert task.updated_at == datetime(2025, 12, 22, 3, 31, 12, 370000, UTC)
    (file,) = task.files
    assert (file.kind, file.id, file.index, file.duration) == ("video", "v", 0, 5.1)
    assert file.watermark_url == "http://w.example/"
    assert "sig=1" not in repr(task)


def test_times_are_read_in_seconds_and_in_milliseconds_whatever_is_declared() -> None:
    task = read_answer(OPENAI_VIDEO).task
    assert task is not None
    assert task.created_at == datetime(2025, 12, 22, 3, 31, 2, tzinfo=UTC)
    assert task.updated_at == datetime(2025, 12, 22, 3, 31, 12, 370000, UTC)


def test_pictures_come_in_the_order_of_their_index() -> None:
    task = read_answer(BARE_TASK, media="image").task
    assert task is not None
    assert [(file.kind, file.index) for file in task.files] == [("image", 0), ("image", 1)]


def test_an_address_beside_the_files_is_not_a_second_file() -> None:
    task = read_answer(GATEWAY).task
    assert task is not None
    assert len(task.files) == 1


def test_a_lone_address_is_a_file_of_what_the_operation_makes() -> None:
    task = read_answer(DOCUMENTED, media="image").task
    assert task is not None
    assert [(file.kind, file.url) for file in task.files] == [("image", URL)]


@pytest.mark.parametrize(
    ("status", "reason", "urls"),
    [("FAILURE", "content risk", ()), ("SUCCESS", "", (URL,)), ("IN_PROGRESS", "", ())],
)
def test_a_member_that_holds_the_reason_or_the_address_is_read_as_what_the_state_makes_of_it(
    status: str, reason: str, urls: tuple[str, ...]
) -> None:
    said = {"SUCCESS": URL, "FAILURE": "content risk", "IN_PROGRESS": "http://not.yet/"}[status]
    document = {"code": "success", "message": "", "data": {"task_id": "t", "status": status, "fail_reason": said}}
    task = read_answer(document).task
    assert task is not None
    assert task.reason == reason
    assert tuple(file.url for file in task.files) == urls


@pytest.mark.parametrize(("word", "count"), [("submitted", 0), ("processing", 1), ("a new word", 1), ("succeed", 1)])
def test_what_waits_for_its_turn_has_made_nothing_and_everything_else_is_looked_through(word: str, count: int) -> None:
    data = {"task_id": "t", "task_status": word, "task_result": {"videos": [{"url": URL}]}}
    task = read_answer({"code": 0, "message": "", "data": data}).task
    assert task is not None
    assert len(task.files) == count


def test_a_list_of_tasks_is_read_entry_by_entry_and_what_is_no_task_is_left_out() -> None:
    document = {"code": 0, "message": "ok", "request_id": "r", "data": [KLING["data"], None, 3, {"task_id": "x"}, []]}
    answer = read_answer(document)
    assert answer.tasks is not None
    assert [(task.task_id, task.request_id) for task in answer.tasks] == [("831", "r")]
    assert read_answer({"code": 0, "message": "ok", "data": []}).tasks == ()


@pytest.mark.parametrize("word", sorted(klingkit_data.load("dialects.toml")["status_words"]))
def test_every_known_status_word_is_read_in_any_case_and_with_blanks(word: str) -> None:
    expected = klingkit_data.load("dialects.toml")["status_words"][word]
    assert state_of(f" {word.upper()} ") == state_of(word) == expected


@pytest.mark.parametrize("word", ["finished_ok", "排队中", None, 3, ["succeed"], True])
def test_a_word_nobody_knows_is_unknown(word: Any) -> None:
    assert state_of(word) == "unknown"


@pytest.mark.parametrize(
    ("document", "code", "message"),
    [
        ({"code": 1201, "message": "bad", "request_id": "r"}, 1201, "bad"),
        ({"code": "1201", "message": "bad"}, 1201, "bad"),
        ({"code": 1303, "message": "over", "data": {"task_id": "t", "task_status": "submitted"}}, 1303, "over"),
        ({"error": {"message": "m", "type": "t", "param": None, "code": None}}, "t", "m"),
        ({"error": {"message": "m", "code": "quota_not_enough"}}, "quota_not_enough", "m"),
        ({"code": "task_not_exist", "message": "task_not_exist", "data": None}, "task_not_exist", "task_not_exist"),
        ({"code": None, "message": "m", "param": None, "type": "invalid"}, "invalid", "m"),
        ({"code": 422, "msg": "m"}, 422, "m"),
        ({"detail": "Not Found"}, None, "Not Found"),
        ({"detail": [{"loc": []}]}, None, ""),
        ({"message": "gone"}, None, "gone"),
        ({"error": {"message": "m"}, "task_id": "", "status": ""}, None, "m"),
    ],
)
def test_a_refusal_is_read_from_every_shape(document: Any, code: Any, message: str) -> None:
    refusal = read_answer(document).refusal
    assert refusal is not None
    assert (refusal.code, refusal.message) == (code, message)


@pytest.mark.parametrize(
    "document",
    [KLING, GATEWAY, OPENAI_VIDEO, DOCUMENTED, {"code": 0, "message": "SUCCEED"}, {"code": 200, "msg": "success"}],
)
def test_a_word_on_a_call_that_went_well_is_no_refusal(document: Any) -> None:
    assert read_answer(document).refusal is None


def test_the_error_of_a_failed_task_is_its_reason_and_no_refusal() -> None:
    answer = read_answer({"task_id": "t", "status": "failed", "error": {"code": 7, "message": "risk"}})
    assert answer.refusal is None
    assert answer.task is not None
    assert (answer.task.state, answer.task.reason) == ("failed", "risk")


@pytest.mark.parametrize(
    ("data", "task_id"),
    [
        ({"task_id": 831000000000000001}, "831000000000000001"),
        ({"task_id": " 831 "}, "831"),
        ({"task_id": "", "id": "other"}, "other"),
        ({"task_id": 8.31e17}, None),
        ({"task_id": True}, None),
        ({"task_id": {"x": 1}}, None),
        ({"task_id": "x" * 5000}, None),
        ({"task_id": 10**4000}, None),
        ({"task_id": "a\ud800"}, "a?"),
        ({}, None),
    ],
)
def test_a_task_id_is_a_text_or_nothing(data: Any, task_id: str | None) -> None:
    task = read_answer({"code": 0, "message": "", "data": {**data, "task_status": "submitted"}}).task
    assert task is not None
    assert task.task_id == task_id


@pytest.mark.parametrize(
    "videos",
    [None, {}, "x", [None], [3], [{"url": None}], [{"url": "javascript:x"}], [{"url": "/a.mp4"}], [{"url": "http://"}]],
)
def test_what_is_no_address_is_no_file(videos: Any) -> None:
    document = {"code": 0, "data": {"task_id": "t", "task_status": "succeed", "task_result": {"videos": videos}}}
    task = read_answer(document).task
    assert task is not None
    assert task.files == ()


def test_odd_members_of_a_file_are_left_out_and_the_file_stays() -> None:
    video = {"id": 7, "url": URL, "duration": "long", "index": "x", "watermark_url": "none"}
    document = {"code": 0, "data": {"task_id": "t", "task_status": "succeed", "task_result": {"videos": [video]}}}
    task = read_answer(document).task
    assert task is not None
    (file,) = task.files
    assert (file.id, file.duration, file.index, file.watermark_url) == ("7", None, 0, None)


@pytest.mark.parametrize("document", [None, True, 3, "x", [], [KLING], {}, {"x": 1}, {"code": 0, "data": None}])
def test_what_says_nothing_is_no_answer(document: Any) -> None:
    answer = read_answer(document)
    assert (answer.task, answer.tasks, answer.refusal) == (None, None, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1766374262, datetime(2025, 12, 22, 3, 31, 2, tzinfo=UTC)),
        (1766374262000, datetime(2025, 12, 22, 3, 31, 2, tzinfo=UTC)),
        (1766374262000000, datetime(2025, 12, 22, 3, 31, 2, tzinfo=UTC)),
        ("1766374262000", datetime(2025, 12, 22, 3, 31, 2, tzinfo=UTC)),
        ("2025-12-22T03:31:02Z", datetime(2025, 12, 22, 3, 31, 2, tzinfo=UTC)),
        ("2025-12-22 03:31:02", datetime(2025, 12, 22, 3, 31, 2, tzinfo=UTC)),
        ("2025-99", None),
        ("0001-01-01T00:00:00+23:00", None),
        (0, None),
        (-5, None),
        (10**30, None),
        (float("nan"), None),
        (True, None),
        ({}, None),
    ],
)
def test_a_moment_is_read_whatever_its_unit(value: Any, expected: datetime | None) -> None:
    assert moment(value, milliseconds=False) == expected


def test_single_values_are_read_without_trust() -> None:
    assert integer("9" * 5000) is None
    assert integer("٣") is None
    assert integer(1201.0) == 1201
    assert integer(1.5) is None
    assert number("1e999") is None
    assert number("1" * 500) is None
    assert number(10**400) is None
    assert identifier(10**1000) is not None
    assert identifier(None) is None
    assert web_address("https://h:0/") is None
    assert web_address("https://h/\n") == "https://h/"
    assert web_address("https://h/a b") is None
    assert web_address("https://[::1/") is None
    assert web_address("x" * 20000) is None
    assert list(walk({"a": [1, {"b": 2}]}, (("a", True), ("b", False)))) == [2]


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [
        (b"", "application/json", "empty"),
        (b"  \n", "application/json", "empty"),
        (b"<!DOCTYPE html><p>x", "application/json", "html"),
        (b"<!-- x -->\n<HTML>", "", "html"),
        (b"login first", "text/html; charset=utf-8", "html"),
        (b'{"code": 0, "da', "application/json", "not json"),
        (b"<xml/>", "application/xml", "not json"),
        (b"[" * 100_000, "application/json", "not json"),
        (b"[" * 100_000 + b"]" * 100_000, "application/json", "too deep"),
        (b"[" * 150 + b"]" * 150, "application/json", "too deep"),
        (b"\x00\x01\x02\xff", "application/octet-stream", "not json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "application/json", "not json"),
    ],
)
def test_a_body_without_a_document_says_why(body: bytes, content_type: str, why: str) -> None:
    read = read_document(body, content_type)
    assert isinstance(read, Unreadable)
    assert read.why == why or (why == "not json" and read.why == "too deep")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'\xef\xbb\xbf{"m": "\xe7\x8b\x90"}', "text/plain"),
        ('{"m": "狐"}'.encode("gbk"), "application/json; charset=GBK"),
        ('{"m": "狐"}'.encode("utf-16"), "application/json"),
        ('{"m": "狐"}'.encode(), "text/html"),
    ],
)
def test_json_is_read_in_spite_of_a_wrong_type_a_mark_or_another_charset(body: bytes, content_type: str) -> None:
    assert read_document(body, content_type) == Document({"m": "狐"})


def test_an_id_survives_a_charset_that_was_not_declared() -> None:
    body = '{"code": 0, "message": "成功", "data": {"task_id": "831", "task_status": "submitted"}}'.encode("gbk")
    read = read_document(body, "application/json; charset=zip")
    assert isinstance(read, Document)
    task = read_answer(read.value).task
    assert task is not None
    assert task.task_id == "831"


def test_numbers_that_json_does_not_know_are_read() -> None:
    read = read_document(b'{"code": 0, "data": {"task_id": "t", "task_status": "x", "created_at": NaN}}', "")
    assert isinstance(read, Document)
    task = read_answer(read.value).task
    assert task is not None
    assert task.created_at is None


def mutations(seed: int) -> Any:
    """Return a known answer with some of its members replaced by something else."""
    rng = random.Random(seed)
    document = json.loads(json.dumps(rng.choice([KLING, GATEWAY, OPENAI_VIDEO, DOCUMENTED, BARE_TASK])))
    hostile: list[Any] = [
        None,
        True,
        -1,
        0,
        10**30,
        1.5,
        float("inf"),
        "",
        "x",
        "\ud800",
        "0",
        URL,
        [],
        {},
        [[]],
        [{}],
        {"": None},
    ]

    def mutate(node: Any) -> Any:
        if rng.random() < 0.15:
            return rng.choice(hostile)
        if isinstance(node, dict):
            return {key: mutate(value) for key, value in node.items() if rng.random() > 0.1}
        if isinstance(node, list):
            return [mutate(value) for value in node for _ in range(rng.choice([0, 1, 1, 2]))]
        return node

    return mutate(document)


@pytest.mark.parametrize("seed", range(300))
def test_no_mutation_of_a_known_answer_raises(seed: int) -> None:
    document = mutations(seed)
    answer = read_answer(document)
    assert answer.raw is document
    for task in [answer.task, *(answer.tasks or ())]:
        if task is not None:
            assert task.task_id is None or isinstance(task.task_id, str)
            assert task.state in {"queued", "running", "succeeded", "failed", "cancelled", "unknown"}
            repr(task).encode("utf-8", "backslashreplace")
