"""A task, as the caller holds it: small, readable, and good for another process."""

from __future__ import annotations

import json
from contextlib import aclosing, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Self, TypeVar

from klingkit._answer import TaskState
from klingkit._compact import external_of, pack, status_of, unpack
from klingkit._engine import AsyncEngine, Engine
from klingkit._errors import ConfigurationError, InvalidRequestError
from klingkit._polling import END_STATES
from klingkit._surface import find_operation
from klingkit._text import clean
from klingkit._waiting import refresh

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from klingkit._answer import File, State
    from klingkit._result import AsyncResult, Result
    from klingkit._routing import Route
    from klingkit._watch import Watch

__all__ = ["AsyncTask", "Task", "TaskBase", "resumed"]

E = TypeVar("E", bound=Engine | AsyncEngine)

_FORMAT = 1


class Home(Generic[E]):
    """Where tasks live; one for all tasks of an operation that came the same way. `engine` is None out of a pickle."""

    __slots__ = ("engine", "operation", "outstanding", "relay", "route")

    def __init__(self, engine: E | None, relay: str, operation: str, route: Route | None = None) -> None:
        self.engine = engine
        self.relay = relay
        self.operation = operation
        self.route = route
        self.outstanding = getattr(engine, "outstanding", None)


class TaskBase(Generic[E]):
    """What `Task` and `AsyncTask` share.

    Attributes:
        task_id: the relay's id.
    """

    # `_watch` and `_due` are the task's place in the poller (`_board`): a handle of its own would weigh more.
    __slots__ = ("_due", "_external", "_home", "_told", "_watch", "task_id")

    _home: Home[E]
    _told: bytes | TaskState
    _watch: Watch | None
    _due: float | None

    def __init__(
        self,
        engine: E | None,
        relay: str,
        operation: str,
        task_id: str,
        external_task_id: str | None,
        snapshot: TaskState,
        route: Route | None = None,
    ) -> None:
        home = self._home = _home_of(engine, relay, operation, route)
        self.task_id: str = task_id
        if route is not None and home.outstanding is not None and snapshot.state not in END_STATES:
            home.outstanding.add((operation, task_id))
        self._watch = self._due = None
        self._external = external_task_id
        self._told = snapshot
        if snapshot.is_read:
            self.snapshot = snapshot

    def __repr__(self) -> str:
        instead = f", instead of {', '.join(self._passed_over())}" if self._passed_over() else ""
        return (
            f"{type(self).__name__}({self.relay}, {self.operation}, {clean(self.task_id, 80)!r}, "
            f"state={self.state!r}{instead})"
        )

    def _passed_over(self) -> tuple[str, ...]:
        return () if self.route is None else tuple(one.relay for one in self.route.passed_over)

    def _repr_html_(self) -> str:
        from klingkit._notebook import task_html

        return task_html(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # Without the client, which holds the key, and without the raw answer, which may hold anything.
        state = replace(self.snapshot, raw=None)
        known = (None, self.relay, self.operation, self.task_id, self.external_task_id, state)
        return type(self), known if self.route is None else (*known, self.route)

    @property
    def relay(self) -> str:
        """Id of the relay the task lives at."""
        return self._home.relay

    @property
    def operation(self) -> str:
        """Its operation, such as ``video_text2video``."""
        return self._home.operation

    @property
    def route(self) -> Route | None:
        """Which relay took the task, and why the client's others did not; None where there was no choice.

        It goes through `to_json` and pickles. Tasks that are found again (``kling.tasks.get``) have none.
        """
        return self._home.route

    @property
    def external_task_id(self) -> str | None:
        """The id the task was created with, if any."""
        told = self._told
        if isinstance(told, bytes):
            return external_of(told)
        return self._external or told.external_task_id

    @property
    def snapshot(self) -> TaskState:
        """The task as the relay last told it."""
        told = self._told
        return unpack(told, self.task_id, self.raw) if isinstance(told, bytes) else told

    @snapshot.setter
    def snapshot(self, state: TaskState) -> None:
        external, engine = self.external_task_id, self._home.engine
        packed = pack(state, self.task_id, external)
        if packed is None:
            self._external = external  # first: another thread may read in between
            self._told = state
            if self._home.outstanding is not None and state.state in END_STATES:
                self._home.outstanding.remove((self.operation, self.task_id))
            return
        if state.raw is not None and engine is not None:
            engine.recent.keep((self._home.operation, self.task_id), state.raw)
        self._told, self._external = packed, None

    @property
    def state(self) -> State:
        """Where the task stood when it was last asked for: ``queued``, ``running``, ``succeeded`` and so on."""
        return self._status()[0]

    @property
    def done(self) -> bool:
        """Whether it had ended by then, well or not."""
        return self.state in END_STATES

    @property
    def status_word(self) -> str | None:
        """The relay's own word for the state."""
        return self._status()[1]

    @property
    def reason(self) -> str:
        """Why the task failed; empty otherwise."""
        return self.snapshot.reason

    @property
    def files(self) -> tuple[File, ...]:
        """What the task made; empty until it has succeeded."""
        return self.snapshot.files

    @property
    def created_at(self) -> datetime | None:
        """When it was created, by the relay's clock."""
        return self.snapshot.created_at

    @property
    def updated_at(self) -> datetime | None:
        """When it last changed, by the relay's clock."""
        return self.snapshot.updated_at

    @property
    def request_id(self) -> str | None:
        """The relay's id of the last exchange about the task."""
        return self.snapshot.request_id

    @property
    def raw(self) -> Any:
        """The relay's last answer, untouched; None after pickling or resuming.

        Of tasks that have not ended, a client keeps the last 64 answers; `refresh` brings one back.
        """
        told, home = self._told, self._home
        if not isinstance(told, bytes):
            return told.raw
        return None if home.engine is None else home.engine.recent.get((home.operation, self.task_id))

    def to_json(self) -> str:
        """Return the task as one line of JSON, for ``kling.tasks.resume`` in any process. It holds no key."""
        members: dict[str, Any] = {
            "klingkit_task": _FORMAT,
            "relay": self.relay,
            "operation": self.operation,
            "task_id": self.task_id,
            "external_task_id": self.external_task_id,
        }
        if self.route is not None:
            members["route"] = self.route.members()
        return json.dumps(members, sort_keys=True)

    @classmethod
    def from_json(cls, source: str | bytes) -> Self:
        """Return the task that `to_json` wrote, without a client: ``kling.tasks.resume(task)`` gives it one.

        Raises:
            InvalidRequestError: it is nothing that `to_json` wrote.
        """
        relay, operation, task_id, external, route = _read(source)
        state = TaskState(task_id, "unknown")
        return cls(None, relay, find_operation(operation).id, task_id, external, state, route)

    def _settle(self) -> None:
        """Keep the snapshot small from here on: what came out of a list is kept as it came until then."""
        if not isinstance(self._told, bytes):
            self.snapshot = self._told

    def _status(self) -> tuple[State, str | None]:
        """Return state and status word, without reading the rest."""
        told = self._told
        return status_of(told) if isinstance(told, bytes) else (told.state, told.status_word)

    def _attached(self) -> E:
        engine = self._home.engine
        if engine is None:
            raise ConfigurationError(
                "This task came out of a pickle and has no client; give it one with kling.tasks.resume(task).",
                relay=self.relay,
            )
        return engine


class Task(TaskBase[Engine]):
    """A task made or found by `Kling`."""

    __slots__ = ()

    def refresh(self) -> Task:
        """Ask the relay where the task stands, note it, and return the task itself. Free of charge.

        Raises:
            TransportError: no answer came.
            RelayError: the relay refuses; NotFoundError when it knows no such task.
            UnexpectedAnswerError: what came is no answer about a task.
        """
        engine = self._attached()
        before = self._status()
        engine.run(refresh(engine.session, self))
        if engine.hooks is not None and before != self._status():
            engine.hooks.changed(self, before[0])
        return self

    def wait(
        self,
        timeout: float = 600.0,
        poll_interval: float | None = None,
        on_update: Callable[[Task], object] | None = None,
    ) -> Result:
        """Wait until the task has succeeded, and return its result. Kling takes 1 to 5 minutes for most videos.

        Errors that pass (no connection, HTTP 5xx, too many requests, a web page instead of JSON) do not end the wait.

        Args:
            timeout: the deadline in seconds; 0 asks once. It ends the wait, never the task.
            poll_interval: seconds from poll to poll; None begins at 2 or 3 and slows down to 8 or 15.
            on_update: called with the task whenever its status changed.

        Raises:
            TaskFailedError: it failed; TaskCancelledError when it was cancelled.
            WaitTimeoutError: it has not ended in time. ``error.task`` can wait on, or be resumed elsewhere.
            RelayError: the relay refuses to tell, and time does not heal that.
            InvalidRequestError: timeout or poll_interval is no number of seconds.
        """
        from klingkit._result import Result

        with closing(self._attached().poller.watch([self], timeout, poll_interval, on_update)) as ended:
            for _, error in ended:
                if error is not None:
                    raise error
        return Result(self)


class AsyncTask(TaskBase[AsyncEngine]):
    """A task made or found by `AsyncKling`."""

    __slots__ = ()

    async def refresh(self) -> AsyncTask:
        """Ask the relay where the task stands, as `Task.refresh` does."""
        engine = self._attached()
        before = self._status()
        await engine.run(refresh(engine.session, self))
        if engine.hooks is not None and before != self._status():
            engine.hooks.changed(self, before[0])
        return self

    async def wait(
        self,
        timeout: float = 600.0,
        poll_interval: float | None = None,
        on_update: Callable[[AsyncTask], object] | None = None,
    ) -> AsyncResult:
        """Wait until the task has succeeded, as `Task.wait` does. `on_update` may be a coroutine function."""
        from klingkit._result import AsyncResult

        async with aclosing(self._attached().poller.watch([self], timeout, poll_interval, on_update)) as ended:
            async for _, error in ended:
                if error is not None:
                    raise error
        return AsyncResult(self)


def _home_of(engine: E | None, relay: str, operation: str, route: Route | None) -> Home[E]:
    if engine is None:
        return Home(None, relay, operation, route)
    key = operation if route is None else (operation, "routed")
    home: Home[E] | None = engine.homes.get(key)
    if home is None or home.relay != relay or home.route != route:
        home = engine.homes[key] = Home(engine, relay, operation, route)
    return home


class Resumed(NamedTuple):
    """What is known of a task that `to_json` wrote, or that came out of a pickle."""

    relay: str
    operation: str
    task_id: str
    external_task_id: str | None
    state: TaskState
    route: Route | None


def resumed(source: object) -> Resumed:
    """Return what is known of the task that `to_json` wrote, or of an unpickled one.

    Raises:
        InvalidRequestError: it is neither.
    """
    if isinstance(source, TaskBase):
        known = (source.relay, find_operation(source.operation).id, source.task_id, source.external_task_id)
        return Resumed(*known, source.snapshot, source.route)
    relay, operation, task_id, external, route = _read(source)
    return Resumed(relay, find_operation(operation).id, task_id, external, TaskState(task_id, "unknown"), route)


def _read(source: object) -> tuple[str, str, str, str | None, Route | None]:
    try:
        members = json.loads(source) if isinstance(source, str | bytes) else source
    except (ValueError, RecursionError):
        members = None
    if isinstance(members, dict) and members.get("klingkit_task") == _FORMAT:
        found = [members.get(name) for name in ("relay", "operation", "task_id")]
        external = members.get("external_task_id")
        if all(isinstance(value, str) and value for value in found) and isinstance(external, str | None):
            return str(found[0]), str(found[1]), str(found[2]), external, _route(members.get("route"))
    raise InvalidRequestError(
        "This is no task that klingkit wrote; pass what task.to_json() returned.", argument="source"
    )


def _route(members: object) -> Route | None:
    if members is None:
        return None
    from klingkit._routing import Route  # few tasks have come by one

    return Route.read(members)
