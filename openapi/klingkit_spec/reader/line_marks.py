"""Marks that travel inside a document while it is built, and are taken out when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from klingkit_spec.reader.core_yaml import Pointer

__all__ = ["FROM", "LINE", "collected"]

LINE = "x-klingkit-line"
"""Key of the 1-based page line that a schema, operation or answer was read from."""
FROM = "x-klingkit-from"
"""Key of what a node (``type``) or a keyword of it was read from; it stays to the end of reading."""
_DATA = frozenset({"example", "default", "enum", "const"})


def collected(document: dict[str, Any]) -> dict[Pointer, int]:
    """Take every line mark out of `document` and return the lines by pointer."""
    lines: dict[Pointer, int] = {}
    pending: list[tuple[Pointer, Any]] = [((), document)]
    while pending:
        pointer, value = pending.pop()
        if isinstance(value, dict):
            line = value.pop(LINE, None)
            if isinstance(line, int):
                lines[pointer] = line
            named = pointer[-1:] == ("properties",)
            pending.extend(((*pointer, key), member) for key, member in value.items() if named or key not in _DATA)
        elif isinstance(value, list):
            pending.extend(((*pointer, str(index)), item) for index, item in enumerate(value))
    return lines
