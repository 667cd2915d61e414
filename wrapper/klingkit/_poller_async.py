"""The poller of `AsyncKling`: while somebody waits, one task of the event loop keeps the time of the book (`_board`).

What is due is carried out by a few more tasks, which end when nothing is due. Nobody waits, none of them runs.
"""

from __future__ import annotations

import asyncio
import inspect
import math
from typing import TYPE_CHECKING, Any

from klingkit import _clock
from klingkit._board import Board
from klingkit._errors import KlingError
from klingkit._jobs import flow_of, home_of, lists, name_of, note_end, note_error, wait_span
from klingkit._watch import Watch

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence

    from klingkit._answer import TaskState
    from klingkit._board import Job
    from klingkit._engine import AsyncEngine
    from klingkit._task import AsyncTask

__all__ = ["AsyncPoller"]

_WORKERS = 32


class AsyncPoller:
    """The poller of one client.

    Args:
        engine: runs the polls.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._board = Board(lambda relay, operation: lists(engine.at(relay).session, operation))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._alarm: asyncio.Event | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._timekeeper: asyncio.Task[None] | None = None

    def watch(
        self,
        tasks: Sequence[AsyncTask],
        timeout: float,
        poll_interval: float | None,
        on_update: Callable[[AsyncTask], object] | None,
    ) -> AsyncGenerator[tuple[AsyncTask, BaseException | None], None]:
        """Yield each of `tasks` when its wait is over, with the error it is over with, if any.

        Raises:
            InvalidRequestError: timeout or poll_interval is no number of seconds.
        """
        alarm = asyncio.Event()
        watch = Watch(timeout, poll_interval, _now(), on_update is not None, alarm.set)
        return self._news(watch, alarm, tasks, on_update)

    def hurry(self, task_id: str, relay: str | None = None) -> bool:
        """Look at a task right away; return whether anybody waits for it. May be called from any thread.

        `relay` is where it lives, None anywhere.
        """
        return self._in_loop(lambda: self._board.hurry(task_id, _now(), relay), self.homes(task_id, relay))

    def homes(self, task_id: str, relay: str | None = None) -> list[str]:
        """Return the relays at which anybody waits for a task of this id. May be called from any thread."""
        return self._board.homes(task_id, relay)

    def told(self, state: TaskState, relay: str | None = None) -> bool:
        """Take in what a callback that can be trusted says; return whether anybody waits for the task."""
        return self._in_loop(lambda: self._board.told(state, _now(), relay), self.homes(state.task_id or "", relay))

    def _in_loop(self, job: Callable[[], bool], homes: Sequence[str]) -> bool:
        loop, found = self._loop, bool(homes)
        if loop is not None and found and not loop.is_closed():

            def run() -> None:
                job()
                self._tell()
                self._rouse()

            loop.call_soon_threadsafe(run)
        return found

    async def _news(
        self,
        watch: Watch,
        alarm: asyncio.Event,
        tasks: Sequence[AsyncTask],
        on_update: Callable[[AsyncTask], object] | None,
    ) -> AsyncGenerator[tuple[Any, BaseException | None], None]:
        watch.span = wait_span(lambda relay: self._engine.at(relay).session, tasks)
        try:
            self._board.enter(watch, tasks, _now())
            if watch.open:
                self._start()
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
                        said = on_update(news.task)  # type: ignore[arg-type]
                        if inspect.isawaitable(said):
                            await said
                if watch.open:
                    await alarm.wait()
                    alarm.clear()
        finally:
            left = watch.open
            if left:
                self._board.leave(watch, tasks)
            self._stop_if_idle()
            if watch.span is not None:
                watch.span.end(left)

    # ------------------------------------------------------------------------------------------ the tasks of the loop

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            # What ran in another loop ended with it.
            self._loop, self._alarm, self._tasks = loop, None, set()
        if self._alarm is None:
            self._alarm = asyncio.Event()
            self._timekeeper = self._spawn(self._keep_time(self._alarm))
        self._alarm.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        assert self._loop is not None
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """See to it that nobody is left waiting for what will not come."""
        self._tasks.discard(task)
        error = asyncio.CancelledError("klingkit's poller was cancelled") if task.cancelled() else task.exception()
        if task is self._timekeeper:
            self._timekeeper = self._alarm = None
            self._board.break_all(error or asyncio.CancelledError())
        elif error is not None and not task.cancelled():
            self._board.break_all(error)
        else:
            self._rouse()

    def _stop_if_idle(self) -> None:
        if self._board.is_empty:
            self._alarm = self._timekeeper = None
            for task in tuple(self._tasks):
                if not task.done() and self._loop is not None and not self._loop.is_closed():
                    task.cancel()
        else:
            self._rouse()

    def _rouse(self) -> None:
        if self._alarm is not None:
            self._alarm.set()

    async def _keep_time(self, alarm: asyncio.Event) -> None:
        """Hand out what is due; wait until something is."""
        while True:
            alarm.clear()
            rest = self._hand_out(alarm)
            if rest is None:
                await alarm.wait()
            else:
                await _clock.current().doze_async(alarm, rest)

    def _hand_out(self, alarm: asyncio.Event) -> float | None:
        """Start what is due; return for how many seconds nothing more is, None as long as nothing changes."""
        while len(self._tasks) <= _WORKERS:
            job = self._board.take(_now())
            if job is None or isinstance(job, float):
                return job
            self._spawn(self._work(job, alarm))
        return None

    async def _work(self, first: Job, alarm: asyncio.Event) -> None:
        """Carry out a job, and then what else is due."""
        job: Job | float | None = first
        while job is not None and not isinstance(job, float):
            await self._do(job)
            job = self._board.take(_now())
        alarm.set()  # the time of the next one may be another now

    async def _do(self, job: Job) -> None:
        engine = self._engine.at(home_of(job))
        session, count, trouble = engine.session, 0, None
        try:
            result = await engine.run(flow_of(job, session, math.inf))
        except Exception as error:  # noqa: BLE001 - it is told to whoever waits for the task
            trouble = error
        except BaseException:  # nobody waits any more, or the loop ends
            self._board.give_back(job, _now())
            raise
        if trouble is None:
            count = note_end(self._board, job, result, _now())
        else:
            note_error(self._board, job, trouble, _now())
        if engine.hooks is not None:
            engine.hooks.polled(session.relay.id, name_of(job), count, trouble)
        self._tell()

    def _tell(self) -> None:
        changes, self._board.changes = self._board.changes, []
        for task, before in changes:
            hooks = self._engine.at(task.relay).hooks
            if hooks is not None:
                hooks.changed(task, before)


def _now() -> float:
    return _clock.current().monotonic()
