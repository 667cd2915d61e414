"""Arguments that can be read several times: an open file among them is taken back to where it stood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["Rewinding", "may_block"]

_DEEPEST = 8
_MOST = 64 * 1024 * 1024  # more than any file of this API; a longer one is refused by whoever checks it


class Rewinding:
    """The arguments of a call that may be made several times.

    A file that can be read once only is read now; what is wrong with it is told by whoever uses it.
    """

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self._places: list[tuple[Any, int]] = []
        self._arguments = {name: self._kept(value, 0) for name, value in arguments.items()}

    def arguments(self) -> Mapping[str, Any]:
        """Return them, ready to be read from the start."""
        for stream, place in self._places:
            try:
                stream.seek(place)
            except (OSError, ValueError):
                continue  # it was closed, which whoever reads it tells
        return self._arguments

    def _kept(self, value: Any, depth: int) -> Any:
        if depth > _DEEPEST:
            return value
        if isinstance(value, Mapping):
            return {name: self._kept(member, depth + 1) for name, member in value.items()}
        if isinstance(value, list | tuple):
            return [self._kept(entry, depth + 1) for entry in value]
        if not callable(getattr(value, "read", None)):
            return value
        try:
            if callable(getattr(value, "seekable", None)) and value.seekable():
                self._places.append((value, value.tell()))
                return value
            found = value.read(_MOST)
        except (OSError, ValueError):
            return value
        return found if isinstance(found, bytes | bytearray) else value  # a text is not to be taken for an address


def may_block(value: Any, depth: int = 0) -> bool:
    """Whether `Rewinding` would read a file, which may take a while."""
    if depth > _DEEPEST or isinstance(value, str | bytes):
        return False
    if isinstance(value, Mapping):
        return any(may_block(member, depth + 1) for member in value.values())
    if isinstance(value, list | tuple):
        return any(may_block(entry, depth + 1) for entry in value)
    return callable(getattr(value, "read", None))
