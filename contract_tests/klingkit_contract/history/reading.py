"""Read kept runs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from klingkit_contract.errors import HistoryError
from klingkit_contract.findings import Severity
from klingkit_contract.history.records import EMULATED, Observed, OldCell, OldFinding, Run, Whole
from klingkit_contract.history.rows import read_time
from klingkit_contract.history.tables import CELLS, FIELDS, FINDINGS, RUNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from klingkit_contract.history.database import Database

__all__ = ["find_run", "last_run", "listed", "runs", "whole"]

_BACK = re.compile(r"(?P<relay>.+?)(?:~(?P<back>\d+))?")
_NO_RUN = "no run is kept at {name} yet; `klingkit check --relay ID` keeps one."


def runs(database: Database, relays: Sequence[str] = (), most: int = 0) -> list[Run]:
    """Return the kept runs, the newest first: of `relays` (none: of all), at most `most` (0: all).

    Raises:
        HistoryError: the history cannot be read.
    """
    with database.reading() as connection:
        return listed(connection, relays, most) if connection else []


def listed(connection: Connection, relays: Sequence[str] = (), most: int = 0) -> list[Run]:
    """Return what `runs` does, from within a transaction."""
    wanted = select(RUNS).order_by(RUNS.c.id.desc())
    if relays:
        wanted = wanted.where(RUNS.c.relay.in_(relays))
    if most:
        wanted = wanted.limit(most)
    return [_run(row) for row in connection.execute(wanted)]


def find_run(database: Database, named: str) -> Whole:
    """Return the run called `named`: its number, a relay's id for its newest run, ``anyapi~1`` for the one before.

    Raises:
        HistoryError: there is none, or the history cannot be read.
    """
    with database.reading() as connection:
        if connection is None:
            raise HistoryError(_NO_RUN.format(name=database.name))
        wanted = select(RUNS).order_by(RUNS.c.id.desc())
        if named.isdecimal():
            row = connection.execute(wanted.where(RUNS.c.id == int(named[:18]))).first()
        else:
            parts = _BACK.fullmatch(named)
            relay, back = (parts["relay"], int((parts["back"] or "0")[:9])) if parts else (named, 0)
            row = connection.execute(wanted.where(RUNS.c.relay == relay).offset(back).limit(1)).first()
        if row is None:
            raise HistoryError(f"the history holds no run {named!r}; `klingkit check --history` lists them.")
        return _whole(connection, _run(row))


def last_run(database: Database, relay: str, *, emulated: bool = False) -> Whole | None:
    """Return the newest run of `relay`, emulated or not, that went through to its end; None where there is none.

    Raises:
        HistoryError: the history cannot be read.
    """
    place = RUNS.c.address == EMULATED if emulated else RUNS.c.address != EMULATED
    wanted = select(RUNS).where((RUNS.c.relay == relay) & place & RUNS.c.seconds.is_not(None))
    with database.reading() as connection:
        row = connection.execute(wanted.order_by(RUNS.c.id.desc()).limit(1)).first() if connection else None
        return _whole(connection, _run(row)) if connection and row else None


def whole(database: Database, run: Run) -> Whole:
    """Return `run` with all that it found.

    Raises:
        HistoryError: the history cannot be read.
    """
    with database.reading() as connection:
        return _whole(connection, run) if connection else Whole(run)


def _whole(connection: Connection, run: Run) -> Whole:
    def of(table: Any) -> Sequence[Row[Any]]:
        return connection.execute(select(table).where(table.c.run == run.id)).all()

    findings = (_finding(row) for row in of(FINDINGS))
    return Whole(
        run=run,
        cells={(row.operation, row.check_id): OldCell(row.verdict, row.reason) for row in of(CELLS)},
        findings=tuple(sorted(findings, key=lambda found: (*found.place, found.fingerprint))),
        fields={
            (row.operation, row.place): Observed(tuple(json.loads(row.observed)), row.present, row.answers)
            for row in of(FIELDS)
        },
    )


def _run(row: Row[Any]) -> Run:
    values = row._asdict()
    return Run(
        **{
            **values,
            "began": read_time(values["began"]),
            "operations": tuple(json.loads(values["operations"])),
            "checks": tuple(json.loads(values["checks"])),
        }
    )


def _finding(row: Row[Any]) -> OldFinding:
    return OldFinding(
        row.fingerprint,
        row.operation,
        row.check_id,
        row.signature,
        Severity(row.severity),
        row.seen,
        row.accepted,
        row.carried,
    )
