"""What every report reads out of a run's results: a full grid of cells, the findings worst first, what is open."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from klingkit_contract.findings import Cell, Check, Cost, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from klingkit_contract.events import Results
    from klingkit_contract.findings import Finding

__all__ = ["WORST_FIRST", "Grid", "Untested", "counted", "fresh", "not_offered", "worst"]

WORST_FIRST = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)

_STOPPED = "the run stopped before this was asked"
_SILENT = "the run recorded no verdict"
_NEVER_ASKED = "no relay of this run is asked this"
_UNEXPLAINED = "no reason was given"
_NOT_OFFERED = re.compile(r"\bdo(es)? not (offer|have)\b")


@dataclass(frozen=True, slots=True)
class Untested:
    """One reason for which cells were not tested: how many there are, and on which relays."""

    reason: str
    cells: int
    relays: tuple[str, ...]


class Grid:
    """Every relay × operation × check of a run, in the order of the run.

    A cell without a verdict (the run was interrupted) counts as not tested: silence is never read as a pass. Only a
    question that a finished run put to no relay at all does not apply. Cells of relays, operations or checks that the
    start of the run did not announce are kept and come last.

    Attributes:
        relays: relay ids.
        operations: operationIds.
        checks: check id to check.
    """

    def __init__(self, results: Results) -> None:
        self._results = results
        met = sorted(results.cells)
        self._asked = {(operation, check) for _, operation, check in met}
        known = {check.id: check for check in results.started.checks}
        self.relays = _ordered(results.started.relays, (relay for relay, _, _ in met))
        self.operations = _ordered(results.started.operations, (operation for _, operation, _ in met))
        self.checks = {id_: known.get(id_) or _unannounced(id_) for id_ in _ordered(known, (id_ for _, _, id_ in met))}

    def __iter__(self) -> Iterator[Cell]:
        for relay in self.relays:
            yield from self.of_relay(relay)

    def of_relay(self, relay: str) -> Iterator[Cell]:
        """Yield the cells of one relay, operation by operation."""
        for operation in self.operations:
            yield from self.of_operation(relay, operation)

    def of_operation(self, relay: str, operation: str) -> list[Cell]:
        """Return the cells of one operation on one relay, in the order of the checks."""
        return [self.cell(relay, operation, check) for check in self.checks]

    def cell(self, relay: str, operation: str, check: str) -> Cell:
        """Return the verdict of one question, whether or not the run gave one."""
        found = self._results.cells.get((relay, operation, check))
        if found is not None:
            return found
        if self._results.relays and (operation, check) not in self._asked:
            return Cell(relay, operation, check, Verdict.NOT_APPLICABLE, _NEVER_ASKED)
        reason = _SILENT if relay in self._results.relays else _STOPPED
        return Cell(relay, operation, check, Verdict.NOT_TESTED, reason)

    def findings(self) -> list[Finding]:
        """Return every finding that counts, worst first; those of equal severity stay in the order of the run."""
        return sorted((finding for cell in self for finding in fresh(cell)), key=_badness)

    def known(self) -> list[Finding]:
        """Return every finding that a baseline accepts, worst first."""
        return sorted((found for cell in self for found in cell.findings if found.acceptance), key=_badness)

    def untested(self) -> list[Untested]:
        """Return why cells were not tested, the commonest reason first."""
        relays: dict[str, Counter[str]] = {}
        for cell in self:
            if cell.verdict is Verdict.NOT_TESTED:
                relays.setdefault(cell.reason or _UNEXPLAINED, Counter())[cell.relay] += 1
        groups = [Untested(reason, counts.total(), tuple(counts)) for reason, counts in relays.items()]
        return sorted(groups, key=lambda group: (-group.cells, group.reason))


def fresh(cell: Cell) -> tuple[Finding, ...]:
    """Return the findings of `cell` that no baseline accepts."""
    return tuple(finding for finding in cell.findings if finding.acceptance is None)


def counted(cell: Cell) -> int | None:
    """Return how many requests were made for `cell`; None when nobody counted, though an exchange shows there were."""
    shown = any(finding.exchange for finding in cell.findings)
    return None if shown and not cell.requests else cell.requests


def not_offered(cell: Cell) -> bool:
    """Tell whether `cell` does not apply because the relay lacks the operation, and not because of the check."""
    return cell.verdict is Verdict.NOT_APPLICABLE and _NOT_OFFERED.search(cell.reason) is not None


def worst(findings: Iterable[Finding]) -> Finding | None:
    """Return the first of the worst findings, or None when there are none."""
    return min(findings, key=_badness, default=None)


def _badness(finding: Finding) -> int:
    return WORST_FIRST.index(finding.severity)


def _ordered(announced: Iterable[str], met: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*announced, *met]))


def _unannounced(id_: str) -> Check:
    return Check(id_, id_, "", Cost.QUERY, Severity.LOW)
