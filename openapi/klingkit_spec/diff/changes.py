"""A change, what it is called, and how it is rated for those who send requests and those who read answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from klingkit_spec import pointer
from klingkit_spec.diff.kinds import KINDS, Effect

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Change", "Changes", "Direction", "Rating", "Use", "reaches"]

Direction = Literal["request", "response"]
Use = tuple[str, Direction | None]
"""An operation, and what of it: its request, its answers, or (None) the operation as such."""


class Rating(StrEnum):
    """What a change means for a client that was right before."""

    BREAKING = "breaking"
    COMPATIBLE = "compatible"
    DOCUMENTATION = "documentation"


_ORDER = list(Rating)

# Who asks gets less when fewer requests are right; who reads gets less when more answers are possible.
_RATINGS: Mapping[Effect, tuple[Rating, Rating]] = {
    Effect.NARROWER: (Rating.BREAKING, Rating.COMPATIBLE),
    Effect.WIDER: (Rating.COMPATIBLE, Rating.BREAKING),
    Effect.LOSS: (Rating.BREAKING, Rating.BREAKING),
    Effect.GAIN: (Rating.COMPATIBLE, Rating.COMPATIBLE),
    Effect.REQUEST_LOSS: (Rating.BREAKING, Rating.DOCUMENTATION),
    Effect.REQUEST_GAIN: (Rating.COMPATIBLE, Rating.DOCUMENTATION),
    Effect.RESPONSE_LOSS: (Rating.DOCUMENTATION, Rating.BREAKING),
    Effect.WORDS: (Rating.DOCUMENTATION, Rating.DOCUMENTATION),
}


@dataclass(frozen=True)
class Change:
    """One change, told once.

    `operations` are all the operations it touches (none: the document as a whole); `direction` says in what;
    `pointer` is its place in the new document, or in the old one for what is gone (`gone`).
    `old` and `new` are None where nothing stood or stands.
    """

    rating: Rating
    kind: str
    title: str
    direction: str
    operations: tuple[str, ...]
    pointer: str
    gone: bool
    old: Any
    new: Any
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return the change as plain data for JSON."""
        return {
            "rating": str(self.rating),
            "kind": self.kind,
            "direction": self.direction,
            "operations": list(self.operations),
            "pointer": self.pointer,
            "gone": self.gone,
            "old": self.old,
            "new": self.new,
            "reason": self.reason,
        }


def reaches(changes: list[Change], rating: Rating) -> bool:
    """Say whether one of `changes` is rated `rating` or worse."""
    return any(_ORDER.index(change.rating) <= _ORDER.index(rating) for change in changes)


@dataclass
class _Found:
    kind: str
    words: str
    parts: tuple[str | int, ...]
    gone: bool
    old: Any
    new: Any
    uses: dict[Use, None] = field(default_factory=dict)  # an ordered set


class Changes:
    """Collects changes; one that is met on several ways is kept once, with every use."""

    def __init__(self) -> None:
        self._found: dict[tuple[Any, ...], _Found] = {}

    def add(
        self,
        kind: str,
        use: Use | None,
        place: tuple[str | int, ...],
        old: Any = None,
        new: Any = None,
        *,
        gone: bool = False,
        words: str = "",
    ) -> None:
        """Note a change of `kind` at `place`; `words` tells in its title what it is about."""
        key = (kind, words, place, gone, repr(old), repr(new))
        found = self._found.setdefault(key, _Found(kind, words, place, gone, old, new))
        if use is not None:
            found.uses[use] = None

    def rated(self) -> list[Change]:
        """Return every change, worst first, otherwise in the order in which they were met."""
        return sorted(map(_rated, self._found.values()), key=lambda change: _ORDER.index(change.rating))


def _rated(found: _Found) -> Change:
    kind = KINDS[found.kind]
    directions: list[Direction | None] = sorted({direction for _, direction in found.uses} or {None}, key=str)
    ratings = {direction: _RATINGS[kind.effect][direction == "response"] for direction in directions}
    decisive = min(directions, key=lambda direction: _ORDER.index(ratings[direction]))
    return Change(
        rating=ratings[decisive],
        kind=found.kind,
        title=f"{kind.title}: {found.words}" if found.words else kind.title,
        direction=" and ".join(str(direction) for direction in directions if direction),
        operations=tuple(dict.fromkeys(operation for operation, _ in found.uses)),
        pointer=pointer.join(found.parts),
        gone=found.gone,
        old=found.old,
        new=found.new,
        reason=kind.response if decisive == "response" else kind.request,
    )
