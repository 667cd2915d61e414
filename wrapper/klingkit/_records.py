"""Objects of an answer as Python objects: read tolerantly, the untouched answer kept beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from klingkit._values import integer, moment, number

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Reader", "Record", "many", "one", "real", "several", "text", "time", "whole", "yes"]

Reader = Callable[[object], Any]
R = TypeVar("R", bound="Record")


class Record:
    """An object a relay answered. What it left out, or said in another type, is None (an empty tuple, of lists).

    Attributes:
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = ("raw",)
    _fields: ClassVar[Mapping[str, Reader]] = {}

    raw: Any

    def __init__(self, raw: object) -> None:
        self.raw = raw
        members = raw if isinstance(raw, Mapping) else {}
        for name, read in self._fields.items():
            setattr(self, name, read(members.get(name)))

    def __repr__(self) -> str:
        told = ((name, getattr(self, name)) for name in self._fields)
        # Addresses are often signed: they are secrets.
        shown = (
            f"{name}='...'" if isinstance(value, str) and value.startswith("http") else f"{name}={value!r}"
            for name, value in told
            if value not in (None, ())
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.raw == getattr(other, "raw", None)

    __hash__: ClassVar[None]  # type: ignore[assignment]  # as a dict has none


def text(value: object) -> str | None:
    """Read a text; a number is one."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def whole(value: object) -> int | None:
    """Read a whole number, also one written as a text."""
    return integer(value)


def real(value: object) -> float | None:
    """Read a number, also one written as a text."""
    return number(value)


def yes(value: object) -> bool | None:
    """Read a truth value."""
    return value if isinstance(value, bool) else None


def time(value: object) -> datetime | None:
    """Read milliseconds since 1970."""
    return moment(value, milliseconds=True)


def one(record: type[R]) -> Callable[[object], R | None]:
    """Return what reads an object."""
    return lambda value: record(value) if isinstance(value, Mapping) else None


def many(record: type[R]) -> Callable[[object], tuple[R, ...]]:
    """Return what reads a list of objects."""
    return lambda value: (
        tuple(record(entry) for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else ()
    )


def several(read: Reader) -> Callable[[object], tuple[Any, ...]]:
    """Return what reads a list of plain values."""
    return lambda value: (
        tuple(found for entry in value if (found := read(entry)) is not None) if isinstance(value, list) else ()
    )
