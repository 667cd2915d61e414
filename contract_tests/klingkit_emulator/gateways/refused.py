"""Refusals of a gateway: a status, one of three shapes, a word and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_emulator.refusals import Reason, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GatewayRefusalError", "by_gateway", "by_task", "from_plugin", "worded"]

_CODES_OF_C = {
    400: "invalid_request",
    401: "authentication_error",
    403: "permission_denied",
    404: "task_not_found",
    409: "request_conflict",
    429: "rate_limit_exceeded",
}
# What a planted fault or an overlooked reason looks like at a gateway: status and sentence.
_REASONS: Mapping[Reason, tuple[int, str]] = {
    Reason.NO_KEY: (401, "Invalid token"),
    Reason.BAD_KEY: (401, "Invalid token"),
    Reason.TOO_FAST: (429, "Too many requests"),
    Reason.BROKEN: (500, "internal error"),
    Reason.MAINTENANCE: (503, "system overloaded"),
    Reason.SLOW: (504, "gateway timeout"),
}
_FOUR_HUNDRED, _FIVE_HUNDRED = 400, 500


class GatewayRefusalError(Exception):
    """A request the gateway does not serve; `body` is the JSON it answers with HTTP `status`.

    `shape` is ``gateway_error``, ``task_error`` or ``native_error_C``, as the facts call them.
    """

    def __init__(self, status: int, shape: str, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.shape = shape
        self.code = code
        self.message = message

    def body(self, request_id: str) -> dict[str, Any]:
        """Return the JSON body. `request_id` is told in the shape that has a place for it."""
        if self.shape == "gateway_error":
            said = f"{self.message} (request id: {request_id})"
            return {"error": {"message": said, "type": "new_api_error", "code": self.code}}
        if self.shape == "task_error":
            return {"code": self.code, "message": self.message, "data": None}
        return {"code": self.code, "message": self.message}


def by_gateway(status: int, message: str, code: str = "") -> GatewayRefusalError:
    """Return a refusal from before the task is looked at: keys, models, channels."""
    return GatewayRefusalError(status, "gateway_error", code, message)


def by_task(status: int, code: str, message: str) -> GatewayRefusalError:
    """Return a refusal of generations A and B that is about the task."""
    return GatewayRefusalError(status, "task_error", code, message)


def from_plugin(status: int, message: str) -> GatewayRefusalError:
    """Return a refusal of generation C: its code follows the status, and causes of 5xx are not told."""
    hidden = status >= _FIVE_HUNDRED
    usual = "server_error" if hidden else "invalid_request"
    return GatewayRefusalError(
        status, "native_error_C", _CODES_OF_C.get(status, usual), "Task request failed" if hidden else message
    )


def worded(refusal: RefusedError, *, plugin: bool) -> GatewayRefusalError:
    """Return what a gateway makes of a refusal that no request caused, such as a planted fault."""
    status, message = _REASONS.get(refusal.reason, (_FOUR_HUNDRED, refusal.message))
    if plugin and refusal.reason not in {Reason.NO_KEY, Reason.BAD_KEY, Reason.TOO_FAST, Reason.MAINTENANCE}:
        return from_plugin(status, message)
    return by_gateway(status, message)
