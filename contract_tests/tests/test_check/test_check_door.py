"""The application that generated requests are sent to, and what they grow from."""

from __future__ import annotations

import ast
import gc
import importlib
import io
import json
import sys
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from klingkit_contract import door, fuzzing, guard
from klingkit_contract.door import Door
from klingkit_contract.exchanges import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from klingkit_contract.session import Session

JSON = (("content-type", "application/json"),)
REFUSED = Answer(400, JSON, b'{"code": 1201, "message": "no", "request_id": "r"}')


def always(answer: Answer) -> Callable[..., Answer]:
    return lambda *_: answer


def test_the_application_passes_on_neither_the_generators_marks_nor_where_a_redirect_leads(
    session_over: Callable[..., Session],
) -> None:
    elsewhere = Answer(302, (("location", "https://elsewhere.example/"), ("x-note", "可灵")))
    session = session_over(always(elsewhere))
    status, headers = _call(Door(session.guard))
    sent = session.guard.transport.sent[0][2]
    assert status == "302 Found"
    assert "location" not in headers
    assert "x-schemathesis-testcaseid" not in sent
    assert sent["authorization"] == "Bearer sk-the-right-one"
    assert session.guard.journal.records[0].case_id == "abc"


def _call(application: Any, **environ: str) -> tuple[str, dict[str, str]]:
    told: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        told.update(status=status, headers=dict(headers))

    usual = {"REQUEST_METHOD": "GET", "RAW_URI": "/v1/videos/text2video", "QUERY_STRING": "pageNum=1"}
    marks = {"HTTP_X_SCHEMATHESIS_TESTCASEID": "abc", "HTTP_AUTHORIZATION": "Bearer made-up"}
    body = environ.pop("body", "").encode()
    stream = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    application({**usual, **marks, **stream, **environ}, start_response)
    return told["status"], told["headers"]


def test_a_generated_path_leaves_as_it_was_written(session_over: Callable[..., Session]) -> None:
    session = session_over(always(REFUSED))
    _call(
        Door(session.guard), RAW_URI="/v1/videos/text2video/a%2Fb%3F%E5%8F%AF", PATH_INFO="/v1/videos/text2video/a/b?"
    )
    assert session.guard.journal.records[0].request.path == "/v1/videos/text2video/a%2Fb%3F%E5%8F%AF"
    assert session.guard.journal.records[0].request.query == "pageNum=1"


def test_a_generated_form_is_the_same_each_time() -> None:
    seen: list[Request] = []

    def send(request: Request, **_: Any) -> Any:
        seen.append(request)
        return SimpleNamespace(answer=REFUSED)

    for number in ("1795364052.67620780.6764869328567751", "1795364053.1.2"):
        part = f"---------------WerkzeugFormPart_{number}"
        kind = f'multipart/form-data; boundary="{part}"'
        stand_in: Any = SimpleNamespace(send=send)
        _call(Door(stand_in), REQUEST_METHOD="POST", CONTENT_TYPE=kind, body=f"\r\n--{part}--\r\n")
    assert seen[0] == seen[1]
    assert seen[0].body == b"\r\n--klingkit-part--\r\n"
    assert ("content-type", 'multipart/form-data; boundary="klingkit-part"') in seen[0].headers


def test_a_closed_door_sends_nothing(session_over: Callable[..., Session]) -> None:
    session = session_over(always(REFUSED))
    door = Door(session.guard)
    door.close()
    assert _call(door)[0].startswith("503")
    assert not session.guard.transport.sent


def test_generated_requests_grow_from_the_seed_alone(session_over: Callable[..., Session]) -> None:
    def sent(seed: int, answer: Answer) -> list[tuple[str, str, bytes]]:
        session = session_over(always(answer), relay="xiexus", budget=5)
        fuzzing.ask(session, seed)
        return [(method, url, body) for method, url, _, body in session.guard.transport.sent]

    listed = Answer(200, JSON, json.dumps({"code": 0, "message": "", "data": []}).encode())
    first = sent(1, REFUSED)
    assert first == sent(1, REFUSED)
    assert [call for call in first if call[0] == "GET"] == [call for call in sent(1, listed) if call[0] == "GET"]
    assert first != sent(2, REFUSED)


def test_a_seed_means_the_same_requests_whatever_code_is_around(
    session_over: Callable[..., Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sent() -> list[tuple[str, str, bytes]]:
        session = session_over(always(REFUSED), relay="xiexus", budget=5)
        fuzzing.ask(session, 1)
        return [(method, url, body) for method, url, _, body in session.guard.transport.sent]

    before = sent()
    words = {f"word{number}": number * 7919 for number in range(500)}
    (tmp_path / "klingkit_of_tomorrow.py").write_text(f"WORDS = {words!r}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(door, "WORDS", importlib.import_module("klingkit_of_tomorrow"), raising=False)
    try:
        assert sent() == before
    finally:
        del sys.modules["klingkit_of_tomorrow"]


def test_no_word_of_our_own_source_is_asked_for(session_over: Callable[..., Session]) -> None:
    session = session_over(always(REFUSED), relay="haoee", budget=5)
    fuzzing.ask(session, 1)
    asked = {url.rpartition("/")[2] for _, url, _, _ in session.guard.transport.sent}
    assert len(asked) > 50
    ours = {
        node.value
        for module in (guard, door)
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not {word for word in ours & asked if len(word) > 3}


def test_a_finished_run_is_let_go_of(session_over: Callable[..., Session]) -> None:
    session = session_over(always(REFUSED))
    fuzzing.ask(session, 0)
    guard = weakref.ref(session.guard)
    assert session.guard.transport.sent
    del session
    gc.collect()
    assert guard() is None


def test_more_requests_are_generated_where_more_are_asked_for(session_over: Callable[..., Session]) -> None:
    def sent(examples: int | None) -> int:
        session = session_over(always(REFUSED), relay="xiexus", budget=5)
        fuzzing.ask(session, 1, examples)
        return len(session.guard.transport.sent)

    assert sent(1) < sent(None) < sent(12)
