"""The life of a task: followed to its end, then asked for in every way there is."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from klingkit_contract.checks import callbacks, calls, keys, lists, lives, money, results, times
from klingkit_contract.exchanges import Auth
from klingkit_contract.judge import Claim
from klingkit_contract.reading import Step
from klingkit_contract.samples import EXTERNAL_ID

if TYPE_CHECKING:
    from klingkit_contract.checks.lives import Life
    from klingkit_contract.contract import Operation
    from klingkit_contract.reading import Reading
    from klingkit_contract.session import Session

__all__ = ["ask"]

_SLOWER = 1.25  # how much longer each pause between two looks is
_SPOILERS = ("html-page", "asked-id", "task-id-present")


def ask(session: Session) -> None:
    """Create one task per operation, follow all, ask everything that needs a task, then make the other calls."""
    session.guard.budget.keep(0)
    session.guard.purse.keep([])
    before = money.left(session)
    followed = [life for family in session.pairs() if (life := lives.create(session, *family)) is not None]
    _follow(session, followed)
    money.ask(session, before, followed)
    _ask_for_reasons(session, followed)
    callbacks.settle(session, followed)
    for life in followed:
        callbacks.ask(session, life)
        if life.get is not None:
            _rule_course(session, life, life.get)
            times.ask(session, life, life.get)
            results.ask(session, life, life.get)
            _ask_strangers(session, life, life.get)
            _ask_by_external_id(session, life, life.get)
        if life.listing is not None:
            lists.ask(session, life, life.listing)
        _ask_again(session, life)
    calls.ask(session, followed)  # last: deletions take away what tasks made


def _follow(session: Session, known: list[Life]) -> None:
    """Look at all unfinished tasks in turn until each is final, spoiled, or out of time; then once more."""
    deadline, pause = session.clock.now() + session.limits.wait, session.limits.first
    waiting = [life for life in known if life.get is not None and not life.spoiled]
    followed = list(waiting)
    while waiting:
        for life in waiting:
            _look(session, life)
        waiting = [life for life in waiting if not life.spoiled and not life.ended and not life.found]
        if waiting and session.clock.now() >= deadline:
            break
        if waiting:
            session.clock.sleep(pause)
            pause = min(pause * _SLOWER, session.limits.longest)
    for life in followed:
        if life.ended and not life.spoiled:
            _look(session, life)  # what ended must stay as it is


def _look(session: Session, life: Life) -> None:
    assert life.get is not None
    seen = session.get(life.get, life.task_id)
    if seen.served and not seen.owned_by(*_SPOILERS):
        life.looks.append(seen)
    elif seen.blocked or (seen.status not in {0, 429} and seen.status < 500):
        life.spoiled = seen.why_no_verdict()
        unusable = life.created.owned_by("task-id-present")  # what is wrong with the id is told already
        if seen.refused and not life.looks and not life.found and not unusable:
            _ask_once_more(session, life, life.get)
        lives.leave_open(session, (life.get, life.listing), f"the task could not be followed: {life.spoiled}")


def _ask_once_more(session: Session, life: Life, get: Operation) -> None:
    """Query a task that is not known yet a second time: some relays need a moment to show what they took."""
    session.clock.sleep(session.limits.first)
    session.board.asked(get.id, "created-found")
    seen = session.get(get, life.task_id)
    if seen.refused:
        words = f"HTTP {seen.status} to a query by the id that the create {life.create.id} gave out."
        claim = Claim(get.id, "created-found", "not found", f"{get.pointer}/parameters", words, seen.record)
        session.board.accuse([claim])


def _ask_for_reasons(session: Session, followed: list[Life]) -> None:
    """Look whether tasks that failed say why; no task can be made to fail, so that mostly there is none."""
    check = "reason-present"
    for get in {life.get.id: life.get for life in followed if life.get is not None}.values():
        mine = [life.last for life in followed if life.get is get and not life.spoiled]
        failed = [seen for seen in mine if seen.reading.state == "failed"]
        silent = next((seen for seen in failed if not seen.reading.message.strip()), None)
        if silent is not None:
            pointer = f"{get.pointer}/responses/200"
            words = f"The task is {silent.reading.word!r}, and its answer gives no reason."
            session.board.accuse([Claim(get.id, check, "none", pointer, words, silent.record)])
        elif failed:
            session.board.passed(get.id, check)
        elif mine:
            session.board.does_not_apply(get.id, check, "no task of this run failed")


def _rule_course(session: Session, life: Life, get: Operation) -> None:
    """Judge the sequence of looks: the order of states, and that there was an end."""
    if not life.looks:
        lives.leave_open(session, (get,), life.spoiled or "the task could not be looked at")
        return
    board = session.board
    for check in ("task-id-present", "status-known", "asked-id", "created-found"):
        board.passed(get.id, check, life.note)
    board.asked(get.id, "status-monotonic", len(life.looks))
    steps = [(seen, seen.reading) for seen in (life.created, *life.looks) if seen.reading.step is not Step.UNKNOWN]
    backwards = next((pair for pair in pairwise(steps) if _goes_back(pair[0][1], pair[1][1])), None)
    if backwards is not None:
        (_, before), (seen, after) = backwards
        words = f"The task was {before.word!r} and then {after.word!r}."
        claim = Claim(get.id, "status-monotonic", "back", f"{get.pointer}/responses/200", words, seen.record)
        board.accuse([claim])
    else:
        board.passed(get.id, "status-monotonic", life.note)
    board.asked(get.id, "task-ends", len(life.looks))
    if life.ended:
        board.passed(get.id, "task-ends", life.note)
    elif board.accused(get.id, "status-known"):
        board.untested(get.id, "task-ends", "the status word is unknown: see status-known")
    elif life.found:
        board.untested(get.id, "task-ends", "no task in the list has ended")
    elif not life.spoiled:
        words = f"After {session.limits.wait:g} seconds the task was still {life.last.reading.word!r}."
        claim = Claim(get.id, "task-ends", "no end", f"{get.pointer}/responses/200", words, life.last.record)
        board.accuse([claim])


def _goes_back(before: Reading, after: Reading) -> bool:
    final = before.step is Step.FINAL
    return after.step < before.step or (final and after.state != before.state)


def _ask_strangers(session: Session, life: Life, get: Operation) -> None:
    """Query the task with other keys, and with none."""
    if not life.task_id or life.spoiled:
        return
    keys.ask_about_task(session, get, life.task_id)
    board, check = session.board, "other-account"
    operations = [operation for operation in (get, life.listing) if operation is not None]
    if not session.has_other:
        for operation in operations:
            board.untested(operation.id, check, "needs a key of another account: --other-api-key")
        return
    for operation in operations:
        if board.accused(operation.id, "unknown-id"):
            board.untested(operation.id, check, "any id is answered with a task: see unknown-id")
            continue
        board.asked(operation.id, check)
        other = Auth.OTHER
        seen = session.get(get, life.task_id, other) if operation is get else session.page(operation, auth=other)
        ids = {seen.reading.task_id, *(task.task_id for task in seen.reading.tasks)}
        if seen.served and life.task_id in ids:
            words = f"HTTP {seen.status}: another account's key reads the task."
            board.accuse([Claim(operation.id, check, "seen", operation.pointer, words, seen.record)])
        elif seen.refused or (seen.served and operation is not get):
            board.passed(operation.id, check, life.note)
        else:
            board.untested(operation.id, check, seen.why_no_verdict())


def _ask_by_external_id(session: Session, life: Life, get: Operation) -> None:
    board, check = session.board, "external-id-found"
    places = session.contract.parameters(get, "path") or session.contract.parameters(get, "query")
    promised = any(EXTERNAL_ID in f"{name} {row.get('description', '')}" for name, (_, row) in places.items())
    if not promised or not life.external_id:
        board.does_not_apply(get.id, check, "the relay's documents do not promise it")
        return
    if life.spoiled:
        board.untested(get.id, check, life.spoiled)
        return
    board.asked(get.id, check)
    seen = session.get(get, life.external_id, external=True)
    if seen.served and seen.reading.task_id == life.task_id:
        board.passed(get.id, check, life.note)
    elif seen.refused:
        words = f"HTTP {seen.status} to a query by the external_task_id that the task was created with."
        claim = Claim(get.id, check, "not found", f"{get.pointer}/parameters", words, seen.record)
        board.accuse([claim])
    else:
        board.untested(get.id, check, seen.why_no_verdict())


def _ask_again(session: Session, life: Life) -> None:
    """Send the very same create again: an external id may be used once."""
    board, check, create = session.board, "external-id-unique", life.create
    if life.found:
        return
    if not life.external_id:
        board.does_not_apply(create.id, check, "the relay's documents have no external_task_id")
        return
    board.asked(create.id, check)
    seen = session.send(session.samples.request(create, life.body), purchase=True)
    if seen.served:
        words = f"HTTP {seen.status}: a second task was made, and charged, under the same external_task_id."
        pointer = f"{session.contract.request_schema(create)}"
        board.accuse([Claim(create.id, check, "accepted", pointer, words, seen.record)])
    elif seen.refused:
        board.passed(create.id, check)
    else:
        board.untested(create.id, check, session.why_blocked(seen) if seen.blocked else seen.why_no_verdict())
