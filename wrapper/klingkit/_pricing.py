"""Estimates and the limit on what a create may cost, over the price table and the user's own rows."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit._errors import ConfigurationError, TooExpensiveError
from klingkit._prices import estimate
from klingkit._rules import whole_seconds
from klingkit._settings import read_settings
from klingkit._surface import METHODS, base_of

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


def cost_limit(value: object, environ: Mapping[str, str] | None = None) -> CostLimit:
    """Return the limit that ``max_cost`` sets: a number of US dollars, or a text such as ``"3.50 CNY"``.

    Raises:
        ConfigurationError: it is neither, or the configuration file, which may hold prices, is broken.
    """
    text = str(value).strip() if isinstance(value, str | int | float | Decimal) else ""
    found = _MONEY.fullmatch(text)
    if isinstance(value, bool) or found is None:
        raise ConfigurationError('max_cost has to be a number of US dollars, or a text such as "3.50 CNY".')
    return CostLimit(Decimal(found["amount"]), found["currency"] or _CURRENCY, _own(environ))


def price_of(
    relay: str, operation: str, arguments: Mapping[str, Any], environ: Mapping[str, str] | None = None
) -> Estimate:
    """Return what a create or call is expected to cost at `relay`.

    Args:
        relay: its id.
        operation: its method or id, such as ``text_to_video`` or ``video_text2video``.
        arguments: those of the method; None means left out.
        environ: read instead of the environment, to find the configuration file.

    Raises:
        InvalidRequestError: there is no such operation, or a duration is none.
        ConfigurationError: the configuration file is broken.
    """
    fields = {name: value for name, value in arguments.items() if value is not None}
    if "duration" in fields:
        fields["duration"] = whole_seconds(fields["duration"], "duration")
    own = _own(environ)
    return estimate(relay, base_of(operation), fields, klingkit_data.load("prices.toml"), own)


def _own(environ: Mapping[str, str] | None) -> Sequence[Mapping[str, Any]]:
    return read_settings(os.environ if environ is None else environ).prices
