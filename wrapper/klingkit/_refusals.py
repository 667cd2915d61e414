"""Which error a refusal is: by its code first, then by the HTTP status. Pure.

The codes are Kling's (error code page of the official documentation) and those of the new-api gateways, whose words
and statuses mislead: no balance is HTTP 403, an unknown model is HTTP 503.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit import _errors as errors
from klingkit._text import clean
from klingkit._values import integer

if TYPE_CHECKING:
    from klingkit._answer import Refusal

__all__ = ["Exchanged", "may_be_repeated", "refusal_error"]

_BY_NUMBER: dict[int, type[errors.RelayError]] = {
    **dict.fromkeys(range(1000, 1005), errors.AuthenticationError),
    **dict.fromkeys(range(1100, 1103), errors.BalanceError),
    1103: errors.PermissionDeniedError,
    1200: errors.RequestRefusedError,
    1201: errors.RequestRefusedError,
    1202: errors.NotFoundError,
    1203: errors.NotFoundError,
    1300: errors.ContentPolicyError,
    1301: errors.ContentPolicyError,
    1302: errors.RateLimitError,
    1303: errors.RateLimitError,
    1304: errors.PermissionDeniedError,
    **dict.fromkeys(range(5000, 5003), errors.RelayServerError),
}
_BY_WORD: dict[str, type[errors.RelayError]] = {
    "authentication_error": errors.AuthenticationError,
    "invalid_api_key": errors.AuthenticationError,
    "insufficient_quota": errors.BalanceError,
    "insufficient_user_quota": errors.BalanceError,
    "pre_consume_token_quota_failed": errors.BalanceError,
    "quota_not_enough": errors.BalanceError,
    "access_denied": errors.PermissionDeniedError,
    "permission_denied": errors.PermissionDeniedError,
    "model_not_found": errors.NotFoundError,
    "task_not_exist": errors.NotFoundError,
    "task_not_found": errors.NotFoundError,
    "build_request_failed": errors.RequestRefusedError,
    "invalid_api_platform": errors.RequestRefusedError,
    "invalid_request": errors.RequestRefusedError,
    "invalid_request_error": errors.RequestRefusedError,
    "invalid_seconds": errors.RequestRefusedError,
    "model_price_error": errors.RequestRefusedError,
    "request_conflict": errors.RequestRefusedError,
    "task_failed": errors.RequestRefusedError,
    "rate_limit_exceeded": errors.RateLimitError,
    "server_error": errors.RelayServerError,
}
_BY_STATUS: dict[int, type[errors.RelayError]] = {
    401: errors.AuthenticationError,
    402: errors.BalanceError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    408: errors.RelayServerError,
    410: errors.NotFoundError,
    425: errors.RelayServerError,
    429: errors.RateLimitError,
}
# Codes of the model provider behind a gateway that concern the caller's request and not the gateway's own account.
_CALLERS_OWN = frozenset({1200, 1201, 1202, 1203, 1300, 1301})
_UNKNOWN_TASK = re.compile(r"task.{0,20}not.{0,6}(?:found|exist)|任务不存在", re.IGNORECASE)
_DUPLICATE = re.compile(r"external[_ ]?(?:task[_ ]?)?id.*exist", re.IGNORECASE)
_TOO_FAST = frozenset({1302, 1303})

_ADVICE: dict[type[errors.KlingError], str] = {
    errors.AuthenticationError: "Check the key, and that it belongs to this relay and region.",
    errors.BalanceError: "Top up the account, or buy a pack for this model; trying again does not help.",
    errors.PermissionDeniedError: "Ask the relay whether this account, and the address it calls from, may do this.",
    errors.NotFoundError: "Check the id, the model_name, and that the relay offers this.",
    errors.RequestRefusedError: "Change the request; it was not charged.",
    errors.ContentPolicyError: "Change the prompt or the picture; it was not charged.",
    errors.DuplicateTaskError: "Find that task with kling.tasks.get(external_task_id, ...), or choose a new id.",
    errors.RateLimitError: "Wait, then try again, with fewer tasks at once.",
    errors.RelayServerError: "Try again later; if it stays, quote the request id to the relay's support.",
    errors.RelayError: "Quote the request id to the relay's support.",
}


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Where a refusal came from, for the error: relay, operation, HTTP status, request id, wish to wait in seconds."""

    relay: str
    operation: str
    status: int
    request_id: str | None = None
    retry_after: float | None = None


def refusal_error(refusal: Refusal, where: Exchanged, external_task_id: str | None = None) -> errors.RelayError:
    """Return the error that `refusal` is.

    Args:
        refusal: what was read from the body; an empty one when the body says nothing.
        where: the exchange.
        external_task_id: the id that was sent, for a refusal because it is taken.
    """
    code, message = _unwrapped(refusal)
    kind = _kind(code, message, where.status)
    context: dict[str, Any] = {
        "relay": where.relay,
        "operation": where.operation,
        "request_id": refusal.request_id or where.request_id,
        "status": where.status,
        "code": refusal.code,
        "message": clean(refusal.message, 1000),
        "retry_after": where.retry_after,
    }
    if kind is errors.DuplicateTaskError:
        context["external_task_id"] = external_task_id
    said = clean(message) or "no reason given"
    sentence = f"{where.relay} refused {where.operation}: {said} ({_marks(context)}). {_ADVICE[kind]}"
    return kind(sentence, **context)


def may_be_repeated(error: errors.KlingError) -> bool:
    """Whether a create that ended in `error` surely made no task, and may be sent again after a while.

    Only Kling's own words for "too fast" and "too many at once" say that; a bare HTTP 429 may come from anywhere.
    """
    return isinstance(error, errors.RateLimitError) and integer(error.code) in _TOO_FAST


def _kind(code: int | str | None, message: str, status: int) -> type[errors.RelayError]:
    if isinstance(code, int):
        if code == 1201 and _DUPLICATE.search(message):
            return errors.DuplicateTaskError
        if code == 1201 and _UNKNOWN_TASK.search(message):
            return errors.NotFoundError
        if code in _BY_NUMBER:
            return _BY_NUMBER[code]
    elif isinstance(code, str) and code.lower() in _BY_WORD:
        return _BY_WORD[code.lower()]
    if status < 400 and isinstance(code, int) and 400 <= code < 600:
        status = code  # some gateways answer HTTP 200 and put the status into the body
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return errors.RelayServerError
    return errors.RequestRefusedError if status >= 400 else errors.RelayError


def _unwrapped(refusal: Refusal) -> tuple[int | str | None, str]:
    """Return code and message; of a gateway that hands through Kling's own refusal as text, those of Kling."""
    text = refusal.message.strip()
    if text.startswith("{"):
        try:
            inner = json.loads(text[:20_000])
        except (ValueError, RecursionError):
            inner = None
        if isinstance(inner, dict):
            code = integer(inner.get("code"))
            said = inner.get("message")
            if isinstance(said, str):
                return (code if code in _CALLERS_OWN else refusal.code), said
    return refusal.code, refusal.message


def _marks(context: dict[str, Any]) -> str:
    marks = [f"HTTP {context['status']}"]
    if context["code"] is not None:
        marks.append(f"code {clean(context['code'], 60)}")
    if context["request_id"]:
        marks.append(f"request id {clean(context['request_id'], 100)}")
    return ", ".join(marks)
