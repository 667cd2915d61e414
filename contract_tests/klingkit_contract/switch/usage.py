"""What code uses of a relay: operations, fields, and the values that it is seen to send."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["UNKNOWN", "Usage", "Use", "Via", "gather"]


class _Unknown:
    """A value that cannot be read from the code, such as one that is computed."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


class Via(StrEnum):
    """How a request is made."""

    KLINGKIT = "klingkit"  # which words it as each relay wants it
    RAW = "raw"  # by hand, in the relay's own words
    ANY = "any"  # nobody said


@dataclass(frozen=True, slots=True)
class Use:
    """One request that code makes.

    Attributes:
        operation: operationId of the one spec.
        via: who words it.
        where: file and line, or an entry of a recording.
        fields: dotted places, ``[]`` for entries of a list, in the words of `via`; the values seen there or UNKNOWN.
        whole: whether `fields` are all there are; False where some cannot be read.
        body: the whole JSON body, where one was recorded.
    """

    operation: str
    via: Via
    where: str
    fields: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    whole: bool = True
    body: object = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What code uses. `everything`: all that the first relay documents. `remarks` tell what could not be read."""

    uses: tuple[Use, ...] = ()
    everything: bool = False
    remarks: tuple[str, ...] = ()


def gather(value: object) -> dict[str, tuple[Any, ...]]:
    """Return every place below `value` with what stands there, UNKNOWN for a part that cannot be read."""
    found: dict[str, tuple[Any, ...]] = {}
    for place, member in _flatten(value, ""):
        found[place] = (*found.get(place, ()), member)
    return found


def _flatten(value: object, place: str) -> Iterator[tuple[str, Any]]:
    if place:
        yield place, value
    if isinstance(value, dict):
        for name, member in value.items():
            if isinstance(name, str):
                yield from _flatten(member, f"{place}.{name}" if place else name)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _flatten(member, f"{place}[]")
