"""Named rules and what models make: what breaks them is found, and a request can be made that breaks one alone."""

from __future__ import annotations

from typing import Any

import pytest

import klingkit_data
from klingkit_contract.catalogue import Role
from klingkit_contract.contract import Contract
from klingkit_contract.flaws import find_flaws, independent
from klingkit_contract.rule_probes import put, rule_probes
from klingkit_contract.rules import MODEL_LIMITS, RULES, broken, rules_of
from klingkit_contract.samples import Samples

OFFICIAL = Contract(klingkit_data.load("resolved/relays/official.openapi.yaml"))
CREATE = OFFICIAL.operations["video_text2video_create"]
SAMPLES = Samples(OFFICIAL)
SHOT = {"index": 1, "prompt": "a fox", "duration": "3"}
STORY = {"multi_shot": True, "shot_type": "customize", "multi_prompt": [SHOT], "model_name": "kling-v3"}


def found(operation: str, **change: Any) -> list[tuple[str, str]]:
    named = OFFICIAL.operations[operation]
    body = {**SAMPLES.body(named), **change}
    path = OFFICIAL.path_values(named, SAMPLES.path(named))
    return [(one.check, one.field) for one in broken(OFFICIAL, named, body, path)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({**STORY, "duration": "3"}, []),
        ({**STORY, "duration": "5"}, [(RULES, "multi_prompt")]),
        ({"model_name": "kling-v2-6", "duration": "7"}, [(MODEL_LIMITS, "duration")]),
        ({"model_name": "kling-v2-6", "sound": "on", "mode": "pro"}, []),
        ({"model_name": "kling-v2-5-turbo", "sound": "on"}, [(MODEL_LIMITS, "sound")]),
        ({"model_name": "kling-v9", "duration": "7"}, []),
    ],
)
def test_what_a_request_breaks_is_found(change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert found("video_text2video_create", **change) == expected


def test_an_area_that_grows_too_much_is_found() -> None:
    ratios = {"up_expansion_ratio": 2, "down_expansion_ratio": 0, "left_expansion_ratio": 0, "right_expansion_ratio": 0}
    assert found("image_expand_create", **ratios) == []
    assert found("image_expand_create", **{**ratios, "left_expansion_ratio": 0.1}) == [(RULES, "up_expansion_ratio")]


def test_two_broken_rules_are_one_flaw_for_the_budget() -> None:
    """A relay that executes no rules accepts both at once, so the request may cost something."""
    body = {**SAMPLES.body(CREATE), **STORY, "duration": "5", "cfg_scale": 0.7}
    flaws = find_flaws(OFFICIAL, CREATE, SAMPLES.request(CREATE, body))
    assert {flaw.check for flaw in flaws} == {RULES, MODEL_LIMITS}
    assert independent(flaws) == 1


def test_a_broken_rule_adds_no_flaw_to_a_request_that_breaks_its_schema() -> None:
    body = {**SAMPLES.body(CREATE), **STORY, "duration": "5", "mode": "turbo"}
    assert [flaw.check for flaw in find_flaws(OFFICIAL, CREATE, SAMPLES.request(CREATE, body))] == ["limits"]


def test_every_rule_about_fields_has_a_probe_that_breaks_it_alone() -> None:
    for operation in OFFICIAL.of_role(Role.CREATE):
        wanted = {
            at for at, row in rules_of(OFFICIAL, operation) if not {"models"} & row.keys() or len(row["models"]) > 1
        }
        seen: set[str] = set()
        for probe in rule_probes(OFFICIAL, SAMPLES, operation):
            path = SAMPLES.path(operation, **probe.path)
            here = broken(OFFICIAL, operation, probe.body, OFFICIAL.path_values(operation, path))
            assert len({one.check for one in here}) == 1
            assert OFFICIAL.valid(OFFICIAL.request_schema(operation), probe.body)
            seen |= {one.pointer for one in here}
        assert wanted <= seen, operation.id


def test_every_value_beyond_a_model_is_probed_with_several_models() -> None:
    probes = rule_probes(OFFICIAL, SAMPLES, CREATE)
    lengths = {probe.body["model_name"] for probe in probes if probe.body.get("duration") not in {"5", "10"}}
    assert {"kling-v2-6", "kling-v2-5-turbo"} <= lengths


def test_a_value_is_put_where_a_path_leads() -> None:
    body = {"a": [{"type": "x"}], "b": {}}
    assert put(body, "a[].size", 3) == {"a": [{"type": "x", "size": 3}], "b": {}}
    assert put(body, "b.c.d", 1) == {"a": [{"type": "x"}], "b": {"c": {"d": 1}}}
    assert body == {"a": [{"type": "x"}], "b": {}}
