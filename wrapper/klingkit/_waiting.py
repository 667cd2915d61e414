"""What an answer about a task means to whoever waits for it. Pure."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol

from klingkit import _errors as errors
from klingkit._flows import fetch
from klingkit._surface import find_operation
from klingkit._text import clean

if TYPE_CHECKING:
    from klingkit._answer import State, TaskState
    from klingkit._effects import Flow
    from klingkit._request import Session

__all__ = ["Handle", "ending", "late", "note", "refresh"]

_log = logging.getLogger("klingkit")


class Handle(Protocol):
    """The task object of the caller, as far as a wait needs it."""

    task_id: str
    snapshot: TaskState
    _watch: Any
    _due: float | None

    @property
    def relay(self) -> str:
        """Id of the relay."""

    @property
    def operation(self) -> str:
        """Id of the operation, without verb."""

    def _settle(self) -> None:
        """Keep the snapshot small from here on."""

    def _status(self) -> tuple[State, str | None]:
        """Return state and status word of the snapshot."""


def refresh(session: Session, task: Handle) -> Flow[None]:
    """Ask once where `task` stands and note it there. Raises as `fetch` does."""
    state = yield from fetch(session, find_operation(task.operation), task.task_id)
    note(task, state)


def note(task: Handle, state: TaskState) -> bool:
    """Let `task` stand as `state` says; return whether its status changed."""
    before, before_word = task._status()
    if state.state == "unknown" and state.status_word != before_word:
        _log.warning(
            "%s says %r of task %s, a status klingkit does not know; it is taken for not finished.",
            task.relay,
            clean(state.status_word, 60),
            task.task_id,
        )
    foreign = state.task_id != task.task_id and state.external_task_id != task.task_id
    if foreign and state.task_id != task.snapshot.task_id:
        _log.warning("%s was asked for task %s and told of task %s", task.relay, task.task_id, state.task_id)
    task.snapshot = state
    return (before, before_word) != (state.state, state.status_word)


def ending(task: Handle) -> errors.TaskFailedError | None:
    """Return the error that an ended task ends its wait with; None when it has succeeded."""
    state = task.snapshot
    if state.state == "succeeded":
        return None
    cancelled = state.state == "cancelled"
    kind = errors.TaskCancelledError if cancelled else errors.TaskFailedError
    return kind(
        f"Task {task.task_id} at {task.relay} {'was cancelled' if cancelled else 'failed'}: "
        f"{clean(state.reason) or 'no reason given'}. Change the request, or ask the relay why; waiting does not help.",
        task=task,
        task_id=task.task_id,
        reason=clean(state.reason, 1000),
        relay=task.relay,
        operation=f"{task.operation}_get",
        request_id=state.request_id,
    )


def late(task: Handle, timeout: float, trouble: errors.KlingError | None) -> errors.WaitTimeoutError:
    """Return the error of a wait whose deadline passed; `trouble` is what was wrong with the last poll, if anything."""
    word = clean(task.snapshot.status_word, 60) or "nothing yet"
    error = errors.WaitTimeoutError(
        f"Task {task.task_id} at {task.relay} has not ended within {timeout:g} seconds; its last status was {word}. "
        "It goes on: do not create it anew, but wait again, or keep error.task.to_json() and resume it later.",
        task=task,
        task_id=task.task_id,
        relay=task.relay,
        operation=f"{task.operation}_get",
        request_id=task.snapshot.request_id,
    )
    error.__cause__ = trouble
    return error
