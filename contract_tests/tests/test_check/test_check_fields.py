"""The three truths about a field: documented, observed, needed; and how they differ."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import klingkit_data
from klingkit_contract.contract import Contract
from klingkit_contract.exchanges import Answer, Record, Request
from klingkit_contract.fields.documented import answer_places, request_places
from klingkit_contract.fields.truth import compare_fields
from klingkit_contract.findings import Disagreement
from klingkit_contract.reading import Reader
from klingkit_contract.targets import known_relays

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_contract.findings import Field

OFFICIAL = Contract(klingkit_data.load("resolved/relays/official.openapi.yaml"))
DIALECT = klingkit_data.load("dialects.toml")["dialect"]["kling"]
GET = "video_text2video_get"
TASK = {"task_id": "81", "task_status": "submitted", "created_at": 1, "updated_at": 2}


def fields(*answers: object, status: int = 200) -> dict[str, Field]:
    """Hold answers of one query against the official document."""
    records = [
        Record("https://r.example", Request("GET", "/x"), Answer(status, (), json.dumps(each).encode()), GET)
        for each in answers
    ]
    return {row.place: row for row in compare_fields("official", OFFICIAL, Reader(), DIALECT, records)}


def envelope(**changes: Any) -> dict[str, Any]:
    data = {key: value for key, value in {**TASK, **changes}.items() if value is not None}
    return {"code": 0, "message": "", "request_id": "r", "data": data}


def test_a_documented_answer_agrees_in_every_field() -> None:
    rows = fields(envelope(), envelope())
    assert [row.place for row in rows.values() if row.disagreement] == []
    status = rows["data.task_status"]
    assert (status.documented, status.required, status.observed) == (("string",), True, ("string",))
    assert (status.present, status.answers, status.needed) == (2, 2, "status")


@pytest.mark.parametrize(
    ("changes", "place", "disagreement"),
    [
        ({"surprise": 1}, "data.surprise", Disagreement.UNDOCUMENTED),
        ({"created_at": None}, "data.created_at", Disagreement.ABSENT),
        ({"created_at": "now"}, "data.created_at", Disagreement.RETYPED),
        ({"task_id": 81}, "data.task_id", Disagreement.RETYPED),
        ({"task_status": None, "task_id": None}, "data.task_status", Disagreement.UNSEEN),
    ],
)
def test_each_way_to_differ_is_told_at_its_place(
    changes: dict[str, Any], place: str, disagreement: Disagreement
) -> None:
    assert fields(envelope(**changes))[place].disagreement is disagreement


def test_what_our_client_needs_and_nobody_promises_is_told() -> None:
    other = {"code": "success", "data": {"task_id": "81", "status": "SUCCESS", "result_url": "https://x.example/v.mp4"}}
    row = fields(other)["data.status"]
    assert (row.needed, row.disagreement) == ("status", Disagreement.UNPROMISED)
    assert fields(other)["data.result_url"].needed == "urls"


def test_refusals_and_what_is_no_object_are_no_answers() -> None:
    assert fields({"code": 1201, "message": "no"}, [1, 2], "text") == {}
    assert fields(envelope(), status=404) == {}


def test_a_field_of_list_entries_counts_the_entries() -> None:
    videos = [{"id": "1", "url": "https://x.example/1"}, {"id": "2"}]
    rows = fields(envelope(task_status="succeed", task_result={"videos": videos}))
    row = rows["data.task_result.videos[].url"]
    assert (row.present, row.answers, row.disagreement) == (1, 2, Disagreement.ABSENT)
    assert rows["data.task_result.videos"].needed == "videos"


def test_an_answer_with_names_without_end_stays_small() -> None:
    many = {f"name{number}": number for number in range(5000)}
    deep: Any = "end"
    for _ in range(60):
        deep = {"x": deep}
    assert len(fields(envelope(**many, deep=deep))) < 2100


@pytest.mark.parametrize("relay", known_relays())
def test_every_field_of_every_document_has_a_place(relay: str) -> None:
    contract = Contract(klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml"))
    for operation in contract.operations.values():
        found = {**answer_places(contract, operation), **request_places(contract, operation)}
        assert all(place and not place.startswith(".") for place in found)
        if operation.method == "POST" and contract.request_schema(operation):
            example = contract.resolve(contract.request_schema(operation).removesuffix("/schema"))[1].get("example", {})
            assert set(example) <= set(request_places(contract, operation))


def test_an_honest_relay_differs_nowhere_and_a_lost_id_is_found(on_emulator: Callable[..., Any]) -> None:
    rows = on_emulator(["haoee"], checks=["result-present"]).results.fields["haoee"]
    assert len(rows) > 20
    assert [row for row in rows if row.disagreement] == []
    rows = on_emulator(["haoee"], defects=["missing-task-id"], checks=["result-present"]).results.fields["haoee"]
    assert {(row.place, row.disagreement) for row in rows if row.disagreement} == {
        ("data.task_id", Disagreement.UNSEEN)
    }
