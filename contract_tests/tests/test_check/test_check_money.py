"""A limit in money: what a create may cost at most, and what a run really costs, by the relay's own count."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import klingkit_data
from klingkit._pricing import CostLimit
from klingkit_contract.budget import Outcome, Purpose
from klingkit_contract.cli.check import main
from klingkit_contract.errors import OptionError
from klingkit_contract.exchanges import Answer, Auth
from klingkit_contract.findings import Verdict
from klingkit_contract.flaws import find_flaws
from klingkit_contract.prices import Prices
from klingkit_contract.purse import Cost, Price, Purse, money
from klingkit_contract.report import matrix
from klingkit_contract.report.grid import Grid
from klingkit_contract.report.scores import score

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from klingkit_contract.exchanges import Request
    from klingkit_contract.session import Session

JSON = (("content-type", "application/json"),)
ACCEPTED = Answer(
    200, JSON, b'{"code": 0, "message": "SUCCEED", "data": {"task_id": "81", "task_status": "submitted"}}'
)
REFUSED = Answer(400, JSON, b'{"code": 1201, "message": "no", "request_id": "r"}')
# Keys, words, numbers, lengths, types and missing fields: this relay looks at none of them.
TAKES_ANYTHING = (
    *("missing-auth-accepted", "long-prompt-accepted", "enum-ignored", "range-ignored", "required-ignored"),
    *("type-ignored", "item-count-ignored", "request-type-ignored", "rule-not-enforced"),
)
PER_CALL: dict[str, Any] = {"relay": "haoee", "per": "call", "amount": 0.35, "currency": "CNY"}
TOO_DEAR = "it could cost more than is left of --max-cost 1.00 USD"
PRICED = ("image_multi_image2image", "video_text2video", "audio_text2audio")


def dollars(amount: str) -> Price:
    return Price(Decimal(amount), "USD")


# -------------------------------------------------------------------------------------------------- the purse


def test_a_purse_lets_out_what_it_holds_and_no_more() -> None:
    purse = Purse(Decimal("1.00"), "USD")
    assert purse.objection(dollars("0.60"), Purpose.PURCHASE) == ""
    purse.hold(dollars("0.60"))
    purse.settle(Outcome.ACCEPTED, dollars("0.60"), held=True)
    assert purse.objection(dollars("0.41"), Purpose.PURCHASE) == TOO_DEAR
    assert purse.objection(dollars("0.40"), Purpose.PURCHASE) == ""
    assert str(purse.cost) == "at most 0.60 USD"


def test_a_refused_create_gives_its_price_back_and_a_lost_answer_does_not() -> None:
    purse = Purse(Decimal("1.00"), "USD")
    for outcome, left in ((Outcome.REFUSED, "1.00"), (Outcome.UNKNOWN, "0.60")):
        purse.hold(dollars("0.40"))
        purse.settle(outcome, dollars("0.40"), held=True)
        assert purse.left == Decimal(left)


def test_what_has_no_known_price_or_another_currency_does_not_leave_under_a_limit() -> None:
    purse = Purse(Decimal("1.00"), "USD")
    assert purse.objection(Price(unknown="price unknown: add one"), Purpose.PURCHASE) == "price unknown: add one"
    assert "its price is in CNY" in purse.objection(Price(Decimal("0.01"), "CNY"), Purpose.PURCHASE)
    assert Purse().objection(Price(unknown="price unknown"), Purpose.PURCHASE) == ""


def test_probes_leave_what_is_kept_to_tasks() -> None:
    purse = Purse(Decimal("1.00"), "USD")
    purse.keep([dollars("0.30"), dollars("0.60")])
    assert purse.objection(dollars("0.50"), Purpose.PROBE) == ""
    assert purse.objection(dollars("0.51"), Purpose.PROBE)
    assert purse.objection(dollars("1.00"), Purpose.PURCHASE) == ""


@pytest.mark.parametrize("price", [dollars("1.01"), Price(unknown="price unknown")])
def test_what_was_charged_beyond_the_limit_or_at_an_unknown_price_ends_all_creates(price: Price) -> None:
    purse = Purse(Decimal("1.00"), "USD")
    purse.settle(Outcome.ACCEPTED, price, held=False)
    assert purse.overspent


def test_costs_add_up_by_currency() -> None:
    cost = Cost((("USD", Decimal("0.42")),), 1) + Cost((("CNY", Decimal(3)), ("USD", Decimal("0.08"))), 0)
    assert str(cost) == "at most 3.00 CNY and 0.50 USD, and 1 of unknown price"
    assert (str(Cost()), bool(Cost())) == ("", False)


@pytest.mark.parametrize(
    ("amount", "words"), [("5", "5.00 USD"), ("0.5", "0.50 USD"), ("100", "100.00 USD"), ("0.0035", "0.0035 USD")]
)
def test_money_is_written_as_people_write_it(amount: str, words: str) -> None:
    assert money(Decimal(amount), "USD") == words


# ------------------------------------------------------------------------------------------- what a create costs


def limited(session: Session, amount: str, currency: str = "USD", **row: Any) -> Session:
    """Return `session` with a limit in money, the table of prices, and a row of the user's own."""
    own = [{"operations": ("video_text2video",), "per": "call", "currency": "CNY", "amount": 1, **row}] if row else []
    guard = session.guard
    guard.purse = Purse(Decimal(amount), currency)
    guard.prices = Prices(session.relay, session.contract, {}, klingkit_data.load("prices.toml"), own)
    return session


def create(session: Session, family: str = "video_text2video", **changes: Any) -> Request:
    operation = session.contract.operations[f"{family}_create"]
    return session.samples.request(operation, {**session.samples.body(operation), **changes})


def price_of(session: Session, request: Request) -> Price:
    operation = session.contract.match(request.method, request.path)
    assert operation is not None
    assert session.guard.prices is not None
    return session.guard.prices.of(operation, request, find_flaws(session.contract, operation, request))


@pytest.mark.parametrize(
    ("changes", "amount"),
    [
        ({}, "0.42"),  # kling-v3, std, 5 s
        ({"duration": "10", "mode": "pro"}, "1.12"),
        ({"prompt": "a" * 9999}, "0.42"),  # whatever is made of the prompt, it is no longer a video
        ({"duration": "16"}, "1.344"),  # what it says, should the limit be overlooked
        ({"duration": {}}, "1.26"),  # the longest that the document knows
        ({"mode": "klingkit-none"}, "2.1"),  # the dearest mode
    ],
)
def test_a_wrong_create_costs_as_much_as_what_is_wrong_could_be_taken_for(
    session_over: Callable[..., Session], changes: dict[str, Any], amount: str
) -> None:
    session = limited(session_over(lambda *_: REFUSED), "9")
    assert price_of(session, create(session, **changes)) == Price(Decimal(amount), "USD")


def test_what_is_charged_by_what_comes_has_no_price_before(session_over: Callable[..., Session]) -> None:
    session = limited(session_over(lambda *_: REFUSED), "9")
    price = price_of(session, create(session, "video_lip_sync"))
    assert price.amount is None
    assert price.unknown == "price unknown: it is charged by what comes; add a [[price]] per call to the settings"


def test_fields_are_priced_by_what_they_are_called_at_the_relay(session_over: Callable[..., Session]) -> None:
    session = limited(session_over(lambda *_: REFUSED, relay="xiexus"), "9")
    dialect = klingkit_data.load("dialects.toml")["dialect"]["newapi-docs"]
    rows = [
        {**PER_CALL, "relay": "xiexus", "operations": PRICED, "when": {"model_name": ["kling-v3"], "mode": ["std"]}},
        {**PER_CALL, "relay": "xiexus", "operations": PRICED, "when": {"mode": ["pro"]}, "amount": 9},
    ]
    session.guard.prices = Prices("xiexus", session.contract, dialect, klingkit_data.load("prices.toml"), rows)
    assert price_of(session, create(session)) == Price(Decimal("0.35"), "CNY")
    assert price_of(session, create(session, model=7)) == Price(Decimal("0.35"), "CNY")
    assert price_of(session, create(session, metadata=7)) == Price(Decimal(9), "CNY")


# ------------------------------------------------------------------------------------------------- the guard


def test_no_create_leaves_that_could_cost_more_than_is_left(session_over: Callable[..., Session]) -> None:
    session = limited(session_over(lambda *_: ACCEPTED, budget=9), "1.00")
    sent = [session.guard.send(create(session), purchase=True).answer for _ in range(4)]
    assert [answer.blocked for answer in sent] == [False, False, True, True]
    assert sent[2].note == TOO_DEAR
    assert str(session.guard.purse.cost) == "at most 0.84 USD"


def test_no_create_of_unknown_price_leaves_with_a_key(session_over: Callable[..., Session]) -> None:
    session = limited(session_over(lambda *_: ACCEPTED, budget=9), "1.00")
    wrong_twice = create(session, "video_extend", prompt={}, video_id=7)
    for request in (create(session, "video_extend"), wrong_twice):
        note = session.guard.send(request, purchase=True).answer.note
        assert note == "price unknown: add a [[price]] to the settings"
    assert session.guard.transport.sent == []


def test_a_relay_that_takes_what_carries_no_key_gets_no_more_of_it_than_the_limit_pays(
    session_over: Callable[..., Session],
) -> None:
    session = limited(session_over(lambda *_: ACCEPTED, budget=99), "1.00")
    nonsense = replace(create(session, prompt={}), auth=Auth.NONE)
    sent = [session.guard.send(nonsense) for _ in range(9)]
    assert sum(not record.answer.blocked for record in sent) == 2


def test_a_charge_that_showed_later_is_booked_in_money_as_well(session_over: Callable[..., Session]) -> None:
    session = limited(session_over(lambda *_: REFUSED, budget=9), "1.00")
    session.guard.found_charged(session.guard.send(create(session, prompt="a" * 9999)))
    assert (session.guard.budget.spent, str(session.guard.purse.cost)) == (1, "at most 0.42 USD")
    assert session.guard.send(create(session, prompt="a" * 9999)).answer.blocked


# ------------------------------------------------------------------------------------------- whole runs


@pytest.mark.parametrize("defects", [(), TAKES_ANYTHING, (*TAKES_ANYTHING[1:], "charged-refusal")])
def test_what_a_relay_charges_never_comes_to_more_than_the_limit(
    on_emulator: Callable[..., Any], defects: tuple[str, ...]
) -> None:
    limit = CostLimit(Decimal("1.00"), "CNY", [{**PER_CALL, "operations": PRICED}])
    families = (*PRICED, "video_extend")
    operations = frozenset(f"{family}_{verb}" for family in families for verb in ("create", "get", "list"))
    ran = on_emulator(["haoee"], defects=defects, budget=100, operations=operations, max_cost=limit)
    finished = ran.results.relays["haoee"]
    assert ran.charges["haoee"] * Decimal("0.35") <= limit.amount
    assert finished.cost == Cost((("CNY", ran.charges["haoee"] * Decimal("0.35")),) if ran.charges["haoee"] else ())
    assert finished.paid == ran.charges["haoee"]
    unpriced = ran.results.cells["haoee", "video_extend_create", "valid-accepted"]
    assert unpriced.verdict is Verdict.NOT_TESTED
    if not defects:
        assert ran.charges["haoee"] == 2
        assert unpriced.reason == "not sent: price unknown: add a [[price]] to the settings"
        assert ran.results.cells["haoee", "video_text2video_create", "limits"].verdict is Verdict.PASS


def test_a_report_says_what_was_spent_at_most(on_emulator: Callable[..., Any]) -> None:
    limit = CostLimit(Decimal("0.50"), "USD")
    operations = frozenset({"video_text2video_create", "video_text2video_get", "video_text2video_list"})
    ran = on_emulator(["official"], budget=9, operations=operations, checks=["task-ends"], max_cost=limit)
    document = matrix.document(ran.results)
    assert document["run"]["max_cost"] == "0.50 USD"
    assert document["relays"]["official"]["price"] == {"at_most": {"USD": "0.420"}, "unpriced": 0}
    assert score(ran.results, Grid(ran.results), "official").spent == "1 (at most 0.42 USD)"


@pytest.mark.parametrize("amount", ["much", "-1", "5 dollars"])
def test_what_is_no_amount_is_refused_before_anything_is_asked(amount: str) -> None:
    with pytest.raises(OptionError, match="--max-cost has to be a number of US dollars"):
        main(["--relay", "haoee", "--max-cost", amount])


def test_a_settings_file_that_is_broken_stops_a_run_that_depends_on_its_prices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "config.toml"
    broken.write_text("[[price]]\nrelay = 'haoee'\n")
    monkeypatch.setenv("KLINGKIT_CONFIG", str(broken))
    with pytest.raises(OptionError, match="a price needs operations"):
        main(["--relay", "haoee", "--max-cost", "1"])
