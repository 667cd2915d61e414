"""Whether what is left of the account falls by what the tasks say they cost."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from klingkit_contract.catalogue import WHOLE_RELAY
from klingkit_contract.flaws import parse_body
from klingkit_contract.judge import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from klingkit_contract.checks.lives import Life
    from klingkit_contract.session import Seen, Session

__all__ = ["ask", "left"]

_CHECK = "charged-as-told"
_BALANCE = "account_costs_get"
_LEFT, _TOLD, _BILLING, _AMOUNT = "remaining_quantity", "final_unit_deduction", "billing", "amount"


def left(session: Session) -> tuple[Decimal, Seen] | None:
    """Return what is left of all resource packs and the answer that says so, None where the relay does not show it."""
    operation = session.contract.operations.get(_BALANCE)
    if operation is None or not session.board.wants(_CHECK):
        return None
    session.board.asked(WHOLE_RELAY, _CHECK)
    seen = session.send(session.samples.call(operation))
    amounts = list(_numbers(parse_body(seen.record.answer.body), _LEFT)) if seen.served else []
    return (sum(amounts, Decimal()), seen) if amounts else None


def ask(session: Session, before: tuple[Decimal, Seen] | None, lives: Sequence[Life]) -> None:
    """Compare what is left with what was left before the tasks `lives` were made."""
    board = session.board
    bought = [life for life in lives if not life.found]
    after = left(session) if before is not None and bought else None
    if before is None:
        board.does_not_apply(WHOLE_RELAY, _CHECK, "the relay does not show what is left")
    elif after is None:
        board.untested(WHOLE_RELAY, _CHECK, "no task was made" if not bought else "what is left was not told again")
    elif not all(life.ended and not life.spoiled and not life.wavered for life in bought):
        board.untested(WHOLE_RELAY, _CHECK, "not every task was seen to end, and to stay so")
    else:
        _judge(session, before[0] - after[0], bought, after[1])


def _judge(session: Session, gone: Decimal, bought: Sequence[Life], seen: Seen) -> None:
    costs = [_cost(life) for life in bought]
    told = [cost for cost in costs if cost is not None]
    if len(told) < len(costs):
        session.board.untested(WHOLE_RELAY, _CHECK, "not every finished task tells what it cost")
    elif gone == sum(told):
        session.board.passed(WHOLE_RELAY, _CHECK)
    elif not gone:
        session.board.untested(WHOLE_RELAY, _CHECK, "what is left has not moved yet; some relays count hours later")
    else:
        words = f"The balance fell by {gone}, and the {len(bought)} tasks say that they cost {sum(told)} together."
        session.board.accuse([Claim(WHOLE_RELAY, _CHECK, "differs", "/paths", words, seen.record)])


def _cost(life: Life) -> Decimal | None:
    """Return what a task says it cost; one that failed costs nothing."""
    if life.last.reading.state == "failed":
        return Decimal()
    value = parse_body(life.last.record.answer.body)
    told = list(_numbers(value, _TOLD))
    for row in _members(value, _BILLING):
        told += [amount for part in (row if isinstance(row, list) else []) for amount in _numbers(part, _AMOUNT)]
    return sum(told, Decimal()) if told else None


def _numbers(value: object, name: str) -> Iterator[Decimal]:
    for found in _members(value, name):
        if isinstance(found, (int, float, str)) and not isinstance(found, bool):
            try:
                yield Decimal(str(found))
            except InvalidOperation:
                continue


def _members(value: object, name: str) -> Iterator[Any]:
    """Yield every member called `name`, at any depth."""
    if isinstance(value, dict):
        if name in value:
            yield value[name]
        for member in value.values():
            yield from _members(member, name)
    elif isinstance(value, list):
        for member in value:
            yield from _members(member, name)
