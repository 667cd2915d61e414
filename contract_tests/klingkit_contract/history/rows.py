"""How values are written into the history and read from it."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["read_time", "sound", "write_time"]

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def write_time(moment: datetime) -> str:
    """Return `moment` as UTC text that sorts, to the second."""
    return moment.astimezone(UTC).strftime(_FORM)


def read_time(text: str) -> datetime:
    """Return what `write_time` wrote."""
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)


def sound(text: str) -> str:
    """Return `text` as every database takes it: without half surrogates, and without NUL, which PostgreSQL refuses."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
