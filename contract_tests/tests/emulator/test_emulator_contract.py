"""What is read out of a document, shown on small ones."""

from __future__ import annotations

import pytest

from klingkit_emulator.conditions import applies
from klingkit_emulator.contract import read_contract
from klingkit_emulator.errors import DataError, EmulatorError
from klingkit_emulator.offers import Offers
from klingkit_emulator.registry import Dialect, entries, known

ERRORS = [{"code": 1201, "http": 400}]


def document(schema, *, parameters=(), shared=(), components=None):
    """Return a document of one create at /v1/things/{kind}."""
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    create = {"operationId": "video_thing_create", "requestBody": body, "parameters": list(parameters)}
    other = {"operationId": "video_thing_paint"}
    paths = {"/v1/things": {"post": create, "parameters": list(shared)}, "/v1/paint": {"put": other}}
    return {"paths": paths, "components": components or {}}


def problems(schema, body, **more):
    (operation,) = read_contract("x", document(schema, **more), ERRORS).operations[:1]
    return [(violation.path, violation.keyword) for violation in operation.check_body(body)]


def test_references_lead_to_components_however_deep():
    components = {
        "schemas": {
            "Outer": {"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Inner"}}},
            "Inner": {"type": "object", "required": ["x"], "properties": {"list": {"items": {"type": "string"}}}},
        }
    }
    schema = {"$ref": "#/components/schemas/Outer"}
    body = {"inner": {"list": ["a", 1]}}
    assert sorted(problems(schema, body, components=components)) == [("inner", "required"), ("inner.list[1]", "type")]


@pytest.mark.parametrize(
    ("member", "good", "bad"),
    [
        ({"type": "string", "format": "uri"}, "https://example.com/hook", "no address"),
        ({"type": "integer", "format": "int64"}, 2**63 - 1, 2**63),
        ({"type": "integer", "format": "int32"}, -(2**31), 2**31),
    ],
)
def test_formats_are_kept(member, good, bad):
    schema = {"type": "object", "properties": {"it": member}}
    assert problems(schema, {"it": good}) == []
    assert [path for path, _ in problems(schema, {"it": bad})] == ["it"]


def test_members_and_defaults_of_an_all_of_count_as_the_schemas_own():
    parts = [{"properties": {"a": {"default": 1}}}, {"properties": {"b": {}}}]
    operation, _ = read_contract("x", document({"type": "object", "allOf": parts}), ERRORS).operations
    assert operation.members == {"a", "b"}
    assert operation.defaults == {"a": 1}


def test_an_operations_own_parameter_overrules_the_paths_and_standard_headers_are_none():
    def row(name, where, **more):
        return {"name": name, "in": where, "schema": {"type": "string"}, **more}

    shared = [row("a", "query", required=True), row("Authorization", "header", required=True)]
    own = [row("a", "query"), row("b", "header", required=True)]
    operation, _ = read_contract("x", document({}, parameters=own, shared=shared), ERRORS).operations
    assert [(p.name, p.required) for p in operation.parameters] == [("a", False), ("b", True)]


@pytest.mark.parametrize(
    ("schema", "said", "value", "wrong"),
    [
        ({"type": "integer"}, ["7"], 7, 0),
        ({"type": "integer"}, ["7.0"], "7.0", 1),
        ({"type": ["integer", "null"]}, ["-7"], -7, 0),
        ({"type": "number"}, ["0.5"], 0.5, 0),
        ({"type": "number"}, ["half"], "half", 1),
        ({"type": "boolean"}, ["true"], True, 0),
        ({"type": "boolean"}, ["yes"], "yes", 1),
        ({"type": "string"}, ["7"], "7", 0),
        ({"type": "string"}, ["7", "8"], ["7", "8"], 1),
        ({"type": "array", "items": {"type": "string"}}, ["7", "8"], ["7", "8"], 0),
        ({"type": "integer", "default": 3}, [], 3, 0),
    ],
)
def test_a_parameter_is_read_as_its_schema_says(schema, said, value, wrong):
    rows = [{"name": "p", "in": "query", "schema": schema}]
    operation, _ = read_contract("x", document({}, parameters=rows), ERRORS).operations
    found, problems = operation.parameters[0].read(said)
    assert (found, len(problems)) == (value, wrong)


def test_an_operation_that_is_no_part_of_a_tasks_life_is_a_call():
    rows = read_contract("x", document({}), ERRORS).operations
    assert {row.id: row.manner for row in rows} == {"video_thing_create": "create", "video_thing_paint": "call"}


def test_a_documents_own_error_table_comes_first():
    own = {**document({}), "x-kling-errors": [{"code": 1201, "http": 422}]}
    assert read_contract("x", own, ERRORS).errors == {1201: 422}
    assert read_contract("x", document({}), ERRORS).errors == {1201: 400}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/Missing/properties"},
        {"$ref": "other.yaml#/x"},
        {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/Missing"}}},
        {"type": "no such type"},
        {"type": "object", "x-kling-rules": [{"id": "r", "kind": "moon_phase", "fields": [], "text": ""}]},
    ],
)
def test_what_cannot_be_executed_is_an_error_with_a_sentence(schema):
    with pytest.raises(DataError, match=r"\.$"):
        read_contract("x", document(schema), ERRORS)


def test_every_relay_of_the_registry_can_be_emulated():
    assert [entry.id for entry in entries(known())] == list(known())
    assert all(isinstance(entry.dialect, Dialect) for entry in entries(known()))


def test_errors_carry_the_exit_status_of_misuse():
    assert EmulatorError.exit_status == 2


@pytest.mark.parametrize(
    ("conditions", "met"),
    [
        ({"mode": "std"}, True),
        ({"mode": ["pro", "std"]}, True),
        ({"mode": "pro"}, False),
        ({"gone": "x"}, False),
        ({"flag": 1}, False),
        ({"mode": {"given": True}, "gone": {"given": False}, "empty": {"given": False}}, True),
        ({"list[].type": {"only": ["a", "b"]}}, True),
        ({"list[].type": {"only": ["a"]}}, False),
        ({"list[].type": {"none": ["c"]}}, True),
        ({"list[].type": {"all": ["a", "b"]}}, True),
        ({"list[].type": {"all": ["a", "c"]}}, False),
        ({"list[]": {"least": 3}}, True),
        ({"list[]": {"most": 2}}, False),
        ({"list[]": {"lacks": "type"}}, True),
        ({"mode": {"longest": 2}}, False),
        ({"inner": {"members": ["x", "y"]}}, True),
        ({"inner": {"members": ["y"]}}, False),
        ({"inner.x": 1}, True),
    ],
)
def test_conditions_mean_what_the_table_says(conditions, met):
    body = {"mode": "std", "flag": True, "empty": [], "inner": {"x": 1}}
    body["list"] = [{"type": "a"}, {"type": "b"}, {"url": "c"}]
    assert applies(conditions, body) is met


def test_a_test_of_an_unknown_name_is_an_error_not_a_condition_that_holds():
    with pytest.raises(DataError, match="moon"):
        applies({"mode": {"moon": 1}}, {"mode": "std"})


def offering(**row):
    table = {
        "sources": ["https://example.com"],
        "model": "model_name",
        "dimensions": [{"of": "modes", "field": "mode", "default": "std"}],
        "inputs": [
            {"name": "both_frames", "when": {"image_tail": {"given": True}}},
            {"name": "first_frame", "when": {"image": {"given": True}}},
        ],
        "features": [{"name": ["sound"], "field": "sound", "when": {"sound": "on"}}],
        "models": {"m-1": [{"inputs": ["first_frame"], "features": [], **row}]},
    }
    return Offers(table)


@pytest.mark.parametrize(
    ("row", "body", "field"),
    [
        ({"modes": ["std"]}, {"image": "x"}, None),
        ({"modes": ["pro"]}, {"image": "x"}, "mode"),
        ({"modes": ["pro"]}, {"image": "x", "mode": "pro"}, None),
        ({}, {"image": "x", "sound": "on"}, "sound"),
        ({"features": ["sound"]}, {"image": "x", "sound": "on"}, None),
        ({"always": ["sound"]}, {"image": "x", "sound": "on"}, None),
        ({"features": ["sound"], "needs_any": ["sound"]}, {"image": "x"}, "model_name"),
        ({}, {"image": "x", "image_tail": "y"}, "model_name"),
        ({}, {}, None),
    ],
)
def test_what_no_row_of_a_model_has_is_refused(row, body, field):
    refused = offering(**row).refused(body, "m-1")
    assert (refused.field if refused else None) == field
    assert offering(**row).refused({**body, "mode": "8k", "sound": "on"}, "m-2") is None
