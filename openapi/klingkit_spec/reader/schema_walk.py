"""Every schema of a document with the pointer to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_spec.reader.core_yaml import Pointer

__all__ = ["inner_schemas", "schemas"]

_ONE = ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else")
_MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "$defs")
_DEEPEST = 60


def schemas(document: dict[str, Any]) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield pointer and schema of everything a document describes, each schema before its members."""
    pending: list[tuple[Pointer, Any, bool]] = [
        (("components", part), value, False) for part, value in _dict(document.get("components")).items()
    ]
    for path, item in _dict(document.get("paths")).items():
        pending.extend((("paths", path, key), value, False) for key, value in _dict(item).items())
    pending.reverse()
    while pending:
        pointer, value, is_schema = pending.pop()
        if is_schema and isinstance(value, dict):
            yield pointer, value
            pending.extend(reversed(list(_members(pointer, value))))
        elif len(pointer) < _DEEPEST:
            pending.extend(reversed(list(_outside(pointer, value))))


def inner_schemas(pointer: Pointer, schema: dict[str, Any]) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield a schema and everything inside it."""
    pending: list[tuple[Pointer, Any, bool]] = [(pointer, schema, True)]
    while pending:
        at, value, _ = pending.pop()
        if isinstance(value, dict):
            yield at, value
            pending.extend(reversed(list(_members(at, value))))


def _members(pointer: Pointer, schema: dict[str, Any]) -> Iterator[tuple[Pointer, Any, bool]]:
    if len(pointer) > _DEEPEST:
        return
    for key in _ONE:
        if isinstance(schema.get(key), dict):
            yield (*pointer, key), schema[key], True
    for key in _MANY:
        for index, member in enumerate(schema[key] if isinstance(schema.get(key), list) else []):
            yield (*pointer, key, str(index)), member, True
    for key in _NAMED:
        for name, member in _dict(schema.get(key)).items():
            yield (*pointer, key, str(name)), member, True


def _outside(pointer: Pointer, value: Any) -> Iterator[tuple[Pointer, Any, bool]]:
    if isinstance(value, list):
        yield from (((*pointer, str(index)), item, False) for index, item in enumerate(value))
    for key, member in _dict(value).items():
        if key not in {"example", "examples"} and not str(key).startswith("x-"):
            yield (*pointer, str(key)), member, key == "schema" or pointer == ("components", "schemas")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
