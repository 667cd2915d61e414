"""Schemas that an example shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.line_marks import FROM, LINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_spec.reader.core_yaml import Pointer

__all__ = ["infer", "json_type"]


def json_type(value: Any) -> str:
    """Return the JSON Schema type of a JSON value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def infer(value: Any, lines: Callable[[Pointer], int] | None = None, at: Pointer = ()) -> dict[str, Any]:
    """Return the schema an example value shows: types and nesting, nothing about limits or what is required.

    A list's items are read from all of its members; members of different types leave the item's type open. A null
    leaves the type open, since it does not say what else may stand there. `lines` tells the page line of a pointer
    into the example; with it, the schemas carry their lines (see `line_marks`).
    """
    kind = json_type(value)
    if kind == "null":
        return {}
    schema: dict[str, Any] = {"type": kind}
    if kind == "object":
        schema["properties"] = {str(name): infer(member, lines, (*at, str(name))) for name, member in value.items()}
    elif kind == "array":
        schema["items"] = _merged([infer(member, lines, (*at, str(index))) for index, member in enumerate(value)])
    schema[FROM] = {"type": "example"}
    if lines is not None:
        schema[LINE] = lines(at)
    return schema


def _merged(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    known = [schema for schema in schemas if schema]
    if not known or any(schema["type"] != known[0]["type"] for schema in known):
        return {}
    first = known[0]
    if first["type"] == "object":
        names = {name: None for schema in known for name in schema["properties"]}
        return {
            "type": "object",
            "properties": {
                name: _merged([schema["properties"][name] for schema in known if name in schema["properties"]])
                for name in names
            },
            FROM: {"type": "example"},
            **({LINE: first[LINE]} if LINE in first else {}),
        }
    if first["type"] == "array":
        return {**first, "items": _merged([schema["items"] for schema in known])}
    return first
