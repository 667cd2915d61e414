"""Tasks, charges and selection sessions in SQLite.

Every call is one transaction; the store may be used from any thread.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from klingkit_emulator.asked import Asked
from klingkit_emulator.errors import DatabaseError
from klingkit_emulator.lifecycle import Timetable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["DuplicateError", "Store", "Task"]

_VERSION = 3
_SCHEMA = """
CREATE TABLE task (
    seq INTEGER PRIMARY KEY,
    task_id TEXT NOT NULL UNIQUE,
    relay TEXT NOT NULL,
    account TEXT NOT NULL,
    object TEXT NOT NULL,
    external_id TEXT,
    timetable TEXT NOT NULL,
    asked TEXT NOT NULL
);
CREATE INDEX task_by_external_id ON task (relay, account, external_id);
CREATE INDEX task_by_object ON task (relay, account, object, seq);
CREATE TABLE charge (
    relay TEXT NOT NULL,
    account TEXT NOT NULL,
    tasks INTEGER NOT NULL,
    PRIMARY KEY (relay, account)
);
CREATE TABLE session (
    session_id TEXT PRIMARY KEY,
    relay TEXT NOT NULL,
    account TEXT NOT NULL,
    state TEXT NOT NULL
);
"""
_ADDED = """
CREATE INDEX session_by_relay ON session (relay);
CREATE TABLE refund (
    task_id TEXT PRIMARY KEY,
    relay TEXT NOT NULL,
    account TEXT NOT NULL,
    due_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX refund_by_account ON refund (relay, account, due_ms);
"""
_CHARGES = """
SELECT (SELECT coalesce(sum(tasks), 0) FROM charge WHERE relay = ?1 AND (?2 IS NULL OR account = ?2))
     - (SELECT count(*) FROM refund WHERE relay = ?1 AND (?2 IS NULL OR account = ?2) AND due_ms <= ?3)
"""
_COLUMNS = "task_id, relay, account, object, external_id, timetable, asked"
_CHUNK = 200
_FOREVER = 2**62
# By age straight away: going by an index on accounts, SQLite would sort all that an account has for every chunk.
_OLDER = f"""
SELECT seq, {_COLUMNS} FROM task NOT INDEXED WHERE relay = ? AND account = ? AND seq < ? ORDER BY seq DESC LIMIT ?
"""  # noqa: S608 - no foreign text


class DuplicateError(Exception):
    """The account has used this external id before."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it was accepted; where it stands follows from `timetable` and the time."""

    task_id: str
    relay: str
    account: str
    object: str
    external_id: str | None
    timetable: Timetable
    asked: Asked


class Store:
    """The tasks of every relay and account, and how many calls each account was charged for.

    `file` None keeps them in memory until `close`. What is held for a create that is under way is kept in memory
    alone: after a crash, nobody has paid for what never became a task.

    Raises:
        DatabaseError: the file cannot be opened or written, or is not the emulator's.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._held: Counter[tuple[str, str]] = Counter()
        self._name = str(file) if file else ":memory:"
        try:
            # Answers come from the event loop's thread, counts are read from whichever thread started it.
            self._connection = sqlite3.connect(self._name, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise DatabaseError(_advice(self._name, error)) from error
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._connection.close()
            raise DatabaseError(_advice(self._name, error)) from error
        except DatabaseError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA busy_timeout = 5000")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self._transaction() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0 and connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
                self._build(connection, _SCHEMA + _ADDED)
            elif version == _VERSION - 1:
                self._build(connection, _ADDED)
            elif version != _VERSION:
                raise DatabaseError(
                    f"{self._name} is a database of something else or of another version of the emulator; "
                    "name another file with --database."
                )

    def _build(self, connection: sqlite3.Connection, schema: str) -> None:
        for statement in schema.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_VERSION}")

    def add(self, task: Task, *, unique: bool = True, charged: bool = True, refunded: bool = True) -> None:
        """Keep `task` and, if `charged`, charge its account for it; if it will have failed, until then (`refunded`).

        Raises:
            DuplicateError: the account has used the external id before (unless not `unique`); nothing was charged.
        """
        with self._transaction() as connection:
            if unique and task.external_id is not None:
                key = (task.relay, task.account, task.external_id)
                if connection.execute(
                    "SELECT 1 FROM task WHERE relay = ? AND account = ? AND external_id = ?", key
                ).fetchone():
                    raise DuplicateError(task.external_id)
            connection.execute(
                f"INSERT INTO task ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - no foreign text
                (
                    task.task_id,
                    task.relay,
                    task.account,
                    task.object,
                    task.external_id,
                    json.dumps(asdict(task.timetable)),
                    json.dumps(asdict(task.asked)),
                ),
            )
            if charged:
                self._charge(connection, task.relay, task.account)
            if charged and refunded and task.timetable.reason is not None:
                row = (task.task_id, task.relay, task.account, task.timetable.ended_ms)
                connection.execute("INSERT INTO refund VALUES (?, ?, ?, ?)", row)

    def charge(self, relay: str, account: str) -> None:
        """Charge an account for a call that made no task."""
        with self._transaction() as connection:
            self._charge(connection, relay, account)

    @contextmanager
    def holding(self, relay: str, account: str) -> Iterator[None]:
        """Count one charge more, for as long as the block lasts."""
        with self._lock:
            self._held[relay, account] += 1
        try:
            yield
        finally:
            with self._lock:
                self._held[relay, account] -= 1

    def refund(self, relay: str, account: str) -> None:
        """Give an account back what one call cost."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE charge SET tasks = tasks - 1 WHERE relay = ? AND account = ? AND tasks > 0", (relay, account)
            )

    def _charge(self, connection: sqlite3.Connection, relay: str, account: str) -> None:
        connection.execute(
            "INSERT INTO charge VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET tasks = tasks + 1", (relay, account)
        )

    def remove(self, task: Task) -> None:
        """Forget `task`; what it cost stays charged."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM task WHERE task_id = ?", (task.task_id,))

    def find(self, relay: str, account: str, obj: str, identifier: str, *, external: bool) -> Task | None:
        """Return the account's task of that id, or, if `external`, of that external id."""
        mine = "relay = ? AND account = ? AND object = ?"
        found = self._tasks(f"{mine} AND task_id = ?", relay, account, obj, identifier)
        if not found and external:
            found = self._tasks(f"{mine} AND external_id = ? ORDER BY seq", relay, account, obj, identifier)
        return found[0] if found else None

    def by_id(self, task_id: str) -> Task | None:
        """Return the task of that id, whosever it is."""
        found = self._tasks("task_id = ?", task_id)
        return found[0] if found else None

    def another(self, relay: str, obj: str, identifier: str) -> Task | None:
        """Return the newest task of the relay that goes by another id, whosever it is."""
        found = self._tasks(
            "relay = ? AND object = ? AND task_id != ? AND external_id IS NOT ? ORDER BY seq DESC LIMIT 1",
            relay,
            obj,
            identifier,
            identifier,
        )
        return found[0] if found else None

    def page(self, relay: str, account: str, obj: str, *, limit: int, offset: int) -> list[Task]:
        """Return the account's tasks, newest first."""
        where = "relay = ? AND account = ? AND object = ? ORDER BY seq DESC LIMIT ? OFFSET ?"
        return self._tasks(where, relay, account, obj, limit, offset)

    def owned(self, relay: str, account: str, identifier: str, *, external: bool = False) -> Task | None:
        """Return the account's task of that id, or, if `external`, of that external id, whatever its object."""
        column = "external_id" if external else "task_id"
        found = self._tasks(f"relay = ? AND account = ? AND {column} = ? ORDER BY seq", relay, account, identifier)
        return found[0] if found else None

    def everything(self, relay: str, account: str, *, older: str | None = None) -> Iterator[Task]:
        """Yield all tasks of an account, newest first, or those that are older than the one of the id `older`."""
        seq = _FOREVER if older is None else self._number("SELECT seq FROM task WHERE task_id = ?", older)
        while seq:
            with self._lock:
                rows = self._connection.execute(_OLDER, (relay, account, seq, _CHUNK)).fetchall()
            yield from (_task(row[1:]) for row in rows)
            seq = rows[-1][0] if len(rows) == _CHUNK else 0

    def keep_session(self, session_id: str, relay: str, account: str, state: Any) -> None:
        """Keep the JSON value `state` for a session, new or known."""
        with self._transaction() as connection:
            row = (session_id, relay, account, json.dumps(state))
            # The row keeps its place: `sessions` goes by age.
            connection.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state", row
            )

    def session(self, session_id: str, relay: str, account: str) -> Any:
        """Return what was kept for the account's session, or None."""
        with self._lock:
            row = self._connection.execute(
                "SELECT state FROM session WHERE session_id = ? AND relay = ? AND account = ?",
                (session_id, relay, account),
            ).fetchone()
        return json.loads(row[0]) if row else None

    def sessions(self, relay: str, limit: int) -> list[Any]:
        """Return what was kept for the relay's newest sessions, of all accounts, newest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT state FROM session WHERE relay = ? ORDER BY rowid DESC LIMIT ?", (relay, limit)
            ).fetchall()
        return [json.loads(row[0]) for row in rows]

    def count_sessions(self, relay: str) -> int:
        """Return how many sessions the relay has."""
        return self._number("SELECT count(*) FROM session WHERE relay = ?", relay)

    def newest(self, relay: str, limit: int) -> list[Task]:
        """Return the relay's newest tasks of all accounts, newest first."""
        return self._tasks("relay = ? ORDER BY seq DESC LIMIT ?", relay, limit)

    def count(self, relay: str) -> int:
        """Return how many tasks the relay has."""
        return self._number("SELECT count(*) FROM task WHERE relay = ?", relay)

    def charges(self, relay: str, now_ms: int, account: str | None = None) -> int:
        """Return how many calls the relay has charged one account, or all, for by `now_ms`, less what it gave back."""
        with self._lock:
            held = sum(count for (where, who), count in self._held.items() if where == relay and account in {None, who})
            return held + self._number(_CHARGES, relay, account, now_ms)

    def close(self) -> None:
        """Close the file; nothing may be asked of the store afterwards."""
        with self._lock:
            self._connection.close()

    def _tasks(self, where: str, *values: Any) -> list[Task]:
        with self._lock:
            rows = self._connection.execute(f"SELECT {_COLUMNS} FROM task WHERE {where}", values).fetchall()  # noqa: S608 - `where` is ours
        return [_task(row) for row in rows]

    def _number(self, statement: str, *values: Any) -> int:
        with self._lock:
            return int(self._connection.execute(statement, values).fetchone()[0])

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one transaction of all calls in the block: a process that is killed has done all of them or none."""
        with self._transaction():
            yield

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def _task(row: Sequence[str]) -> Task:
    task_id, relay, account, obj, external_id, timetable, asked = row
    when, what = Timetable(**json.loads(timetable)), Asked.restore(json.loads(asked))
    return Task(task_id, relay, account, obj, external_id, when, what)


def _advice(name: str, error: sqlite3.Error) -> str:
    return f"the tasks cannot be kept in {name} ({error}); name a file in a folder you may write with --database."
