"""How many creates a run may pay for: pure bookkeeping, asked before a create leaves and told how it ended.

A unit is reserved before any create that could be accepted, and given back only when the relay refused it. So there
are never more accepted creates than units, whatever the relay does, as long as it answers truthfully what it accepts.
An answer that never came is counted as accepted: the task may exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Budget", "Outcome", "Purpose"]


class Purpose(StrEnum):
    """Why a create is sent."""

    PROBE = "probe"  # it ought to be refused, and is accepted only by a relay that breaks a promise
    PURCHASE = "purchase"  # it ought to be accepted: the task is wanted


class Outcome(StrEnum):
    """How a create ended."""

    REFUSED = "refused"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"  # no answer, or a server error: the task may exist


@dataclass(slots=True)
class Budget:
    """Units of one relay's run. `kept` units are set aside for purchases and out of reach of probes.

    `unasked` are creates that were accepted though no unit was taken for them: a relay that does so may do it again.
    """

    limit: int
    kept: int = 0
    accepted: int = 0
    unknown: int = 0
    held: int = 0
    unasked: int = 0

    @property
    def spent(self) -> int:
        """Creates that were, or may have been, charged."""
        return self.accepted + self.unknown

    @property
    def overspent(self) -> bool:
        """True when a relay accepted more than was allowed, or is about to; then no create may leave any more."""
        return self.spent > self.limit or (self.unasked > 0 and self.spent >= self.limit)

    def room(self, purpose: Purpose) -> int:
        """Return how many units `purpose` may still reserve."""
        free = self.limit - self.spent - self.held
        return max(0, free - self.kept if purpose is Purpose.PROBE else free)

    def keep(self, purchases: int) -> None:
        """Set units aside for that many purchases, but leave one for probes: on an honest relay it always returns."""
        self.kept = max(0, min(self.limit - 1, purchases))

    def reserve(self, purpose: Purpose) -> bool:
        """Take one unit for `purpose` if there is one."""
        if self.room(purpose) <= 0:
            return False
        self.held += 1
        return True

    def charge(self) -> None:
        """Book a create that turned out to be charged although its answer said otherwise."""
        self.accepted += 1

    def settle(self, outcome: Outcome, *, reserved: bool) -> None:
        """Book how a create ended and give its unit back when it was `reserved`."""
        if reserved:
            self.held -= 1
        if outcome is Outcome.ACCEPTED:
            self.accepted += 1
            self.unasked += not reserved
        elif outcome is Outcome.UNKNOWN and reserved:
            self.unknown += 1  # what needed no unit cannot become a task without two checks failing and a crash
