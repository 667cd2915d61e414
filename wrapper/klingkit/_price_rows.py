"""The user's own rows of prices: checked when read, so that a slip is told at once and not when money is at stake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from klingkit._checks import is_number
from klingkit._errors import InvalidRequestError
from klingkit._prices import PER
from klingkit._surface import base_of

__all__ = ["price_row"]

_NEEDED = ("relay", "operations", "per", "amount", "currency")
_OTHER = ("when", "without")


def price_row(row: object, relays: Sequence[str]) -> Mapping[str, Any]:
    """Return one ``[[price]]`` with its operations by their ids.

    Args:
        row: as it was read.
        relays: the ids there are.

    Raises:
        ValueError: it makes no sense; the text carries on after "a price".
    """
    if not isinstance(row, Mapping):
        raise ValueError("has to be a table: [[price]]")
    if unknown := [name for name in row if name not in _NEEDED + _OTHER]:
        raise ValueError(f"has no {unknown[0]!r}; choose from: {', '.join(_NEEDED + _OTHER)}")
    if missing := [name for name in _NEEDED if name not in row]:
        raise ValueError(f"needs {', '.join(missing)}")
    if row["relay"] not in relays:
        raise ValueError(f"names the relay {row['relay']!r}; choose from: {', '.join(relays)}")
    if row["per"] not in PER:
        raise ValueError(f"is counted per {', '.join(PER)}, not per {row['per']!r}")
    if not is_number(row["amount"], least=0):
        raise ValueError("has an amount that is a number, 0 or more")
    currency = row["currency"]
    if not (isinstance(currency, str) and currency.isascii() and currency.isupper() and len(currency) == 3):
        raise ValueError('has a currency of three capitals, such as "CNY"')
    return MappingProxyType({**row, "operations": _operations(row["operations"]), **_conditions(row)})


def _operations(names: object) -> tuple[str, ...]:
    if not isinstance(names, list) or not names:
        raise ValueError('has operations, such as ["text_to_video"]')
    try:
        return tuple(base_of(name) for name in names)
    except InvalidRequestError as error:
        raise ValueError(f"names an operation that is none: {error}") from error


def _conditions(row: Mapping[str, Any]) -> dict[str, Any]:
    when, without = row.get("when", {}), row.get("without", [])
    if not isinstance(when, Mapping) or not all(isinstance(values, list) for values in when.values()):
        raise ValueError('has a when that lists values by field, such as { mode = ["pro"] }')
    if not isinstance(without, list) or not all(isinstance(name, str) for name in without):
        raise ValueError("has a without that lists names of fields")
    return {"when": when, "without": without}
