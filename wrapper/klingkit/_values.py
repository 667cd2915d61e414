"""Single values of an answer, read without trust: what does not fit is None, and nothing raises."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit._tables import Path

__all__ = ["identifier", "integer", "moment", "number", "walk", "web_address", "words"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMERIC = (int, float, str)  # made once: a union in an isinstance is made anew each time
_LONGEST_ID = 1024
_LONGEST_ADDRESS = 16 * 1024
_LONGEST_NUMBER = 40
_EXACT_FLOATS = 2.0**53
# Unix seconds reach this in the year 5138, milliseconds passed it in 1973; likewise for microseconds.
_SURELY_MILLISECONDS = 10**11
_SURELY_MICROSECONDS = 10**14


def walk(document: object, path: Path) -> Iterator[Any]:
    """Return every value of `document` that `path` leads to, leaving out null."""
    found = [document]
    for name, every in path:
        members = []
        for item in found:
            if isinstance(item, dict):
                member = item.get(name)
                if member is not None:
                    members.append(member)
        if not members:
            return iter(())  # where most paths end
        if every:
            members = [entry for member in members if isinstance(member, list) for entry in member if entry is not None]
        found = members
    return iter(found)


def identifier(value: object) -> str | None:
    """Return an id as text. A number becomes text; a float is None, for it has lost digits by then."""
    if not isinstance(value, str):
        value = _digits(value) if isinstance(value, int) and not isinstance(value, bool) else None
        if value is None:
            return None
    text = value.strip()
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text if 0 < len(text) <= _LONGEST_ID else None


def words(value: object) -> str | None:
    """Return a text that holds more than blanks."""
    if isinstance(value, str) and value.strip():
        return value.encode("utf-8", "replace").decode("utf-8")
    return None


def integer(value: object) -> int | None:
    """Return a whole number, also of a text of digits or a float without a fraction."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _EXACT_FLOATS else None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER:
        text = value.strip()
        if text.isascii() and text.removeprefix("-").isdigit():
            return int(text)
    return None


def number(value: object) -> float | None:
    """Return a finite number, also of a decimal text."""
    if isinstance(value, bool) or not isinstance(value, _NUMERIC):
        return None
    if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def moment(value: object, *, milliseconds: bool) -> datetime | None:
    """Return a point in time: Unix seconds or milliseconds (the declared unit gives way to the size), or ISO 8601."""
    count = number(value)
    if count is None:
        return _iso(value)
    if count <= 0:
        return None
    if count >= _SURELY_MICROSECONDS:
        count /= 10**6
    elif milliseconds or count >= _SURELY_MILLISECONDS:
        count /= 10**3
    try:
        return _EPOCH + timedelta(seconds=count)
    except OverflowError:
        return None


def web_address(value: object) -> str | None:
    """Return an http(s) address with a host; anything else, such as a reason in words, is None."""
    if not isinstance(value, str) or len(value) > _LONGEST_ADDRESS:
        return None
    text = value.strip()
    if not text.isprintable() or any(char.isspace() for char in text):
        return None
    try:
        parts = urlsplit(text)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return text if whole else None


def _digits(value: int) -> str | None:
    return str(value) if value.bit_length() <= 4 * _LONGEST_ID else None


def _iso(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
