"""What differs between two relays and a small official document, and which rule settles it."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from klingkit_spec.verdicts import VerdictError

KIT = runpy.run_path(str(Path(__file__).parent / "merge_cases" / "documents.py"))
KEY_MARKED_OPTIONAL = KIT["KEY_MARKED_OPTIONAL"]
but = KIT["but"]
document = KIT["document"]
official = KIT["official"]
only = KIT["only"]
run = KIT["run"]
same = KIT["same"]


def test_one_thing_said_in_two_ways_is_no_conflict() -> None:
    assert run(document(same())).conflicts == []


@pytest.mark.parametrize(
    ("request_schema", "field", "aspect", "verdict"),
    [
        (but(mode={"type": "string", "enum": ["std"], "default": "std"}), "mode", "enum", "overlay"),
        (but(mode={"type": "string", "default": "std"}), "mode", "enum", "official"),
        (but(mode={"type": "string", "enum": ["std", "pro"]}), "mode", "default", "official"),
        (but(mode={"type": "string", "enum": ["std", "pro"], "default": "pro"}), "mode", "default", "overlay"),
        (but(prompt={"type": "string", "maxLength": 50}), "prompt", "maxLength", "overlay"),
        (but(prompt={"type": "string", "maxLength": 100, "minLength": 1}), "prompt", "minLength", "overlay"),
        (but(scale={"type": "integer", "minimum": 0, "maximum": 1}), "scale", "type", "overlay"),
        (but(tail={"type": "string", "format": "uri"}), "tail", "format", "overlay"),
        (but(tail=None), "tail", "presence", "overlay"),
        (but(seed={"type": "integer"}), "seed", "presence", "overlay"),
        (but(model_name={"type": "string", "enum": ["v1", "v3"], "default": "v1"}), "model_name", "enum", "widen"),
        ({**same(), "required": ["prompt", "mode"]}, "mode", "required", "overlay"),
        ({**same(), "required": []}, "prompt", "required", "overlay"),
    ],
)
def test_a_rule_settles_what_differs(request_schema: dict[str, Any], field: str, aspect: str, verdict: str) -> None:
    conflict = only(run(document(request_schema)))

    assert (conflict.difference.field, conflict.difference.aspect, conflict.verdict) == (field, aspect, verdict)
    assert conflict.difference.page == "text2video.txt"
    assert not conflict.by_entry


@pytest.mark.parametrize(
    ("changed", "aspect", "words"),
    [
        (document(but(duration={"type": "number"})), "type", "the dialect does not convert the type"),
        (document(but(mode={"type": "string", "enum": ["std", "4k"], "default": "std"})), "enum", "values that"),
        (document(but(prompt={"type": "string", "maxLength": 500})), "maxLength", "allows more than the official"),
        (document(same(), summary="多图参考生图"), "title", "the page is headed as another operation"),
        (document(same(), security=[]), "auth", "does not ask for a bearer key"),
        (document(same(), security=None), "auth", "does not ask for a bearer key"),
        (document(same(), **KEY_MARKED_OPTIONAL), "auth", "does not ask for a bearer key"),
        (document({"type": "object"}), "request", "shows an empty request"),
        (document(same(), responses={"200": {"description": ""}}), "answer", "shows an empty answer"),
        (document(same(), parameters=[{"name": "X-Y", "in": "header"}]), "presence", "no dialect sends this header"),
        (document(same(), example={"prompt": "a", "mode": " std"}), "example", "contradicts its own fields"),
        (document(same(), example={"mode": "std"}), "example", "lacks a field that the document requires"),
    ],
)
def test_what_no_rule_settles_stops_the_build_and_says_what_to_add(
    changed: dict[str, Any], aspect: str, words: str
) -> None:
    with pytest.raises(VerdictError) as caught:
        run(changed)

    sentence = str(caught.value)
    assert words in sentence
    assert "add fixes/relay1/<nnn>-<slug>.yaml" in sentence
    assert "relay = 'relay1', operation = 'video_text2video_create'" in sentence
    assert f"aspect = {aspect!r}" in sentence
