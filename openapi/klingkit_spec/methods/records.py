"""Typed answers: a class for every object that a call returns, read tolerantly by the wrapper's `Record`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from klingkit_spec.methods.plan import resolved
from klingkit_spec.methods.wording import told, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["record_sources"]

_PLAIN = {
    "string": ("str", "text"),
    "integer": ("int", "whole"),
    "number": ("float", "real"),
    "boolean": ("bool", "yes"),
}
_MOMENT = re.compile(r"Unix milliseconds")


def record_sources(spec: Mapping[str, Any], names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield name and source of the classes for the schemas `names` and all they hold, each after what it holds."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[tuple[str, str]]:
        if name in done:
            return
        done.add(name)
        schema = spec["components"]["schemas"][name]
        for part in schema["properties"].values():
            for inner in _objects(spec, part):
                yield from visit(inner)
        yield name, _source(spec, name, schema)

    for name in names:
        yield from visit(name)


def _objects(spec: Mapping[str, Any], part: Mapping[str, Any]) -> list[str]:
    entry = part.get("items", part)
    name = str(entry.get("$ref", "")).rpartition("/")[2]
    return [name] if name and "properties" in resolved(spec, entry) else []


def _source(spec: Mapping[str, Any], name: str, schema: Mapping[str, Any]) -> str:
    lines = [f"class {name}(Record):", *wrapped(f'"""{told(schema["description"])}', 4), "", "    Attributes:"]
    members: list[str] = []
    readers: list[str] = []
    for member, part in schema["properties"].items():
        annotation, reader = _field(spec, part)
        members.append(f"    {member}: {annotation}")
        readers.append(f'        "{member}": {reader},')
        said = told(part.get("description") or resolved(spec, part).get("description", ""))
        lines += wrapped(f"{member}: {_plain(said) or 'as the relay says it.'}", 8, hanging=4)
    lines += ["        raw: the JSON object it was read from, untouched.", '    """', ""]
    lines += [
        "    __slots__ = (" + ", ".join(f'"{member}"' for member in sorted(schema["properties"])) + ",)",
        "",
        *members,
        "",
    ]
    return "\n".join([*lines, "    _fields: ClassVar[Mapping[str, Reader]] = {", *readers, "    }"]) + "\n"


def _field(spec: Mapping[str, Any], part: Mapping[str, Any]) -> tuple[str, str]:
    found = resolved(spec, part)
    if _MOMENT.search(str(part.get("description", "")) + str(found.get("description", ""))):
        return "datetime | None", "time"
    if found.get("type") == "array":
        inner = _objects(spec, found)
        if inner:
            return f"tuple[{inner[0]}, ...]", f"many({inner[0]})"
        annotation, reader = _PLAIN[str(resolved(spec, found["items"]).get("type", "string"))]
        return f"tuple[{annotation}, ...]", f"several({reader})"
    inner = _objects(spec, part)
    if inner:
        return f"{inner[0]} | None", f"one({inner[0]})"
    annotation, reader = _PLAIN[str(found.get("type", "string"))]
    return f"{annotation} | None", reader


def _plain(said: str) -> str:
    return said.replace(" (a datetime, or Unix milliseconds)", "")
