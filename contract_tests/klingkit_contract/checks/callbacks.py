"""What a relay tells to the callback_url of a task: its end, once, and the same as a query."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from klingkit_contract.flaws import parse_body
from klingkit_contract.judge import Claim
from klingkit_contract.reading import Reading, Step
from klingkit_contract.samples import CALLBACK, option_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from klingkit_contract.checks.lives import Life
    from klingkit_contract.session import Session

__all__ = ["ask", "settle"]

_CHECKS = ("callback-arrives", "callback-once", "callback-agrees")
_STRANGE = "a status word is unknown: see status-known"
_PATIENCE = 2.0  # seconds after the end that a callback may take on this machine
_STEP = 0.02
_AGAIN = 0.25  # seconds behind a callback in which the same one comes once more, if it does


def ask(session: Session, life: Life) -> None:
    """Wait for the callback about the end of a task, then hold all that came against the query."""
    board, create = session.board, life.create
    if life.found:
        return
    reason = ""
    if not option_of(life.body, CALLBACK):
        for check in _CHECKS:
            board.does_not_apply(create.id, check, "the relay's documents have no callback_url")
        return
    if session.listener is None:
        reason = "a relay elsewhere cannot reach this machine"
    elif life.wavered:
        reason = "the task ended in two ways: see status-monotonic"
    elif life.last.reading.word and life.last.reading.step is Step.UNKNOWN:
        reason = _STRANGE
    elif life.spoiled or not life.ended:
        reason = life.spoiled or "the task did not end: see task-ends"
    if reason or session.listener is None:
        for check in _CHECKS:
            board.untested(create.id, check, reason)
        return
    for check in _CHECKS:
        board.asked(create.id, check, 0)
    _judge(session, life, _wait(session, life))


def settle(session: Session, followed: Sequence[Life]) -> None:
    """Wait, once for all tasks that have ended, for callbacks that come a second time."""
    if session.listener is not None and any(option_of(life.body, CALLBACK) for life in followed):
        session.clock.sleep(_AGAIN)


def _wait(session: Session, life: Life) -> list[Reading]:
    until = session.clock.now() + _PATIENCE
    late = False
    while True:
        told = _told(session, life)
        if session.clock.now() >= until:
            return told
        if any(row.step is Step.FINAL for row in told):
            if late:  # behind the pause that all had
                session.clock.sleep(_AGAIN)
                told = _told(session, life)
            return told
        late = True
        session.clock.sleep(_STEP)


def _told(session: Session, life: Life) -> list[Reading]:
    assert session.listener is not None
    bodies = session.listener.arrived(life.create.family)
    return [session.guard.reader.entry(parse_body(body)) for body in bodies]


def _judge(session: Session, life: Life, told: list[Reading]) -> None:
    last = life.last.reading
    ends = [row for row in told if row.step is Step.FINAL]
    if not ends and any(row.word and row.step is Step.UNKNOWN for row in told):
        for check in _CHECKS:
            session.board.untested(life.create.id, check, _STRANGE)
        return
    if not ends:
        words = f"{len(told)} callbacks came, none of them about the end of the task."
        _accuse(session, life, "callback-arrives", "no end", words)
        for check in _CHECKS[1:]:
            session.board.untested(life.create.id, check, "the end was not told: see callback-arrives")
        return
    session.board.passed(life.create.id, "callback-arrives")
    word, times = Counter(row.word for row in told).most_common(1)[0]
    if times > 1:
        _accuse(session, life, "callback-once", "again", f"The status {word!r} was told {times} times.")
    else:
        session.board.passed(life.create.id, "callback-once")
    end = ends[-1]
    strange = session.contract.calls_back_by_other_ids
    differs = next((row for row in told if row.task_id != life.task_id and not strange), None)
    if differs is not None:
        words = f"A callback is about the task {differs.task_id!r}, and the create said {life.task_id!r}."
        _accuse(session, life, "callback-agrees", "id", words)
    elif end.state == last.state and end.urls and not last.urls:
        reason = "the query names no result to compare: see result-present"
        session.board.untested(life.create.id, "callback-agrees", reason)
    elif end.state != last.state or _bare(end) != _bare(last):
        words = f"The callback says {end.word!r} with {len(end.urls)} results, the query {last.word!r} with "
        _accuse(session, life, "callback-agrees", "content", f"{words}{len(last.urls)}.")
    else:
        session.board.passed(life.create.id, "callback-agrees")


def _bare(reading: Reading) -> list[str]:
    """Return the result addresses without what signs them, which may be another each time."""
    return [url.partition("?")[0] for url in reading.urls]


def _accuse(session: Session, life: Life, check: str, topic: str, words: str) -> None:
    pointer = session.contract.request_schema(life.create)
    session.board.accuse([Claim(life.create.id, check, topic, pointer, words, life.last.record)])
