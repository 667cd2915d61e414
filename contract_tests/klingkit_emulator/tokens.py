"""Signed tokens in place of a key: what the official API makes of a JWT. Shares no code with who signs them.

Every account has such a pair beside its API key, as in life: the access key is its name. A key of the form
``access|secret``, as gateways keep them, is a pair itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from klingkit_emulator.refusals import Reason, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["account_by_token", "looks_like_token", "secret_key_of", "sign"]

_PARTS = 3
_VALID_SECONDS, _EARLY_SECONDS = 1800, 5


def sign(access: str, secret: str, now: float) -> str:
    """Return a token for the time `now` (Unix seconds)."""
    claims = {"iss": access, "exp": int(now) + _VALID_SECONDS, "nbf": int(now) - _EARLY_SECONDS}
    head = ".".join(_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{head}.{_encoded(_signed(head, secret))}"


def secret_key_of(api_key: str) -> str:
    """Return the secret key of the account that `api_key` opens."""
    return hashlib.sha256(f"secret key of {api_key}".encode()).hexdigest()


def looks_like_token(key: str) -> bool:
    """Whether `key` has the three parts of a JWT."""
    return key.count(".") == _PARTS - 1 and all(key.split("."))


def account_by_token(token: str, accounts: Mapping[str, str], now: float) -> str:
    """Return the account that signed `token`.

    Args:
        token: a JWT.
        accounts: the account behind each key.
        now: Unix seconds.

    Raises:
        RefusedError: it is not signed by an account, or it is not good now.
    """
    head, said, signature = token.split(".")
    claims = _decoded(said)
    issuer = claims.get("iss")
    pair = next((pair for pair in _pairs(accounts) if pair[0] == issuer), None)
    if pair is None or _decoded(head).get("alg") != "HS256":
        raise RefusedError(Reason.BAD_KEY, "Authorization is not valid: access key not found")
    _, secret, account = pair
    if not hmac.compare_digest(_signed(f"{head}.{said}", secret), _bytes(signature)):
        raise RefusedError(Reason.BAD_KEY, "Authorization is not valid: the signature does not fit")
    if not now < _number(claims.get("exp")):
        raise RefusedError(Reason.KEY_EXPIRED, "Authorization is expired: exp has passed")
    if now < _number(claims.get("nbf", 0)):
        raise RefusedError(Reason.KEY_EARLY, "Authorization is not active yet: nbf is to come")
    return account


def _pairs(accounts: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield access key, secret key and account of everything that can sign."""
    for key, account in accounts.items():
        yield account, secret_key_of(key), account
        access, bar, secret = key.partition("|")
        if bar:
            yield access, secret, account


def _signed(head: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), head.encode(), hashlib.sha256).digest()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError(Reason.BAD_KEY, "Authorization is not valid: exp and nbf are Unix seconds")
    return value


def _decoded(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(part))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RefusedError(Reason.BAD_KEY, "Authorization is not valid: a token has three parts")
    return value


def _bytes(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise RefusedError(Reason.BAD_KEY, "Authorization is not valid: a token is base64url") from error
