"""methods.toml and what is derived from the one spec: nothing is missing, stale, or said twice."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

import klingkit_data
from klingkit_spec.methods.annotations import Types
from klingkit_spec.methods.places import limits_of, places_of
from klingkit_spec.methods.plan import plan_methods
from klingkit_spec.methods.table import MethodsError, read_table
from klingkit_spec.methods.wording import argument_text, told

OPENAPI = Path(__file__).resolve().parents[1]
SPEC = klingkit_data.load("resolved/kling.openapi.yaml")
IDS = {
    node["operationId"]
    for item in SPEC["paths"].values()
    for node in item.values()
    if isinstance(node, dict) and "operationId" in node
}


@pytest.fixture
def table() -> dict[str, Any]:
    return tomllib.loads((OPENAPI / "methods.toml").read_text(encoding="utf-8"))


def test_every_operation_has_a_row(table: dict[str, Any]) -> None:
    read = read_table(table, IDS)
    assert len(plan_methods(SPEC, read)) == len(read.creates) + len(read.calls)


def test_an_operation_without_a_row_stops_the_command(table: dict[str, Any]) -> None:
    with pytest.raises(MethodsError, match="video_hologram_create of the one spec has no row") as caught:
        read_table(table, IDS | {"video_hologram_create"})
    assert caught.value.exit_status == 2


def test_a_row_without_an_operation_stops_the_command(table: dict[str, Any]) -> None:
    with pytest.raises(MethodsError, match="audio_tts_run is no operation"):
        read_table(table, IDS - {"audio_tts_run"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"alias": "text_to_video"}, "text_to_video names several operations"),
        ({"positinal": ["prompt"]}, "no setting positinal"),
        ({"summary": ""}, "lacks 'summary'"),
    ],
)
def test_a_row_that_makes_no_sense_is_named(table: dict[str, Any], change: dict[str, Any], said: str) -> None:
    table["create"]["video_extend"] |= change
    with pytest.raises(MethodsError, match=said):
        read_table(table, IDS)


@pytest.mark.parametrize(
    ("told", "limits"),
    [
        (
            "jpg, jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.",
            (2, 10, 300, 0, 2.5),
        ),
        ("jpg, jpeg, png or\nwebp, at most 50 MB, each side 300 to 65536 px.", (3, 50, 300, 65536, 0.0)),
        ("jpg or png, at most 10\nMB.", (2, 10, 0, 0, 0.0)),
    ],
)
def test_the_limits_of_a_picture_are_read_from_its_description(told: str, limits: tuple[Any, ...]) -> None:
    formats, *numbers = limits_of(told)
    assert (len(formats), *numbers) == limits
    assert formats == ("jpg", "png", "webp")[: len(formats)]


@pytest.mark.parametrize(
    "told", ["A picture in Base64.", "jpg or png.", "At most 10 MB.", "jpg, at most 9 MB, aspect ratio 1:2 to 3:1."]
)
def test_a_picture_without_limits_stops_the_command(told: str) -> None:
    with pytest.raises(MethodsError, match="a picture is described"):
        limits_of(told)


def test_two_commands_of_one_name_are_named(table: dict[str, Any]) -> None:
    table["call"]["audio_tts_run"]["alias"] = "text_to_audio"
    with pytest.raises(MethodsError, match="text_to_audio names several commands"):
        plan_methods(SPEC, read_table(table, IDS))


@pytest.mark.parametrize("key", ["positional", "omit"])
def test_a_row_names_only_arguments_there_are(table: dict[str, Any], key: str) -> None:
    table["create"]["video_extend"][key] = ["video_name"]
    with pytest.raises(MethodsError, match="video_extend has no argument 'video_name'"):
        plan_methods(SPEC, read_table(table, IDS))


def test_objects_whose_members_clash_are_not_flattened(table: dict[str, Any]) -> None:
    spec = copy.deepcopy(SPEC)
    spec["components"]["schemas"]["StandardOptions"]["properties"]["prompt"] = {"type": "string"}
    with pytest.raises(MethodsError, match="two arguments of one name"):
        plan_methods(spec, read_table(table, IDS))


def test_a_tag_without_a_group_is_named(table: dict[str, Any]) -> None:
    del table["group"]["audio"]
    with pytest.raises(MethodsError, match="no group for the tag audio"):
        plan_methods(SPEC, read_table(table, IDS))


def test_files_are_found_wherever_base64_may_stand() -> None:
    schemas = SPEC["components"]["schemas"]
    places = places_of(SPEC, schemas["StandardOmniVideoRequest"])
    [medium] = places.media
    assert (medium.path, medium.kind) == (("contents", "*", "url"), "picture")
    assert medium.types == ("first_frame", "last_frame", "refer_image")  # a video is an address only
    masks = places_of(SPEC, schemas["Image2VideoRequest"])
    assert [medium.path for medium in masks.media][-1] == ("dynamic_masks", "*", "mask")
    assert not masks.media[-1].alone  # a mask needs its path
    [subject] = [medium for medium in places_of(SPEC, schemas["MultiImage2ImageRequest"]).media if "*" in medium.path]
    assert subject.alone
    [sound] = places_of(SPEC, schemas["AdvancedLipSyncRequest"]).media
    assert (sound.path, sound.kind, sound.alone) == (("face_choose", "*", "sound_file"), "sound", False)


def test_seconds_are_texts_only_where_the_spec_says_so() -> None:
    schemas = SPEC["components"]["schemas"]
    assert places_of(SPEC, schemas["Text2VideoRequest"]).seconds == (("multi_prompt", "*", "duration"), ("duration",))
    assert places_of(SPEC, schemas["Text2AudioRequest"]).seconds == ()


def test_words_become_literals_and_growing_ones_stay_open() -> None:
    types = Types(SPEC, {"Text2VideoModel": "TextToVideoModel"})
    reference = "#/components/schemas/"
    assert types.of("mode", {"$ref": f"{reference}VideoMode"}) == "t.VideoMode"
    assert types.of("model_name", {"$ref": f"{reference}Text2VideoModel"}) == "t.TextToVideoModel | str"
    assert types.of("duration", {"$ref": f"{reference}VideoDuration"}) == "int | str"
    source = "\n".join(types.module())
    assert 'VideoMode = Literal["std", "pro", "4k"]' in source
    assert source.index('"kling-v3"') < source.index('"kling-v1"')  # the newest first


def test_descriptions_are_told_in_pythons_terms() -> None:
    said = told("The first frame. Public URL or bare Base64 without a `data:` prefix; jpg or png.")
    assert said == "The first frame. A path, bytes, a binary file, an address or Base64; jpg or png."
    assert told("Length in whole seconds, as a string.") == "Length in whole seconds."
    assert told("From when on, Unix milliseconds.") == "From when on (a datetime, or Unix milliseconds)."


def test_a_default_is_told_once() -> None:
    assert argument_text("n", {"description": "How many.", "default": 1}, {}, {}) == "How many. Kling's default is 1."
    said = "How many; the default is 1."
    assert argument_text("n", {"description": said, "default": 1}, {}, {}) == said
    assert argument_text("extra", {}, {}, {"extra": "Fixed."}) == "Fixed."
