"""What is wrong with a value that does not keep its schema, field by field, in words. Pure.

Only refused requests come here, so this walks the schema itself and takes its time; `_schemas` is the fast way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from klingkit._phrases import (
    BROKEN,
    alternatives,
    condition_phrase,
    exclusive,
    needed,
    unmet,
)
from klingkit._problems import ABSENT
from klingkit._schemas import is_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit._schemas import Schemas

__all__ = ["Finding", "findings"]

_WHOLE = ("enum", "const", "length", "count", "range", "pattern", "format")


class Finding(NamedTuple):
    """Something wrong: the dotted path of the member, the keyword, what is wrong (after the path), what is allowed."""

    path: str
    keyword: str
    words: str
    value: Any = ABSENT
    allowed: tuple[Any, ...] = ()


def findings(schemas: Schemas, schema: Any, value: Any, path: str = "") -> Iterator[Finding]:
    """Yield what is wrong with `value`; nothing when it keeps `schema`."""
    if isinstance(schema, bool):
        if not schema:
            yield Finding(path, "false", "is not taken here", value)
        return
    schema = schemas.resolve(schema)
    kinds = schema.get("type")
    if kinds is not None and not any(is_kind(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield Finding(path, "type", BROKEN["type"](schema, value), value)
        return  # an object where a word belongs is not in the list of words either
    for keyword in _WHOLE:
        if words := BROKEN[keyword](schema, value):
            yield Finding(path, keyword, words, value, tuple(schema.get("enum", ())))
            if keyword in {"enum", "const"}:
                break
    yield from _members(schemas, schema, value, path)
    yield from _entries(schemas, schema, value, path)
    yield from _combinations(schemas, schema, value, path)


def _members(schemas: Schemas, schema: Mapping[str, Any], value: Any, path: str) -> Iterator[Finding]:
    if not isinstance(value, dict | Mapping):
        return
    for name in schema.get("required", ()):
        if name not in value:
            yield Finding(_joined(path, name), "required", "is missing; give it")
    members = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name, member in value.items():
        part = members.get(name, others)
        if part is not True:
            yield from findings(schemas, part, member, _joined(path, str(name)))


def _entries(schemas: Schemas, schema: Mapping[str, Any], value: Any, path: str) -> Iterator[Finding]:
    if not isinstance(value, list | tuple):
        return
    if "items" in schema:
        for at, entry in enumerate(value):
            yield from findings(schemas, schema["items"], entry, f"{path}[{at}]")
    if "contains" in schema:
        check = schemas.compile(schema["contains"])
        count = sum(check(entry) for entry in value)
        least, most = schema.get("minContains", 1), schema.get("maxContains")
        what = condition_phrase(schemas.resolve(schema["contains"])) or "of the right kind"
        if count < least:
            yield Finding(path, "contains", f"needs at least {least} with {what}, and has {count}", value)
        if most is not None and count > most:
            yield Finding(path, "maxContains", f"takes at most {most} with {what}, and has {count}", value)


def _combinations(schemas: Schemas, schema: Mapping[str, Any], value: Any, path: str) -> Iterator[Finding]:
    comment = str(schema.get("$comment", "")).rstrip(".")
    for part in schema.get("allOf", ()):
        yield from findings(schemas, part, value, path)
    if "if" in schema:
        met = schemas.compile(schema["if"])(value)
        why = comment or needed(schema["if"], met=met)
        for found in findings(schemas, schema.get("then" if met else "else", True), value, path):
            yield found._replace(words=f"{found.words}{f' ({why})' if why else ''}")
    if "not" in schema and schemas.compile(schema["not"])(value):
        names, words = exclusive(schema["not"])
        yield Finding(_joined(path, names[0]) if names else path, "not", comment or words, _at(value, names))
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            yield from _choices(schemas, schema, keyword, value, path)


def _choices(schemas: Schemas, schema: Mapping[str, Any], keyword: str, value: Any, path: str) -> Iterator[Finding]:
    parts = [schemas.resolve(part) for part in schema[keyword]]
    kept = sum(schemas.compile(part)(value) for part in parts)
    if kept == 1 or (kept and keyword == "anyOf"):
        return
    tagged = _tagged(parts, value)
    if tagged is not None:
        tag, chosen, allowed = tagged
        if chosen is None:
            said = value.get(tag, ABSENT)
            yield Finding(_joined(path, tag), "enum", unmet(said, allowed), said, allowed)
        else:
            yield from findings(schemas, chosen, value, path)
        return
    if names := alternatives(parts):
        words = f"or {' or '.join(names[1:])} is needed"
        if keyword == "oneOf" and kept:
            words += ", but only one of them"
        first, *others = names[0].split(" with ")
        words = " ".join([*(f"with {name}" for name in others), words])
        yield Finding(_joined(path, first), keyword, words, _at(value, [first]))
        return
    whole = [part for part in parts if not list(_types(part, value))]
    closest = min(([*findings(schemas, part, value, path)] for part in whole or parts), key=len)
    yield from closest or [Finding(path, keyword, "fits more than one of the forms it may have", value)]


def _types(part: Mapping[str, Any], value: Any) -> Iterator[str]:
    kinds = part.get("type")
    if kinds is not None and not any(is_kind(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield "type"


def _tagged(parts: list[Mapping[str, Any]], value: Any) -> tuple[str, Mapping[str, Any] | None, tuple[Any, ...]] | None:
    """Return the member that tells the forms apart, the form that `value` says it has, and all words it may have."""
    if not isinstance(value, dict | Mapping):
        return None
    tags = [
        {name: part["const"] for name, part in form.get("properties", {}).items() if "const" in part} for form in parts
    ]
    common = [name for name in tags[0] if all(name in one for one in tags)]
    if not common:
        return None
    tag = common[0]
    chosen = next((form for form, one in zip(parts, tags, strict=True) if one[tag] == value.get(tag)), None)
    return tag, chosen, tuple(one[tag] for one in tags)


def _at(value: Any, names: list[str]) -> Any:
    return value[names[0]] if names and isinstance(value, dict | Mapping) and names[0] in value else ABSENT


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
