"""Small pieces of Markdown: tables, wrapped bullets, and values short enough to read."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["bullet", "code", "names", "paragraph", "path", "shorten", "table"]

_WIDTH = 100
_LONGEST_VALUE = 72


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table."""
    lines = [_row(head), _row(["---"] * len(head))]
    return [*lines, *(_row(row) for row in rows)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def paragraph(text: str) -> list[str]:
    """Return `text` wrapped."""
    return _wrap(text, "", "")


def bullet(text: str, *, level: int = 0) -> list[str]:
    """Return `text` as a wrapped list item."""
    indent = "  " * level
    return _wrap(text, f"{indent}- ", f"{indent}  ")


def _wrap(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def code(value: Any) -> str:
    """Return `value` as code, shortened when it is long; texts that are words of ours stay as they are."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        text = ", ".join(value)
    text = shorten(text, _LONGEST_VALUE)
    fence = "``" if "`" in text else "`"
    # a blank at either end would be lost between plain fences
    return f"{fence} {text} {fence}" if text != text.strip() or "`" in text else f"{fence}{text}{fence}"


def names(values: Iterable[str]) -> str:
    """Return `values` as code, separated by commas."""
    return ", ".join(f"`{value}`" for value in values)


def shorten(text: str, longest: int) -> str:
    """Return `text`, cut to `longest` characters with an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def path(parts: Iterable[str]) -> str:
    """Return the parts of a JSON pointer as people read them."""
    return f"`{' › '.join(parts)}`"
