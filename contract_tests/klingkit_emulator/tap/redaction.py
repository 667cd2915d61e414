"""Takes the keys that came with a request out of everything that is kept of it, by value and not by name.

A relay that repeats its key in the body or the address would else leave it in the record. The judge has its own reading
of this, since the two packages share no code.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["MASK", "Redactor", "keys_in"]

MASK = "[key]"
_SHORTEST = 6  # shorter "keys" would blot out ordinary words
_HIDDEN = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"})


def keys_in(headers: Iterable[tuple[str, str]]) -> list[str]:
    """Return every credential in `headers`: the values of those that carry one, and what follows their scheme."""
    found = [value.strip() for name, value in headers if name.lower() in _HIDDEN]
    return [form for value in found for form in (value, value.partition(" ")[2].strip()) if form]


class Redactor:
    """Removes `secrets` from text in every form they can take: as they are, URL-encoded, JSON-escaped, Base64."""

    def __init__(self, secrets: Sequence[str]) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        ordered = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """Return `text` without any secret."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return `headers` with credentials masked whole, and every other value by its text."""
        return [(name, MASK if name.lower() in _HIDDEN else self.text(value)) for name, value in headers]


def _forms(secret: str) -> set[str]:
    raw = secret.encode("utf-8", "replace")
    forms = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            text = encode(b"\0" * shift + raw).decode().rstrip("=")
            # Only the characters that the secret alone decides: its neighbours share the first and the last.
            forms.add(text[(shift * 8 + 5) // 6 : (shift + len(raw)) * 8 // 6])
    return {form for form in forms if len(form) >= _SHORTEST}
