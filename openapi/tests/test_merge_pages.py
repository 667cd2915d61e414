"""What examples, titles and pages that were never seen at a relay mean when documents are merged."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from klingkit_spec.merge import Merged, RelayInput, merge
from klingkit_spec.verdicts import VerdictError, Verdicts

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


@pytest.mark.parametrize(
    "example",
    [{"prompt": "a", "mode": " std"}, '{\r\n    "prompt": "a", // said twice\r\n    "mode": " std",\r\n}'],
    ids=["as data", "as a text with comments"],
)
def test_an_example_is_held_against_the_fields_however_it_is_written(example: Any) -> None:
    with pytest.raises(VerdictError, match="contradicts its own fields"):
        run(document(same(), example=example))


def test_an_example_that_is_no_data_at_all_is_no_conflict() -> None:
    assert run(document(same(), example="// see the guide")).conflicts == []


def test_a_blank_in_an_example_is_a_field_to_fill_in() -> None:
    conflict = only(run(document(same(), example={"prompt": "a", "mode": ""})))

    assert (conflict.difference.field, conflict.difference.kind) == ("mode", "blank in the example")
    assert conflict.verdict == "official"


def under(given: dict[str, Any], path: str) -> dict[str, Any]:
    return {**given, "paths": {path: next(iter(given["paths"].values()))}}


def two(official_document: dict[str, Any], relay: dict[str, Any], **more: Any) -> Merged:
    """Merge the two, whose paths are the same."""
    entry = {"path_prefix": "", "dialect": "kling"}
    relays = {"official": RelayInput(official_document, entry), "relay1": RelayInput(relay, entry, **more)}
    verdicts = Verdicts({"reading": {"relay1": READING}}, shown="verdicts.toml", relays=list(relays))
    return merge(relays, DIALECTS, verdicts)


def test_a_title_may_name_what_goes_in_where_the_address_says_neither_videos_nor_images() -> None:
    path = "/v1/audio/video-to-audio"
    merged = two(under(official(), path), under(document(same(), prefix="", summary="视频生音效"), path))

    assert [conflict.difference.kind for conflict in merged.conflicts] == ["other wording"]


def test_a_page_that_was_not_seen_at_the_relay_only_claims() -> None:
    merged = two(official(), document(same(), prefix=""), unseen=frozenset({"text2video.txt"}))

    create = merged.spec["paths"][PATH]["post"]
    assert (create["x-klingkit-relays"], create["x-klingkit-claimed-by"]) == (["official"], ["relay1"])
    assert merged.expected["relay1"]["video_text2video_create"].page == "text2video.txt"


def test_a_list_of_anything_is_alike_on_both_sides() -> None:
    anything = official()
    anything["components"]["schemas"]["Request"]["properties"]["images"]["items"] = {}

    assert two(anything, document(but(images={"type": "array", "items": {}}), prefix="")).conflicts == []
