"""Who waits for what: the waits of one client, and the places their tasks have in the poller's book. Pure."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from klingkit._polling import Plan, plan_wait
from klingkit._retry import spread
from klingkit._surface import find_operation
from klingkit._sweep import FEWEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from klingkit import _errors as errors
    from klingkit._wait_span import WaitSpan
    from klingkit._waiting import Handle

__all__ = ["Group", "Look", "News", "Seat", "Watch", "task_at"]

_GRAIN = 0.25  # seconds; tasks of one wait that are due about now are due together, and share an entry


class News(NamedTuple):
    """What a wait has to know: that a task's status changed, or that its wait is over (well, or with an error)."""

    task: Handle
    over: bool
    error: BaseException | None = None


class Watch:
    """One wait, for one task or for many.

    Args:
        timeout: its deadline, in seconds from `started`.
        poll_interval: seconds between polls; None lets klingkit choose.
        started: when it began.
        tells: whether changes are news, too.
        wake: called when there is news.

    Raises:
        InvalidRequestError: timeout or poll_interval is no number of seconds.
    """

    __slots__ = (
        "_plans",
        "_poll_interval",
        "deadline",
        "late_since",
        "news",
        "open",
        "span",
        "started",
        "tells",
        "timeout",
        "wake",
    )

    def __init__(
        self, timeout: float, poll_interval: float | None, started: float, tells: bool, wake: Callable[[], object]
    ) -> None:
        plan_wait(timeout, poll_interval, "video", "")
        self._poll_interval = poll_interval
        self._plans: dict[str, Plan] = {}
        self.timeout = timeout
        self.started = started
        self.deadline = started + timeout
        self.tells = tells
        self.wake = wake
        self.late_since: float | None = None
        self.open = 0
        self.span: WaitSpan | None = None
        self.news: deque[News] = deque()

    def plan(self, operation: str, task_id: str = "") -> Plan:
        """Return the plan for the tasks of an operation; the first id sets its small individual deviation."""
        found = self._plans.get(operation)
        if found is None:
            media = find_operation(operation).media
            found = self._plans[operation] = plan_wait(self.timeout, self._poll_interval, media, task_id)
        return found

    def next_due(self, wait: float, task: Handle, now: float) -> float:
        """Return when `task` is due that is to be asked for after `wait` seconds."""
        if self.open > 1 and self._poll_interval is None:
            wait = math.ceil((now + wait * (1 + 0.1 * spread(task.task_id))) / _GRAIN) * _GRAIN - now
        return min(now + wait, self.deadline)


class Seat:
    """The place of a task for which somebody else waits already."""

    __slots__ = ("_due", "_watch", "task")

    def __init__(self, task: Handle, watch: Watch) -> None:
        self.task = task
        self._watch: Watch | None = watch
        self._due: float | None = None


def task_at(place: Handle | Seat) -> Handle:
    """Return the task at a place; the first wait for a task has its handle for a place."""
    return place.task if isinstance(place, Seat) else place


@dataclass(slots=True)
class Look:
    """Ask for one task; its wait has `left` seconds left."""

    place: Handle | Seat
    task: Handle
    left: float


@dataclass(slots=True)
class Group:
    """The outstanding tasks of one operation at one relay.

    Attributes:
        relay: the relay.
        lists: whether the relay has a list of them.
        places: task id to its place, or to several.
        watches: the waits, and for how many tasks each.
        due: when the next sweep is; None while each task is asked for itself.
        stamp: the mark of the last sweep.
        fresh: how many tasks have come since the last sweep.
        sweeping: whether a sweep is under way.
        strays: ids of tasks that the list does not show; each of those is asked for itself.
        blips: how many sweeps in a row went wrong, the last with `trouble`.
        lists_again: until when the list is not asked.
    """

    relay: str
    operation: str
    lists: bool
    places: dict[str, Handle | Seat | list[Handle | Seat]] = field(default_factory=dict)
    watches: dict[Watch, int] = field(default_factory=dict)
    due: float | None = None
    stamp: float = 0.0
    sweeping: bool = False
    fresh: int = 0
    strays: set[str] = field(default_factory=set)
    blips: int = 0
    trouble: errors.KlingError | None = None
    lists_again: float = -math.inf

    def put(self, watch: Watch, task_id: str, place: Handle | Seat) -> None:
        """Add a place of a task."""
        there = self.places.get(task_id)
        if there is None:
            self.places[task_id] = place
        elif isinstance(there, list):
            there.append(place)
        else:
            self.places[task_id] = [there, place]
        self.watches[watch] = self.watches.get(watch, 0) + 1
        self.fresh += 1

    def remove(self, watch: Watch, task_id: str, place: Handle | Seat) -> None:
        """Remove a place of a task."""
        left = [other for other in self.at(task_id) if other is not place]
        if left:
            self.places[task_id] = left[0] if len(left) == 1 else left
        else:
            self.places.pop(task_id, None)
            self.strays.discard(task_id)
        self.watches[watch] -= 1
        if not self.watches[watch]:
            del self.watches[watch]
        if not self.places:
            self.due, self.fresh = None, 0

    def at(self, task_id: str) -> Sequence[Handle | Seat]:
        """Return the places of a task."""
        there = self.places.get(task_id)
        if there is None:
            return ()
        return tuple(there) if isinstance(there, list) else (there,)

    def everybody(self) -> Iterator[Handle | Seat]:
        """Yield all places."""
        for there in list(self.places.values()):
            yield from tuple(there) if isinstance(there, list) else (there,)

    def sweeps(self, now: float) -> bool:
        """Whether a list is worth asking for."""
        return self.lists and now >= self.lists_again and len(self.places) - len(self.strays) >= FEWEST
