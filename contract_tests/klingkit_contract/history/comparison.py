"""Two kept runs side by side: what the later one finds that the earlier did not, what is gone, what stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from klingkit_contract.findings import Verdict

if TYPE_CHECKING:
    from klingkit_contract.history.records import OldFinding, Whole

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one run to another.

    `new` and `gone` were asked about in both; `unasked` are findings of one run whose question the other did not put,
    so that nothing can be said.
    """

    new: tuple[OldFinding, ...]
    gone: tuple[OldFinding, ...]
    still: tuple[OldFinding, ...]
    unasked: tuple[OldFinding, ...]


def compare(before: Whole, after: Whole) -> Comparison:
    """Compare two runs, of one relay or of two: a finding is the same where operation, check and signature are."""
    old = {found.place: found for found in before.findings if not found.carried}
    now = {found.place: found for found in after.findings if not found.carried}
    appeared = [found for place, found in now.items() if place not in old]
    vanished = [found for place, found in old.items() if place not in now]
    same = before.run.relay == after.run.relay
    new = tuple(found for found in appeared if _asked(before, found, same=same))
    gone = tuple(found for found in vanished if _asked(after, found, same=same))
    unasked = (*(set(appeared) - set(new)), *(set(vanished) - set(gone)))
    return Comparison(
        new=new,
        gone=gone,
        still=tuple(found for place, found in now.items() if place in old),
        unasked=tuple(sorted(unasked, key=lambda found: found.place)),
    )


def _asked(run: Whole, found: OldFinding, *, same: bool) -> bool:
    """Tell whether `run` put the question of `found` in full.

    It holds no cell of what did not apply: the `same` relay has given the operation up, another never had it.
    """
    cell = run.cells.get((found.operation, found.check))
    if cell is None:
        return same and found.check in run.run.checks and found.operation in run.run.operations
    if cell.verdict == Verdict.PASS:
        return not cell.reason  # a pass with a note was given on part of the evidence
    return cell.verdict != Verdict.NOT_TESTED
