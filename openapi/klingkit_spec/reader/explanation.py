"""Page and result side by side: for every line of the page, what was read from it and how."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from klingkit_spec.reader.schema_walk import schemas
from klingkit_spec.source_marks import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from klingkit_spec.reader.core_yaml import Pointer
    from klingkit_spec.reader.notes import Note

__all__ = ["Found", "explained", "found_in"]

SIDE_BY_SIDE = 80
_LIMITS = (
    *("format", "enum", "default", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"),
    *("minLength", "maxLength", "minItems", "maxItems", "pattern"),
)
_STYLES = {"schema": "cyan", "label": "green", "prose": "yellow", "example": "magenta", "sample": "magenta"}
_KEPT_AROUND = 1


@dataclass(frozen=True)
class Found:
    """One thing that was read: the page line, the field as ``body.image_list[].image``, what it says, and from what."""

    line: int
    field: str
    says: str
    read_from: str


def found_in(document: dict[str, Any]) -> list[Found]:
    """Return what a document with ``x-source`` says, in the order of the page."""
    required = _required(document)
    found: list[Found] = []
    for pointer, schema in schemas(document):
        source = schema.get(SOURCE)
        if not isinstance(source, dict):
            continue
        name = _name(pointer, document)
        others = source.get("keywords", {})
        own = [_said(key, schema[key]) for key in _LIMITS if key in schema and key not in others]
        marks = ["required"] if pointer in required else []
        says = ", ".join([_type(schema), *marks, *own])
        found.append(Found(source["line"], name, says, source["from"]))
        for keyword, other in others.items():
            if keyword in _LIMITS:
                found.append(Found(other["line"], name, _said(keyword, schema[keyword]), other["from"]))
    return sorted(found, key=lambda each: each.line)


def explained(lines: Sequence[str], document: dict[str, Any], notes: Sequence[Note], width: int) -> RenderableType:
    """Return page and result for a terminal of this width: two columns, or one below 80 columns."""
    at: dict[int, list[Text]] = defaultdict(list)
    for found in found_in(document):
        at[found.line].append(_written(found))
    for note in notes:
        style = "bold red" if note.level == "warning" else "dim"
        at[note.line].append(Text(f"{note.level}: {note.message}", style=style))
    rows = list(_rows(lines, at))
    return _two_columns(rows) if width >= SIDE_BY_SIDE else _one_column(rows)


Row = tuple[int | None, str, list[Text]]


def _rows(lines: Sequence[str], at: dict[int, list[Text]]) -> Iterator[Row]:
    """Yield the lines that gave something and those beside them; longer gaps become one row."""
    skipped = 0
    for number, line in enumerate(lines, start=1):
        near = any(number + step in at for step in range(-_KEPT_AROUND, _KEPT_AROUND + 1))
        if not near:
            skipped += bool(line.strip())
            continue
        if skipped:
            yield None, f"... {skipped} more line{'s' if skipped > 1 else ''}", []
            skipped = 0
        if line.strip() or number in at:
            yield number, line.rstrip().expandtabs(2), at.get(number, [])
    if skipped:
        yield None, f"... {skipped} more line{'s' if skipped > 1 else ''}", []


def _two_columns(rows: list[Row]) -> Table:
    table = Table(box=None, expand=True, padding=(0, 1), show_edge=False)
    table.add_column("Line", justify="right", style="dim", no_wrap=True)
    table.add_column("Page", ratio=5, overflow="fold")
    table.add_column("Read as", ratio=6, overflow="fold")
    for number, line, found in rows:
        page = Text(line, style="" if found else "dim")
        table.add_row(str(number) if number is not None else "", page, Text("\n").join(found))
    return table


def _one_column(rows: list[Row]) -> Group:
    parts: list[RenderableType] = []
    for number, line, found in rows:
        label = f"{number}: " if number is not None else ""
        parts.append(Text(f"{label}{line}", style="" if found else "dim"))
        parts.extend(Padding(text, (0, 0, 0, 4)) for text in found)
    return Group(*parts)


def _written(found: Found) -> Text:
    text = Text(found.field, style="bold")
    text.append(f": {found.says} ", style="not bold")
    return text.append(f"[{found.read_from}]", style=f"not bold {_STYLES.get(found.read_from, '')}".strip())


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    kind = schema.get("type", "any")
    return " | ".join(map(str, kind)) if isinstance(kind, list) else str(kind)


def _said(keyword: str, value: Any) -> str:
    shown = " | ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{keyword} {shown}"


def _required(document: dict[str, Any]) -> set[Pointer]:
    return {
        (*pointer, "properties", str(name))
        for pointer, schema in schemas(document)
        for name in (schema["required"] if isinstance(schema.get("required"), list) else ())
    }


def _name(pointer: Pointer, document: dict[str, Any]) -> str:
    """Return the field's name with the part of the operation it belongs to."""
    if pointer[0] == "components":
        return _path(pointer[2], pointer[3:])
    rest = pointer[3:] if pointer[2] != "parameters" else pointer[2:]
    if "schema" not in rest:
        return ".".join(rest)
    at = rest.index("schema")
    inside = rest[at + 1 :]
    if rest[0] == "parameters":
        parameter: Any = document
        for step in pointer[: len(pointer) - len(inside) - 1]:
            parameter = parameter[int(step)] if isinstance(parameter, list) else parameter[step]
        return _path(f"{parameter.get('in')} {parameter.get('name')}", inside)
    return _path("body" if rest[0] == "requestBody" else rest[1] if rest[0] == "responses" else rest[0], inside)


def _path(name: str, inside: Pointer) -> str:
    steps = iter(inside)
    for step in steps:
        if step == "properties":
            name += f".{next(steps, '')}"
        elif step == "items":
            name += "[]"
        elif not step.isdigit():
            name += f" {step}"
    return name
