"""The poller of `Kling`: the threads that wait drive the book (`_board`) among themselves. None waits, none runs.

A waiting thread carries out what is due. When nothing is, one of them keeps the time, and the others sleep until they
are woken. While many tasks have to be asked for one by one, a few threads help out, and end when that is done.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

from klingkit import _clock
from klingkit._board import Board
from klingkit._errors import KlingError
from klingkit._jobs import flow_of, home_of, lists, name_of, note_end, note_error, wait_span
from klingkit._watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from klingkit._answer import State, TaskState
    from klingkit._board import Job
    from klingkit._engine import Engine
    from klingkit._task import Task
    from klingkit._waiting import Handle

__all__ = ["Poller"]

_HELPERS = 7


class Poller:
    """The poller of one client.

    Args:
        engine: runs the polls.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._board = Board(lambda relay, operation: lists(engine.at(relay).session, operation))
        self._lock = threading.RLock()  # the end of an abandoned wait may come at any moment
        self._timekeeper: threading.Event | None = None
        self._until = math.inf  # when the timekeeper looks up again
        self._sleepers: dict[threading.Event, None] = {}
        self._helpers = 0

    def watch(
        self,
        tasks: Sequence[Task],
        timeout: float,
        poll_interval: float | None,
        on_update: Callable[[Task], object] | None,
    ) -> Generator[tuple[Task, BaseException | None], None, None]:
        """Yield each of `tasks` when its wait is over, with the error it is over with, if any.

        Raises:
            InvalidRequestError: timeout or poll_interval is no number of seconds.
        """
        alarm = threading.Event()
        watch = Watch(timeout, poll_interval, _now(), on_update is not None, alarm.set)
        return self._news(watch, alarm, tasks, on_update)

    def hurry(self, task_id: str, relay: str | None = None) -> bool:
        """Look at a task right away; return whether anybody waits for it. `relay` is where it lives, None anywhere."""
        with self._lock:
            found = self._board.hurry(task_id, _now(), relay)
            self._rouse()
        return found

    def homes(self, task_id: str, relay: str | None = None) -> list[str]:
        """Return the relays at which anybody waits for a task of this id."""
        with self._lock:
            return self._board.homes(task_id, relay)

    def told(self, state: TaskState, relay: str | None = None) -> bool:
        """Take in what a callback that can be trusted says; return whether anybody waits for the task."""
        with self._lock:
            found = self._board.told(state, _now(), relay)
            changes = self._changes()
            self._rouse()
        self._tell(changes)
        return found

    def _news(
        self, watch: Watch, alarm: threading.Event, tasks: Sequence[Task], on_update: Callable[[Task], object] | None
    ) -> Generator[tuple[Any, BaseException | None], None, None]:
        watch.span = wait_span(lambda relay: self._engine.at(relay).session, tasks)
        try:
            with self._lock:
                self._board.enter(watch, tasks, _now())
            while watch.open or watch.news:
                while watch.news:
                    news = watch.news.popleft()
                    if news.over:
                        if isinstance(news.error, KlingError):
                            self._engine.at(news.task.relay).secret.scrub(news.error)
                        if watch.span is not None:
                            watch.span.over(news.error)
                        yield news.task, news.error
                    elif on_update is not None:
                        on_update(news.task)  # type: ignore[arg-type]
                if watch.open:
                    self._step(watch, alarm)
        finally:
            with self._lock:
                self._retire(alarm)
                left = watch.open
                if left:
                    self._board.leave(watch, tasks)
                self._rouse()
            if watch.span is not None:
                watch.span.end(left)

    def _step(self, watch: Watch, alarm: threading.Event) -> None:
        """Carry out what is due, or wait until something is, or until there is news for this thread."""
        with self._lock:
            alarm.clear()
            if watch.news:
                self._hand_over()
                return
            now = _now()
            job = self._board.take(now)
            if isinstance(job, float) and self._timekeeper is None:
                self._timekeeper, self._until = alarm, now + job
            elif job is None or isinstance(job, float):
                self._sleepers[alarm] = None
                if job is not None and self._timekeeper is not None and now + job < self._until:
                    self._timekeeper.set()
            elif watch.news:  # to take it has ended this wait: somebody else carries it out
                self._board.give_back(job, now)
                self._hand_over()
                return
            else:
                self._call_others(now)
        try:
            if job is None or isinstance(job, float):
                self._rest(alarm, job)
            else:
                self._do(job, max(0.0, watch.deadline - now))
        finally:
            with self._lock:
                self._retire(alarm)
                if watch.news:
                    self._hand_over()

    def _rest(self, alarm: threading.Event, seconds: float | None) -> None:
        if seconds is not None and self._timekeeper is alarm:
            _clock.current().doze(alarm, seconds)
        else:
            alarm.wait()

    def _do(self, job: Job, left: float) -> None:
        """Carry out a job, and write down how it ended."""
        engine = self._engine.at(home_of(job))
        session, count, trouble = engine.session, 0, None
        try:
            result = engine.run(flow_of(job, session, left))
        except Exception as error:  # noqa: BLE001 - it may concern the tasks of other threads, and is told to those
            trouble = error
        except BaseException:  # this thread is being stopped; the others go on
            with self._lock:
                self._board.give_back(job, _now())
            raise
        with self._lock:
            if trouble is None:
                count = note_end(self._board, job, result, _now())
            else:
                note_error(self._board, job, trouble, _now())
            changes = self._changes()
        if engine.hooks is not None:
            engine.hooks.polled(session.relay.id, name_of(job), count, trouble)
        self._tell(changes)

    def _help(self) -> None:
        """Carry out what is due until nothing is."""
        try:
            while True:
                with self._lock:
                    now = _now()
                    job = self._board.take(now)
                    if job is None or isinstance(job, float):
                        return
                    self._call_others(now)
                self._do(job, math.inf)
        finally:
            with self._lock:
                self._helpers -= 1
                self._rouse()

    def _call_others(self, now: float) -> None:
        """See to it that somebody keeps the time while this thread is busy, and that all that is due is done."""
        more = self._board.has_more(now)
        if self._sleepers and (more or self._timekeeper is None):
            self._sleepers.popitem()[0].set()
        elif more and self._helpers < _HELPERS:
            self._helpers += 1
            threading.Thread(target=self._help, name="klingkit-poll", daemon=True).start()

    def _retire(self, alarm: threading.Event) -> None:
        self._sleepers.pop(alarm, None)
        if self._timekeeper is alarm:
            self._timekeeper, self._until = None, math.inf

    def _hand_over(self) -> None:
        """See to it that somebody keeps the time while this thread is with its caller, for however long."""
        if self._timekeeper is None and self._sleepers:
            self._sleepers.popitem()[0].set()

    def _rouse(self) -> None:
        """Let somebody look at the book again."""
        if self._timekeeper is not None:
            self._timekeeper.set()
        elif self._sleepers:
            self._sleepers.popitem()[0].set()

    def _changes(self) -> list[tuple[Handle, State]]:
        changes, self._board.changes = self._board.changes, []
        return changes

    def _tell(self, changes: list[tuple[Handle, State]]) -> None:
        for task, before in changes:
            hooks = self._engine.at(task.relay).hooks
            if hooks is not None:
                hooks.changed(task, before)


def _now() -> float:
    return _clock.current().monotonic()
