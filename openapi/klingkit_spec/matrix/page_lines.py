"""On which lines of a vendor's page its fields are declared.

The reader keeps the page's order of fields, so the fields of an operation and their declarations on the page can be
aligned: of all ways to find each name, later fields on later places, the one that finds the most is taken. A mention
in prose, in a list of required fields or in an example does not look like a declaration of that page's shape.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["declared_lines", "first_line"]

_TYPES = "string|integer|number|boolean|object|array|enum|file|float|int|bool"
# The shapes in which pages declare a field, tried in this order; each takes an escaped name.
_DECLARATIONS: Sequence[Callable[[str], str]] = (
    lambda name: rf"^[ \t]*[\"']?{name}[\"']?[ \t]*:[ \t]*$",  # YAML: the key of a schema
    lambda name: rf"^[ \t]*\"{name}\"[ \t]*:[ \t]*\{{",  # JSON: likewise
    lambda name: rf"^[ \t|>*●○-]*`?{name}`?(?=[ \t|]*$|[ \t|]+(?:{_TYPES})\b|(?:{_TYPES})\b)",  # a row of a table
    lambda name: rf"\"{name}\"[ \t]*:",  # a member of an example
)
_ENOUGH = 0.6  # of the names must be found, else the lines are more likely chance than truth


def first_line(text: str, words: str) -> int | None:
    """Return the 1-based line of the first place where `words` stand in `text`, not as part of a longer name.

    An address may follow a host.
    """
    before = "" if words.startswith("/") else r"(?<![\w-])"
    found = re.search(rf"{before}{re.escape(words)}(?![\w/-])", text)
    return None if found is None else text.count("\n", 0, found.start()) + 1


def declared_lines(text: str, names: Sequence[str], after: int = 1) -> list[int | None]:
    """Return the line of each of `names`, the last part of a field's path, in the order the page has them.

    Only lines from `after` on count. None stands for a name that is not found, and for all of them when too few are.
    """
    start = sum(len(line) + 1 for line in text.split("\n")[: after - 1])
    best: list[int | None] = [None] * len(names)
    for declaration in _DECLARATIONS:
        places = [
            [found.start() for found in re.finditer(declaration(re.escape(name)), text[start:], re.MULTILINE)]
            for name in names
        ]
        aligned = _aligned(places)
        if _count(aligned) > _count(best):
            best = aligned
    if _count(best) < _ENOUGH * len(names):
        return [None] * len(names)
    return [None if offset is None else text.count("\n", 0, start + offset) + 1 for offset in best]


def _count(found: Sequence[int | None]) -> int:
    return sum(offset is not None for offset in found)


def _aligned(places: Sequence[Sequence[int]]) -> list[int | None]:
    """Choose at most one place for each name so that the chosen ones ascend, as many as possible, each early."""
    ends: list[int] = []  # ends[k]: the earliest place at which k + 1 names are found
    steps: list[tuple[int, int, int]] = []  # name, place, the step before
    last: list[int] = []  # the step that ends[k] belongs to
    for name, offsets in enumerate(places):
        for offset in sorted(offsets, reverse=True):  # so that no name is taken twice
            length = bisect_left(ends, offset)
            steps.append((name, offset, last[length - 1] if length else -1))
            if length == len(ends):
                ends.append(offset)
                last.append(len(steps) - 1)
            else:
                ends[length], last[length] = offset, len(steps) - 1
    chosen: list[int | None] = [None] * len(places)
    step = last[-1] if last else -1
    while step >= 0:
        name, offset, step = steps[step]
        chosen[name] = offset
    return chosen
