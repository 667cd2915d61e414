"""What a check found: the words that the runner writes and every report reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

__all__ = [
    "Acceptance",
    "Cell",
    "Check",
    "Cost",
    "Deviation",
    "Disagreement",
    "Exchange",
    "Field",
    "Finding",
    "Gone",
    "Past",
    "Severity",
    "Sightings",
    "Verdict",
    "fingerprint",
]


class Cost(StrEnum):
    """What asking the question may cost the owner of the key."""

    FREE = "free"  # the relay refuses the request before it bills
    QUERY = "query"  # only reads
    PAID = "paid"  # creates a task


class Severity(StrEnum):
    """How much a finding hurts, from a nuisance to lost money or leaked data."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Verdict(StrEnum):
    """How a check of one operation on one relay ended."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FINDING = "finding"
    KNOWN = "known deviation"  # broken, and somebody accepted that in a baseline
    NOT_TESTED = "not tested"  # it could not be asked; the cell says why
    NOT_APPLICABLE = "not applicable"  # the relay does not offer the operation, or the check has no meaning for it


@dataclass(frozen=True, slots=True)
class Check:
    """One question: a stable id, the promise it holds a relay to, what it costs, how bad a breach is."""

    id: str
    title: str
    promise: str
    cost: Cost
    severity: Severity


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, redacted before it gets here. `status` 0 means that no answer came."""

    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: str = ""
    status: int = 0
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Why a broken promise is put up with, since when, and until when (that day included; None: for good)."""

    reason: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Sightings:
    """In which kept runs of a relay a finding was seen, this one included where it was.

    `first` is when the earliest of them began, `last` when the newest one before this run did (None: there is none),
    in UTC; `runs` is how many there are.
    """

    first: datetime
    last: datetime | None
    runs: int


def fingerprint(relay: str, operation: str, check: str, signature: str) -> str:
    """Return 32 hexadecimal digits that are the same for the same finding in every run, whatever its wording."""
    same = "\n".join((relay, operation, check, signature))
    return hashlib.sha256(same.encode("utf-8", "replace")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise of one relay.

    Attributes:
        relay: id of the relay, such as ``anyapi``.
        operation: operationId of the one spec, such as ``video_text2video_create``.
        check: id of the check that found it.
        severity: how much it hurts.
        promised: the promise in one sentence.
        pointer: JSON pointer into the relay's resolved spec to where the promise stands; empty when it is general.
        seen: what came instead, in one sentence.
        reproduce: one shell command that shows it again; the key stands in it as ``$KLINGKIT_API_KEY``.
        curl: the same as a cURL command, or empty.
        exchange: the exchange that shows it.
        signature: what was seen in words that are the same in every run, such as ``data.task_status enum``: it tells
            the findings of one cell apart, and a baseline knows a finding again by it.
        acceptance: who put up with it and why, as the baseline says; None for a finding that counts.
        since: when it was seen before, as the history says; None where no history is kept.
    """

    relay: str
    operation: str
    check: str
    severity: Severity
    promised: str
    pointer: str
    seen: str
    reproduce: str
    curl: str = ""
    exchange: Exchange | None = None
    signature: str = ""
    acceptance: Acceptance | None = None
    since: Sightings | None = None

    @property
    def fingerprint(self) -> str:
        """What the same finding is known by in every run."""
        return fingerprint(self.relay, self.operation, self.check, self.signature)


@dataclass(frozen=True, slots=True)
class Deviation:
    """One finding that a baseline accepts: where it was, its signature, and for people what was seen then."""

    relay: str
    operation: str
    check: str
    signature: str
    seen: str
    acceptance: Acceptance


@dataclass(frozen=True, slots=True)
class Cell:
    """The verdict of one check on one operation of one relay.

    `reason` says why it was not tested or does not apply, or what to know about a pass. `findings` has the accepted
    ones as well; a cell with nothing but accepted ones is a known deviation.
    """

    relay: str
    operation: str
    check: str
    verdict: Verdict
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    requests: int = 0
    extra: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Gone:
    """A finding that the history holds and this run looked for in vain."""

    relay: str
    operation: str
    check: str
    signature: str
    severity: Severity
    seen: str
    since: Sightings


@dataclass(frozen=True, slots=True)
class Past:
    """One relay's run beside those before it.

    Attributes:
        run: the number that the history keeps this run under.
        previous: the number of the run before it, of the same relay at the same address; None for the first.
        new: fingerprints of what is found now and was not then; empty for the first run.
        gone: what was found then and is not seen any more.
    """

    run: int
    previous: int | None
    new: frozenset[str] = frozenset()
    gone: tuple[Gone, ...] = ()


class Disagreement(StrEnum):
    """How the three truths about a field of an answer differ: documented, observed, needed by our client."""

    UNDOCUMENTED = "not documented"  # the relay sends it, its documents do not know it
    ABSENT = "promised, but left out"  # its documents say it is always there, and an answer came without it
    RETYPED = "another type"  # it comes with a type that its documents do not allow
    UNPROMISED = "needed, but not promised"  # our client lives by it, and no document of the relay has it
    UNSEEN = "needed, but not sent"  # our client lives by it, and an answer came without it


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the successful answers of one operation, and the three truths about it.

    Attributes:
        relay: id of the relay.
        operation: operationId.
        place: dotted path in the answer, ``[]`` for any entry of a list, such as ``data.task_result.videos[].url``.
        documented: JSON types the relay's resolved spec allows; empty for any, None where it does not know the field.
        required: whether those documents say that it is always there when the object around it is.
        observed: JSON types that were seen in this run.
        present: objects that had the field, out of `answers`.
        answers: objects in this run's answers that could have had it.
        needed: what our client reads there (``task_id``, ``status`` ...), or empty.
        disagreement: how the three differ; None where they do not.
    """

    relay: str
    operation: str
    place: str
    documented: tuple[str, ...] | None
    required: bool
    observed: tuple[str, ...]
    present: int
    answers: int
    needed: str
    disagreement: Disagreement | None = None
