"""Whatever a relay answers, a caller sees a KlingError or a task: never an error of Python's own."""

from __future__ import annotations

import copy
import json
import pickle
import random
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from klingkit import KlingError, OutcomeUnknownError

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = {
    "code": 0,
    "message": "SUCCEED",
    "request_id": "r",
    "data": {
        "task_id": "831",
        "task_status": "succeed",
        "created_at": 1,
        "updated_at": 2,
        "task_result": {"videos": [{"id": "v", "url": "https://cdn.example/y.mp4", "duration": "5.1"}]},
    },
}
GONE = object()


def with_data(**changes: Any) -> dict[str, Any]:
    document = copy.deepcopy(GOOD)
    data: dict[str, Any] = document["data"]  # type: ignore[assignment]
    for name, value in changes.items():
        data.pop(name, None)
        if value is not GONE:
            data[name] = value
    return document


# Status, body (text: as it is; bytes: as they are; anything else: as JSON), and the state a query reads from it.
CASES: dict[str, tuple[int, Any, str | None]] = {
    "as promised": (200, with_data(), "succeeded"),
    "unknown status": (200, with_data(task_status="queued up"), "unknown"),
    "upper-case status": (200, with_data(task_status="SUCCEED"), "succeeded"),
    "unknown field": (200, with_data(final_unit_deduction="3.5"), "succeeded"),
    "missing time": (200, with_data(created_at=GONE), "succeeded"),
    "missing data": (200, {"code": 0, "message": "ok", "request_id": "r"}, None),
    "data null": (200, {"code": 0, "message": "ok", "request_id": "r", "data": None}, None),
    "data empty list": (200, {"code": 0, "message": "ok", "request_id": "r", "data": []}, None),
    "error under 200": (200, {"code": 1201, "message": "bad"}, None),
    "time as text": (200, with_data(created_at="1722769557708"), "succeeded"),
    "result null": (200, with_data(task_result=None), "succeeded"),
    "info null": (200, with_data(task_info=None), "succeeded"),
    "video without id": (200, with_data(task_result={"videos": [{"url": "u"}]}), "succeeded"),
    "videos null": (200, with_data(task_result={"videos": None}), "succeeded"),
    "bad date": (200, with_data(finished_at="2024-99"), "succeeded"),
    "web page 200": (200, "<html>", None),
    "web page 401": (401, "<html>no</html>", None),
    "null": (200, None, None),
    "documented 404": (404, {"code": 1202, "message": "nf", "request_id": "r"}, None),
    "other 404": (404, {"detail": "Not Found"}, None),
    "undocumented 500": (500, {"x": 1}, None),
    "cloudflare 520": (520, "<html>", None),
    "status missing": (200, with_data(task_status=GONE), "unknown"),
    "status a number": (200, with_data(task_status=3), "unknown"),
    "id a number": (200, with_data(task_id=831000000000000001), "succeeded"),
    "data a list of one": (200, {"code": 0, "message": "ok", "data": [GOOD["data"]]}, "succeeded"),
    "code as text": (200, {**GOOD, "code": "0"}, "succeeded"),
    "a list": (200, [1, 2], None),
    "a text": (200, b'"ok"', None),
    "a number": (200, b"3", None),
    "nothing": (200, b"", None),
    "no content": (204, b"", None),
    "cut off": (200, json.dumps(GOOD)[:60].encode(), None),
    "deep": (200, b'{"code":0,"data":' + b"[" * 50_000 + b"]" * 50_000 + b"}", None),
    "very deep": (200, b'{"a":' * 200_000, None),
    "gbk": (200, json.dumps({**GOOD, "message": "成功"}, ensure_ascii=False).encode("gbk"), "succeeded"),
    "utf-16": (200, json.dumps(GOOD).encode("utf-16"), "succeeded"),
    "binary": (200, bytes(range(256)), None),
    "nan": (200, json.dumps(with_data(created_at=float("nan"))).encode(), "succeeded"),
    "huge number": (200, b'{"code":0,"data":{"task_id":"1","task_status":"x","n":' + b"9" * 6000 + b"}}", None),
    "huge time": (200, with_data(created_at=10**300), "succeeded"),
    "surrogate": (200, with_data(task_status_msg="\ud800", task_status="failed"), "failed"),
    "redirect": (302, b"", None),
    "odd status": (299, with_data(), "succeeded"),
    "teapot": (418, {"message": {"a": 1}}, None),
}


def outcome(call: Callable[[], Any]) -> tuple[Any, KlingError | None]:
    """Return what `call` returns, or the error of ours that it ends in; any other error passes."""
    try:
        return call(), None
    except KlingError as error:
        return None, error


def response(status: int, body: Any) -> httpx.Response:
    if isinstance(body, str):
        return httpx.Response(status, html=body)
    if isinstance(body, bytes):
        return httpx.Response(status, content=body, headers={"content-type": "application/json"})
    return httpx.Response(status, content=json.dumps(body).encode(), headers={"content-type": "application/json"})


@pytest.mark.parametrize("name", CASES)
def test_a_query_ends_in_a_task_or_in_an_error_of_ours(respx_mock: Any, words: Any, either: Any, name: str) -> None:
    status, body, state = CASES[name]
    respx_mock.get(f"{words.root}/831").mock(return_value=response(status, body))
    query = either.open(max_retries=0).tasks
    if state is None:
        with pytest.raises(KlingError) as caught:
            either.run(query.get("831", operation="text_to_video"))
        assert (caught.value.relay, caught.value.operation) == ("anyapi", "video_text2video_get")
        assert caught.value.status == status
        assert len(str(caught.value)) < 1000
        str(caught.value).encode("utf-8")
        pickle.loads(pickle.dumps(caught.value))
    else:
        task = either.run(query.get("831", operation="text_to_video"))
        assert task.state == state
        assert pickle.loads(pickle.dumps(task)).state == state
        json.loads(task.to_json())
        (repr(task) + task.reason).encode("utf-8")


@pytest.mark.respx(assert_all_called=False)
@pytest.mark.parametrize("name", CASES)
def test_a_create_ends_in_a_task_or_in_an_error_of_ours_and_is_posted_once(
    respx_mock: Any, words: Any, either: Any, name: str
) -> None:
    status, body, state = CASES[name]
    route = respx_mock.post(words.root).mock(return_value=response(status, body))
    respx_mock.get(url__startswith=words.root).respond(html="<html>")
    kling = either.open()
    task, error = outcome(lambda: either.run(kling.video.text_to_video("x", model_name="kling-v3")))
    assert (error is None) == (state is not None)
    assert error is not None or task.task_id
    clear = status in {302, 401, 404, 418} or body == {"code": 1201, "message": "bad"}
    assert error is None or isinstance(error, OutcomeUnknownError) != clear
    assert route.call_count == 1


def noise(seed: int) -> httpx.Response:
    """Return an answer of any status, type and body: a known one with bytes changed, or plain noise."""
    rng = random.Random(seed)
    body = bytearray(json.dumps(with_data(task_status=rng.choice(["succeed", "submitted", "odd", ""]))).encode())
    for _ in range(rng.choice([0, 1, 1, 2, 5, 50])):
        at = rng.randrange(len(body))
        match rng.randrange(4):
            case 0:
                body[at] = rng.randrange(256)
            case 1:
                del body[at : at + rng.randrange(1, 40)]
                body = body or bytearray(b" ")
            case 2:
                body[at:at] = rng.choice([b"null", b"[]", b"{}", b"-1", b'"', b"\\u0000", b"1e400", b"\xff"])
            case _:
                body = bytearray(rng.randbytes(rng.randrange(1, 200)))
    status = rng.choice([200, 200, 200, 200, 201, 204, 299, 400, 401, 403, 404, 409, 429, 500, 502, 503, 520, 599])
    kind = rng.choice(
        ["application/json", "text/html", "text/plain; charset=gbk", "", "application/json; charset=\x80"]
    )
    wish = rng.choice([b"1", b"-5", b"soon", b"\xff", b"9e9"])
    headers = [(b"content-type", kind.encode("latin-1")), (b"retry-after", wish)]
    return httpx.Response(status, content=bytes(body), headers=headers)


@pytest.mark.parametrize("block", range(10))
def test_no_noise_raises_anything_but_errors_of_ours(respx_mock: Any, words: Any, either: Any, block: int) -> None:
    answers = [noise(seed) for seed in range(block * 40, block * 40 + 40)]
    respx_mock.get(f"{words.root}/831").mock(side_effect=answers)
    tasks = either.open(max_retries=0).tasks
    for _ in answers:
        task, error = outcome(lambda: either.run(tasks.get("831", operation="text_to_video")))
        assert str(error) if error else task.task_id


@pytest.mark.parametrize("name", CASES)
def test_a_list_ends_in_tasks_or_in_an_error_of_ours(respx_mock: Any, words: Any, either: Any, name: str) -> None:
    status, body, _ = CASES[name]
    respx_mock.get(words.root).mock(return_value=response(status, body))
    tasks, error = outcome(lambda: either.run(either.open(max_retries=0).tasks.list("text_to_video")))
    assert error.operation == "video_text2video_list" if error else all(task.task_id for task in tasks)
