"""How much money a run may spend: what `budget` counts in creates, counted in money. Pure bookkeeping.

A price is set aside before any create that could be accepted, and given back only when the relay refused it; a create
whose price nobody knows does not leave while there is a limit. So what was charged never comes to more than the limit,
by the prices that are known, as long as the relay answers truthfully what it accepts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from klingkit_contract.budget import Outcome, Purpose

__all__ = ["Cost", "Price", "Purse", "money"]


@dataclass(frozen=True, slots=True)
class Price:
    """What a create costs at most: an amount, or `unknown`, which says why there is none and what to do."""

    amount: Decimal | None = None
    currency: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What creates cost at most together: amounts by currency, and how many creates have no known price."""

    amounts: tuple[tuple[str, Decimal], ...] = ()
    unpriced: int = 0

    def __bool__(self) -> bool:
        return bool(self.amounts or self.unpriced)

    def __add__(self, other: Cost) -> Cost:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for currency, amount in (*self.amounts, *other.amounts):
            sums[currency] += amount
        return Cost(tuple(sorted(sums.items())), self.unpriced + other.unpriced)

    def __str__(self) -> str:
        """Return for example "at most 1.26 USD, and 2 of unknown price"; empty when nothing was charged."""
        if not self.amounts:
            return "price unknown" if self.unpriced else ""
        sums = " and ".join(money(amount, currency) for currency, amount in self.amounts)
        return f"at most {sums}, and {self.unpriced:,} of unknown price" if self.unpriced else f"at most {sums}"


@dataclass(slots=True)
class Purse:
    """Money of one relay's run. `kept` is set aside for purchases and out of reach of probes.

    Attributes:
        limit: the most that may be spent, in `currency`; None for no limit, and then money is only counted.
        spent: by currency what creates cost that were, or may have been, charged.
        unpriced: how many such creates have no known price.
        unasked: how many were accepted though nothing was set aside for them.
    """

    limit: Decimal | None = None
    currency: str = ""
    kept: Decimal = Decimal()
    held: Decimal = Decimal()
    spent: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    unpriced: int = 0
    unasked: int = 0

    @property
    def left(self) -> Decimal:
        """What is neither spent nor set aside for creates that are on their way; 0 without a limit."""
        return Decimal() if self.limit is None else self.limit - self.spent[self.currency] - self.held

    @property
    def overspent(self) -> bool:
        """True when more was charged than was allowed, or nobody knows how much; then no create may leave any more."""
        return self.limit is not None and (self.left < 0 or self.unpriced > 0 or len(self.spent) > 1)

    def keep(self, purchases: list[Price]) -> None:
        """Set the price of `purchases` aside, half of the limit at most: probes need room, and mostly give it back."""
        if self.limit is not None:
            self.kept = min(self.limit / 2, sum((price.amount or Decimal() for price in purchases), Decimal()))

    def objection(self, price: Price, purpose: Purpose | None) -> str:
        """Return why a create of that price must not leave, or nothing. A probe needs room besides what is kept."""
        if self.limit is None:
            return ""
        if price.amount is None:
            return price.unknown
        limit = money(self.limit, self.currency)
        if price.currency != self.currency:
            return f"its price is in {price.currency}, which --max-cost {limit} does not say"
        room = max(Decimal(), self.left - (Decimal() if purpose is Purpose.PURCHASE else self.kept))
        return "" if price.amount <= room else f"it could cost more than is left of --max-cost {limit}"

    def hold(self, price: Price) -> None:
        """Set the price of a create aside that is about to leave."""
        self.held += price.amount or Decimal()

    def charge(self, price: Price) -> None:
        """Book a create that was, or may have been, charged."""
        if price.amount is None:
            self.unpriced += 1
        else:
            self.spent[price.currency] += price.amount

    def settle(self, outcome: Outcome, price: Price, *, held: bool) -> None:
        """Book how a create ended and give back what was `held` for it."""
        if held:
            self.held -= price.amount or Decimal()
        if outcome is Outcome.ACCEPTED or (outcome is Outcome.UNKNOWN and held):
            self.charge(price)
            self.unasked += not held

    @property
    def cost(self) -> Cost:
        """What was charged, or may have been."""
        return Cost(tuple(sorted(row for row in self.spent.items() if row[1])), self.unpriced)


def money(amount: Decimal, currency: str) -> str:
    """Return an amount as people write it: no exponent, two decimals unless there are more."""
    whole, _, rest = f"{amount.normalize():f}".partition(".")
    return f"{whole}.{rest:<02} {currency}"
