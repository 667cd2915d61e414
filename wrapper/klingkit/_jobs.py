"""What the jobs of the book are in requests, and how their ends are written down: the same for both pollers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._errors import KlingError, UnsupportedByRelayError
from klingkit._flows import fetch, look_at_page
from klingkit._surface import find_operation
from klingkit._sweep import Sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from klingkit._board import Board, Job
    from klingkit._effects import Flow
    from klingkit._request import Session
    from klingkit._wait_span import WaitSpan
    from klingkit._waiting import Handle

__all__ = ["flow_of", "home_of", "lists", "name_of", "note_end", "note_error", "wait_span"]


def lists(session: Session, operation: str) -> bool:
    """Whether the relay documents a list of the tasks of an operation."""
    try:
        asked = find_operation(operation)
        offer = session.offer(asked)
    except UnsupportedByRelayError:
        return False
    return offer.lists and offer.documented and not asked.shared  # a page by cursor serves no sweep


def home_of(job: Job) -> str:
    """Return the id of the relay that the job asks."""
    return job.relay if isinstance(job, Sweep) else job.task.relay


def name_of(job: Job) -> str:
    """Return the operationId of what the job asks."""
    return f"{job.operation}_list" if isinstance(job, Sweep) else f"{job.task.operation}_get"


def flow_of(job: Job, session: Session, left: float) -> Flow[Any]:
    """Return the flow that carries out a job; whoever runs it has `left` seconds left."""
    limits, spans = session.timeouts.within(min(job.left, left)), session.spans
    flow: Flow[Any]
    if isinstance(job, Sweep):
        flow = look_at_page(session, find_operation(job.operation), job.page, job.size, limits)
        return flow if spans is None else spans.sweeping(session.relay.id, job.operation, job.spans, flow)
    flow = fetch(session, find_operation(job.task.operation), job.task.task_id, limits)
    if spans is None:
        return flow
    watch = job.place._watch
    return spans.looking(None if watch is None else watch.span, flow)


def wait_span(session_at: Callable[[str], Session], tasks: Sequence[Handle]) -> WaitSpan | None:
    """Return the span of a wait that begins now, at whichever relays the tasks are; None without tracing."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for task in tasks:
        groups.setdefault(task.relay, []).append((task.operation, task.task_id))
    if not groups or (spans := session_at(next(iter(groups))).spans) is None:
        return None
    return spans.waiting(groups, [session_at(relay).spans or spans for relay in groups])


def note_end(board: Board, job: Job, result: Any, now: float) -> int:
    """Write down what the relay answered; return how many tasks it told of."""
    if isinstance(job, Sweep):
        board.swept(job, result.tasks, now)
        return len(result.tasks)
    board.looked(job, result, now)
    return 1


def note_error(board: Board, job: Job, error: Exception, now: float) -> None:
    """Write down that a job went wrong."""
    if not isinstance(error, KlingError):
        board.broken(job, error)
    elif isinstance(job, Sweep):
        board.sweep_failed(job, error, now)
    else:
        board.look_failed(job, error, now)
