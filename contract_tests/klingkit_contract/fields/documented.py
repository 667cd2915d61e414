"""What a relay's document says of the fields of a request or an answer: one row per dotted place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from klingkit_contract.contract import Contract, Operation

__all__ = ["Place", "answer_places", "places", "request_places"]

_BRANCHES = ("oneOf", "anyOf")
_RULES = ("default", "enum", "maximum", "maxItems", "maxLength", "minimum", "minItems", "minLength")


@dataclass(frozen=True, slots=True)
class Place:
    """One documented field.

    Attributes:
        types: JSON types it may have; empty for any.
        required: it is always there when the object around it is.
        open: other members than the documented ones are welcome, as a schema says that names none.
        rules: its default, enum and limits, by the words of JSON Schema.
    """

    types: tuple[str, ...]
    required: bool
    open: bool
    rules: Mapping[str, Any]


def answer_places(contract: Contract, operation: Operation) -> dict[str, Place]:
    """Return the documented fields of a successful answer of `operation`; none where it is no JSON."""
    promise = contract.promise(operation, 200)
    schema = promise.media.get("application/json", "") if promise else ""
    return places(contract, schema) if schema else {}


def request_places(contract: Contract, operation: Operation) -> dict[str, Place]:
    """Return the documented fields of a request of `operation`: of its JSON body, and of its query."""
    schema = contract.request_schema(operation)
    found = places(contract, schema) if schema else {}
    for name, (pointer, row) in contract.parameters(operation, "query").items():
        for place, inner in _walk(contract, f"{pointer}/schema", name, ()):
            found.setdefault(place, replace(inner, required=bool(row.get("required")) if place == name else False))
    return found


def places(contract: Contract, schema: str) -> dict[str, Place]:
    """Return every field below the schema at the pointer `schema`: dotted path, ``[]`` for entries of a list."""
    found: dict[str, Place] = {}
    for place, row in _walk(contract, schema, "", ()):
        known = found.get(place)
        found[place] = _joined(known, row) if known else row
    found.pop("", None)
    return found


def _walk(contract: Contract, schema: str, place: str, trail: tuple[str, ...]) -> Iterator[tuple[str, Place]]:
    pointer, rules = contract.resolve(schema)
    if pointer in trail or not isinstance(rules, dict):  # a schema that holds itself: once around is enough
        return
    here = (*trail, pointer)
    if schema != pointer:  # what stands beside a $ref: a default of this use
        beside = _beside(contract, schema)
        rules = {**rules, **{key: beside[key] for key in _RULES if key in beside}}
    yield place, _place(rules)
    required = frozenset(rules.get("required", ()))
    for name in rules.get("properties", {}):
        inner = f"{place}.{name}" if place else name
        for found, row in _walk(contract, f"{pointer}/properties/{_escape(name)}", inner, here):
            yield found, replace(row, required=name in required) if found == inner else row
    if isinstance(rules.get("items"), dict):
        yield from _walk(contract, f"{pointer}/items", f"{place}[]", here)
    for key in (*_BRANCHES, "allOf"):
        for number in range(len(rules.get(key, ()))):
            for found, row in _walk(contract, f"{pointer}/{key}/{number}", place, here):
                if found != place:
                    yield found, row if key == "allOf" else replace(row, required=False)
                elif row.types or row.rules:
                    yield found, row


def _beside(contract: Contract, schema: str) -> Mapping[str, Any]:
    """Return the very object at the pointer `schema`, whose ``$ref`` was followed."""
    value: Any = contract.document
    for part in schema.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value.get(key, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, dict) else {}


def _place(rules: Mapping[str, Any]) -> Place:
    kind = rules.get("type", ())
    types = tuple(kind) if isinstance(kind, list) else (kind,) if kind else ()
    if not types and "enum" in rules:
        types = tuple(sorted({_type(word) for word in rules["enum"]}))
    return Place(
        types=types,
        required=False,
        open=bool(rules.get("additionalProperties")) or not rules.get("properties"),
        rules={key: rules[key] for key in _RULES if key in rules},
    )


def _type(value: object) -> str:
    names = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"))
    return next((name for kind, name in names if isinstance(value, kind)), "null")


def _joined(one: Place, other: Place) -> Place:
    """Return what two branches of a schema say of one place: each may come, and only both make it required."""
    types = tuple(dict.fromkeys([*one.types, *other.types])) if one.types and other.types else one.types or other.types
    return Place(types, one.required or other.required, one.open and other.open, {**other.rules, **one.rules})


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
