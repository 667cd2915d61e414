"""What changed between two documents, and whom it hurts."""

from __future__ import annotations

import copy
import random
import runpy
from pathlib import Path
from typing import Any

import pytest

import klingkit_data
from klingkit_spec import pointer
from klingkit_spec.diff import Change, compare

PLANTED = runpy.run_path(str(Path(__file__).parent / "diff_cases" / "planted.py"))
CASES: list[dict[str, Any]] = PLANTED["cases"]()
DOCUMENTS = ["resolved/kling.openapi.yaml", *(f"resolved/relays/{name}.openapi.yaml" for name in ("haoee", "xiexus"))]

B, C, D = "breaking", "compatible", "documentation"
TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "number"}
OBJECT: dict[str, Any] = {"type": "object"}
LIST: dict[str, Any] = {"type": "array"}
TRUE_BRANCH = {"if": {"required": ["a"]}, "then": {"required": ["b"]}}


# -------------------------------------------------------------------------------------------- the planted changes
def test_there_are_thirty_planted_changes() -> None:
    assert len({case["case"] for case in CASES}) == len(CASES) == 30


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_planted_change_is_told_once_and_rated_right(case: dict[str, Any]) -> None:
    changes = compare(PLANTED["base"](), PLANTED["planted"](case))

    assert [(change.rating, change.direction) for change in changes] == [(case["expected"], case["direction"])]
    assert sorted(changes[0].operations) == sorted(case["operations"])
    assert changes[0].reason.endswith(".")


# ------------------------------------------------------------------------------------------- values and directions
def with_body(schema: Any, **components: Any) -> dict[str, Any]:
    return document({"requestBody": {"content": {"application/json": {"schema": schema}}}}, components)


def with_answer(schema: Any, **components: Any) -> dict[str, Any]:
    answer = {"description": "Fine.", "content": {"application/json": {"schema": schema}}}
    return document({"responses": {"200": answer}}, components)


def document(operation: dict[str, Any], components: dict[str, Any] | None = None, **root: Any) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Relay", "version": "1"},
        "paths": {"/a": {"post": {"operationId": "a_create", **copy.deepcopy(operation)}}},
        "components": {"schemas": copy.deepcopy(components or {})},
        **root,
    }


def told(changes: list[Change]) -> list[tuple[str, str]]:
    return [(str(change.rating), change.title) for change in changes]


# old schema, new schema, title of the change, its rating in a request, its rating in a response
VALUES: list[tuple[dict[str, Any], dict[str, Any], str, str, str]] = [
    ({**TEXT, "enum": ["a", "b"]}, {**TEXT, "enum": ["a"]}, "enum value removed: b", B, C),
    ({**TEXT, "enum": ["a"]}, {**TEXT, "enum": ["a", "b", "c"]}, "enum value added: b, c", C, B),
    ({**TEXT}, {**TEXT, "enum": ["a"]}, "values listed", B, C),
    ({**TEXT, "enum": ["a"]}, {**TEXT}, "values no longer listed", C, B),
    ({**TEXT, "const": "a"}, {**TEXT, "enum": ["a", "b"]}, "enum value added: b", C, B),
    ({**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 8}, "limit narrowed: maxLength", B, C),
    ({**TEXT, "maxLength": 9}, {**TEXT}, "limit widened: maxLength", C, B),
    ({**TEXT}, {**TEXT, "minLength": 1}, "limit narrowed: minLength", B, C),
    ({**LIST, "minItems": 2}, {**LIST, "minItems": 1}, "limit widened: minItems", C, B),
    ({**NUMBER, "minimum": 0}, {**NUMBER, "exclusiveMinimum": 0}, "limit narrowed: exclusiveMinimum", B, C),
    ({**NUMBER, "maximum": 9}, {**NUMBER, "maximum": 10}, "limit widened: maximum", C, B),
    ({**NUMBER, "minimum": 0, "exclusiveMinimum": True}, {**NUMBER, "minimum": 0}, "limit widened: minimum", C, B),
    (NUMBER, {"type": "integer"}, "type narrowed", B, C),
    ({"type": "integer"}, NUMBER, "type widened", C, B),
    (TEXT, {"type": "integer"}, "type changed", B, B),
    (TEXT, {"type": ["string", "null"]}, "type widened", C, B),
    ({**TEXT, "nullable": True}, TEXT, "type narrowed", B, C),
    ({"anyOf": [TEXT, {"type": "null"}]}, TEXT, "type narrowed", B, C),
    ({"type": ["string", "integer"]}, {"type": ["string", "boolean"]}, "type changed", B, B),
    (TEXT, {**TEXT, "pattern": "^a"}, "rule added: pattern", B, C),
    ({**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^b"}, "rule changed: pattern", B, B),
    ({**TEXT, "format": "uri"}, TEXT, "rule removed: format", C, B),
    ({**NUMBER, "format": "float"}, {**NUMBER, "format": "double"}, "type widened: format", C, B),
    ({**LIST}, {**LIST, "uniqueItems": True}, "rule added: uniqueItems", B, C),
    ({**TEXT, "default": "a"}, {**TEXT, "default": "b"}, "default changed", B, D),
    ({**TEXT, "default": "a"}, TEXT, "default removed", B, D),
    (TEXT, {**TEXT, "default": "a"}, "default added", C, D),
    (OBJECT, {**OBJECT, "additionalProperties": False}, "extra fields refused", B, C),
    ({**OBJECT, "additionalProperties": False}, OBJECT, "extra fields allowed", C, B),
    (OBJECT, {**OBJECT, "properties": {"a": TEXT}}, "field added: a", C, C),
    (OBJECT, {**OBJECT, "properties": {"a": TEXT}, "required": ["a"]}, "required field added: a", B, C),
    ({**OBJECT, "properties": {"a": TEXT}}, OBJECT, "field removed: a", B, B),
    ({"oneOf": [TEXT, NUMBER]}, {"oneOf": [TEXT, NUMBER, LIST]}, "option added", C, B),
    ({"oneOf": [TEXT, NUMBER, LIST]}, {"oneOf": [TEXT, NUMBER]}, "option removed", B, C),
    ({"anyOf": [TEXT, NUMBER]}, {"anyOf": [TEXT, {"type": "integer"}]}, "type narrowed", B, C),
    (OBJECT, {**OBJECT, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, "condition added: anyOf", B, C),
    (OBJECT, {**OBJECT, "allOf": [TRUE_BRANCH]}, "condition added", B, C),
    ({**OBJECT, "allOf": [TRUE_BRANCH]}, OBJECT, "condition removed", C, B),
    ({**OBJECT, "not": {"required": ["a"]}}, {**OBJECT, "not": {"required": ["b"]}}, "condition changed", B, B),
    (OBJECT, {**OBJECT, "x-kling-rules": [{"id": "sum", "text": "t"}]}, "condition added: sum", B, C),
    ({}, {**OBJECT, "properties": {"a": TEXT}}, "now described", B, C),
    ({**OBJECT, "properties": {"a": TEXT}}, {}, "no longer described", C, B),
    (LIST, {**LIST, "items": TEXT}, "rule added: items", B, C),
    (TEXT, {**TEXT, "readOnly": True}, "field read-only: readOnly", B, D),
    (TEXT, {**TEXT, "writeOnly": True}, "field write-only: writeOnly", D, B),
    (TEXT, {**TEXT, "deprecated": True}, "deprecated", D, D),
    (TEXT, {**TEXT, "title": "A"}, "words changed: title", D, D),
    (TEXT, {**TEXT, "x-klingkit-note": "A"}, "words changed: x-klingkit-note", D, D),
]


@pytest.mark.parametrize(("old", "new", "title", "request_rating", "response_rating"), VALUES)
def test_a_value_is_rated_for_those_who_send_it_and_those_who_read_it(
    old: dict[str, Any], new: dict[str, Any], title: str, request_rating: str, response_rating: str
) -> None:
    old, new = ({"type": "object", "properties": {"field": schema}} for schema in (old, new))

    assert told(compare(with_body(old), with_body(new))) == [(request_rating, title)]
    assert told(compare(with_answer(old), with_answer(new))) == [(response_rating, title)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "integer", "maximum": 1}, {"type": "integer", "maximum": 1.0}),
        ({**TEXT, "minLength": 0}, TEXT),
        ({**OBJECT, "additionalProperties": True}, OBJECT),
        ({**LIST, "uniqueItems": False}, LIST),
        ({**TEXT, "nullable": True}, {"type": ["null", "string"]}),
        ({"allOf": [{**TEXT, "maxLength": 5}]}, {**TEXT, "maxLength": 5}),
        ({**TEXT, "enum": ["a", "b"]}, {**TEXT, "enum": ["b", "a"]}),
        ({**TEXT, "x-klingkit-from": {"type": "label"}}, {**TEXT, "x-klingkit-from": {"type": "prose"}}),
        ({"properties": {"a": TEXT}}, {"type": "object", "properties": {"a": TEXT}}),
    ],
)
def test_two_ways_of_writing_one_thing_are_no_change(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert compare(with_body(old), with_body(new)) == []
    assert compare(with_answer(new), with_answer(old)) == []


def test_a_rule_with_other_words_is_documentation_and_with_another_limit_is_not() -> None:
    rule = {"id": "sum", "kind": "sum_equals", "text": "they add up"}
    old, reworded, other = (
        with_body({**OBJECT, "x-kling-rules": [{**rule, **change}]})
        for change in ({}, {"text": "the sum"}, {"kind": "sum_below"})
    )

    assert told(compare(old, reworded)) == [(D, "words changed: text")]
    assert told(compare(old, other)) == [(B, "condition changed: sum")]


# ---------------------------------------------------------------------------------------------------- fields
def test_a_field_with_another_name_and_the_same_schema_is_renamed() -> None:
    old = {"type": "object", "properties": {"scene_image": TEXT, "style_image": TEXT, "prompt": TEXT}}
    new = {"type": "object", "properties": {"scence_image": TEXT, "style_image": TEXT, "prompt": TEXT}}

    changes = compare(with_body(old), with_body(new))

    assert told(changes) == [(B, "field renamed")]
    assert (changes[0].old, changes[0].new) == ("scene_image", "scence_image")


def test_a_field_that_is_read_only_before_and_after_is_no_part_of_the_request() -> None:
    old, new = ({"type": "object", "properties": {"id": {**kind, "readOnly": True}}} for kind in (TEXT, NUMBER))

    assert compare(with_body(old), with_body(new)) == []
    assert told(compare(with_answer(old), with_answer(new))) == [(B, "type changed")]


def test_a_name_in_a_branch_that_becomes_required_is_found() -> None:
    old = {**OBJECT, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
    new = {**OBJECT, "anyOf": [{"required": ["a"]}, {"required": ["b", "c"]}]}

    assert told(compare(with_body(old), with_body(new))) == [(B, "field required: c")]


# ------------------------------------------------------------------------------------------------- references
def test_a_change_in_a_shared_component_is_told_once_at_the_component() -> None:
    old = klingkit_data.load("resolved/kling.openapi.yaml")
    new = copy.deepcopy(old)
    new["components"]["schemas"]["TaskStatus"]["enum"].append("expired")

    changes = compare(old, new)

    assert told(changes) == [(B, "enum value added: expired")]
    assert changes[0].pointer == "/components/schemas/TaskStatus/enum"
    assert {f"video_text2video_{verb}" for verb in ("create", "get", "list")} < set(changes[0].operations)
    assert not [name for name in changes[0].operations if name.startswith("account_")]
    # the same component is what a callback sends, which our caller reads as well
    assert changes[0].direction == "response"


def test_an_inlined_or_renamed_component_is_no_change() -> None:
    mode = {**TEXT, "enum": ["std", "pro"]}
    by_reference = with_body({"$ref": "#/components/schemas/Mode"}, Mode=mode)
    renamed = with_body({"$ref": "#/components/schemas/VideoMode"}, VideoMode=mode)

    assert compare(by_reference, with_body(mode)) == []
    assert compare(with_body(mode), by_reference) == []
    assert compare(by_reference, renamed) == []


def test_an_exchanged_reference_is_a_change_where_it_stands() -> None:
    modes = {"All": {**TEXT, "enum": ["std", "pro"]}, "Basic": {**TEXT, "enum": ["std"]}}
    old, new = (
        with_body({"type": "object", "properties": {"mode": {"$ref": f"#/components/schemas/{name}"}}}, **modes)
        for name in ("All", "Basic")
    )

    changes = compare(old, new)

    assert told(changes) == [(B, "enum value removed: pro")]
    assert changes[0].pointer.endswith("/schema/properties/mode/enum")


def test_what_stands_beside_a_reference_counts() -> None:
    old, new = (
        with_body({"$ref": "#/components/schemas/Mode", "default": default}, Mode=TEXT) for default in ("std", "pro")
    )

    assert told(compare(old, new)) == [(B, "default changed")]


def test_a_schema_that_holds_itself_ends() -> None:
    def tree(kind: str) -> dict[str, Any]:
        inner = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
        return {"type": "object", "properties": {"name": {"type": kind}, "inside": inner}}

    old, new = (with_answer({"$ref": "#/components/schemas/Tree"}, Tree=tree(kind)) for kind in ("string", "integer"))

    assert told(compare(old, new)) == [(B, "type changed")]


def test_a_component_that_no_operation_uses_is_documentation() -> None:
    changes = compare(with_body(TEXT, Idle=TEXT), with_body(TEXT, Idle=NUMBER))

    assert told(changes) == [(D, "unused component changed: Idle")]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_does_not_differ_from_itself_with_its_references_followed(name: str) -> None:
    whole = klingkit_data.load(name)
    inlined = copy.deepcopy(whole)
    inlined["paths"] = followed(inlined["paths"], whole)

    assert compare(whole, whole) == []
    assert compare(whole, inlined) == []
    assert compare(inlined, whole) == []


def followed(node: Any, root: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [followed(entry, root) for entry in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = pointer.lookup(root, pointer.split(node["$ref"][1:]))
        return followed({**target, **{key: value for key, value in node.items() if key != "$ref"}}, root)
    return {key: followed(value, root) for key, value in node.items()}


# ------------------------------------------------------------------------------------------------- operations
PARAMETER = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
NEEDED = {**PARAMETER, "required": True}
PIPED = {**PARAMETER, "style": "pipeDelimited", "explode": True}
JSON_ONLY: dict[str, Any] = {"requestBody": {"content": {"a/json": {}}}}
JSON_AND_XML: dict[str, Any] = {"requestBody": {"content": {"a/json": {}, "b/xml": {}}}}
BEARER = {"type": "http", "scheme": "bearer"}
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}

OPERATIONS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({"parameters": [PARAMETER]}, {}, B, "parameter removed: limit"),
    ({"parameters": [PARAMETER]}, {"parameters": [NEEDED]}, B, "parameter required: limit"),
    ({"parameters": [NEEDED]}, {"parameters": [PARAMETER]}, C, "parameter no longer required: limit"),
    ({"parameters": [PARAMETER]}, {"parameters": [PIPED]}, B, "rule changed: style"),
    ({}, {"requestBody": {"content": {}}}, C, "body added"),
    ({}, {"requestBody": {"required": True, "content": {}}}, B, "required body added"),
    ({"requestBody": {"content": {}}}, {}, B, "body removed"),
    ({"requestBody": {"required": True}}, {"requestBody": {}}, C, "body no longer required"),
    (JSON_ONLY, JSON_AND_XML, C, "media type added: b/xml"),
    (JSON_AND_XML, JSON_ONLY, B, "media type removed: b/xml"),
    ({"responses": {"200": {}}}, {"responses": {"201": {}}}, B, "success status changed"),
    ({"responses": {"200": {}}}, {"responses": {"200": {}, "202": {}}}, B, "success status added: 202"),
    ({"responses": {"200": {}, "202": {}}}, {"responses": {"200": {}}}, B, "success status removed: 202"),
    ({"responses": {"200": {}}}, {"responses": {"200": {}, "429": {}}}, C, "error status added: 429"),
    ({"responses": {"200": {}, "429": {}}}, {"responses": {"200": {}}}, C, "error status removed: 429"),
    ({"responses": {"200": {"headers": {"X-Id": {}}}}}, {"responses": {"200": {}}}, B, "answer header removed: X-Id"),
    ({"responses": {"200": {"links": {"get": {}}}}}, {"responses": {"200": {}}}, D, "words changed: links"),
    ({}, {"deprecated": True}, D, "deprecated"),
    ({"operationId": "b_create"}, {}, C, "operationId changed"),
    ({"summary": "A"}, {"summary": "B"}, D, "words changed: summary"),
    ({"tags": ["a"]}, {"tags": ["b"]}, D, "words changed: tags"),
    ({"security": []}, {"security": [{"bearer": []}]}, B, "auth added"),
    ({"security": [{"bearer": []}]}, {"security": []}, C, "auth no longer needed"),
    ({"security": [{"bearer": []}]}, {"security": [{"key": []}]}, B, "auth changed"),
    ({"security": [{"bearer": []}]}, {"security": [{"bearer": []}, {"key": []}]}, C, "way of auth added"),
    ({"security": [{"bearer": []}, {"key": []}]}, {"security": [{"key": []}]}, B, "way of auth removed"),
    ({"security": [{"bearer": []}]}, {"security": [{"bearer": []}, {}]}, C, "auth no longer needed"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rating", "title"), OPERATIONS, ids=[title for *_, title in OPERATIONS])
def test_a_change_of_an_operation_is_rated(old: dict[str, Any], new: dict[str, Any], rating: str, title: str) -> None:
    before, after = (document(operation) for operation in (old, new))
    for one in (before, after):
        one["components"]["securitySchemes"] = {"bearer": BEARER, "key": KEY}

    changes = compare(before, after)

    assert told(changes) == [(rating, title)]
    assert changes[0].operations == ("a_create",)


def test_a_scheme_that_changes_is_told_once_for_all_operations() -> None:
    old = klingkit_data.load("resolved/kling.openapi.yaml")
    new = copy.deepcopy(old)
    new["components"]["securitySchemes"]["bearerAuth"] = KEY

    changes = [change for change in compare(old, new) if change.rating != D]

    assert told(changes) == [(B, "auth changed")]
    assert {"video_text2video_create", "image_multi_image2image_list"} < set(changes[0].operations)


def test_a_scheme_with_another_name_is_no_change() -> None:
    old, new = (document({"security": [{name: []}]}) for name in ("bearer", "token"))
    old["components"]["securitySchemes"] = {"bearer": BEARER}
    new["components"]["securitySchemes"] = {"token": BEARER}

    assert compare(old, new) == []


def test_a_renamed_part_of_a_path_is_documentation() -> None:
    def one(name: str) -> dict[str, Any]:
        parameter = {"name": name, "in": "path", "required": True, "schema": TEXT}
        operation = {"operationId": "a_get", "parameters": [parameter]}
        return {**document({}), "paths": {f"/a/{{{name}}}": {"get": operation}}}

    assert told(compare(one("id"), one("task_id"))) == [(D, "words changed: name")]


def test_a_parameter_of_the_path_item_is_one_of_the_operation() -> None:
    old, new = document({"parameters": [PARAMETER]}), document({})
    new["paths"]["/a"]["parameters"] = [PARAMETER]

    assert compare(old, new) == []


def test_an_operation_under_another_path_is_compared_all_the_same() -> None:
    old, new = document({"summary": "A"}), document({"summary": "B"})
    new["paths"] = {"/b": new["paths"]["/a"]}

    assert told(compare(old, new)) == [(B, "path changed"), (D, "words changed: summary")]


def test_in_a_callback_the_directions_turn() -> None:
    def calling(schema: dict[str, Any]) -> dict[str, Any]:
        call = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
        return document({"callbacks": {"changed": {"{$request.body#/url}": {"post": call}}}})

    fewer, more = ({**TEXT, "enum": values} for values in (["a"], ["a", "b"]))

    assert told(compare(calling(fewer), calling(more))) == [(B, "enum value added: b")]
    assert told(compare(calling(more), calling(fewer))) == [(C, "enum value removed: b")]
    assert told(compare(calling(more), document({}))) == [(B, "callback removed: changed")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["https://a"], ["https://b"], [(B, "server changed")]),
        (["https://a"], ["https://a/"], []),
        (["https://a"], ["https://a", "https://b"], [(C, "server added")]),
        (["https://a", "https://b"], ["https://b"], [(B, "server removed")]),
    ],
)
def test_where_the_relay_is_served_counts(old: list[str], new: list[str], expected: list[tuple[str, str]]) -> None:
    before, after = (document({}, servers=[{"url": url} for url in urls]) for urls in (old, new))

    assert told(compare(before, after)) == expected


# --------------------------------------------------------------------------------------------- broken documents
@pytest.mark.parametrize("seed", range(15))
def test_a_broken_document_is_compared_as_far_as_it_goes(seed: int) -> None:
    chance = random.Random(seed)
    old = klingkit_data.load("resolved/relays/haoee.openapi.yaml")
    new = copy.deepcopy(old)
    for _ in range(20):
        break_something(new, chance)

    forth, back = compare(old, new), compare(new, old)

    assert forth
    assert back
    assert [change.as_dict() for change in forth] == [change.as_dict() for change in compare(old, new)]


def break_something(node: Any, chance: random.Random) -> None:
    node = node[chance.choice(["paths", "components"])]
    while True:
        members = node.values() if isinstance(node, dict) else node
        inner = [value for value in members if isinstance(value, dict | list)]
        if not inner or chance.random() < 0.2:
            break
        node = chance.choice(inner)
    rubbish = chance.choice([None, True, 7, "text", [], {}, ["a"], {"k": 1}, {"$ref": "#/components/none"}])
    if isinstance(node, dict) and node:
        node[chance.choice(list(node))] = rubbish
    elif isinstance(node, list):
        node.append(rubbish)
