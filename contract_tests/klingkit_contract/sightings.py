"""What came of planted defects: at each relay, which check saw one, and which other checks turned red."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from klingkit_contract.board import NO_MEANING, NOT_OFFERED
from klingkit_contract.findings import Verdict
from klingkit_contract.planted import BEHIND, FOUND_BY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from klingkit_contract.events import Results

__all__ = ["Sight", "Sighting", "sightings"]

_OF_NO_INTEREST = frozenset({NO_MEANING, NOT_OFFERED})


class Sight(StrEnum):
    """What the check that is meant for a defect said of one relay."""

    FOUND = "found"
    MISSED = "missed"
    UNASKED = "not asked"  # the check was not selected, or could not be asked
    UNSEEN = "cannot be seen"  # nothing that this relay offers shows it
    NOWHERE = "makes no difference"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One planted defect at one relay.

    `others` are checks that turned red though they are meant for no defect that is planted there; `reason` says why
    nothing was found.
    """

    relay: str
    defect: str
    sight: Sight
    others: tuple[str, ...] = ()
    reason: str = ""

    @property
    def check(self) -> str:
        """The check that is meant for the defect."""
        return FOUND_BY[self.defect]

    @property
    def words(self) -> str:
        """What to tell people."""
        beside = f"; also red: {', '.join(self.others)}" if self.others else ""
        match self.sight:
            case Sight.FOUND:
                return f"found by {self.check}" + (beside or " and by no other check")
            case Sight.MISSED:
                return f"missed: {self.check} saw nothing wrong{beside}"
            case _:
                return f"{self.sight}: {self.reason}{beside}"


def sightings(
    results: Results, planted: Sequence[str], obstacle: Callable[[str, str], str | None]
) -> Iterator[Sighting]:
    """Yield what came of each of `planted` at each relay of the run, defect by defect.

    Args:
        results: of the run.
        planted: names of defects, or ``relay:name``.
        obstacle: tells why a defect makes no difference at a relay, None where it does.
    """
    relays = list(results.started.relays)
    rows = [name.rpartition(":") for name in planted]
    for owner, _, defect in dict.fromkeys(rows):
        for relay in relays:
            if owner in {"", relay}:
                mine = {FOUND_BY[other] for of, _, other in rows if of in {"", relay}}
                yield _sighting(results, relay, defect, mine, obstacle(defect, relay))


def _sighting(results: Results, relay: str, defect: str, mine: set[str], hindered: str | None) -> Sighting:
    check = FOUND_BY[defect]
    cells = [cell for cell in results.cells.values() if cell.relay == relay]
    red = {cell.check for cell in cells if cell.verdict in {Verdict.FINDING, Verdict.KNOWN}}
    others = tuple(sorted(red - mine))
    if check in red:
        return Sighting(relay, defect, Sight.FOUND, others)
    if hindered:
        return Sighting(relay, defect, Sight.NOWHERE, others, hindered)
    own = [cell for cell in cells if cell.check == check]
    if not own:
        reason = "what is lost on the way shows with --tap emulated alone" if defect in BEHIND else ""
        return Sighting(relay, defect, Sight.UNASKED, others, reason or f"{check} was not selected")
    if any(cell.verdict is Verdict.PASS for cell in own):
        return Sighting(relay, defect, Sight.MISSED, others)
    for verdict, sight in ((Verdict.NOT_TESTED, Sight.UNASKED), (Verdict.NOT_APPLICABLE, Sight.UNSEEN)):
        reasons = Counter(cell.reason for cell in own if cell.verdict is verdict)
        if telling := {reason: number for reason, number in reasons.items() if reason not in _OF_NO_INTEREST}:
            return Sighting(relay, defect, sight, others, max(telling, key=lambda reason: (telling[reason], reason)))
        if reasons:
            return Sighting(relay, defect, sight, others, "the relay offers nothing that the check looks at")
    return Sighting(relay, defect, Sight.UNASKED, others, "the run stopped before")
