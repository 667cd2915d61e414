"""The client profile: what it changes, what it leaves, and what it refuses."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from klingkit_spec.client_profile import client_profile
from klingkit_spec.client_schemas import ProfileError


def document(*, request: dict[str, Any] | None = None, answer: dict[str, Any] | None = None, **schemas: Any) -> Any:
    """Return a spec with one create, whose body is `request` and whose 200 answer is `answer`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tiny", "version": "1"},
        "paths": {
            "/v1/things": {
                "post": {
                    "operationId": "video_thing_create",
                    "tags": ["video"],
                    "x-klingkit-billable": True,
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingRequest"}}},
                    },
                    "responses": {
                        "200": {
                            "description": "Done.",
                            "headers": {"Retry-After": {"schema": {"type": "integer"}}},
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                            "links": {"get": {"operationId": "video_thing_create"}},
                        }
                    },
                }
            }
        },
        "components": {
            "schemas": {
                "ThingRequest": request or {"type": "object", "properties": {"prompt": {"type": "string"}}},
                "Thing": answer or {"type": "object", "properties": {"id": {"type": "string"}}},
                **schemas,
            }
        },
    }


def schema(profile: dict[str, Any], name: str) -> Any:
    return profile["components"]["schemas"][name]


def test_a_default_is_told_in_the_description_and_sent_by_nobody() -> None:
    body = {"type": "object", "properties": {"n": {"type": "integer", "description": "How many.", "default": 1}}}
    profile = client_profile(document(request=body))
    assert schema(profile, "ThingRequest")["properties"]["n"] == {
        "type": "integer",
        "description": "How many. When left out, the server takes 1.",
    }


def test_a_default_beside_a_reference_is_told_as_well_and_the_name_stays() -> None:
    body = {"type": "object", "properties": {"mode": {"$ref": "#/components/schemas/Mode", "default": "std"}}}
    profile = client_profile(document(request=body, Mode={"type": "string", "enum": ["std", "pro"]}))
    mode = schema(profile, "ThingRequest")["properties"]["mode"]
    assert mode["description"] == "When left out, the server takes std."
    assert mode["anyOf"] == [{"$ref": "#/components/schemas/Mode"}] * 2
    assert "default" not in mode


def test_a_parameter_loses_its_default_and_is_described_where_the_generator_looks() -> None:
    spec = document()
    spec["components"]["parameters"] = {
        "Page": {
            "name": "page",
            "in": "query",
            "description": "Which page.",
            "schema": {"type": "integer", "default": 1},
        }
    }
    spec["paths"]["/v1/things"]["post"]["parameters"] = [{"$ref": "#/components/parameters/Page"}]
    profile = client_profile(spec)
    assert profile["components"]["parameters"]["Page"] == {
        "name": "page",
        "in": "query",
        "schema": {"type": "integer", "description": "Which page. When left out, the server takes 1."},
    }


def test_parameters_of_a_path_reach_each_of_its_operations() -> None:
    spec = document()
    spec["paths"]["/v1/things"]["parameters"] = [{"name": "q", "in": "query", "schema": {"type": "string"}}]
    operation = client_profile(spec)["paths"]["/v1/things"]["post"]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["q"]


def test_the_security_of_the_document_reaches_each_operation() -> None:
    spec = document()
    spec["security"] = [{"bearerAuth": []}]
    spec["components"]["securitySchemes"] = {"bearerAuth": {"type": "http", "scheme": "bearer"}}
    assert client_profile(spec)["paths"]["/v1/things"]["post"]["security"] == [{"bearerAuth": []}]


def test_requests_keep_enums_and_required_fields() -> None:
    body = {
        "type": "object",
        "properties": {"mode": {"type": "string", "enum": ["std", "pro"]}},
        "required": ["mode"],
        "additionalProperties": False,
    }
    kept = schema(client_profile(document(request=body)), "ThingRequest")
    assert kept == {
        "type": "object",
        "properties": {"mode": {"type": "string", "enum": ["std", "pro"]}},
        "required": ["mode"],
    }


def test_answers_require_nothing_limit_nothing_and_may_be_null_anywhere() -> None:
    answer = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "minLength": 1, "pattern": "^x"},
            "count": {"type": ["integer", "null"], "maximum": 3},
            "part": {"$ref": "#/components/schemas/Part"},
            "parts": {"type": "array", "maxItems": 2, "items": {"$ref": "#/components/schemas/Part"}},
            "either": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        },
        "required": ["id", "part"],
        "additionalProperties": False,
    }
    profile = client_profile(document(answer=answer, Part={"type": "object", "properties": {}}))
    nullable_part = {"anyOf": [{"$ref": "#/components/schemas/Part"}, {"type": "null"}]}
    assert schema(profile, "Thing") == {
        "type": "object",
        "properties": {
            "id": {"type": ["string", "null"]},
            "count": {"type": ["integer", "null"]},
            "part": nullable_part,
            "parts": {"type": ["array", "null"], "items": nullable_part},
            "either": {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
        },
    }


def test_an_enum_of_an_answer_is_a_plain_string_with_known_values() -> None:
    answer = {"type": "object", "properties": {"status": {"$ref": "#/components/schemas/Status"}}}
    status = {"type": "string", "description": "Where it stands.", "enum": ["queued", "done", None]}
    profile = client_profile(document(answer=answer, Status=status))
    text = "Where it stands. Known values: queued, done."
    assert schema(profile, "Status") == {
        "type": "string",
        "description": text,
        "x-known-values": ["queued", "done"],
    }
    assert schema(profile, "Thing")["properties"]["status"]["description"] == text


def test_a_constant_of_an_answer_is_a_known_value() -> None:
    answer = {"type": "object", "properties": {"object": {"const": "video"}}}
    value = schema(client_profile(document(answer=answer)), "Thing")["properties"]["object"]
    assert value["type"] == ["string", "null"]
    assert "const" not in value


def test_a_time_of_an_answer_is_a_plain_string() -> None:
    answer = {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}}
    at = schema(client_profile(document(answer=answer)), "Thing")["properties"]["at"]
    assert at == {"type": ["string", "null"], "x-format": "date-time"}


def test_conditions_are_left_out_on_both_sides() -> None:
    conditions: dict[str, Any] = {
        "anyOf": [{"required": ["a"]}, {"required": ["b"], "properties": {"b": {"minLength": 1}}}],
        "allOf": [
            {"if": {"required": ["a"]}, "then": {"required": ["b"], "properties": {"b": {"minLength": 1}}}},
            {"not": {"required": ["a", "b"]}},
        ],
        "if": {"required": ["a"]},
        "then": {"required": ["b"]},
        "else": {"required": ["a"]},
        "not": {"required": ["a", "b"]},
    }
    fields = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
    profile = client_profile(document(request={**fields, **conditions}, answer={**fields, **conditions}))
    assert schema(profile, "ThingRequest") == fields
    assert set(schema(profile, "Thing")) == {"type", "properties"}


def test_parts_that_describe_fields_stay_in_all_of() -> None:
    body = {
        "allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"properties": {"extra": {"type": "string"}}},
            {"not": {"required": ["extra"]}},
        ]
    }
    base = {"type": "object", "properties": {"prompt": {"type": "string"}}}
    profile = client_profile(document(request=body, Base=base))
    assert schema(profile, "ThingRequest") == {
        "allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"extra": {"type": "string"}}}]
    }


def test_a_field_described_inside_a_condition_only_is_refused() -> None:
    body = {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "allOf": [{"if": {"required": ["a"]}, "then": {"properties": {"hidden": {"type": "string"}}}}],
    }
    with pytest.raises(ProfileError, match=r"^ThingRequest: the fields hidden are described inside a condition only"):
        client_profile(document(request=body))


def test_a_choice_of_schemas_beside_a_type_is_refused() -> None:
    body = {"type": "object", "oneOf": [{"$ref": "#/components/schemas/Base"}]}
    with pytest.raises(ProfileError, match="ThingRequest: `oneOf` stands beside a type of its own"):
        client_profile(document(request=body, Base={"type": "object", "properties": {}}))


def test_callbacks_links_headers_examples_and_extensions_are_left_out() -> None:
    spec = document(Seen={"type": "object", "properties": {"id": {"type": "string"}}}, Unused={"type": "string"})
    operation = spec["paths"]["/v1/things"]["post"]
    told = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Seen"}}}}
    operation["callbacks"] = {"told": {"{$request.body#/url}": {"post": {"requestBody": told, "responses": {}}}}}
    operation["requestBody"]["content"]["application/json"]["example"] = {"prompt": "x"}
    spec["webhooks"] = operation["callbacks"]["told"]
    spec["x-kling-errors"] = []
    profile = client_profile(spec)
    assert set(profile) == {"openapi", "info", "paths", "components"}
    assert set(profile["components"]["schemas"]) == {"Thing", "ThingRequest"}
    kept = profile["paths"]["/v1/things"]["post"]
    assert set(kept) == {"operationId", "tags", "security", "parameters", "requestBody", "responses"}
    assert set(kept["responses"]["200"]) == {"description", "content"}
    assert set(kept["requestBody"]["content"]["application/json"]) == {"schema"}


def test_fields_that_are_called_like_keywords_are_fields() -> None:
    named = {"type": "object", "properties": {"links": {"$ref": "#/components/schemas/Links"}}}
    profile = client_profile(document(answer=named, Links={"type": "object", "properties": {}}))
    assert "Links" in profile["components"]["schemas"]


def test_json_is_generated_for_although_another_media_type_comes_first() -> None:
    spec = document()
    content = spec["paths"]["/v1/things"]["post"]["responses"]["200"]["content"]
    spec["paths"]["/v1/things"]["post"]["responses"]["200"]["content"] = {
        "text/html": {"schema": {"type": "string"}},
        **content,
    }
    kept = client_profile(spec)["paths"]["/v1/things"]["post"]["responses"]["200"]["content"]
    assert list(kept) == ["application/json"]


def test_a_schema_used_on_both_sides_is_refused() -> None:
    shared = {"type": "object", "properties": {"part": {"$ref": "#/components/schemas/Part"}}}
    spec = document(request=shared, answer=copy.deepcopy(shared), Part={"type": "object", "properties": {}})
    with pytest.raises(ProfileError, match=r"^the schemas Part are used in requests and in answers; give each side"):
        client_profile(spec)


def test_a_reference_that_leads_nowhere_is_refused() -> None:
    body = {"type": "object", "properties": {"part": {"$ref": "#/components/schemas/Gone"}}}
    with pytest.raises(ProfileError, match="#/components/schemas/Gone leads nowhere"):
        client_profile(document(request=body))


def test_an_operation_without_an_id_is_refused() -> None:
    spec = document()
    del spec["paths"]["/v1/things"]["post"]["operationId"]
    with pytest.raises(ProfileError, match="POST /v1/things: the operation has no operationId"):
        client_profile(spec)


def test_schemas_that_refer_to_themselves_are_followed_once() -> None:
    answer = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Thing"}}}
    child = schema(client_profile(document(answer=answer)), "Thing")["properties"]["child"]
    assert child["anyOf"][0] == {"$ref": "#/components/schemas/Thing"}


def test_the_document_is_left_as_it_is() -> None:
    spec = document(request={"type": "object", "properties": {"n": {"type": "integer", "default": 1}}})
    before = copy.deepcopy(spec)
    client_profile(spec)
    assert spec == before
