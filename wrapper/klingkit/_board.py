"""The poller's book: whom to ask next, and what the answers mean to the waits. Pure.

One book per client. Whoever drives it (`_poller`, `_poller_async`) takes jobs from it, carries them out, and tells it
how they ended; the time is an argument everywhere. A task has one place in the book, so two waits for the same task
share what its polls find; where the relay has a list, one sweep looks at all tasks of an operation.
"""

from __future__ import annotations

import logging
import math
from collections import deque
from typing import TYPE_CHECKING

from klingkit import _errors as errors
from klingkit._polling import (
    END_STATES,
    Ask,
    GiveUp,
    Plan,
    Progress,
    after_error,
    after_state,
    interval,
)
from klingkit._retry import is_passing
from klingkit._sweep import Sweep, first_page
from klingkit._timetable import Timetable
from klingkit._waiting import ending, late, note
from klingkit._watch import Group, Look, News, Seat, Watch, task_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from klingkit._answer import State, TaskState
    from klingkit._polling import Decision
    from klingkit._waiting import Handle

__all__ = ["Board", "Job"]

Job = Look | Sweep

_log = logging.getLogger("klingkit")

_FEW = 2  # newcomers that are looked at one by one before the next sweep
_GRACE = 5.0  # seconds in which the last looks of a wait are taken, from the first of them on
_LISTED = -0.5  # instead of a due time: the next sweep looks at it; whole negative numbers are marks of sweeps
_BREATH = 1.0  # seconds between looks that others ask for: anybody may send an unsigned callback
_PATIENCE = 3  # sweeps that may go wrong before each task is asked for itself
_LIST_AGAIN = 300.0  # seconds until the list is tried again after that


class Board:
    """The book.

    Args:
        lists: says whether a relay, given first, lists the tasks of an operation.

    Attributes:
        changes: tasks whose status changed, with the state before; whoever is interested empties it.
    """

    def __init__(self, lists: Callable[[str, str], bool]) -> None:
        self._lists = lists
        self._groups: dict[tuple[str, str], Group] = {}
        self._timetable: Timetable[Handle | Seat] = Timetable()
        self._pages: deque[Sweep] = deque()  # further pages of sweeps under way
        self._troubles: dict[Handle | Seat, tuple[int, errors.KlingError]] = {}
        self._hurried: dict[Handle | Seat, float] = {}
        self._sweeps = 0
        self.changes: list[tuple[Handle, State]] = []

    # ------------------------------------------------------------------------------------------ waits come and go

    def enter(self, watch: Watch, tasks: Iterable[Handle], now: float) -> None:
        """Let `watch` wait for `tasks`, which are looked at right away. One that has ended is news at once.

        A create may be answered with success already, but names no files then: such a task is looked at, too.
        """
        for task in tasks:
            watch.open += 1
            if task._status()[0] in END_STATES and not _lacks_files(task.snapshot):
                watch.open -= 1
                watch.news.append(News(task, over=True, error=ending(task)))
                continue
            place: Handle | Seat = Seat(task, watch)
            if task._watch is None:
                place, task._watch = task, watch
                task._settle()
            self._group(task).put(watch, task.task_id, place)
            self._timetable.add(place, now)

    def leave(self, watch: Watch, tasks: Iterable[Handle]) -> None:
        """Let `watch` wait for `tasks` no more. They go on."""
        for task in tasks:
            group = self._groups.get((task.relay, task.operation))
            for place in group.at(task.task_id) if group is not None else ():
                if group is not None and place._watch is watch:
                    self._remove(group, place)

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits for anything."""
        return not any(group.places for group in self._groups.values())

    def homes(self, task_id: str, relay: str | None = None) -> list[str]:
        """Return the relays at which anybody waits for a task of this id; of `relay` alone, unless that is None."""
        return list(dict.fromkeys(group.relay for group in self._at(relay) if task_id in group.places))

    def hurry(self, task_id: str, now: float, relay: str | None = None) -> bool:
        """Look at a task right away, once a second at the most; return whether anybody waits for it.

        `relay` is the one it lives at, None for all: others may have a task of the same id.
        """
        found = False
        for group in self._at(relay):
            for place in group.at(task_id)[:1]:
                found = True
                due = max(now, self._hurried.get(place, -math.inf) + _BREATH)
                if place._due is None or not 0 <= place._due <= due:
                    self._hurried[place] = due
                    self._timetable.add(place, due)
        return found

    # ------------------------------------------------------------------------------------------ what to do next

    def take(self, now: float) -> Job | float | None:
        """Return the next job, or for how many seconds there is none; None as long as nothing is due at all."""
        if self._pages:
            return self._timed(self._pages.popleft(), now)
        for group in self._groups.values():
            if group.due is not None and group.due <= now and not group.sweeping:
                if group.sweeps(now):
                    return self._sweep(group, now)
                self._ask_each(group, now)
        while (place := self._timetable.take(now)) is not None:
            job = self._job(place, now)
            if job is not None:
                return job
        dues = [group.due for group in self._groups.values() if group.due is not None and not group.sweeping]
        first = self._timetable.next_due()
        if first is not None:
            dues.append(first)
        return max(0.0, min(dues) - now) if dues else None

    def has_more(self, now: float) -> bool:
        """Whether another job is due right away."""
        return bool(self._pages) or self._timetable.is_due(now)

    def give_back(self, job: Job, now: float) -> None:
        """Take a job back that was not carried out."""
        if isinstance(job, Sweep):
            group = self._groups[job.relay, job.operation]
            group.sweeping, group.due = False, now if group.places else None
        elif job.place._watch is not None:
            self._timetable.add(job.place, now)

    def _job(self, place: Handle | Seat, now: float) -> Job | None:
        task, watch = task_at(place), _watch_of(place)
        group = self._groups[task.relay, task.operation]
        if watch.late_since is None and now >= watch.deadline:
            watch.late_since = now
        if watch.late_since is not None and now > watch.late_since + _GRACE:
            self._end(group, place, late(task, watch.timeout, self._trouble(group, place)))
            return None
        by_list = group.sweeps(now) and task.task_id not in group.strays and not group.sweeping
        if by_list and (group.due is None or group.fresh > _FEW):
            place._due = _LISTED
            return self._sweep(group, now)
        group.fresh = max(0, group.fresh - 1)
        if now < watch.deadline and any(other is not place and other._due is None for other in group.at(task.task_id)):
            # Another wait is asking for the same task; what it learns is told to all.
            pause = interval(watch.plan(task.operation, task.task_id), Progress(watch.started), now)
            self._timetable.add(place, watch.next_due(pause, task, now))
            return None
        return Look(place, task, max(0.0, watch.deadline - now))

    def _sweep(self, group: Group, now: float) -> Sweep:
        self._sweeps += 1
        for place in group.everybody() if group.fresh else ():
            if place._due is not None and task_at(place).task_id not in group.strays:
                place._due = _LISTED  # it is not looked at by itself any more
        group.sweeping, group.fresh, group.stamp = True, 0, -float(self._sweeps)
        wanted = len(group.places) - len(group.strays)
        return self._timed(first_page(group.operation, wanted, now, self._sweeps, group.relay), now)

    def _timed(self, sweep: Sweep, now: float) -> Sweep:
        watches = self._groups[sweep.relay, sweep.operation].watches
        sweep.left = max(0.0, min((watch.deadline for watch in watches), default=now) - now)
        sweep.spans = [watch.span for watch in watches if watch.span is not None]
        return sweep

    # ------------------------------------------------------------------------------------------ how jobs ended

    def looked(self, look: Look, state: TaskState, now: float) -> None:
        """Take in the answer to a look."""
        group, watch, task = self._groups[look.task.relay, look.task.operation], look.place._watch, look.task
        for place in group.at(task.task_id):
            self._apply(group, place, state)
        self._troubles.pop(look.place, None)
        if look.place._watch is None or watch is None:
            return  # over, one way or another
        plan, progress = watch.plan(task.operation, task.task_id), Progress(watch.started)
        self._go_on(group, look.place, watch, after_state(plan, progress, state.state, now), now)

    def look_failed(self, look: Look, error: errors.KlingError, now: float) -> None:
        """Take in that a look went wrong; time may heal that, or not."""
        group, watch, task = self._groups[look.task.relay, look.task.operation], look.place._watch, look.task
        if watch is None:
            return
        _log.info("poll of task %s at %s went wrong (%s)", task.task_id, task.relay, type(error).__name__)
        blips = self._troubles[look.place][0] if look.place in self._troubles else 0
        self._troubles[look.place] = (blips + 1, error)
        decision = after_error(watch.plan(task.operation, task.task_id), Progress(watch.started, blips), error, now)
        if isinstance(decision, Ask):
            if look.place._due is None:  # nobody has hurried it meanwhile
                self._timetable.add(look.place, watch.next_due(decision.seconds, task, now))
        elif isinstance(decision, GiveUp):
            self._end(group, look.place, late(task, watch.timeout, error))
        else:
            self._end(group, look.place, error)

    def swept(self, sweep: Sweep, states: Sequence[TaskState], now: float) -> None:
        """Take in a page of a sweep."""
        group = self._groups[sweep.relay, sweep.operation]
        for state in states:
            places = group.at(state.task_id or "")
            if not places or state.task_id in group.strays:
                continue
            if places[0]._due != sweep.stamp:
                sweep.seen += 1
            for place in places:
                if place._due is None or place._due < 0:  # otherwise it is to be looked at by itself, and soon
                    place._due = sweep.stamp
                if not state.is_read and task_at(place)._status() == (state.state, state.status_word):
                    continue  # as most of them do, it stands where it stood
                if _lacks_files(state):
                    self._stray(group, place, now)  # its own answer may name them
                else:
                    self._apply(group, place, state)
        if sweep.goes_on(len(states)):
            self._pages.append(sweep)
        else:
            self._finish(group, sweep, now)

    def sweep_failed(self, sweep: Sweep, error: errors.KlingError, now: float) -> None:
        """Take in that a sweep went wrong. That ends no wait: asking for each task is what tells."""
        group = self._groups[sweep.relay, sweep.operation]
        group.sweeping, group.blips, group.trouble = False, group.blips + 1, error
        _log.info("list of %s went wrong (%s)", sweep.operation, type(error).__name__)
        if not is_passing(error):
            group.lists = False
        elif group.blips >= _PATIENCE and isinstance(error, errors.RelayServerError | errors.UnexpectedAnswerError):
            group.lists_again = now + _LIST_AGAIN
        self._end_late(group, now)
        if not group.sweeps(now):
            self._ask_each(group, now)
            return
        waits = [
            decision.seconds
            for watch, plan in self._plans(group)
            if isinstance(decision := after_error(plan, Progress(watch.started, group.blips - 1), error, now), Ask)
        ]
        group.due = now + min(waits, default=0.0)

    def told(self, state: TaskState, now: float, relay: str | None = None) -> bool:
        """Take in what a callback that can be trusted says; return whether anybody waits for the task."""
        found = False
        for group in self._at(relay):
            for place in group.at(state.task_id or ""):
                found = True
                if _lacks_files(state):
                    self._timetable.add(place, now)
                else:
                    self._apply(group, place, state)
        return found

    def broken(self, job: Job, error: BaseException) -> None:
        """Take in that a job ended in what is no error of ours: it ends the waits it was for."""
        if isinstance(job, Look):
            group, places = self._groups[job.task.relay, job.task.operation], [job.place]
        else:
            group = self._groups[job.relay, job.operation]
            group.sweeping, group.due, places = False, None, list(group.everybody())
        for place in places:
            self._end(group, place, error)

    def break_all(self, error: BaseException) -> None:
        """End every wait with `error`: there is nobody to go on."""
        for group in self._groups.values():
            for place in group.everybody():
                self._end(group, place, error)

    # ------------------------------------------------------------------------------------------ the steps of it

    def _at(self, relay: str | None) -> Sequence[Group]:
        return [group for group in tuple(self._groups.values()) if relay is None or group.relay == relay]

    def _finish(self, group: Group, sweep: Sweep, now: float) -> None:
        group.sweeping, group.blips, group.trouble = False, 0, None
        for place in group.everybody() if sweep.seen < sweep.wanted else ():
            # Whoever came meanwhile has a time to be looked at.
            if place._due is not None and place._due < 0 and place._due != sweep.stamp:
                self._stray(group, place, now)
        self._end_late(group, now)
        if group.places:
            waits = (interval(plan, Progress(watch.started), now) for watch, plan in self._plans(group))
            ends = min(watch.deadline for watch in group.watches)
            group.due = min(now + min(waits), ends)

    def _go_on(self, group: Group, place: Handle | Seat, watch: Watch, decision: Decision, now: float) -> None:
        task = task_at(place)
        if isinstance(decision, GiveUp):
            self._end(group, place, late(task, watch.timeout, None))
        elif isinstance(decision, Ask) and place._due is None:  # nobody has hurried it meanwhile
            due = watch.next_due(decision.seconds, task, now)
            if group.due is None or task.task_id in group.strays:
                self._timetable.add(place, due)
            else:
                place._due = group.stamp
                group.due = min(group.due, due)

    def _apply(self, group: Group, place: Handle | Seat, state: TaskState) -> None:
        task, watch = task_at(place), _watch_of(place)
        before = task._status()
        if note(task, state):
            self.changes.append((task, before[0]))
            if watch.span is not None:
                watch.span.changed(task.task_id, before[0], state.state)
            if watch.tells:
                watch.news.append(News(task, over=False))
                watch.wake()
        if state.state in END_STATES:
            self._end(group, place, ending(task))

    def _end(self, group: Group, place: Handle | Seat, error: BaseException | None) -> None:
        watch, task = place._watch, task_at(place)
        if watch is not None:
            self._remove(group, place)
            watch.news.append(News(task, over=True, error=error))
            watch.wake()

    def _end_late(self, group: Group, now: float) -> None:
        over = {watch for watch in group.watches if watch.deadline <= now}
        for place in group.everybody() if over else ():
            if place._watch in over:
                watch, task = _watch_of(place), task_at(place)
                self._end(group, place, late(task, watch.timeout, self._trouble(group, place)))

    def _remove(self, group: Group, place: Handle | Seat) -> None:
        watch, task = _watch_of(place), task_at(place)
        place._watch = place._due = None
        watch.open -= 1
        self._troubles.pop(place, None)
        self._hurried.pop(place, None)
        group.remove(watch, task.task_id, place)

    def _stray(self, group: Group, place: Handle | Seat, now: float) -> None:
        group.strays.add(task_at(place).task_id)
        self._timetable.add(place, now)

    def _ask_each(self, group: Group, now: float) -> None:
        group.due = None
        for place in group.everybody():
            if place._due is not None and place._due < 0:
                self._timetable.add(place, now)

    def _trouble(self, group: Group, place: Handle | Seat) -> errors.KlingError | None:
        return self._troubles[place][1] if place in self._troubles else group.trouble

    def _plans(self, group: Group) -> list[tuple[Watch, Plan]]:
        return [(watch, watch.plan(group.operation)) for watch in group.watches]

    def _group(self, task: Handle) -> Group:
        place = (task.relay, task.operation)
        group = self._groups.get(place)
        if group is None:
            group = self._groups[place] = Group(*place, self._lists(*place))
        return group


def _lacks_files(state: TaskState) -> bool:
    return state.state == "succeeded" and not state.files


def _watch_of(place: Handle | Seat) -> Watch:
    watch = place._watch
    assert isinstance(watch, Watch)
    return watch
