"""The methods, as they are written from the one spec: all operations, all arguments, both clients alike."""

from __future__ import annotations

import importlib
import inspect
import re
import typing
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

import klingkit_data
from klingkit import AsyncKling, Kling
from klingkit import types as public_types
from klingkit._methods import records, types
from klingkit._methods.table import CALLS, METHODS, ROWS, SUMMARIES
from klingkit._records import Record

SPEC = klingkit_data.load("resolved/kling.openapi.yaml")
NODES = {
    node["operationId"]: (path, node)
    for path, item in SPEC["paths"].items()
    for verb, node in item.items()
    if verb in {"get", "post"}
}
# Arguments that are no fields, and fields that are no arguments: they are superseded, or there is a page for them.
OURS = {"self", "extra", "extra_headers", "validate"}
LEFT_OUT = {
    "video_effects": {"model_name", "mode", "duration"},
    "video_multi_elements": {"model_name"},
}
ANYTHING = {"Any": Any, "Mapping": Mapping, "Sequence": Sequence, "t": types, "r": records, "builtins": __builtins__}


def method_of(operation: str, *, asynchronous: bool = False) -> Any:
    row = ROWS[operation]
    module = importlib.import_module(f"klingkit._methods.{'async_' if asynchronous else ''}{row.group}")
    return getattr(getattr(module, f"{'Async' if asynchronous else ''}{row.group.capitalize()}"), row.method)


def schema_of(operation: str) -> dict[str, Any]:
    _, node = NODES.get(f"{operation}_create", NODES.get(operation, ("", {})))
    ref = node.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    found: dict[str, Any] = SPEC["components"]["schemas"].get(ref.rpartition("/")[2], {})
    return found


def test_every_operation_of_the_one_spec_has_a_method() -> None:
    through_tasks = {f"{name}_{verb}" for name in METHODS for verb in ("get", "list")} & NODES.keys()
    with_methods = {f"{name}_create" if name in METHODS else name for name in ROWS}
    assert with_methods | through_tasks == NODES.keys()
    assert METHODS.keys() | CALLS.keys() == SUMMARIES.keys()
    assert len(set(METHODS.values())) == len(METHODS)


@pytest.mark.parametrize("operation", ROWS)
def test_every_field_of_the_one_spec_is_an_argument_of_its_method(operation: str) -> None:
    row, schema = ROWS[operation], schema_of(operation)
    fields: set[str] = set()
    for name, part in schema.get("properties", {}).items():
        inner = SPEC["components"]["schemas"].get(str(part.get("$ref", "")).rpartition("/")[2], {})
        fields |= set(inner["properties"]) if name in row.flattened else {name}
    query = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("page_num", "page") for name in row.queries}
    taken = set(inspect.signature(method_of(operation)).parameters) - OURS
    assert taken == (fields - LEFT_OUT.get(operation, set())) | query | set(row.paths)


@pytest.mark.parametrize("operation", ROWS)
def test_every_argument_is_explained_and_typed(operation: str) -> None:
    method = method_of(operation)
    section = (inspect.getdoc(method) or "").partition("\nArgs:\n")[2].partition("\n\n")[0]
    explained = dict(re.findall(r"^ {4}(\w+): (\S.*)", section, re.MULTILINE))
    names = set(inspect.signature(method).parameters) - {"self"}
    assert explained.keys() == names
    ours = {"Task": Any, "AsyncTask": Any, "Result": Any, "AsyncResult": Any}
    hints = typing.get_type_hints(
        method, globalns={**ANYTHING, **ours, "builtins": importlib.import_module("builtins")}
    )
    assert names <= hints.keys()


@pytest.mark.parametrize("operation", ROWS)
def test_a_docstring_says_who_offers_the_operation_and_where_that_is_written(operation: str) -> None:
    text = " ".join((inspect.getdoc(method_of(operation)) or "").split())
    relays = klingkit_data.load("resolved/surface.json")["relays"]
    name = f"{operation}_create" if operation in METHODS else operation
    offering = ", ".join(relay for relay in relays if name in relays[relay]["operations"])
    assert f"Offered by {offering}" in text
    assert re.search(r"Source: openapi/sources/official/\w+\.openapi\.yaml, (GET|POST) /", text)


@pytest.mark.parametrize("operation", ROWS)
def test_both_clients_take_and_say_the_same(operation: str) -> None:
    sync, asynchronous = method_of(operation), method_of(operation, asynchronous=True)
    assert inspect.iscoroutinefunction(asynchronous)
    assert not inspect.iscoroutinefunction(sync)
    ours, theirs = inspect.signature(sync), inspect.signature(asynchronous)
    assert ours.parameters == theirs.parameters
    assert str(theirs.return_annotation).replace("Async", "") == str(ours.return_annotation)
    assert (inspect.getdoc(asynchronous) or "").replace("AsyncTask", "Task") == inspect.getdoc(sync)


@pytest.mark.parametrize("kind", [Kling, AsyncKling])
def test_every_group_is_an_attribute_of_both_clients(kind: type[Kling | AsyncKling]) -> None:
    kling = kind("official", api_key="sk-0123456789")
    for row in ROWS.values():
        assert callable(getattr(getattr(kling, row.group), row.method))


def test_what_is_typed_is_public() -> None:
    assert set(public_types.__all__) == {*types.__all__, *records.__all__}
    for name in public_types.__all__:
        assert getattr(public_types, name) is not None


def test_a_record_keeps_what_it_was_read_from_and_takes_nothing_on_trust() -> None:
    raw = {"session_id": 7, "face_data": [{"face_id": "0", "start_time": "x"}, "no face"], "new": True}
    faces = records.FaceIdentification(raw)
    assert faces.raw is raw
    assert faces.session_id == "7"
    assert faces.final_unit_deduction is None
    [face] = faces.face_data
    assert (face.face_id, face.start_time) == ("0", None)
    assert faces == records.FaceIdentification(dict(raw))
    assert "face_id='0'" in repr(faces)


def test_a_record_hides_addresses_for_they_are_often_signed() -> None:
    face = records.IdentifiedFace({"face_image": "https://cdn.example/face.png?signature=secret"})
    assert "secret" not in repr(face)
    assert face.face_image == "https://cdn.example/face.png?signature=secret"


def test_every_record_reads_nothing_at_all() -> None:
    for name in records.__all__:
        cls = getattr(records, name)
        assert issubclass(cls, Record)
        empty = cls(None)
        assert all(getattr(empty, field) in (None, ()) for field in cls._fields)
