"""The rules a JSON Schema cannot say, executed from `x-kling-rules` of the resolved document.

A rule holds whenever every member of its ``when`` has the named value. Members are dotted paths, `name[]` walks a
list; a top-level member that was left out counts with the schema's default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from klingkit_emulator.errors import DataError

__all__ = ["Rule", "read_rules"]

_MODEL_MEMBERS = ("model_name", "model")


@dataclass(frozen=True, slots=True)
class Rule:
    """One named rule: `holds` tells whether a request body, with defaults filled in, keeps it."""

    id: str
    text: str
    fields: tuple[str, ...]
    holds: Callable[[Mapping[str, Any]], bool]


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

    def holds(body: Mapping[str, Any]) -> bool:
        applies = all(_first(body, path) == value for path, value in when.items())
        return not applies or check(row, body)

    return Rule(id=row["id"], text=row["text"], fields=tuple(row["fields"]), holds=holds)


def _sum_equals(row: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    parts, total = row["fields"]
    numbers = [_number(value) for value in _walk(body, parts)]
    wanted = _number(_first(body, total))
    if wanted is None or None in numbers:
        return True  # what is not a number is the schema's to refuse
    return sum(number for number in numbers if number is not None) == wanted


def _exactly_one_nonzero(row: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    for group in _walk(body, row["fields"][0]):
        if isinstance(group, Mapping) and sum(1 for value in group.values() if _number(value)) != 1:
            return False
    return True


def _only_models(row: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    model = next((body[member] for member in _MODEL_MEMBERS if member in body), None)
    return model is None or model in row["models"]


def _requires_value(row: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return all(_first(body, path) == value for path, value in row["value"].items())


_KINDS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], bool]] = {
    "sum_equals": _sum_equals,
    "exactly_one_nonzero": _exactly_one_nonzero,
    "only_models": _only_models,
    "requires_value": _requires_value,
}


def _walk(value: Any, path: str) -> Iterator[Any]:
    head, _, rest = path.partition(".")
    name, many = head.removesuffix("[]"), head.endswith("[]")
    if not isinstance(value, Mapping) or name not in value:
        return
    members = value[name] if many else [value[name]]
    for member in members if isinstance(members, list) else []:
        if rest:
            yield from _walk(member, rest)
        else:
            yield member


def _first(body: Mapping[str, Any], path: str) -> Any:
    return next(_walk(body, path), None)


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None
