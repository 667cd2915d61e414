from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest

from klingkit_contract.findings import Cost, Severity, Verdict
from klingkit_contract.report import junit, matrix, text, write_all


def test_all_files_are_written_into_a_new_folder_and_nothing_else(results, tmp_path):
    folder = tmp_path / "reports" / "today"
    written = write_all(results, folder)
    names = ["matrix.json", "junit.xml", "findings.sarif", "report.md", "index.html"]
    assert [path.name for path in written] == names
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)


def test_the_same_run_gives_the_same_bytes(results, tmp_path):
    first = [path.read_bytes() for path in write_all(results, tmp_path / "a")]
    second = [path.read_bytes() for path in write_all(results, tmp_path / "b")]
    assert first == second
    assert not any(b"\r" in content for content in first)


def test_a_folder_that_is_a_file_surfaces_as_an_os_error(results, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OSError, match="taken"):
        write_all(results, tmp_path / "taken")


def test_an_old_file_survives_a_failed_write(tmp_path, monkeypatch):
    target = tmp_path / "matrix.json"
    target.write_text("old")

    def refuse(*_):
        raise OSError("no")

    monkeypatch.setattr(type(target), "replace", refuse)
    with pytest.raises(OSError, match="no"):
        text.write(target, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["matrix.json"]
    assert target.read_text() == "old"


def test_the_matrix_has_one_cell_per_relay_operation_and_check(results, tmp_path):
    matrix.write(results, tmp_path / "matrix.json")
    read = json.loads((tmp_path / "matrix.json").read_bytes())
    keys = [(cell["relay"], cell["operation"], cell["check"]) for cell in read["cells"]]
    assert read["schema_version"] == matrix.SCHEMA_VERSION
    assert list(read["relays"]) == sorted(results.started.relays)
    assert set(keys) == set(results.cells)
    assert len(keys) == len(results.cells)


def test_the_matrix_carries_every_finding_whole(results, tmp_path, hostile):
    matrix.write(results, tmp_path / "matrix.json")
    read = json.loads((tmp_path / "matrix.json").read_bytes())
    cell = next(cell for cell in read["cells"] if cell["verdict"] == "finding" and cell["check"] == "html-page")
    assert [found["severity"] for found in cell["findings"]] == ["low", "high"]
    found = cell["findings"][1]
    assert found["seen"] == f"A page came: {hostile}"
    assert found["exchange"]["response_headers"] == [["content-type", "text/html"], ["x-evil", hostile]]
    assert found["exchange"]["response_body"] == f"<!doctype html>{hostile}"


def test_the_summary_counts_what_the_cells_say(results):
    summary = matrix.document(results)["summary"]
    counts = {verdict: sum(c.verdict is verdict for c in results.cells.values()) for verdict in Verdict}
    assert summary["verdicts"] == counts
    assert summary["findings"] == {"critical": 1, "high": 1, "medium": 0, "low": 1}
    assert (summary["cells"], summary["requests"], summary["paid"]) == (len(results.cells), 3 * 1234, 0)


def test_an_interrupted_run_does_not_claim_that_nothing_was_paid(stopped):
    document = matrix.document(stopped)
    assert document["relays"]["official"]["paid"] == 0
    assert document["relays"]["anyapi"]["paid"] is None
    assert document["summary"]["paid"] is None


@pytest.fixture(scope="module")
def schema() -> dict:
    read = json.loads(files("klingkit_contract.report").joinpath("matrix.schema.json").read_text("utf-8"))
    jsonschema_rs.meta.validate(read)
    return read


@pytest.mark.parametrize("run", ["results", "stopped", "clean", "known"])
def test_the_published_schema_describes_what_is_written(run, schema, request):
    document = json.loads(matrix.render(request.getfixturevalue(run)).encode("utf-8", "backslashreplace"))
    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(document)] == []


def test_the_published_schema_knows_every_word_and_refuses_others(schema, results):
    words = schema["$defs"]
    assert set(words["verdict"]["enum"]) == set(words["verdicts"]["required"]) == set(Verdict)
    assert set(words["severity"]["enum"]) == set(words["severities"]["required"]) == set(Severity)
    assert words["check"]["properties"]["cost"]["enum"] == list(Cost)
    validator = jsonschema_rs.validator_for(schema)
    for place in (("cells", 0, "verdict"), ("cells", 0, "requests"), ("relays",), ("summary", "gone")):
        *path, last = place
        whole = matrix.document(results)
        node = whole
        for key in path:
            node = node[key]
        node[last] = "surely not"
        assert not validator.is_valid(whole), place


def test_a_count_that_nobody_made_is_null_and_never_0(results):
    key = ("anyapi", "video_text2video_get", "auth-missing")
    results.cells[key] = replace(results.cells[key], requests=0)
    cells = {(c["relay"], c["operation"], c["check"]): c for c in matrix.document(results)["cells"]}
    assert cells[key]["requests"] is None
    assert cells["anyapi", "video_text2video_get", "callback-shape"]["requests"] == 0


def test_junit_has_a_suite_per_relay_whose_counts_are_those_of_its_cases(results, tmp_path):
    junit.write(results, tmp_path / "junit.xml")
    root = ET.parse(tmp_path / "junit.xml").getroot()
    assert [suite.get("name") for suite in root] == list(results.started.relays)
    for node in (root, *root):
        cases = list(node.iter("testcase"))
        assert node.get("tests") == str(len(cases))
        assert node.get("failures") == str(sum(case.find("failure") is not None for case in cases))
        assert node.get("skipped") == str(sum(case.find("skipped") is not None for case in cases))
        assert node.get("errors") == "0"
    applicable = [cell for cell in results.cells.values() if cell.verdict is not Verdict.NOT_APPLICABLE]
    assert root.get("tests") == str(len(applicable))
    assert root.get("failures") == "2"


def test_junit_says_why_something_failed_or_was_skipped(results, tmp_path):
    junit.write(results, tmp_path / "junit.xml")
    root = ET.parse(tmp_path / "junit.xml").getroot()
    cases = {(case.get("classname"), case.get("name")): case for case in root.iter("testcase")}
    failure = cases["anyapi.video_text2video_create", "html-page"].find("failure")
    assert failure.get("type") == "high"
    assert failure.get("message").startswith("A page came: </script>")
    assert failure.get("message").endswith("(and 1 more)")
    assert "reproduce: klingkit check --relay anyapi" in failure.text
    assert "A small thing." in failure.text
    assert cases["anyapi.video_text2video_create", "external-id-unique"].find("skipped").get("message") == (
        "needs --budget 1"
    )


def test_junit_holds_no_control_characters(results, tmp_path):
    junit.write(results, tmp_path / "junit.xml")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", (tmp_path / "junit.xml").read_text("utf-8"))
