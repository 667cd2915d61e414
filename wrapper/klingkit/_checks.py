"""Checks of arguments, for callers without a type checker."""

from __future__ import annotations

import math

__all__ = ["is_ascii_line", "is_number", "is_text", "is_whole"]


def is_number(value: object, *, least: float = -math.inf, above: float = -math.inf) -> bool:
    """Whether `value` is a finite number, at least `least` and above `above`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and value >= least and value > above


def is_whole(value: object, least: int, most: int) -> bool:
    """Whether `value` is a whole number from `least` to `most`."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_text(value: object) -> bool:
    """Whether `value` is a text that holds more than blanks."""
    return isinstance(value, str) and bool(value.strip())


def is_ascii_line(value: object) -> bool:
    """Whether `value` is a text that fits into an HTTP header."""
    return isinstance(value, str) and value.isascii() and value.isprintable()
