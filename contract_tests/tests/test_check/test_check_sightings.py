"""What is said of planted defects: found by which check, missed, or why nothing can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from klingkit_contract import catalogue
from klingkit_contract.board import NOT_OFFERED
from klingkit_contract.cli.check import main
from klingkit_contract.events import Results, RunStarted
from klingkit_contract.findings import Cell, Verdict
from klingkit_contract.sightings import Sight, sightings

if TYPE_CHECKING:
    from collections.abc import Sequence

GET = "video_text2video_get"


def results(cells: Sequence[tuple[str, str, Verdict, str]]) -> Results:
    """Return a run with these cells, each (relay, check, verdict, reason)."""
    relays = dict.fromkeys((row[0] for row in cells), "http://127.0.0.1")
    started = RunStarted(relays, (GET,), tuple(row.check for row in catalogue.CATALOGUE), 1, 0)
    made = Results(started)
    for number, (relay, check, verdict, reason) in enumerate(cells):
        made.cells[relay, f"{GET}{number}", check] = Cell(relay, GET, check, verdict, reason, (), 1, {})
    return made


def seen(cells: Sequence[tuple[str, str, Verdict, str]], *planted: str, **hindered: str) -> list[tuple[str, str]]:
    found = sightings(results(cells), planted, lambda defect, relay: hindered.get(relay))
    return [(sighting.relay, sighting.words) for sighting in found]


def test_a_defect_that_its_check_finds_is_found_and_other_red_checks_are_named() -> None:
    alone = ("a", "status-known", Verdict.FINDING, "")
    assert seen([alone], "status-word") == [("a", "found by status-known and by no other check")]
    with_another = [alone, ("a", "times", Verdict.FINDING, ""), ("a", "limits", Verdict.PASS, "")]
    assert seen(with_another, "status-word") == [("a", "found by status-known; also red: times")]


def test_a_check_that_is_meant_for_another_defect_of_the_same_relay_is_no_surprise() -> None:
    cells = [("a", "status-known", Verdict.FINDING, ""), ("a", "times", Verdict.FINDING, "")]
    assert seen(cells, "status-word", "a:created-moves") == [
        ("a", "found by status-known and by no other check"),
        ("a", "found by times and by no other check"),
    ]
    assert seen(cells, "b:status-word") == []


def test_a_check_that_passes_all_the_same_missed_it() -> None:
    cells = [("a", "status-known", Verdict.PASS, ""), ("a", "status-known", Verdict.NOT_TESTED, "no task")]
    assert seen(cells, "status-word") == [("a", "missed: status-known saw nothing wrong")]


def test_where_nothing_is_found_it_is_said_why() -> None:
    cells = [
        ("far", "charged-as-told", Verdict.NOT_APPLICABLE, "the relay does not show what is left"),
        ("far", "charged-as-told", Verdict.NOT_APPLICABLE, NOT_OFFERED),
        ("poor", "charged-as-told", Verdict.NOT_TESTED, "no task was made"),
        ("none", "charged-as-told", Verdict.NOT_APPLICABLE, NOT_OFFERED),
        ("other", "times", Verdict.PASS, ""),
    ]
    assert seen(cells, "charged-twice", none="it charges nothing") == [
        ("far", "cannot be seen: the relay does not show what is left"),
        ("poor", "not asked: no task was made"),
        ("none", "makes no difference: it charges nothing"),
        ("other", "not asked: charged-as-told was not selected"),
    ]
    assert {sight.sight for sight in sightings(results(cells[3:4]), ["charged-twice"], lambda *_: None)} == {
        Sight.UNSEEN
    }


def test_the_command_tells_for_each_relay_what_found_the_planted_defect(capsys: pytest.CaptureFixture[str]) -> None:
    relays = ["--relay", "xiexus", "--relay", "newapi-b"]
    checks = ["--check", "task-id-present", "--check", "status-known"]
    options: Any = ["--all-emulated", "--no-history", "--format", "json", *relays, *checks]
    assert main([*options, "--defect", "status-word", "--defect", "type-ignored"]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("{")
    lines = [" ".join(line.split()) for line in told.err.splitlines()]
    assert "Planted: status-word, a finished task has a status word that is not documented" in lines
    assert "xiexus found by status-known and by no other check" in lines
    assert "newapi-b found by status-known and by no other check" in lines
    assert "xiexus not asked: wrong-type was not selected" in lines
    assert "newapi-b makes no difference: its own types refuse the value" in lines


def test_a_defect_that_makes_no_difference_at_any_relay_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    from klingkit_emulator.launch import EmulatorError

    with pytest.raises(EmulatorError, match="'string-code' would make no difference here"):
        main(["--all-emulated", "--relay", "xiexus", "--defect", "string-code"])
