"""Calls that make no task, and calls of the caller's own, as flows.

The rule of the creates holds here, too: what may cost something is sent once. There is no id to look for it by, so
after a lost answer the caller is told that the outcome is unknown.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from klingkit import _errors as errors
from klingkit._answer import read_answer
from klingkit._effects import clock, pause, send, work
from klingkit._fields import call_fields
from klingkit._placing import found_at
from klingkit._reading import missing_data, read_document_of, request_id_of
from klingkit._request import free_call, raw_call
from klingkit._retry import before_next_create, before_next_read, is_ambiguous
from klingkit._surface import check_offered, row_of
from klingkit._text import clean, elide
from klingkit._values import walk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from klingkit._answer import TaskState
    from klingkit._effects import Call, Flow, Reply
    from klingkit._records import Record
    from klingkit._request import Session

__all__ = ["Answered", "RawAnswer", "ask", "ask_raw", "finished_task"]

R = TypeVar("R", bound="Record")


@dataclass(frozen=True, slots=True)
class Answered:
    """What a call answered: a document with ``data`` in it."""

    document: Any
    request_id: str | None

    def one(self, record: type[R]) -> R:
        """Return the data as a `record`."""
        return record(self.document["data"])

    def many(self, record: type[R], path: str) -> list[R]:
        """Return every object at `path` as a `record`."""
        steps = tuple((step.removesuffix("[]"), step.endswith("[]")) for step in path.split("."))
        return [record(found) for found in walk(self.document, steps) if isinstance(found, dict)]


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What a call of your own answered.

    Attributes:
        status: the HTTP status.
        headers: the headers; names are lower-case.
        raw: the JSON document, untouched; None if the body was empty.
        request_id: the relay's id of the exchange.
    """

    status: int
    headers: Mapping[str, str]
    raw: Any
    request_id: str | None = None


def ask(
    session: Session,
    operation: str,
    arguments: Mapping[str, Any],
    extra: Mapping[str, Any] | None,
    extra_headers: Mapping[str, str] | None,
    validate: bool | None = None,
) -> Flow[Answered]:
    """Make a call of the one spec that makes no task. `operation` is its whole id.

    `validate` says whether it is held against the relay's documents; None leaves that to the session.

    Raises:
        InvalidRequestError: an argument is wrong, or the relay does not offer the call; nothing was sent.
        TooExpensiveError: it costs more than the client's ``max_cost``.
        TransportError, RelayError, UnexpectedAnswerError: it could not be asked, or refuses.
        OutcomeUnknownError: it may cost something, and no usable answer came.
    """
    checks = session.validate if validate is None else validate
    flow = _ask(session, operation, arguments, extra, extra_headers, checks=checks)
    if session.spans is None or not row_of(operation).paid:
        return flow
    media = "speech" if row_of(operation).area == "audio" else "json"
    return session.spans.calling(session, operation.rpartition("_")[0], media, arguments, flow)


def _ask(
    session: Session,
    operation: str,
    arguments: Mapping[str, Any],
    extra: Mapping[str, Any] | None,
    extra_headers: Mapping[str, str] | None,
    *,
    checks: bool,
) -> Flow[Answered]:
    check_offered(session.relay, operation, allow_undocumented=session.allow_undocumented)

    def prepare() -> tuple[Call, dict[str, Any]]:
        def build(given: Mapping[str, Any]) -> dict[str, Any]:
            return call_fields(operation, given, extra)

        if checks:
            from klingkit._call_checks import checked_call  # the documents' tables: loaded when first needed

            fields = checked_call(session, operation, build, arguments, extra)
        else:
            fields = build(arguments)
        if session.limit is not None and row_of(operation).paid:
            session.limit.check(session.relay.id, operation.rpartition("_")[0], fields)
        return free_call(session, operation, fields, extra_headers), fields

    call, fields = yield from work(prepare)
    document, reply = yield from _exchange(session, call, fields, once=row_of(operation).paid, needs_data=True)
    if isinstance(made := found_at(document, ("data", "task_id")), str):
        session.prompts.keep(operation, made, fields)
    return Answered(document, request_id_of(reply))


def ask_raw(
    session: Session,
    method: str,
    path: object,
    params: Mapping[str, Any] | None,
    body: object,
    extra_headers: Mapping[str, str] | None,
) -> Flow[RawAnswer]:
    """Make a call of the caller's own. Only a GET is tried again.

    Raises:
        InvalidRequestError: an argument is wrong; nothing was sent.
        TransportError, RelayError, UnexpectedAnswerError: it could not be asked, or refuses.
        OutcomeUnknownError: it was no GET, and no usable answer came.
    """
    call = raw_call(session, method, path, params, body, extra_headers)
    given = body if isinstance(body, dict) else {}
    if method == "GET":
        document, reply = yield from _exchange(session, call, given, once=False, needs_data=False)
    else:
        document, reply = yield from _once(call, given, needs_data=False)
    return RawAnswer(reply.status, reply.headers, document, request_id_of(reply))


def finished_task(session: Session, operation: str, answered: Answered) -> TaskState:
    """Return the task of a call that answers with a finished one.

    Raises:
        TaskFailedError: it failed.
        MissingFieldError: the answer names no task.
    """
    state = read_answer(answered.document, media="audio").task
    context = {"relay": session.relay.id, "operation": operation, "request_id": answered.request_id}
    if state is None or state.task_id is None:
        raise errors.MissingFieldError(
            f"{session.relay.id} answered {operation} without a task. Show the answer to the relay's support.",
            content_type="application/json",
            excerpt="",
            **context,
        )
    if state.state in {"failed", "cancelled"}:
        reason = clean(state.reason) or "no reason given"
        raise errors.TaskFailedError(
            f"{operation} at {session.relay.id} failed: {reason}. Change the request, or ask the relay why.",
            task=None,
            task_id=state.task_id,
            reason=clean(state.reason, 1000),
            **context,
        )
    return state


def _exchange(
    session: Session, call: Call, fields: Mapping[str, Any], *, once: bool, needs_data: bool
) -> Flow[tuple[Any, Reply]]:
    """Send `call`, and again where that is safe."""
    for attempt in itertools.count():
        try:
            return (yield from _once(call, fields, needs_data=needs_data, told=once))
        except errors.KlingError as error:
            most = session.max_retries
            if once:
                delay = before_next_create(error, attempt, most, call.url, hasty=session.hasty)
            else:
                delay = before_next_read(error, attempt, most, call.url)
            if delay is None:
                raise
            trouble = error
        yield from pause(delay, trouble, attempt + 1)
    raise AssertionError("unreachable: the loop above has no other end")


def _once(call: Call, fields: Mapping[str, Any], *, needs_data: bool, told: bool = True) -> Flow[tuple[Any, Reply]]:
    """Send `call` once. `told`: a lost answer is an outcome unknown."""
    _, when = yield from clock()
    try:
        reply = yield from send(call)
        document = read_document_of(reply, call, now=when, empty=not needs_data)
        if needs_data and not (isinstance(document, dict) and isinstance(document.get("data"), dict | list)):
            raise missing_data(reply, call)
    except errors.KlingError as error:
        if told and is_ambiguous(error):
            raise _unknown(call, fields, when, error) from error
        raise
    return document, reply


def _unknown(
    call: Call, fields: Mapping[str, Any], when: datetime, error: errors.KlingError
) -> errors.OutcomeUnknownError:
    elided = elide(dict(fields))
    return errors.OutcomeUnknownError(
        f"{call.relay} may or may not have carried out, and billed, the call {call.operation} sent at "
        f"{when.isoformat(timespec='seconds')}: {error} There is no id to look for it by; look at your balance on the "
        "relay's website before you call again.",
        external_task_id=None,
        when=when,
        fields=elided if isinstance(elided, dict) else {},
        seen=str(error),
        relay=call.relay,
        operation=call.operation,
        request_id=error.request_id,
        status=error.status,
        code=error.code,
        message=error.message,
    )
