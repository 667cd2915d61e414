"""The wait for a task, as a flow. What to do next is decided in `_polling`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol

from klingkit import _errors as errors
from klingkit._effects import clock, pause, tell
from klingkit._flows import fetch
from klingkit._polling import END_STATES, GiveUp, Progress, Stop, after_error, after_state, plan_wait, remaining
from klingkit._surface import find_operation
from klingkit._text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit._answer import TaskState
    from klingkit._effects import Flow
    from klingkit._polling import Decision, Plan
    from klingkit._request import Session
    from klingkit._timeouts import Timeouts

__all__ = ["Handle", "refresh", "wait"]

_log = logging.getLogger("klingkit")


class Handle(Protocol):
    """The task object of the caller, as far as a wait needs it."""

    relay: str
    operation: str
    task_id: str
    snapshot: TaskState


def refresh(session: Session, task: Handle) -> Flow[bool]:
    """Ask once where `task` stands and note it there; return whether anything changed. Raises as `fetch` does."""
    state = yield from fetch(session, find_operation(task.operation), task.task_id)
    return _note(task, state)


def wait(
    session: Session,
    task: Handle,
    timeout: float,
    poll_interval: float | None,
    on_update: Callable[[Any], Any] | None,
) -> Flow[None]:
    """Wait until `task` has succeeded.

    Raises:
        InvalidRequestError: timeout or poll_interval is no number of seconds.
        TaskFailedError, TaskCancelledError: it ended without a result.
        WaitTimeoutError: the deadline passed; the last error of a poll, if any, is its cause.
        RelayError: the relay refuses to tell, and waiting does not heal that.
    """
    plan = plan_wait(timeout, poll_interval, find_operation(task.operation).media, task.task_id)
    if task.snapshot.state in END_STATES:
        _end(task)
        return
    started, _ = yield from clock()
    progress, now = Progress(started), started
    while True:
        limits = session.timeouts.within(remaining(plan, progress, now))
        decision, trouble = yield from _look(session, task, plan, progress, limits, on_update)
        if isinstance(decision, GiveUp):
            raise _late(task, timeout) from trouble
        if isinstance(decision, Stop):
            if trouble is not None:
                raise trouble
            _end(task)
            return
        progress = decision.progress
        yield from pause(decision.seconds)
        now, _ = yield from clock()


def _look(
    session: Session,
    task: Handle,
    plan: Plan,
    progress: Progress,
    limits: Timeouts,
    on_update: Callable[[Any], Any] | None,
) -> Flow[tuple[Decision, errors.KlingError | None]]:
    """Ask once; return what to do next, and what went wrong, if anything."""
    try:
        state = yield from fetch(session, find_operation(task.operation), task.task_id, limits)
    except errors.KlingError as error:
        _log.info("poll of task %s at %s went wrong (%s)", task.task_id, task.relay, type(error).__name__)
        now, _ = yield from clock()
        return after_error(plan, progress, error, now), error
    if _note(task, state) and on_update is not None:
        yield from tell(on_update, task)
    now, _ = yield from clock()
    return after_state(plan, progress, task.snapshot.state, now), None


def _note(task: Handle, state: TaskState) -> bool:
    before, task.snapshot = task.snapshot, state
    if state.state == "unknown" and state.status_word != before.status_word:
        _log.warning(
            "%s says %r of task %s, a status klingkit does not know; it is taken for not finished.",
            task.relay,
            clean(state.status_word, 60),
            task.task_id,
        )
    if state.task_id not in {task.task_id, before.task_id} and state.external_task_id != task.task_id:
        _log.warning("%s was asked for task %s and told of task %s", task.relay, task.task_id, state.task_id)
    return (before.state, before.status_word) != (state.state, state.status_word)


def _end(task: Handle) -> None:
    """Return if the task succeeded.

    Raises:
        TaskFailedError, TaskCancelledError: it did not.
    """
    state = task.snapshot
    if state.state == "succeeded":
        return
    cancelled = state.state == "cancelled"
    kind = errors.TaskCancelledError if cancelled else errors.TaskFailedError
    raise kind(
        f"Task {task.task_id} at {task.relay} {'was cancelled' if cancelled else 'failed'}: "
        f"{clean(state.reason) or 'no reason given'}. Change the request, or ask the relay why; waiting does not help.",
        task=task,
        task_id=task.task_id,
        reason=clean(state.reason, 1000),
        relay=task.relay,
        operation=f"{task.operation}_get",
        request_id=state.request_id,
    )


def _late(task: Handle, timeout: float) -> errors.WaitTimeoutError:
    word = clean(task.snapshot.status_word, 60) or "nothing yet"
    return errors.WaitTimeoutError(
        f"Task {task.task_id} at {task.relay} has not ended within {timeout:g} seconds; its last status was {word}. "
        "It goes on: do not create it anew, but wait again, or keep error.task.to_json() and resume it later.",
        task=task,
        task_id=task.task_id,
        relay=task.relay,
        operation=f"{task.operation}_get",
        request_id=task.snapshot.request_id,
    )
