"""Word lists written as running text."""

from __future__ import annotations

__all__ = ["words"]


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, which are separated by blanks."""
    return tuple(text.split())
