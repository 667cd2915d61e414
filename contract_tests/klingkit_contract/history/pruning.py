"""Remove old runs, without forgetting since when findings are there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from klingkit_contract.history.reading import listed
from klingkit_contract.history.tables import FINDINGS, RUNS, SEEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from klingkit_contract.history.database import Database
    from klingkit_contract.history.records import Run

__all__ = ["Rules", "old_runs", "prune"]

_AT_ONCE = 500  # numbers in one statement: databases limit them


@dataclass(frozen=True, slots=True)
class Rules:
    """What stays: a run that any of these keeps, and of each relay the newest and the newest that went through.

    The next run is compared with the newest one, and the newest whole one says whether code can move to the relay.

    Attributes:
        newest: how many of the newest runs of each relay at each address stay; 0: no run stays for that.
        since: runs that began then or later stay; None: no run stays for that.
        relays: the relays whose runs may go; none: of all.
    """

    newest: int = 0
    since: datetime | None = None
    relays: tuple[str, ...] = ()

    def sort(self, runs: Iterable[Run]) -> tuple[list[Run], list[Run]]:
        """Return of `runs`, the newest first, those that stay and those that go."""
        met: Counter[tuple[str, str]] = Counter()
        whole: set[tuple[str, str]] = set()
        stays: list[Run] = []
        goes: list[Run] = []
        for run in runs:
            series = (run.relay, run.address)
            met[series] += 1
            needed = met[series] == 1 or (run.seconds is not None and series not in whole)
            if run.seconds is not None:
                whole.add(series)
            recent = self.since is not None and run.began >= self.since
            (stays if needed or recent or met[series] <= self.newest else goes).append(run)
        return stays, goes


def old_runs(database: Database, rules: Rules) -> tuple[list[Run], list[Run]]:
    """Return which runs `prune` would let stay and which it would remove.

    Raises:
        HistoryError: the history cannot be read.
    """
    with database.reading() as connection:
        return rules.sort(listed(connection, rules.relays) if connection else ())


def prune(database: Database, rules: Rules) -> list[Run]:
    """Remove the runs that `rules` let go, and return them.

    When their findings were seen is kept, so that reports go on telling it. The room in the file is given back by
    `Database.compact`.

    Raises:
        HistoryError: they cannot be removed; none is.
    """
    with database.writing() as connection:
        _, goes = rules.sort(listed(connection, rules.relays))
        numbers = [run.id for run in goes]
        for at in range(0, len(numbers), _AT_ONCE):
            some = numbers[at : at + _AT_ONCE]
            _remember(connection, some)
            connection.execute(delete(RUNS).where(RUNS.c.id.in_(some)))  # what belongs to them goes with them
    return goes


def _remember(connection: Connection, numbers: Sequence[int]) -> None:
    """Add what `numbers` saw to what earlier removed runs had seen."""
    wanted = (
        select(
            RUNS.c.relay,
            RUNS.c.address,
            FINDINGS.c.fingerprint,
            func.min(RUNS.c.began).label("first"),
            func.max(RUNS.c.began).label("last"),
            func.count().label("runs"),
        )
        .join(FINDINGS, RUNS.c.id == FINDINGS.c.run)
        .where(RUNS.c.id.in_(numbers) & ~FINDINGS.c.carried)
        .group_by(RUNS.c.relay, RUNS.c.address, FINDINGS.c.fingerprint)
    )
    for row in connection.execute(wanted).all():
        _add(connection, row)


def _add(connection: Connection, row: Row[tuple[str, str, str, str, str, int]]) -> None:
    mine = (SEEN.c.relay == row.relay) & (SEEN.c.address == row.address) & (SEEN.c.fingerprint == row.fingerprint)
    before = connection.execute(select(SEEN).where(mine)).first()
    values = row._asdict()
    if before is not None:
        connection.execute(delete(SEEN).where(mine))
        values |= {
            "first": min(row.first, before.first),
            "last": max(row.last, before.last),
            "runs": row.runs + before.runs,
        }
    connection.execute(insert(SEEN).values(values))
