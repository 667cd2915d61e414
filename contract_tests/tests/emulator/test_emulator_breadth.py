"""Everything the official document has is answered, in the documented shapes, with real files."""

from __future__ import annotations

import io
import time
import wave
from typing import Any

import av
import pytest

import klingkit_data
from klingkit_emulator.app import create_app
from klingkit_emulator.contract import load_contract
from klingkit_emulator.registry import known

OFFICIAL = klingkit_data.load("resolved/relays/official.openapi.yaml")
NEWER = ("standard_", "solution_")
OPERATIONS = {row.id: row for row in load_contract("official").operations}
STANDARD = sorted(row.id for row in OPERATIONS.values() if row.manner == "create" and row.object.startswith(NEWER))
LIVES = sorted(row.object for row in OPERATIONS.values() if row.manner == "get")
CALLS = sorted(row.id for row in OPERATIONS.values() if row.manner == "call")
QUERIES = {"standard": "/tasks", "solution": "/solutions"}
BEGINNINGS = {
    "video/mp4": (4, b"ftyp"),
    "image/png": (0, b"\x89PNG"),
    "audio/mpeg": (0, b"ID3"),
    "audio/wav": (0, b"RIFF"),
    "application/json": (0, b"{"),
    "application/x-subrip": (0, b"1\n"),
    "text/x-ssa": (0, b"[Script"),
}
MEDIA = {
    "voice_custom": {"audio/mpeg"},
    "element_custom": {"image/png"},
    "audio_text2audio": {"audio/mpeg", "audio/wav"},
    "audio_video2audio": {"video/mp4", "audio/mpeg", "audio/wav"},
}


@pytest.fixture
def official(callers):
    return callers("official")


def addresses(value: Any, host: str) -> list[str]:
    """Return every address of a result file in an answer."""
    if isinstance(value, dict):
        return [address for member in value.values() for address in addresses(member, host)]
    if isinstance(value, list):
        return [address for member in value for address in addresses(member, host)]
    return [value] if isinstance(value, str) and value.startswith(f"{host}/media/") else []


def media_types(caller, emulator, answer) -> set[str]:
    """Fetch every file an answer names, hold its beginning against its media type, and return those types."""
    found = set()
    for address in addresses(answer.json(), emulator.url):
        file = caller.http.get(address)
        assert file.status_code == 200, address
        kind = file.headers["content-type"].partition(";")[0]
        start, beginning = BEGINNINGS[kind]
        assert file.content[start : start + len(beginning)] == beginning
        found.add(kind)
    return found


def call(caller, name: str, **more: Any):
    """Make a call as its example shows it."""
    method, path, operation = caller.document.operations[name]
    body = {**caller.document.body(name), **more} if "requestBody" in operation else None
    query = more if body is None else {}
    answer = caller.http.request(method, path, json=body, params=query)
    assert caller.document.problems(name, answer) == [], answer.text
    return answer


def create_standard(caller, name: str, external_id: str, **more: Any):
    """Make a task of the new standard as its example shows it, under an id of its own."""
    body = {**caller.document.body(name), **more}
    body["options"] = {**body.get("options", {}), "external_task_id": external_id}
    path = caller.document.path(name)
    if "{model}" in path:
        (model,) = [row for row in OPERATIONS[name].parameters if row.where == "path"]
        schema = next(row for row in caller.document.operations[name][2]["parameters"] if row.get("in") == "path")
        words = OFFICIAL["components"]["schemas"][schema["schema"]["$ref"].rpartition("/")[2]]["enum"]
        path = path.replace(f"{{{model.name}}}", words[0])
    return caller.http.post(path, json=body)


def finished(caller, area: str, **query: str):
    """Ask until the one task that is asked for is final."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = caller.http.get(QUERIES[area], params=query)
        assert caller.document.problems(f"{area}_task_get", answer) == [], answer.text
        (task,) = answer.json()["data"]
        if task["status"] in {"succeeded", "failed"}:
            return answer, task
        time.sleep(0.004)
    raise AssertionError("the task does not end")


@pytest.mark.parametrize("relay", known())
def test_nothing_that_is_documented_goes_unserved(relay):
    with_state = create_app([relay])
    assert with_state.state()["relays"][relay]["unserved"] == []
    with_state.close()


def test_every_operation_is_tested_by_one_of_the_tests_below():
    lives = {f"{obj}_{verb}" for obj in LIVES for verb in ("create", "get", "list")}
    assert lives | set(STANDARD) | set(CALLS) == set(OPERATIONS)


@pytest.mark.parametrize("obj", LIVES)
def test_a_finished_task_names_files_that_are_what_they_say(official, emulator, obj):
    answer = official.make(obj)
    assert official.document.problems(f"{obj}_get", answer) == []
    assert media_types(official, emulator, answer) == MEDIA.get(
        obj, {"image/png"} if obj.startswith("image_") else {"video/mp4"}
    )


@pytest.mark.parametrize("name", STANDARD)
def test_a_task_of_the_new_standard_is_found_by_both_its_ids(official, emulator, name):
    area = name.partition("_")[0]
    before = emulator.charges("official")
    created = create_standard(official, name, f"{name}-1")
    assert official.document.problems(name, created) == [], created.text
    data = created.json()["data"]
    task_id = data.get("id") or data["task_id"]
    assert (data["status"], data["external_id"]) == ("submitted", f"{name}-1")
    answer, task = finished(official, area, task_ids=task_id)
    assert (task["id"], task["status"]) == (task_id, "succeeded")
    assert finished(official, area, external_task_ids=f"{name}-1")[1]["id"] == task_id
    assert media_types(official, emulator, answer)
    assert emulator.charges("official") == before + 1
    again = create_standard(official, name, f"{name}-1")
    assert (again.status_code, again.json()["code"]) == (400, 1201)
    assert emulator.charges("official") == before + 1


def test_a_task_of_the_new_standard_fails_where_its_prompt_says_so(official):
    created = create_standard(official, "standard_text2video_create", "to fail", prompt="a fox [fail: it ran away]")
    _, task = finished(official, "standard", task_ids=created.json()["data"]["id"])
    assert (task["status"], task["message"]) == ("failed", "it ran away")


def test_a_model_in_a_path_is_one_of_those_documented(official):
    path = official.document.path("standard_text2video_create").replace("{model}", "kling-0.1")
    answer = official.http.post(path, json=official.document.body("standard_text2video_create"))
    assert answer.status_code == 404
    assert official.document.problems("standard_text2video_create", answer) == []


def test_the_new_standards_query_knows_tasks_of_the_legacy_paths_and_leaves_out_unknown_ones(official, ask):
    made = [ask.task_id(official.create(obj)) for obj in ("video_text2video", "audio_text2audio", "voice_custom")]
    answer = official.http.get("/tasks", params={"task_ids": ",".join([*made, "1"])})
    assert official.document.problems("standard_task_get", answer) == []
    assert [task["id"] for task in answer.json()["data"]] == made


@pytest.mark.parametrize(
    "query", [{}, {"task_ids": "1", "external_task_ids": "2"}, {"task_ids": ",".join("1" * 21)}, {"task_ids": ""}]
)
def test_a_query_by_id_takes_one_kind_of_ids_and_twenty_at_most(official, query):
    answer = official.http.get("/tasks", params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, 1201)


@pytest.mark.parametrize(("area", "name"), [("standard", "video_text2video"), ("solution", "solution_talking_agent")])
def test_a_cursor_walks_over_all_tasks_once(callers, emulator, area, name):
    caller = callers("official", emulator.other_api_key)
    if area == "standard":
        made = [caller.create(name).json()["data"]["task_id"] for _ in range(3)]
    else:
        answers = [create_standard(caller, f"{name}_create", f"cursor-{n}") for n in range(3)]
        made = [answer.json()["data"]["id"] for answer in answers]
    seen, cursor = [], ""
    for _ in range(40):
        answer = call(caller, f"{area}_task_query", limit=1, filters=[], cursor=cursor)
        page = answer.json()["data"]
        assert page["count"] == len(page["result"]) <= 1
        seen += [task["id"] for task in page["result"]]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert seen[:3] == made[::-1]
    assert len(seen) == len(set(seen))
    assert call(caller, f"{area}_task_query", filters=[], end_time=1).json()["data"]["result"] == []
    unknown = caller.http.post(QUERIES[area], json={"cursor": "no such"})
    assert (unknown.status_code, unknown.json()["code"]) == (400, 1201)


def test_a_query_by_cursor_is_filtered(official):
    created = create_standard(official, "standard_text2video_create", "filtered")
    finished(official, "standard", task_ids=created.json()["data"]["id"])
    for words, there in ((["succeeded"], True), (["failed"], False)):
        answer = call(official, "standard_task_query", filters=[{"key": "status", "values": words}])
        ids = [task["id"] for task in answer.json()["data"]["result"]]
        assert (created.json()["data"]["id"] in ids) is there
        assert {task["status"] for task in answer.json()["data"]["result"]} <= set(words)


@pytest.mark.parametrize("name", ["audio_tts_run", "video_identify_face_run", "image_recognition_run"])
def test_a_call_that_answers_at_once_is_charged_and_its_files_are_there(official, emulator, name):
    before = emulator.charges("official")
    assert media_types(official, emulator, call(official, name))
    assert emulator.charges("official") == before + 1


def test_speech_is_as_long_as_it_says(official):
    data = call(official, "audio_tts_run", text="word " * 30).json()["data"]
    (audio,) = data["task_result"]["audios"]
    with av.open(io.BytesIO(official.http.get(audio["url"]).content)) as file:
        assert file.streams.audio[0].codec_context.name.startswith("mp3")
        assert abs(float(file.duration or 0) / av.time_base - float(audio["duration"])) < 0.2


def test_a_wave_file_is_as_long_as_asked(official):
    data = official.make("audio_text2audio", duration=3.5).json()["data"]
    (audio,) = data["task_result"]["audios"]
    with wave.open(io.BytesIO(official.http.get(audio["url_wav"]).content)) as file:
        assert file.getnframes() / file.getframerate() == 3.5


def test_a_selection_is_kept_from_call_to_call(official, emulator):
    base = "video_multi_elements_selection"
    opened = call(official, f"{base}_init")
    session = {"session_id": opened.json()["data"]["session_id"]}
    assert media_types(official, emulator, opened) == {"video/mp4"}
    point, other = {"x": 0.1, "y": 0.2}, {"x": 0.3, "y": 0.4}
    assert call(official, f"{base}_preview", **session).status_code == 400
    added = call(official, f"{base}_add", **session, frame_index=3, points=[point, other])
    assert [len(added.json()["data"]["res"]["rle_mask_list"])] == [2]
    assert media_types(official, emulator, call(official, f"{base}_preview", **session)) >= {"video/mp4", "image/png"}
    left = call(official, f"{base}_delete", **session, frame_index=3, points=[point])
    assert len(left.json()["data"]["res"]["rle_mask_list"]) == 1
    assert call(official, f"{base}_clear", **session).status_code == 200
    assert call(official, f"{base}_delete", **session, frame_index=3, points=[other]).status_code == 400
    assert call(official, f"{base}_add", session_id="1").status_code == 400


def test_points_may_be_marked_on_ten_frames(official):
    base = "video_multi_elements_selection"
    session = {"session_id": call(official, f"{base}_init").json()["data"]["session_id"]}
    statuses = [call(official, f"{base}_add", **session, frame_index=n).status_code for n in range(11)]
    assert statuses == [200] * 10 + [400]


def test_a_session_of_another_account_is_unknown(callers, emulator):
    base = "video_multi_elements_selection"
    session = {"session_id": call(callers("official"), f"{base}_init").json()["data"]["session_id"]}
    assert call(callers("official", emulator.other_api_key), f"{base}_add", **session).status_code == 400


@pytest.mark.parametrize(
    ("obj", "listed", "member"), [("voice_custom", "voices", "voice_id"), ("element_custom", "elements", "element_id")]
)
def test_what_was_made_can_be_deleted_once(official, ask, obj, listed, member):
    answer = official.make(obj)
    made = str(answer.json()["data"]["task_result"][listed][0][member])
    assert call(official, f"{obj}_delete", **{member: made}).status_code == 200
    assert call(official, f"{obj}_delete", **{member: made}).status_code == 400
    assert official.get(obj, ask.task_id(answer)).status_code == 400


def test_simple_elements_are_made_at_once_listed_and_deleted(official, emulator):
    made = call(official, "element_simple_run", element_name="Fuchs").json()["data"]
    assert made["element_name"] == "Fuchs"
    listed = call(official, "element_simple_list", pageSize=1).json()["data"]
    assert [row["element_id"] for row in listed] == [made["element_id"]]
    assert call(official, "element_simple_delete", element_id=str(made["element_id"])).status_code == 200
    assert call(official, "element_simple_list", pageSize=1).json()["data"] != listed


@pytest.mark.parametrize("name", ["voice_preset_list", "element_preset_list", "element_simple_preset_list"])
def test_presets_are_the_same_whoever_asks_and_come_in_pages(callers, emulator, name):
    mine, theirs = callers("official"), callers("official", emulator.other_api_key)
    before = emulator.charges("official")
    whole = call(mine, name).json()["data"]
    assert call(theirs, name).json()["data"] == whole
    assert call(mine, name, pageNum=2, pageSize=2).json()["data"] == whole[2:]
    assert media_types(mine, emulator, call(mine, name))
    assert emulator.charges("official") == before


def test_the_account_tells_what_its_pack_has_left_and_what_took_from_it(callers, emulator, ask):
    caller = callers("official", emulator.other_api_key)
    span = {"start_time": 1, "end_time": 2**50}
    before = call(caller, "account_costs_get", **span).json()["data"]["resource_pack_subscribe_infos"][0]
    task = ask.task_id(caller.create("image_generation"))
    after = call(caller, "account_costs_get", **span).json()["data"]["resource_pack_subscribe_infos"][0]
    assert before["remaining_quantity"] - after["remaining_quantity"] == 1
    bills = call(caller, "account_package_run", **span, filters=[], limit=1).json()["data"]
    assert [row["task_id"] for row in bills["result"]["detail"]] == [task]
    assert call(caller, "account_balance_run", **span).json()["data"]["result"] == {"detail": [], "count": 0}
    other = call(caller, "account_costs_get", **span, resource_pack_name="no such").json()["data"]
    assert other["resource_pack_subscribe_infos"] == []


@pytest.mark.parametrize("name", CALLS)
def test_a_call_without_a_key_is_refused(callers, name):
    assert call(callers("official", None), name).status_code == 401


@pytest.mark.parametrize("name", [name for name in CALLS if OPERATIONS[name].body is not None])
def test_a_call_with_a_wrong_body_is_refused_and_free(official, emulator, name):
    before = emulator.charges("official")
    _, path, _ = official.document.operations[name]
    for answer in (official.http.post(path, content=b"{"), official.http.post(path, json=[])):
        assert answer.status_code == 400
        assert official.document.problems(name, answer) == []
    assert emulator.charges("official") == before


def test_a_series_of_pictures_is_a_series(official):
    more = {"result_type": "series", "series_amount": 3}
    result = official.make("image_omni_image", **more).json()["data"]["task_result"]
    assert result["result_type"] == "series"
    assert len(result["series_images"]) == 3
    single = official.make("image_omni_image", result_type="single", n=2).json()["data"]["task_result"]
    assert len(single["images"]) == 2


def test_an_extended_video_tells_what_it_was_made_from(official):
    data = official.make("video_extend", video_id="831000000000000002").json()["data"]
    assert data["task_info"]["parent_video"]["id"] == "831000000000000002"
