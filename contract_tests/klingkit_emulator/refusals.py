"""Why a request is refused, before any dialect has worded it."""

from __future__ import annotations

from enum import Enum

__all__ = ["Reason", "RefusedError"]


class Reason(Enum):
    """The kinds of refusal. A dialect turns each into its code and its HTTP status."""

    NO_KEY = "no key"
    BAD_KEY = "bad key"
    KEY_EARLY = "key early"
    KEY_EXPIRED = "key expired"
    NO_SUCH_PATH = "no such path"
    WRONG_METHOD = "wrong method"
    BAD_REQUEST = "bad request"
    BAD_VALUE = "bad value"
    NO_SUCH_TASK = "no such task"
    DUPLICATE = "duplicate"
    TOO_FAST = "too fast"
    BROKEN = "broken"
    MAINTENANCE = "maintenance"
    SLOW = "slow"


class RefusedError(Exception):
    """A request the relay does not serve; becomes an answer in the relay's error shape.

    `param` names the member that is at fault, as a dotted path, or is None.
    """

    def __init__(self, reason: Reason, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.param = param
