from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from klingkit_spec import pipeline


@pytest.fixture(scope="module")
def table(built: pipeline.Build) -> dict[str, Any]:
    surface: dict[str, Any] = json.loads(built.outputs["resolved/surface.json"])
    return surface


def test_an_operation_has_a_path_an_area_and_a_medium(table: dict[str, Any]) -> None:
    assert table["operations"]["image_multi_image2image"] == {
        "create_path": "/v1/images/multi-image2image",
        "area": "image",
        "media": "image",
    }
    assert {
        "image_multi_image2image",
        "video_image2video",
        "video_multi_image2video",
        "video_text2video",
    } <= table["operations"].keys()
    assert table["operations"]["audio_text2audio"]["media"] == "audio"
    assert table["operations"]["solution_virtual_try_on"]["media"] == "image"


def test_calls_are_all_operations_that_are_no_part_of_a_tasks_life(table: dict[str, Any]) -> None:
    assert table["calls"]["audio_tts_run"] == {"method": "POST", "path": "/v1/audio/tts", "billable": True}
    assert table["calls"]["voice_preset_list"]["billable"] is False
    assert table["calls"]["standard_task_get"] == {"method": "GET", "path": "/tasks", "billable": False}
    life = {f"{name}_{verb}" for name in table["operations"] for verb in ("create", "get", "list")}
    assert not life & table["calls"].keys()
    assert life | table["calls"].keys() >= table["relays"]["official"]["operations"].keys()


def test_the_order_is_that_of_the_one_spec(table: dict[str, Any], built: pipeline.Build) -> None:
    assert built.merged is not None
    paths = built.merged.spec["paths"]
    assert table["order"] == [node["operationId"] for item in paths.values() for node in item.values()]


def test_fields_stand_under_the_names_of_the_one_spec(table: dict[str, Any]) -> None:
    haoee = table["relays"]["haoee"]["operations"]["image_multi_image2image_create"]["fields"]
    xiexus = table["relays"]["xiexus"]["operations"]["video_image2video_create"]["fields"]

    assert "scene_image" in haoee
    assert "scence_image" not in haoee
    assert "model_name" in xiexus
    assert "model" not in xiexus


def test_a_field_says_whether_this_relay_wants_it_and_what_the_one_spec_gives_for_it(table: dict[str, Any]) -> None:
    relays = table["relays"]

    assert relays["anyapi"]["operations"]["video_text2video_create"]["fields"]["multi_shot"] == {
        "required": True,
        "default": False,
    }
    assert relays["official"]["operations"]["video_text2video_create"]["fields"]["multi_shot"]["required"] is False
    assert relays["xiexus"]["operations"]["video_image2video_create"]["fields"]["width"] == {"required": False}


def test_only_fields_of_the_top_level_are_listed(table: dict[str, Any]) -> None:
    names = [
        name
        for relay in table["relays"].values()
        for operation in relay["operations"].values()
        for name in operation.get("fields", ())
    ]

    assert names
    assert not [name for name in names if "." in name or "[" in name]


def test_reading_operations_have_evidence_and_no_fields(table: dict[str, Any]) -> None:
    assert table["relays"]["haoee"]["operations"]["image_multi_image2image_get"] == {"evidence": "claimed"}


def test_claims_name_the_operation_where_we_have_one(table: dict[str, Any]) -> None:
    claims = table["relays"]["haoee"]["claims"]

    assert len(claims) == 17
    assert claims[0] == {"operation": "video_text2video_create", "path": "/v1/videos/text2video", "title": "文生视频"}
    assert claims[2] == {"operation": None, "path": None, "title": "多图参考生图"}
    assert [claim["operation"] for claim in table["relays"]["anyapi"]["claims"]] == ["video_omni_video_get"]
    assert table["relays"]["xiexus"]["claims"] == []
