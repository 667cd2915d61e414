"""Whether the list tells the same as the query, and keeps to its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.judge import Claim
from klingkit_contract.reading import Step

if TYPE_CHECKING:
    from klingkit_contract.checks.lives import Life
    from klingkit_contract.contract import Operation
    from klingkit_contract.session import Session

__all__ = ["ask"]

_MANY = 100  # tasks a page, where the document allows as many


def ask(session: Session, life: Life, listing: Operation) -> None:
    """Look for the task in the list, then at a page of one and at a page past the end."""
    if not life.task_id or life.spoiled:
        return
    _agrees(session, life, listing)
    _pages(session, life, listing)


def _agrees(session: Session, life: Life, listing: Operation) -> None:
    board, check = session.board, "list-agrees"
    board.asked(listing.id, check)
    seen = session.page(listing, _size(session, listing, _MANY))
    if not seen.served or seen.claims:
        board.untested(listing.id, check, seen.why_no_verdict())
        return
    board.passed(listing.id, "task-id-present", life.note)
    board.passed(listing.id, "status-known", life.note)
    entry = next((task for task in seen.reading.tasks if task.task_id == life.task_id), None)
    if entry is None:
        words = f"The task is not among the newest {len(seen.reading.tasks)} of the list."
    elif Step.UNKNOWN not in {entry.step, life.last.reading.step} and entry.step < life.last.reading.step:
        words = f"The query said {life.last.reading.word!r} before the list said {entry.word!r}."
    else:
        board.passed(listing.id, check, life.note)
        return
    pointer = f"{listing.pointer}/responses/200"
    board.accuse([Claim(listing.id, check, "differs", pointer, words, seen.record)])


def _pages(session: Session, life: Life, listing: Operation) -> None:
    board, check = session.board, "list-pages"
    parameters = session.contract.parameters(listing, "query")
    if not {"pageNum", "pageSize"} <= parameters.keys():
        board.does_not_apply(listing.id, check, "the documents promise no pages")
        return
    board.asked(listing.id, check, 2)
    last = int(session.contract.resolve(f"{parameters['pageNum'][0]}/schema")[1].get("maximum", 1000))
    small, beyond = session.page(listing, "pageNum=1&pageSize=1"), session.page(listing, f"pageNum={last}&pageSize=1")
    for seen in (small, beyond):
        if not seen.served or seen.claims:
            board.untested(listing.id, check, seen.why_no_verdict())
            return
    pointer = parameters["pageSize"][0]
    if len(small.reading.tasks) > 1:
        words = f"A page of one has {len(small.reading.tasks)} tasks."
        board.accuse([Claim(listing.id, check, "size", pointer, words, small.record)])
    elif any(task.task_id == life.task_id for task in beyond.reading.tasks):
        words = f"Page {last} has the newest task, which is on page 1."
        board.accuse([Claim(listing.id, check, "number", pointer, words, beyond.record)])
    else:
        board.passed(listing.id, check, life.note)


def _size(session: Session, listing: Operation, wanted: int) -> str:
    found = session.contract.parameters(listing, "query").get("pageSize")
    if found is None:
        return ""
    most = int(session.contract.resolve(f"{found[0]}/schema")[1].get("maximum", wanted))
    return f"pageSize={min(wanted, most)}"
