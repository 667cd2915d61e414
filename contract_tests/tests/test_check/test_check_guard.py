"""The door every request goes through: which creates leave, and what each of them costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from klingkit_contract import fuzzing
from klingkit_contract.budget import Purpose
from klingkit_contract.checks import keys, limits
from klingkit_contract.exchanges import Answer, Auth, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_contract.session import Session

JSON = (("content-type", "application/json"),)
ACCEPTED = Answer(
    200, JSON, b'{"code": 0, "message": "SUCCEED", "data": {"task_id": "81", "task_status": "submitted"}}'
)
REFUSED = Answer(400, JSON, b'{"code": 1201, "message": "no", "request_id": "r"}')
REFUSED_WITH_200 = Answer(200, JSON, b'{"code": 1201, "message": "no", "request_id": "r"}')
SILENCE = Answer(0, note="no answer within 30 seconds")


def always(answer: Answer) -> Callable[..., Answer]:
    return lambda *_: answer


def create(session: Session, **changes: Any) -> Request:
    operation = session.contract.operations["video_text2video_create"]
    return session.samples.request(operation, {**session.samples.body(operation), **changes})


def test_with_a_budget_of_nothing_no_create_leaves_with_a_key(session_over: Callable[..., Session]) -> None:
    session = session_over(always(ACCEPTED))
    for request in (create(session), create(session, prompt="a" * 2501), create(session, prompt={}, mode="x")):
        assert session.guard.send(request, purchase=True).answer.blocked
    assert session.guard.transport.sent == []


def test_with_a_budget_of_nothing_every_check_of_a_relay_that_accepts_anything_sends_no_key_with_a_create(
    session_over: Callable[..., Session],
) -> None:
    session = session_over(always(ACCEPTED), relay="anyapi")
    keys.ask(session)
    limits.ask(session)
    fuzzing.ask(session, 0)
    assert session.guard.transport.sent
    assert [headers for headers in session.guard.transport.creates if "authorization" in headers] == []


def test_a_keyless_create_with_a_second_flaw_leaves_for_free(session_over: Callable[..., Session]) -> None:
    session = session_over(always(Answer(401)))
    request = replace(create(session), auth=Auth.NONE, body=b"{")
    assert not session.guard.send(request).answer.blocked
    assert session.guard.send(replace(request, body=create(session).body)).answer.blocked


def test_a_valid_create_leaves_only_when_it_was_asked_for(session_over: Callable[..., Session]) -> None:
    session = session_over(always(ACCEPTED), budget=1)
    assert session.guard.send(create(session)).answer.blocked
    assert not session.guard.send(create(session), purchase=True).answer.blocked


@pytest.mark.parametrize("answer", [ACCEPTED, SILENCE, Answer(500), Answer(504), Answer(200, JSON, b"<html>")])
def test_whatever_may_have_made_a_task_uses_up_a_unit(session_over: Callable[..., Session], answer: Answer) -> None:
    session = session_over(always(answer), budget=2)
    requests = [create(session, prompt="a" * 2501)] * 5 + [create(session)] * 5
    left = [session.guard.send(request, purchase=True) for request in requests]
    assert sum(not record.answer.blocked for record in left) == 2


@pytest.mark.parametrize("answer", [REFUSED, REFUSED_WITH_200, Answer(302), Answer(429)])
def test_a_refusal_gives_the_unit_back(session_over: Callable[..., Session], answer: Answer) -> None:
    session = session_over(always(answer), budget=1)
    left = [session.guard.send(create(session, mode="x")) for _ in range(5)]
    assert not any(record.answer.blocked for record in left)
    assert session.guard.budget.spent == 0


def test_a_relay_that_accepts_more_than_was_paid_for_gets_no_further_create(
    session_over: Callable[..., Session],
) -> None:
    session = session_over(always(ACCEPTED), budget=1)
    nonsense = create(session, prompt="a" * 2501, mode={}, duration="x")
    sent = [session.guard.send(nonsense) for _ in range(5)]
    assert sum(not record.answer.blocked for record in sent) == 1
    assert session.guard.send(create(session), purchase=True).answer.blocked


def test_generated_requests_use_no_unit(session_over: Callable[..., Session]) -> None:
    session = session_over(always(ACCEPTED), budget=5)
    for request in (create(session), create(session, mode="x")):
        assert session.guard.send(request, generated=True).answer.blocked
    assert session.guard.budget.room(Purpose.PURCHASE) == 5


def test_flawed_creates_stop_once_the_relay_was_seen_to_charge_for_them(session_over: Callable[..., Session]) -> None:
    session = session_over(always(REFUSED), budget=5)
    session.guard.refusals_cost = True
    assert session.guard.send(create(session, mode="x")).answer.blocked
    assert session.guard.send(create(session, prompt={}, mode="x")).answer.blocked


def test_only_documented_operations_are_posted_to(session_over: Callable[..., Session]) -> None:
    session = session_over(always(ACCEPTED), budget=5)
    for path in ("/v1/videos/text2video/", "/v1/videos/other", "//v1/videos/text2video"):
        assert session.guard.send(replace(create(session), path=path), purchase=True).answer.blocked


def test_the_key_is_added_below_and_never_stored(session_over: Callable[..., Session]) -> None:
    session = session_over(always(REFUSED))
    record = session.guard.send(Request("GET", "/v1/videos/text2video"))
    assert session.guard.transport.sent[0][2]["authorization"] == "Bearer sk-the-right-one"
    assert "sk-the-right-one" not in repr(record)


def test_result_addresses_never_get_the_key(session_over: Callable[..., Session]) -> None:
    session = session_over(always(Answer(206)))
    session.guard.fetch("https://elsewhere.example/x.mp4?signature=1", "video_text2video_get")
    assert "authorization" not in session.guard.transport.sent[0][2]


def test_a_relay_that_stopped_answering_is_left_alone(session_over: Callable[..., Session]) -> None:
    session = session_over(always(SILENCE))
    records = [session.guard.send(Request("GET", "/v1/videos/text2video")) for _ in range(50)]
    assert session.guard.lost
    assert sum(not record.answer.blocked for record in records) < 10
