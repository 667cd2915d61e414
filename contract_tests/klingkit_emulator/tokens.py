"""Tokens that holders of an access and a secret key make for the official API: HS256, valid for half an hour."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["owner", "sign"]

_VALID_SECONDS, _EARLY_SECONDS = 1800, 5
_PARTS = 3


def sign(access: str, secret: str, now: float) -> str:
    """Return a token for the time `now` (Unix seconds)."""
    claims = {"iss": access, "exp": int(now) + _VALID_SECONDS, "nbf": int(now) - _EARLY_SECONDS}
    head = ".".join(_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{head}.{_signature(head, secret)}"


def owner(token: str, secrets: Mapping[str, str], now: float) -> str | None:
    """Return the access key that `token` was made with at the right time, or None; `secrets` is by access key."""
    head, _, signature = token.rpartition(".")
    if len(token.split(".")) != _PARTS:
        return None
    try:
        claims: Any = json.loads(_decoded(head.rpartition(".")[2]))
        access, until, since = str(claims["iss"]), float(claims["exp"]), float(claims["nbf"])
    except (KeyError, RecursionError, TypeError, ValueError):
        return None
    secret = secrets.get(access)
    if secret is None or not since <= now < until:
        return None
    return access if hmac.compare_digest(signature.encode(), _signature(head, secret).encode()) else None


def _signature(head: str, secret: str) -> str:
    return _encoded(hmac.new(secret.encode(), head.encode(), hashlib.sha256).digest())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(str(error)) from error
