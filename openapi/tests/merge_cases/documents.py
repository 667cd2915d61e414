"""A small official document, relays that differ from it, and what the merge makes of them."""

from __future__ import annotations

from typing import Any

from klingkit_spec.document import read_operations
from klingkit_spec.merge import Merged, RelayInput, merge
from klingkit_spec.verdicts import Conflict, Verdicts

PATH = "/v1/videos/text2video"
KEY_MARKED_OPTIONAL: dict[str, Any] = {"x-klingkit-auth": {"marked_required": False}}
READING = {"unmarked": "optional", "why": "The pages are OpenAPI."}
DIALECTS: dict[str, Any] = {
    "dialect": {
        "kling": {"create_envelope": "kling"},
        "other": {
            "create_envelope": "other",
            "request": {
                "rename": {"model_name": "model"},
                "numbers": ["duration"],
                "headers": {"ModelName": "model_name"},
            },
            "operation": {"video_text2video": {"request": {"unwrap": {"images": "image"}}}},
        },
    }
}


def official() -> dict[str, Any]:
    text = {"type": "string"}
    request = {
        "type": "object",
        "properties": {
            "model_name": {"$ref": "#/components/schemas/Model", "default": "v1"},
            "prompt": {"type": "string", "maxLength": 100},
            "mode": {"type": "string", "enum": ["std", "pro"], "default": "std"},
            "duration": {"type": "string", "enum": ["5", "10"], "default": "5"},
            "scale": {"type": "number", "minimum": 0, "maximum": 1},
            "tail": text,
            "images": {"type": "array", "items": {"$ref": "#/components/schemas/Image"}},
        },
        "required": ["prompt"],
        "anyOf": [{"required": ["images"]}, {"required": ["tail"]}],
    }
    image = {"type": "object", "properties": {"image": text}, "required": ["image"]}
    return document(
        {"$ref": "#/components/schemas/Request"},
        schemas={"Request": request, "Image": image, "Model": {"type": "string", "enum": ["v1", "v2"]}},
        prefix="",
    )


def document(
    request: dict[str, Any],
    *,
    schemas: dict[str, Any] | None = None,
    prefix: str = "/kling",
    example: Any = None,
    **changes: Any,
) -> dict[str, Any]:
    """Return a document with one create; `changes` replace keys of the operation, None takes them away."""
    answer = {
        "type": "object",
        "properties": {
            "code": {"type": "integer"},
            "data": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "status": {"type": "string", "enum": ["done"]}},
            },
        },
    }
    media: dict[str, Any] = {"schema": request} | ({} if example is None else {"example": example})
    refusal = {"type": "object", "properties": {"code": {"type": "integer"}}}
    operation: dict[str, Any] = {
        "operationId": "video_text2video_create",
        "summary": "文生视频",
        "requestBody": {"required": True, "content": {"application/json": media}},
        "responses": {
            "200": {"description": "", "content": {"application/json": {"schema": answer}}},
            "400": {"description": "", "content": {"application/json": {"schema": refusal}}},
        },
        "security": [{"bearer": []}],
        "x-klingkit-page": "text2video.txt",
        **changes,
    }
    return {
        "openapi": "3.1.0",
        "paths": {f"{prefix}{PATH}": {"post": {key: value for key, value in operation.items() if value is not None}}},
        "components": {
            "schemas": schemas or {},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def same() -> dict[str, Any]:
    """Return the request of a relay that says what the official document says, written inline."""
    text = {"type": "string"}
    return {
        "type": "object",
        "properties": {
            "model_name": {"type": "string", "enum": ["v1", "v2"], "default": "v1"},
            "prompt": {"type": "string", "maxLength": 100},
            "mode": {"type": "string", "enum": ["pro", "std"], "default": "std"},
            "duration": {"type": "string", "enum": ["5", "10"], "default": "5"},
            "scale": {"type": "number", "minimum": 0, "maximum": 1},
            "tail": text,
            "images": {
                "type": "array",
                "items": {"type": "object", "properties": {"image": text}, "required": ["image"]},
            },
        },
        "required": ["prompt"],
        "anyOf": [{"required": ["images"]}, {"required": ["tail"]}],
    }


def but(**fields: Any) -> dict[str, Any]:
    """Return `same` with these fields replaced; None takes a field away."""
    request = same()
    for name, schema in fields.items():
        request["properties"][name] = schema
    request["properties"] = {name: schema for name, schema in request["properties"].items() if schema is not None}
    return request


def run(*documents: dict[str, Any], dialect: str = "kling", reading: str = "optional", entries: Any = ()) -> Merged:
    names = ["official", *(f"relay{number}" for number, _ in enumerate(documents, start=1))]
    entry = {"path_prefix": "/kling", "dialect": dialect}
    relays = {name: RelayInput(given, entry) for name, given in zip(names[1:], documents, strict=True)}
    tables = {"reading": {name: {**READING, "unmarked": reading} for name in names[1:]}, "entry": list(entries)}
    verdicts = Verdicts(tables, shown="verdicts.toml", relays=names)
    given = RelayInput(official(), {"path_prefix": "", "dialect": "kling"})
    return merge({"official": given, **relays}, DIALECTS, verdicts)


def only(merged: Merged) -> Conflict:
    (conflict,) = merged.conflicts
    return conflict


def entry(field: str, aspect: str, verdict: str, **more: Any) -> dict[str, Any]:
    words = {"relay": "relay1", "operation": "video_text2video_create", "field": field, "aspect": aspect}
    return {**words, "verdict": verdict, "why": "A person looked.", **more}


def enum_of(merged: Merged, field: str) -> Any:
    operation = read_operations(merged.spec, prefix="")[PATH, "post"]
    assert operation.request is not None
    return operation.request[field]["enum"]
