"""Paths and task ids that do not exist."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from klingkit_contract.addresses import is_loopback
from klingkit_contract.catalogue import WHOLE_RELAY, Role
from klingkit_contract.exchanges import Request
from klingkit_contract.judge import Claim, looks_like_page
from klingkit_contract.session import query_for

if TYPE_CHECKING:
    from klingkit_contract.contract import Operation
    from klingkit_contract.session import Seen, Session

__all__ = ["ask"]

_NOWHERE = "/v1/klingkit-no-such-operation"


def ask(session: Session) -> None:
    """Ask for a path that no document lists, for tasks that were never made, and with a method that fits none."""
    _unknown_path(session)
    for operation in session.contract.of_role(Role.GET):
        _unknown_id(session, operation)
        _wrong_method(session, operation)
    _tls(session)


def _unknown_path(session: Session) -> None:
    session.board.asked(WHOLE_RELAY, "unknown-path")
    _rule(session, WHOLE_RELAY, "unknown-path", session.send(Request("GET", _NOWHERE)), "a path that does not exist")


def _wrong_method(session: Session, operation: Operation) -> None:
    """Ask for a task that was never made with PATCH and without a body: nothing could come of it."""
    session.board.asked(operation.id, "wrong-method")
    seen = session.send(replace(query_for(operation, session.unknown_id()), method="PATCH"))
    _rule(session, operation.id, "wrong-method", seen, "a method that no document lists")


def _rule(session: Session, operation: str, check: str, seen: Seen, what: str) -> None:
    """Turn the answer to what nobody documents into a verdict."""
    board, page = session.board, looks_like_page(seen.record.answer)
    if seen.served and page and session.contract.shows_pages:
        board.does_not_apply(operation, check, "the documents say that unknown paths show a web page")
    elif seen.served:
        came = "a web page" if page else seen.record.answer.media_type or "no Content-Type"
        words = f"HTTP {seen.status} with {came} for {what}."
        board.accuse([Claim(operation, check, "served", "/paths", words, seen.record)])
    elif seen.refused:
        board.passed(operation, check)
    else:
        board.untested(operation, check, seen.why_no_verdict())


def _tls(session: Session) -> None:
    board, url = session.board, session.guard.base_url
    if is_loopback(url):
        board.does_not_apply(WHOLE_RELAY, "tls", "on this machine nobody is on the way")
    elif url.startswith("https:"):
        board.passed(WHOLE_RELAY, "tls")
    else:
        record = session.guard.journal.records[0] if session.guard.journal.records else None
        if record is None:
            board.untested(WHOLE_RELAY, "tls", "no request could be sent")
        else:
            words = "The relay's address begins with http: whoever is on the way reads the key."
            board.accuse([Claim(WHOLE_RELAY, "tls", "plain", "/servers", words, record)])


def _unknown_id(session: Session, operation: Operation) -> None:
    board = session.board
    board.asked(operation.id, "unknown-id")
    seen = session.get(operation, session.unknown_id())
    if seen.refused:
        board.passed(operation.id, "unknown-id")
        board.passed(operation.id, "asked-id", "asked with an id that was never given out only")
    elif not seen.owned_by("unknown-id"):
        board.untested(operation.id, "unknown-id", seen.why_no_verdict())
