"""What people decided: readings and entries of verdicts.toml, and what they settle."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from klingkit_spec.merge import RelayInput, merge
from klingkit_spec.verdicts import VerdictError, Verdicts

KIT = runpy.run_path(str(Path(__file__).parent / "merge_cases" / "documents.py"))
DIALECTS = KIT["DIALECTS"]
READING = KIT["READING"]
but = KIT["but"]
document = KIT["document"]
entry = KIT["entry"]
official = KIT["official"]
only = KIT["only"]
run = KIT["run"]
same = KIT["same"]


def test_what_a_page_does_not_mark_is_silence_where_the_reading_says_so() -> None:
    request = {**same(), "required": []}

    merged = run(document(request), reading="silent")

    assert {conflict.verdict for conflict in merged.conflicts} == {"official"}
    assert merged.expected["relay1"]["video_text2video_create"].request["prompt"]["required"] is True


def test_a_condition_cannot_be_contradicted_by_a_list_of_required_fields() -> None:
    request = same()
    del request["anyOf"]

    merged = run(document(request))

    assert {(conflict.difference.field, conflict.verdict) for conflict in merged.conflicts} == {
        ("tail", "official"),
        ("images", "official"),
    }


def test_a_relay_nobody_has_judged_yet_stops_the_build() -> None:
    relays = {
        "official": RelayInput(official(), {"path_prefix": "", "dialect": "kling"}),
        "relay1": RelayInput(document(same()), {"path_prefix": "/kling", "dialect": "kling"}),
    }

    with pytest.raises(VerdictError, match=r"add \[reading.relay1\]"):
        merge(relays, DIALECTS, Verdicts({}, shown="verdicts.toml", relays=relays))


def test_an_entry_wins_over_a_rule() -> None:
    relay = document(but(mode={"type": "string", "enum": ["std"], "default": "std"}))

    merged = run(relay, entries=[entry("mode", "enum", "official")])

    assert (only(merged).verdict, only(merged).why, only(merged).by_entry) == ("official", "A person looked.", True)
    assert merged.expected["relay1"]["video_text2video_create"].request["mode"]["enum"] == ["std", "pro"]


def test_an_entry_settles_what_no_rule_settles() -> None:
    relay = document(but(prompt={"type": "string", "maxLength": 500}))

    merged = run(relay, entries=[entry("prompt", "maxLength", "overlay", operation="video_*_create")])

    assert merged.expected["relay1"]["video_text2video_create"].request["prompt"]["maxLength"] == 500


def test_an_entry_may_give_the_value_itself() -> None:
    relay = document(but(prompt={"type": "string", "maxLength": 500}))

    merged = run(relay, entries=[entry("prompt", "maxLength", "overlay", value=300)])

    assert merged.expected["relay1"]["video_text2video_create"].request["prompt"]["maxLength"] == 300


def test_an_entry_that_matches_nothing_stops_the_build() -> None:
    with pytest.raises(VerdictError, match="'mode' enum matches no difference any more; delete it"):
        run(document(same()), entries=[entry("mode", "enum", "official")])


def test_two_entries_for_one_difference_stop_the_build() -> None:
    relay = document(but(mode={"type": "string", "enum": ["std"], "default": "std"}))

    with pytest.raises(VerdictError, match="two entries settle relay1 video_text2video_create mode enum; delete one"):
        run(relay, entries=[entry("mode", "enum", "official"), entry("m*", "enum", "overlay")])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"verdict": "ignore"}, "entry 1 has no verdict 'ignore'"),
        ({"why": " "}, "entry 1 does not say why"),
        ({"relay": "nobody"}, "entry 1 names the relay 'nobody', which relays.toml does not list"),
        ({"because": "x"}, "entry 1 takes"),
        ({"aspect": "required", "verdict": "widen"}, "entry 1 gives 'required' the verdict 'widen'; use overlay"),
        ({"field": 1}, "every key but value takes a text"),
    ],
)
def test_a_malformed_entry_stops_the_build(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(VerdictError, match=words):
        run(document(same()), entries=[{**entry("mode", "enum", "official"), **changes}])


@pytest.mark.parametrize(
    "tables",
    [{"rules": {}}, {"reading": {"nobody": READING}}, {"reading": {"relay1": {"unmarked": "perhaps", "why": "x"}}}],
)
def test_a_malformed_table_of_verdicts_stops_the_build(tables: dict[str, Any]) -> None:
    with pytest.raises(VerdictError, match=r"^verdicts.toml: "):
        Verdicts(tables, shown="verdicts.toml", relays=["official", "relay1"])
