"""Paths and task ids that do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.catalogue import WHOLE_RELAY, Role
from klingkit_contract.exchanges import Request
from klingkit_contract.judge import Claim, looks_like_page

if TYPE_CHECKING:
    from klingkit_contract.contract import Operation
    from klingkit_contract.session import Session

__all__ = ["ask"]

_NOWHERE = "/v1/klingkit-no-such-operation"


def ask(session: Session) -> None:
    """Ask for a path that no document lists, and for tasks that were never made."""
    _unknown_path(session)
    for operation in session.contract.of_role(Role.GET):
        _unknown_id(session, operation)


def _unknown_path(session: Session) -> None:
    board = session.board
    board.asked(WHOLE_RELAY, "unknown-path")
    seen = session.send(Request("GET", _NOWHERE))
    if seen.served and looks_like_page(seen.record.answer) and session.contract.shows_pages:
        board.does_not_apply(WHOLE_RELAY, "unknown-path", "the documents say that unknown paths show a web page")
    elif seen.served:
        page = looks_like_page(seen.record.answer)
        what = "a web page" if page else seen.record.answer.media_type or "no Content-Type"
        words = f"HTTP {seen.status} with {what} for a path that does not exist."
        board.accuse([Claim(WHOLE_RELAY, "unknown-path", "served", "/paths", words, seen.record)])
    elif seen.refused:
        board.passed(WHOLE_RELAY, "unknown-path")
    else:
        board.untested(WHOLE_RELAY, "unknown-path", seen.why_no_verdict())


def _unknown_id(session: Session, operation: Operation) -> None:
    board = session.board
    board.asked(operation.id, "unknown-id")
    seen = session.get(operation, session.unknown_id())
    if seen.refused:
        board.passed(operation.id, "unknown-id")
        board.passed(operation.id, "asked-id", "asked with an id that was never given out only")
    elif not seen.owned_by("unknown-id"):
        board.untested(operation.id, "unknown-id", seen.why_no_verdict())
