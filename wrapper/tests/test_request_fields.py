"""From arguments to fields: what is sent, what is filled in, what is refused before it costs money."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from klingkit._errors import InvalidRequestError
from klingkit._fields import request_fields
from klingkit._lowlevel import create, get
from klingkit._rules import whole_seconds
from klingkit._surface import Offer, find_operation

OFFER = Offer(
    frozenset({"prompt", "external_task_id"}), {"mode": "std", "duration": "5"}, finds_external_ids=True, lists=True
)
PLAIN = Offer(frozenset({"prompt"}), {}, finds_external_ids=False, lists=False)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(10)
CODED = base64.b64encode(PNG).decode()
TEXT = {"prompt": "A fox", "model_name": "kling-v3"}
SHOTS = [{"index": 1, "prompt": "a", "duration": 2}, {"index": 2, "prompt": "b", "duration": "3"}]
STORY = {"model_name": "kling-v3", "multi_shot": True, "shot_type": "customize", "multi_prompt": SHOTS, "duration": 5}


def fields(operation: str, arguments: dict[str, Any], extra: Any = None, offer: Offer = PLAIN) -> dict[str, Any]:
    return request_fields(operation, arguments, extra, offer, "minted")


def test_only_what_was_given_is_sent() -> None:
    assert fields("video_text2video", {**TEXT, "mode": None, "duration": None}) == TEXT


def test_what_a_relay_requires_is_filled_in_from_the_spec_and_the_callers_word_wins() -> None:
    sent = fields("video_text2video", {**TEXT, "duration": 10}, offer=OFFER)
    assert sent == {**TEXT, "duration": "10", "mode": "std", "external_task_id": "minted"}


def test_the_callers_own_external_id_wins_over_the_minted_one() -> None:
    assert fields("video_text2video", {**TEXT, "external_task_id": "mine"}, offer=OFFER)["external_task_id"] == "mine"


def test_no_external_id_is_invented_for_a_relay_that_documents_none() -> None:
    assert "external_task_id" not in fields("video_text2video", TEXT)


def test_extra_is_merged_on_top() -> None:
    sent = fields("video_text2video", TEXT, {"seed": 7, "prompt": "A cat"})
    assert sent == {**TEXT, "seed": 7, "prompt": "A cat"}


@pytest.mark.parametrize("extra", [["seed"], "seed", {1: 2}])
def test_extra_is_a_mapping_of_names(extra: Any) -> None:
    with pytest.raises(InvalidRequestError, match="extra"):
        fields("video_text2video", TEXT, extra)


def test_pictures_are_coded_wherever_they_stand() -> None:
    assert fields("video_image2video", {"image": PNG, "image_tail": PNG, "model_name": "m"}) == {
        "image": CODED,
        "image_tail": CODED,
        "model_name": "m",
    }
    listed = fields("video_multi_image2video", {"image_list": [PNG, {"image": PNG, "x": 1}], "model_name": "m"})
    assert listed["image_list"] == [{"image": CODED}, {"image": CODED, "x": 1}]
    subjects = fields("image_multi_image2image", {"subject_image_list": (PNG,), "scene_image": PNG, "model_name": "m"})
    assert subjects["subject_image_list"] == [{"subject_image": CODED}]
    assert subjects["scene_image"] == CODED
    masks = [{"mask": PNG, "trajectories": [{"x": 1, "y": 2}]}]
    masked = fields("video_image2video", {"image": PNG, "dynamic_masks": masks, "model_name": "m"})
    assert masked["dynamic_masks"] == [{"mask": CODED, "trajectories": [{"x": 1, "y": 2}]}]


def test_a_storyboard_is_sent_with_durations_as_texts() -> None:
    sent = fields("video_text2video", STORY)
    assert [shot["duration"] for shot in sent["multi_prompt"]] == ["2", "3"]
    assert SHOTS[0]["duration"] == 2  # the caller's own list is left alone


@pytest.mark.parametrize(
    ("operation", "arguments", "argument"),
    [
        ("video_text2video", {"prompt": "x"}, "model_name"),
        ("video_text2video", {"prompt": "x", "model_name": " "}, "model_name"),
        ("video_text2video", {"prompt": "x", "model_name": 3}, "model_name"),
        ("video_text2video", {"model_name": "m"}, "prompt"),
        ("video_text2video", {"model_name": "m", "prompt": "  "}, "prompt"),
        ("video_text2video", {"model_name": "m", "prompt": 7}, "prompt"),
        ("video_text2video", {**TEXT, "external_task_id": ""}, "external_task_id"),
        ("video_text2video", {**TEXT, "duration": 5.5}, "duration"),
        ("video_text2video", {**TEXT, "shot_type": "customize"}, "shot_type"),
        ("video_text2video", {**TEXT, "multi_prompt": SHOTS}, "multi_prompt"),
        ("video_text2video", {**TEXT, "multi_shot": "yes"}, "multi_shot"),
        ("video_text2video", {**TEXT, "multi_shot": True}, "shot_type"),
        ("video_text2video", {**TEXT, "multi_shot": True, "shot_type": "customize"}, "multi_prompt"),
        ("video_text2video", {**STORY, "duration": 6}, "multi_prompt"),
        ("video_text2video", {**STORY, "duration": None, "multi_prompt": SHOTS[:1]}, "multi_prompt"),
        ("video_text2video", {**STORY, "multi_prompt": []}, "multi_prompt"),
        ("video_text2video", {**STORY, "multi_prompt": "shots"}, "multi_prompt"),
        ("video_text2video", {**STORY, "multi_prompt": [{"index": 1}]}, "multi_prompt[0]"),
        ("video_text2video", {**STORY, "multi_prompt": [SHOTS[0], {"duration": "x"}]}, "multi_prompt[1].duration"),
        ("video_image2video", {"model_name": "m", "prompt": "x"}, "image"),
        ("video_multi_image2video", {"model_name": "m", "image_list": [PNG] * 5}, "image_list"),
        ("video_multi_image2video", {"model_name": "m", "image_list": "fox.png"}, "image_list"),
        ("video_multi_image2video", {"model_name": "m", "image_list": [{"picture": PNG}]}, "image_list[0]"),
        ("video_multi_image2video", {"model_name": "m", "image_list": [PNG, b""]}, "image_list[1]"),
        ("video_image2video", {"model_name": "m", "image": PNG, "dynamic_masks": [PNG]}, "dynamic_masks[0]"),
    ],
)
def test_what_would_be_billed_for_something_else_is_refused_by_name(
    operation: str, arguments: dict[str, Any], argument: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        fields(operation, arguments)
    assert caught.value.argument == argument
    assert argument.partition("[")[0] in str(caught.value)


@pytest.mark.parametrize("value", [5, "5", 5.0, " 5 "])
def test_a_duration_is_whole_seconds_as_a_text(value: Any) -> None:
    assert whole_seconds(value, "duration") == "5"


@pytest.mark.parametrize("value", [0, -5, 2.5, "", "five", "5s", True, None, float("nan"), 10**9, "9" * 5000, "٥"])
def test_what_is_no_duration_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRequestError, match="whole number of seconds"):
        whole_seconds(value, "duration")


def test_the_generated_client_keeps_words_and_fields_it_does_not_know() -> None:
    sent = {"model_name": "kling-v9", "prompt": "x", "mode": "8k", "seed": 3, "nested": {"a": [1]}}
    wire = create(find_operation("video_text2video"), sent)
    assert (wire.method, wire.path, wire.body) == ("POST", "/v1/videos/text2video", sent)


@pytest.mark.parametrize("bad", [{"camera_control": 3}, {"multi_prompt": [{"index": 1}]}])
def test_a_field_of_the_wrong_shape_is_our_error(bad: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        create(find_operation("video_text2video"), {**TEXT, **bad})


@pytest.mark.parametrize(
    ("task_id", "last"),
    [
        ("831", "831"),
        ("a/b?c#d", "a%2Fb%3Fc%23d"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("CjM=", "CjM%3D"),
        ("狐", "%E7%8B%90"),
    ],
)
def test_no_task_id_leads_to_another_path(task_id: str, last: str) -> None:
    assert get(find_operation("video_text2video"), task_id).path == f"/v1/videos/text2video/{last}"


@pytest.mark.parametrize(
    "name", ["video_text2video", "video_text2video_create", "video_text2video_get", "text_to_video"]
)
def test_an_operation_goes_by_its_id_with_or_without_verb_and_by_its_method(name: str) -> None:
    assert find_operation(name).id == "video_text2video"


@pytest.mark.parametrize("name", ["", "text2video", None, 3])
def test_an_unknown_operation_is_refused_with_the_list(name: Any) -> None:
    with pytest.raises(InvalidRequestError, match="video_multi_image2video"):
        find_operation(name)
