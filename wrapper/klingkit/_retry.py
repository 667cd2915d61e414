"""When something may be tried again, and after how long. Pure: attempts and answers are arguments.

A create is only ever repeated when nothing was sent, or when Kling itself says that it took nothing.
"""

from __future__ import annotations

import zlib

from klingkit import _errors as errors
from klingkit._refusals import may_be_repeated

__all__ = ["LOOKUP_PAUSES", "before_next_create", "before_next_read", "is_ambiguous", "is_passing", "spread"]

LOOKUP_PAUSES = (0.5, 2.0, 4.0, 8.0)
"""Seconds before each look for a task whose create got no usable answer; some relays show a task only after a while."""

_FIRST = 0.5
_LONGEST = 8.0
_LONGEST_WISH = 60.0


def before_next_create(
    error: errors.KlingError, attempt: int, most: int, key: str, *, hasty: bool = False
) -> float | None:
    """Return the seconds to wait before a create is sent again, or None when it must not be.

    Args:
        error: how it ended.
        attempt: how many times it was sent or tried before, from 0.
        most: how often it may be repeated.
        key: sets the small individual deviation.
        hasty: whether somebody else can be asked sooner than a relay is reached that is not.
    """
    if attempt >= most:
        return None
    if isinstance(error, errors.ConnectionFailedError):
        return None if hasty else _backoff(attempt, key)
    if isinstance(error, errors.RelayError) and may_be_repeated(error):
        return _wished(error, 2 * _backoff(attempt, key))
    return None


def before_next_read(error: errors.KlingError, attempt: int, most: int, key: str) -> float | None:
    """Return the seconds to wait before something free of charge is asked again, or None when that has no point."""
    if attempt >= most or not is_passing(error):
        return None
    return _wished(error, _backoff(attempt, key))


def is_ambiguous(error: errors.KlingError) -> bool:
    """Whether a create that ended in `error` may have made a task nevertheless.

    A refusal says it did not, unless the relay itself failed or gives no reason that klingkit knows. A redirect says
    that nobody looked at the request.
    """
    if isinstance(error, errors.TransportError):
        return error.sent
    if isinstance(error, errors.RedirectError):
        return error.status == 303
    return isinstance(error, errors.UnexpectedAnswerError | errors.RelayServerError) or type(error) is errors.RelayError


def is_passing(error: errors.KlingError) -> bool:
    """Whether what went wrong with a query may be over soon."""
    if isinstance(error, errors.RedirectError):
        return False
    passing = errors.TransportError | errors.RelayServerError | errors.RateLimitError | errors.UnexpectedAnswerError
    return isinstance(error, passing) or type(error) is errors.RelayError


def spread(key: str) -> float:
    """Return a number from -1 to 1 that is the same for the same `key`: clients do not march in step."""
    return zlib.crc32(key.encode("utf-8", "replace")) / 0xFFFFFFFF * 2 - 1


def _backoff(attempt: int, key: str) -> float:
    return min(_LONGEST, _FIRST * 2.0**attempt) * (1 + 0.25 * spread(f"{key}:{attempt}"))


def _wished(error: errors.KlingError, otherwise: float) -> float | None:
    wish = error.retry_after if isinstance(error, errors.RelayError) else None
    if wish is None:
        return otherwise
    return max(wish, 0.1) if wish <= _LONGEST_WISH else None
