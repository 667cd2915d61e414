"""What the one spec takes over from relays: values of an enum, and whole fields."""

from __future__ import annotations

from typing import Any

from klingkit_spec import pointer
from klingkit_spec.document import json_content
from klingkit_spec.errors import SpecError
from klingkit_spec.fields import Facets, parent, resolve
from klingkit_spec.relay_document import operations, references

__all__ = ["WidenError", "adopt", "request_schema", "widen"]

_SCALARS = {"string", "integer", "number", "boolean"}


class WidenError(SpecError):
    """Something the one spec was to take over does not fit into it."""


def request_schema(spec: dict[str, Any], operation: str) -> dict[str, Any]:
    """Return the schema node of the request of `operation`, as it stands in `spec` (mostly a reference)."""
    for _, _, node in operations(spec):
        if node.get("operationId") == operation:
            media = json_content(resolve(spec, node.get("requestBody")))
            if media is not None:
                schema: dict[str, Any] = media["schema"]
                return schema
    raise WidenError(f"the official document has no request body for {operation}; correct the verdict.")


def widen(spec: dict[str, Any], operation: str, field: str, values: list[Any]) -> list[Any]:
    """Add to the enum of `field`, in place, those of `values` that it lacks; return what was added.

    Raises:
        WidenError: the field has no enum, or shares it with another field.
    """
    holder = _property(spec, operation, field)
    node = _owner(spec, holder, "enum")
    if node is None:
        raise WidenError(f"{operation} {field} has no enum in the official document; use the verdict overlay.")
    shared = [place for place in references(holder) if list(references(spec)).count(place) > 1]
    if shared:
        raise WidenError(
            f"{operation} {field} shares the enum {shared[0][1]} with another field; give it one of its own in "
            "sources/official/kling.openapi.yaml."
        )
    added = [value for value in values if value not in node["enum"]]
    node["enum"].extend(added)
    return added


def adopt(spec: dict[str, Any], operation: str, field: str, facets: Facets, relays: list[str]) -> None:
    """Add `field` to the request of `operation`, in place, as `relays` document it.

    Raises:
        WidenError: the field is not a plain value, or its parent is not there.
    """
    if facets.get("type") not in _SCALARS:
        raise WidenError(f"{operation} {field} is no plain value; add an entry to verdicts.toml, or write it by hand.")
    above = parent(field)
    holder = _property(spec, operation, above) if above else request_schema(spec, operation)
    owner = _owner(spec, holder, "properties")
    if owner is None:
        raise WidenError(f"{operation} {field} has no parent in the official document; use the verdict overlay.")
    words = {key: value for key, value in facets.items() if key != "required"}
    unit = ", without a unit" if facets.get("type") in {"integer", "number"} else ""
    description = f"Not in the official document; documented by {', '.join(relays)}{unit}."
    owner["properties"][field.rpartition(".")[2]] = {"type": words.pop("type"), "description": description, **words}


def _property(spec: dict[str, Any], operation: str, field: str) -> Any:
    node: Any = request_schema(spec, operation)
    for part in field.replace("[]", ".[]").split("."):
        step = ("items",) if part == "[]" else ("properties", part)
        owner = _owner(spec, node, step[0])
        found = pointer.MISSING if owner is None else pointer.lookup(owner, step)
        if found is pointer.MISSING:
            raise WidenError(f"{operation} has no field {field} in the official document; correct the verdict.")
        node = found
    return node


def _owner(spec: dict[str, Any], node: Any, key: str) -> dict[str, Any] | None:
    """Return the node that holds `key` itself: `node`, or what its references lead to."""
    while isinstance(node, dict):
        if key in node:
            return node
        target = node.get("$ref")
        if not isinstance(target, str):
            return None
        node = pointer.lookup(spec, pointer.split(target[1:]))
    return None
