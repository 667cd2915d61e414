"""Where the tasks come from that are followed: made and paid for, or found in the account's list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from klingkit_contract.judge import Claim
from klingkit_contract.reading import Step
from klingkit_contract.samples import external_id_of, stands_in
from klingkit_contract.session import Seen

if TYPE_CHECKING:
    from klingkit_contract.contract import Operation
    from klingkit_contract.session import Session

__all__ = ["ACCOUNT_TROUBLE", "Life", "create", "find", "leave_open"]

# What a relay answers to an account that may not or cannot pay: that says nothing about the contract.
ACCOUNT_TROUBLE = frozenset({401, 402, 403, 429})
_NEED_A_TASK = (
    "task-id-present",
    "created-found",
    "times",
    "status-known",
    "status-monotonic",
    "task-ends",
    "other-account",
    "reason-present",
    "result-present",
    "result-media",
    "result-length",
    "result-shape",
    "result-sound",
    "list-agrees",
    "list-pages",
    "external-id-found",
    "external-id-unique",
    "callback-arrives",
    "callback-once",
    "callback-agrees",
)


@dataclass(slots=True)
class Life:
    """One task and every look that was taken at it.

    `created` is the answer that told its id: to the create, or, with `found`, to the list. `body` is what was sent,
    empty for a task that was found. `spoiled` says why nothing more can be learned from it.
    """

    create: Operation
    get: Operation | None
    listing: Operation | None
    body: dict[str, Any]
    created: Seen
    found: bool = False
    looks: list[Seen] = field(default_factory=list)
    spoiled: str = ""

    @property
    def task_id(self) -> str:
        """The task's id, empty when the relay told none."""
        return self.created.reading.task_id

    @property
    def external_id(self) -> str:
        """The external id it was created with, or an empty string."""
        return external_id_of(self.body) or self.created.reading.external_id

    @property
    def note(self) -> str:
        """What a pass that rests on this task should say."""
        return "shown by a task that was already in the list" if self.found else ""

    @property
    def last(self) -> Seen:
        """The newest look at it."""
        return self.looks[-1] if self.looks else self.created

    @property
    def ended(self) -> bool:
        """True when it is final by its status word, or by its result where the word is one nobody knows."""
        reading = self.last.reading
        return reading.step is Step.FINAL or bool(reading.urls)

    @property
    def wavered(self) -> bool:
        """True when it ended in two ways: then nothing can be held against its end."""
        return len({look.reading.state for look in self.looks if look.reading.step is Step.FINAL}) > 1

    @property
    def succeeded(self) -> bool:
        """True when it ended well."""
        return self.ended and self.last.reading.state in {"succeeded", ""}


def create(session: Session, create: Operation, get: Operation | None, listing: Operation | None) -> Life | None:
    """Buy a task with a valid create and return it, or say on the board why there is none and return None."""
    board, body = session.board, session.samples.body(create)
    body = session.samples.marked(create, body, f"klingkit-{session.mark}-{create.family}")
    if session.listener is not None:
        body = session.samples.called_back(create, body, session.listener.address(create.family))
    board.asked(create.id, "valid-accepted")
    seen = session.send(session.samples.request(create, body), purchase=True)
    if seen.served:
        board.passed(create.id, "valid-accepted")
        board.passed(create.id, "status-known")
        return _begin(session, Life(create, get, listing, body, seen))
    reason = session.why_blocked(seen) if seen.blocked else f"no task: {seen.why_no_verdict()}"
    if seen.refused and seen.status not in ACCOUNT_TROUBLE and stands_in(body):
        reason = f"the example names media or ids that only the documents know: {seen.why_no_verdict()}"
        board.untested(create.id, "valid-accepted", reason)
    elif seen.refused and seen.status not in ACCOUNT_TROUBLE:
        words = f"A valid create was refused with HTTP {seen.status}: {seen.reading.message[:160] or 'no reason given'}"
        claim = Claim(create.id, "valid-accepted", "refused", f"{create.pointer}/requestBody", words, seen.record)
        board.accuse([claim])
    else:
        board.untested(create.id, "valid-accepted", reason)
    leave_open(session, (create,), reason)
    found = find(session, create, get, listing)
    if found is None:
        leave_open(session, (get, listing), reason)
    return found


def find(session: Session, create: Operation, get: Operation | None, listing: Operation | None) -> Life | None:
    """Return the newest finished task of the list, else the newest, else None: it was paid for long ago."""
    if get is None or listing is None:
        return None
    seen = session.page(listing)
    tasks = [task for task in seen.reading.tasks if task.task_id] if seen.served and not seen.claims else []
    if not tasks:
        return None
    newest = next((task for task in tasks if task.step is Step.FINAL), tasks[0])
    session.judge.aliases[newest.external_id] = newest.task_id
    return Life(create, get, listing, {}, Seen(seen.record, newest, ()), found=True)


def _begin(session: Session, life: Life) -> Life:
    create, seen = life.create, life.created
    if life.task_id:
        session.judge.aliases[life.external_id] = life.task_id
        session.board.passed(create.id, "task-id-present")
    else:
        if not seen.claims:
            words = "The create was accepted, and its answer holds no task id where any relay puts it."
            pointer = f"{create.pointer}/responses"
            session.board.accuse([Claim(create.id, "task-id-present", "no id", pointer, words, seen.record)])
        check = seen.claims[0].check if seen.claims else "task-id-present"
        life.spoiled = f"the answer to the create was no use: see {check}"
    if life.spoiled or life.get is None:
        leave_open(session, (life.get, life.listing), life.spoiled or "the relay offers no query")
    return life


def leave_open(session: Session, operations: tuple[Operation | None, ...], reason: str) -> None:
    """Give every cell that needs a task the reason why there is none."""
    for operation in filter(None, operations):
        for check in _NEED_A_TASK:
            session.board.untested(operation.id, check, reason)
