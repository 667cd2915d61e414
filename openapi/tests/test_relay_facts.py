"""The relays' documents against what was gathered about each relay, where that lies beside the clone."""

from __future__ import annotations

import functools
from typing import Any

import pytest
import yaml

import klingkit_data
from klingkit_spec.document import normalised, read_operations

HOME = klingkit_data.path("relays.toml").parent
FACTS = HOME.parent.parent / "shared" / "facts" / "relays.yaml"
RELAYS = {"anyapi": "AnyAPI", "xiexus": "xiexus", "openai-next": "openai-next", "haoee": "haoee"}

# Known without a page of its own: a page under another one's address, and a query named on the page of its create.
NAMED_ONLY = {("anyapi", "query_omni_video"), ("openai-next", "query_image2video")}
KEYWORDS = {
    "type": "type",
    "enum": "enum",
    "default": "default",
    "max_length": "maxLength",
    "minimum": "minimum",
    "maximum": "maximum",
    "min_items": "minItems",
    "max_items": "maxItems",
}
# What a page says in the words of another field, or without a word for it.
SAID_ELSEWHERE = {
    ("effects", "input.model_name"),
    ("omni_video", "image_list[].type"),
    ("omni_video", "video_list[].refer_type"),
    ("omni_video", "video_list[].keep_original_sound"),
    ("text_to_audio", "duration"),
    ("video_to_audio", "asmr_mode"),
}
# What stands beside its object on a page that lost its depth; fixes put it back.
LOST_ITS_DEPTH = {"camera_control", "camera_control.type", "camera_control.config"}

pytestmark = pytest.mark.skipif(not FACTS.is_file(), reason="what was gathered about relays is not beside this clone")


@functools.cache
def facts() -> dict[str, Any]:
    return {row["name"]: row for row in yaml.safe_load(FACTS.read_text(encoding="utf-8"))["relays"]}


def known(relay: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = facts()[RELAYS[relay]]["operations"]
    return found


def place(row: dict[str, Any]) -> tuple[str, str]:
    return normalised(row["path"], "/kling"), row["method"].lower()


@functools.cache
def pages(relay: str) -> dict[tuple[str, str], Any]:
    text = (HOME / "extracted" / f"{relay}.openapi.yaml").read_text(encoding="utf-8")
    return read_operations(yaml.safe_load(text), prefix="/kling")


@functools.cache
def evidence(relay: str) -> dict[tuple[str, str], str]:
    """Return how we know of each operation of the relay's document, by its path there and its method."""
    document = klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")
    found = {}
    for path, item in document["paths"].items():
        for method, node in item.items():
            found[normalised(path, ""), method] = node["x-klingkit-evidence"]
    return found


def test_every_operation_that_is_known_of_is_on_a_page_or_claimed() -> None:
    counts = {}
    for relay in RELAYS:
        claims = klingkit_data.load("resolved/surface.json")["relays"][relay]["claims"]
        restated = [claim for claim in claims if claim["operation"] == "image_multi_image2image_create"]
        counts[relay] = (len(pages(relay)) + len(claims) - len(restated), len(known(relay)))

    assert counts == {"anyapi": (37, 37), "xiexus": (4, 4), "openai-next": (6, 6), "haoee": (17, 17)}


@pytest.mark.parametrize("relay", RELAYS)
def test_what_nobody_has_seen_described_is_marked_as_claimed(relay: str) -> None:
    for row in known(relay):
        if "unknown" in row["path"] or place(row) == ("/v1/general/custom-elements/{task_id}", "get"):
            continue  # nothing tells where it is, or the one spec has nothing like it
        only_claimed = "confidence" in row or (relay, row["op"]) in NAMED_ONLY
        if (relay, row["op"]) == ("anyapi", "query_omni_video"):
            assert evidence(relay)["/v1/videos/omni-video/{task_id}", "get"] == "claimed"
        else:
            assert evidence(relay)[place(row)] == ("claimed" if only_claimed else "documented"), row["op"]


@pytest.mark.parametrize("relay", ["anyapi", "xiexus", "openai-next"])
def test_fields_of_the_pages_are_as_they_were_gathered(relay: str) -> None:
    different = []
    for row in known(relay):
        if "request_fields" not in row or place(row) not in pages(relay):
            continue
        own = pages(relay)[place(row)].request or {}
        for field in row["request_fields"]:
            name = field["name"]
            if name in LOST_ITS_DEPTH and relay == "openai-next":
                continue
            for fact, keyword in KEYWORDS.items():
                said = field.get(fact)
                said = said.split(" (")[0] if fact == "type" and said else said
                if said is not None and own.get(name, {}).get(keyword) != said:
                    different.append((row["op"], name))
            if field.get("required") is not None and field["required"] != (own[name].get("required") is True):
                different.append((row["op"], name))

    assert set(different) == (SAID_ELSEWHERE if relay == "anyapi" else set())
