"""Estimates and the limit on what a create may cost, over the price table and the user's own rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit._errors import ConfigurationError, TooExpensiveError
from klingkit._prices import estimate
from klingkit._rules import whole_seconds
from klingkit._surface import METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit._prices import Estimate

__all__ = ["CostLimit", "cost_limit", "price_of"]

_MONEY = re.compile(r"(?P<amount>\d{1,9}(?:\.\d{1,6})?)(?:\s*(?P<currency>[A-Z]{3}))?")
_CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class CostLimit:
    """The most that one create may cost. `own` are the user's rows of prices."""

    amount: Decimal
    currency: str
    own: Sequence[Mapping[str, Any]] = ()

    def check(self, relay: str, operation: str, fields: Mapping[str, Any]) -> None:
        """Let a create pass that is known to cost no more.

        Raises:
            TooExpensiveError: it costs more, or nobody knows what it costs.
        """
        price = estimate(relay, operation, fields, klingkit_data.load("prices.toml"), self.own)
        what, limit = f"{METHODS.get(operation, operation)} at {relay}", f"{self.amount} {self.currency}"
        if price.amount is None:
            why = f"is charged by what comes ({price})" if price.rate is not None else "has no known price"
            sentence = (
                f"{what} {why}, so max_cost {limit} cannot be kept; leave max_cost out, or write its price into the "
                "configuration file as [[price]]."
            )
        elif price.currency != self.currency:
            sentence = f"{what} costs {price}, which max_cost {limit} does not say; give max_cost in {price.currency}."
        elif price.amount > self.amount:
            sentence = f"{what} costs {price}, more than max_cost {limit}; nothing was sent."
        else:
            return
        raise TooExpensiveError(sentence, relay=relay, operation=f"{operation}_create", estimate=price)


def cost_limit(value: object, own: Sequence[Mapping[str, Any]]) -> CostLimit:
    """Return the limit that ``max_cost`` sets: a number of US dollars, or a text such as ``"3.50 CNY"``.

    Raises:
        ConfigurationError: it is neither.
    """
    text = str(value).strip() if isinstance(value, str | int | float | Decimal) else ""
    found = _MONEY.fullmatch(text)
    if isinstance(value, bool) or found is None:
        raise ConfigurationError('max_cost has to be a number of US dollars, or a text such as "3.50 CNY".')
    return CostLimit(Decimal(found["amount"]), found["currency"] or _CURRENCY, own)


def price_of(
    relay: str, operation: str, arguments: Mapping[str, Any], own: Sequence[Mapping[str, Any]] = ()
) -> Estimate:
    """Return what creating `operation` (its id without verb) with `arguments` is expected to cost at `relay`.

    Raises:
        InvalidRequestError: a duration is none.
    """
    fields = {name: value for name, value in arguments.items() if value is not None}
    if "duration" in fields:
        fields["duration"] = whole_seconds(fields["duration"], "duration")
    return estimate(relay, operation, fields, klingkit_data.load("prices.toml"), own)
