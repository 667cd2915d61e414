"""Keep a finished run, and tell it what was before."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from klingkit_contract.baseline import is_gone
from klingkit_contract.findings import Gone, Past, Severity, Sightings, Verdict
from klingkit_contract.history.rows import read_time, sound, write_time
from klingkit_contract.history.tables import CELLS, EXCHANGES, FIELDS, FINDINGS, RUNS, SEEN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from klingkit_contract.events import Results
    from klingkit_contract.findings import Cell, Finding
    from klingkit_contract.history.database import Database

__all__ = ["keep"]

_ASKED = frozenset({Verdict.PASS, Verdict.FINDING, Verdict.KNOWN})


def keep(database: Database, results: Results, addresses: Mapping[str, str], began: datetime) -> Results:
    """Keep `results`, a run for each relay that came to a verdict, and return them with their past.

    Args:
        database: where runs are kept.
        results: the run, marked by its baseline, with every finding of every cell.
        addresses: relay to the address that tells one installation of it from another.
        began: when the run began, in UTC.

    Raises:
        HistoryError: it cannot be kept; nothing of it is.
    """
    past: dict[str, Past] = {}
    since: dict[str, Sightings] = {}
    with database.writing() as connection:
        for relay in dict.fromkeys(relay for relay, _, _ in results.cells):
            part = _Part(connection, results, relay, addresses[relay], began)
            since |= part.since()
            past[relay] = part.keep()
    cells = {place: replace(cell, findings=_dated(cell.findings, since)) for place, cell in results.cells.items()}
    return replace(results, cells=cells, past=past)


def _dated(findings: tuple[Finding, ...], since: Mapping[str, Sightings]) -> tuple[Finding, ...]:
    return tuple(replace(finding, since=since[finding.fingerprint]) for finding in findings)


@dataclass(slots=True)
class _Part:
    """One relay's part of a run, beside the runs before it."""

    connection: Connection
    results: Results
    relay: str
    address: str
    began: datetime

    cells: list[Cell] = field(init=False)
    found: dict[str, Finding] = field(init=False)
    before: dict[str, Sightings] = field(init=False)  # in which earlier runs each finding was seen

    def __post_init__(self) -> None:
        self.cells = [cell for (relay, _, _), cell in self.results.cells.items() if relay == self.relay]
        self.found = {finding.fingerprint: finding for cell in self.cells for finding in cell.findings}
        self.before = self._before()

    def since(self) -> dict[str, Sightings]:
        """Return when each finding of this run was seen, this run included."""
        fresh = Sightings(self.began, None, 0)
        seen = {digest: self.before.get(digest, fresh) for digest in self.found}
        return {digest: replace(sightings, runs=sightings.runs + 1) for digest, sightings in seen.items()}

    def keep(self) -> Past:
        """Write the run down and return what it is beside the one before it."""
        previous = self._previous()
        standing = {} if previous is None else self._standing(previous)
        missing = {digest: row for digest, row in standing.items() if digest not in self.found}
        gone = {digest: row for digest, row in missing.items() if self._is_gone(row)}
        new = self.found.keys() - standing.keys() if previous is not None else frozenset()
        run = self._insert_run(previous, len(new), len(gone))
        self._insert(CELLS, [_cell_row(run, cell) for cell in self.cells if _applies(cell)])
        self._insert(FINDINGS, [_finding_row(run, finding) for finding in self.found.values()])
        carried = [row._asdict() for digest, row in missing.items() if digest not in gone]
        self._insert(FINDINGS, [{**row, "run": run, "carried": True} for row in carried])
        self._insert(EXCHANGES, [_exchange_row(run, finding) for finding in self.found.values() if finding.exchange])
        self._insert(FIELDS, self._field_rows(run))
        told = tuple(
            _gone(self.relay, row, self.before[digest]) for digest, row in gone.items() if digest in self.before
        )
        return Past(run, previous, frozenset(new), tuple(told))

    def _insert_run(self, previous: int | None, new: int, gone: int) -> int:
        started, ended = self.results.started, self.results.relays.get(self.relay)
        findings = self.found.values()
        row = {
            "relay": self.relay,
            "address": self.address,
            "began": write_time(self.began),
            "seconds": ended and ended.seconds,
            "requests": ended and ended.requests,
            "paid": ended and ended.paid,
            "budget": started.budget,
            "seed": started.seed,
            "operations": json.dumps(list(started.operations)),
            "checks": json.dumps([check.id for check in started.checks]),
            "previous": previous,
            "cases": sum(cell.verdict in _ASKED for cell in self.cells),
            "found": sum(finding.acceptance is None for finding in findings),
            "known": sum(finding.acceptance is not None for finding in findings),
            "new": new,
            "gone": gone,
        }
        return int(self.connection.execute(insert(RUNS).values(row).returning(RUNS.c.id)).scalar_one())

    def _insert(self, table: Any, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.connection.execute(insert(table), rows)

    def _previous(self) -> int | None:
        mine = (RUNS.c.relay == self.relay) & (RUNS.c.address == self.address)
        return self.connection.execute(select(func.max(RUNS.c.id)).where(mine)).scalar()

    def _standing(self, run: int) -> dict[str, Row[Any]]:
        rows = self.connection.execute(select(FINDINGS).where(FINDINGS.c.run == run).order_by(FINDINGS.c.fingerprint))
        return {row.fingerprint: row for row in rows}

    def _before(self) -> dict[str, Sightings]:
        mine = (RUNS.c.relay == self.relay) & (RUNS.c.address == self.address) & ~FINDINGS.c.carried
        wanted = (
            select(FINDINGS.c.fingerprint, func.min(RUNS.c.began), func.max(RUNS.c.began), func.count())
            .join(RUNS, RUNS.c.id == FINDINGS.c.run)
            .where(mine)
            .group_by(FINDINGS.c.fingerprint)
        )
        seen = {row[0]: tuple(row) for row in self.connection.execute(wanted)}
        removed = (SEEN.c.relay == self.relay) & (SEEN.c.address == self.address)
        columns = (SEEN.c.fingerprint, SEEN.c.first, SEEN.c.last, SEEN.c.runs)
        older = {row[0]: tuple(row) for row in self.connection.execute(select(*columns).where(removed))}
        return {digest: _sightings(seen.get(digest), older.get(digest)) for digest in {**older, **seen}}

    def _is_gone(self, row: Row[Any]) -> bool:
        return is_gone((self.relay, row.operation, row.check_id, row.signature), self.results)

    def _field_rows(self, run: int) -> list[dict[str, Any]]:
        named = {
            (found.operation, sound(found.place)[:300]): found for found in self.results.fields.get(self.relay, ())
        }
        return [
            {
                "run": run,
                "operation": operation,
                "place": place,
                "documented": None if found.documented is None else json.dumps(found.documented),
                "observed": json.dumps(found.observed),
                "present": found.present,
                "answers": found.answers,
                "needed": found.needed,
                "disagreement": str(found.disagreement or ""),
            }
            for (operation, place), found in named.items()
        ]


def _sightings(*parts: tuple[Any, ...] | None) -> Sightings:
    """Return what runs that are kept and runs that were removed saw of one finding."""
    there = [part for part in parts if part is not None]
    first, last = min(part[1] for part in there), max(part[2] for part in there)
    return Sightings(read_time(first), read_time(last), sum(part[3] for part in there))


def _applies(cell: Cell) -> bool:
    return cell.verdict is not Verdict.NOT_APPLICABLE or "evidence" in cell.extra


def _cell_row(run: int, cell: Cell) -> dict[str, Any]:
    return {
        "run": run,
        "operation": cell.operation,
        "check_id": cell.check,
        "verdict": str(cell.verdict),
        "reason": sound(cell.reason),
        "requests": cell.requests,
    }


def _finding_row(run: int, finding: Finding) -> dict[str, Any]:
    return {
        "run": run,
        "fingerprint": finding.fingerprint,
        "operation": finding.operation,
        "check_id": finding.check,
        "signature": sound(finding.signature),
        "severity": str(finding.severity),
        "promised": sound(finding.promised),
        "pointer": sound(finding.pointer),
        "seen": sound(finding.seen),
        "accepted": finding.acceptance is not None,
        "carried": False,
    }


def _exchange_row(run: int, finding: Finding) -> dict[str, Any]:
    content = asdict(finding.exchange) if finding.exchange else {}
    return {"run": run, "fingerprint": finding.fingerprint, "content": json.dumps(content)}


def _gone(relay: str, row: Row[Any], since: Sightings) -> Gone:
    return Gone(relay, row.operation, row.check_id, row.signature, Severity(row.severity), row.seen, since)
