"""What a check found: the words that the runner writes and every report reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Acceptance", "Cell", "Check", "Cost", "Deviation", "Exchange", "Finding", "Severity", "Verdict"]


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
