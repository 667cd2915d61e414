"""Requests in the words of a relay, by tables alone."""

from __future__ import annotations

from typing import Any

import pytest

import klingkit_data
from klingkit._dialect import Wording, say, wording_of
from klingkit._errors import ConfigurationError, InvalidRequestError


def wording(**given: Any) -> Wording:
    return Wording(
        rename=given.get("rename", {}),
        numbers=frozenset(given.get("numbers", ())),
        unwrap=given.get("unwrap", {}),
        top_level=frozenset(given.get("top_level", ())),
        rest=given.get("rest", ""),
        headers=given.get("headers", {}),
        header_values=given.get("header_values", {}),
    )


def test_without_a_table_everything_is_said_as_in_the_one_spec() -> None:
    fields = {"model_name": "m", "duration": "5", "x": [1]}
    assert say(wording(), fields) == (fields, {})


def test_names_change_and_numbers_become_numbers_by_either_name() -> None:
    table = wording(rename={"model_name": "model", "duration": "seconds"}, numbers=["duration", "scale", "odd"])
    fields = {"model_name": "m", "duration": "5", "scale": "0.5", "odd": "five"}
    assert say(table, fields)[0] == {"model": "m", "seconds": 5, "scale": 0.5, "odd": "five"}


def test_lists_of_objects_become_lists_of_one_members_values() -> None:
    table = wording(unwrap={"images": "image"}, rename={"images": "pictures"})
    assert say(table, {"images": [{"image": "a"}, "b"]})[0] == {"pictures": ["a", "b"]}
    assert say(table, {"images": "a"})[0] == {"pictures": "a"}


def test_what_a_relay_does_not_know_travels_inside_the_rest_and_the_callers_own_rest_wins() -> None:
    table = wording(rest="metadata", top_level=["prompt", "metadata"])
    assert say(table, {"prompt": "p"})[0] == {"prompt": "p"}
    assert say(table, {"prompt": "p", "mode": "std", "seed": 1, "metadata": {"seed": 2}})[0] == {
        "prompt": "p",
        "metadata": {"mode": "std", "seed": 2},
    }
    with pytest.raises(InvalidRequestError, match="metadata has to be an object: mode"):
        say(table, {"mode": "std", "metadata": "x"})


def test_headers_carry_fields_and_some_values_are_said_differently() -> None:
    table = wording(headers={"ModelName": "model_name"}, header_values={"ModelName": {"a": "billed-a"}})
    assert say(table, {"model_name": "a"}) == ({"model_name": "a"}, {"ModelName": "billed-a"})
    assert say(table, {"model_name": "b"})[1] == {"ModelName": "b"}
    assert say(table, {})[1] == {}


@pytest.mark.parametrize("value", ["käse", "a\r\nX: y", 3])
def test_a_value_no_header_takes_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRequestError, match="model_name travels in the header ModelName"):
        say(wording(headers={"ModelName": "model_name"}), {"model_name": value})


def test_every_relay_has_a_dialect_for_every_operation() -> None:
    for relay in klingkit_data.load("relays.toml")["relay"].values():
        for operation in klingkit_data.load("resolved/surface.json")["operations"]:
            assert isinstance(wording_of(relay["dialect"], operation), Wording)


def test_an_operations_own_table_stands_on_top_of_the_dialects() -> None:
    general = wording_of("haoee", "video_text2video")
    special = wording_of("haoee", "image_multi_image2image")
    assert general.headers == special.headers == {"ModelName": "model_name"}
    assert not general.rename
    assert special.rename["scene_image"] == "scence_image"


def test_an_unknown_dialect_is_a_broken_installation() -> None:
    with pytest.raises(ConfigurationError, match="reinstall"):
        wording_of("klingon", "video_text2video")
