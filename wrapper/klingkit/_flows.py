"""What the client does, step by step: create, get, list. Each is a flow; `_driver` does what they ask.

The one rule above all: a create costs money. Once a request may have reached the relay it is never sent again; the
task is looked up by its external_task_id, and where that does not find it, the caller is told that the outcome is
unknown.
"""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from klingkit import _errors as errors
from klingkit._dialect import refuse_dropped, wording_of
from klingkit._effects import clock, pause, send, work
from klingkit._fields import request_fields
from klingkit._placing import found_at
from klingkit._reading import missing_id, read_reply, request_id_of
from klingkit._request import create_call, get_call, list_call
from klingkit._retry import LOOKUP_PAUSES, before_next_create, before_next_read, is_ambiguous, is_passing
from klingkit._text import clean, elide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from klingkit._answer import Answer, TaskState
    from klingkit._effects import Call, Flow, Reply
    from klingkit._request import Session
    from klingkit._surface import Offer, Operation
    from klingkit._timeouts import Timeouts

__all__ = ["Order", "Page", "create", "fetch", "fetch_page", "get", "look_at_page", "order"]

_log = logging.getLogger("klingkit")
_LOOKUP_PAGE = 100
_LOOKUP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Order:
    """A create that is about to be sent: known in full before the money can go."""

    session: Session
    operation: Operation
    offer: Offer
    call: Call
    fields: Mapping[str, Any]
    external_task_id: str | None
    minted: bool


def order(
    session: Session,
    operation: Operation,
    arguments: Mapping[str, Any],
    extra: Mapping[str, Any] | None,
    extra_headers: Mapping[str, str] | None,
    minted: str,
    validate: bool | None = None,
) -> Order:
    """Return the order for a create, checked. `minted` is the external_task_id to use when the caller gave none.

    `validate` says whether it is held against the relay's documents; None leaves that to the session.

    Raises:
        InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
        TooExpensiveError: it costs more than the client's ``max_cost``.
        UnsupportedByRelayError: the relay is known to drop a field on the way.
    """
    offer, row = session.offer(operation), operation.row
    wording = wording_of(session.relay.dialect, operation.id)

    def build(given: Mapping[str, Any]) -> dict[str, Any]:
        return request_fields(operation.id, given, extra, offer, minted)

    checks = session.validate if validate is None else validate
    if checks:
        from klingkit._validation import checked_fields  # the documents' tables: loaded with the first create

        fields = checked_fields(
            build,
            arguments,
            operation=f"{operation.id}_create",
            relay=session.relay.id,
            documents_of=session.relay.documents_of,
            wording=wording,
            extra=extra,
            media=row.media,
        )
    else:
        fields = build(arguments)
    if not session.allow_dropped:
        refuse_dropped(wording, session.relay.id, operation.id, fields)
    given = {name for name, value in arguments.items() if value is not None and name not in row.paths}
    if unheard := sorted(given - offer.fields) if offer.documented and not wording.rest else []:
        if session.strict and checks and not session.allow_dropped:
            raise errors.UnsupportedByRelayError(
                f"{session.relay.id} documents no {', '.join(unheard)} for {operation.id}; it may ignore that, and "
                "still bill. Leave it out, or pass allow_dropped=True.",
                relay=session.relay.id,
                operation=f"{operation.id}_create",
                argument=unheard[0],
            )
        _log.warning(
            "%s documents no %s for %s; it may ignore that, and still bill.",
            session.relay.id,
            ", ".join(unheard),
            operation.id,
        )
    if session.limit is not None:
        session.limit.check(session.relay.id, operation.id, fields)
    external = found_at(fields, row.external_id)
    call = create_call(session, operation, fields, extra_headers)
    sent = external if isinstance(external, str) else None
    return Order(session, operation, offer, call, fields, sent, minted=sent == minted)


def create(prepare: Callable[[], Order]) -> Flow[tuple[TaskState, Order]]:
    """Send the order that `prepare` returns, once, and return the task. `prepare` may read files.

    Raises:
        InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
        ConnectionFailedError: the relay could not be reached; nothing was sent.
        RelayError: the relay refuses; nothing is charged.
        RedirectError: the relay redirects; nothing was done.
        OutcomeUnknownError: no usable answer came, and the task was not found.
    """
    order = yield from work(prepare)
    flow, spans = _create(order), order.session.spans
    try:
        state = yield from flow if spans is None else spans.creating(order, flow)
    except errors.KlingError:
        raise
    except BaseException as interruption:
        interruption.add_note(
            f"klingkit was creating {order.operation.id} at {order.call.relay} with external_task_id "
            f"{order.external_task_id}; the task may exist and be charged."
        )
        raise
    order.session.prompts.keep(order.operation.id, state.task_id, order.fields)
    return state, order


def _create(order: Order) -> Flow[TaskState]:
    session, call = order.session, order.call
    key = order.external_task_id or call.url
    for attempt in itertools.count():
        _, when = yield from clock()
        _log.info("creating %s at %s, external_task_id %s", order.operation.id, call.relay, order.external_task_id)
        try:
            reply = yield from send(call)
            return _accepted(order, reply, when)
        except errors.KlingError as error:
            if isinstance(error, errors.DuplicateTaskError) and (attempt or order.minted):
                # Nobody else knows the id: an earlier try, ours or one inside the relay, was taken after all.
                return (yield from _reconcile(order, error, when))
            delay = before_next_create(error, attempt, session.max_retries, key, hasty=session.hasty)
            if delay is None:
                if not is_ambiguous(error):
                    raise
                return (yield from _reconcile(order, error, when))
            trouble = error
        yield from pause(delay, trouble, attempt + 1)
    raise AssertionError("unreachable: the loop above has no other end")


def fetch(session: Session, operation: Operation, task_id: str, timeouts: Timeouts | None = None) -> Flow[TaskState]:
    """Ask once for a task.

    Raises:
        TransportError: no answer came.
        RelayError: the relay refuses; NotFoundError when it knows no such task.
        UnexpectedAnswerError: what came is no answer about a task.
    """
    state, reply = yield from _query(session, operation, task_id, timeouts)
    if state is None and operation.shared:
        state, reply = yield from _query(session, operation, task_id, timeouts, external=True)
        if state is None:
            raise _no_such_task(session, operation, task_id, reply)
    if state is None or (state.task_id is None and state.status_word is None):
        raise missing_id(reply, get_call(session, operation, task_id))
    return state if state.task_id is not None else replace(state, task_id=task_id)


def _no_such_task(session: Session, operation: Operation, task_id: str, reply: Reply) -> errors.NotFoundError:
    """Return the error for an id that was left out of the answer: where many can be asked for, none is refused."""
    return errors.NotFoundError(
        f"{session.relay.id} knows no task {clean(task_id, 80)!r} of {operation.id}. Check the id, and which account "
        "the key belongs to.",
        relay=session.relay.id,
        operation=f"{operation.shared}_get",
        request_id=request_id_of(reply),
        status=reply.status,
    )


def _query(
    session: Session, operation: Operation, task_id: str, timeouts: Timeouts | None, *, external: bool = False
) -> Flow[tuple[TaskState | None, Reply]]:
    call = get_call(session, operation, task_id, timeouts, external=external)
    reply = yield from send(call)
    _, now = yield from clock()
    return _only(read_reply(reply, call, media=operation.media, now=now), reply), reply


def get(session: Session, operation: Operation, task_id: str) -> Flow[TaskState]:
    """Ask for a task, again if something passing is in the way. Raises as `fetch` does."""
    session.offer(operation)
    for attempt in itertools.count():
        try:
            return (yield from fetch(session, operation, task_id))
        except errors.KlingError as error:
            delay = before_next_read(error, attempt, session.max_retries, task_id)
            if delay is None:
                raise
            trouble = error
        yield from pause(delay, trouble, attempt + 1)
    raise AssertionError("unreachable: the loop above has no other end")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of tasks. `following` is the cursor of the next page, where pages are asked for by cursor."""

    tasks: tuple[TaskState, ...]
    following: str | None = None
    is_last: bool = False


def fetch_page(
    session: Session, operation: Operation, page: int, page_size: int, cursor: str | None = None
) -> Flow[Page]:
    """Ask for a page of tasks, again if something passing is in the way.

    Where pages are asked for by cursor, those before `page` are gone through, unless its `cursor` is given.

    Raises:
        UnsupportedByRelayError: the relay documents no list.
        TransportError, RelayError, UnexpectedAnswerError: as `fetch` does.
    """
    if not session.offer(operation).lists:
        raise errors.UnsupportedByRelayError(
            f"{session.relay.id} has no list of tasks; keep the ids, and ask for each with kling.tasks.get.",
            relay=session.relay.id,
            operation=f"{operation.id}_list",
        )
    if session.validate:
        from klingkit._call_checks import check_page  # the documents' tables: loaded when first needed

        check_page(session, operation, page, page_size)
    list_call(session, operation, page, page_size)  # refuses numbers out of range before anything is sent
    found = yield from _page_again(session, operation, page, page_size, cursor)
    for _ in range(page - 1 if operation.shared and cursor is None else 0):
        if found.is_last:
            return Page((), is_last=True)
        found = yield from _page_again(session, operation, page, page_size, found.following)
    return found


def _page_again(session: Session, operation: Operation, page: int, page_size: int, cursor: str | None) -> Flow[Page]:
    for attempt in itertools.count():
        try:
            return (yield from look_at_page(session, operation, page, page_size, cursor=cursor))
        except errors.KlingError as error:
            delay = before_next_read(error, attempt, session.max_retries, f"{page}")
            if delay is None:
                raise
            trouble = error
        yield from pause(delay, trouble, attempt + 1)
    raise AssertionError("unreachable: the loop above has no other end")


def look_at_page(
    session: Session,
    operation: Operation,
    page: int,
    page_size: int,
    timeouts: Timeouts | None = None,
    cursor: str | None = None,
) -> Flow[Page]:
    """Ask once for a page of tasks. Raises as `fetch` does."""
    call = list_call(session, operation, page, page_size, cursor)
    reply = yield from send(call if timeouts is None else replace(call, timeouts=timeouts))
    _, now = yield from clock()
    answer = read_reply(reply, call, media=operation.media, now=now)
    if answer.tasks is None:
        raise missing_id(reply, call)
    tasks = tuple(state for state in answer.tasks if state.task_id is not None)
    if not operation.shared:
        return Page(tasks, is_last=len(answer.tasks) < page_size)
    told = found_at(answer.raw, ("data", "next_cursor"))
    following = told if isinstance(told, str) and told and told != cursor else None
    if found_at(answer.raw, ("data", "has_more")) is False:
        following = None
    return Page(tasks, following, is_last=following is None)


def _accepted(order: Order, reply: Reply, when: datetime) -> TaskState:
    answer = read_reply(
        reply, order.call, media=order.operation.media, now=when, external_task_id=order.external_task_id
    )
    state = _only(answer, reply)
    if state is None or state.task_id is None:
        raise missing_id(reply, order.call)
    if state.status_word is None:
        state = replace(state, state="queued")  # some relays leave the status out when they accept
    silent = state.state in {"failed", "cancelled"} and not state.reason
    if silent or (state.state == "succeeded" and not state.files):
        state = replace(state, state="running")  # it was that quick; what it made, or why not, is told when asked for
    return state


def _only(answer: Answer, reply: Reply) -> TaskState | None:
    """Return the task of an answer about one, also when it came as a list of one."""
    state = answer.task or (answer.tasks[0] if answer.tasks and len(answer.tasks) == 1 else None)
    if state is not None and state.request_id is None:
        state = replace(state, request_id=request_id_of(reply))
    return state


def _reconcile(order: Order, error: errors.KlingError, when: datetime) -> Flow[TaskState]:
    """Look for the task of a create without a usable answer. Only reading, and for a bounded time."""
    _log.warning(
        "no usable answer to %s at %s (%s); looking for external_task_id %s",
        order.operation.id,
        order.call.relay,
        type(error).__name__,
        order.external_task_id,
    )
    external = order.external_task_id
    if external is not None and order.offer.finds_external_ids:
        found = yield from _find(order, external)
        if found is not None:
            return found
    raise _unknown(order, error, when) from error


def _find(order: Order, external: str) -> Flow[TaskState | None]:
    session, operation = order.session, order.operation
    for seconds in LOOKUP_PAUSES:
        yield from pause(seconds)
        try:
            limits = session.timeouts.within(_LOOKUP_SECONDS)
            state, _ = yield from _query(session, operation, external, limits, external=True)
        except errors.KlingError as error:
            if not is_passing(error) and not isinstance(error, errors.NotFoundError):
                break  # the relay does not take the caller's id here
        else:
            # An answer without an id is no proof of a task; one with another external id is somebody else's.
            if state is not None and state.task_id is not None and state.external_task_id in {None, external}:
                return state
    if order.offer.lists:
        try:
            page = yield from look_at_page(session, operation, 1, _LOOKUP_PAGE)
        except errors.KlingError:
            return None
        return next((state for state in page.tasks if state.external_task_id == external), None)
    return None


def _unknown(order: Order, error: errors.KlingError, when: datetime) -> errors.OutcomeUnknownError:
    relay, external = order.call.relay, order.external_task_id
    if external is not None and order.offer.finds_external_ids:
        advice = (
            "It was looked for and not found, which proves nothing. Ask again later with "
            f"kling.tasks.get({external!r}, operation={order.operation.id!r}), or look on the relay's website, before "
            "you create it anew."
        )
    else:
        advice = (
            "This relay cannot be asked; look at your tasks and your balance on its website before you create anew."
        )
    elided = elide(dict(order.fields))
    return errors.OutcomeUnknownError(
        f"{relay} may or may not have made, and billed, the task of {order.operation.id} sent at "
        f"{when.isoformat(timespec='seconds')}: {error} {advice}",
        external_task_id=external,
        when=when,
        fields=elided if isinstance(elided, dict) else {},
        seen=str(error),
        relay=relay,
        operation=order.call.operation,
        request_id=error.request_id,
        status=error.status,
        code=error.code,
        message=error.message,
    )
