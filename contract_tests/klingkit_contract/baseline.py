"""Known deviations: which findings somebody accepted, so that a run fails only on what is new.

An accepted finding is known again by its relay, operation, check and signature; its wording, its exchange and how often
it was seen may change. Everything here is a function of its arguments: today's date is one of them, and files are the
business of `klingkit_contract.baseline_file`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from klingkit_contract.findings import Acceptance, Deviation, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from klingkit_contract.events import Results
    from klingkit_contract.findings import Cell, Finding

__all__ = ["UNREVIEWED", "Renewal", "accept", "is_gone", "mark", "renew", "shorten"]

UNREVIEWED = "unreviewed"  # the reason of a deviation that nobody has given one yet

_MOST_TOLD = 5  # findings of one cell that nobody accepted; a cell with more mostly says the same thing again
_TOLD_WHOLE = frozenset({"field-loss"})  # where each finding is about another field

_Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Renewal:
    """A baseline brought up to date: what is in it now, how many of those are new, and what was left out as gone."""

    deviations: tuple[Deviation, ...]
    added: int
    dropped: tuple[Deviation, ...]


def accept(results: Results, deviations: Iterable[Deviation], today: date) -> Results:
    """Return `results` as reports tell them: marked by `mark`, shortened by `shorten`."""
    return shorten(mark(results, deviations, today))


def mark(results: Results, deviations: Iterable[Deviation], today: date) -> Results:
    """Return `results` with every finding that `deviations` accept marked so, and with those that are gone.

    A cell with nothing but accepted findings becomes a known deviation. An acceptance whose last day is over accepts
    nothing: its finding counts again. One is gone only when its question was asked again without a reservation and the
    answer was another; where a cell was not tested, or passed on part of the evidence, nothing is said.
    """
    deviations = tuple(deviations)
    known = {_key(deviation): deviation.acceptance for deviation in deviations}
    cells = {place: _judged(cell, known, today) for place, cell in results.cells.items()}
    gone = tuple(deviation for deviation in deviations if is_gone(_key(deviation), results))
    return replace(results, cells=cells, gone=gone)


def shorten(results: Results) -> Results:
    """Return `results` with at most five findings of a cell that nobody accepted; its reason counts the others.

    A cell of fields that get lost keeps them all: each is another one to do without.
    What is accepted takes no room from what is new: a cell may not hide the one behind the other.
    """
    return replace(results, cells={place: _shortened(cell) for place, cell in results.cells.items()})


def renew(results: Results, deviations: Iterable[Deviation], today: date) -> Renewal:
    """Return a baseline that accepts what `results` found: `deviations` that stay as they were, and the new ones.

    What stays keeps its reason and its dates, an end that is over included: renewing prolongs nothing. New ones are
    unreviewed. What is gone is left out; what this run did not ask again stays.
    """
    before = {_key(deviation): deviation for deviation in deviations}
    dropped = tuple(deviation for deviation in before.values() if is_gone(_key(deviation), results))
    kept = {key: deviation for key, deviation in before.items() if deviation not in dropped}
    found = {_place(finding): finding for cell in results.cells.values() for finding in cell.findings}
    added = {
        key: Deviation(*key, seen=finding.seen, acceptance=Acceptance(UNREVIEWED, today))
        for key, finding in found.items()
        if key not in kept
    }
    whole = {**kept, **added}
    return Renewal(tuple(whole[key] for key in sorted(whole)), len(added), dropped)


def _key(deviation: Deviation) -> _Key:
    return (deviation.relay, deviation.operation, deviation.check, deviation.signature)


def _place(finding: Finding) -> _Key:
    return (finding.relay, finding.operation, finding.check, finding.signature)


def _judged(cell: Cell, known: dict[_Key, Acceptance], today: date) -> Cell:
    """Return `cell` with its accepted findings marked, and with the verdict that leaves."""
    if not cell.findings:
        return cell
    found = tuple(
        replace(finding, acceptance=_in_force(known.get(_place(finding)), today)) for finding in cell.findings
    )
    if all(finding.acceptance for finding in found):
        return replace(cell, verdict=Verdict.KNOWN, findings=found)
    ends = sorted(
        {str(old.until) for finding in found if (old := known.get(_place(finding))) and not finding.acceptance}
    )
    reason = f"was accepted until {', '.join(ends)}" if ends else cell.reason
    return replace(cell, verdict=Verdict.FINDING, reason=reason, findings=found)


def _shortened(cell: Cell) -> Cell:
    if cell.check in _TOLD_WHOLE:
        return cell
    new = [number for number, finding in enumerate(cell.findings) if not finding.acceptance]
    left_out = frozenset(new[_MOST_TOLD:])
    if not left_out:
        return cell
    words = f"{len(left_out)} more new finding{'s' if len(left_out) > 1 else ''} of this cell left out"
    told = tuple(finding for number, finding in enumerate(cell.findings) if number not in left_out)
    return replace(cell, reason="; ".join(filter(None, (cell.reason, words))), findings=told)


def _in_force(acceptance: Acceptance | None, today: date) -> Acceptance | None:
    if acceptance is None or (acceptance.until is not None and acceptance.until < today):
        return None
    return acceptance


def is_gone(finding: _Key, results: Results) -> bool:
    """Tell whether `results` asked what `finding` (relay, operation, check, signature) is about, and all is well."""
    relay, operation, check, signature = finding
    cell = results.cells.get((relay, operation, check))
    if cell is None:
        return False
    match cell.verdict:
        case Verdict.PASS:
            return not cell.reason  # a pass with a note was given on part of the evidence
        case Verdict.NOT_APPLICABLE:
            return True
        case Verdict.FINDING | Verdict.KNOWN:
            told = {found.signature for found in cell.findings}
            return bool(told) and signature not in told
        case Verdict.NOT_TESTED:
            return False
