"""Why code does not work on another relay, what it costs to move, and what is worth knowing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Evidence", "Kind", "Rating", "Reason", "ordered"]


class Rating(StrEnum):
    """How much a reason weighs."""

    BLOCKS = "blocks"  # the code does not work there as it is
    COSTS = "costs"  # it works, but something is lost, becomes uncertain or has to be chosen anew
    NOTE = "note"  # worth knowing


class Kind(StrEnum):
    """What differs."""

    OPERATION = "operation missing"
    CLAIMED = "operation only claimed"
    ASSUMED = "operation only assumed"
    FIELD = "field missing"
    REQUIRED = "field required"
    ENUM = "fewer values"
    MODEL = "model missing"
    LIMIT = "tighter limit"
    TYPE = "another type"
    WORDING = "another wording"
    DEFAULT = "another default"
    ANSWER = "another answer"
    LIST = "list missing"
    EXTERNAL_ID = "external id missing"
    REFUSED = "request refused"
    DROPPED = "dropped by the gateway"
    BROKEN = "promise broken"
    UNSEEN = "not observed"


class Evidence(StrEnum):
    """Where a reason comes from."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `operation` and `place` are empty for what concerns the relay as a whole; `where` names code."""

    rating: Rating
    kind: Kind
    operation: str
    place: str
    words: str
    evidence: Evidence = Evidence.DOCUMENTED
    where: tuple[str, ...] = ()


def ordered(reasons: list[Reason]) -> list[Reason]:
    """Return `reasons` each once, what blocks first, then in the order of operations and places."""
    ratings = list(Rating)
    once = dict.fromkeys(reasons)
    return sorted(
        once, key=lambda each: (ratings.index(each.rating), each.operation, each.place, each.kind, each.words)
    )
