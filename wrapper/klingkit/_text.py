"""Words from outside, made fit to be shown: one line, printable, not too long."""

from __future__ import annotations

import unicodedata

from klingkit._payload import Picture

__all__ = ["clean", "elide"]

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def clean(value: object, limit: int = 300) -> str:
    """Return `value` as one printable line of at most `limit` characters; anything but text and numbers is empty.

    A relay's words end up on terminals and in logs: control sequences, line breaks and lone surrogates would do
    harm there.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    try:
        text = str(value)[: 4 * limit]
    except ValueError:  # an integer of thousands of digits
        return ""
    shown = "".join(" " if unicodedata.category(char) in _HIDDEN else char for char in text)
    shown = " ".join(shown.split())
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def elide(value: object, limit: int = 200) -> object:
    """Return a copy of `value` in which every text longer than `limit` (a picture, mostly) is only described."""
    if isinstance(value, Picture):
        return f"<{value.coded_size} characters>"
    if isinstance(value, str):
        return value if len(value) <= limit else f"<{len(value)} characters>"
    if isinstance(value, dict):
        return {key: elide(item, limit) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [elide(item, limit) for item in value]
    return value
