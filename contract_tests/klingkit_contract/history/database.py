"""A connection to the database of the history: opened, its version checked, its errors told as one sentence."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event, func, insert, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from klingkit_contract.errors import HistoryError
from klingkit_contract.history.tables import META, TABLES, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

__all__ = ["Database"]

_PATIENCE = 30.0  # seconds to wait for another run that is writing
_LOCK = 0x6B6C696E67  # names the one lock that runs take on PostgreSQL while they write
_WRITES = "klingkit_writes"


class Database:
    """The database at `address`, an address of SQLAlchemy. Nothing is opened before it is used.

    Raises:
        HistoryError: the address is none, or its driver is not installed.
    """

    def __init__(self, address: str) -> None:
        self.url = _read(address)
        self.name = self.url.database if self._is_file else self.url.render_as_string(hide_password=True)
        try:
            self._engine = _engine(self.url)
        except ModuleNotFoundError as error:
            raise HistoryError(
                f"the history at {self.name} needs a driver that is not installed: pip install {_package(error)}."
            ) from error

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """Yield a connection to read from, or None where no run was ever kept.

        Raises:
            HistoryError: the database cannot be read, or a newer klingkit wrote it.
        """
        if self._is_file and not Path(str(self.url.database)).exists():
            yield None
            return
        with self._told("read"), self._engine.begin() as connection:
            yield connection if self._version(connection) else None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection to write with: all of it is kept or, after an error, none.

        One run writes at a time; another waits up to 30 seconds for it. The tables are made where there are none.

        Raises:
            HistoryError: the database cannot be written, or a newer klingkit wrote it.
        """
        with self._told("written"):
            self._make_file()
            writer = self._engine.execution_options(**{_WRITES: True})
            with writer.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
                if self._version(connection) < VERSION:
                    TABLES.create_all(connection)  # those that are missing
                    connection.execute(insert(META).values(version=VERSION))
                yield connection

    def compact(self) -> int:
        """Give the room of what was removed back, and return how many bytes that is.

        Only a file of SQLite is made smaller, 0 is returned for any other: PostgreSQL uses the room again by itself.

        Raises:
            HistoryError: the file cannot be made smaller, for example because a run is just being written.
        """
        file = Path(str(self.url.database))
        if not self._is_file or not file.exists():
            return 0
        before = file.stat().st_size
        try:
            with closing(self._engine.raw_connection()) as connection:
                connection.cursor().execute("VACUUM")  # outside a transaction, which a connection of ours would begin
        except (sqlite3.Error, SQLAlchemyError) as error:
            raise HistoryError(
                f"the runs are removed, but {self.name} cannot be made smaller ({error}); "
                "repeat the command later to give the room back."
            ) from error
        return max(before - file.stat().st_size, 0)

    @property
    def _is_file(self) -> bool:
        return self.url.get_backend_name() == "sqlite" and self.url.database not in {None, "", ":memory:"}

    def _make_file(self) -> None:
        """Make the file so that nobody else may read it: it holds what people asked of the relay."""
        if not self._is_file:
            return
        file = Path(str(self.url.database))
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))

    def _version(self, connection: Connection) -> int:
        """Return the version of the tables, 0 where there are none.

        Raises:
            HistoryError: a newer klingkit made them.
        """
        if not inspect(connection).has_table(META.name):
            return 0
        version = connection.execute(select(func.max(META.c.version))).scalar() or 0
        if version > VERSION:
            raise HistoryError(
                f"the history at {self.name} was written by a newer klingkit (version {version}, this one reads "
                f"{VERSION}); upgrade klingkit, or name another with --history-url."
            )
        return int(version)

    @contextmanager
    def _told(self, verb: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            raise HistoryError(
                f"the history at {self.name} cannot be {verb} ({self._reason(error)}); "
                "name another with --history-url, or leave it out with --no-history."
            ) from error

    def _reason(self, error: Exception) -> str:
        """Return the driver's own words on one line, without the password; SQLAlchemy's would quote what is written."""
        words = getattr(error, "strerror", None) or str(getattr(error, "orig", None) or type(error).__name__)
        line = " ".join(words.split())
        password = self.url.password
        return (line.replace(password, "…") if password else line)[:200]


def _read(address: str) -> URL:
    try:
        return make_url(address)
    except ArgumentError as error:
        shown = address.rpartition("@")[2]
        raise HistoryError(
            f"{shown!r} is no address of a database; write sqlite:///FILE or postgresql://USER@HOST/NAME."
        ) from error


def _engine(url: URL) -> Engine:
    sqlite = url.get_backend_name() == "sqlite"
    try:
        # No pool: a command opens the history once or twice and ends.
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _PATIENCE} if sqlite else {})
    except (NoSuchModuleError, ArgumentError, ValueError) as error:
        raise HistoryError(
            f"the history cannot lie in {url.drivername!r}; write sqlite:///FILE or postgresql://USER@HOST/NAME."
        ) from error
    if sqlite:
        _begin_ourselves(engine)
    return engine


def _begin_ourselves(engine: Engine) -> None:
    """Make transactions of SQLite begin where ours do: its driver would begin at the first write, after what was read.

    A run reads the one before it and then writes. Two that did so at the same time would both fail or both be wrong,
    so a writer takes the lock first and the other waits.
    """

    @event.listens_for(engine, "connect")
    def _connected(connection, _record):  # type: ignore[no-untyped-def]
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _package(error: ModuleNotFoundError) -> str:
    return "'psycopg[binary]'" if error.name == "psycopg" else f"{error.name}"
