"""Calls that start no task: in which order they are made, with what, and what a refusal means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit_contract.catalogue import WHOLE_RELAY, Role, roles_of
from klingkit_contract.checks import calls
from klingkit_contract.contract import Contract
from klingkit_contract.emulated import BUDGET
from klingkit_contract.evidence import Evidence
from klingkit_contract.exchanges import Answer, Request
from klingkit_contract.findings import Verdict
from klingkit_contract.flaws import find_flaws
from klingkit_contract.reading import Kind, Reader
from klingkit_contract.redaction import Redactor
from klingkit_contract.samples import Samples, external_id_of, stands_in
from klingkit_contract.session import only, query_for
from klingkit_contract.targets import one_spec_operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_contract.session import Session

JSON = (("content-type", "application/json"),)
CONTRACT = Contract(klingkit_data.load("resolved/relays/official.openapi.yaml"))
SAMPLES = Samples(CONTRACT)


def answer(http: int, **data: Any) -> Answer:
    code = 0 if http == 200 else 1201
    return Answer(http, JSON, json.dumps({"code": code, "message": "m", "request_id": "r", "data": data}).encode())


def verdict(session: Session, operation: str, check: str = "valid-accepted") -> tuple[Verdict, str]:
    cells = session.board.cells(Evidence("official", "klingkit check", 0, 0, Redactor([])).finding, {})
    return next((cell.verdict, cell.reason) for cell in cells if (cell.operation, cell.check) == (operation, check))


def test_an_operation_is_part_of_a_tasks_life_only_where_there_is_a_create() -> None:
    ids = ["video_x_create", "video_x_get", "video_x_list", "video_x_delete", "account_costs_get", "voice_preset_list"]
    roles = roles_of(ids)
    assert [roles[name] for name in ids] == [Role.CREATE, Role.GET, Role.LIST, Role.CALL, Role.CALL, Role.CALL]


def test_tasks_of_the_new_standard_are_followed_by_the_query_their_creates_link_to() -> None:
    for area in ("standard", "solution"):
        query = CONTRACT.operations[f"{area}_task_get"]
        creates = [row for row in CONTRACT.of_role(Role.CREATE) if row.family.startswith(f"{area}_")]
        assert query.role is Role.GET
        assert len(creates) > 3
        assert all(CONTRACT.query_of(create) is query for create in creates)
    assert query_for(query, "a b").query == "task_ids=a+b"
    assert query_for(query, "1", external=True).query == "external_task_ids=1"


def test_a_list_of_one_is_the_task_that_was_asked_for_and_an_empty_one_refuses_it() -> None:
    task = {"id": "8", "status": "succeeded", "create_time": 1, "update_time": 2, "outputs": [{"url": "https://x/a"}]}
    found = only(Reader().read({"code": 0, "message": "", "data": [task]}))
    assert (found.kind, found.task_id, found.state, found.urls) == (Kind.TASK, "8", "succeeded", ("https://x/a",))
    assert only(Reader().read({"code": 0, "message": "", "data": []})).kind is Kind.ERROR


def test_every_operation_of_the_one_spec_has_a_cell() -> None:
    assert set(CONTRACT.operations) == set(one_spec_operations())
    assert WHOLE_RELAY not in CONTRACT.operations


def test_what_costs_is_what_the_documents_mark() -> None:
    for operation in CONTRACT.operations.values():
        assert operation.billable == operation.definition.get("x-klingkit-billable", False), operation.id
    unmarked = Contract({"paths": {"/a": {"post": {"operationId": "video_a_create"}}, "/b": {"post": {}}}})
    assert [operation.billable for operation in unmarked.operations.values()] == [True, False]


def test_every_operation_has_a_valid_request() -> None:
    for operation in CONTRACT.operations.values():
        request = SAMPLES.call(operation)
        assert find_flaws(CONTRACT, operation, request) == (), operation.id
        if operation.role is not Role.GET:
            assert CONTRACT.match(request.method, request.path) is operation


def test_a_word_in_a_path_that_is_in_no_document_is_a_flaw() -> None:
    create = CONTRACT.operations["standard_text2video_create"]
    valid = SAMPLES.call(create)
    wrong = Request(valid.method, SAMPLES.path(create, model="kling-0.1"), headers=valid.headers, body=valid.body)
    assert [(flaw.place, flaw.check) for flaw in find_flaws(CONTRACT, create, wrong)] == [("model", "limits")]


def test_an_external_id_goes_where_the_document_has_a_place_for_it() -> None:
    for name in ("video_text2video_create", "standard_text2video_create", "solution_talking_agent_create"):
        create = CONTRACT.operations[name]
        body = SAMPLES.marked(create, SAMPLES.body(create), "mine")
        assert external_id_of(body) == "mine"
        assert find_flaws(CONTRACT, create, SAMPLES.request(create, body)) == ()
    speech = CONTRACT.operations["audio_tts_run"]
    assert external_id_of(SAMPLES.marked(speech, SAMPLES.body(speech), "mine")) == ""


def test_media_that_nobody_can_fetch_and_ids_of_the_documents_stand_in() -> None:
    assert stands_in({"input": [{"video_url": "https://example.com/a.mp4"}]})
    assert stands_in({"video_id": "831"})
    assert not stands_in({"prompt": "a fox", "video_id": "", "image": "iVBOR"})


def test_a_family_is_given_the_session_it_opened(session_over: Callable[..., Session]) -> None:
    sent: list[tuple[str, Any]] = []

    def relay(method: str, url: str, _: dict[str, str], body: bytes) -> Answer:
        said = json.loads(body) if body else {}
        sent.append((url.rpartition("/")[2].partition("?")[0], said.get("session_id")))
        return answer(200, status=0, session_id="mine")

    session = session_over(relay, budget=50)
    calls.ask(session, [])
    selections = [pair for pair in sent if pair[0].endswith("-selection")]
    names = ["init-selection", "add-selection", "preview-selection", "delete-selection", "clear-selection"]
    assert selections == [(name, None if name == "init-selection" else "mine") for name in names]


def test_nothing_is_deleted_but_what_the_run_made(session_over: Callable[..., Session]) -> None:
    asked: list[str] = []

    def relay(method: str, url: str, _: dict[str, str], body: bytes) -> Answer:
        if "/delete-" in url and "selection" not in url:
            asked.extend(json.loads(body).values())
        if url.endswith("/custom-elements") and method == "POST":
            return answer(200, element_id=42)
        return answer(200)

    session = session_over(relay, budget=50)
    calls.ask(session, [])
    assert "42" in asked
    assert all(said == "42" or said.startswith("9") for said in asked)
    assert len(asked) == 3


def test_a_refusal_of_what_only_the_documents_know_is_no_finding(session_over: Callable[..., Session]) -> None:
    session = session_over(lambda *_: answer(400), budget=50)
    calls.ask(session, [])
    kind, reason = verdict(session, "video_identify_face_run")
    assert kind is Verdict.NOT_TESTED
    assert "only the documents know" in reason
    assert verdict(session, "voice_custom_delete")[0] is Verdict.NOT_TESTED
    assert [claim.check for claim in session.board._claims["audio_tts_run", "valid-accepted"]] == ["valid-accepted"]


def test_without_a_budget_no_call_that_costs_is_made(session_over: Callable[..., Session]) -> None:
    session = session_over(lambda *_: answer(200))
    calls.ask(session, [])
    sent = session.guard.transport.sent  # type: ignore[attr-defined]
    found = [CONTRACT.match(row[0], row[1].partition("/kling")[2].partition("?")[0]) for row in sent]
    assert found
    assert not [operation for operation in found if operation is None or operation.billable]
    assert verdict(session, "audio_tts_run") == (Verdict.NOT_TESTED, "needs --budget 1 or more")


SHARING = frozenset(
    f"{family}_{verb}"
    for family in ("standard_text2video", "standard_task", "solution_drama_subtitle", "solution_task", "voice_custom")
    for verb in ("create", "get", "list", "query")
) | {"video_effects_create", "video_effects_get", "video_effects_list"}


def test_a_flaw_in_tasks_of_the_new_standard_is_found_at_the_query_they_share(
    on_emulator: Callable[..., Any],
) -> None:
    ran = on_emulator(
        ["official"], defects=["status-word"], checks=["status-known"], budget=BUDGET, wait=0.5, operations=SHARING
    )
    red = {cell.operation for cell in ran.results.cells.values() if cell.verdict is Verdict.FINDING}
    assert {"standard_task_get", "solution_task_get", "voice_custom_get", "video_effects_list"} <= red
    assert not [name for name in red if name.endswith("_create")]
