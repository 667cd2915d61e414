"""What the answers of a run hold: which fields came, with which JSON types, in how many of the objects around them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Observation", "observe", "type_of"]

_MOST_PLACES = 2000  # of one operation; an answer that uses ids as names would have one for every task
_DEEPEST = 12
_LONGEST = 200  # characters of a place


@dataclass(slots=True)
class Observation:
    """What was seen at one place. `parents` counts the objects around it, `null` those where it came empty."""

    types: Counter[str] = field(default_factory=Counter)
    present: int = 0


class Observations:
    """The fields of the successful answers of one operation. `objects` counts, per place, the objects that stood there.

    The place of the answer itself is the empty text.
    """

    def __init__(self) -> None:
        self.fields: dict[str, Observation] = {}
        self.objects: Counter[str] = Counter()

    def add(self, answer: object) -> None:
        """Take in one parsed answer."""
        self._add(answer, "", 0)

    def _add(self, value: object, place: str, depth: int) -> None:
        if depth > _DEEPEST:
            return
        if isinstance(value, dict):
            self.objects[place] += 1
            for name, member in value.items():
                inner = f"{place}.{name}" if place else str(name)
                if self._note(inner, member):
                    self._add(member, inner, depth + 1)
        elif isinstance(value, list):
            for member in value:
                self._add(member, f"{place}[]", depth + 1)

    def _note(self, place: str, value: object) -> bool:
        if place not in self.fields and (len(self.fields) >= _MOST_PLACES or len(place) > _LONGEST):
            return False
        seen = self.fields.setdefault(place, Observation())
        seen.present += 1
        seen.types[type_of(value)] += 1
        return True


def observe(answers: Mapping[str, list[object]]) -> dict[str, Observations]:
    """Return, per operation, what its parsed answers hold."""
    found: dict[str, Observations] = {}
    for operation, values in answers.items():
        found[operation] = Observations()
        for value in values:
            found[operation].add(value)
    return found


def type_of(value: object) -> str:
    """Return the JSON type of `value`, with ``integer`` for whole numbers."""
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")
