from __future__ import annotations

import pytest

from klingkit_contract.events import CellFinished, Results, RunFinished, RunStarted, collect
from klingkit_contract.findings import Cell, Finding, Severity, Verdict
from klingkit_contract.report.grid import Grid
from klingkit_contract.report.scores import Grade, score, severities, total


def test_findings_come_worst_first_and_keep_the_order_of_the_run(results):
    assert [finding.severity for finding in Grid(results).findings()] == ["critical", "high", "low"]


def test_what_was_not_tested_is_grouped_by_reason(results):
    (group,) = Grid(results).untested()
    assert (group.reason, group.cells, group.relays) == (
        "needs --budget 1",
        3,
        ("official", "anyapi", "openai-next"),
    )


def test_a_cell_that_an_interrupted_run_never_reached_is_not_tested(stopped):
    grid = Grid(stopped)
    reached = grid.cell("official", "video_text2video_get", "html-page")
    missing = grid.cell("openai-next", "video_text2video_get", "html-page")
    assert (reached.verdict, missing.verdict) == (Verdict.PASS, Verdict.NOT_TESTED)
    assert "stopped" in missing.reason
    assert score(stopped, grid, "openai-next").grade is Grade.UNKNOWN
    assert score(stopped, grid, "anyapi").paid is None
    assert total([score(stopped, grid, relay) for relay in grid.relays]).paid is None


def test_a_question_that_a_finished_run_put_to_nobody_does_not_apply(results):
    asked = {key: cell for key, cell in results.cells.items() if key[2] != "callback-shape"}
    grid = Grid(Results(results.started, asked, results.relays, results.seconds))
    assert grid.cell("anyapi", "video_text2video_get", "callback-shape").verdict is Verdict.NOT_APPLICABLE


def test_cells_that_the_run_did_not_announce_are_kept():
    cell = Cell("newcomer", "video_new_create", "new-check", Verdict.PASS)
    grid = Grid(collect([RunStarted({}, (), (), 0, 0), CellFinished(cell), RunFinished(1.0)]))
    assert (grid.relays, grid.operations, list(grid.checks)) == (("newcomer",), ("video_new_create",), ["new-check"])
    assert list(grid) == [cell]


@pytest.mark.parametrize(
    ("severity", "grade"),
    [
        (Severity.CRITICAL, Grade.UNSAFE),
        (Severity.HIGH, Grade.BROKEN),
        (Severity.MEDIUM, Grade.CARE),
        (Severity.LOW, Grade.CARE),
    ],
)
def test_the_worst_finding_sets_the_grade(severity, grade):
    found = Finding("anyapi", "op", "c", severity, "promised", "", "seen", "klingkit check")
    cells = [
        Cell("anyapi", "op", "c", Verdict.FINDING, findings=(found,)),
        Cell("anyapi", "op", "d", Verdict.PASS),
    ]
    results = collect([RunStarted({"anyapi": ""}, ("op",), (), 0, 0), *map(CellFinished, cells)])
    scored = score(results, Grid(results), "anyapi")
    assert scored.grade is grade
    assert f"1 {severity} finding" in scored.sentence


def test_only_a_relay_without_open_questions_is_said_to_keep_all(results, clean):
    assert score(clean, Grid(clean), "official").grade is Grade.KEPT
    scored = score(results, Grid(results), "official")
    assert scored.grade is Grade.INCOMPLETE
    assert scored.sentence == "Kept all 6 promises that could be tested, but 1 could not."


def test_a_finding_without_details_is_still_no_pass():
    cells = [Cell("anyapi", "op", "c", Verdict.FINDING), Cell("anyapi", "op", "d", Verdict.PASS)]
    results = collect([RunStarted({"anyapi": ""}, ("op",), (), 0, 0), *map(CellFinished, cells)])
    assert score(results, Grid(results), "anyapi").grade is Grade.CARE


def test_severities_are_a_readable_list():
    none = dict.fromkeys(Severity, 0)
    assert severities(none) == ""
    assert severities({**none, Severity.LOW: 1}) == "1 low finding"
    counts = {Severity.CRITICAL: 1, Severity.HIGH: 3, Severity.MEDIUM: 0, Severity.LOW: 2}
    assert severities(counts) == "1 critical, 3 high and 2 low findings"
