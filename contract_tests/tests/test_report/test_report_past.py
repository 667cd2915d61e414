"""Reports of a run with a past, and of fields that differ."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import jsonschema_rs
import pytest
from rich.console import Console

from klingkit_contract.findings import Disagreement, Field, Gone, Past, Severity, Sightings
from klingkit_contract.report import html, markdown, matrix, sarif, table

FIRST, LAST = datetime(2026, 3, 1, 4, 17, tzinfo=UTC), datetime(2026, 3, 9, 4, 17, tzinfo=UTC)
OLD, NEW = Sightings(FIRST, LAST, 7), Sightings(LAST, None, 1)
PLACE = ("anyapi", "video_text2video_create", "html-page")


@pytest.fixture
def past(results, hostile):
    """The sample with two findings of a past, one that is gone, and two fields."""
    cell = results.cells[PLACE]
    old, new = cell.findings
    cells = {**results.cells, PLACE: replace(cell, findings=(replace(old, since=OLD), replace(new, since=NEW)))}
    gone = Gone("anyapi", PLACE[1], "auth-missing", f"served {hostile}", Severity.HIGH, f"A key {hostile}", OLD)
    fields = (
        Field(
            "anyapi", PLACE[1], "data.task_id", ("string",), True, ("integer",), 3, 4, "task_id", Disagreement.RETYPED
        ),
        Field("anyapi", PLACE[1], f"data.{hostile}", None, False, ("string",), 1, 4, "", Disagreement.UNDOCUMENTED),
        Field("anyapi", PLACE[1], "code", ("integer",), True, ("integer",), 4, 4, ""),
    )
    known = Past(12, 11, frozenset({new.fingerprint}), (gone,))
    return replace(results, cells=cells, fields={"anyapi": fields}, past={"anyapi": known})


def shown(results, *, fields=True):
    stream = io.StringIO()
    table.render(results, Console(file=stream, width=80), fields=fields)
    return stream.getvalue()


def test_the_matrix_keeps_its_published_schema(past):
    schema = json.loads(files("klingkit_contract.report").joinpath("matrix.schema.json").read_text("utf-8"))
    document = json.loads(matrix.render(past).encode("utf-8", "backslashreplace"))
    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(document)] == []
    assert set(schema["$defs"]["field"]["properties"]["disagreement"]["enum"]) == {*Disagreement, None}
    assert document["past"]["anyapi"]["gone"][0]["since"] == {
        "first": "2026-03-01T04:17:00Z",
        "last": "2026-03-09T04:17:00Z",
        "runs": 7,
    }
    assert [row["disagreement"] for row in document["fields"]] == ["another type", "not documented", None]


def test_the_page_tells_since_when_what_is_gone_and_which_fields_differ(past, tmp_path):
    html.write(past, tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "first seen 2026-03-01, last 2026-03-09, in 7 runs" in page
    assert "anyapi: run 12; since run 11, 1 new and 1 gone." in page
    assert "3 fields of answers" in page
    assert "2 of them differ" in page
    assert "integer, 3 of 4" in page
    assert "<img" not in page


def test_a_run_without_a_past_has_no_section_for_it(results, tmp_path):
    html.write(results, tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "Since the run before" not in page
    assert 'id="fields"' not in page
    assert "since" not in markdown.render(results)


def test_the_terminal_shows_both_within_its_width(past):
    said = shown(past)
    assert max(map(len, said.splitlines())) <= 80
    words = " ".join(said.split())
    assert "first seen in this run, 2026-03-09" in words
    assert "1 finding gone since the run before" in words
    assert "anyapi: 3 fields of answers that came, 2 on which they differ." in words
    assert "string, always integer, 3 of 4 task_id another type" in words
    assert "Fields:" not in shown(past, fields=False)
    assert "\x1b" not in said


def test_a_run_without_a_success_says_that_no_field_was_seen(results):
    assert "No answer was a success, so no field was observed." in shown(results)


def test_comments_and_code_scanning_know_what_is_new(past):
    said = markdown.render(past)
    assert "- first seen in this run, 2026-03-09" in said
    assert "Gone since the run before (1)" in said
    states = [found.get("baselineState") for found in sarif.document(past)["runs"][0]["results"]]
    assert sorted(states, key=str) == [None, "new", "unchanged"]
