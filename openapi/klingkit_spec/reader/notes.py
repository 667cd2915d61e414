"""What the reader has to say about a page: one note per thing that was not plainly there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Level", "Note", "Notes"]

Level = Literal["info", "warning"]


@dataclass(frozen=True, order=True)
class Note:
    """One remark about one line.

    `level` is ``warning`` for something that could not be read (the document lacks it) and ``info`` for something
    that was read by a rule other than the page's own words.
    """

    line: int
    level: Level
    message: str

    def render(self, name: str) -> str:
        """Return the note as ``FILE:LINE: level: message``."""
        return f"{name}:{self.line}: {self.level}: {self.message}"


class Notes:
    """Collects notes, each once."""

    def __init__(self) -> None:
        self._notes: set[Note] = set()

    def warn(self, line: int, message: str) -> None:
        """Something was not read."""
        self._notes.add(Note(line, "warning", message))

    def info(self, line: int, message: str) -> None:
        """Something was read by a rule that the page does not state."""
        self._notes.add(Note(line, "info", message))

    def sorted(self, original: Callable[[int], int] = int) -> tuple[Note, ...]:
        """Return the notes in page order; `original` maps a line that was read to the line of the saved page."""
        return tuple(sorted({replace(note, line=original(note.line)) for note in self._notes}))
