"""Many documents into one spec: compare, settle, widen, and say what each relay's document must hold in the end."""

from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from klingkit_spec.compare import Difference, Subject, compare
from klingkit_spec.dialect import dialect_for
from klingkit_spec.document import Operation, read_operations
from klingkit_spec.errors import SpecError
from klingkit_spec.expected import Expected, expect
from klingkit_spec.relay_document import operations
from klingkit_spec.widen import adopt, widen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from klingkit_spec.verdicts import Conflict, Verdicts

__all__ = ["OFFICIAL", "Claim", "MergeError", "Merged", "Outside", "RelayInput", "merge"]

OFFICIAL = "official"
SOFTWARE = "software"
"""The kind of a registry entry that describes a gateway many relays run."""

_SPREADS = ("x-klingkit-relays", "x-klingkit-claimed-by")

Place = tuple[str, str]


class MergeError(SpecError):
    """Documents that cannot be brought together."""


@dataclass(frozen=True)
class Claim:
    """An operation that a relay's page names without describing it; `operation` is None where we have none for it."""

    title: str
    method: str
    path: str | None
    operation: str | None


@dataclass(frozen=True)
class RelayInput:
    """A relay's corrected document, its registry entry, and what its pages merely claim."""

    document: dict[str, Any]
    entry: Mapping[str, Any]
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Outside:
    """An operation that a relay documents and the one spec does not have."""

    relay: str
    method: str
    path: str
    title: str
    page: str


@dataclass
class Merged:
    """The one spec, how every difference was settled, and what each relay's document must come to."""

    spec: dict[str, Any]
    conflicts: list[Conflict] = field(default_factory=list)
    expected: dict[str, dict[str, Expected]] = field(default_factory=dict)
    outside: list[Outside] = field(default_factory=list)


def merge(relays: Mapping[str, RelayInput], dialects: Mapping[str, Any], verdicts: Verdicts) -> Merged:
    """Merge the documents of `relays`, in the order of the registry, into the official one.

    Raises:
        VerdictError: a difference is unsettled, or an entry settles none.
        WidenError: the official document has no place for what a verdict adds.
    """
    official = relays[OFFICIAL].document
    table = read_operations(official, prefix=relays[OFFICIAL].entry["path_prefix"])
    ids = {(path, method): node["operationId"] for path, method, node in operations(official)}
    merged = Merged(copy.deepcopy(official))
    documented = {relay: _documented(relay, given, ids, merged) for relay, given in relays.items()}
    differences: list[Difference] = []
    for relay, said in documented.items():
        if relay == OFFICIAL:
            continue
        for place, operation in said.items():
            dialect = dialect_for(dialects, relays[relay].entry["dialect"], ids[place])
            subject = Subject(relay, ids[place], dialect, verdicts.unmarked_is_optional(relay))
            differences.extend(compare(subject, table[place], operation))
    merged.conflicts = verdicts.settle(_with_company(differences, table, ids, _software(relays)))
    _change(merged, documented, ids)
    _spread(merged.spec, relays, documented, ids)
    _expect(merged, relays, dialects, documented, (table, ids))
    return merged


def _documented(relay: str, given: RelayInput, ids: Mapping[Place, str], merged: Merged) -> dict[Place, Operation]:
    said = read_operations(given.document, prefix=given.entry["path_prefix"])
    for (path, method), operation in said.items():
        if (path, method) not in ids:
            merged.outside.append(Outside(relay, method, path, operation.title, operation.page))
    return {place: operation for place, operation in said.items() if place in ids}


def _software(relays: Mapping[str, RelayInput]) -> set[str]:
    """Return the ids of those that describe software and no vendor's service."""
    return {relay for relay, given in relays.items() if given.entry.get("kind") == SOFTWARE}


def _with_company(
    differences: Iterable[Difference],
    table: Mapping[Place, Operation],
    ids: Mapping[Place, str],
    software: Collection[str],
) -> list[Difference]:
    """Mark the fields unknown to the official document that several relays, or the official sample, know.

    What gateway `software` knows is its own matter: its format is no vendor's.
    """
    differences = list(differences)
    samples = {ids[place]: set(operation.example or ()) for place, operation in table.items()}
    knowing: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for difference in differences:
        if difference.kind == "extra" and difference.relay not in software:
            knowing[difference.place].add(difference.relay)
    marked: list[Difference] = []
    for difference in differences:
        if difference.kind == "extra" and difference.field in samples[difference.operation]:
            difference = replace(difference, kind="sampled extra")
        elif difference.relay in knowing[difference.place] and len(knowing[difference.place]) > 1:
            difference = replace(difference, kind="shared extra")
        marked.append(difference)
    return marked


def _change(merged: Merged, documented: Mapping[str, Mapping[Place, Operation]], ids: Mapping[Place, str]) -> None:
    places = {operation: place for place, operation in ids.items()}
    adopted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for conflict in merged.conflicts:
        difference = conflict.difference
        if conflict.verdict == "widen":
            values = difference.said if isinstance(difference.said, list) else [difference.said]
            widen(merged.spec, difference.operation, difference.field, values)
        elif conflict.verdict == "adopt":
            adopted[difference.operation, difference.field].append(difference.relay)
    for (operation, name), sayers in adopted.items():
        tables = [documented[relay][places[operation]].request or {} for relay in sayers]
        if len({str(table[name].get("type")) for table in tables}) > 1:
            raise MergeError(
                f"{', '.join(sayers)} document {operation} {name} with different types; add an entry to verdicts.toml."
            )
        adopt(merged.spec, operation, name, tables[0][name], sayers)


def _spread(
    spec: dict[str, Any],
    relays: Mapping[str, RelayInput],
    documented: Mapping[str, Mapping[Place, Operation]],
    ids: Mapping[Place, str],
) -> None:
    """Write into each operation of the one spec which relays document it, and which only claim it."""
    software = _software(relays)
    for path, method, node in operations(spec):
        documenting = [relay for relay, said in documented.items() if (path, method) in said and relay not in software]
        claiming = [
            relay
            for relay, given in relays.items()
            if relay not in documenting and any(claim.operation == ids[path, method] for claim in given.claims)
        ]
        for key, sayers in zip(_SPREADS, (documenting, claiming), strict=True):
            if sayers:
                node[key] = sayers


def _expect(
    merged: Merged,
    relays: Mapping[str, RelayInput],
    dialects: Mapping[str, Any],
    documented: Mapping[str, Mapping[Place, Operation]],
    official: tuple[Mapping[Place, Operation], Mapping[Place, str]],
) -> None:
    table, ids = official
    spec = read_operations(merged.spec, prefix="")
    by_place: dict[tuple[str, str], list[Conflict]] = defaultdict(list)
    for conflict in merged.conflicts:
        by_place[conflict.difference.relay, conflict.difference.operation].append(conflict)
    for relay, said in documented.items():
        merged.expected[relay] = {
            ids[place]: expect(
                spec[place],
                table[place],
                operation,
                by_place[relay, ids[place]],
                dialect_for(dialects, relays[relay].entry["dialect"], ids[place]),
            )
            for place, operation in said.items()
        }
