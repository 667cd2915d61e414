"""Give every line of a document without indentation its column back.

A beam search over the open nodes (`stack`): each line is placed in every way the grammar allows, the cheapest
readings are carried on, and what later lines tell (``x-apifox-orders``, ``required``) settles earlier choices.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from klingkit_spec.reader.prices import AMBIGUOUS
from klingkit_spec.reader.stack import Line, Stack
from klingkit_spec.reader.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_spec.reader.open_node import Node, Step

__all__ = ["Placed", "place"]


class Beam(NamedTuple):
    """How widely to search: readings carried on from line to line, how many of them may stand at one place, and how
    much dearer than the cheapest they may be."""

    width: int
    at_place: int
    slack: int
    hasty: bool = False
    """Whether a place is passed over from which the line behind could go nowhere."""


BEAMS = (Beam(8, 2, 60, hasty=True), Beam(24, 3, 500), Beam(160, 12, 500))
"""A narrow search first, since most pages are plain; a wider one where that ends expensively. The narrow one must
carry on every reading that could become a doubt worth saying: its slack is more than `AMBIGUOUS`."""
EXPENSIVE = 200
LONGEST_FOR_WIDE = 800
JUNK = 400
LOOKS_STRUCTURAL = 150
FOLDED = 100
CLOSE_CALL = 15

_ABOVE_PATH = ("openapi: 3.1.0", "paths:")
_PATH_LINE = re.compile(r"""\s*["']?/[^\s:"']*["']?\s*:\s*$""")
_IN_PATH = re.compile(
    r"\s*(?:get|put|post|delete|options|head|patch|trace|parameters|summary|description|servers|\$ref)\s*:"
)
_REFERENCE = re.compile(r"#/(?:components/schemas|definitions)/([^'\"\s]+)")


class _Reading(NamedTuple):
    """One way of reading the lines so far."""

    cost: int
    node: Node
    previous: _Reading | None
    line: int
    column: int | None
    """Where the line belongs; None for a line that was left out."""
    hinted: bool = False
    rival: tuple[int, _Reading] | None = None


@dataclass(frozen=True)
class Placed:
    """The best reading: for each page line its column (None: left out), and the doubtful places."""

    cost: int
    columns: dict[int, int | None]
    ambiguous: tuple[int, ...]
    near: tuple[int, ...]
    hinted: tuple[int, ...]


def place(lines: list[str]) -> Placed:
    """Return where each line of `lines` belongs; line numbers are 0-based.

    Every path of a document is placed by itself: a page of many operations takes as long as its operations do.
    """
    references = frozenset(_REFERENCE.findall("\n".join(lines)))
    starts = [index for index in range(len(lines)) if _opens_path(lines, index)]
    if len(starts) < 2:
        return _place(lines, references)
    ends = [*starts[1:], len(lines)]
    parts = [(0, 0, _place(lines[: ends[0]], references))]
    for start, end in zip(starts[1:], ends[1:], strict=True):
        parts.append((start, len(_ABOVE_PATH), _place([*_ABOVE_PATH, *lines[start:end]], references)))
    return _joined(parts)


def _opens_path(lines: list[str], index: int) -> bool:
    """Say whether the line is a path, with a method or another key of paths on the next one."""
    if not _PATH_LINE.match(lines[index]):
        return False
    following = next((line for line in lines[index + 1 : index + 3] if line.strip()), "")
    return _IN_PATH.match(following) is not None


def _joined(parts: list[tuple[int, int, Placed]]) -> Placed:
    """Put placed parts together; each comes with its first line and how many lines were set before it."""

    def moved(lines: tuple[int, ...], start: int, above: int) -> list[int]:
        return [line - above + start for line in lines if line >= above]

    return Placed(
        sum(part.cost for _, _, part in parts),
        {
            line - above + start: column
            for start, above, part in parts
            for line, column in part.columns.items()
            if line >= above
        },
        *(
            tuple(line for start, above, part in parts for line in moved(getattr(part, kind), start, above))
            for kind in ("ambiguous", "near", "hinted")
        ),
    )


def _place(lines: list[str], references: frozenset[str]) -> Placed:
    tokens = Tokens(lines)
    found = []
    for beam in BEAMS:
        if beam is BEAMS[-1] and len(tokens) > LONGEST_FOR_WIDE:
            break
        found.append(_search(tokens, Stack(references, beam.slack), beam))
        if found[-1].cost <= EXPENSIVE:
            break
    return min(found, key=lambda placed: placed.cost)


def _search(tokens: Tokens, stack: Stack, beam: Beam) -> Placed:
    frontier: dict[int, dict[int, _Reading]] = {0: {stack.root.uid: _Reading(0, stack.root, None, -1, 0)}}
    for index in range(len(tokens)):
        readings = frontier.pop(index, None)
        if readings is None:
            continue
        token = tokens.at(index)
        line = Line(token, tokens.at(index + token.span), hasty=beam.hasty)
        going_on = _cheapest(readings, beam)
        for reading in going_on:
            for new, after in _advance(stack, line, index, reading, reading.cost - going_on[0].cost):
                _keep(frontier.setdefault(after, {}), new)
    return _best(stack, frontier.get(len(tokens), {}))


def _cheapest(readings: dict[int, _Reading], beam: Beam) -> list[_Reading]:
    """Return the readings worth going on with: the cheapest, but few of those that stand at the same place."""
    ordered = sorted(readings.values(), key=lambda reading: (reading.cost, reading.node.uid))
    limit = ordered[0].cost + beam.slack
    taken: list[_Reading] = []
    counts: dict[int, int] = {}
    for reading in ordered:
        if reading.cost > limit or len(taken) >= beam.width:
            break
        count = counts.get(reading.node.outline, 0)
        if count < beam.at_place:
            counts[reading.node.outline] = count + 1
            taken.append(reading)
    return taken


def _keep(readings: dict[int, _Reading], new: _Reading) -> None:
    known = readings.get(new.node.uid)
    if known is None:
        readings[new.node.uid] = new
        return
    winner, loser = (new, known) if new.cost < known.cost else (known, new)
    gap = loser.cost - winner.cost
    if gap <= AMBIGUOUS and (winner.rival is None or gap < winner.rival[0]):
        winner = winner._replace(rival=(gap, loser))
    readings[new.node.uid] = winner


def _advance(stack: Stack, line: Line, index: int, reading: _Reading, dearer: int) -> Iterator[tuple[_Reading, int]]:
    """Yield what the reading may become by this line, and the line it goes on with."""
    token = line.token
    cost, top = reading.cost, reading.node
    open_text = top.form == "text"
    if token.form == "blank" or (token.form == "comment" and not open_text):
        yield _Reading(cost, top, reading, index, top.column + 2 if open_text else 0), index + 1
        return
    if open_text:
        price = 0 if token.form in {"text", "comment"} else LOOKS_STRUCTURAL
        yield _Reading(cost + price, stack.with_text(top), reading, index, top.column + 2), index + 1
    elif top.form == "plain" and token.form != "key":  # YAML has no keys inside a plain scalar
        price = FOLDED if token.form == "text" else FOLDED + LOOKS_STRUCTURAL
        yield _Reading(cost + price, top, reading, index, top.column + 2), index + 1
    steps = stack.steps(top, line, dearer)
    for step, rank in _ranked(steps) if len(steps) > 1 else zip(steps, (0,), strict=False):
        yield _Reading(cost + step.cost + rank, step.node, reading, index, step.column, step.hinted), index + token.span
    if not open_text and all(step.cost > JUNK // 2 for step in steps):
        yield _Reading(cost + JUNK, top, reading, index, None), index + 1


def _ranked(steps: list[Step]) -> Iterator[tuple[Step, int]]:
    """Prefer the inner of two nodes that would take the line at the same price."""
    for position, step in enumerate(steps):
        yield step, sum(1 for inner in steps[:position] if inner.cost <= step.cost)


def _best(stack: Stack, readings: dict[int, _Reading]) -> Placed:
    finished: list[tuple[int, int, _Reading]] = []
    for reading in readings.values():
        node: Node | None = reading.node
        cost = reading.cost
        while node is not None:
            node, price = stack.close(node)
            cost += price
        finished.append((cost, reading.node.uid, reading))
    finished.sort(key=lambda entry: entry[:2])
    best = finished[0][2]
    doubts = [(cost - finished[0][0], reading) for cost, _, reading in finished[1:2]]
    columns: dict[int, int | None] = {}
    hinted = []
    current: _Reading | None = best
    while current is not None and current.line >= 0:
        columns[current.line] = current.column
        if current.hinted:
            hinted.append(current.line)
        if current.rival is not None:
            doubts.append(current.rival)
        current = current.previous
    close: set[int] = set()
    near: set[int] = set()
    for gap, rival in doubts:
        line = _first_difference(columns, rival)
        if line is not None and gap <= AMBIGUOUS:
            (close if gap <= CLOSE_CALL else near).add(line)
    return Placed(finished[0][0], columns, tuple(sorted(close)), tuple(sorted(near - close)), tuple(sorted(hinted)))


def _first_difference(columns: dict[int, int | None], rival: _Reading) -> int | None:
    different = None
    current: _Reading | None = rival
    while current is not None and current.line >= 0:
        if columns.get(current.line, current.column) != current.column:
            different = current.line
        current = current.previous
    return different
