"""A number says what it counts: a unit, a scale, or that there is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from klingkit_spec import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["number_findings"]

_NUMBERS = {"integer", "number"}
_DIGITS = re.compile(r"-?\d+(?:\.\d+)?")
_SAYS = re.compile(
    r"""\b(?:
        (?:milli|micro)?seconds? | minutes? | hours? | days? | hz | frames? | pixels? | characters? | words
      | bytes? | [kmg]i?b | percent | degrees? | times | units? | per\ page | currency
      | how\ many | count(?:ed|s)? | number | part\ of | place | position | ids? | codes? | points?
      | 0\ is | 0\ when | 1\ is
    )\b | % | `currency` | -?\d+(?:\.\d+)?\ to\ -?\d+ | \d+(?:\.\d+)?(?:,|\ or)\ \d""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words that tell a reader what a number measures: a unit, a count, a place or an id, a code, a scale."""


def number_findings(document: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for every number, and every list of texts that are numbers, whose description says no unit.

    A field may leave it to the component it refers to; a parameter's own description speaks for its schema.
    """
    components = document.get("components", {})
    for name, schema in components.get("schemas", {}).items():
        yield from _schema(schema, ("components", "schemas", name), "")
    for place, parameter in _parameters(document):
        schema = parameter.get("schema")
        if isinstance(schema, dict):
            yield from _schema(schema, (*place, "schema"), str(parameter.get("description", "")))


def _parameters(document: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for name, parameter in document.get("components", {}).get("parameters", {}).items():
        yield ("components", "parameters", name), parameter
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            listed = operation.get("parameters", ()) if isinstance(operation, dict) else ()
            for index, parameter in enumerate(listed):
                yield ("paths", path, method, "parameters", str(index)), parameter


def _schema(schema: Any, place: tuple[str, ...], around: str) -> Iterator[str]:
    """Check a schema and its members; `around` is the description of what it is part of."""
    if not isinstance(schema, dict):
        return
    words = f"{around} {schema.get('description', '')}"
    if _is_number(schema) and not _SAYS.search(words):
        yield f"{pointer.join(place)} is a number, and its description names no unit"
    for name, member in schema.get("properties", {}).items():
        yield from _schema(member, (*place, "properties", name), "")
    for key in ("items", "additionalProperties"):
        yield from _schema(schema.get(key), (*place, key), words)


def _is_number(schema: dict[str, Any]) -> bool:
    kinds = schema.get("type")
    if _NUMBERS & set(kinds if isinstance(kinds, list) else [kinds]):
        return True
    values = schema.get("enum") or ()
    return bool(values) and all(isinstance(value, str) and _DIGITS.fullmatch(value) for value in values)
