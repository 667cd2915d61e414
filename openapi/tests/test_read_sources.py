"""Each vendor page under sources/ gives the request fields that the vendor documents: types, required, limits."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from klingkit_spec.reader import read_file

SOURCES = Path(__file__).parents[1] / "sources"
RELAYS = ("anyapi", "xiexus", "openai-next", "haoee")
PAGES = sorted(
    str(file.relative_to(SOURCES))
    for relay in RELAYS
    for file in (SOURCES / relay).iterdir()
    if file.name not in {"provenance.toml", "claims.yaml"}
)
FACTS = frozenset(
    {
        *("type", "enum", "required", "default", "format", "additionalProperties"),
        *("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"),
    }
)

MODELS = ["kling-v1", "kling-v1-6", "kling-v2-master", "kling-v2-1-master", "kling-v2-5-turbo", "kling-v3"]
AXES = ["horizontal", "vertical", "pan", "tilt", "roll", "zoom"]
STRING: dict[str, Any] = {"type": "string"}


def facts(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema says without its words."""
    found = {key: value for key, value in schema.items() if key in FACTS}
    if "properties" in schema:
        found["properties"] = {name: facts(member) for name, member in schema["properties"].items()}
    if "items" in schema:
        found["items"] = facts(schema["items"])
    return found


def operation(page: str) -> tuple[str, str, dict[str, Any]]:
    paths = read_file(SOURCES / page).document["paths"]
    ((path, item),) = paths.items()
    ((method, found),) = item.items()
    return path, method, found


def body(page: str) -> dict[str, Any]:
    _, _, found = operation(page)
    schema: dict[str, Any] = found["requestBody"]["content"]["application/json"]["schema"]
    return schema


CAMERA = "neither count nor example tells whether 'type' belongs to 'camera_control'; it was put beside it"
LOST = {"openai-next/text2video.txt": [CAMERA], "openai-next/image2video.txt": [CAMERA]}


@pytest.mark.parametrize("page", PAGES)
def test_source_page_is_read_whole_and_valid(page: str) -> None:
    reading = read_file(SOURCES / page)
    assert [note.message for note in reading.notes if note.level == "warning"] == LOST.get(page, [])
    assert [error.message for error in OpenAPIV31SpecValidator(reading.document).iter_errors()] == []


@pytest.mark.parametrize(
    ("page", "shape", "path", "method", "server"),
    [
        ("anyapi/text2video.txt", "unindented-yaml", "/kling/v1/videos/text2video", "post", "https://www.anyapi.vip"),
        (
            "anyapi/multi-image2video.txt",
            "indented-yaml",
            "/kling/v1/videos/multi-image2video",
            "post",
            "https://www.anyapi.vip",
        ),
        (
            "anyapi/query-text2video.yaml",
            "indented-yaml",
            "/kling/v1/videos/text2video/{id}",
            "get",
            "https://www.anyapi.vip",
        ),
        (
            "anyapi/query-multi-image2video.yaml",
            "indented-yaml",
            "/kling/v1/videos/multi-image2video/{id}",
            "get",
            "https://www.anyapi.vip",
        ),
        (
            "anyapi/image2video.md",
            "indented-yaml",
            "/kling/v1/videos/image2video",
            "post",
            "https://www.anyapi.vip",
        ),
        (
            "anyapi/query-avatar.md",
            "indented-yaml",
            "/kling/v1/videos/avatar/image2video/{id}",
            "get",
            "https://www.anyapi.vip",
        ),
        ("xiexus/image2video.txt", "embedded-json", "/kling/v1/videos/image2video", "post", "https://api.xiexus.cn"),
        (
            "xiexus/query-image2video.json",
            "embedded-json",
            "/kling/v1/videos/image2video/{task_id}",
            "get",
            "https://api.xiexus.cn",
        ),
        (
            "openai-next/multi-image2video.txt",
            "rendered",
            "/kling/v1/videos/multi-image2video",
            "post",
            "https://draw.openai-next.com",
        ),
        (
            "haoee/multi-image2image.txt",
            "example-only",
            "/kling/v1/images/multi-image2image",
            "post",
            "https://maas.haoee.com",
        ),
    ],
)
def test_source_page_has_shape_path_and_server(page: str, shape: str, path: str, method: str, server: str) -> None:
    reading = read_file(SOURCES / page)
    assert reading.shape == shape
    assert operation(page)[:2] == (path, method)
    assert [entry["url"] for entry in reading.document["servers"]] == [server]


def test_anyapi_text2video_request() -> None:
    assert facts(body("anyapi/text2video.txt")) == {
        "type": "object",
        "required": ["model_name", "mode", "duration", "multi_shot"],
        "properties": {
            "model_name": {"type": "string", "enum": MODELS},
            "prompt": {"type": "string", "maxLength": 2500},
            "multi_shot": {"type": "boolean"},
            "shot_type": {"type": "string", "enum": ["customize"]},
            "multi_prompt": {
                "type": "array",
                "minItems": 1,
                "maxItems": 6,
                "items": {
                    "type": "object",
                    "required": ["index", "prompt", "duration"],
                    "properties": {
                        "index": {"type": "integer"},
                        "prompt": {"type": "string", "maxLength": 512},
                        "duration": STRING,
                    },
                },
            },
            "negative_prompt": {"type": "string", "maxLength": 2500},
            "cfg_scale": {"type": "number"},
            "mode": {"type": "string", "enum": ["std", "pro"]},
            "sound": {"type": "string", "enum": ["on", "off"]},
            "aspect_ratio": STRING,
            "duration": STRING,
            "callback_url": STRING,
            "external_task_id": STRING,
            "watermark_info": {
                "type": "object",
                "required": ["enabled"],
                "properties": {"enabled": {"type": "boolean"}},
            },
            "camera_control": {
                "type": "object",
                "required": ["type", "config"],
                "properties": {
                    "type": STRING,
                    "config": {
                        "type": "object",
                        "required": AXES,
                        "properties": {axis: {"type": "integer"} for axis in AXES},
                    },
                },
            },
        },
    }


def test_anyapi_text2video_rules_between_fields() -> None:
    rules = [
        {key: value for key, value in rule.items() if key != "text"}
        for rule in body("anyapi/text2video.txt")["x-kling-rules"]
    ]
    assert rules == [
        {"kind": "ignored_when", "fields": ["prompt"], "when": {"multi_shot": True}},
        {"kind": "ignored_when", "fields": ["shot_type", "multi_prompt"], "when": {"multi_shot": False}},
        {"kind": "required_when", "fields": ["shot_type"], "when": {"multi_shot": True}},
        {"kind": "not_greater", "fields": ["multi_prompt[].duration", "duration"]},
        {"kind": "minimum", "field": "multi_prompt[].duration", "value": 1},
        {"kind": "sum_equals", "fields": ["multi_prompt[].duration", "duration"]},
        {"kind": "supported_since", "field": "sound", "version": "2.6"},
    ]


def test_anyapi_text2video_examples_keep_their_nesting() -> None:
    _, _, found = operation("anyapi/text2video.txt")
    request = found["requestBody"]["content"]["application/json"]["example"]
    assert request["camera_control"] == {"type": "simple", "config": {**dict.fromkeys(AXES, 0), "horizontal": 1}}
    assert (request["sound"], request["duration"], request["aspect_ratio"]) == ("off", "5", "16:9")
    answer = found["responses"]["200"]["content"]["application/json"]["example"]
    assert list(answer) == ["code", "message", "request_id", "data"]
    assert list(answer["data"]) == ["task_id", "task_status", "task_info", "created_at", "updated_at"]


def test_anyapi_multi_image2video_request() -> None:
    assert facts(body("anyapi/multi-image2video.txt")) == {
        "type": "object",
        "required": ["model_name", "mode", "duration", "image_list", "prompt"],
        "properties": {
            "model_name": {"type": "string", "enum": ["kling-v1-6"]},
            "image_list": {
                "type": "array",
                "maxItems": 4,
                "items": {"type": "object", "required": ["image"], "properties": {"image": STRING}},
            },
            "prompt": {"type": "string", "maxLength": 2500},
            "negative_prompt": STRING,
            "mode": {"type": "string", "enum": ["std", "pro"]},
            "duration": {"type": "string", "enum": ["5", "10"]},
            "aspect_ratio": STRING,
            "callback_url": STRING,
            "external_task_id": STRING,
        },
    }


def test_anyapi_authorization_header_is_a_note_that_it_is_not_marked_required() -> None:
    _, _, found = operation("anyapi/multi-image2video.txt")
    assert found["x-klingkit-auth"] == {"header": "Authorization", "marked_required": False}
    assert "parameters" not in found
    assert found["security"] == [{"bearer": []}]


@pytest.mark.parametrize("page", ["anyapi/query-text2video.yaml", "anyapi/query-multi-image2video.yaml"])
def test_anyapi_query_takes_an_id_and_documents_an_empty_answer(page: str) -> None:
    _, _, found = operation(page)
    assert [(each["name"], each["in"], each["required"]) for each in found["parameters"]] == [("id", "path", True)]
    assert {"task_id", "external_task_id"} <= set(re.findall(r"\w*task_id", found["description"]))
    assert "requestBody" not in found
    schema = found["responses"]["200"]["content"]["application/json"]["schema"]
    assert facts(schema) == {"type": "object", "properties": {}}


def test_xiexus_image2video_request_and_answers() -> None:
    _, _, found = operation("xiexus/image2video.txt")
    integer = {"type": "integer"}
    assert found["operationId"] == "createklingimage2video"
    assert found["requestBody"]["required"] is False
    assert facts(body("xiexus/image2video.txt")) == {
        "type": "object",
        "properties": {
            **dict.fromkeys(("model", "prompt", "image", "response_format", "user"), STRING),
            **dict.fromkeys(("width", "height", "fps", "seed", "n"), integer),
            "duration": {"type": "number"},
            "metadata": {"type": "object", "additionalProperties": True, "properties": {}},
        },
    }
    answer, refusal = (
        facts(found["responses"][status]["content"]["application/json"]["schema"]) for status in ("200", "400")
    )
    assert answer["properties"] == {"task_id": STRING, "status": STRING}
    assert refusal["properties"]["error"]["properties"]["param"] == {"type": ["string", "null"]}


def test_xiexus_query_answers_with_four_states() -> None:
    _, _, found = operation("xiexus/query-image2video.json")
    answer = facts(found["responses"]["200"]["content"]["application/json"]["schema"])["properties"]
    assert answer["status"]["enum"] == ["queued", "in_progress", "completed", "failed"]
    assert list(answer["metadata"]["properties"]) == ["duration", "fps", "width", "height", "seed"]
    assert answer["error"]["properties"] == {"code": {"type": "integer"}, "message": STRING}
    assert set(found["responses"]) == {"200", "404"}


def test_openai_next_multi_image2video_request() -> None:
    assert facts(body("openai-next/multi-image2video.txt")) == {
        "type": "object",
        "required": ["image_list"],
        "properties": {
            "model_name": {"type": "string", "enum": ["kling-v1-6"], "default": "kling-v1-6"},
            "image_list": {
                "type": "array",
                "minItems": 1,
                "maxItems": 4,
                "items": {"type": "object", "required": ["image"], "properties": {"image": STRING}},
            },
            "prompt": {"type": "string", "maxLength": 2500},
            "negative_prompt": {"type": "string", "maxLength": 2500},
            "mode": {"type": "string", "enum": ["std", "pro"], "default": "std"},
            "duration": {"type": "string", "enum": ["5", "10"], "default": "5"},
            "aspect_ratio": {"type": "string", "enum": ["16:9", "9:16", "1:1"], "default": "16:9"},
            "callback_url": {"type": "string", "format": "uri"},
            "external_task_id": STRING,
        },
    }


def test_openai_next_answer_gets_its_depth_back() -> None:
    _, _, found = operation("openai-next/multi-image2video.txt")
    answer = facts(found["responses"]["200"]["content"]["application/json"]["schema"])["properties"]
    assert list(answer) == ["code", "message", "request_id", "data"]
    assert list(answer["data"]["properties"]) == ["task_id", "task_info", "task_status", "created_at", "updated_at"]
    assert answer["data"]["properties"]["task_info"]["properties"] == {"external_task_id": STRING}


def test_haoee_multi_image2image_is_read_from_its_example() -> None:
    _, _, found = operation("haoee/multi-image2image.txt")
    assert facts(body("haoee/multi-image2image.txt")) == {
        "type": "object",
        "properties": {
            **dict.fromkeys(("model_name", "prompt", "negative_prompt", "scence_image", "callback_url"), STRING),
            "subject_image_list": {"type": "array", "items": STRING},
            "n": {"type": "integer"},
            "aspect_ratio": STRING,
        },
    }
    assert found["summary"] == "多图参考生视频"  # wrong on the page: correcting it is not the reader's business
    assert [(each["name"], each["example"]) for each in found["parameters"]] == [("ModelName", "")]
    assert found["x-klingkit-auth"]["header"] == "Authorization"


@pytest.mark.parametrize("relay", RELAYS)
def test_provenance_names_every_file_and_its_origin(relay: str) -> None:
    entries = tomllib.loads((SOURCES / relay / "provenance.toml").read_text(encoding="utf-8"))["file"]
    files = {file.name for file in (SOURCES / relay).iterdir()} - {"provenance.toml"}
    assert {entry["name"] for entry in entries} == files
    for entry in entries:
        assert entry["address"].startswith("https://")
        assert ("seed" in entry) == ("seed_sha256" in entry)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry["reviewed"])
        assert entry["title"]


@pytest.mark.parametrize("relay", RELAYS)
def test_sources_hold_no_signed_links(relay: str) -> None:
    for file in (SOURCES / relay).iterdir():
        text = file.read_text(encoding="utf-8")
        assert re.search(r"[?&](?:cacheKey|pkey|signature|X-Amz-|Expires|token)=", text, re.IGNORECASE) is None
