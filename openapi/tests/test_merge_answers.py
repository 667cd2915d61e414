"""Answers that differ, names and headers that the dialect turns, and who documents an operation."""

from __future__ import annotations

import runpy
from pathlib import Path

from klingkit_spec.merge import Claim, RelayInput, merge
from klingkit_spec.verdicts import Verdicts

KIT = runpy.run_path(str(Path(__file__).parent / "merge_cases" / "documents.py"))
DIALECTS = KIT["DIALECTS"]
PATH = KIT["PATH"]
READING = KIT["READING"]
but = KIT["but"]
document = KIT["document"]
official = KIT["official"]
only = KIT["only"]
run = KIT["run"]
same = KIT["same"]


def test_another_name_and_another_type_are_paired_by_the_dialect() -> None:
    request = but(
        model_name=None,
        model={"type": "string", "enum": ["v1", "v2"], "default": "v1"},
        duration={"type": "number"},
        images={"type": "array", "items": {"type": "string"}},
    )

    merged = run(document(request), dialect="other")

    told = {(conflict.difference.field, conflict.difference.aspect): conflict.verdict for conflict in merged.conflicts}
    assert told == {
        ("model_name", "name"): "rename",
        ("duration", "type"): "convert",
        ("images[]", "type"): "convert",
    }
    table = merged.expected["relay1"]["video_text2video_create"].request
    assert "model_name" not in table
    assert table["model"]["enum"] == ["v1", "v2"]
    assert table["duration"] == {"type": "number", "required": False}
    assert table["images[]"] == {"type": "string"}
    assert "images[].image" not in table


def test_a_header_the_dialect_sends_is_expected_of_the_relay() -> None:
    parameters = [
        {"name": "ModelName", "in": "header", "required": True, "schema": {"type": "string"}},
        {"name": "Content-Type", "in": "header", "schema": {"type": "string"}},
    ]
    request = but(model_name=None, model={"type": "string", "enum": ["v1", "v2"], "default": "v1"})

    merged = run(document(request, parameters=parameters), dialect="other")

    assert merged.expected["relay1"]["video_text2video_create"].headers == {
        "ModelName": {"type": "string", "required": True}
    }


def test_another_shape_of_answer_is_the_relays_own() -> None:
    answer = {"type": "object", "properties": {"task_id": {"type": "string"}}}
    refusal = {"type": "object", "properties": {"error": {"type": "string"}}}
    responses = {
        "200": {"description": "", "content": {"application/json": {"schema": answer}}},
        "404": {"description": "", "content": {"application/json": {"schema": refusal}}},
    }

    merged = run(document(same(), responses=responses))

    assert {(conflict.difference.aspect, conflict.difference.kind) for conflict in merged.conflicts} == {
        ("answer", "other answer"),
        ("error 404", "other status"),
    }
    expected = merged.expected["relay1"]["video_text2video_create"]
    assert expected.answer == {"task_id": {"type": "string"}}
    assert expected.exact_answer
    assert expected.errors == {"404": {"error": {"type": "string"}}}


def test_other_words_in_an_answer_are_the_relays_own() -> None:
    relay = document(same())
    content = relay["paths"][f"/kling{PATH}"]["post"]["responses"]["200"]["content"]["application/json"]
    content["schema"]["properties"]["data"]["properties"]["status"]["enum"] = ["finished"]

    merged = run(relay)

    assert (only(merged).difference.field, only(merged).verdict) == ("answer data.status", "overlay")
    assert merged.expected["relay1"]["video_text2video_create"].answer["data.status"]["enum"] == ["finished"]


def test_an_operation_says_who_documents_and_who_claims_it() -> None:
    claims = (Claim("文生视频", "post", PATH, "video_text2video_create"), Claim("对口型", "post", None, None))
    elsewhere = document(same())
    elsewhere["paths"] = {"/kling/v1/videos/lip-sync": elsewhere["paths"][f"/kling{PATH}"]}
    entry_of = {"path_prefix": "/kling", "dialect": "kling"}
    relays = {
        "official": RelayInput(official(), {"path_prefix": "", "dialect": "kling"}),
        "one": RelayInput(document(same()), entry_of),
        "two": RelayInput(elsewhere, entry_of, claims),
    }
    tables = {"reading": {"one": READING, "two": READING}}

    merged = merge(relays, DIALECTS, Verdicts(tables, shown="verdicts.toml", relays=relays))

    node = merged.spec["paths"][PATH]["post"]
    assert (node["x-klingkit-relays"], node["x-klingkit-claimed-by"]) == (["official", "one"], ["two"])
    assert [(found.relay, found.path) for found in merged.outside] == [("two", "/v1/videos/lip-sync")]
