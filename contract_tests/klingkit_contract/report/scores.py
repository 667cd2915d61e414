"""One relay's score, and what a person should make of it in one sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from klingkit_contract.findings import Severity, Verdict
from klingkit_contract.purse import Cost
from klingkit_contract.report.grid import WORST_FIRST, fresh, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from klingkit_contract.events import Results
    from klingkit_contract.findings import Acceptance, Finding
    from klingkit_contract.report.grid import Grid

__all__ = ["Grade", "Score", "accepted_words", "count", "run_sentence", "score", "severities", "total"]


class Grade(StrEnum):
    """What a relay's findings come to, in a word or two. Only `KEPT` is good news without a "but"."""

    UNSAFE = "unsafe"  # money or data can be lost
    BROKEN = "broken"  # programs that trust the promise fail
    CARE = "with care"  # works, with surprises
    ACCEPTED = "known deviations only"  # somebody decided to live with them
    INCOMPLETE = "no findings, not all tested"
    KEPT = "all promises kept"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Score:
    """The totals of one relay.

    Attributes:
        relay: relay id.
        base_url: the address that was checked; empty when the run did not announce the relay.
        verdicts: number of cells per verdict, every verdict present.
        findings: number of findings per severity, worst first, every severity present; without the accepted ones.
        known: number of findings that a baseline accepts.
        worst: the first of the worst findings that count.
        requests: requests that went out.
        paid: creates that the relay took; None when the run stopped before this was known.
        seconds: how long the relay's checks took; None when they did not end.
        cost: what those creates cost at most.
    """

    relay: str
    base_url: str
    verdicts: Mapping[Verdict, int]
    findings: Mapping[Severity, int]
    known: int
    worst: Finding | None
    requests: int
    paid: int | None
    seconds: float | None
    cost: Cost = field(default_factory=Cost)

    @property
    def spent(self) -> str:
        """Creates that were paid and what they cost at most, such as "2 (at most 0.84 USD)"."""
        paid = "unknown" if self.paid is None else f"{self.paid:,}"
        return f"{paid} ({self.cost})" if self.cost else paid

    @property
    def applicable(self) -> int:
        """Number of cells that mean something for this relay."""
        return sum(self.verdicts.values()) - self.verdicts[Verdict.NOT_APPLICABLE]

    @property
    def grade(self) -> Grade:
        """What the findings come to."""
        if self.worst is not None or self.verdicts[Verdict.FINDING]:
            severity = self.worst.severity if self.worst else Severity.MEDIUM
            return {Severity.CRITICAL: Grade.UNSAFE, Severity.HIGH: Grade.BROKEN}.get(severity, Grade.CARE)
        if self.verdicts[Verdict.KNOWN]:
            return Grade.ACCEPTED
        if not self.verdicts[Verdict.PASS]:
            return Grade.UNKNOWN
        return Grade.INCOMPLETE if self.verdicts[Verdict.NOT_TESTED] else Grade.KEPT

    @property
    def sentence(self) -> str:
        """The verdict on this relay, as one sentence that never counts an untested promise as kept."""
        passed, untested = self.verdicts[Verdict.PASS], self.verdicts[Verdict.NOT_TESTED]
        found = severities(self.findings) or "findings without details"
        rest = f", {count(self.known, 'known deviation')}" if self.known else ""
        rest += f"; {count(untested, 'question')} could not be asked" if untested else ""
        match self.grade:
            case Grade.UNSAFE:
                return f"Do not send money yet: {found}{rest}."
            case Grade.BROKEN:
                return f"Breaks what programs rely on: {found}{rest}."
            case Grade.CARE:
                return f"Usable with care: {found}{rest}."
            case Grade.ACCEPTED:
                return f"Nothing new: {count(passed, 'promise')} kept{rest}."
            case Grade.INCOMPLETE:
                return f"Kept all {count(passed, 'promise')} that could be tested, but {untested:,} could not."
            case Grade.KEPT:
                return f"Kept all {count(passed, 'promise')} that apply."
            case Grade.UNKNOWN:
                return "Nothing could be tested, so nothing is known."


def score(results: Results, grid: Grid, relay: str) -> Score:
    """Return the totals of `relay`."""
    cells = list(grid.of_relay(relay))
    verdicts = Counter(cell.verdict for cell in cells)
    findings = [finding for cell in cells for finding in fresh(cell)]
    levels = Counter(finding.severity for finding in findings)
    finished = results.relays.get(relay)
    return Score(
        relay=relay,
        base_url=results.started.relays.get(relay, ""),
        verdicts={verdict: verdicts[verdict] for verdict in Verdict},
        findings={severity: levels[severity] for severity in WORST_FIRST},
        known=sum(len(cell.findings) for cell in cells) - len(findings),
        worst=worst(findings),
        requests=finished.requests if finished else sum(cell.requests for cell in cells),
        paid=finished.paid if finished else None,
        seconds=finished.seconds if finished else None,
        cost=finished.cost if finished else Cost(),
    )


def total(scores: Iterable[Score]) -> Score:
    """Return the totals of a run: the sums of `scores`, with neither relay nor address nor duration."""
    scores = list(scores)
    paid = [each.paid for each in scores if each.paid is not None]
    return Score(
        relay="",
        base_url="",
        verdicts={verdict: sum(each.verdicts[verdict] for each in scores) for verdict in Verdict},
        findings={severity: sum(each.findings[severity] for each in scores) for severity in WORST_FIRST},
        known=sum(each.known for each in scores),
        worst=worst(each.worst for each in scores if each.worst is not None),
        requests=sum(each.requests for each in scores),
        paid=sum(paid) if len(paid) == len(scores) else None,
        seconds=None,
        cost=sum((each.cost for each in scores), Cost()),
    )


def severities(findings: Mapping[Severity, int]) -> str:
    """Return for example "1 critical and 3 high findings"; empty when there are none."""
    parts = [f"{number} {severity}" for severity, number in findings.items() if number]
    if not parts:
        return ""
    noun = "finding" if sum(findings.values()) == 1 else "findings"
    return f"{' and '.join([', '.join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)} {noun}"


def run_sentence(whole: Score, seconds: float) -> str:
    """Return what a run came to, for example "9 passed, no findings, 2 not tested; 31 requests, …"."""
    found = severities(whole.findings) or "no findings"
    known = f"{count(whole.known, 'known deviation')}, " if whole.known else ""
    paid = "an unknown number of paid creates" if whole.paid is None else count(whole.paid, "paid create")
    paid += f" ({whole.cost})" if whole.cost else ""
    return (
        f"{whole.verdicts[Verdict.PASS]:,} passed, {found}, {known}{whole.verdicts[Verdict.NOT_TESTED]:,} not tested; "
        f"{count(whole.requests, 'request')}, {paid}, {seconds:.1f} seconds."
    )


def accepted_words(acceptance: Acceptance | None) -> str:
    """Return for example "accepted 2026-11-22 until 2027-03-31: the client maps it"; empty for None."""
    if acceptance is None:
        return ""
    until = f" until {acceptance.until}" if acceptance.until else ""
    return f"accepted {acceptance.since}{until}: {acceptance.reason}"


def count(number: int, noun: str) -> str:
    """Return for example "1 check" or "1,200 checks"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
