"""What a create costs, by the price table: an estimate for people and for limits, never a bill. Pure.

Data: prices.toml, and rows of the same form from the user's configuration file, which are tried first.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from klingkit._values import integer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["PER", "Estimate", "estimate"]

PER = ("second", "image", "call", "result second")
"""What a price is counted by."""

_FIELD = {"second": "duration", "image": "n"}
_SHOWN = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a create is expected to cost.

    Attributes:
        amount: in `currency`; None when it cannot be told before: no price is known, or it goes by the length of what
            comes.
        currency: such as ``USD``; empty when no price is known.
        rate: the price of one `per`; None when no price is known.
        per: ``second`` of the video asked for, ``image``, ``call`` or ``result second``; empty when no price is known.
        count: how many of those.
        source: where the price is from and of which day; for people.
    """

    amount: Decimal | None
    currency: str = ""
    rate: Decimal | None = None
    per: str = ""
    count: int | None = None
    source: str = ""

    def __str__(self) -> str:
        if self.rate is None:
            return "no price is known"
        rate = f"{_plain(self.rate)} {self.currency} per {self.per}"
        if self.amount is None:
            return rate
        if self.per == "call":
            return f"{_plain(self.amount)} {self.currency}"
        return f"{_plain(self.amount)} {self.currency} ({self.count} x {rate})"


def estimate(
    relay: str,
    operation: str,
    fields: Mapping[str, Any],
    table: Mapping[str, Any],
    own: Sequence[Mapping[str, Any]] = (),
) -> Estimate:
    """Return what creating `operation` costs at `relay`.

    Args:
        relay: its id.
        operation: its id without verb, such as ``video_text2video``.
        fields: of the request, in words of the one spec.
        table: prices.toml.
        own: the user's rows.
    """
    said = {**table.get("assumed", {}).get(operation, {}), **fields}
    for row in [*own, *table.get("price", ())]:
        if row["relay"] == relay and operation in row["operations"] and _fits(row, said, fields):
            return _priced(row, said, table, is_own=any(row is mine for mine in own))
    return Estimate(None)


def _fits(row: Mapping[str, Any], said: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    if any(given.get(name) for name in row.get("without", ())):
        return False
    return all(str(said.get(name)) in map(str, values) for name, values in row.get("when", {}).items())


def _priced(row: Mapping[str, Any], said: Mapping[str, Any], table: Mapping[str, Any], *, is_own: bool) -> Estimate:
    per, currency = row["per"], row.get("currency", "")
    if "units" in row:
        unit = table["unit"][row["unit"]]
        rate, currency = _decimal(row["units"]) * _decimal(unit["amount"]), unit["currency"]
    else:
        rate = _decimal(row["amount"])
    count = 1 if per == "call" else integer(said.get(_FIELD[per])) if per in _FIELD else None
    amount = rate * count if count is not None else None
    source = "configuration file" if is_own else f"{table['source'].get(row['relay'], '')}, {table['as_of']}"
    return Estimate(amount, currency, rate, per, count, source)


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


def _plain(value: Decimal) -> str:
    """Return an amount as people write it: no exponent, two decimals unless there are more."""
    text = f"{value.quantize(_SHOWN).normalize():f}"
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest:<02}" if rest else f"{whole}.00"
