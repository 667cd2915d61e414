"""The signature of a callback: the Standard Webhooks scheme, as Kling's callback page describes it. Pure.

Signed is ``{webhook-id}.{webhook-timestamp}.{body}`` with HMAC-SHA256; the header holds one or more ``v1,<base64>``,
of which one has to match. The key is the Base64 of the secret after ``whsec_``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING

from klingkit._errors import CallbackError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["TOLERANCE", "keys_of", "verify"]

TOLERANCE = 300.0
"""Seconds that a signed callback may be old, or ahead of the clock, by Kling's own rule."""

_PREFIX = "whsec_"
_MOST_SIGNATURES = 20  # two while a secret is being changed; more is nobody's business


def keys_of(secret: str | Sequence[str]) -> tuple[bytes, ...]:
    """Return the keys of one secret, or of several that are valid at the same time.

    Raises:
        ConfigurationError: one is empty or no Base64.
    """
    keys = []
    for one in (secret,) if isinstance(secret, str) else tuple(secret):
        try:
            key = base64.b64decode(str(one).strip().removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not key:
            raise ConfigurationError(
                "The callback secret has to be what Kling's console shows: whsec_ and Base64 after it."
            )
        keys.append(key)
    if not keys:
        raise ConfigurationError("secret is empty; pass the callback secret, or None for a relay that does not sign.")
    return tuple(keys)


def verify(keys: Sequence[bytes], headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Return the id of a callback that is signed with one of `keys`.

    Args:
        keys: what `keys_of` returned.
        headers: of the request, names in lower case.
        body: of the request, byte for byte.
        now: the time of day, in Unix seconds.

    Raises:
        CallbackError: it is not signed, not by Kling, or not lately.
    """
    message_id, stamp, given = (headers.get(f"webhook-{name}", "").strip() for name in ("id", "timestamp", "signature"))
    if not (message_id and stamp and given):
        raise CallbackError("The callback is not signed; it was not believed.", http_status=401)
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 20):
        raise CallbackError("The time of the callback's signature is no number.", http_status=401)
    if abs(now - int(stamp)) > TOLERANCE:
        raise CallbackError(
            f"The callback was signed {abs(now - int(stamp)):.0f} seconds before or after this machine's time; it may "
            "be a replay, or the clock is wrong.",
            http_status=401,
        )
    signed = b".".join((message_id.encode("utf-8", "replace"), stamp.encode(), body))
    expected = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in keys]
    for part in given.split()[:_MOST_SIGNATURES]:
        version, _, signature = part.partition(",")
        said = signature.encode("utf-8", "replace")
        if version == "v1" and any(hmac.compare_digest(said, right) for right in expected):
            return message_id
    raise CallbackError("The callback's signature does not match the secret; it was not believed.", http_status=401)
