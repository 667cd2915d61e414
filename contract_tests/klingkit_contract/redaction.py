"""Take secrets out of text by value, whatever form they come back in.

Masking by name (an `Authorization` header, a field called `token`) misses a key that a relay repeats inside a
sentence. So every form a key can take in an answer is looked for: raw, URL-encoded, JSON-escaped, Base64 at each of
the three alignments. The query of an address (where signatures live) is cut as well.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MASK", "Redactor"]

MASK = "[key]"
_QUERY = re.compile(r"(https?://[^\s\"'<>\\?]+)\?[^\s\"'<>\\]*")
_HIDDEN_HEADERS = frozenset({"set-cookie", "cookie", "authorization", "proxy-authorization", "x-api-key"})
_SHORTEST = 6  # shorter "secrets" would blot out ordinary words


class Redactor:
    """Removes a fixed set of secrets from anything that is written down."""

    def __init__(self, secrets: list[str]) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        ordered = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """Return `text` as sound Unicode without any secret and without the query of any address."""
        text = text.encode("utf-8", "replace").decode("utf-8")
        masked = self._pattern.sub(MASK, text) if self._pattern else text
        return _QUERY.sub(r"\1?[query removed]", masked)

    def shows(self, text: str) -> bool:
        """Tell whether `text` holds a secret, in any of its forms."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def headers(self, headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """Return `headers` with credentials and cookies masked whole, and every other value by its text."""
        return tuple((name, MASK if name.lower() in _HIDDEN_HEADERS else self.text(value)) for name, value in headers)


def _forms(secret: str) -> set[str]:
    raw = secret.encode()
    forms = {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        forms |= {_core(encode, raw, shift) for shift in range(3)}
    return {form for form in forms if len(form) >= _SHORTEST}


def _core(encode: Callable[[bytes], bytes], raw: bytes, shift: int) -> str:
    """Return the Base64 characters that `raw` alone decides when it starts `shift` bytes into a triple."""
    text = encode(b"\0" * shift + raw).decode().rstrip("=")
    first = (shift * 8 + 5) // 6  # characters that mix in the bytes before
    last = (shift + len(raw)) * 8 // 6  # and those that would mix in the bytes after
    return text[first:last]
