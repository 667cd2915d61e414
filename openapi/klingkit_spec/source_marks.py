"""``x-source``: where a value was read. It stands in what the reader prints and in ``extracted/``, nowhere behind."""

from __future__ import annotations

from typing import Any

__all__ = ["SOURCE", "InOneLine", "in_one_line", "without_sources"]

SOURCE = "x-source"
"""``{line, from}`` of a part of a document, for all in it that has no ``x-source`` of its own.

``line`` is a 1-based line of the page as it was saved; ``from`` is schema, label, prose, example, sample or path;
``keywords`` holds what was read elsewhere, as keyword: ``{line, from}``; ``page`` names the file where the document
was put together from several.
"""

# Where free data stands: what a vendor shows may have any key.
_DATA = frozenset({"example", "default", "enum", "const", "value"})
_NAMES = frozenset({"properties", "patternProperties", "$defs", "schemas", "responses", "headers", "paths"})


class InOneLine(dict[str, Any]):
    """A mapping that YAML writes on one line."""


def without_sources(value: Any, key: str = "") -> Any:
    """Return a copy of a document that no ``x-source`` is in."""
    if isinstance(value, list):
        return [without_sources(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = key in _NAMES
    return {
        name: member if name in _DATA and not named else without_sources(member, "" if named else name)
        for name, member in value.items()
        if named or name != SOURCE
    }


def in_one_line(value: Any) -> Any:
    """Return a copy of a document in which every ``x-source`` is written on one line."""
    if isinstance(value, list):
        return [in_one_line(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: InOneLine(member) if name == SOURCE and isinstance(member, dict) else in_one_line(member)
        for name, member in value.items()
    }
