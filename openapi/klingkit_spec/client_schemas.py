"""How one schema reads in the client profile: strict rules out, everything the generator can express in.

Two readings. What is *asked* keeps its required fields and enums, so a type checker catches a wrong request, but loses
its defaults: the generator would send them. What is *answered* promises nothing: no field is required, every value
may be null, an enum is a plain string, so that a relay's deviation is data and not an exception.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from klingkit_spec.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["ProfileError", "answered", "asked"]

Schema = dict[str, Any]

_COMBINED = ("allOf", "anyOf", "oneOf")
_STRUCTURE = ("$ref", "additionalProperties", "const", "enum", "format", "items", "properties", "type")
# The generator turns these formats into Python classes that raise on a value it cannot read.
_PARSED_FORMATS = frozenset({"binary", "date", "date-time", "uuid"})
_NULL = {"type": "null"}


class ProfileError(SpecError):
    """The one spec cannot be turned into a client profile; the sentence names the place and the way out."""


def asked(schema: Mapping[str, Any], where: str) -> Schema:
    """Return the schema of something that is sent; `where` names it in errors.

    Raises:
        ProfileError: the schema says something the generator would drop without a word.
    """
    kept = _cleaned(schema, where, asked)
    kept.update({key: schema[key] for key in ("const", "enum", "format", "required") if key in schema})
    note = ""
    if "default" in schema:
        note = f"When left out, the server takes {_shown(schema['default'])}."
    kept = _described(kept, schema, note)
    if "$ref" in kept and "description" in kept:
        # Beside a reference, or a choice of one, the generator ignores a description; two equal ones it merges into
        # one type and keeps it.
        ref = {"$ref": kept.pop("$ref")}
        kept["anyOf"] = [ref, dict(ref)]
    return kept


def answered(schema: Mapping[str, Any], where: str) -> Schema:
    """Return the schema of something that is received; `where` names it in errors.

    Raises:
        ProfileError: the schema says something the generator would drop without a word.
    """
    kept = _cleaned(schema, where, answered)
    for name, value in kept.get("properties", {}).items():
        kept["properties"][name] = _nullable(value)
    for key in ("items", "additionalProperties"):
        if isinstance(kept.get(key), dict):
            kept[key] = _nullable(kept[key])
    values = [value for value in _listed(schema) if value is not None]
    note = ""
    if values:
        _open(kept, values)
        note = f"Known values: {', '.join(_shown(value) for value in values)}."
    if "format" in schema:
        kept["x-format" if schema["format"] in _PARSED_FORMATS else "format"] = schema["format"]
    return _described(kept, schema, note)


def _cleaned(schema: Mapping[str, Any], where: str, read: Callable[[Mapping[str, Any], str], Schema]) -> Schema:
    """Return the keywords both readings share, their subschemas read by `read`, without any condition."""
    _refuse_hidden_fields(schema, where)
    kept: Schema = {key: schema[key] for key in ("$ref", "type") if key in schema}
    if "properties" in schema:
        kept["properties"] = {name: read(value, f"{where}.{name}") for name, value in schema["properties"].items()}
    if isinstance(schema.get("items"), dict):
        kept["items"] = read(schema["items"], f"{where}[]")
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        kept["additionalProperties"] = read(extra, f"{where}.*")
    for key in _COMBINED:
        parts = [part for part in schema.get(key, []) if _has_structure(part)]
        if parts and (key == "allOf" or not _is_concrete(schema)):
            kept[key] = [read(part, where) for part in parts]
    return kept


def _refuse_hidden_fields(schema: Mapping[str, Any], where: str) -> None:
    """Refuse what would vanish with the conditions: a field, or a whole choice, that is written down only there."""
    known = set(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        known |= set(part.get("properties", {}))
    hidden: set[str] = set()
    for part in _conditional_parts(schema):
        hidden |= _fields(part) - known
    if hidden:
        names = ", ".join(sorted(hidden))
        raise ProfileError(
            f"{where}: the fields {names} are described inside a condition only, where the generator cannot see "
            f"them; list them under `properties` as well."
        )
    if not _is_concrete(schema):
        return
    for key in ("anyOf", "oneOf"):
        if any("$ref" in part or ("type" in part and "type" not in schema) for part in schema.get(key, [])):
            raise ProfileError(
                f"{where}: `{key}` stands beside a type of its own, which the generator reads as 'anything'; "
                f"write a pure `{key}`, or an `allOf` if all parts apply."
            )


def _conditional_parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the subschemas of `schema` that the profile leaves out."""
    for key in ("then", "else"):
        if isinstance(schema.get(key), dict):
            yield schema[key]
    yield from schema.get("dependentSchemas", {}).values()
    for part in schema.get("allOf", []):
        if not _has_structure(part):
            yield from _conditional_parts(part)
    if _is_concrete(schema):
        for key in ("anyOf", "oneOf"):
            yield from schema.get(key, [])


def _fields(part: Mapping[str, Any]) -> set[str]:
    """Return the names of the properties `part` describes, at any depth of its conditions."""
    names = set(part.get("properties", {}))
    for key in _COMBINED:
        for inner in part.get(key, []):
            names |= _fields(inner)
    for inner in _conditional_parts(part):
        names |= _fields(inner)
    return names


def _is_concrete(schema: Mapping[str, Any]) -> bool:
    """Tell whether `schema` says itself what it is, so that a choice beside it can only narrow it."""
    return any(key in schema for key in ("$ref", "const", "enum", "properties", "type"))


def _has_structure(part: Mapping[str, Any]) -> bool:
    """Tell whether `part` says what a value is, and not merely when it is right."""
    if any(key in part for key in _STRUCTURE):
        return True
    return any(_has_structure(inner) for key in _COMBINED for inner in part.get(key, []))


def _nullable(schema: Schema) -> Schema:
    """Return `schema` widened by null; named schemas stay named."""
    if "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {"anyOf": [{"$ref": schema["$ref"]}, _NULL], **rest}
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return schema if _NULL in schema[key] else {**schema, key: [*schema[key], _NULL]}
    if "allOf" in schema or "properties" in schema:
        rest = {key: value for key, value in schema.items() if key != "description"}
        return {"anyOf": [rest, _NULL], **({"description": schema["description"]} if "description" in schema else {})}
    types = schema.get("type")
    if types is None:
        return schema
    listed = [types] if isinstance(types, str) else list(types)
    return schema if "null" in listed else {**schema, "type": [*listed, "null"]}


def _listed(schema: Mapping[str, Any]) -> list[Any]:
    return list(schema["enum"]) if "enum" in schema else [schema["const"]] if "const" in schema else []


def _open(kept: Schema, values: list[Any]) -> None:
    """Give an enum of answers the plain type of its values; without one common type it may be anything."""
    kept["x-known-values"] = values
    if "type" not in kept and all(isinstance(value, str) for value in values):
        kept["type"] = "string"


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _described(kept: Schema, schema: Mapping[str, Any], note: str) -> Schema:
    text = " ".join(part for part in (str(schema.get("description", "")).strip(), note) if part)
    return {**kept, "description": text} if text else kept
