"""Requests without a key, and with one that was never given out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.addresses import is_loopback
from klingkit_contract.catalogue import Role
from klingkit_contract.exchanges import Auth, Request
from klingkit_contract.findings import Severity
from klingkit_contract.judge import Claim
from klingkit_contract.session import query_for

if TYPE_CHECKING:
    from klingkit_contract.contract import Operation
    from klingkit_contract.session import Seen, Session

__all__ = ["ask", "ask_about_task"]

_CHECKS = {Auth.NONE: "auth-missing", Auth.WRONG: "auth-wrong"}
_REFUSALS = frozenset({401, 403})
_IN_A_HEADER = "asked with another header only: in an address the key would end up in logs"
_UNREADABLE = b"{"  # no relay can make a task of this, whatever it overlooks


def ask(session: Session) -> None:
    """Ask every operation without a key, then with a wrong one."""
    for operation in session.contract.operations.values():
        for auth in _CHECKS:
            if auth is Auth.WRONG and session.board.accused(operation.id, "auth-missing"):
                reason = "a request without any key is answered already: see auth-missing"
                session.board.untested(operation.id, "auth-wrong", reason)
            elif session.contract.request_schema(operation):
                _ask_with_body(session, operation, auth)
            else:
                _ask_read(session, operation, auth)
        if operation.role in {Role.GET, Role.LIST}:
            _ask_elsewhere(session, operation)


def ask_about_task(session: Session, operation: Operation, task_id: str) -> None:
    """Query a task that exists, without a key and with a wrong one: the hardest form of the question."""
    for auth, check in _CHECKS.items():
        if not session.board.accused(operation.id, "auth-missing"):
            session.board.asked(operation.id, check)
            _rule(session, operation, check, session.get(operation, task_id, auth))


def _ask_read(session: Session, operation: Operation, auth: Auth) -> None:
    request = session.samples.call(operation, auth=auth)
    if operation.role is Role.GET:
        request = query_for(operation, session.unknown_id(), auth)
    session.board.asked(operation.id, _CHECKS[auth])
    _rule(session, operation, _CHECKS[auth], session.send(request))


def _ask_elsewhere(session: Session, operation: Operation) -> None:
    """Ask with the right key in the wrong place. Only reads are asked so: a create that is let in costs money."""
    board, check, auth = session.board, "auth-place", Auth.ELSEWHERE
    if board.accused(operation.id, "auth-missing"):
        board.untested(operation.id, check, "a request without any key is answered already: see auth-missing")
        return
    request = session.samples.call(operation, auth=auth)
    if operation.role is Role.GET:
        request = query_for(operation, session.unknown_id(), auth)
    board.asked(operation.id, check)
    seen = session.send(request)
    if seen.status in _REFUSALS:
        board.passed(operation.id, check, "" if is_loopback(session.guard.base_url) else _IN_A_HEADER)
    elif (seen.served or seen.refused) and not seen.claims:
        words = f"HTTP {seen.status}: a key that is not in its place was taken for one."
        board.accuse([Claim(operation.id, check, "let in", operation.pointer, words, seen.record)])
    else:
        board.untested(operation.id, check, seen.why_no_verdict())


def _ask_with_body(session: Session, operation: Operation, auth: Auth) -> None:
    """Ask for free first, with a body that cannot be read; when that is looked at before the key, with a valid one."""
    check, board = _CHECKS[auth], session.board
    body = session.samples.body(operation)
    valid = session.samples.request(operation, body, auth=auth)
    unreadable = Request(valid.method, valid.path, headers=valid.headers, body=_UNREADABLE, auth=auth)
    board.asked(operation.id, check)
    seen = session.send(unreadable)
    if seen.status in _REFUSALS:
        board.passed(operation.id, check)
        return
    if seen.served:
        _rule(session, operation, check, seen)
        return
    board.asked(operation.id, check)
    seen = session.send(valid)
    if seen.blocked:
        board.untested(operation.id, check, session.why_blocked(seen))
        return
    _rule(session, operation, check, seen)


def _rule(session: Session, operation: Operation, check: str, seen: Seen) -> None:
    """Turn the answer to a request without a valid key into a verdict."""
    if seen.status in _REFUSALS:
        session.board.passed(operation.id, check)
    elif seen.owned_by("html-page"):
        session.board.untested(operation.id, check, seen.why_no_verdict())
    elif seen.served:
        words = f"Answered with HTTP {seen.status} as if the key were right."
        claim = Claim(operation.id, check, "served", operation.pointer, words, seen.record)
        session.board.accuse([claim])
    elif seen.refused and not seen.claims:
        words = f"Refused with HTTP {seen.status} for another reason: the request was looked at before the key."
        if seen.record.answer.success:
            words = f"Refused under HTTP {seen.status} (code {seen.reading.code}), where 401 or 403 is promised."
        claim = Claim(operation.id, check, "order", operation.pointer, words, seen.record, Severity.LOW)
        session.board.accuse([claim])
    else:
        session.board.untested(operation.id, check, seen.why_no_verdict())
