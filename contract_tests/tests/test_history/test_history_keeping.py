"""What a run is beside those before it: new, gone, still there, or not asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from klingkit_contract.events import CellFinished, FieldsCompared, RelayFinished, RunFinished, RunStarted, collect
from klingkit_contract.findings import Acceptance, Cell, Check, Cost, Exchange, Field, Finding, Severity, Verdict
from klingkit_contract.history import reading
from klingkit_contract.history.comparison import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_contract.events import Results
    from klingkit_contract.history.database import Database

    Kept = Callable[..., Results]
GET = "video_text2video_get"
CHECK = "html-page"
PLACE = ("anyapi", GET, CHECK)
BEGAN = datetime(2026, 3, 1, 4, 17, tzinfo=UTC)


def finding(signature: str, relay: str = "anyapi", *, accepted: bool = False) -> Finding:
    why = Acceptance("known", BEGAN.date()) if accepted else None
    exchange = Exchange("GET", "https://relay.example/x\0\ud800", status=200, response_body=f"body of {signature}")
    return Finding(
        relay,
        GET,
        CHECK,
        Severity.HIGH,
        "promised",
        "/paths",
        f"saw {signature}\0\ud800",
        "",
        exchange=exchange,
        signature=signature,
        acceptance=why,
    )


def run_of(*found: Finding, relay: str = "anyapi", verdict: Verdict | None = None, reason: str = "") -> Results:
    """A run of one cell: its findings, or without any a pass, unless `verdict` says otherwise."""
    outcome = verdict or (Verdict.FINDING if found else Verdict.PASS)
    check = Check(CHECK, "title", "promise", Cost.FREE, Severity.HIGH)
    field = Field(relay, GET, "data.task_id", ("string",), True, ("integer",), 2, 2, "task_id")
    return collect(
        [
            RunStarted({relay: "https://relay.example"}, (GET,), (check,), 0, 0),
            CellFinished(Cell(relay, GET, CHECK, outcome, reason, found, 3)),
            FieldsCompared(relay, (field,)),
            RelayFinished(relay, requests=3, paid=1, seconds=2.5),
            RunFinished(2.5),
        ]
    )


def changes(results: Results) -> tuple[int, list[str]]:
    """How many findings are new, and the signatures of those that are gone."""
    past = results.past["anyapi"]
    return len(past.new), [found.signature for found in past.gone]


def test_in_the_first_run_nothing_is_new_or_gone(kept: Kept) -> None:
    results = kept(run_of(finding("a")))
    assert results.past["anyapi"].previous is None
    assert changes(results) == (0, [])


def test_the_second_run_tells_what_is_new_and_what_is_gone(kept: Kept) -> None:
    kept(run_of(finding("a"), finding("b")))
    results = kept(run_of(finding("b"), finding("c")))
    assert changes(results) == (1, ["a"])
    assert results.past["anyapi"].new == {finding("c").fingerprint}
    assert results.past["anyapi"].previous == results.past["anyapi"].run - 1


def test_a_finding_carries_when_it_was_first_and_last_seen(kept: Kept) -> None:
    kept(run_of(finding("a")))
    kept(run_of())
    kept(run_of(finding("a")))
    results = kept(run_of(finding("a"), finding("new")))
    old, new = (found.since for found in results.cells[PLACE].findings)
    assert (old.first, old.last, old.runs) == (BEGAN, BEGAN + timedelta(days=2), 3)
    assert (new.first, new.last, new.runs) == (BEGAN + timedelta(days=3), None, 1)


def test_what_is_gone_says_when_it_was_seen(kept: Kept) -> None:
    kept(run_of(finding("a")))
    kept(run_of(finding("a")))
    [gone] = kept(run_of()).past["anyapi"].gone
    assert (gone.since.first, gone.since.last, gone.since.runs) == (BEGAN, BEGAN + timedelta(days=1), 2)


def test_what_is_not_asked_again_is_not_gone_and_not_new_when_it_is_found_again(kept: Kept) -> None:
    kept(run_of(finding("a")))
    assert changes(kept(run_of(verdict=Verdict.NOT_TESTED, reason="needs --budget 1"))) == (0, [])
    assert changes(kept(run_of(verdict=Verdict.PASS, reason="only refusals were seen"))) == (0, [])
    assert changes(kept(run_of(finding("a")))) == (0, [])
    assert changes(kept(run_of())) == (0, ["a"])
    assert changes(kept(run_of())) == (0, [])


def test_a_finding_that_comes_back_is_new_again_but_not_first_seen_again(kept: Kept) -> None:
    kept(run_of(finding("a")))
    kept(run_of())
    results = kept(run_of(finding("a")))
    assert changes(results) == (1, [])
    assert results.cells[PLACE].findings[0].since.first == BEGAN


def test_another_address_and_another_relay_have_pasts_of_their_own(kept: Kept) -> None:
    kept(run_of(finding("a")))
    assert kept(run_of(finding("b")), address="https://elsewhere.example").past["anyapi"].previous is None
    assert kept(run_of(finding("a", "haoee"), relay="haoee")).past["haoee"].previous is None
    assert changes(kept(run_of(finding("a")))) == (0, [])


def test_a_run_that_was_stopped_is_kept_as_such(kept: Kept, database: Database) -> None:
    results = run_of(finding("a"))
    kept(replace(results, relays={}))
    [run] = reading.runs(database)
    assert (run.seconds, run.paid, run.found) == (None, None, 1)
    assert reading.last_run(database, "anyapi") is None


def test_a_relay_without_any_verdict_is_not_kept(kept: Kept, database: Database) -> None:
    kept(replace(run_of(), cells={}))
    assert reading.runs(database) == []


def test_runs_are_listed_newest_first_with_their_figures(kept: Kept, database: Database) -> None:
    kept(run_of(finding("a"), finding("b", accepted=True)))
    kept(run_of(finding("a")))
    kept(run_of(finding("x", "haoee"), relay="haoee"))
    second, first = reading.runs(database, ["anyapi"])
    assert (first.cases, first.found, first.known, first.paid, first.began) == (1, 1, 1, 1, BEGAN)
    assert (second.found, second.known, second.new, second.gone, second.previous) == (1, 0, 0, 1, first.id)
    assert [run.relay for run in reading.runs(database, most=1)] == ["haoee"]


def test_a_run_is_read_back_with_cells_findings_and_fields(kept: Kept, database: Database) -> None:
    kept(run_of(finding("a"), finding("b", accepted=True)))
    whole = reading.find_run(database, "anyapi")
    assert whole.cells == {(GET, CHECK): whole.cells[GET, CHECK]}
    assert whole.cells[GET, CHECK].verdict == "finding"
    assert [(found.signature, found.accepted) for found in whole.findings] == [("a", False), ("b", True)]
    assert whole.fields[GET, "data.task_id"].types == ("integer",)


def test_runs_are_named_by_number_or_by_relay_and_how_far_back(kept: Kept, database: Database) -> None:
    for signature in "abc":
        kept(run_of(finding(signature)))
    names = {name: reading.find_run(database, name).findings[-1].signature for name in ("1", "anyapi", "anyapi~2")}
    assert names == {"1": "a", "anyapi": "c", "anyapi~2": "a"}


def test_two_runs_compared_tell_what_could_not_be_compared(kept: Kept, database: Database) -> None:
    kept(run_of(finding("a"), finding("b")))
    kept(run_of(finding("b"), finding("c")))
    kept(run_of(verdict=Verdict.NOT_TESTED))
    first, second, third = (reading.find_run(database, str(number)) for number in (1, 2, 3))
    found = compare(first, second)
    parts = (found.new, found.gone, found.still, found.unasked)
    assert [[each.signature for each in part] for part in parts] == [["c"], ["a"], ["b"], []]
    assert [each.signature for each in compare(first, third).unasked] == ["a", "b"]
    assert [each.signature for each in compare(third, first).unasked] == ["a", "b"]


def test_runs_of_two_relays_are_compared_by_promise(kept: Kept, database: Database) -> None:
    kept(run_of(finding("a"), finding("b")))
    kept(run_of(finding("b", "haoee"), relay="haoee"))
    found = compare(reading.find_run(database, "anyapi"), reading.find_run(database, "haoee"))
    assert [each.signature for each in found.gone] == ["a"]
    assert [each.signature for each in found.still] == ["b"]
