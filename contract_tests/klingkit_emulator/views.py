"""A task as it is to be told: the task, where it stands, the word for it, and where its files lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from klingkit_emulator.lifecycle import Progress
    from klingkit_emulator.store import Task

__all__ = ["Link", "View", "links_of"]


@dataclass(frozen=True, slots=True)
class Link:
    """Where one result file lies; `marked` is the watermarked copy, if one was asked for."""

    url: str
    marked: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A task at one moment: what there is to say about it. `word` is the relay's word for where it stands.

    `links` are the main result files, none before the task succeeded; `place` is the folder of all of them.
    """

    task: Task
    progress: Progress
    word: str
    links: Sequence[Link]
    place: str = ""

    def file(self, ending: str, number: int = 0) -> str:
        """Return the address of one result file."""
        return f"{self.place}/{number}.{ending}"


def links_of(task: Task, place: str) -> list[Link]:
    """Return the main result files of `task`, which lie below the address `place`."""
    asked = task.asked
    ending = "png" if asked.kind in {"image", "shots"} else "mp4"
    return [
        Link(f"{place}/{n}.{ending}", f"{place}/{n}-watermark.{ending}" if asked.watermark else None)
        for n in range(asked.count)
    ]
