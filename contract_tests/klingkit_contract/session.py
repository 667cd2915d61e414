"""What the checks of one relay share: sending, judging what came back, and the board of verdicts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from klingkit_contract.catalogue import Role
from klingkit_contract.exchanges import Auth, Request
from klingkit_contract.guard import OUT_OF_BUDGET
from klingkit_contract.reading import Kind, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from klingkit_contract.board import Board
    from klingkit_contract.contract import Contract, Operation
    from klingkit_contract.exchanges import Record
    from klingkit_contract.guard import Guard
    from klingkit_contract.judge import Claim, Judge
    from klingkit_contract.listening import Listener
    from klingkit_contract.samples import Samples
    from klingkit_contract.transport import Clock

__all__ = ["Limits", "Seen", "Session", "only", "query_for"]

_TOO_FAST = 429


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a run waits, in seconds: for a task to end, and between two looks at it, which grow apart."""

    wait: float
    first: float
    longest: float


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange, read and judged."""

    record: Record
    reading: Reading
    claims: tuple[Claim, ...]
    excused: bool = False  # a server error that the document gives out as a refusal

    @property
    def status(self) -> int:
        """The HTTP status; 0 when no answer came."""
        return self.record.answer.status

    @property
    def blocked(self) -> bool:
        """True when the guard kept the request back."""
        return self.record.answer.blocked

    @property
    def refused(self) -> bool:
        """True when the relay said no: a status from 300 to 499, one documented for it, or an error under success."""
        answer = self.record.answer
        said_no = 300 <= answer.status < 500 or self.excused or (answer.success and self.reading.kind is Kind.ERROR)
        return said_no and not answer.blocked and answer.status != _TOO_FAST

    @property
    def served(self) -> bool:
        """True when the relay said yes."""
        return self.record.answer.success and self.reading.kind is not Kind.ERROR

    def owned_by(self, *checks: str) -> bool:
        """Tell whether one of `checks` found something wrong with this answer."""
        return any(claim.check in checks for claim in self.claims)

    def why_no_verdict(self) -> str:
        """Say why this answer neither keeps nor breaks a promise."""
        if self.blocked:
            return f"not sent: {self.record.answer.note}"
        if self.status == _TOO_FAST:
            return "the relay limited the rate (HTTP 429); try a lower --rate"
        if self.claims:
            return f"the answer was no use: see {self.claims[0].check}"
        return f"the relay answered HTTP {self.status}{_words(self.reading)}"


def _words(reading: Reading) -> str:
    said = " ".join(part for part in (reading.code, reading.message) if part)
    return f" ({said[:120]})" if said else ""


@dataclass(slots=True)
class Session:
    """One relay's run. `has_other` tells whether a key of another account was given."""

    relay: str
    contract: Contract
    samples: Samples
    guard: Guard
    judge: Judge
    board: Board
    random: Random
    clock: Clock
    limits: Limits
    has_other: bool = False
    listener: Listener | None = None
    mark: str = ""  # makes external ids of this run unlike those of any other
    dialect: Mapping[str, Any] = field(default_factory=dict)  # the relay's table of dialects.toml
    judged: int = field(default=0, init=False)
    gaps: dict[str, str] = field(default_factory=dict, init=False)  # operation: why requests could not be made up

    def send(self, request: Request, *, purchase: bool = False) -> Seen:
        """Send a request of our own and judge the answer."""
        record = self.guard.send(request, purchase=purchase)
        return self._see(record)

    def judge_the_rest(self) -> None:
        """Judge what others sent through the guard since the last time, such as generated requests."""
        records = self.guard.journal.records
        for record in records[self.judged :]:
            self.board.accuse(self.judge.claims(record))
        self.judged = len(records)

    def get(self, operation: Operation, task_id: str, auth: Auth = Auth.KEY, *, external: bool = False) -> Seen:
        """Query one task by its id, or, if `external`, by its external id."""
        seen = self.send(query_for(operation, task_id, auth, external=external))
        return replace(seen, reading=only(seen.reading))

    def page(self, operation: Operation, query: str = "", auth: Auth = Auth.KEY) -> Seen:
        """Ask for a page of tasks."""
        return self.send(Request("GET", operation.path, query=query, auth=auth))

    def pairs(self) -> list[tuple[Operation, Operation | None, Operation | None]]:
        """Return (create, get, list) for every family that can be created."""
        return [
            (create, self.contract.query_of(create), self.contract.sibling(create, Role.LIST))
            for create in self.contract.of_role(Role.CREATE)
        ]

    def unknown_id(self) -> str:
        """Return a task id that was never given out: digits like the official ones, from a range they do not use."""
        return f"9{self.random.randrange(10**17):017d}"

    def why_blocked(self, seen: Seen) -> str:
        """Say why the guard kept a request back, and what would let it through."""
        note = seen.record.answer.note
        return f"needs --budget {self.guard.budget.limit + 1} or more" if note in OUT_OF_BUDGET else f"not sent: {note}"

    def _see(self, record: Record) -> Seen:
        claims = tuple(self.judge.claims(record))
        self.board.accuse(claims)
        self.judged = len(self.guard.journal.records)
        return Seen(record, self.judge.read(record.answer), claims, self.judge.excused(record))


def query_for(operation: Operation, task_id: str, auth: Auth = Auth.KEY, *, external: bool = False) -> Request:
    """Return the query for one task: its id ends the path, or stands in the query string of the new standard."""
    head, brace, _ = operation.path.partition("{")
    if brace:
        return Request("GET", head + quote(task_id, safe=""), auth=auth)
    return Request("GET", head, query=urlencode({"external_task_ids" if external else "task_ids": task_id}), auth=auth)


def only(reading: Reading) -> Reading:
    """Return the one task that was asked for out of a list of such; an empty list refuses it."""
    if reading.kind is not Kind.TASKS:
        return reading
    return reading.tasks[0] if len(reading.tasks) == 1 else Reading(Kind.ERROR, message="no task of that id")
