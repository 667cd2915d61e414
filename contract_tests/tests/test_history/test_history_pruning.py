"""Old runs go, the newest stay, and what they saw is not forgotten."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from klingkit.cli import main
from klingkit_contract.errors import HistoryError
from klingkit_contract.events import CellFinished, RelayFinished, RunFinished, RunStarted, collect
from klingkit_contract.findings import Cell, Exchange, Finding, Severity, Sightings, Verdict
from klingkit_contract.history import reading
from klingkit_contract.history.keeping import keep
from klingkit_contract.history.pruning import Rules, old_runs, prune

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_contract.events import Event, Results
    from klingkit_contract.history.database import Database

    Kept = Callable[..., Results]

BEGAN = datetime(2026, 3, 1, 4, 17, tzinfo=UTC)
TABLES = ("cells", "findings", "exchanges", "fields")


def run_of(*signatures: str, relay: str = "anyapi", whole: bool = True) -> Results:
    exchange = Exchange("GET", "https://relay.example", status=200, response_body="x" * 5000)
    found = tuple(
        Finding(relay, "op", "check", Severity.LOW, "promised", "", "seen", "", exchange=exchange, signature=signature)
        for signature in signatures
    )
    cell = Cell(relay, "op", "check", Verdict.FINDING if found else Verdict.PASS, findings=found)
    stream: list[Event] = [RunStarted({relay: "https://relay.example"}, ("op",), (), 0, 0), CellFinished(cell)]
    end = [RelayFinished(relay, 1, 0, 1.0), RunFinished(1.0)] if whole else []
    return collect([*stream, *end])


def numbers(database: Database) -> list[int]:
    return [run.id for run in reading.runs(database)]


def file_of(database: Database) -> Path:
    return Path(str(database.url.database))


def rows(database: Database, table: str) -> int:
    connection = sqlite3.connect(file_of(database))
    (count,) = connection.execute(f"SELECT count(*) FROM klingkit_{table}").fetchone()
    connection.close()
    return int(count)


def seen(results: Results) -> Sightings | None:
    ((found,),) = (cell.findings for cell in results.cells.values())
    return found.since


def test_the_newest_runs_of_each_relay_and_address_stay(database: Database, kept: Kept) -> None:
    for _ in range(3):
        kept(run_of())
        kept(run_of(relay="haoee"))
        kept(run_of(), address="emulated")
    gone = prune(database, Rules(newest=2))
    assert [run.id for run in gone] == [3, 2, 1]
    assert numbers(database) == [9, 8, 7, 6, 5, 4]


def test_runs_since_a_day_stay_and_of_every_relay_the_newest(database: Database, kept: Kept) -> None:
    kept(run_of(relay="haoee"))
    for _ in range(4):
        kept(run_of())
    prune(database, Rules(since=BEGAN + timedelta(days=3)))
    assert numbers(database) == [5, 4, 1]


def test_a_run_stays_that_either_rule_keeps(database: Database, kept: Kept) -> None:
    for _ in range(5):
        kept(run_of())
    assert [run.id for run in prune(database, Rules(newest=1, since=BEGAN + timedelta(days=3)))] == [3, 2, 1]
    assert prune(database, Rules(newest=2, since=BEGAN + timedelta(days=30))) == []


def test_only_runs_of_the_relays_that_were_named_go(database: Database, kept: Kept) -> None:
    for relay in ("anyapi", "haoee", "anyapi", "haoee"):
        kept(run_of(relay=relay))
    prune(database, Rules(newest=1, relays=("haoee",)))
    assert numbers(database) == [4, 3, 1]


def test_the_newest_run_that_went_through_stays_behind_one_that_did_not(database: Database, kept: Kept) -> None:
    for whole in (True, True, False, False):
        kept(run_of(whole=whole))
    prune(database, Rules(newest=1))
    assert numbers(database) == [4, 2]
    found = reading.last_run(database, "anyapi")
    assert found is not None
    assert found.run.id == 2


def test_nothing_of_a_run_that_went_is_left(database: Database, kept: Kept) -> None:
    for _ in range(5):
        kept(run_of("a", "b"))
    prune(database, Rules(newest=1))
    assert {table: rows(database, table) for table in TABLES} == {
        "cells": 1,
        "findings": 2,
        "exchanges": 2,
        "fields": 0,
    }


def test_reports_tell_since_when_a_finding_is_there_though_the_runs_are_gone(database: Database, kept: Kept) -> None:
    for _ in range(4):
        kept(run_of("a"))
        prune(database, Rules(newest=1))
    results = kept(run_of("a"))
    assert seen(results) == Sightings(BEGAN, BEGAN + timedelta(days=3), 5)
    assert results.past["anyapi"].new == frozenset()


def test_a_finding_that_comes_back_is_new_and_has_its_past(database: Database, kept: Kept) -> None:
    kept(run_of("a"))
    kept(run_of())
    prune(database, Rules(newest=1))
    results = kept(run_of("a"))
    assert len(results.past["anyapi"].new) == 1
    assert seen(results) == Sightings(BEGAN, BEGAN, 2)


def test_what_one_relay_was_seen_to_do_is_not_told_of_another_address(database: Database, kept: Kept) -> None:
    kept(run_of("a"))
    kept(run_of("a"))
    prune(database, Rules(newest=1))
    assert seen(kept(run_of("a"), address="https://other.example")) == Sightings(BEGAN + timedelta(days=2), None, 1)


def test_a_history_of_the_first_version_is_brought_up_to_date(database: Database, kept: Kept) -> None:
    kept(run_of("a"))
    kept(run_of("a"))
    connection = sqlite3.connect(file_of(database))
    connection.executescript(
        "DROP TABLE klingkit_seen; DELETE FROM klingkit_history; INSERT INTO klingkit_history VALUES (1)"
    )
    connection.close()
    assert len(old_runs(database, Rules(newest=1))[1]) == 1
    assert len(prune(database, Rules(newest=1))) == 1
    assert seen(kept(run_of("a"))) == Sightings(BEGAN, BEGAN + timedelta(days=1), 3)


def test_the_room_in_the_file_is_given_back(database: Database, kept: Kept) -> None:
    for _ in range(30):
        kept(run_of("a"))
    before = file_of(database).stat().st_size
    prune(database, Rules(newest=1))
    freed = database.compact()
    assert freed == before - file_of(database).stat().st_size > 100_000
    assert file_of(database).stat().st_mode & 0o077 == 0
    assert numbers(database) == [30]


def test_a_file_in_use_is_said_to_be_and_the_runs_are_gone(
    database: Database, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(run_of("a"))
    kept(run_of("a"))
    monkeypatch.setattr("klingkit_contract.history.database._PATIENCE", 0.05)
    hasty = type(database)(database.url.render_as_string(hide_password=False))
    prune(hasty, Rules(newest=1))
    other = sqlite3.connect(file_of(database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(HistoryError, match=r"the runs are removed, but .* cannot be made smaller \(.*locked"):
        hasty.compact()
    other.close()
    assert numbers(database) == [2]


@pytest.fixture
def five(database: Database, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Five runs a day apart, and the command's own history is where they are."""
    for _ in range(5):
        kept(run_of("a"))
    monkeypatch.setenv("KLINGKIT_HISTORY_URL", str(file_of(database)))
    monkeypatch.setenv("COLUMNS", "80")
    return database


def test_the_command_removes_nothing_before_it_is_told_to(five: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "prune", "--keep", "2"]) == 0
    said = capsys.readouterr().out
    assert "3 runs would be removed from" in said
    assert "--yes removes them" in " ".join(said.split())
    assert "anyapi            3    2 2026-03-01 2026-03-03" in said
    assert numbers(five) == [5, 4, 3, 2, 1]


def test_the_command_removes_and_says_what_it_freed(five: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "prune", "--since", "2026-03-04", "--yes"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "3 runs removed from" in said
    assert "kB freed." in said
    assert numbers(five) == [5, 4]
    assert main(["check", "prune", "--since", "2026-03-04", "--yes"]) == 0
    assert "Nothing to remove: 2 runs at" in capsys.readouterr().out


def test_days_and_weeks_ago_are_counted_from_now(five: Database) -> None:
    now = datetime.now(UTC)
    for days in (20, 10, 1):
        keep(five, run_of(relay="haoee"), {"haoee": "https://relay.example"}, now - timedelta(days=days))
    for since, left in (("3w", 3), ("2w", 2), ("5d", 1)):
        assert main(["check", "prune", "--since", since, "--relay", "haoee", "--yes"]) == 0
        assert len(reading.runs(five, ["haoee"])) == left


def test_programs_get_the_runs_as_json(five: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "prune", "--keep", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["removed"] is False
    assert told["bytes"] == 0
    assert told["runs"] == [
        {"id": 1, "relay": "anyapi", "address": "https://relay.example", "began": "2026-03-01T04:17:00Z"}
    ]
    assert numbers(five) == [5, 4, 3, 2, 1]


def test_no_history_is_nothing_to_remove_and_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "none.sqlite3"
    assert main(["check", "prune", "--keep", "1", "--yes", "--history-url", str(file)]) == 0
    assert "No run is kept at" in capsys.readouterr().out
    assert not file.exists()


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ([], "say what stays: --keep N, --since DATE, or both."),
        (["--keep", "0"], "--keep is a number of runs: 1 or more"),
        (["--since", "yesterday"], "'yesterday' is no day; write it as 2026-03-31, or as 90d or 12w ago."),
        (["--since", "999999w"], "'999999w' is no day"),
        (["--since", "2026-02-30"], "'2026-02-30' is no day"),
    ],
)
def test_misuse_ends_with_2_and_one_sentence(
    argv: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "prune", *argv]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
