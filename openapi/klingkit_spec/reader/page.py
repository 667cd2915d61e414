"""A page as the shape readers see it: its lines, and what a shape reader hands back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from klingkit_spec.errors import PageError
from klingkit_spec.reader.core_yaml import Pointer

__all__ = ["Locate", "Page", "RawDocument", "locator"]

Locate = Callable[[Pointer], int]
"""Answers the 1-based page line of a pointer into the raw document (or of its nearest ancestor)."""


class Page:
    """The text of one page, split into lines once.

    A page that was rewritten before reading (HTML made text, tabs made blanks) knows where its lines come from:
    `origin` holds, for each line, the 1-based line of the page as it was saved.
    """

    def __init__(self, text: str, name: str, origin: Sequence[int] | None = None) -> None:
        self.text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
        self.name = name
        self.lines = self.text.split("\n")
        self._origin = origin
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def rewritten(self, lines: Sequence[str], origin: Sequence[int] | None = None) -> Page:
        """Return the page with other lines; `origin` names the line of this page each of them comes from."""
        came_from = origin if origin is not None else range(1, len(lines) + 1)
        return Page("\n".join(lines), self.name, [self.original(line) for line in came_from])

    def original(self, line: int) -> int:
        """Return the 1-based line of the saved page that the 1-based `line` of this one comes from."""
        if self._origin is None or not self._origin:
            return line
        return self._origin[min(max(line, 1), len(self._origin)) - 1]

    def line_at(self, offset: int) -> int:
        """Return the 1-based line that holds character `offset` of the text."""
        return min(bisect_right(self._starts, offset), len(self.lines))

    def start_of(self, index: int) -> int:
        """Return the offset of the first character of the line with 0-based `index`."""
        return self._starts[index]

    def fault(self, sentence: str, line: int | None = None) -> PageError:
        """Return the error that says what is wrong with this page, ready to raise."""
        return PageError(self.name, sentence, line=None if line is None else self.original(line))


@dataclass(frozen=True)
class RawDocument:
    """What one shape reader found: a document as the page has it, and how to find its lines again."""

    document: dict[str, Any]
    locate: Locate
    title: str | None = None
    read_as: str | None = None
    """The shape that was really read, where it is not the one detected."""


def locator(lines: dict[Pointer, int], first: int) -> Locate:
    """Return a locator over a table of pointers; `first` is the page line of the table's line 1."""

    def locate(pointer: Pointer) -> int:
        for length in range(len(pointer), -1, -1):
            line = lines.get(pointer[:length])
            if line is not None:
                return line + first - 1
        return first

    return locate
