"""Which rows and columns of the matrix are worth a line on a narrow screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from klingkit_spec.fields import parent
from klingkit_spec.matrix.model import differing_rows
from klingkit_spec.matrix.phrases import field_phrases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from klingkit_spec.matrix.model import Cell

__all__ = ["Row", "alone", "groups", "rows_to_tell"]

_FEWEST_TO_JOIN = 3


@dataclass(frozen=True)
class Row:
    """One line: a field, or `fields` of one object in which every relay differs in the same way."""

    label: str
    cells: Mapping[str, Cell]
    fields: int = 1


def rows_to_tell(table: Mapping[str, Mapping[str, Cell]]) -> list[Row]:
    """Return a row per field of `table` in which a relay differs; members of one object that are alike share one."""
    rows: list[Row] = []
    alike: list[str] = []
    for path in [*differing_rows(table), ""]:
        if alike and path and parent(path) == parent(alike[0]) and _told(table[path]) == _told(table[alike[0]]):
            alike.append(path)
            continue
        rows.extend(_joined(alike, table))
        alike = [path]
    return rows


def _joined(paths: Sequence[str], table: Mapping[str, Mapping[str, Cell]]) -> list[Row]:
    if len(paths) >= _FEWEST_TO_JOIN and parent(paths[0]):
        return [Row(f"{parent(paths[0])}.* ({len(paths)})", table[paths[0]], len(paths))]
    return [Row(path, table[path]) for path in paths]


def _told(row: Mapping[str, Cell]) -> dict[str, tuple[str, list[str]]]:
    return {relay: (cell.state, field_phrases(cell)) for relay, cell in row.items()}


def groups(widths: Mapping[str, int], room: int) -> list[list[str]]:
    """Return the columns of `widths` in as few groups as fit into `room` each, in their order."""
    found: list[list[str]] = []
    left = 0
    for name, width in widths.items():
        if not found or width > left:
            found.append([])
            left = room
        found[-1].append(name)
        left -= width
    return found


def alone(operations: Mapping[str, Mapping[str, Cell]], relays: Iterable[str]) -> dict[str, list[str]]:
    """Return the operations that a single one of `relays` offers, and under the empty text those that none does.

    What an operation is like at its only relay is not told by this, so those that differ are left out.
    """
    names = list(relays)
    found: dict[str, list[str]] = {}
    for operation, row in operations.items():
        offering = [name for name in names if name in row and row[name].state != "missing"]
        if len(names) > 1 and len(offering) == 1 and row[offering[0]].state == "documented":
            found.setdefault(offering[0], []).append(operation)
        elif not offering:
            found.setdefault("", []).append(operation)
    return found
