"""Rows that name their parent: ``image_list[].image``, or a name printed further in than the one above."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from klingkit_spec.reader.fields import Field
from klingkit_spec.reader.type_words import TypeWord

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["unfolded"]

_INDEX = re.compile(r"\[(?:\d+|\*|n|i)?\]", re.IGNORECASE)
_DEEPEST = 30


@dataclass
class _Node:
    row: Field | None = None
    listed: bool = False
    children: dict[str, _Node] = field(default_factory=dict)


def unfolded(rows: list[Field]) -> list[Field]:
    """Return the rows with plain names, each object's type telling how many direct fields follow.

    A table that names no parents anywhere is returned as it is: its nesting is another module's business.
    """
    if not any("." in row.name or "[" in row.name or row.depth for row in rows):
        return rows
    root = _Node()
    open_nodes: list[tuple[int, list[tuple[str, bool]]]] = []
    for row in rows:
        while open_nodes and open_nodes[-1][0] >= row.depth:
            open_nodes.pop()
        steps = _steps(row.name)
        above = open_nodes[-1][1] if open_nodes else []
        whole = [*above, *steps][:_DEEPEST]
        if whole:
            _place(root, whole, row)
            open_nodes.append((row.depth, whole))
    return list(_flat(root))


def _steps(name: str) -> list[tuple[str, bool]]:
    """Return the names from the outermost object inwards, and whether each is a list."""
    pieces = [piece for piece in name.removeprefix("$").split(".") if piece]
    steps = [(_INDEX.sub("", piece), _INDEX.search(piece) is not None) for piece in pieces]
    return [step for step in steps if step[0]]


def _place(root: _Node, steps: list[tuple[str, bool]], row: Field) -> None:
    node = root
    for position, (name, listed) in enumerate(steps):
        node = node.children.setdefault(name, _Node())
        node.listed = node.listed or (listed and position < len(steps) - 1)
    node.row = replace(row, name=steps[-1][0])  # listed twice: the last row counts, as everywhere


def _first_line(node: _Node) -> int:
    """Return the line of the first row inside a parent that has no row of its own."""
    while node.row is None:
        node = next(iter(node.children.values()))
    return node.row.line


def _flat(node: _Node) -> Iterator[Field]:
    for name, child in node.children.items():
        row = child.row or Field(
            name, TypeWord("array" if child.listed else "object"), _first_line(child), required=False
        )
        kind = row.type
        if child.children:
            if child.listed and kind.type != "array":
                kind = TypeWord("array", item=TypeWord("object"))
            if kind.type == "array" and (kind.item is None or kind.item.type is None):
                kind = replace(kind, item=TypeWord("object"))
            kind = kind.holding(len(child.children))
        elif kind.container() is not None:
            kind = kind.holding(0)
        yield replace(row, type=kind)
        yield from _flat(child)
