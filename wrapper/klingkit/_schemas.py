"""A JSON Schema as a function that says yes or no. Pure.

Only the keywords that the documents use are known; `KEYWORDS` lists them, and what is no keyword of validation is
skipped. Every request passes here, so a schema is compiled once and answers in microseconds; what is wrong with a
value is `_findings`' to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["KEYWORDS", "Schemas", "is_kind", "pattern_of", "same"]

KEYWORDS = frozenset(
    (
        *("$ref", "type", "enum", "const", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"),
        *("properties", "required", "additionalProperties", "items", "minItems", "maxItems"),
        *("contains", "minContains", "maxContains", "minLength", "maxLength", "pattern"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "format"),
    )
)
_BITS = {"int32": 32, "int64": 64}
# Made once: a union in an isinstance is made anew each time, and every request comes here often.
_OBJECT = (dict, Mapping)
_ARRAY = (list, tuple)
_NUMBER = (int, float)


class Schemas:
    """Compiles schemas. `named` are those that ``#/schemas/<name>`` refers to."""

    def __init__(self, named: Mapping[str, Any]) -> None:
        self._named = named
        self._done: dict[str, Callable[[Any], bool]] = {}

    def resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the schema that `schema` refers to, with what stands beside the reference."""
        while isinstance(schema.get("$ref"), str):
            target = self._named[schema["$ref"].rpartition("/")[2]]
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
        return schema

    def compile(self, schema: Any) -> Callable[[Any], bool]:
        """Return the function that tells whether a JSON value keeps `schema`."""
        if isinstance(schema, bool):
            return lambda _: schema
        makers = dict.fromkeys(make for keyword, make in _MAKERS.items() if keyword in schema)
        checks = [check for make in makers if (check := make(self, schema)) is not _anything]
        if not checks:
            return _anything
        return _every(checks)

    def named(self, reference: str) -> Callable[[Any], bool]:
        """Return the function for ``#/schemas/<name>``, which may refer to itself."""
        name = reference.rpartition("/")[2]
        if name not in self._done:
            self._done[name] = lambda value: self._done[name](value)  # until it is known
            self._done[name] = self.compile(self._named[name])
        return self._done[name]


def _anything(_: Any) -> bool:
    return True


def _every(checks: Sequence[Callable[[Any], bool]]) -> Callable[[Any], bool]:
    """Return the function that tells whether a value passes all of `checks`."""
    if len(checks) == 1:
        return checks[0]

    def holds(value: Any) -> bool:
        for check in checks:  # noqa: SIM110 - a generator costs twice as much, for every request
            if not check(value):
                return False
        return True

    return holds


def is_kind(value: Any, kind: str) -> bool:
    """Tell whether `value` is of the JSON type `kind`. A whole float is an integer, a tuple is an array."""
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "integer":
        return (isinstance(value, int) and not isinstance(value, bool)) or (
            isinstance(value, float) and value.is_integer()
        )
    if kind == "number":
        return isinstance(value, _NUMBER) and not isinstance(value, bool)
    if kind == "array":
        return isinstance(value, _ARRAY)
    if kind == "object":
        return isinstance(value, _OBJECT)
    return kind == "null" and value is None


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    return bool(one == other)


def pattern_of(text: str) -> re.Pattern[str]:
    """Return a schema's pattern. Its ``$`` is the end of the text, where Python's also allows a line break after."""
    ends = text.endswith("$") and not text.endswith("\\$")
    return re.compile(text[:-1] + r"\Z" if ends else text)


def _reference(schemas: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    return schemas.named(schema["$ref"])


def _type(_: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    kinds = schema["type"]
    if kinds == "string":
        return _anything if _is_of_texts(schema.get("enum", (None,))) else lambda value: isinstance(value, str)
    if kinds == "object":
        return lambda value: isinstance(value, _OBJECT)
    if isinstance(kinds, str):
        return lambda value: is_kind(value, kinds)
    return lambda value: any(is_kind(value, kind) for kind in kinds)


def _enum(_: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    allowed = schema["enum"]
    if _is_of_texts(allowed):
        words = frozenset(allowed)
        return lambda value: isinstance(value, str) and value in words
    return lambda value: any(same(value, one) for one in allowed)


def _is_of_texts(words: Sequence[Any]) -> bool:
    """Whether an enum takes texts alone, so that a type beside it says nothing more."""
    return all(isinstance(word, str) for word in words)


def _const(_: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    wanted = schema["const"]
    return lambda value: same(value, wanted)


def _all_of(schemas: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    return _every([schemas.compile(part) for part in schema["allOf"]])


def _any_of(schemas: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    checks = [schemas.compile(part) for part in schema["anyOf"]]

    def holds(value: Any) -> bool:
        for check in checks:  # noqa: SIM110 - as above
            if check(value):
                return True
        return False

    return holds


def _one_of(schemas: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    checks = [schemas.compile(part) for part in schema["oneOf"]]
    return lambda value: sum([check(value) for check in checks]) == 1


def _not(schemas: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    check = schemas.compile(schema["not"])
    return lambda value: not check(value)


def _if(schemas: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    test = schemas.compile(schema["if"])
    then, otherwise = (schemas.compile(schema.get(key, True)) for key in ("then", "else"))
    return lambda value: then(value) if test(value) else otherwise(value)


def _properties(schemas: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    members = {name: schemas.compile(part) for name, part in schema.get("properties", {}).items()}
    others = schemas.compile(schema["additionalProperties"]) if "additionalProperties" in schema else None

    def holds(value: Any) -> bool:
        if not isinstance(value, _OBJECT):
            return True
        for name, member in value.items():
            check = members.get(name, others)
            if check is not None and not check(member):
                return False
        return True

    return holds


def _more_properties(schemas: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    return _anything if "properties" in schema else _properties(schemas, schema)


def _required(_: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    names: Sequence[str] = schema["required"]

    def holds(value: Any) -> bool:
        if isinstance(value, _OBJECT):
            for name in names:
                if name not in value:
                    return False
        return True

    return holds


def _items(schemas: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    check = schemas.compile(schema["items"])
    return lambda value: not isinstance(value, _ARRAY) or all(check(entry) for entry in value)


def _length(_: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", float("inf"))
    return lambda value: not isinstance(value, str) or least <= len(value) <= most


def _count(_: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", float("inf"))
    return lambda value: not isinstance(value, _ARRAY) or least <= len(value) <= most


def _contains(schemas: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    check = schemas.compile(schema["contains"])
    least, most = schema.get("minContains", 1), schema.get("maxContains", float("inf"))

    def holds(value: Any) -> bool:
        return not isinstance(value, _ARRAY) or least <= sum([check(entry) for entry in value]) <= most

    return holds


def _pattern(_: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    find = pattern_of(schema["pattern"]).search
    return lambda value: not isinstance(value, str) or find(value) is not None


def _range(_: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    least, most = schema.get("minimum", -float("inf")), schema.get("maximum", float("inf"))
    above, below = schema.get("exclusiveMinimum", -float("inf")), schema.get("exclusiveMaximum", float("inf"))

    def holds(value: Any) -> bool:
        if not isinstance(value, _NUMBER) or isinstance(value, bool):
            return True
        return bool(least <= value <= most and (above < value or above == -float("inf")) and _under(value, below))

    return holds


def _under(value: float, below: float) -> bool:
    return value < below or below == float("inf")


def _format(_: Schemas, schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    bits = _BITS.get(str(schema["format"]))
    if bits is None:
        return _anything
    edge = 2 ** (bits - 1)
    return lambda value: not is_kind(value, "number") or -edge <= value < edge


_MAKERS: dict[str, Callable[[Schemas, Mapping[str, Any]], Callable[[Any], bool]]] = {
    "$ref": _reference,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _more_properties,
    "items": _items,
    "minLength": _length,
    "maxLength": _length,
    "minItems": _count,
    "maxItems": _count,
    "contains": _contains,
    "pattern": _pattern,
    "minimum": _range,
    "maximum": _range,
    "exclusiveMinimum": _range,
    "exclusiveMaximum": _range,
    "format": _format,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
}
