"""A page as the shape readers see it: its lines, and what a shape reader hands back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from klingkit_spec.errors import PageError
from klingkit_spec.reader.core_yaml import Pointer

__all__ = ["Locate", "Page", "RawDocument"]

Locate = Callable[[Pointer], int]
"""Answers the 1-based page line of a pointer into the raw document (or of its nearest ancestor)."""


class Page:
    """The text of one page, split into lines once."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
        self.name = name
        self.lines = self.text.split("\n")
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def line_at(self, offset: int) -> int:
        """Return the 1-based line that holds character `offset` of the text."""
        return min(bisect_right(self._starts, offset), len(self.lines))

    def start_of(self, index: int) -> int:
        """Return the offset of the first character of the line with 0-based `index`."""
        return self._starts[index]

    def fault(self, sentence: str, line: int | None = None) -> PageError:
        """Return the error that says what is wrong with this page, ready to raise."""
        return PageError(self.name, sentence, line=line)


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
