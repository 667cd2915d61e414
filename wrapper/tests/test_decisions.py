"""Which error a refusal is, what may be repeated, and when to ask again: decided without clock or network."""

from __future__ import annotations

from typing import Any

import pytest

from klingkit import _errors as errors
from klingkit._answer import Refusal
from klingkit._polling import END_STATES, Ask, GiveUp, Progress, Stop, after_error, after_state, plan_wait
from klingkit._refusals import Exchanged, may_be_repeated, refusal_error
from klingkit._retry import before_next_create, before_next_read, is_ambiguous, spread

WHERE = Exchanged("anyapi", "video_text2video_create", 400, "header-id", 7.0)


def refused(code: Any, message: str = "no", status: int = 400) -> errors.RelayError:
    return refusal_error(Refusal("shape", code, message, None), Exchanged("anyapi", "op", status), "mine")


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        (1000, 401, errors.AuthenticationError),
        (1004, 200, errors.AuthenticationError),
        (1100, 429, errors.BalanceError),
        (1102, 429, errors.BalanceError),
        (1103, 403, errors.PermissionDeniedError),
        (1200, 400, errors.RequestRefusedError),
        (1201, 200, errors.RequestRefusedError),
        (1202, 404, errors.NotFoundError),
        (1203, 404, errors.NotFoundError),
        (1300, 400, errors.ContentPolicyError),
        (1301, 400, errors.ContentPolicyError),
        (1302, 429, errors.RateLimitError),
        (1303, 429, errors.RateLimitError),
        (1304, 429, errors.PermissionDeniedError),
        (5000, 500, errors.RelayServerError),
        (5002, 200, errors.RelayServerError),
        ("insufficient_user_quota", 403, errors.BalanceError),
        ("quota_not_enough", 403, errors.BalanceError),
        ("pre_consume_token_quota_failed", 403, errors.BalanceError),
        ("task_not_exist", 400, errors.NotFoundError),
        ("model_not_found", 503, errors.NotFoundError),
        ("build_request_failed", 500, errors.RequestRefusedError),
        ("do_request_failed", 500, errors.RelayServerError),
        ("invalid_request", 400, errors.RequestRefusedError),
        ("new_api_error", 401, errors.AuthenticationError),
        (None, 402, errors.BalanceError),
        (None, 403, errors.PermissionDeniedError),
        (None, 404, errors.NotFoundError),
        (None, 408, errors.RelayServerError),
        (None, 413, errors.RequestRefusedError),
        (None, 418, errors.RequestRefusedError),
        (None, 429, errors.RateLimitError),
        (None, 500, errors.RelayServerError),
        (None, 524, errors.RelayServerError),
        (None, 999, errors.RelayServerError),
        (402, 200, errors.BalanceError),
        (429, 200, errors.RateLimitError),
        (99999, 200, errors.RelayError),
        (None, 200, errors.RelayError),
    ],
)
def test_the_code_decides_first_and_the_http_status_after_it(
    code: Any, status: int, expected: type[errors.RelayError]
) -> None:
    assert type(refused(code, status=status)) is expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Task not found by id/external id: 831", errors.NotFoundError),
        ("External_task_id mine already exists", errors.DuplicateTaskError),
        ("duration value '7' is invalid", errors.RequestRefusedError),
    ],
)
def test_the_catch_all_code_is_told_apart_by_its_words(message: str, expected: type[errors.RelayError]) -> None:
    assert type(refused(1201, message)) is expected


def test_a_duplicate_names_the_id_that_is_taken() -> None:
    error = refused(1201, "External_task_id mine already exists")
    assert isinstance(error, errors.DuplicateTaskError)
    assert error.external_task_id == "mine"


def test_a_refusal_that_a_gateway_hands_through_as_text_is_read() -> None:
    error = refused("fail_to_fetch_task", '{"code": 1301, "message": "risk control"}')
    assert type(error) is errors.ContentPolicyError
    assert "risk control" in str(error)
    # An account out of money is the gateway's own, not the caller's.
    assert type(refused("fail_to_fetch_task", '{"code": 1102, "message": "no money"}', 500)) is errors.RelayServerError
    assert type(refused("fail_to_fetch_task", '{"code": ' + "[" * 50_000, 500)) is errors.RelayServerError


def test_an_error_has_everything_and_says_what_to_do() -> None:
    error = refusal_error(Refusal("kling-code", 1201, "bad\x1b[31m value\n", "body-id"), WHERE)
    assert (error.relay, error.operation, error.status, error.code) == ("anyapi", "video_text2video_create", 400, 1201)
    assert (error.request_id, error.retry_after) == ("body-id", 7.0)
    assert error.message == "bad [31m value"
    assert str(error) == (
        "anyapi refused video_text2video_create: bad [31m value (HTTP 400, code 1201, request id body-id). "
        "Change the request; it was not charged."
    )
    assert refusal_error(Refusal("none", None, ""), WHERE).request_id == "header-id"


SENT_AND_LOST = [errors.AnswerTimeoutError, errors.ConnectionLostError, errors.RelayServerError, errors.HtmlPageError]
SENT_AND_LOST += [errors.NotJsonError, errors.MissingFieldError, errors.AnswerTooLargeError, errors.RelayError]
CLEAR = [errors.ConnectionFailedError, errors.AuthenticationError, errors.BalanceError, errors.RequestRefusedError]
CLEAR += [errors.ContentPolicyError, errors.NotFoundError, errors.RateLimitError, errors.RedirectError]


@pytest.mark.parametrize("kind", SENT_AND_LOST)
def test_a_create_without_a_usable_answer_is_ambiguous_and_never_repeated(kind: type[errors.KlingError]) -> None:
    assert is_ambiguous(kind("x"))
    assert before_next_create(kind("x", code=5001), 0, 10, "k") is None


@pytest.mark.parametrize("kind", CLEAR)
def test_a_clear_refusal_is_not_ambiguous(kind: type[errors.KlingError]) -> None:
    assert not is_ambiguous(kind("x"))


def test_a_create_is_repeated_only_without_connection_or_when_kling_put_it_off() -> None:
    assert before_next_create(errors.ConnectionFailedError("x"), 0, 2, "k") is not None
    assert before_next_create(errors.ConnectionFailedError("x"), 2, 2, "k") is None
    code: Any
    for code in (1302, 1303, "1303"):
        assert may_be_repeated(errors.RateLimitError("x", code=code))
        assert before_next_create(errors.RateLimitError("x", code=code), 0, 2, "k") is not None
    for code in (None, 1100, 1304, "fail_to_fetch_task"):
        assert before_next_create(errors.RateLimitError("x", code=code), 0, 2, "k") is None


def test_the_relays_wish_is_heard_up_to_a_minute() -> None:
    assert before_next_create(errors.RateLimitError("x", code=1302, retry_after=30), 0, 2, "k") == 30
    assert before_next_create(errors.RateLimitError("x", code=1302, retry_after=3600), 0, 2, "k") is None
    assert before_next_read(errors.RateLimitError("x", retry_after=0), 0, 2, "k") == 0.1


def test_pauses_grow_and_differ_a_little_from_client_to_client() -> None:
    waits = [before_next_read(errors.AnswerTimeoutError("x"), attempt, 10, "k") or 0 for attempt in range(10)]
    assert waits[0] < waits[2] < waits[4]
    assert max(waits) <= 10
    assert before_next_read(errors.AnswerTimeoutError("x"), 0, 10, "other") != waits[0]
    assert all(-1 <= spread(str(key)) <= 1 for key in range(100))


PLAN = plan_wait(600, None, "video", "831")
START = Progress(100.0)


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled"])
def test_a_wait_ends_with_every_end_state(state: Any) -> None:
    assert state in END_STATES
    assert after_state(PLAN, START, state, 101.0) == Stop()


@pytest.mark.parametrize("state", ["queued", "running", "unknown"])
def test_a_wait_goes_on_with_every_other_state(state: Any) -> None:
    assert isinstance(after_state(PLAN, START, state, 101.0), Ask)


def asked(decision: Any) -> float:
    assert isinstance(decision, Ask)
    return decision.seconds


def test_polls_slow_down_with_the_time_waited_within_bounds() -> None:
    waits = [asked(after_state(PLAN, START, "running", 100.0 + waited)) for waited in (0, 60, 120, 400)]
    assert waits == sorted(waits)
    assert 2.5 <= waits[0] <= 3.5
    assert 13 <= waits[-1] <= 17


def test_a_given_interval_is_kept() -> None:
    plan = plan_wait(600, 7, "video", "831")
    assert asked(after_state(plan, START, "running", 500.0)) == 7


def test_the_last_look_is_at_the_deadline_and_after_it_the_wait_is_over() -> None:
    plan = plan_wait(10, 7, "video", "831")
    assert asked(after_state(plan, START, "running", 108.0)) == 2
    assert after_state(plan, START, "running", 110.0) == GiveUp()
    assert after_error(plan, START, errors.AnswerTimeoutError("x"), 110.0) == GiveUp()
    assert after_state(plan_wait(0, None, "video", "x"), START, "running", 100.0) == GiveUp()


@pytest.mark.parametrize("kind", [kind for kind in SENT_AND_LOST if kind is not errors.RelayError])
def test_what_passes_does_not_end_a_wait_and_slows_it_down(kind: type[errors.KlingError]) -> None:
    first = after_error(PLAN, START, kind("x"), 101.0)
    assert isinstance(first, Ask)
    second = after_error(PLAN, first.progress, kind("x"), 101.0)
    assert asked(second) > first.seconds
    many = Progress(100.0, blips=50)
    assert asked(after_error(PLAN, many, kind("x"), 200.0)) <= 60
    assert isinstance(after_state(PLAN, many, "running", 101.0), Ask)


@pytest.mark.parametrize(
    "kind", [errors.AuthenticationError, errors.BalanceError, errors.RequestRefusedError, errors.RedirectError]
)
def test_what_time_does_not_heal_ends_a_wait_at_once(kind: type[errors.KlingError]) -> None:
    assert after_error(PLAN, START, kind("x"), 101.0) == Stop()


def test_an_unknown_task_is_given_half_a_minute_to_appear() -> None:
    assert isinstance(after_error(PLAN, START, errors.NotFoundError("x"), 120.0), Ask)
    assert after_error(PLAN, START, errors.NotFoundError("x"), 131.0) == Stop()


def test_a_relay_that_asks_for_patience_gets_it_within_reason() -> None:
    assert asked(after_error(PLAN, START, errors.RateLimitError("x", retry_after=20), 101.0)) == 20
    assert asked(after_error(PLAN, START, errors.RateLimitError("x", retry_after=9999), 101.0)) == 60


@pytest.mark.parametrize("timeout", [-1, float("inf"), float("nan"), None, "60", True])
def test_every_wait_has_a_deadline(timeout: Any) -> None:
    with pytest.raises(errors.InvalidRequestError, match="timeout"):
        plan_wait(timeout, None, "video", "831")


@pytest.mark.parametrize("interval", [0, -1, float("inf"), "1", False])
def test_an_interval_is_a_time_above_zero(interval: Any) -> None:
    with pytest.raises(errors.InvalidRequestError, match="poll_interval"):
        plan_wait(60, interval, "video", "831")
