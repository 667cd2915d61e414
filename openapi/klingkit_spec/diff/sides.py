"""The two documents of a comparison, and what is found between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from klingkit_spec.diff.changes import Changes
from klingkit_spec.diff.schemas import Schemas
from klingkit_spec.diff.views import Loc, at, follow

__all__ = ["Sides"]

_LONGEST_CHAIN = 8


@dataclass
class Sides:
    """The old and the new document. Places come in pairs: one in each."""

    old: dict[str, Any]
    new: dict[str, Any]
    changes: Changes = field(default_factory=Changes)

    def __post_init__(self) -> None:
        self.schemas = Schemas(self.old, self.new, self.changes)

    def before(self, loc: Loc) -> dict[str, Any] | None:
        """Return the object at `loc` in the old document; None for nothing, or nothing that could be compared."""
        return _object(at(self.old, loc))

    def after(self, loc: Loc) -> dict[str, Any] | None:
        """Return the object at `loc` in the new document; None for nothing, or nothing that could be compared."""
        return _object(at(self.new, loc))

    def followed(self, old: Loc, new: Loc) -> tuple[Loc, Loc]:
        """Follow the references at both places. What both refer to is named as the component it is."""
        for _ in range(_LONGEST_CHAIN):
            left, right = follow(self.old, old), follow(self.new, new)
            if left is not None and right is not None and left.parts == right.parts:
                old, new = left, right
            elif left is not None or right is not None:
                old = old if left is None else Loc(left.parts, old.shown)
                new = new if right is None else Loc(right.parts, new.shown)
            else:
                break
        return old, new


def _object(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None
