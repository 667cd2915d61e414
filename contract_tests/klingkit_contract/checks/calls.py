"""Calls that start no task: each is made once as the documents show it, in an order in which it can work.

What one call hands out the next is given: the session that a family opens, and the id of a thing to delete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_contract.catalogue import Role
from klingkit_contract.checks.lives import ACCOUNT_TROUBLE
from klingkit_contract.flaws import UNREADABLE, parse_body
from klingkit_contract.judge import Claim
from klingkit_contract.samples import stands_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from klingkit_contract.checks.lives import Life
    from klingkit_contract.contract import Operation
    from klingkit_contract.session import Seen, Session

__all__ = ["ask"]

_CHECK = "valid-accepted"
# What opens something comes first, what takes something away last; everything else keeps the document's order.
_ORDER = {"init": 0, "run": 1, "add": 2, "preview": 4, "delete": 5, "clear": 6}
_USUAL = 3
_SESSION = "session_id"


def ask(session: Session, lives: Sequence[Life]) -> None:
    """Make every call once; `lives` are the tasks of the run, whose things may be deleted again."""
    session_ids: dict[str, str] = {}
    made = {life.create.family: life for life in lives if life.succeeded and not life.found}
    things: dict[str, list[dict[str, Any]]] = {family: list(_things(life.last)) for family, life in made.items()}
    calls = session.contract.of_role(Role.CALL)
    for operation in sorted(calls, key=lambda row: _ORDER.get(row.id.rpartition("_")[2], _USUAL)):
        body = _body(session, operation, session_ids, things)
        seen = _make(session, operation, body)
        if seen is not None and seen.served:
            found = list(_things(seen))
            for row in found:
                session_ids[operation.family] = str(row.get(_SESSION, "")) or session_ids.get(operation.family, "")
            things.setdefault(operation.family, found)


def _body(
    session: Session, operation: Operation, session_ids: dict[str, str], things: dict[str, list[dict[str, Any]]]
) -> dict[str, Any] | None:
    """Return the body to send, None for a call without one."""
    if not session.contract.request_schema(operation):
        return None
    body = session.samples.body(operation)
    if _SESSION in body and session_ids.get(operation.family):
        body[_SESSION] = session_ids[operation.family]
    elif operation.id.endswith("_delete"):
        for name in body:
            ids = [row[name] for row in things.get(operation.family, ()) if name in row]
            # without a thing of our own, one that was never there: nobody else's is touched
            body[name] = str(ids[0]) if ids else session.unknown_id()
    return body


def _make(session: Session, operation: Operation, body: dict[str, Any] | None) -> Seen | None:
    board, samples = session.board, session.samples
    if not board.wants(_CHECK) and operation.billable:
        return None
    request = samples.call(operation) if body is None else samples.request(operation, body)
    board.asked(operation.id, _CHECK)
    seen = session.send(request, purchase=True)
    if seen.served:
        board.passed(operation.id, _CHECK)
    elif seen.blocked:
        board.untested(operation.id, _CHECK, session.why_blocked(seen))
    elif seen.refused and seen.status not in ACCOUNT_TROUBLE and body is not None and not _made_up(operation, body):
        words = (
            f"A valid request was refused with HTTP {seen.status}: {seen.reading.message[:160] or 'no reason given'}"
        )
        claim = Claim(operation.id, _CHECK, "refused", f"{operation.pointer}/requestBody", words, seen.record)
        board.accuse([claim])
    elif seen.refused and body is not None:
        board.untested(operation.id, _CHECK, f"the example names what only the documents know: {seen.why_no_verdict()}")
    else:
        board.untested(operation.id, _CHECK, seen.why_no_verdict())
    return seen


def _made_up(operation: Operation, body: dict[str, Any]) -> bool:
    return stands_in(body) or operation.id.endswith("_delete")


def _things(seen: Seen) -> Iterator[dict[str, Any]]:
    """Yield every object in an answer, outermost first."""
    value = parse_body(seen.record.answer.body)
    waiting = [] if value is UNREADABLE else [value]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
