"""A task, as the caller holds it: small, readable, and good for another process."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from klingkit._answer import TaskState
from klingkit._engine import AsyncEngine, Engine
from klingkit._errors import ConfigurationError, InvalidRequestError
from klingkit._polling import END_STATES
from klingkit._surface import find_operation
from klingkit._text import clean
from klingkit._waiting import refresh, wait

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from klingkit._answer import File, State
    from klingkit._result import AsyncResult, Result

__all__ = ["AsyncTask", "Task", "TaskBase", "resumed"]

E = TypeVar("E")

_FORMAT = 1


class TaskBase(Generic[E]):
    """What `Task` and `AsyncTask` share.

    Attributes:
        relay: id of the relay the task lives at.
        operation: its operation, such as ``video_text2video``.
        task_id: the relay's id.
        external_task_id: the id the task was created with, if any.
        snapshot: the task as the relay last told it.
    """

    __slots__ = ("_engine", "external_task_id", "operation", "relay", "snapshot", "task_id")

    def __init__(
        self,
        engine: E | None,
        relay: str,
        operation: str,
        task_id: str,
        external_task_id: str | None,
        snapshot: TaskState,
    ) -> None:
        self._engine = engine
        self.relay = relay
        self.operation = operation
        self.task_id = task_id
        self.external_task_id = external_task_id
        self.snapshot = snapshot

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.relay}, {self.operation}, {clean(self.task_id, 80)!r}, state={self.state!r})"
        )

    def _repr_html_(self) -> str:
        from klingkit._notebook import task_html

        return task_html(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # Without the client, which holds the key, and without the raw answer, which may hold anything.
        state = replace(self.snapshot, raw=None)
        return type(self), (None, self.relay, self.operation, self.task_id, self.external_task_id, state)

    @property
    def state(self) -> State:
        """Where the task stood when it was last asked for: ``queued``, ``running``, ``succeeded`` and so on."""
        return self.snapshot.state

    @property
    def done(self) -> bool:
        """Whether it had ended by then, well or not."""
        return self.snapshot.state in END_STATES

    @property
    def status_word(self) -> str | None:
        """The relay's own word for the state."""
        return self.snapshot.status_word

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
        """The relay's last answer, untouched; None after pickling or resuming."""
        return self.snapshot.raw

    def to_json(self) -> str:
        """Return the task as one line of JSON, for ``kling.tasks.resume`` in any process. It holds no key."""
        return json.dumps(
            {
                "klingkit_task": _FORMAT,
                "relay": self.relay,
                "operation": self.operation,
                "task_id": self.task_id,
                "external_task_id": self.external_task_id,
            },
            sort_keys=True,
        )

    def _attached(self) -> E:
        if self._engine is None:
            raise ConfigurationError(
                "This task came out of a pickle and has no client; give it one with kling.tasks.resume(task).",
                relay=self.relay,
            )
        return self._engine


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
        engine.run(refresh(engine.session, self))
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

        engine = self._attached()
        engine.run(wait(engine.session, self, timeout, poll_interval, on_update))
        return Result(self)


class AsyncTask(TaskBase[AsyncEngine]):
    """A task made or found by `AsyncKling`."""

    __slots__ = ()

    async def refresh(self) -> AsyncTask:
        """Ask the relay where the task stands, as `Task.refresh` does."""
        engine = self._attached()
        await engine.run(refresh(engine.session, self))
        return self

    async def wait(
        self,
        timeout: float = 600.0,
        poll_interval: float | None = None,
        on_update: Callable[[AsyncTask], object] | None = None,
    ) -> AsyncResult:
        """Wait until the task has succeeded, as `Task.wait` does. `on_update` may be a coroutine function."""
        from klingkit._result import AsyncResult

        engine = self._attached()
        await engine.run(wait(engine.session, self, timeout, poll_interval, on_update))
        return AsyncResult(self)


def resumed(source: object, relay: str) -> tuple[str, str, str | None, TaskState]:
    """Return operation, task id, external id and last known state of what `to_json` wrote, or of an unpickled task.

    Raises:
        InvalidRequestError: it is neither, or the task lives at another relay.
    """
    state = TaskState(None, "unknown")
    if isinstance(source, TaskBase):
        home, operation, task_id = source.relay, source.operation, source.task_id
        external, state = source.external_task_id, source.snapshot
    else:
        home, operation, task_id, external = _read(source)
        state = replace(state, task_id=task_id)
    if home != relay:
        raise InvalidRequestError(
            f"This task lives at {home}; resume it with Kling(relay={home!r}), not {relay}.",
            argument="source",
            relay=relay,
        )
    return find_operation(operation).id, task_id, external, state


def _read(source: object) -> tuple[str, str, str, str | None]:
    try:
        members = json.loads(source) if isinstance(source, str | bytes) else source
    except (ValueError, RecursionError):
        members = None
    if isinstance(members, dict) and members.get("klingkit_task") == _FORMAT:
        found = [members.get(name) for name in ("relay", "operation", "task_id")]
        external = members.get("external_task_id")
        if all(isinstance(value, str) and value for value in found) and isinstance(external, str | None):
            return str(found[0]), str(found[1]), str(found[2]), external
    raise InvalidRequestError(
        "This is no task that klingkit wrote; pass what task.to_json() returned.", argument="source"
    )
