from __future__ import annotations

import json
import re
from dataclasses import replace

import jsonschema_rs
import pytest

import klingkit_data
from klingkit_contract.findings import Severity
from klingkit_contract.report import sarif
from klingkit_contract.report.places import line_of

TEXT = {"type": "string", "minLength": 1}
MESSAGE = {"type": "object", "properties": {"text": TEXT}, "required": ["text"], "additionalProperties": False}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
# What SARIF 2.1.0 asks of the parts that are used here.
ESSENTIALS = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/run"}},
    },
    "additionalProperties": False,
    "$defs": {
        "run": {
            "type": "object",
            "required": ["tool"],
            "properties": {
                "tool": {
                    "type": "object",
                    "required": ["driver"],
                    "properties": {
                        "driver": {"required": ["name"], "properties": {"rules": {"$ref": "#/$defs/rules"}}}
                    },
                },
                "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                "invocations": {
                    "items": {
                        "required": ["executionSuccessful"],
                        "properties": {
                            "toolExecutionNotifications": {
                                "items": {"required": ["message"], "properties": {"message": MESSAGE, "level": LEVEL}}
                            }
                        },
                    }
                },
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            },
        },
        "rules": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "required": ["id"],
                "properties": {
                    "id": TEXT,
                    "shortDescription": MESSAGE,
                    "fullDescription": MESSAGE,
                    "help": MESSAGE,
                    "defaultConfiguration": {"properties": {"level": LEVEL}},
                },
            },
        },
        "result": {
            "type": "object",
            "required": ["message", "ruleId", "locations", "partialFingerprints"],
            "properties": {
                "ruleIndex": {"type": "integer", "minimum": 0},
                "level": LEVEL,
                "message": MESSAGE,
                "partialFingerprints": {"type": "object", "additionalProperties": TEXT},
                "locations": {
                    "items": {
                        "required": ["physicalLocation", "logicalLocations"],
                        "properties": {
                            "physicalLocation": {
                                "required": ["artifactLocation"],
                                "properties": {
                                    "artifactLocation": {"properties": {"uri": {"format": "uri-reference"}}},
                                    "region": {"properties": {"startLine": {"type": "integer", "minimum": 1}}},
                                },
                            }
                        },
                    }
                },
                "suppressions": {
                    "items": {
                        "required": ["kind"],
                        "properties": {
                            "kind": {"enum": ["inSource", "external"]},
                            "status": {"enum": ["accepted", "underReview", "rejected"]},
                            "justification": TEXT,
                        },
                    }
                },
                "webResponse": {"properties": {"statusCode": {"type": "integer"}}},
            },
        },
    },
}


def found_in(results):
    (run,) = sarif.document(results)["runs"]
    return run["results"]


@pytest.mark.parametrize("name", ["results", "stopped", "clean", "known"])
def test_the_file_is_what_sarif_asks_for(name, request, tmp_path):
    sarif.write(request.getfixturevalue(name), tmp_path / "findings.sarif")
    read = json.loads((tmp_path / "findings.sarif").read_bytes())
    validator = jsonschema_rs.validator_for(ESSENTIALS, validate_formats=True)
    assert [error.message for error in validator.iter_errors(read)] == []


def test_every_check_is_a_rule_with_help_and_every_finding_names_its_own(results):
    (run,) = sarif.document(results)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [check.id for check in results.started.checks]
    assert "An answer is JSON, never a web page." in rules[0]["help"]["text"]
    for found in run["results"]:
        assert rules[found["ruleIndex"]]["id"] == found["ruleId"]
    assert [found["ruleId"] for found in run["results"]] == ["auth-missing", "html-page", "html-page"]


def test_levels_follow_the_severity(results):
    levels = {found["properties"]["severity"]: found["level"] for found in found_in(results)}
    assert levels == {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.LOW: "note"}


def test_a_finding_points_to_the_line_of_the_promise_and_to_relay_and_operation(results):
    place = found_in(results)[1]["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "openapi/resolved/relays/anyapi.openapi.yaml"
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "anyapi/video_text2video_create"
    lines = klingkit_data.path("resolved/relays/anyapi.openapi.yaml").read_text("utf-8").splitlines()
    line = place["physicalLocation"]["region"]["startLine"]
    assert lines[line - 1].strip().strip("':") == "200"


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/paths/~1v1~1videos~1text2video/post", "post:"),
        ("#/paths/~1v1~1videos~1text2video", "/v1/videos/text2video:"),
        ("/servers/0", "- url: https://www.anyapi.vip/kling"),
        ("/paths/~1v1~1videos~1text2video/post/nowhere/at/all", "post:"),
    ],
)
def test_a_pointer_leads_to_its_line_or_to_the_last_part_that_exists(pointer, expected):
    lines = klingkit_data.path("resolved/relays/anyapi.openapi.yaml").read_text("utf-8").splitlines()
    assert lines[line_of("anyapi", pointer) - 1].strip() == expected


def test_a_relay_without_a_spec_here_has_no_lines(results):
    assert line_of("somebody-elses", "/paths") is None
    key = ("anyapi", "video_text2video_get", "auth-missing")
    cell = results.cells[key]
    results.cells[key] = replace(cell, findings=(replace(cell.findings[0], relay="somebody-elses"),))
    (place,) = found_in(results)[0]["locations"]
    assert "region" not in place["physicalLocation"]


def test_fingerprints_stay_when_wording_and_evidence_change_and_differ_between_findings(results):
    before = [found["partialFingerprints"]["klingkitFinding/v1"] for found in found_in(results)]
    for key, cell in results.cells.items():
        changed = (replace(found, seen="Other words.", pointer="", exchange=None) for found in cell.findings)
        results.cells[key] = replace(cell, findings=tuple(changed))
    assert [found["partialFingerprints"]["klingkitFinding/v1"] for found in found_in(results)] == before
    assert len(set(before)) == 3


def test_a_run_that_stopped_is_no_success(results, stopped):
    ended = [sarif.document(each)["runs"][0]["invocations"][0]["executionSuccessful"] for each in (results, stopped)]
    assert ended == [True, False]


def test_what_the_baseline_accepts_is_suppressed_with_its_reason(known):
    by_severity = {found["properties"]["severity"]: found.get("suppressions") for found in found_in(known)}
    assert by_severity["high"] is None
    (suppression,) = by_severity["critical"]
    assert suppression["status"] == "accepted"
    assert "we live with it" in suppression["justification"]


def test_what_was_not_tested_and_what_is_gone_is_told(known):
    (run,) = sarif.document(known)["runs"]
    (invocation,) = run["invocations"]
    texts = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
    assert texts[0] == "Not tested: 3 cells of official, anyapi, openai-next, because: needs --budget 1"
    assert texts[1].startswith("Accepted and gone: official, video_text2video_get, html-page")


def test_nothing_a_relay_wrote_becomes_a_link_a_placeholder_or_a_control_character(results):
    key = ("anyapi", "video_text2video_get", "auth-missing")
    cell = results.cells[key]
    seen = "[here](https://evil.example) {0} \x1b[31m"
    results.cells[key] = replace(cell, findings=(replace(cell.findings[0], seen=seen),))
    found = found_in(results)[0]
    assert "\\[here\\](https://evil.example) {{0}} \ufffd\\[31m" in found["message"]["text"]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", json.dumps(found_in(results), ensure_ascii=False))
