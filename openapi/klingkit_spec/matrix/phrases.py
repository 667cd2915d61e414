"""What a cell says to people, in as few words as will do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec.fields import SOMETIMES, UNSAID

if TYPE_CHECKING:
    from klingkit_spec.matrix.model import Aspect, Cell, Matrix

__all__ = ["LEGEND", "Renaming", "field_phrases", "operation_phrase", "renamings"]

LEGEND = {
    "documented": "described by a page, as in the one spec",
    "different": "described by a page, with n differences",
    "claimed": "named by a page that does not describe it",
    "assumed": "on no page, but relays of this kind have it",
    "missing": "not offered, as far as the pages tell",
    "extra": "not in the one spec",
}
_DOUBTFUL = ("claimed", "assumed")
_FEW = 3  # values that read well as what is missing


@dataclass(frozen=True)
class Renaming:
    """A field that a relay calls otherwise."""

    relay: str
    operation: str
    field: str
    name: str
    cell: Cell


def renamings(matrix: Matrix) -> list[Renaming]:
    """Return every field that a relay calls otherwise."""
    return [
        Renaming(relay, operation, path, cell.name, cell)
        for operation, table in matrix.fields.items()
        for path, row in table.items()
        for relay, cell in row.items()
        if any(aspect.aspect == "name" for aspect in cell.aspects)
    ]


def operation_phrase(cell: Cell) -> str:
    """Return what is said of an operation, in one or two words; the count of differences for a different one."""
    count = f"{cell.count} differ{'s' if cell.count == 1 else ''}"
    if cell.state == "different":
        return count
    return f"{cell.state}, {count}" if cell.state in _DOUBTFUL and cell.count else cell.state


def field_phrases(cell: Cell) -> list[str]:
    """Return what is said of a field, most telling first; nothing for a field like that of the one spec."""
    if cell.state in {"documented", *_DOUBTFUL} and not cell.aspects:
        return []
    if cell.inherited:
        return ["not there" if cell.state == "missing" else "as the field it is in"]
    return [_phrase(aspect, cell.state) for aspect in sorted(cell.aspects, key=lambda aspect: aspect.aspect != "name")]


def _phrase(aspect: Aspect, state: str) -> str:
    theirs = aspect.relay
    if aspect.aspect == "presence":
        return "not there" if state == "missing" else f"extra: {_kind(theirs)}"
    if aspect.aspect == "name":
        return f"«{theirs}»"
    if aspect.aspect == "type":
        return f"{_type(theirs)}, not {_type(aspect.one_spec)}"
    if aspect.aspect in {"required", "body"}:
        return {True: "required", SOMETIMES: "required sometimes"}.get(theirs, "not required")
    if aspect.aspect == "enum":
        return _enum(aspect)
    if aspect.aspect == "shape":
        return f"other fields: {', '.join(theirs)}" if isinstance(theirs, list) else f"says {theirs}"
    what = aspect.keyword or aspect.aspect
    return f"no {what}" if theirs == UNSAID else f"{what} {theirs}"


def _enum(aspect: Aspect) -> str:
    ours, theirs = aspect.one_spec, aspect.relay
    if not isinstance(theirs, list):
        return "any value"
    if not isinstance(ours, list):
        return f"only {_values(theirs)}"
    gone = [value for value in ours if value not in theirs]
    if len(gone) > max(len(theirs), _FEW) and not any(value not in ours for value in theirs):
        return f"only {_values(theirs)}"
    parts = [
        f"{word} {_values(values)}"
        for word, values in (
            ("without", gone),
            ("also", [value for value in theirs if value not in ours]),
        )
        if values
    ]
    return ", ".join(parts)


def _values(values: list[Any]) -> str:
    return ", ".join(map(str, values))


def _type(kind: Any) -> str:
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _kind(said: Any) -> str:
    """Return the type out of what the comparison says of a field that only one side has."""
    if isinstance(said, dict):
        return f"{said.get('type', 'described')}{', required' if said.get('required') else ''}"
    return str(said).removeprefix("present (").removesuffix(")")
