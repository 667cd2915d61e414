"""A task's life at every relay, from the create to the last answer."""

from __future__ import annotations

import pytest

import klingkit_data
from klingkit_emulator import lifecycle
from klingkit_emulator.launch import launch
from klingkit_emulator.registry import known

IDS = {
    (relay, operation["operationId"])
    for relay in known(gateways=False)
    for item in klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")["paths"].values()
    for operation in item.values()
}
# The new standard has one query for all: test_emulator_breadth.py.
PAIRS = sorted(
    (relay, name.removesuffix("_create"))
    for relay, name in IDS
    if name.endswith("_create") and (relay, f"{name.removesuffix('_create')}_get") in IDS
)
LISTING = [(relay, obj) for relay, obj in PAIRS if (relay, f"{obj}_list") in IDS]
PROMPTED = {"video_text2video", "video_image2video", "video_multi_image2video", "image_multi_image2image"}


@pytest.mark.parametrize(("relay", "obj"), PAIRS)
def test_a_task_goes_from_accepted_to_done_in_documented_answers(callers, ask, emulator, relay, obj):
    caller = callers(relay)
    before = emulator.charges(relay)
    created = caller.create(obj)
    assert created.status_code == 200, created.text
    assert caller.document.problems(f"{obj}_create", created) == []
    answers = caller.finish(obj, ask.task_id(created))
    assert [caller.document.problems(f"{obj}_get", answer) for answer in answers] == [[]] * len(answers)
    order = list(klingkit_data.load("dialects.toml")["dialect"][_dialect(relay)]["words"].values())
    seen = [ask.status(answer) for answer in [created, *answers]]
    assert seen[0] == order[0]
    assert seen[-1] == order[2]
    assert seen == sorted(seen, key=order.index)
    assert emulator.charges(relay) == before + 1


@pytest.mark.parametrize(
    ("relay", "obj"),
    [(relay, obj) for relay, obj in PAIRS if relay in {"official", "xiexus", "haoee"} and obj in PROMPTED],
)
def test_a_prompt_with_fail_in_it_makes_a_task_that_fails_with_the_given_reason(callers, ask, relay, obj):
    caller = callers(relay)
    answer = caller.make(obj, prompt="a fox [fail: the fox ran away]")
    assert ask.status(answer) == "failed"
    assert caller.document.problems(f"{obj}_get", answer) == []
    body = answer.json()
    reason = body["data"]["task_status_msg"] if "data" in body else body["error"]["message"]
    assert reason == "the fox ran away"
    assert "task_result" not in body.get("data", {})
    assert "url" not in body


def test_a_fail_without_a_reason_names_the_usual_one(callers):
    answer = callers("official").make("video_text2video", prompt="[FAIL]")
    assert answer.json()["data"]["task_status_msg"]


def test_times_are_milliseconds_and_never_go_back(callers, ask):
    caller = callers("official")
    created = caller.create("video_text2video")
    answers = [created, *caller.finish("video_text2video", ask.task_id(created))]
    tasks = [answer.json()["data"] for answer in answers]
    assert len({task["created_at"] for task in tasks}) == 1
    assert tasks[0]["created_at"] > 1_600_000_000_000
    updates = [task["updated_at"] for task in tasks]
    assert updates == sorted(updates)
    assert updates[-1] > tasks[0]["created_at"]


def test_task_ids_look_as_the_relay_gives_them_out(callers, ask):
    digits = ask.task_id(callers("official").create("video_text2video"))
    assert digits.isdigit()
    assert len(digits) in {18, 19}
    gateway = callers("xiexus")
    word, _, rest = ask.task_id(gateway.create(gateway.obj)).partition("_")
    assert (word, len(rest), rest.isalnum()) == ("task", 32, True)


@pytest.mark.parametrize(("relay", "obj"), LISTING)
def test_the_list_has_the_newest_first_a_page_at_a_time(callers, ask, relay, obj):
    caller = callers(relay)
    made = [ask.task_id(caller.create(obj)) for _ in range(5)]
    pages = [caller.list(obj, pageNum=number, pageSize=2) for number in (1, 2)]
    assert [caller.document.problems(f"{obj}_list", page) for page in pages] == [[], []]
    listed = [task["task_id"] for page in pages for task in page.json()["data"]]
    assert listed == made[::-1][:4]
    assert caller.list(obj, pageNum=1000, pageSize=500).json()["data"] == []
    assert made[0] in [task["task_id"] for task in caller.list(obj).json()["data"]]


def test_a_relay_that_documents_no_list_has_none(callers):
    caller = callers("xiexus")
    answer = caller.http.get(caller.document.path(f"{caller.obj}_create"))
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_url"


def test_an_external_id_is_echoed_and_finds_the_task(callers, ask):
    caller = callers("official")
    created = caller.create("video_text2video", external_task_id="order/17 ü")
    assert created.json()["data"]["task_info"] == {"external_task_id": "order/17 ü"}
    found = caller.get("video_text2video", "order%2F17%20%C3%BC")
    assert ask.task_id(found) == ask.task_id(created)


def test_a_repeated_external_id_is_refused_and_not_charged(callers, emulator):
    caller = callers("official")
    caller.create("video_text2video", external_task_id="once")
    before = emulator.charges("official")
    again = caller.create("video_text2video", external_task_id="once")
    other_object = caller.create("video_image2video", external_task_id="once")
    assert [(a.status_code, a.json()["code"]) for a in (again, other_object)] == [(400, 1201)] * 2
    assert caller.document.problems("video_text2video_create", again) == []
    assert "already exists" in again.json()["message"]
    assert emulator.charges("official") == before


def test_an_empty_external_id_is_none_at_all(callers):
    caller = callers("official")
    answers = [caller.create("video_text2video", external_task_id="", callback_url="") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["data"]["task_info"] == {}


def test_a_relay_that_does_not_document_external_ids_ignores_them(callers):
    caller = callers("xiexus")
    assert [caller.create(caller.obj, external_task_id="x").status_code for _ in range(2)] == [200, 200]
    assert caller.get(caller.obj, "x").status_code == 404


def test_an_external_id_of_one_account_is_free_for_another(callers, emulator, ask):
    mine, theirs = callers("official"), callers("official", emulator.other_api_key)
    first, second = (caller.create("video_text2video", external_task_id="shared") for caller in (mine, theirs))
    assert (first.status_code, second.status_code) == (200, 200)
    assert ask.task_id(mine.get("video_text2video", "shared")) == ask.task_id(first)
    assert ask.task_id(theirs.get("video_text2video", "shared")) == ask.task_id(second)


@pytest.mark.parametrize("relay", ["official", "xiexus"])
def test_a_task_of_another_account_is_as_unknown_as_one_that_never_was(callers, emulator, ask, relay):
    mine, theirs = callers(relay), callers(relay, emulator.other_api_key)
    task = ask.task_id(mine.create(mine.obj))
    seen, unknown = theirs.get(mine.obj, task), theirs.get(mine.obj, "8" * 18)
    assert seen.status_code == unknown.status_code
    without_ids = [_without_ids(answer.json(), task, "8" * 18) for answer in (seen, unknown)]
    assert without_ids[0] == without_ids[1]


def test_a_task_is_found_at_its_own_path_only(callers, ask):
    caller = callers("official")
    task = ask.task_id(caller.create("video_text2video"))
    assert caller.get("video_image2video", task).status_code == 400


def test_tasks_and_charges_survive_a_restart(callers, ask, tmp_path):
    file = tmp_path / "tasks.db"
    with launch(["official"], speed=400, database=file) as first:
        task = ask.task_id(callers("official", running=first).create("video_text2video", external_task_id="kept"))
    with launch(["official"], speed=400, database=file) as second:
        caller = callers("official", running=second)
        assert ask.task_id(caller.get("video_text2video", "kept")) == task
        assert ask.status(caller.finish("video_text2video", task)[-1]) == "succeed"
        assert second.charges("official") == 1
        assert caller.create("video_text2video", external_task_id="kept").status_code == 400


def test_a_single_relay_answers_at_the_root_as_well(callers, ask):
    with launch(["anyapi"], speed=400) as running:
        caller = callers("anyapi", running=running)
        task = ask.task_id(caller.create("video_text2video"))
        at_root = caller.http.get(f"{running.url}/kling/v1/videos/text2video/{task}")
        assert ask.task_id(at_root) == task


@pytest.mark.parametrize("kind", ["video", "image"])
def test_a_timetable_is_followed_in_order_and_speed_shortens_it(kind):
    slow, fast = lifecycle.plan(kind, 1000, 1), lifecycle.plan(kind, 1000, 10)
    moments = [0, 1000, slow.started_ms - 1, slow.started_ms, slow.ended_ms - 1, slow.ended_ms, slow.ended_ms + 1]
    states = [slow.at(moment).state for moment in moments]
    assert states == ["queued", "queued", "queued", "running", "running", "succeeded", "succeeded"]
    assert (slow.ended_ms - 1000) == 10 * (fast.ended_ms - 1000)


def test_the_fastest_timetable_still_has_every_state():
    table = lifecycle.plan("image", 5, 1_000_000, "why not")
    assert [table.at(moment).state for moment in range(5, 9)] == ["queued", "running", "failed", "failed"]


def _dialect(relay):
    return klingkit_data.load("relays.toml")["relay"][relay]["dialect"]


def _without_ids(body, *ids):
    text = str({name: value for name, value in body.items() if name != "request_id"})
    for one in ids:
        text = text.replace(one, "ID")
    return text
