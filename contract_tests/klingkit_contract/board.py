"""Where the verdicts of one relay come together: claims, passes, and why something was not asked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from klingkit_contract.catalogue import WHOLE_RELAY, Entry, Role, roles_of
from klingkit_contract.findings import Cell, Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from klingkit_contract.contract import Operation
    from klingkit_contract.judge import Claim

__all__ = ["NOT_OFFERED", "NO_MEANING", "Board"]

NO_MEANING = "the check has no meaning for this operation"
NOT_OFFERED = "the relay's documents do not offer this operation"


class Board:
    """Collects what is known about the cells of one relay. What belongs to no selected check is dropped.

    Args:
        relay: the relay's id.
        entries: the selected checks.
        operations: what the relay offers, by operationId.
        every: operationIds of the one spec, offered or not, in the order of the report.
    """

    def __init__(
        self, relay: str, entries: Sequence[Entry], operations: Mapping[str, Operation], every: Sequence[str]
    ) -> None:
        self._relay, self._operations, self._every = relay, operations, every
        self._roles = {**roles_of(every), WHOLE_RELAY: Role.RELAY}
        self._entries = {entry.check.id: entry for entry in entries}
        self._claims: dict[tuple[str, str], list[Claim]] = {}
        self._passed: dict[tuple[str, str], str] = {}
        self._open: dict[tuple[str, str], str] = {}
        self._beside: dict[tuple[str, str], str] = {}
        self._asked: Counter[tuple[str, str]] = Counter()

    def wants(self, check: str) -> bool:
        """Tell whether `check` was selected."""
        return check in self._entries

    def accuse(self, claims: Iterable[Claim]) -> None:
        """Add broken promises."""
        for claim in claims:
            self._claims.setdefault((claim.operation, claim.check), []).append(claim)

    def accused(self, operation: str, check: str) -> bool:
        """Tell whether there is a claim in that cell."""
        return (operation, check) in self._claims

    def asked(self, operation: str, check: str, requests: int = 1) -> None:
        """Count requests that were made for a cell."""
        self._asked[operation, check] += requests

    def passed(self, operation: str, check: str, note: str = "") -> None:
        """Say that the promise was kept; a claim in the same cell outweighs it."""
        self._passed[operation, check] = note

    def untested(self, operation: str, check: str, reason: str) -> None:
        """Say why a cell could not be asked; a pass or a claim outweighs it, the first reason stays."""
        self._open.setdefault((operation, check), reason)

    def does_not_apply(self, operation: str, check: str, reason: str) -> None:
        """Say why a cell has no meaning on this relay; a pass or a claim outweighs it (one query may serve many)."""
        self._beside[operation, check] = reason

    def cells(self, write_up: Callable[[Entry, Claim, int], Finding], absent: Mapping[str, str]) -> Iterator[Cell]:
        """Yield the verdicts, operation by operation.

        Args:
            write_up: makes a finding of a check's entry, its first claim and how often the same was seen.
            absent: operations that turned out not to be offered, with the reason.
        """
        for operation in (*self._every, WHOLE_RELAY):
            for entry in self._entries.values():
                yield self._cell(operation, entry, write_up, absent)

    def _cell(
        self,
        operation: str,
        entry: Entry,
        write_up: Callable[[Entry, Claim, int], Finding],
        absent: Mapping[str, str],
    ) -> Cell:
        key = (operation, entry.check.id)

        def cell(verdict: Verdict, reason: str = "", findings: tuple[Finding, ...] = ()) -> Cell:
            offered = self._operations.get(operation)
            extra = {"evidence": offered.evidence} if offered is not None else {}
            return Cell(self._relay, *key, verdict, reason, findings, self._asked[key], extra)

        if self._roles[operation] not in entry.roles:
            return cell(Verdict.NOT_APPLICABLE, NO_MEANING)
        if operation not in self._operations and operation != WHOLE_RELAY:
            return cell(Verdict.NOT_APPLICABLE, NOT_OFFERED)
        if operation in absent:
            return cell(Verdict.NOT_APPLICABLE, absent[operation])
        if key in self._claims:
            return cell(Verdict.FINDING, "", self._findings(entry, self._claims[key], write_up))
        if key in self._passed:
            return cell(Verdict.PASS, self._passed[key])
        if key in self._beside:
            return cell(Verdict.NOT_APPLICABLE, self._beside[key])
        return cell(Verdict.NOT_TESTED, self._open.get(key, "no answer showed it"))

    def _findings(
        self, entry: Entry, claims: list[Claim], write_up: Callable[[Entry, Claim, int], Finding]
    ) -> tuple[Finding, ...]:
        topics: dict[str, list[Claim]] = {}
        for claim in claims:
            topics.setdefault(claim.topic, []).append(claim)
        written = (write_up(entry, same[0], len(same)) for same in topics.values())
        found: dict[str, Finding] = {}
        for finding in written:  # topics that differ only in an id or a time have one signature: one finding
            found.setdefault(finding.signature, finding)
        return tuple(found.values())
