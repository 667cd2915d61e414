"""Which relay is asked, and when another one may be: decided without a clock or a network."""

from __future__ import annotations

import json
import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klingkit import _errors as errors
from klingkit._breaker import CLOSED, Breaker
from klingkit._prices import Estimate
from klingkit._problems import Problem, error_of
from klingkit._routing import POLICIES, Prospect, Route, Routing, Skipped, may_go_on

DOWN = errors.ConnectionFailedError("a cannot be reached.")
BROKE = errors.BalanceError("no money.", status=402)
RESTING = Breaker(3, until=20.0)


def asked(routing: Routing, error: errors.KlingError, health: dict[str, Breaker] | None = None) -> list[str]:
    """Return the relays asked, when each ends in `error`."""
    seen: list[str] = []
    try:
        while True:
            seen.append(routing.turn(health or {}, 0.0))
            routing.refused(seen[-1], error)
    except errors.KlingError:
        return seen


def tried(policy: Any, prospects: list[Prospect], *ends: errors.KlingError) -> errors.KlingError:
    """Return what a call ends with, when the relays end in `ends`, one after the other."""
    routing = Routing(policy, prospects)
    try:
        for end in ends:
            routing.refused(routing.turn({}, 0.0), end)
        routing.turn({}, 0.0)
    except errors.KlingError as error:
        return error
    raise AssertionError("there was a relay left")


def priced(relay: str, amount: str | None, currency: str = "USD") -> Prospect:
    money = None if amount is None else Decimal(amount)
    return Prospect(relay, Estimate(money, currency if amount else "", money, "call" if amount else ""))


def wrong(*fields: str, relay: str = "a") -> errors.InvalidRequestError:
    return error_of([Problem(field, f"{field} is wrong.", rule="maxLength") for field in fields], relay=relay)


def test_relays_are_asked_in_the_order_they_were_named() -> None:
    assert asked(Routing("order", [Prospect("b"), Prospect("a")]), BROKE) == ["b", "a"]


def test_the_lowest_known_price_comes_first_and_unknown_ones_last_as_they_were_named() -> None:
    rows = [priced("x", None), priced("a", "0.5"), priced("y", None), priced("b", "0.2"), priced("c", "0.1", "CNY")]
    routing = Routing("cheapest", rows)
    assert routing.turn({}, 0.0) == "b"
    route = routing.taken("b")
    assert {skip.relay: skip.reason for skip in route.skipped} == {
        "a": "not needed: its price is 0.50 USD",
        "x": "not needed: no price is known for it",
        "y": "not needed: no price is known for it",
        "c": "not needed: its price is 0.10 CNY, which is not compared with USD",
    }
    assert asked(Routing("cheapest", rows), BROKE) == ["b", "a", "x", "y", "c"]


def test_prices_are_compared_in_the_currency_that_most_of_them_are_in() -> None:
    rows = [priced("a", "0.1"), priced("b", "3", "CNY"), priced("c", "2", "CNY")]
    assert asked(Routing("cheapest", rows), BROKE) == ["c", "b", "a"]


def test_the_least_busy_comes_first_and_the_route_tells_so() -> None:
    rows = [Prospect("a", busy=2), Prospect("b"), Prospect("c", busy=2), Prospect("d")]
    routing = Routing("least_busy", rows)
    assert routing.turn({}, 0.0) == "b"
    assert [(skip.relay, skip.reason) for skip in routing.taken("b").skipped] == [
        ("d", "not needed: it has as many open tasks of this client"),
        ("a", "not needed: it has more open tasks of this client"),
        ("c", "not needed: it has more open tasks of this client"),
    ]
    assert asked(Routing("least_busy", rows), BROKE) == ["b", "d", "a", "c"]


@pytest.mark.parametrize(
    ("error", "goes_on"),
    [
        (errors.ConnectionFailedError("x"), True),
        (errors.AnswerTimeoutError("x"), False),
        (errors.ConnectionLostError("x"), False),
        (errors.OutcomeUnknownError("x", external_task_id=None, when=None, fields={}, seen=""), False),  # type: ignore[arg-type]
        (errors.AuthenticationError("x", status=401), True),
        (errors.BalanceError("x", status=429), True),
        (errors.PermissionDeniedError("x", status=403), True),
        (errors.NotFoundError("x", status=404), True),
        (errors.NotFoundError("x", status=503, code="model_not_found"), True),
        (errors.RateLimitError("x", status=429), True),
        (errors.RequestRefusedError("x", status=400, code=1201), False),
        (errors.RequestRefusedError("x", status=400, code="model_price_error"), True),
        (errors.RequestRefusedError("x", status=400, code="invalid_api_platform"), True),
        (errors.ContentPolicyError("x", status=400), False),
        (errors.DuplicateTaskError("x", status=400), False),
        (errors.RelayServerError("x", status=500), False),
        (errors.RelayServerError("x", status=503), False),
        (errors.RelayError("x", status=200), False),
        (errors.HtmlPageError("x", status=200), False),
        (errors.NotJsonError("x", status=200), False),
        (errors.RedirectError("x", status=307), True),
        (errors.RedirectError("x", status=302), False),
        (errors.RedirectError("x", status=303), False),
        (errors.UnsupportedByRelayError("x"), True),
        (errors.TooExpensiveError("x"), True),
        (errors.InvalidRequestError("x"), True),
        (errors.ConfigurationError("x"), False),
        (errors.TaskFailedError("x", task=None, task_id="1"), False),
    ],
    ids=lambda value: f"{type(value).__name__}-{getattr(value, 'status', '')}-{getattr(value, 'code', '')}",
)
def test_another_relay_is_asked_only_when_this_one_charged_nothing_and_is_what_was_wrong(
    error: errors.KlingError, goes_on: bool
) -> None:
    assert may_go_on(error) is goes_on
    seen = asked(Routing("order", [Prospect("a"), Prospect("b")]), error)
    assert list(dict.fromkeys(seen)) == (["a", "b"] if goes_on else ["a"])


def test_every_error_there_is_has_been_thought_of() -> None:
    """An error that is new is not taken for a harmless one: of those listed nowhere, none lets another be asked."""
    harmless = {
        "ConnectionFailedError",
        "AuthenticationError",
        "BalanceError",
        "PermissionDeniedError",
        "NotFoundError",
        "RateLimitError",
    } | {"InvalidRequestError", "UnsupportedByRelayError", "TooExpensiveError"}
    found = set()
    for name in errors.__all__:
        kind = getattr(errors, name)
        error = kind.__new__(kind)
        error.__dict__.update(status=500, code=None, args=("x",))
        if may_go_on(error):
            found.add(name)
    assert found == harmless


def test_when_none_is_left_the_error_tells_why_each_did_not() -> None:
    routing, health = Routing("order", [Prospect("a"), Prospect("b")]), {"b": RESTING}
    routing.refused(routing.turn(health, 5.0), DOWN)
    with pytest.raises(errors.NoRelayError, match=r"failed 3 times in a row, .* for 15 more seconds") as caught:
        routing.turn(health, 5.0)
    error = caught.value
    assert [(skip.relay, skip.kind) for skip in error.skipped] == [("a", "ConnectionFailedError"), ("b", "")]
    assert (error.errors, error.__cause__, error.retryable) == ((DOWN,), DOWN, True)
    again = pickle.loads(pickle.dumps(error))
    assert (again.skipped, str(again)) == (error.skipped, str(error))


def test_an_error_after_which_nobody_is_asked_tells_who_was_asked_before() -> None:
    refusal = errors.ContentPolicyError("no", status=400)
    assert tried("order", [Prospect("a"), Prospect("b")], DOWN, refusal) is refusal
    assert refusal.__notes__ == ["Before b, klingkit passed over a: a cannot be reached."]


def test_who_is_not_reached_is_let_go_of_at_once_and_asked_again_when_nobody_else_serves() -> None:
    routing, patience = Routing("order", [Prospect("a"), Prospect("b"), Prospect("c")]), []
    for error in (DOWN, BROKE, DOWN):
        relay = routing.turn({}, 0.0)
        patience.append((relay, routing.hasty))
        routing.refused(relay, error)
    assert routing.turn({"a": RESTING}, 0.0) == "a"  # whoever else there was is no help
    patience.append(("a", routing.hasty))
    assert patience == [("a", True), ("b", True), ("c", False), ("a", False)]
    assert [(skip.relay, skip.kind) for skip in routing.taken("a").skipped] == [
        ("b", "BalanceError"),
        ("c", "ConnectionFailedError"),
    ]
    routing.refused("a", DOWN)
    with pytest.raises(errors.NoRelayError) as caught:
        routing.turn({}, 0.0)
    assert [skip.relay for skip in caught.value.skipped] == ["a", "b", "c"]


def test_there_is_no_haste_when_the_others_are_left_alone() -> None:
    routing = Routing("order", [Prospect("a"), Prospect("b")])
    assert (routing.turn({"b": RESTING}, 0.0), routing.hasty) == ("a", False)


def test_a_mistake_that_every_relay_finds_is_told_once_and_in_the_fewest_words() -> None:
    first, second = wrong("mode", "prompt"), wrong("prompt", relay="b")
    assert tried("order", [Prospect("a"), Prospect("b")], first, second) is second


def test_a_mistake_found_by_all_that_offer_the_operation_is_told_as_one() -> None:
    first, second = errors.UnsupportedByRelayError("a has no extend."), wrong("prompt", relay="b")
    assert tried("order", [Prospect("a"), Prospect("b")], first, second) is second


def test_different_mistakes_are_told_relay_by_relay() -> None:
    told = tried("order", [Prospect("a"), Prospect("b")], wrong("mode"), wrong("duration", relay="b"))
    assert isinstance(told, errors.NoRelayError)
    assert "a: mode is wrong. b: duration is wrong." in str(told)


def test_a_mistake_at_one_and_an_outage_at_another_are_no_mistake_of_the_caller() -> None:
    assert isinstance(tried("order", [Prospect("a"), Prospect("b")], wrong("mode"), DOWN), errors.NoRelayError)


@pytest.mark.parametrize("kind", [errors.UnsupportedByRelayError, errors.TooExpensiveError])
def test_what_no_relay_offers_or_none_makes_cheaply_enough_stays_that_error(kind: Any) -> None:
    told = tried("order", [Prospect("a"), Prospect("b")], kind("a has it not."), kind("b has it not."))
    assert type(told) is kind
    assert str(told) == "None of a, b takes this. a: a has it not. b: b has it not."


def test_the_route_tells_who_served_who_was_passed_over_and_who_was_not_needed() -> None:
    routing = Routing("order", [Prospect("a"), Prospect("b"), Prospect("c"), Prospect("d")])
    health = {"b": RESTING}
    routing.refused(routing.turn(health, 0.0), errors.BalanceError("no money", status=402))
    assert routing.turn(health, 0.0) == "c"
    route = routing.taken("c")
    assert route.relay == "c"
    assert [(one.relay, one.kind, one.spared) for one in route.skipped] == [
        ("a", "BalanceError", False),
        ("b", "", False),
        ("d", "", True),
    ]
    assert [one.relay for one in route.passed_over] == ["a", "b"]
    assert Route.read(json.loads(json.dumps(route.members()))) == route
    assert pickle.loads(pickle.dumps(route)) == route
    assert str(route).startswith("c (policy: order); a: no money; b: failed 3 times")


@pytest.mark.parametrize(
    "members",
    [None, 3, [], {}, {"skipped": 3}, {"relay": "a", "skipped": []}, {"relay": 1, "policy": "x", "skipped": []}],
)
def test_what_is_no_route_is_read_as_none(members: Any) -> None:
    assert Route.read(members) is None


def test_entries_of_a_route_that_are_none_are_left_out() -> None:
    rows = [3, {"relay": "b"}, {"relay": "b", "reason": "r", "kind": ""}]
    assert Route.read({"relay": "a", "policy": "order", "skipped": rows}) == Route("a", "order", (Skipped("b", "r"),))


def test_three_failures_in_a_row_rest_a_relay_and_each_further_one_doubles_the_rest() -> None:
    breaker, rests = CLOSED, []
    for _ in range(8):
        breaker = breaker.ended(DOWN, 100.0)
        rests.append(breaker.rests(100.0))
    assert rests == [0, 0, 30, 60, 120, 240, 300, 300]
    assert breaker.rests(400.0) == 0


def test_after_a_rest_one_call_is_let_through_and_decides() -> None:
    open_ = Breaker(3, until=30.0)
    trial = open_.asked(31.0)
    assert (trial.rests(31.0) > 0, trial.ended(None, 40.0)) == (True, CLOSED)
    assert trial.ended(DOWN, 40.0).rests(40.0) == 60
    assert trial.ended(errors.InvalidRequestError("never sent"), 40.0).rests(40.0) == 0
    assert trial.rests(500.0) == 0  # whoever tried has gone away without a word


def test_a_relay_that_is_well_may_be_asked_by_many_at_once() -> None:
    assert Breaker(2).asked(5.0) == Breaker(2)


def test_a_success_and_a_refusal_that_is_the_callers_fault_forget_the_failures() -> None:
    for end in (None, errors.ContentPolicyError("x", status=400)):
        assert Breaker(2).ended(end, 0.0) == CLOSED


def test_what_was_never_sent_and_a_model_that_is_not_there_say_nothing_about_the_relay() -> None:
    for error in (errors.InvalidRequestError("x"), errors.NotFoundError("x", status=404)):
        assert Breaker(2).ended(error, 0.0) == Breaker(2)


@given(
    st.sampled_from(POLICIES),
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 50)), min_size=1, max_size=6),
)
def test_no_relay_is_asked_twice_or_while_it_rests(policy: Any, rows: list[tuple[int, float]]) -> None:
    prospects = [Prospect(str(at), busy=busy) for at, (busy, _) in enumerate(rows)]
    health = {str(at): Breaker(3, until) for at, (_, until) in enumerate(rows)}
    routing = Routing(policy, prospects)
    seen = asked(routing, BROKE, health)
    assert sorted(seen) == sorted(relay for relay, breaker in health.items() if not breaker.rests(0.0))
