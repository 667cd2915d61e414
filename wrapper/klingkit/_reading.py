"""From the reply of a relay to an Answer, or to the error that says what is wrong with it. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

from klingkit import _errors as errors
from klingkit._answer import Answer, Media, Refusal, read_answer
from klingkit._document import Unreadable, read_document
from klingkit._refusals import Exchanged, refusal_error
from klingkit._text import clean
from klingkit._values import identifier, number, web_address

if TYPE_CHECKING:
    from datetime import datetime

    from klingkit._effects import Call, Reply

__all__ = [
    "missing_data",
    "missing_id",
    "read_document_of",
    "read_reply",
    "request_id_of",
    "retry_after_of",
]

_REQUEST_ID_HEADERS = ("x-request-id", "x-oneapi-request-id", "x-trace-id", "cf-ray")
U = TypeVar("U", bound=errors.UnexpectedAnswerError)

_NO_WORDS = Refusal("none", None, "")


def read_reply(
    reply: Reply,
    call: Call,
    *,
    media: Media,
    now: datetime | None = None,
    external_task_id: str | None = None,
) -> Answer:
    """Return the answer in `reply`: one with a task, or with a list of tasks.

    Args:
        reply: what came.
        call: what it answers.
        media: what the operation makes.
        now: the time of day, to understand a Retry-After that is a date.
        external_task_id: the id a create was sent with.

    Raises:
        RelayError: the relay refuses, by its code or by the HTTP status.
        UnexpectedAnswerError: it is a redirect, no JSON, too long, or lacks what it is about.
    """
    where = Exchanged(call.relay, call.operation, reply.status, request_id_of(reply), retry_after_of(reply, now))
    answer = _answered(reply, where, media, external_task_id)
    if answer.task is None and answer.tasks is None:
        what = "a JSON answer that holds neither a task nor an error"
        raise _unexpected(errors.MissingFieldError, reply, where, what, _shown(reply))
    return answer


def read_document_of(reply: Reply, call: Call, *, now: datetime | None = None, empty: bool = False) -> Any:
    """Return the JSON document in `reply`, whatever it is about. `empty`: an empty body is fine, and is None.

    Raises:
        RelayError: the relay refuses, by its code or by the HTTP status.
        UnexpectedAnswerError: it is a redirect, no JSON, or too long.
    """
    where = Exchanged(call.relay, call.operation, reply.status, request_id_of(reply), retry_after_of(reply, now))
    if empty and 200 <= reply.status < 300 and not reply.body.strip():
        return None
    return _answered(reply, where, "video", None).raw


def missing_data(reply: Reply, call: Call) -> errors.MissingFieldError:
    """Return the error for an answer without the data it is about."""
    where = Exchanged(call.relay, call.operation, reply.status, request_id_of(reply))
    return _unexpected(errors.MissingFieldError, reply, where, "an answer without its data", _shown(reply))


def _answered(reply: Reply, where: Exchanged, media: Media, external_task_id: str | None) -> Answer:
    if 300 <= reply.status < 400:
        raise _redirect(reply, where)
    if reply.too_large:
        raise _unexpected(errors.AnswerTooLargeError, reply, where, "an answer longer than any of this API", "")
    document = read_document(reply.body, reply.headers.get("content-type", ""))
    if isinstance(document, Unreadable):
        if reply.status >= 400:
            raise refusal_error(_NO_WORDS, where)
        raise _unreadable(document, reply, where)
    answer = read_answer(document.value, media=media)
    if answer.refusal is not None or reply.status >= 400:
        raise refusal_error(answer.refusal or _NO_WORDS, where, external_task_id)
    return answer


def request_id_of(reply: Reply) -> str | None:
    """Return the request id in the headers."""
    for name in _REQUEST_ID_HEADERS:
        if name in reply.headers and (found := identifier(reply.headers[name])):
            return found
    return None


def retry_after_of(reply: Reply, now: datetime | None) -> float | None:
    """Return how many seconds the reply asks to wait: from milliseconds, seconds, or a date."""
    if "retry-after" not in reply.headers and "retry-after-ms" not in reply.headers:
        return None
    milliseconds = number(reply.headers.get("retry-after-ms"))
    if milliseconds is not None and milliseconds >= 0:
        return milliseconds / 1000
    wish = reply.headers.get("retry-after", "").strip()
    seconds = number(wish)
    if seconds is not None:
        return seconds if seconds >= 0 else None
    if not wish or now is None:
        return None
    from email.utils import parsedate_to_datetime  # few relays send a date

    try:
        wait = (parsedate_to_datetime(wish) - now).total_seconds()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return max(0.0, wait) if math.isfinite(wait) else None


def missing_id(reply: Reply, call: Call) -> errors.MissingFieldError:
    """Return the error for an answer to a create that names no task."""
    where = Exchanged(call.relay, call.operation, reply.status, request_id_of(reply))
    return _unexpected(errors.MissingFieldError, reply, where, "an answer without a task id", _shown(reply))


def _redirect(reply: Reply, where: Exchanged) -> errors.RedirectError:
    address = web_address(reply.headers.get("location")) or ""
    location = clean(address.partition("?")[0].partition("#")[0])
    return errors.RedirectError(
        f"{where.relay} answered {where.operation} with a redirect (HTTP {where.status}) to "
        f"{location or 'nowhere'}. klingkit does not follow, for the key is meant for the relay alone; "
        "if the relay has moved, pass its new address as base_url.",
        location=location,
        **_context(reply, where),
    )


def _unreadable(document: Unreadable, reply: Reply, where: Exchanged) -> errors.UnexpectedAnswerError:
    shown = clean(document.beginning, 200)
    match document.why:
        case "html":
            what = "a web page instead of JSON; most gateways do that for what they do not offer"
            return _unexpected(errors.HtmlPageError, reply, where, what, shown)
        case "empty":
            return _unexpected(errors.NotJsonError, reply, where, "an empty body", shown)
        case "too deep":
            return _unexpected(errors.NotJsonError, reply, where, "JSON nested too deep to be an answer", shown)
        case _:
            return _unexpected(errors.NotJsonError, reply, where, "something that is not JSON, or is cut off", shown)


def _unexpected(kind: type[U], reply: Reply, where: Exchanged, what: str, excerpt: str) -> U:
    marks = f"HTTP {where.status}" + (f", request id {clean(where.request_id, 100)}" if where.request_id else "")
    return kind(
        f"{where.relay} answered {where.operation} with {what} ({marks}). Check base_url and whether the relay offers "
        "this; if both are right, show the answer to the relay's support.",
        content_type=clean(reply.headers.get("content-type", ""), 100),
        excerpt=excerpt,
        **_context(reply, where),
    )


def _context(reply: Reply, where: Exchanged) -> dict[str, Any]:
    return {
        "relay": where.relay,
        "operation": where.operation,
        "request_id": where.request_id,
        "status": reply.status,
    }


def _shown(reply: Reply) -> str:
    return clean(reply.body[:2000].decode("utf-8", "replace"), 200)
