"""The rules a JSON Schema cannot say, executed from `x-kling-rules` of the resolved document.

A rule holds whenever its conditions (``when``) are not met, or the model is none of its ``models``. A top-level member
that was left out counts with the schema's default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from klingkit_emulator.conditions import applies, number, values_at
from klingkit_emulator.errors import DataError

__all__ = ["Rule", "read_rules"]

_MODEL_MEMBERS = frozenset({"model_name", "model"})
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Rule:
    """One named rule: `holds` tells whether a body, with defaults filled in, for a model keeps it.

    `of_models` tells that the rule is about single models.
    """

    id: str
    text: str
    fields: tuple[str, ...]
    holds: Callable[[Mapping[str, Any], str | None], bool]
    of_models: bool


def read_rules(rows: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Compile the rows of one `x-kling-rules` list.

    Raises:
        DataError: a row is of a kind this version does not know.
    """
    return tuple(_rule(row) for row in rows)


def _rule(row: Mapping[str, Any]) -> Rule:
    kind = row["kind"]
    if kind not in _KINDS:
        raise DataError(
            f"rule {row.get('id')!r} is of the kind {kind!r}, which the emulator cannot execute; "
            f"it knows {', '.join(sorted(_KINDS))}."
        )
    when, check = row.get("when", {}), _KINDS[kind]
    models = None if kind == "only_models" else row.get("models")

    def holds(body: Mapping[str, Any], model: str | None) -> bool:
        if models is not None and model not in models:
            return True
        return not applies(when, body) or check(row, body, model)

    of_models = "models" in row or not _MODEL_MEMBERS.isdisjoint(when)
    return Rule(id=row["id"], text=row["text"], fields=tuple(row["fields"]), holds=holds, of_models=of_models)


def _sum_equals(row: Mapping[str, Any], body: Mapping[str, Any], _: str | None) -> bool:
    parts, total = row["fields"]
    numbers = [number(value) for value in values_at(body, parts)]
    wanted = number(next(values_at(body, total), None))
    if wanted is None or None in numbers:
        return True  # what is not a number is the schema's to refuse
    return sum(one for one in numbers if one is not None) == wanted


def _exactly_one_nonzero(row: Mapping[str, Any], body: Mapping[str, Any], _: str | None) -> bool:
    for group in values_at(body, row["fields"][0]):
        if isinstance(group, Mapping) and sum(1 for value in group.values() if number(value)) != 1:
            return False
    return True


def _only_models(row: Mapping[str, Any], _: Mapping[str, Any], model: str | None) -> bool:
    return model is None or model in row["models"]


def _requires(row: Mapping[str, Any], body: Mapping[str, Any], _: str | None) -> bool:
    return applies(row["must"], body)


def _total_at_most(row: Mapping[str, Any], body: Mapping[str, Any], _: str | None) -> bool:
    return sum(1 for path in row["fields"] for _ in values_at(body, path)) <= int(row["most"])


def _product_at_most(row: Mapping[str, Any], body: Mapping[str, Any], _: str | None) -> bool:
    product = 1.0
    for factor in row["factors"]:
        product *= 1 + sum(number(value) or 0 for path in factor for value in values_at(body, path))
    return product <= float(row["most"]) + _ROUNDING


def _difference_at_least(row: Mapping[str, Any], body: Mapping[str, Any], _: str | None) -> bool:
    upper, lower = ([number(value) for value in values_at(body, path)] for path in row["fields"])
    pairs = zip(upper, lower, strict=False)
    return all(high is None or low is None or high - low >= float(row["least"]) for high, low in pairs)


_KINDS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], str | None], bool]] = {
    "difference_at_least": _difference_at_least,
    "exactly_one_nonzero": _exactly_one_nonzero,
    "only_models": _only_models,
    "product_at_most": _product_at_most,
    "requires": _requires,
    "sum_equals": _sum_equals,
    "total_at_most": _total_at_most,
}
