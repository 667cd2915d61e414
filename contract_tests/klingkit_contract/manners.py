"""What concerns the relay as a whole and shows in any answer: keys that are repeated, limits without a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.catalogue import WHOLE_RELAY
from klingkit_contract.judge import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_contract.exchanges import Answer
    from klingkit_contract.redaction import Redactor
    from klingkit_contract.session import Session

__all__ = ["judge"]

_TOO_FAST = 429


def judge(session: Session, redactor: Redactor) -> None:
    """Read every answer of the run once more, for the checks of the whole relay."""
    board, records = session.board, session.guard.journal.records
    board.accuse(_claims(session, redactor))
    for check in ("secret-echoed", "retry-after"):
        board.asked(WHOLE_RELAY, check, len(records))
    if any(record.answer.status for record in records):
        board.passed(WHOLE_RELAY, "secret-echoed")
    if any(record.answer.status == _TOO_FAST for record in records):
        board.passed(WHOLE_RELAY, "retry-after")
    else:
        board.does_not_apply(WHOLE_RELAY, "retry-after", "the relay did not limit the rate of this run")


def _claims(session: Session, redactor: Redactor) -> Iterator[Claim]:
    for record in session.guard.journal.records:
        operation = session.contract.operations.get(record.operation)
        pointer = f"{operation.pointer}/responses" if operation else "/paths"
        if place := _place(record.answer, redactor):
            words = f"HTTP {record.answer.status}: {place} repeats the key."
            yield Claim(WHOLE_RELAY, "secret-echoed", place, pointer, words, record)
        if record.answer.status == _TOO_FAST and not record.answer.header("retry-after"):
            words = "HTTP 429 without Retry-After: nobody knows when to come back."
            yield Claim(WHOLE_RELAY, "retry-after", "missing", pointer, words, record)


def _place(answer: Answer, redactor: Redactor) -> str:
    for name, value in answer.headers:
        if redactor.shows(value):
            return f"the header {name}"
    return "the body" if redactor.shows(answer.body.decode("utf-8", "replace")) else ""
