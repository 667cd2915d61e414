"""What the one spec takes over from relays: values of an enum, and whole fields."""

from __future__ import annotations

import copy
import runpy
from pathlib import Path

import pytest

from klingkit_spec.merge import MergeError, RelayInput, merge
from klingkit_spec.verdicts import Verdicts
from klingkit_spec.widen import WidenError

KIT = runpy.run_path(str(Path(__file__).parent / "merge_cases" / "documents.py"))
DIALECTS = KIT["DIALECTS"]
PATH = KIT["PATH"]
READING = KIT["READING"]
but = KIT["but"]
document = KIT["document"]
enum_of = KIT["enum_of"]
official = KIT["official"]
only = KIT["only"]
run = KIT["run"]
same = KIT["same"]


def test_a_narrower_enum_is_expected_of_the_relay_and_leaves_the_one_spec_alone() -> None:
    merged = run(document(but(mode={"type": "string", "enum": ["std"], "default": "std"})))

    assert merged.expected["relay1"]["video_text2video_create"].request["mode"]["enum"] == ["std"]
    assert enum_of(merged, "mode") == ["std", "pro"]


def test_models_that_relays_keep_selling_widen_the_one_spec_in_the_order_of_the_relays() -> None:
    first = document(but(model_name={"type": "string", "enum": ["v1", "v9"], "default": "v1"}))
    second = document(but(model_name={"type": "string", "enum": ["v3", "v9"], "default": "v1"}))

    merged = run(first, second)

    assert enum_of(merged, "model_name") == ["v1", "v2", "v9", "v3"]
    expected = {relay: table["video_text2video_create"] for relay, table in merged.expected.items()}
    assert expected["official"].request["model_name"]["enum"] == ["v1", "v2"]
    assert expected["relay1"].request["model_name"]["enum"] == ["v1", "v9"]


def test_a_model_in_an_example_widens_the_one_spec_when_the_page_lists_none() -> None:
    merged = run(
        document(but(model_name={"type": "string", "default": "v1"}), example={"prompt": "a", "model_name": "v0"})
    )

    assert enum_of(merged, "model_name") == ["v1", "v2", "v0"]


def test_widening_an_enum_that_another_field_shares_stops_the_build() -> None:
    base = official()
    base["components"]["schemas"]["Request"]["properties"]["second_model"] = {"$ref": "#/components/schemas/Model"}
    relay = document(
        but(model_name={"type": "string", "enum": ["v9"], "default": "v1"}, second_model={"type": "string"})
    )
    relays = {
        "official": RelayInput(base, {"path_prefix": "", "dialect": "kling"}),
        "relay1": RelayInput(relay, {"path_prefix": "/kling", "dialect": "kling"}),
    }
    verdicts = Verdicts({"reading": {"relay1": READING}}, shown="verdicts.toml", relays=relays)

    with pytest.raises(WidenError, match="shares the enum Model with another field"):
        merge(relays, DIALECTS, verdicts)


def test_a_field_that_several_relays_know_is_adopted() -> None:
    relay = document(but(seed={"type": "integer", "minimum": 0}))

    merged = run(relay, copy.deepcopy(relay), document(same()))

    assert [conflict.verdict for conflict in merged.conflicts] == ["adopt", "adopt"]
    adopted = merged.spec["components"]["schemas"]["Request"]["properties"]["seed"]
    assert adopted == {
        "type": "integer",
        "description": "Not in the official document; documented by relay1, relay2, without a unit.",
        "minimum": 0,
    }
    knowing = {relay: "seed" in table["video_text2video_create"].request for relay, table in merged.expected.items()}
    assert knowing == {"official": False, "relay1": True, "relay2": True, "relay3": False}


def test_a_field_that_is_adopted_with_two_types_stops_the_build() -> None:
    with pytest.raises(MergeError, match="relay1, relay2 document video_text2video_create seed with different types"):
        run(document(but(seed={"type": "integer"})), document(but(seed={"type": "string"})))


def test_a_field_of_the_official_sample_is_adopted() -> None:
    base = official()
    base["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["example"] = {"prompt": "a", "seed": 1}
    relays = {
        "official": RelayInput(base, {"path_prefix": "", "dialect": "kling"}),
        "relay1": RelayInput(document(but(seed={"type": "integer"})), {"path_prefix": "/kling", "dialect": "kling"}),
    }
    verdicts = Verdicts({"reading": {"relay1": READING}}, shown="verdicts.toml", relays=relays)

    assert only(merge(relays, DIALECTS, verdicts)).verdict == "adopt"
