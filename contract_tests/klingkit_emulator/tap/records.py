"""The requests that reached the tap, in SQLite: in memory, or in the file that keeps the tasks."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from klingkit_emulator.errors import DatabaseError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MOST_KEPT", "Arrival", "Records"]

MOST_KEPT = 10_000
_SCHEMA = "CREATE TABLE IF NOT EXISTS arrival (number INTEGER PRIMARY KEY AUTOINCREMENT, request TEXT NOT NULL)"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request as it arrived, without keys.

    Attributes:
        at_ms: when, in milliseconds since 1970.
        method: such as ``POST``.
        path: percent-encoded, as it came.
        query: without the question mark.
        headers: in their order, credentials masked.
        body: as text; empty when `cut`.
        size: bytes of the body.
        cut: whether the body was too large to be kept.
        status: what the tap answered; 0 while it has not.
    """

    at_ms: int
    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: str
    size: int
    cut: bool = False
    status: int = 0


class Records:
    """The newest `MOST_KEPT` arrivals; may be used from any thread. `file` None keeps them in memory.

    Raises:
        DatabaseError: the file cannot be opened or written.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        name = str(file) if file else ":memory:"
        try:
            self._connection = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA busy_timeout = 5000")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(_SCHEMA)
        except sqlite3.Error as error:
            raise DatabaseError(f"what arrives cannot be kept in {name} ({error}); name another file.") from error

    def add(self, arrival: Arrival) -> int:
        """Keep `arrival`, forget the oldest beyond `MOST_KEPT`, and return its number, which counts up from 1."""
        with self._lock:
            row = (json.dumps(asdict(arrival)),)
            number = int(self._connection.execute("INSERT INTO arrival (request) VALUES (?)", row).lastrowid or 0)
            self._connection.execute("DELETE FROM arrival WHERE number <= ?", (number - MOST_KEPT,))
        return number

    def answered(self, number: int, status: int) -> None:
        """Note the status that an arrival was answered with."""
        with self._lock:
            self._connection.execute(
                "UPDATE arrival SET request = json_set(request, '$.status', ?) WHERE number = ?", (status, number)
            )

    def after(self, number: int, limit: int) -> list[dict[str, Any]]:
        """Return at most `limit` arrivals beyond `number`, oldest first, as JSON objects with their ``number``."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT number, request FROM arrival WHERE number > ? ORDER BY number LIMIT ?", (number, limit)
            ).fetchall()
        return [{"number": row[0], **json.loads(row[1])} for row in rows]

    def newest(self) -> int:
        """Return the number of the newest arrival, 0 when nothing has arrived."""
        with self._lock:
            return int(self._connection.execute("SELECT coalesce(max(number), 0) FROM arrival").fetchone()[0])

    def clear(self) -> None:
        """Forget all arrivals; numbers count on."""
        with self._lock:
            self._connection.execute("DELETE FROM arrival")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
