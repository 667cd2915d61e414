"""One look at all outstanding tasks of an operation, through the relay's list: which pages, and who was seen. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from klingkit._wait_span import WaitSpan

__all__ = ["FEWEST", "Sweep", "first_page"]

FEWEST = 3
"""From so many outstanding tasks on, a page is asked for instead of each task."""

_LARGEST = 500
_ROOM = 20  # for tasks on the page that nobody here waits for
_SPARE_PAGES = 2


@dataclass(slots=True)
class Sweep:
    """A look under way.

    Attributes:
        operation: whose tasks.
        wanted: how many tasks are looked for.
        size: tasks on a page, 500 at most: the relays' own limit.
        started: when it began.
        stamp: the mark of the tasks it has seen, a negative number of its own.
        page: the page to ask for, from 1.
        seen: how many of the wanted tasks it has seen.
        left: the seconds that the shortest of the waits has left.
        relay: where they live.
        spans: of the waits it serves; empty without tracing.
    """

    operation: str
    wanted: int
    size: int
    started: float
    stamp: float
    page: int = 1
    seen: int = 0
    left: float = 0.0
    relay: str = ""
    spans: Sequence[WaitSpan] = ()

    def goes_on(self, entries: int) -> bool:
        """Whether there is another page to ask for after one with so many entries; if so, `page` is that one."""
        pages = -(-self.wanted // self.size) + _SPARE_PAGES
        if entries < self.size or self.seen >= self.wanted or self.page >= pages:
            return False
        self.page += 1
        return True


def first_page(operation: str, wanted: int, started: float, number: int, relay: str = "") -> Sweep:
    """Return a sweep for `wanted` tasks; `number` counts the sweeps from 1."""
    return Sweep(operation, wanted, min(_LARGEST, wanted + _ROOM), started, -float(number), relay=relay)
