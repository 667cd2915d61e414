"""Which findings a baseline accepts, when it stops to, and what is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from klingkit_contract import baseline, catalogue
from klingkit_contract.events import CellFinished, Results, RunFinished, RunStarted, collect
from klingkit_contract.evidence import Evidence
from klingkit_contract.exchanges import Answer, Record, Request
from klingkit_contract.findings import Acceptance, Cell, Deviation, Finding, Severity, Verdict
from klingkit_contract.judge import Claim
from klingkit_contract.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = date(2026, 6, 15)
GET = "video_text2video_get"
PLACE = ("anyapi", GET, "html-page")


def finding(signature: str, *, seen: str = "") -> Finding:
    return Finding(*PLACE, Severity.HIGH, "promised", "/paths", seen or f"saw {signature}", "", signature=signature)


def deviation(signature: str, *, until: date | None = None, reason: str = "known to the relay") -> Deviation:
    return Deviation(*PLACE, signature, "seen then", Acceptance(reason, date(2026, 1, 2), until))


def results(*found: Finding, verdict: Verdict = Verdict.FINDING, reason: str = "") -> Results:
    """A run of one cell."""
    cell = Cell(*PLACE, verdict, reason, found)
    return collect([RunStarted({"anyapi": ""}, (GET,), (), 0, 0), CellFinished(cell), RunFinished(1.0)])


def test_a_cell_whose_findings_are_all_accepted_is_a_known_deviation() -> None:
    judged = baseline.accept(results(finding("a"), finding("b")), [deviation("b"), deviation("a")], TODAY)
    cell = judged.cells[PLACE]
    assert cell.verdict is Verdict.KNOWN
    assert [found.acceptance.reason for found in cell.findings if found.acceptance] == ["known to the relay"] * 2


def test_one_new_finding_is_enough_for_the_cell_to_count() -> None:
    judged = baseline.accept(results(finding("a"), finding("new")), [deviation("a")], TODAY)
    cell = judged.cells[PLACE]
    assert cell.verdict is Verdict.FINDING
    assert [found.acceptance is None for found in cell.findings] == [False, True]


def test_wording_and_counts_may_change_without_the_finding_being_new() -> None:
    judged = baseline.accept(results(finding("a", seen="Other words (seen 7 times)")), [deviation("a")], TODAY)
    assert judged.cells[PLACE].verdict is Verdict.KNOWN


@pytest.mark.parametrize("field", ["relay", "operation", "check", "signature"])
def test_an_acceptance_is_for_one_place_and_one_signature(field: str) -> None:
    other = replace(deviation("a"), **{field: "another"})
    assert baseline.accept(results(finding("a")), [other], TODAY).cells[PLACE].verdict is Verdict.FINDING


@pytest.mark.parametrize(
    ("until", "verdict"),
    [
        (date(2026, 6, 16), Verdict.KNOWN),
        (TODAY, Verdict.KNOWN),
        (date(2026, 6, 14), Verdict.FINDING),
        (None, Verdict.KNOWN),
    ],
)
def test_an_acceptance_counts_through_its_last_day(until: date | None, verdict: Verdict) -> None:
    judged = baseline.accept(results(finding("a")), [deviation("a", until=until)], TODAY)
    assert judged.cells[PLACE].verdict is verdict
    assert judged.gone == ()


def test_a_finding_whose_acceptance_is_over_says_so() -> None:
    judged = baseline.accept(results(finding("a")), [deviation("a", until=date(2026, 6, 1))], TODAY)
    assert judged.cells[PLACE].reason == "was accepted until 2026-06-01"


def test_accepting_leaves_the_run_as_it_was() -> None:
    run = results(finding("a"))
    baseline.accept(run, [deviation("a")], TODAY)
    assert run.cells[PLACE].verdict is Verdict.FINDING
    assert run.cells[PLACE].findings[0].acceptance is None


def test_a_new_finding_is_told_behind_any_number_of_accepted_ones() -> None:
    accepted = [str(number) for number in range(8)]
    run = results(*map(finding, accepted), finding("new"))
    cell = baseline.accept(run, map(deviation, accepted), TODAY).cells[PLACE]
    assert cell.verdict is Verdict.FINDING
    assert [found.signature for found in cell.findings if not found.acceptance] == ["new"]
    assert cell.reason == ""


def test_of_many_new_findings_of_a_cell_five_are_told_and_the_rest_is_counted() -> None:
    run = results(*(finding(str(number)) for number in range(7)), finding("a"))
    cell = baseline.accept(run, [deviation("a")], TODAY).cells[PLACE]
    assert [found.signature for found in cell.findings] == ["0", "1", "2", "3", "4", "a"]
    assert cell.reason == "2 more new findings of this cell left out"


def test_a_finding_without_details_is_never_accepted() -> None:
    assert baseline.accept(results(), [deviation("")], TODAY).cells[PLACE].verdict is Verdict.FINDING


@pytest.mark.parametrize(
    ("run", "gone"),
    [
        (lambda: results(verdict=Verdict.PASS), True),
        (lambda: results(finding("another")), True),
        (lambda: results(verdict=Verdict.NOT_APPLICABLE, reason="the relay does not have it"), True),
        (lambda: results(finding("a")), False),
        (lambda: results(verdict=Verdict.NOT_TESTED, reason="needs --budget 1"), False),
        (lambda: results(verdict=Verdict.PASS, reason="only refusals were seen"), False),
        (lambda: results(*(finding(str(number)) for number in range(7))), True),
        (lambda: results(*(finding(str(number)) for number in range(7)), finding("a")), False),
        (lambda: collect([RunStarted({}, (), (), 0, 0)]), False),
    ],
    ids=[
        "passed",
        "another",
        "not offered",
        "still there",
        "not tested",
        "passed in part",
        "not among many",
        "among many",
        "not asked",
    ],
)
def test_one_is_gone_only_when_the_question_was_asked_again_in_full(run: Callable[[], Results], gone: bool) -> None:
    accepted = deviation("a")
    assert baseline.accept(run(), [accepted], TODAY).gone == ((accepted,) if gone else ())
    assert (accepted in baseline.renew(run(), [accepted], TODAY).dropped) is gone


def test_renewing_adds_what_is_new_unreviewed_and_as_of_today() -> None:
    renewal = baseline.renew(results(finding("a"), finding("new")), [deviation("a")], TODAY)
    assert [each.signature for each in renewal.deviations] == ["a", "new"]
    assert renewal.added == 1
    assert renewal.deviations[1].acceptance == Acceptance(baseline.UNREVIEWED, TODAY)


def test_renewing_never_touches_reasons_and_dates_of_what_stays() -> None:
    over = deviation("a", until=date(2026, 1, 31), reason="until they fix it")
    renewal = baseline.renew(results(finding("a", seen="Other words.")), [over], TODAY)
    assert renewal.deviations == (over,)
    judged = baseline.accept(results(finding("a")), renewal.deviations, TODAY)
    assert judged.cells[PLACE].verdict is Verdict.FINDING


def test_a_renewed_baseline_accepts_the_run_it_was_made_from() -> None:
    run = results(finding("a"), finding("b"))
    renewal = baseline.renew(run, [], TODAY)
    assert baseline.accept(run, renewal.deviations, TODAY).cells[PLACE].verdict is Verdict.KNOWN
    assert baseline.renew(run, renewal.deviations, TODAY).deviations == renewal.deviations


def test_renewing_sorts_so_that_two_files_can_be_compared() -> None:
    run = results(finding("b"), finding("a"))
    assert [each.signature for each in baseline.renew(run, [], TODAY).deviations] == ["a", "b"]


@pytest.mark.parametrize(
    ("topic", "seen", "signature"),
    [
        ("page", "A page came.", "page"),
        ("data.task_status enum", 'data.task_status: "done" is not one of "a", "b".', 'data.task_status enum "done"'),
        ("data.created_at type", '"x" is not of type "integer"', "data.created_at type"),
        ("task 872899385151610383 of 1795333870", "", "task # of #"),
        ("5e32a4f3-80aa-4b36-a8a8-969c17825ae1\nline", "", "# line"),
        ("says sk-secret.of.the.owner", "", "says [key]"),
        ("x" * 1000, "", "x" * 160),
    ],
)
def test_a_signature_says_what_was_wrong_without_what_changes_or_is_secret(
    topic: str, seen: str, signature: str
) -> None:
    evidence = Evidence("anyapi", "klingkit check", 0, 0, Redactor(["sk-secret.of.the.owner"]))
    record = Record("http://127.0.0.1/", Request("GET", "/"), Answer(200))
    found = evidence.finding(catalogue.entry("status-known"), Claim(GET, "status-known", topic, "", seen, record), 3)
    assert found.signature == signature
