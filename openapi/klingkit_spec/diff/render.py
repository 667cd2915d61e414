"""A list of changes as text, Markdown, JSON or annotations of GitHub."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from klingkit_spec import markdown, pointer, yamlio
from klingkit_spec.diff.changes import Rating
from klingkit_spec.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from klingkit_spec.diff.changes import Change
    from klingkit_spec.diff.inputs import Given

__all__ = ["as_github", "as_json", "as_markdown", "print_text"]

_STYLES = {Rating.BREAKING: "bold red", Rating.COMPATIBLE: "green", Rating.DOCUMENTATION: "dim"}
_LEVELS = {Rating.BREAKING: "error", Rating.COMPATIBLE: "warning", Rating.DOCUMENTATION: "notice"}
_LONGEST_VALUE = 160
_INDENT = 2


def as_json(old: Given, new: Given, changes: Sequence[Change]) -> str:
    """Return the changes as JSON: ``old`` and ``new``, how many of each rating, and every change."""
    counts = Counter(change.rating for change in changes)
    return yamlio.dump_json(
        {
            "old": old.shown,
            "new": new.shown,
            "counts": {str(rating): counts[rating] for rating in Rating},
            "changes": [change.as_dict() for change in changes],
        }
    )


def as_markdown(old: Given, new: Given, changes: Sequence[Change]) -> str:
    """Return the changes as Markdown, a section for each rating."""
    lines = [f"# {_summary(changes)}", "", *markdown.paragraph(f"From `{old.shown}` to `{new.shown}`."), ""]
    for rating in Rating:
        own = [change for change in changes if change.rating is rating]
        if own:
            lines += [f"## {rating.capitalize()} ({len(own)})", ""]
            lines += [line for change in own for line in _bullets(change)]
            lines.append("")
    return "\n".join(lines)


def _bullets(change: Change) -> list[str]:
    where = f" ({change.direction})" if change.direction else ""
    lines = markdown.bullet(f"**{change.title}**{where}: {_markdown_values(change)}. {change.reason}")
    if change.operations:
        lines += markdown.bullet(f"In {markdown.names(change.operations)}.", level=1)
    return [*lines, *markdown.bullet(f"`{change.pointer or '/'}`{' (old)' if change.gone else ''}", level=1)]


def _markdown_values(change: Change) -> str:
    old, new = ("nothing" if value is None else markdown.code(value) for value in (change.old, change.new))
    return f"{old} → {new}"


def as_github(new: Given, changes: Sequence[Change]) -> str:
    """Return a workflow command for each change: error, warning or notice, at its line of the new document."""
    lines = Lines(new.text)
    return "".join(_annotation(change, new, lines) for change in changes)


def _annotation(change: Change, new: Given, lines: Lines) -> str:
    properties = {"title": f"{change.rating}: {change.title}"}
    if new.file is not None:
        properties = {"file": _from_here(new.file), **properties}
        line = lines.line(pointer.split(change.pointer))
        if line is not None:
            properties["line"] = str(line)
    touched = f" In {', '.join(change.operations)}." if change.operations else ""
    message = f"{_values(change).rstrip('.')}. {change.reason}{touched} {change.pointer}".strip()
    shown = ",".join(f"{key}={_escaped(value, ',:')}" for key, value in properties.items())
    return f"::{_LEVELS[change.rating]} {shown}::{_escaped(message)}\n"


def _from_here(file: Path) -> str:
    here = Path.cwd()
    whole = file if file.is_absolute() else here / file
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else file.as_posix()


def _escaped(text: str, more: str = "") -> str:
    for char in f"%\r\n{more}":
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def print_text(old: Given, new: Given, changes: Sequence[Change], console: Console) -> None:
    """Print the changes on `console`, worst first."""
    if not changes:
        _wrapped(Text(f"No changes from {old.shown} to {new.shown}."), 0, console)
        return
    for rating in Rating:
        own = [change for change in changes if change.rating is rating]
        if own:
            console.print(Text(str(rating).upper(), style=_STYLES[rating]))
            for change in own:
                _print(change, console)
            console.print()
    _wrapped(Text(f"{_summary(changes)}, from {old.shown} to {new.shown}."), 0, console)


def _print(change: Change, console: Console) -> None:
    where = f"  ({change.direction})" if change.direction else ""
    _wrapped(Text.assemble((_headline(change), "bold"), where), _INDENT, console)
    details = [_values(change)]
    if change.rating is not Rating.DOCUMENTATION:
        details.append(change.reason)
    if change.operations:
        details.append(f"in {', '.join(change.operations)}")
    for detail in details:
        _wrapped(Text(detail), 2 * _INDENT, console)
    # a pointer is there to be copied: never broken
    place = f"{' ' * 2 * _INDENT}{change.pointer or '/'}{' (old)' if change.gone else ''}"
    console.print(Text(place, style="dim"), soft_wrap=True)


def _headline(change: Change) -> str:
    field = _field(pointer.split(change.pointer))
    title, _, what = change.title.partition(": ")
    if not field:
        return change.title
    return f"{title}: {field}" if what in {"", field.rpartition(".")[2]} else f"{title}: {what} in {field}"


def _field(parts: tuple[str, ...]) -> str:
    """Return the field a pointer is about, as in ``Task.videos[].url``; the empty text for none."""
    name = parts[2] if parts[:2] == ("components", "schemas") and len(parts) > 2 else ""
    for index, part in enumerate(parts):
        before = parts[index - 1] if index else ""
        if before == "properties":
            name = f"{name}.{part}" if name else part
        elif part == "items" and name:
            name += "[]"
    return name


def _wrapped(text: Text, indent: int, console: Console) -> None:
    for line in text.wrap(console, max(console.width - indent, 20)):
        line.rstrip()
        console.print(Text(" " * indent) + line)


def _values(change: Change) -> str:
    return f"{_short(change.old)} → {_short(change.new)}"


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = ", ".join(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return markdown.shorten(" ".join(text.split()), _LONGEST_VALUE) or '""'


def _summary(changes: Sequence[Change]) -> str:
    counts = Counter(change.rating for change in changes)
    return ", ".join(f"{counts[rating]} {rating}" for rating in Rating)
