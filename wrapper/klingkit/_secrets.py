"""Keeps the API key out of everything people see: errors, logs, reprs."""

from __future__ import annotations

import base64
import json
import logging
import re
import weakref
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from klingkit._errors import KlingError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MASK", "Secret"]

MASK = "***"
_SHORTEST = 4  # hiding shorter keys would tear holes into ordinary words
_DEPTH = 20


class Secret:
    """One API key and all the ways it may come back in.

    Args:
        value: the key as it is sent.
    """

    __slots__ = ("__weakref__", "_pattern", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        self._hide(value)
        _in_use.add(self)

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __reduce__(self) -> str:
        raise TypeError("an API key is not pickled; pass it to the new process by its environment variable")

    def reveal(self) -> str:
        """Return the key itself, for the Authorization header alone."""
        return self._value

    def renewed(self, status: int, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether this answer asks for another key than the one sent, and there is one now. A plain key stays."""
        return False

    def _hide(self, *values: str) -> None:
        """Mask every form of these from now on, and of nothing else."""
        forms = sorted({form for value in values for form in _forms(value)}, key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(form) for form in forms), re.IGNORECASE) if forms else None

    def mask(self, text: str) -> str:
        """Return `text` with every form of the key replaced by ``***``."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def scrub(self, error: BaseException) -> None:
        """Mask the key in an error of ours and in those it was raised from: sentence, attributes and notes."""
        seen: set[int] = set()
        current: BaseException | None = error
        while current is not None and id(current) not in seen:
            seen.add(id(current))
            if isinstance(current, KlingError):
                current.args = tuple(self._scrubbed(item) for item in current.args)
                for name, value in vars(current).items():
                    setattr(current, name, self._scrubbed(value))
            current = current.__cause__ or current.__context__

    def _scrubbed(self, value: object, depth: int = 0) -> object:
        if isinstance(value, str):
            return self.mask(value)
        if depth < _DEPTH and isinstance(value, dict):
            return {key: self._scrubbed(item, depth + 1) for key, item in value.items()}
        if depth < _DEPTH and isinstance(value, list):
            return [self._scrubbed(item, depth + 1) for item in value]
        return value


class _LogMask(logging.Filter):
    """Masks every key in use in what klingkit logs: a relay may send it back as an id or a status."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        masked = said
        for secret in list(_in_use):
            masked = secret.mask(masked)
        if masked != said:
            record.msg, record.args = masked, ()
        return True


_in_use: weakref.WeakSet[Secret] = weakref.WeakSet()
logging.getLogger("klingkit").addFilter(_LogMask())


def _forms(value: str) -> set[str]:
    """Return the key, and how it looks in a URL, in JSON and in Base64 at each of the three alignments."""
    if len(value) < _SHORTEST:
        return set()
    forms = {value, quote(value, safe=""), quote(value), quote_plus(value), json.dumps(value)[1:-1]}
    if len(value) >= 2 * _SHORTEST:
        raw = value.encode()
        for lead in range(3):
            # Leading bytes shift the alignment; the characters that also depend on the neighbours are cut off.
            coded = base64.b64encode(b"\0" * lead + raw).decode().rstrip("=")
            core = coded[(0, 2, 3)[lead] : len(coded) - (1 if (lead + len(raw)) % 3 else 0)]
            forms |= {core, core.replace("+", "-").replace("/", "_")}
    return {form for form in forms if form}
