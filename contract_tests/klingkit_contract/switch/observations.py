"""What the kept runs of two relays say about a move from one to the other, beyond their documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.findings import Severity, Verdict
from klingkit_contract.switch.reasons import Evidence, Kind, Rating, Reason
from klingkit_contract.switch.usage import Via

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from klingkit_contract.history.records import OldFinding, Whole
    from klingkit_contract.switch.usage import Use

__all__ = ["observed_reasons"]

# With these broken, no program gets its result.
_VITAL = frozenset({"html-page", "result-present", "task-ends", "task-id-present", "valid-accepted"})
# What was asked for does not come out: somewhere on the way the field was lost.
_LOST = {"result-length": "duration"}
_BAD = frozenset({Severity.CRITICAL, Severity.HIGH})


def observed_reasons(uses: Sequence[Use], old: Whole | None, new: Whole | None, relay: str) -> Iterator[Reason]:
    """Yield what the last run against `relay`, `new`, found of the operations in use.

    What the last run against the relay in use, `old`, found as well is left out: the code lives with it already.
    """
    if new is None:
        words = (
            f"no run of {relay} is kept: what it really does is unknown; `klingkit check --relay {relay}` finds out."
        )
        yield Reason(Rating.NOTE, Kind.UNSEEN, "", "", words, Evidence.OBSERVED)
        return
    lived_with = {found.place for found in old.findings} if old else set()
    by_operation: dict[str, list[Use]] = {}
    for use in uses:
        by_operation.setdefault(use.operation, []).append(use)
    for operation, own in by_operation.items():
        yield from _absent(operation, new, relay)
        for found in new.findings:
            if found.operation == operation and found.place not in lived_with:
                yield _broken(found, uses, relay, new)
        yield from _answers(operation, own, old, new, relay)


def _absent(operation: str, new: Whole, relay: str) -> Iterator[Reason]:
    reasons = {
        cell.reason
        for (where, _), cell in new.cells.items()
        if where == operation and _is_absent(cell.verdict, cell.reason)
    }
    for reason in sorted(reasons):
        words = f"{relay} did not have it in run {new.run.id}: {reason}."
        yield Reason(Rating.BLOCKS, Kind.OPERATION, operation, "", words, Evidence.OBSERVED)


def _is_absent(verdict: str, reason: str) -> bool:
    return verdict == Verdict.NOT_APPLICABLE and reason.endswith("does not have it")


def _broken(found: OldFinding, uses: Sequence[Use], relay: str, new: Whole) -> Reason:
    words = f"{found.check}, {found.severity}, in run {new.run.id} of {relay}: {found.seen}"
    if found.check in _LOST:
        field = _LOST[found.check]
        create = f"{found.operation.rpartition('_')[0]}_create"
        used = any(field in use.fields for use in uses if use.operation in {create, found.operation})
        return _reason(Rating.BLOCKS if used else Rating.COSTS, Kind.DROPPED, found, field, words)
    if found.check in _VITAL:
        return _reason(Rating.BLOCKS, Kind.BROKEN, found, "", words)
    return _reason(Rating.COSTS if found.severity in _BAD else Rating.NOTE, Kind.BROKEN, found, "", words)


def _reason(rating: Rating, kind: Kind, found: OldFinding, place: str, words: str) -> Reason:
    return Reason(rating, kind, found.operation, place, words, Evidence.OBSERVED)


def _answers(operation: str, uses: Sequence[Use], old: Whole | None, new: Whole, relay: str) -> Iterator[Reason]:
    """Yield fields that every answer of the one relay had and no answer of the other, for those who read them."""
    if old is None or all(use.via is Via.KLINGKIT for use in uses):
        return
    before, after = _present(operation, old), _present(operation, new)
    if not after:
        return  # no answer was seen
    lost = sorted(place for place, always in before.items() if always and place not in after)
    shown = [place for place in lost if not any(place.startswith((f"{other}.", f"{other}[]")) for other in lost)]
    if shown:
        words = f"answers of {relay} came without {', '.join(shown[:6])}{' ...' if len(shown) > 6 else ''}."
        yield Reason(Rating.COSTS, Kind.ANSWER, operation, "", words, Evidence.OBSERVED)


def _present(operation: str, run: Whole) -> Mapping[str, bool]:
    """Return the places that came, and whether they always did."""
    return {
        place: seen.present == seen.answers
        for (where, place), seen in run.fields.items()
        if where == operation and seen.present
    }
