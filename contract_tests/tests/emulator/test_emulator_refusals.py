"""What a relay refuses: in its documented shape, and never charged."""

from __future__ import annotations

import json

import pytest

from klingkit_emulator.errors import DataError
from klingkit_emulator.registry import known
from klingkit_emulator.rules import read_rules

T2V, I2V = "video_text2video", "video_image2video"


@pytest.fixture(params=known(gateways=False))
def relay(request):
    return request.param


@pytest.fixture
def free(emulator):
    """Fail the test if anything was charged in it."""
    before = {relay: emulator.charges(relay) for relay in emulator.relays}
    yield
    assert {relay: emulator.charges(relay) for relay in emulator.relays} == before


def code(answer):
    body = answer.json()
    return body["code"] if "code" in body else body["error"]["code"]


@pytest.mark.usefixtures("free")
@pytest.mark.parametrize(
    ("header", "kling", "gateway"),
    [
        (None, 1001, "missing_api_key"),
        ("", 1001, "missing_api_key"),
        ("Bearer", 1001, "missing_api_key"),
        ("Bearer wrong", 1002, "invalid_api_key"),
        ("Basic sk-emulator", 1002, "invalid_api_key"),
        ("sk-emulator", 1002, "invalid_api_key"),
    ],
)
def test_a_missing_key_and_a_wrong_key_are_told_apart(callers, relay, header, kling, gateway):
    caller = callers(relay, None)
    obj = caller.obj
    headers = {} if header is None else {"authorization": header}
    path = caller.document.path(f"{obj}_create")
    answer = caller.http.post(path, json=caller.document.example(obj), headers=headers)
    assert (answer.status_code, code(answer)) == (401, gateway if relay == "xiexus" else kling)
    assert caller.document.problems(f"{obj}_create", answer) == []
    assert caller.http.get(caller.document.path(f"{obj}_get", "1"), headers=headers).status_code == 401


def test_the_scheme_of_a_key_may_be_spelled_in_any_case(callers, emulator):
    caller = callers("official", None)
    headers = {"authorization": f"bearer {emulator.api_key}"}
    assert caller.http.get("/v1/videos/text2video", headers=headers).status_code == 200


@pytest.mark.usefixtures("free")
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"text"', "application/json"),
        (b"null", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b'{"prompt": NaN}', "application/json"),
        (b'{"prompt": "\\ud800"}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"n":' + b"1" * 5000 + b"}", "application/json"),
        (b'{"prompt": "fox", "model_name": "kling-v3"}', "text/plain"),
        (b"prompt=fox", "application/x-www-form-urlencoded"),
        (b'{"prompt": "fox"}', None),
    ],
)
def test_a_body_that_is_no_json_object_is_a_bad_request(callers, relay, body, content_type):
    caller = callers(relay)
    obj = caller.obj
    headers = {"content-type": content_type} if content_type else {}
    answer = caller.http.post(caller.document.path(f"{obj}_create"), content=body, headers=headers)
    assert (answer.status_code, code(answer)) == (400, "bad_request" if relay == "xiexus" else 1200)
    assert caller.document.problems(f"{obj}_create", answer) == []


@pytest.mark.usefixtures("free")
@pytest.mark.parametrize(
    ("obj", "change", "named"),
    [
        (T2V, {"prompt": "x" * 2501}, "prompt"),
        (T2V, {"prompt": ""}, "prompt"),
        (T2V, {"prompt": 7}, "prompt"),
        (T2V, {"duration": 5}, "duration"),
        (T2V, {"duration": "60"}, "duration"),
        (T2V, {"model_name": "kling-v99"}, "model_name"),
        (T2V, {"aspect_ratio": "4:3"}, "aspect_ratio"),
        (T2V, {"cfg_scale": 1.5}, "cfg_scale"),
        (T2V, {"multi_shot": True}, "shot_type"),
        (I2V, {"image": None}, "image"),
        (I2V, {"element_list": [{"element_id": 2**63}]}, "element_id"),
        ("video_multi_image2video", {"image_list": []}, "image_list"),
        ("video_multi_image2video", {"image_list": [{"picture": "x"}]}, "image_list[0]"),
        ("image_multi_image2image", {"n": 10}, "n"),
        ("image_multi_image2image", {"n": True}, "n"),
    ],
)
def test_a_value_outside_the_schema_is_refused_by_name(callers, obj, change, named):
    caller = callers("official")
    answer = caller.create(obj, **change)
    assert (answer.status_code, code(answer)) == (400, 1201)
    assert named in answer.json()["message"]
    assert len(answer.json()["message"]) < 300


@pytest.mark.usefixtures("free")
def test_a_gateway_names_the_member_at_fault(callers):
    caller = callers("xiexus")
    answer = caller.create(caller.obj, duration="5")
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "duration"


SHOTS = [{"index": n, "prompt": "a fox", "duration": "2"} for n in (1, 2)]
OLD = {"model_name": "kling-v1"}
STORY = {"multi_shot": True, "shot_type": "customize", "multi_prompt": SHOTS, "model_name": "kling-v3"}


@pytest.mark.parametrize(
    ("change", "accepted"),
    [
        ({**STORY, "duration": "4"}, True),
        ({**STORY, "duration": "5"}, False),
        ({**STORY, "duration": "4", "model_name": "kling-v2-6"}, False),
        ({**OLD, "camera_control": {"type": "simple", "config": {"pan": 3, "zoom": 0}}}, True),
        ({**OLD, "camera_control": {"type": "simple", "config": {"pan": 3, "zoom": 1}}}, False),
        ({**OLD, "camera_control": {"type": "simple", "config": {"pan": 0}}}, False),
        ({**OLD, "camera_control": {"type": "down_back"}}, True),
        ({"camera_control": {"type": "down_back"}}, False),
        ({**OLD, "mode": "pro", "camera_control": {"type": "down_back"}}, False),
        ({"model_name": "kling-v2-6", "duration": "7"}, False),
        ({"model_name": "kling-v3", "duration": "7"}, True),
        ({"model_name": "kling-v2-5-turbo", "sound": "on"}, False),
        ({"model_name": "kling-v3", "cfg_scale": 0.7}, False),
        ({"model_name": "kling-v3", "cfg_scale": 0.5}, True),
        ({**OLD, "cfg_scale": 0.5}, True),
        ({"model_name": "kling-v2-6", "sound": "on", "mode": "pro"}, True),
        ({"model_name": "kling-v2-6", "sound": "on", "mode": "std"}, False),
        ({"model_name": "kling-v3", "sound": "on", "mode": "std"}, True),
    ],
)
def test_the_named_rules_and_what_each_model_makes_are_kept(callers, emulator, change, accepted):
    before = emulator.charges("official")
    answer = callers("official").create(T2V, **change)
    assert (answer.status_code == 200) == accepted, answer.text
    assert emulator.charges("official") == before + accepted


def test_a_left_out_member_counts_with_its_default_in_a_rule(callers):
    caller = callers("official")
    body = {"prompt": "a fox", "model_name": "kling-v2-6", "sound": "on"}  # mode is std unless said
    assert caller.create(T2V, body).status_code == 400


@pytest.mark.usefixtures("free")
def test_a_missing_header_is_refused(callers):
    caller = callers("haoee")
    obj = "image_multi_image2image"
    del caller.http.headers["ModelName"]
    answer = caller.create(obj)
    assert answer.status_code == 400
    assert "ModelName" in answer.json()["message"]
    assert caller.document.problems(f"{obj}_create", answer) == []


@pytest.mark.parametrize(
    "query",
    ["pageNum=0", "pageNum=1001", "pageSize=501", "pageSize=x", "pageNum=1.5", "pageNum=1&pageNum=2", "pageSize="],
)
def test_a_page_outside_the_documented_range_is_refused(callers, query):
    caller = callers("official")
    answer = caller.http.get(f"/v1/videos/text2video?{query}")
    assert (answer.status_code, code(answer)) == (400, 1201)
    assert caller.document.problems(f"{T2V}_list", answer) == []


def test_an_unknown_query_parameter_is_ignored(callers):
    assert callers("official").http.get("/v1/videos/text2video?colour=red").status_code == 200


def test_an_unknown_id_is_answered_as_documented(callers, relay):
    caller = callers(relay)
    obj = caller.obj
    answer = caller.get(obj, "no-such-task")
    assert (answer.status_code, code(answer)) == ((404, "task_not_found") if relay == "xiexus" else (400, 1201))
    assert caller.document.problems(f"{obj}_get", answer) == []


@pytest.mark.parametrize("path", ["/v1/videos/nothing", "/v1/videos/text2video/", "/v1/videos/text2video/a/b", "/", ""])
def test_an_unknown_path_is_404(callers, relay, path):
    answer = callers(relay).http.get(path or "/x")
    assert (answer.status_code, code(answer)) == (404, "unknown_url" if relay == "xiexus" else 1203)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_method_that_does_not_fit_is_404_as_documented(callers, relay, method):
    caller = callers(relay)
    answer = caller.http.request(method, caller.document.path(f"{caller.obj}_create"))
    assert (answer.status_code, code(answer)) == (404, "unknown_url" if relay == "xiexus" else 1202)


@pytest.mark.usefixtures("free")
def test_an_operation_the_relay_does_not_offer_is_an_unknown_path(callers):
    answer = callers("haoee").http.post("/v1/videos/multi-image2video", json={"prompt": "fox"})
    assert (answer.status_code, code(answer)) == (404, 1203)


def test_a_relay_that_is_not_emulated_is_not_there(emulator, callers):
    answer = callers("official").http.get(f"{emulator.url}/elsewhere/v1/videos/text2video")
    assert answer.status_code == 404
    assert "/anyapi" in answer.text


def test_a_body_may_be_left_out_where_the_document_says_so(callers):
    caller = callers("xiexus")
    assert caller.http.post(caller.document.path(f"{caller.obj}_create")).status_code == 200


def test_a_task_that_cannot_be_made_fails_later_where_the_document_lets_it_through(callers):
    caller = callers("xiexus")
    answer = caller.make(caller.obj, duration=4000)
    assert answer.json()["error"]["message"] == "duration value '4000' is invalid"


def test_a_host_header_that_is_no_name_is_not_repeated(callers, ask):
    caller = callers("official")
    task = ask.task_id(caller.create(T2V))
    caller.finish(T2V, task)
    answer = caller.http.get(f"/v1/videos/text2video/{task}", headers={"host": 'x"><script>'})
    assert "script" not in json.dumps(answer.json())


def test_a_rule_of_an_unknown_kind_is_an_error_not_a_rule_that_holds():
    with pytest.raises(DataError, match="moon_phase"):
        read_rules([{"id": "x", "kind": "moon_phase", "fields": [], "text": ""}])
