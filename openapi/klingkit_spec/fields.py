"""Schemas laid flat: one entry per field, such as ``multi_prompt[].duration``, with what is said about it.

Two documents are compared field by field on this form, whether they write a schema inline, by reference or in parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["LIMITS", "SOMETIMES", "UNSAID", "Facets", "conditions", "effective", "flatten", "parent", "resolve"]

Facets = dict[str, Any]
"""What is said about one field: ``type``, ``required``, ``enum``, ``default``, ``format`` and the limits.
An aspect that is not said is not a key."""

LIMITS = (
    *("minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minItems", "maxItems"),
)
SOMETIMES = "sometimes"
"""The value of ``required`` for a field that a condition asks for."""
UNSAID = "unsaid"
"""How a difference shows an aspect that one side says nothing about."""

_COPIED = ("enum", "default", "format", *LIMITS)
_DEEPEST = 12


def resolve(document: Mapping[str, Any], node: Any) -> Any:
    """Follow the references of `node` inside `document`; keys beside ``$ref`` win over what it names."""
    for _ in range(_DEEPEST):
        if not (isinstance(node, dict) and isinstance(node.get("$ref"), str)):
            break
        target = node["$ref"]
        found = pointer.lookup(document, pointer.split(target[1:])) if target.startswith("#/") else pointer.MISSING
        beside = {key: value for key, value in node.items() if key != "$ref"}
        node = {**found, **beside} if isinstance(found, dict) else beside
    return node


def effective(document: Mapping[str, Any], node: Any) -> dict[str, Any]:
    """Return the schema `node` with references followed and the plain parts of ``allOf`` joined into it."""
    schema = resolve(document, node)
    if not isinstance(schema, dict):
        return {}
    joined = dict(schema)
    for part in schema.get("allOf", ()):
        part = resolve(document, part)
        if not isinstance(part, dict) or not {"type", "properties"} & part.keys():
            continue
        for key, value in effective(document, part).items():
            if key == "properties":
                joined[key] = {**value, **joined.get(key, {})}
            elif key == "required":
                joined[key] = [*joined.get(key, ()), *value]
            else:
                joined.setdefault(key, value)
    return joined


def flatten(document: Mapping[str, Any], node: Any) -> dict[str, Facets]:
    """Return every field of the schema `node` by its path, parents before children.

    The entries of a list are the field ``name[]``; the members of an object in it are ``name[].member``.
    """
    table: dict[str, Facets] = {}
    _members(document, effective(document, node), "", table, 0)
    return table


def parent(path: str) -> str:
    """Return the path of the field that `path` is inside of; the empty text at top level."""
    if path.endswith("[]"):
        return path[:-2]
    return path.rpartition(".")[0]


def conditions(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every sub-schema of `schema` that may ask for a field: branches, but not tests and not denials."""
    for key in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(key, ()):
            if isinstance(branch, dict):
                yield branch
                yield from conditions(branch)
    for key in ("then", "else"):
        branch = schema.get(key)
        if isinstance(branch, dict):
            yield branch
            yield from conditions(branch)


def _members(
    document: Mapping[str, Any], schema: Mapping[str, Any], prefix: str, table: dict[str, Facets], depth: int
) -> None:
    properties = schema.get("properties")
    if not isinstance(properties, dict) or depth > _DEEPEST:
        return
    required = set(schema.get("required", ()))
    sometimes = {name for branch in conditions(schema) for name in branch.get("required", ())}
    says_required = "required" in schema or bool(sometimes)
    for name, node in properties.items():
        member = effective(document, node)
        facets = _facets(member)
        if name in required:
            facets["required"] = True
        elif name in sometimes:
            facets["required"] = SOMETIMES
        elif says_required:
            facets["required"] = False
        _add(document, member, f"{prefix}{name}", facets, table, depth)


def _add(
    document: Mapping[str, Any],
    schema: Mapping[str, Any],
    path: str,
    facets: Facets,
    table: dict[str, Facets],
    depth: int,
) -> None:
    table[path] = facets
    _members(document, schema, f"{path}.", table, depth + 1)
    if "items" in schema and depth <= _DEEPEST:
        entry = effective(document, schema["items"])
        _add(document, entry, f"{path}[]", _facets(entry), table, depth + 1)


def _facets(schema: Mapping[str, Any]) -> Facets:
    facets: Facets = {key: schema[key] for key in _COPIED if key in schema}
    kinds = _types(schema)
    if kinds:
        facets["type"] = kinds[0] if len(kinds) == 1 else kinds
    return facets


def _types(schema: Mapping[str, Any]) -> list[str]:
    declared = schema.get("type")
    if isinstance(declared, str):
        return [declared]
    if isinstance(declared, list):
        return sorted(declared)
    branches = [branch for key in ("anyOf", "oneOf") for branch in schema.get(key, ()) if isinstance(branch, dict)]
    return sorted({kind for branch in branches for kind in _types(branch)})
