"""When whom to ask next: a heap of due times. Pure; the time is an argument.

Tasks that are due at the same moment share one entry, and a task that is put elsewhere is not searched for: its old
entry no longer matches, and is passed over.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from typing import Any

__all__ = ["Timetable"]


class _Placed(Protocol):
    _due: float | None
    _watch: Any


P = TypeVar("P", bound=_Placed)


class Timetable(Generic[P]):
    """Who is due when. Everybody has one place at most; whoever has no watch any more is passed over."""

    def __init__(self) -> None:
        self._heap: list[float] = []
        self._rows: dict[float, list[P]] = {}

    def add(self, item: P, due: float) -> None:
        """Let `item` be due at `due`, and no more when it was to be before."""
        item._due = due
        row = self._rows.get(due)
        if row is None:
            self._rows[due] = [item]
            heapq.heappush(self._heap, due)
        else:
            row.append(item)

    def take(self, now: float) -> P | None:
        """Return somebody who is due, and forget the place; None when nobody is."""
        while self._heap and self._heap[0] <= now:
            due = self._heap[0]
            row = self._rows[due]
            while row:
                item = row.pop()
                if item._due == due and item._watch is not None:
                    item._due = None
                    return item
            del self._rows[due]
            heapq.heappop(self._heap)
        return None

    def next_due(self) -> float | None:
        """Return when the next one is due."""
        while self._heap:
            due = self._heap[0]
            row = self._rows[due]
            while row and (row[-1]._due != due or row[-1]._watch is None):
                row.pop()
            if row:
                return due
            del self._rows[due]
            heapq.heappop(self._heap)
        return None

    def is_due(self, now: float) -> bool:
        """Whether somebody is due."""
        due = self.next_due()
        return due is not None and due <= now
