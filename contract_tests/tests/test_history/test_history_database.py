"""The database of the history: made when it is needed, shared by runs at the same time, never half written."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from klingkit_contract.errors import HistoryError
from klingkit_contract.events import CellFinished, RelayFinished, RunFinished, RunStarted, collect
from klingkit_contract.findings import Cell, Finding, Severity, Verdict
from klingkit_contract.history import reading
from klingkit_contract.history.database import Database
from klingkit_contract.history.keeping import keep
from klingkit_contract.history.location import default_file, locate
from klingkit_contract.history.tables import VERSION

if TYPE_CHECKING:
    from klingkit_contract.events import Results

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def run_of(signature: str) -> Results:
    found = Finding("anyapi", "op", "check", Severity.LOW, "promised", "", f"saw {signature}", "", signature=signature)
    cell = Cell("anyapi", "op", "check", Verdict.FINDING, findings=(found,))
    started = RunStarted({"anyapi": "https://relay.example"}, ("op",), (), 0, 0)
    return collect([started, CellFinished(cell), RelayFinished("anyapi", 1, 0, 1.0), RunFinished(1.0)])


def keep_one(database: Database, signature: str) -> int:
    results = keep(database, run_of(signature), {"anyapi": "https://relay.example"}, BEGAN)
    return results.past["anyapi"].run


def file_of(database: Database) -> Path:
    return Path(str(database.url.database))


def test_a_history_that_nobody_wrote_is_empty_and_is_not_made_by_reading(database: Database) -> None:
    assert reading.runs(database) == []
    assert not file_of(database).exists()
    with pytest.raises(HistoryError, match=r"no run is kept at .* yet; `klingkit check --relay ID` keeps one"):
        reading.find_run(database, "1")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_nobody_else_may_read_the_file(database: Database) -> None:
    keep_one(database, "a")
    assert stat.S_IMODE(file_of(database).stat().st_mode) == 0o600


def test_runs_at_the_same_time_are_all_kept_in_a_row(database: Database) -> None:
    numbers: list[int] = []
    failures: list[Exception] = []

    def keep_some(worker: int) -> None:
        own = Database(database.url.render_as_string(hide_password=False))
        try:
            numbers.extend(keep_one(own, f"{worker}-{turn}") for turn in range(4))
        except HistoryError as error:
            failures.append(error)

    threads = [threading.Thread(target=keep_some, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(numbers) == list(range(1, 33))
    runs = reading.runs(database)
    assert [run.previous for run in runs] == [run.id - 1 if run.id > 1 else None for run in runs]
    assert [(run.new, run.gone) for run in runs[:-1]] == [(1, 1)] * 31


def test_a_run_that_cannot_be_kept_whole_is_not_kept_at_all(database: Database) -> None:
    keep_one(database, "a")
    broken = run_of("b")
    broken.cells["haoee", "op", "check"] = Cell("haoee", "op", "check", Verdict.PASS)
    with pytest.raises(KeyError):
        keep(database, broken, {"anyapi": "https://relay.example"}, BEGAN)
    assert [run.id for run in reading.runs(database)] == [1]


def test_the_history_of_a_newer_klingkit_is_left_alone(database: Database) -> None:
    keep_one(database, "a")
    with sqlite3.connect(file_of(database)) as connection:
        connection.execute("UPDATE klingkit_history SET version = ?", (VERSION + 1,))
    connection.close()
    for use in (lambda: reading.runs(database), lambda: keep_one(database, "b")):
        with pytest.raises(HistoryError, match=rf"newer klingkit \(version {VERSION + 1}, this one reads {VERSION}\)"):
            use()


def test_a_file_that_is_no_history_is_refused_and_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, and long enough to be looked at" * 50)
    before = file.read_bytes()
    database = Database(locate(str(file), {}))
    with pytest.raises(HistoryError, match=r"cannot be read \(file is not a database\)"):
        reading.runs(database)
    with pytest.raises(HistoryError, match=r"cannot be written \(file is not a database\)"):
        keep_one(database, "a")
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nonsense://", "cannot lie in 'nonsense'"),
        ("postgresql+nodriver://u:p4ssword@h/n", r"cannot lie in 'postgresql\+nodriver'"),
        ("://", "is no address of a database"),
    ],
)
def test_an_address_that_is_none_ends_in_a_sentence(address: str, sentence: str) -> None:
    with pytest.raises(HistoryError, match=sentence) as caught:
        Database(address)
    assert "p4ssword" not in str(caught.value)


def test_the_history_lies_where_the_platform_keeps_such_things() -> None:
    assert (
        default_file({"XDG_STATE_HOME": os.path.abspath("/state")})
        == Path("/state/klingkit/history.sqlite3").absolute()
    )
    usual = default_file({"HOME": os.path.abspath("/home/me"), "XDG_STATE_HOME": "relative"})
    assert usual.name == "history.sqlite3"
    assert "relative" not in usual.parts


@pytest.mark.parametrize(
    ("named", "environ", "address"),
    [
        ("postgres://u@h/n", {}, "postgresql+psycopg://u@h/n"),
        ("postgresql+asyncpg://u@h/n", {}, "postgresql+asyncpg://u@h/n"),
        ("sqlite:////x/y.db", {"KLINGKIT_HISTORY_URL": "sqlite:////z.db"}, "sqlite:////x/y.db"),
        ("", {"KLINGKIT_HISTORY_URL": "postgresql://u@h/n"}, "postgresql+psycopg://u@h/n"),
    ],
)
def test_the_option_comes_before_the_variable_and_names_a_driver(
    named: str, environ: dict[str, str], address: str
) -> None:
    assert locate(named, environ) == address


def test_what_is_no_address_is_a_file(tmp_path: Path) -> None:
    assert locate(str(tmp_path / "h.db"), {}) == f"sqlite:///{tmp_path / 'h.db'}"
