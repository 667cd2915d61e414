"""The words for what a schema asks: short, and about the value that was given. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from klingkit._problems import ABSENT, listed, shown
from klingkit._schemas import is_kind, pattern_of, same

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["BROKEN", "alternatives", "condition_phrase", "exclusive", "needed", "unmet"]

_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "True or False",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_PATTERNS = {
    "^[0-9]+$": "digits only",
    "^[1-9][0-9]*$": "a whole number, as digits",
    "^[^,]+(,[^,]+){0,19}$": "1 to 20 ids, separated by commas",
}
_BITS = {"int32": 32, "int64": 64}


def unmet(value: Any, allowed: Sequence[Any]) -> str:
    """Return the words for a value that is none of those allowed."""
    said = "is missing" if value is ABSENT else f"is {shown(value)}"
    return f"{said}; it can be {listed(allowed)}"


def condition_phrase(schema: Mapping[str, Any]) -> str:
    """Return the condition on members that `schema` is: ``multi_shot true and shot_type 'customize'``."""
    said = []
    for name, part in schema.get("properties", {}).items():
        if not isinstance(part, Mapping):
            continue
        if "const" in part:
            said.append(f"{name} {shown(part['const'])}")
        elif "enum" in part:
            said.append(f"{name} {listed([shown(word) for word in part['enum']])}")
        elif isinstance(part.get("contains"), Mapping) and (inner := condition_phrase(part["contains"])):
            said.append(f"{name} with {inner}")
    if not said:
        said = [str(name) for name in schema.get("required", ())]
    return " and ".join(said)


def needed(condition: Any, *, met: bool) -> str:
    """Return why a conditional part holds, in words; empty where there are none that a person understands."""
    if not isinstance(condition, Mapping):
        return ""
    if isinstance(condition.get("not"), Mapping):
        return needed(condition["not"], met=not met)
    phrase = condition_phrase(condition)
    if not phrase:
        return ""
    return f"because of {phrase}" if met else f"without {phrase}"


def exclusive(schema: Any) -> tuple[list[str], str]:
    """Return the members that must not stand together, and the words for it."""
    names = [str(name) for name in schema.get("required", ())] if isinstance(schema, Mapping) else []
    if len(names) == 1:
        return names, "cannot be given here"
    if not names:
        return [], "is a combination that is not taken"
    return names, f"cannot be given together with {listed(names[1:], 'and')}"


def alternatives(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the members of which one is asked for, if that is what the forms `parts` say; else nothing."""
    names = [[str(name) for name in part.get("required", ())] for part in parts]
    plain = all(set(part) <= {"required", "properties"} for part in parts)
    return [" with ".join(group) for group in names] if plain and all(names) else []


def _type(schema: Mapping[str, Any], value: Any) -> str:
    kinds = schema["type"]
    wanted = [kinds] if isinstance(kinds, str) else kinds
    return f"is {shown(value)}; it has to be {listed([_KINDS.get(kind, kind) for kind in wanted])}"


def _enum(schema: Mapping[str, Any], value: Any) -> str:
    allowed = schema.get("enum")
    return "" if allowed is None or any(same(value, word) for word in allowed) else unmet(value, allowed)


def _const(schema: Mapping[str, Any], value: Any) -> str:
    if "const" not in schema or same(value, schema["const"]):
        return ""
    return f"is {shown(value)}; it has to be {shown(schema['const'])}"


def _length(schema: Mapping[str, Any], value: Any) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if not isinstance(value, str):
        return ""
    if most is not None and len(value) > most:
        return f"has {len(value)} characters; at most {most} are taken"
    if len(value) < least:
        return "is empty; say something" if not value else f"has {len(value)} characters; at least {least} are needed"
    return ""


def _count(schema: Mapping[str, Any], value: Any) -> str:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if not isinstance(value, list | tuple) or (least <= len(value) and (most is None or len(value) <= most)):
        return ""
    if most == 0:
        return "has to be left out"
    allowed = f"{least} or more" if most is None else (str(most) if least == most else f"{least} to {most}")
    return f"has {len(value)} {'entry' if len(value) == 1 else 'entries'}; it takes {allowed}"


def _range(schema: Mapping[str, Any], value: Any) -> str:
    if not is_kind(value, "number"):
        return ""
    least, most = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    inside = (least is None or value >= least) and (most is None or value <= most)
    if inside and (above is None or value > above) and (below is None or value < below):
        return ""
    words = [f"at least {least}" if least is not None else "", f"at most {most}" if most is not None else ""]
    words += [f"more than {above}" if above is not None else "", f"less than {below}" if below is not None else ""]
    allowed = f"{least} to {most}" if least is not None and most is not None else " and ".join(filter(None, words))
    return f"is {shown(value)}; it can be {allowed}"


def _pattern(schema: Mapping[str, Any], value: Any) -> str:
    text = schema.get("pattern")
    if text is None or not isinstance(value, str) or pattern_of(text).search(value):
        return ""
    return f"is {shown(value)}; it has to be {_PATTERNS.get(text, f'of the form {text}')}"


def _format(schema: Mapping[str, Any], value: Any) -> str:
    bits = _BITS.get(str(schema.get("format")))
    if bits is None or not is_kind(value, "number") or -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
        return ""
    return f"is {shown(value)}; it has to fit into {bits} bits"


BROKEN: dict[str, Callable[[Mapping[str, Any], Any], str]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "length": _length,
    "count": _count,
    "range": _range,
    "pattern": _pattern,
    "format": _format,
}
"""By kind of keyword: the function that returns what is wrong with a value, or nothing."""
