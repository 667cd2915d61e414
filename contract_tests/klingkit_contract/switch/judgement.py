"""Whether code can move from one relay to another: all reasons together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from klingkit_contract.catalogue import Role
from klingkit_contract.fields.documented import answer_places
from klingkit_contract.fields.needed import Needs
from klingkit_contract.reading import Reader
from klingkit_contract.samples import EXTERNAL_ID
from klingkit_contract.switch.gateways import dropped_fields
from klingkit_contract.switch.observations import observed_reasons
from klingkit_contract.switch.reasons import Kind, Rating, Reason, ordered
from klingkit_contract.switch.requests import compare_request
from klingkit_contract.switch.usage import UNKNOWN, Usage, Use, Via

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_contract.history.records import Whole
    from klingkit_contract.switch.surface import Surface

__all__ = ["Judgement", "judge"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer. `uses` are the requests it was made for."""

    old: str
    new: str
    uses: tuple[Use, ...]
    reasons: tuple[Reason, ...]
    remarks: tuple[str, ...]

    @property
    def can(self) -> bool:
        """Whether nothing blocks."""
        return all(reason.rating is not Rating.BLOCKS for reason in self.reasons)


def judge(usage: Usage, old: Surface, new: Surface, runs: tuple[Whole | None, Whole | None] | None) -> Judgement:
    """Return whether what `usage` uses of `old` works on `new`.

    Args:
        usage: what the code uses; everything that `old` documents, where it says so.
        old: the relay in use.
        new: the other one.
        runs: the last kept run against each of the two, where there is one; None to go by the documents alone.
    """
    uses = _everything(old) if usage.everything else usage.uses
    reasons: list[Reason] = []
    for use in uses:
        reasons += _operation(use, old, new)
    offered = [use for use in uses if use.operation in new.operations]
    for use in offered:
        dropped = list(dropped_fields(use, old, new))
        lost = {reason.place for reason in dropped}
        reasons += dropped
        reasons += [reason for reason in compare_request(use, old, new) if reason.place not in lost]
        reasons += _answer(use, old, new)
    reasons += _families(offered, old, new)
    if runs is not None:
        reasons += observed_reasons(offered, *runs, new.relay)
    return Judgement(old.relay, new.relay, tuple(uses), tuple(ordered(_merged(reasons))), usage.remarks)


def _everything(surface: Surface) -> tuple[Use, ...]:
    return tuple(
        Use(operation, Via.ANY, "", dict.fromkeys(surface.request(operation), (UNKNOWN,)))
        for operation in surface.operations
    )


def _operation(use: Use, old: Surface, new: Surface) -> Iterator[Reason]:
    where = (use.where,) if use.where else ()
    if use.operation not in new.operations:
        if use.operation.endswith("_list") and use.via is Via.ANY:
            return  # said of the family, where it is a create that may need it
        kind, words = Kind.OPERATION, f"{new.relay} does not document it."
        if use.operation in new.claims:
            kind, words = (
                Kind.CLAIMED,
                f"{new.relay}'s pages name it, and none describes it. Try it before you rely on it.",
            )
        yield Reason(Rating.BLOCKS, kind, use.operation, "", words, where=where)
        return
    evidence = new.contract.operations[use.operation].evidence
    before = old.contract.operations.get(use.operation)
    if evidence != "documented" and before is not None:
        words = (
            f"{new.relay}'s own pages do not describe it; it is {evidence}, with the official documents in its place."
        )
        if evidence == "claimed" != before.evidence and use.operation.endswith(("_create", "_run")):
            words += " Try it before you rely on it."
            yield Reason(Rating.COSTS, Kind.CLAIMED, use.operation, "", words, where=where)
        else:
            yield Reason(Rating.NOTE, Kind.ASSUMED, use.operation, "", words, where=where)


def _answer(use: Use, old: Surface, new: Surface) -> Iterator[Reason]:
    """Yield what who reads answers by hand does not find any more; klingkit reads every envelope."""
    before = old.contract.operations.get(use.operation)
    if use.via is Via.KLINGKIT or before is None:
        return
    here = answer_places(old.contract, before)
    there = answer_places(new.contract, new.contract.operations[use.operation])
    needs = [need for need in Needs(old.dialect).of(before.role, [], Reader()) if need.vital]
    rating = Rating.BLOCKS if use.via is Via.RAW else Rating.NOTE
    where = (use.where,) if use.where else ()
    for need in needs:
        place = next((place for place in need.places if place in here), "")
        if not place:
            continue
        if place not in there:
            words = f"{new.relay}'s answers have no such place; {old.relay}'s have the {need.role} there."
            yield Reason(rating, Kind.ANSWER, use.operation, place, words, where=where)
        elif need.role == "status":
            known = {str(word) for word in there[place].rules.get("enum", ())}
            lost = [str(word) for word in here[place].rules.get("enum", ()) if str(word) not in known]
            if known and lost:
                words = f"{new.relay} never says {', '.join(lost)}; its words are {', '.join(sorted(known))}."
                yield Reason(rating, Kind.ANSWER, use.operation, place, words, where=where)


def _families(uses: list[Use], old: Surface, new: Surface) -> Iterator[Reason]:
    """Yield what makes a lost answer to a create cost a task: no list to look into, no id of one's own to look for."""
    for operation in dict.fromkeys(use.operation for use in uses):
        before, after = old.contract.operations.get(operation), new.contract.operations[operation]
        if after.role is not Role.CREATE or before is None:
            continue
        if old.contract.sibling(before, Role.LIST) and not new.contract.sibling(after, Role.LIST):
            words = f"{new.relay} documents no list: a task whose answer was lost cannot be looked for."
            yield Reason(Rating.COSTS, Kind.LIST, operation, "", words)
        had = any(place.rpartition(".")[2] == EXTERNAL_ID for place in old.request(operation))
        has = any(place.rpartition(".")[2] == EXTERNAL_ID for place in new.request(operation))
        if had and not has:
            words = f"{new.relay} takes none: a create whose answer was lost cannot be found again by an id of yours."
            yield Reason(Rating.COSTS, Kind.EXTERNAL_ID, operation, EXTERNAL_ID, words)


def _merged(reasons: list[Reason]) -> list[Reason]:
    """Say once what several places in the code have in common."""
    places: dict[Reason, list[str]] = {}
    for reason in reasons:
        plain = Reason(reason.rating, reason.kind, reason.operation, reason.place, reason.words, reason.evidence)
        places.setdefault(plain, []).extend(reason.where)
    return [
        Reason(one.rating, one.kind, one.operation, one.place, one.words, one.evidence, tuple(dict.fromkeys(where)))
        for one, where in places.items()
    ]
