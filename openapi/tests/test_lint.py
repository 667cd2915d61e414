from __future__ import annotations

from typing import Any

import pytest

from klingkit_spec.lint import LintError, findings, lint
from klingkit_spec.lint_sources import EnumSources


def document() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kling", "version": "1"},
        "security": [{"bearerAuth": []}],
        "tags": [{"name": "video"}],
        "paths": {
            "/v1/videos/text2video": {
                "post": {
                    "operationId": "video_text2video_create",
                    "tags": ["video"],
                    "x-klingkit-evidence": "documented",
                    "requestBody": {
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Request"},
                                "example": {"prompt": "a fox", "mode": "std"},
                            }
                        }
                    },
                    "responses": {"200": {"description": "Accepted."}},
                }
            }
        },
        "components": {
            "securitySchemes": {"bearerAuth": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Request": {
                    "type": "object",
                    "properties": {
                        "prompt": {"type": "string"},
                        "mode": {"$ref": "#/components/schemas/Mode", "default": "std"},
                        "marks": {"type": "array", "items": {"type": "string"}},
                    },
                    "required": ["prompt"],
                },
                "Mode": {"type": "string", "enum": ["std", "pro"]},
            },
        },
    }


def operation(spec: dict[str, Any]) -> dict[str, Any]:
    node: dict[str, Any] = spec["paths"]["/v1/videos/text2video"]["post"]
    return node


def request_schema(spec: dict[str, Any]) -> dict[str, Any]:
    node: dict[str, Any] = spec["components"]["schemas"]["Request"]
    return node


def test_a_document_that_keeps_every_rule_has_no_findings() -> None:
    assert list(findings(document())) == []


@pytest.mark.parametrize("name", ["text2video", "video_text2video_start", "Video_text2video_create", "film_x_get"])
def test_an_operation_id_names_area_object_and_verb(name: str) -> None:
    spec = document()
    operation(spec)["operationId"] = name

    assert [finding for finding in findings(spec) if "is not <area>_<object>" in finding]


@pytest.mark.parametrize("tags", [[], ["video", "image"], ["unknown"]])
def test_an_operation_has_exactly_one_declared_tag(tags: list[str]) -> None:
    spec = document()
    operation(spec)["tags"] = tags

    assert list(findings(spec)) == ["POST /v1/videos/text2video: it needs exactly one tag, of those declared"]


@pytest.mark.parametrize("evidence", [None, "rumoured"])
def test_an_operation_says_how_we_know_of_it(evidence: str | None) -> None:
    spec = document()
    operation(spec)["x-klingkit-evidence"] = evidence

    assert "x-klingkit-evidence must be one of documented, claimed, assumed" in next(findings(spec))


@pytest.mark.parametrize("security", [[], [{}]])
def test_an_operation_asks_for_a_bearer_key(security: list[Any]) -> None:
    spec = document()
    operation(spec)["security"] = security

    assert list(findings(spec)) == ["POST /v1/videos/text2video: it does not ask for a bearer key"]


def test_an_object_has_a_name() -> None:
    spec = document()
    request_schema(spec)["properties"]["box"] = {"type": "object", "properties": {"x": {"type": "string"}}}

    (finding,) = findings(spec)
    assert finding == (
        "/components/schemas/Request/properties/box is an object without a name of its own; move it to "
        "components/schemas"
    )


def test_an_object_inside_a_response_has_a_name_too() -> None:
    spec = document()
    content = {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}
    operation(spec)["responses"]["200"]["content"] = content

    assert "schema/items is an object without a name" in next(findings(spec))


def test_an_enum_holds_texts() -> None:
    spec = document()
    spec["components"]["schemas"]["Amount"] = {"type": "integer", "enum": [1, 2], "description": "How many."}

    assert list(findings(spec)) == ["/components/schemas/Amount/enum holds something else than texts"]


def test_an_enum_has_a_name() -> None:
    spec = document()
    request_schema(spec)["properties"]["size"] = {"type": "string", "enum": ["1k", "2k"]}

    (finding,) = findings(spec)
    assert finding == (
        "/components/schemas/Request/properties/size is an enum without a name of its own; move it to "
        "components/schemas"
    )


def test_an_object_among_choices_has_a_name() -> None:
    spec = document()
    request_schema(spec)["properties"]["box"] = {"oneOf": [{"type": "string"}, {"type": "object"}]}

    assert "Request/properties/box/oneOf/1 is an object without a name" in next(findings(spec))


def test_an_example_fits_its_schema() -> None:
    spec = document()
    operation(spec)["requestBody"]["content"]["application/json"]["example"]["mode"] = "4k"

    (finding,) = findings(spec)
    assert finding == (
        "the example of /paths/~1v1~1videos~1text2video/post/requestBody is not allowed by its own schema: "
        "'4k' is not one of ['std', 'pro']"
    )


def test_each_of_several_examples_fits_its_schema() -> None:
    spec = document()
    media = operation(spec)["requestBody"]["content"]["application/json"]
    media["examples"] = {"good": {"value": {"prompt": "a"}}, "bad": {"value": {"mode": "std"}}}

    (finding,) = findings(spec)
    assert finding.startswith("the example 'bad' of /paths/~1v1~1videos~1text2video/post/requestBody is not allowed")


def test_an_example_of_another_media_type_fits_too() -> None:
    spec = document()
    media = {"schema": {"$ref": "#/components/schemas/Mode"}, "example": "4k"}
    operation(spec)["responses"]["200"]["content"] = {"text/plain": media}

    assert "the example of /paths/~1v1~1videos~1text2video/post/responses/200 is not allowed" in next(findings(spec))


def test_an_example_of_a_parameter_fits_its_schema() -> None:
    spec = document()
    schema = {"type": "integer", "minimum": 1}
    operation(spec)["parameters"] = [
        {"name": "page", "in": "query", "description": "How many pages to skip.", "schema": schema, "example": 0}
    ]

    assert "post/parameters/0 is not allowed by its own schema" in next(findings(spec))


@pytest.mark.parametrize("examples", [{"example": 1}, {"examples": ["a fox", 1]}])
def test_an_example_in_a_schema_fits_that_schema(examples: dict[str, Any]) -> None:
    spec = document()
    request_schema(spec)["properties"]["prompt"].update(examples)

    (finding,) = findings(spec)
    assert "of /components/schemas/Request/properties/prompt is not allowed by its own schema" in finding


def test_a_field_called_example_is_no_example() -> None:
    spec = document()
    request_schema(spec)["properties"]["example"] = {"type": "string"}

    assert list(findings(spec)) == []


@pytest.mark.parametrize(
    ("description", "fine"),
    [
        ("Length in whole seconds.", True),
        ("When it ends, Unix milliseconds.", True),
        ("How closely it is followed, 0 to 1.", True),
        ("How many pictures.", True),
        ("Length of the clip; the vendor states no unit.", True),
        ("Length of the clip.", False),
        ("", False),
    ],
)
def test_a_number_says_its_unit(description: str, fine: bool) -> None:
    spec = document()
    request_schema(spec)["properties"]["length"] = {"type": "integer", "description": description}

    words = "/components/schemas/Request/properties/length is a number, and its description names no unit"
    assert list(findings(spec)) == ([] if fine else [words])


def test_a_list_of_texts_that_are_numbers_says_its_unit() -> None:
    spec = document()
    spec["components"]["schemas"]["Length"] = {"type": "string", "enum": ["5", "10"], "description": "How long."}

    assert list(findings(spec)) == ["/components/schemas/Length is a number, and its description names no unit"]


def test_a_number_in_the_query_says_its_unit() -> None:
    spec = document()
    operation(spec)["parameters"] = [
        {"name": "since", "in": "query", "description": "From when on.", "schema": {"type": "integer"}}
    ]

    assert "post/parameters/0/schema is a number" in next(findings(spec))


def test_the_numbers_of_a_relay_are_in_the_words_of_its_pages() -> None:
    spec = document()
    request_schema(spec)["properties"]["length"] = {"type": "integer"}

    assert list(findings(spec, of_relay=True)) == []


def test_a_value_of_an_enum_comes_from_an_input() -> None:
    spec = document()
    sources = EnumSources(document(), [{"paths": {"/x": {"enum": ["4k"]}}}])
    spec["components"]["schemas"]["Mode"]["enum"] += ["4k", "8k"]

    assert list(findings(spec, enums=sources)) == [
        "/components/schemas/Mode/enum has '8k', which no document that was read names"
    ]


def test_a_value_of_one_official_enum_is_no_source_of_another() -> None:
    spec = document()
    spec["components"]["schemas"]["Size"] = {"type": "string", "enum": ["std"], "description": "Size."}
    sources = EnumSources(document(), [])

    assert list(findings(spec, enums=sources)) == [
        "/components/schemas/Size/enum has 'std', which no document that was read names"
    ]


def test_a_default_fits_its_schema() -> None:
    spec = document()
    request_schema(spec)["properties"]["mode"]["default"] = "4k"

    assert "/components/schemas/Request/properties/mode/default is not allowed by its own schema" in next(
        findings(spec)
    )


@pytest.mark.parametrize(
    "change",
    [
        {"required": ["gone"]},
        {"anyOf": [{"required": ["gone"]}]},
        {"allOf": [{"if": {"properties": {"gone": {"const": 1}}}, "then": {"required": ["prompt"]}}]},
        {"allOf": [{"not": {"required": ["gone"]}}]},
        {"x-kling-rules": [{"id": "r", "fields": ["gone[].x"]}]},
        {"x-kling-rules": [{"id": "r", "fields": ["prompt"], "when": {"gone.x": 1}}]},
    ],
)
def test_a_condition_speaks_of_fields_that_are_there(change: dict[str, Any]) -> None:
    spec = document()
    request_schema(spec).update(change)

    assert "components/schemas/Request speaks of the field 'gone', which it does not have" in list(findings(spec))


def test_what_is_no_openapi_is_told_first() -> None:
    spec = document()
    del spec["info"]["version"]

    found = list(findings(spec))

    assert len(found) == 1
    assert found[0].startswith("it is no valid OpenAPI 3.1: ")


def test_a_broken_rule_stops_the_build_naming_the_document() -> None:
    spec = document()
    operation(spec)["tags"] = []

    with pytest.raises(LintError, match=r"^resolved/x.yaml would break 1 rule\(s\): POST .* Correct the inputs\.$"):
        lint(spec, shown="resolved/x.yaml")


@pytest.mark.parametrize(
    ("name", "tag", "fine"),
    [
        ("voice_custom_delete", "voice", True),
        ("standard_task_query", "standard", True),
        ("video_selection_init", "video", True),
        ("voice_custom_delete", "video", False),
    ],
)
def test_an_operation_belongs_to_the_area_of_its_tag(name: str, tag: str, fine: bool) -> None:
    spec = document()
    spec["tags"] = [{"name": tag}]
    operation(spec).update(operationId=name, tags=[tag])

    assert (list(findings(spec)) == []) is fine


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("x-klingkit-billable", "yes", "x-klingkit-billable is true or false"),
        ("x-klingkit-lifecycle", "old", "x-klingkit-lifecycle must be one of"),
    ],
)
def test_our_own_marks_have_known_values(key: str, value: object, words: str) -> None:
    spec = document()
    operation(spec)[key] = value

    assert words in next(findings(spec))


def test_only_what_is_posted_can_cost_something() -> None:
    spec = document()
    item = spec["paths"]["/v1/videos/text2video"]
    item["get"] = {**item.pop("post"), "x-klingkit-billable": True}
    del item["get"]["requestBody"]

    assert "true on a POST only" in next(findings(spec))


def test_a_path_has_known_names_in_braces() -> None:
    spec = document()
    item = spec["paths"].pop("/v1/videos/text2video")
    item["post"]["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    spec["paths"]["/v1/videos/{id}"] = item

    assert "the path parameter 'id' is none of model, task_id" in next(findings(spec))


def test_a_schema_that_was_right_once_is_not_taken_for_right_after_a_change() -> None:
    assert list(findings(document())) == []
    spec = document()
    request_schema(spec)["properties"]["prompt"]["type"] = "words"

    assert "it is no valid OpenAPI 3.1" in next(findings(spec))
