"""Which relay is asked, and when another one may be: decided without a clock or a network."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klingkit import _errors as errors
from klingkit._prices import Estimate
from klingkit._routing import (
    CLOSED,
    POLICIES,
    Breaker,
    Prospect,
    after_failure,
    after_success,
    may_go_on,
    routing,
)


def asked(policy: Any, prospects: list[Prospect], error: errors.KlingError, now: float = 0.0) -> list[str]:
    """Return the relays asked, when each ends in `error`."""
    steps = routing(policy, prospects, now)
    seen = []
    try:
        at = next(steps)
        while True:
            seen.append(prospects[at].relay)
            at = steps.send(error)
    except errors.KlingError:
        return seen


DOWN = errors.ConnectionFailedError("a cannot be reached.")


def priced(relay: str, amount: str | None, currency: str = "USD") -> Prospect:
    return Prospect(relay, price=Estimate(None if amount is None else Decimal(amount), currency if amount else ""))


def test_relays_are_asked_in_the_order_they_were_named() -> None:
    assert asked("order", [Prospect("b"), Prospect("a")], DOWN) == ["b", "a"]


def test_the_cheapest_known_price_comes_first_and_unknown_ones_last_as_they_were_named() -> None:
    rows = [priced("x", None), priced("a", "0.5"), priced("y", None), priced("b", "0.2"), priced("c", "0.1", "CNY")]
    assert asked("cheapest", rows, DOWN) == ["b", "a", "x", "y", "c"]


def test_the_least_busy_comes_first() -> None:
    assert asked("least_busy", [Prospect("a", busy=2), Prospect("b", busy=0), Prospect("c", busy=2)], DOWN) == [
        "b",
        "a",
        "c",
    ]


@pytest.mark.parametrize(
    ("error", "goes_on"),
    [
        (errors.ConnectionFailedError("x"), True),
        (errors.AnswerTimeoutError("x"), False),
        (errors.ConnectionLostError("x"), False),
        (errors.AuthenticationError("x", status=401), True),
        (errors.BalanceError("x", status=429), True),
        (errors.PermissionDeniedError("x", status=403), True),
        (errors.NotFoundError("x", status=404), True),
        (errors.RateLimitError("x", status=429), True),
        (errors.RequestRefusedError("x", status=400), False),
        (errors.ContentPolicyError("x", status=400), False),
        (errors.RelayServerError("x", status=500), False),
        (errors.RelayError("x", status=200), False),
        (errors.UnsupportedByRelayError("x"), True),
        (errors.InvalidRequestError("x"), True),
        (errors.ConfigurationError("x"), False),
    ],
)
def test_another_relay_is_asked_only_when_this_one_charged_nothing_and_is_what_was_wrong(
    error: errors.KlingError, goes_on: bool
) -> None:
    assert may_go_on(error) is goes_on
    assert asked("order", [Prospect("a"), Prospect("b")], error) == (["a", "b"] if goes_on else ["a"])


def test_when_none_is_left_the_error_tells_why_each_did_not() -> None:
    steps = routing("order", [Prospect("a"), Prospect("b", Breaker(3, until=20.0))], 5.0)
    next(steps)
    with pytest.raises(errors.NoRelayError, match=r"failed 3 times in a row, .* for 15 seconds") as caught:
        steps.send(DOWN)
    assert [skip.relay for skip in caught.value.skipped] == ["a", "b"]
    assert caught.value.__cause__ is DOWN


def test_arguments_that_fit_nowhere_are_the_first_relays_refusal() -> None:
    steps = routing("order", [Prospect("a"), Prospect("b")], 0.0)
    next(steps)
    first = errors.InvalidRequestError("prompt is needed.", argument="prompt")
    steps.send(first)
    with pytest.raises(errors.InvalidRequestError) as caught:
        steps.send(errors.InvalidRequestError("another"))
    assert caught.value is first


def test_three_failures_in_a_row_rest_a_relay_and_each_further_one_doubles_the_rest() -> None:
    breaker, rests = CLOSED, []
    for _ in range(9):
        breaker = after_failure(breaker, DOWN, 100.0)
        rests.append(breaker.rests(100.0))
    assert rests == [0, 0, 30, 60, 120, 240, 480, 600, 600]
    assert breaker.rests(700.0) == 0


def test_a_success_forgets_the_failures() -> None:
    breaker = after_failure(after_failure(CLOSED, DOWN, 0.0), DOWN, 0.0)
    assert after_failure(after_success(breaker), DOWN, 0.0).rests(0.0) == 0


def test_what_is_the_callers_fault_says_nothing_about_the_relay() -> None:
    for error in (errors.InvalidRequestError("x"), errors.ContentPolicyError("x", status=400)):
        assert after_failure(CLOSED, error, 0.0) == CLOSED


@given(
    st.sampled_from(POLICIES),
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 50)), min_size=1, max_size=6),
    st.floats(0, 50),
)
def test_no_relay_is_asked_twice_or_while_it_rests(policy: Any, rows: list[tuple[int, float]], now: float) -> None:
    prospects = [Prospect(str(at), Breaker(3, until), busy=busy) for at, (busy, until) in enumerate(rows)]
    seen = asked(policy, prospects, DOWN, now)
    assert sorted(seen) == [row.relay for row in prospects if not row.breaker.rests(now)]
