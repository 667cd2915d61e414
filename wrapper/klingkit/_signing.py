"""Tokens that the official API takes in place of a key: a JWT signed with the secret key, good for half an hour.

Source: the official documentation on authentication: HS256, `iss` is the access key, `exp` and `nbf` are Unix seconds.
"""

from __future__ import annotations

import json
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from klingkit._errors import ConfigurationError
from klingkit._secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["SigningSecret", "claims", "is_about_time", "skew_of"]

LIFETIME = 1800
"""Seconds a token is good for."""

EARLY = 5
"""Seconds before its making from which a token is good: clocks differ."""

_RENEW_BEFORE = 300
_NOT_YET_VALID, _EXPIRED = 1003, 1004
_MOST_SKEW = 86_400
_LARGEST_REFUSAL = 10_000


def claims(access_key: str, now: float) -> dict[str, str | int]:
    """Return what a token made at `now` (Unix seconds) says."""
    return {"iss": access_key, "exp": int(now) + LIFETIME, "nbf": int(now) - EARLY}


def is_about_time(status: int, body: bytes) -> bool:
    """Whether an answer refuses a token because of its times: nothing was done, and a fresh one may help."""
    if status != 401 or len(body) > _LARGEST_REFUSAL:
        return False
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("code") in (_NOT_YET_VALID, _EXPIRED)


def skew_of(headers: Mapping[str, str], now: float) -> float:
    """Return the seconds by which the server's clock is ahead of `now`, by its Date header; 0 when it tells nothing."""
    try:
        ahead = parsedate_to_datetime(headers.get("date", "")).timestamp() - now
    except (ValueError, TypeError, OverflowError, OSError):
        return 0.0
    return ahead if abs(ahead) <= _MOST_SKEW else 0.0


class SigningSecret(Secret):
    """An access key and a secret key; what is sent is a token, made anew before it expires.

    Args:
        access_key: names the account.
        secret_key: signs; never sent.
        now: tells Unix seconds; without it the system does.

    Raises:
        ConfigurationError: the extra is not installed.
    """

    __slots__ = ("_access_key", "_lock", "_made", "_now", "_secret_key", "_sign", "_skew", "_token")

    def __init__(self, access_key: str, secret_key: str, now: Callable[[], float] | None = None) -> None:
        try:
            import jwt
        except ImportError as error:
            raise ConfigurationError(
                'Signing tokens needs an extra: pip install "klingkit[official]"; an API key needs none.'
            ) from error
        self._sign = jwt.encode
        super().__init__(secret_key)
        self._access_key, self._secret_key, self._now = access_key, secret_key, now or _unix_seconds
        self._lock = threading.Lock()
        self._token, self._made, self._skew = "", 0.0, 0.0

    def reveal(self) -> str:
        """Return a token that is good for at least five more minutes."""
        with self._lock:
            now = self._now() + self._skew
            if not self._token or not 0 <= now - self._made < LIFETIME - _RENEW_BEFORE:
                self._renew(now)
            return self._token

    def renewed(self, status: int, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether this answer refused the token for its times; if so the next one is made by the server's clock."""
        if not is_about_time(status, body):
            return False
        with self._lock:
            self._skew = skew_of(headers, self._now())
            self._token = ""
        return True

    def _renew(self, now: float) -> None:
        self._token = self._sign(claims(self._access_key, now), self._secret_key, algorithm="HS256")
        self._made = now
        self._hide(self._secret_key, self._token, self._token.rpartition(".")[2])


def _unix_seconds() -> float:
    return time.time()
