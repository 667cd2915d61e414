"""One answer, one cause, one check."""

from __future__ import annotations

import json
from typing import Any

import pytest

import klingkit_data
from klingkit_contract.contract import Contract
from klingkit_contract.exchanges import Answer, Auth, Record, Request
from klingkit_contract.flaws import Flaw
from klingkit_contract.judge import Judge
from klingkit_contract.reading import Reader

OFFICIAL = Contract(klingkit_data.load("resolved/relays/official.openapi.yaml"))
TASK = {"task_id": "81", "task_status": "submitted", "created_at": 1, "updated_at": 2}
JSON = (("content-type", "application/json"),)


def envelope(data: object, code: int = 0) -> dict[str, Any]:
    return {"code": code, "message": "", "request_id": "r", "data": data}


def answer(body: object, status: int = 200, media_type: str = "application/json") -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, (("content-type", media_type),), content)


def record(got: Answer, verb: str = "get", **changes: Any) -> Record:
    path = "/v1/videos/text2video" + ("/81" if verb == "get" else "")
    request = Request("POST" if verb == "create" else "GET", path, auth=changes.pop("auth", Auth.KEY))
    return Record("https://relay.example" + path, request, got, f"video_text2video_{verb}", **changes)


def checks(got: Answer, verb: str = "get", *, issued: bool = True, **changes: Any) -> list[str]:
    judge = Judge(OFFICIAL, Reader())
    if issued:
        judge.issued.add("81")
    return [claim.check for claim in judge.claims(record(got, verb, **changes))]


def test_a_documented_answer_has_nothing_wrong() -> None:
    assert checks(answer(envelope(TASK))) == []


@pytest.mark.parametrize(
    ("got", "owner"),
    [
        (Answer(0, note="no answer within 30 seconds"), "server-error"),
        (answer(b"<html>oops</html>", 502, "text/html"), "server-error"),
        (answer(b"<!doctype html><html></html>", 200, "text/html"), "html-page"),
        (answer(b"  <HTML><body>", 200), "html-page"),
        (answer(envelope(TASK), 202), "status-code"),
        (answer({"code": 1201, "message": "no", "request_id": "r"}), "status-code"),
        (answer(envelope(TASK), 200, "text/plain"), "content-type"),
        (answer(b"<html>", 404, "text/html"), "content-type"),
        (answer(b"{", 200), "response-schema"),
        (answer(b'{"code": 0, "message": NaN}', 200), "response-schema"),
        (answer({"error": "x"}, 400), "response-schema"),
        (answer(envelope({**TASK, "created_at": "now"})), "response-schema"),
        (answer(envelope({**TASK, "task_status": "done"})), "status-known"),
        (answer(envelope({**TASK, "task_id": 81})), "task-id-present"),
        (answer(envelope({key: TASK[key] for key in TASK if key != "task_id"})), "task-id-present"),
        (answer(envelope({**TASK, "task_id": "82"})), "asked-id"),
    ],
)
def test_each_thing_wrong_is_reported_by_its_one_check(got: Answer, owner: str) -> None:
    assert checks(got) == [owner]


def test_a_task_behind_an_id_that_was_never_given_out_is_reported() -> None:
    assert checks(answer(envelope(TASK)), issued=False) == ["unknown-id"]


def test_an_id_that_a_list_showed_was_given_out() -> None:
    judge = Judge(OFFICIAL, Reader())
    assert judge.claims(record(answer(envelope([TASK])), "list")) == []
    assert judge.claims(record(answer(envelope(TASK)))) == []


def test_a_query_by_external_id_may_answer_the_task() -> None:
    judge = Judge(OFFICIAL, Reader())
    judge.issued.add("82")
    judge.aliases["81"] = "82"
    assert judge.claims(record(answer(envelope({**TASK, "task_id": "82"})))) == []


def test_two_things_wrong_are_two_claims() -> None:
    wrong = {**TASK, "task_status": "done", "created_at": "now"}
    assert sorted(checks(answer(envelope(wrong)))) == ["response-schema", "status-known"]


def test_an_accepted_flaw_belongs_to_the_check_of_the_rule_it_breaks() -> None:
    flaw = Flaw("prompt", "maxLength", "limits", "/x", "prompt: too long")
    assert checks(answer(envelope(TASK)), "create", flaws=(flaw,)) == ["limits"]


def test_what_is_answered_without_a_key_is_left_to_the_checks_of_keys() -> None:
    assert checks(answer(envelope({**TASK, "task_status": "done"})), auth=Auth.NONE) == []


def test_results_from_elsewhere_are_not_held_against_the_relays_document() -> None:
    assert checks(answer(b"\x00", 404, "video/mp4"), outside=True) == []


def test_a_claim_points_to_the_promise() -> None:
    [claim] = Judge(OFFICIAL, Reader()).claims(record(answer(envelope([{**TASK, "task_status": "done"}])), "list"))
    assert claim.pointer == "/components/schemas/TaskStatus/enum"
    assert OFFICIAL.resolve(claim.pointer)[1][0] == "submitted"


def test_of_few_allowed_words_all_are_said() -> None:
    judge = Judge(OFFICIAL, Reader())
    judge.issued.add("81")
    [claim] = judge.claims(record(answer(envelope({**TASK, "task_status": "done"}))))
    words = OFFICIAL.resolve("/components/schemas/TaskStatus/enum")[1]
    assert 2 < len(words) <= 8
    assert all(f'"{word}"' in claim.seen for word in words), claim.seen
    assert "candidates" not in claim.seen


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"0",
        b'""',
        b"\xff\xfe",
        b"[" * 3000,
        b'{"data": ' * 200 + b"1" + b"}" * 200,
        b'{"code": 0, "data": null}',
        b'{"code": 0, "data": [null, 1, "x", {"task_id": null}]}',
        b'{"code": 0, "message": "", "data": {"task_id": {}, "task_status": [], "created_at": 1e999, "updated_at": 2}}',
        b'{"\\ud800": "\\ud800"}',
        b'{"code": "success", "data": {"status": 5, "data": {"data": 7}}}',
    ],
)
@pytest.mark.parametrize("verb", ["create", "get", "list"])
def test_no_answer_makes_the_judge_stumble(body: bytes, verb: str) -> None:
    checks(Answer(404, JSON, body), verb)
    assert checks(Answer(200, JSON, body), verb) != [], "none of these is documented"
