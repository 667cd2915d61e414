"""What was sent beside what arrived: which differences lose something, and which are a relay's own way to say it."""

from __future__ import annotations

from typing import Any

import pytest

import klingkit_data
from klingkit_contract.contract import Contract
from klingkit_contract.tap.comparison import Fields, compare


def fields(relay: str, operation: str = "video_text2video_create") -> Fields:
    contract = Contract(klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml"))
    return Fields(contract, contract.operations[operation])


KLING, XIEXUS = fields("official"), fields("xiexus")


def found(sent: dict[str, Any], arrived: dict[str, Any], relay: Fields = KLING) -> dict[str, str]:
    return {row.place: row.kind.value for row in compare(sent, arrived, KLING, relay).differences}


CAMERA = {"type": "simple", "config": {"zoom": 4.0, "pan": 0}}


@pytest.mark.parametrize(
    ("sent", "arrived", "expected"),
    [
        ({"prompt": "a fox"}, {"prompt": "a fox"}, {}),
        ({"prompt": "a fox", "negative_prompt": "rain"}, {"prompt": "a fox"}, {"negative_prompt": "dropped"}),
        ({"negative_prompt": "rain"}, {"negativePrompt": "rain"}, {"negative_prompt": "renamed"}),
        ({"duration": "10"}, {"duration": 10}, {"duration": "retyped"}),
        ({"multi_shot": True}, {"multi_shot": "true"}, {"multi_shot": "retyped"}),
        ({"cfg_scale": 0.7}, {"cfg_scale": 0.5}, {"cfg_scale": "changed"}),
        ({"cfg_scale": 0}, {}, {"cfg_scale": "dropped"}),
        ({"prompt": "a fox"}, {"prompt": "a fox", "aspect_ratio": "1:1"}, {"aspect_ratio": "defaulted"}),
        ({"camera_control": CAMERA}, {"camera_control": {"type": "simple"}}, {"camera_control.config": "dropped"}),
        (
            {"camera_control": CAMERA},
            {"camera_control": {**CAMERA, "config": {"zoom": 4, "pan": 1}}},
            {"camera_control.config.pan": "changed"},
        ),
        (
            {"multi_prompt": [{"index": 1, "prompt": "a"}, {"index": 2, "prompt": "b"}]},
            {"multi_prompt": [{"index": 1, "prompt": "a"}, {"index": 2}]},
            {"multi_prompt[].prompt": "dropped"},
        ),
        ({"multi_prompt": [{"index": 1}, {"index": 2}]}, {"multi_prompt": [{"index": 1}]}, {"multi_prompt": "changed"}),
    ],
)
def test_what_is_lost_is_named_with_what_became_of_it(
    sent: dict[str, Any], arrived: dict[str, Any], expected: dict[str, str]
) -> None:
    assert found(sent, arrived) == expected


@pytest.mark.parametrize(
    ("sent", "arrived"),
    [
        ({"mode": "std"}, {}),  # Kling's own default: nothing is lost
        ({"prompt": "a"}, {"prompt": "a", "mode": "std", "duration": "5", "cfg_scale": 0.5, "aspect_ratio": "16:9"}),
        ({"prompt": "a"}, {"prompt": "a", "model": "x", "negative_prompt": ""}),  # not Kling's, and nothing said
        ({"prompt": "a"}, {"prompt": "a", "callback_url": "https://relay.example", "external_task_id": "own"}),
        ({"external_task_id": "mine"}, {"external_task_id": "the-relays"}),
        ({"cfg_scale": 1}, {"cfg_scale": 1.0}),
        ({"negative_prompt": None}, {}),
    ],
)
def test_what_changes_nothing_is_no_difference(sent: dict[str, Any], arrived: dict[str, Any]) -> None:
    assert found(sent, arrived) == {}


@pytest.mark.parametrize(
    ("sent", "arrived"),
    [
        ({"model": "kling-v3", "duration": 5}, {"model_name": "kling-v3", "duration": "5"}),
        ({"model": "kling-v3", "metadata": {"mode": "pro"}}, {"model_name": "kling-v3", "mode": "pro"}),
        ({"prompt": "a", "size": "720x1280"}, {"prompt": "a", "aspect_ratio": "9:16"}),
    ],
)
def test_a_relays_own_wording_may_become_klings(sent: dict[str, Any], arrived: dict[str, Any]) -> None:
    assert found(sent, arrived, XIEXUS) == {}


def test_what_is_lost_inside_a_box_is_lost() -> None:
    sent = {"prompt": "a", "metadata": {"negative_prompt": "rain", "mode": "pro"}}
    assert found(sent, {"prompt": "a", "mode": "std"}, XIEXUS) == {"negative_prompt": "dropped", "mode": "changed"}


def test_fields_that_kling_does_not_know_are_told_beside() -> None:
    compared = compare({"prompt": "a", "fps": 30, "n": 2}, {"prompt": "a", "n": 2}, KLING, XIEXUS)
    assert compared.differences == ()
    assert compared.beside == ("fps",)


def test_a_default_that_the_relay_documents_is_no_difference() -> None:
    assert found({"prompt": "a"}, {"prompt": "a", "aspect_ratio": "1:1"}, fields("newapi-a1")) == {}
