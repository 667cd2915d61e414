"""Every planted defect breaks the contract visibly, and only where it says."""

from __future__ import annotations

import asyncio
import io

import av
import httpx
import pytest

from klingkit_emulator.app import API_KEY, OTHER_API_KEY, create_app
from klingkit_emulator.defects import DEFECTS, WRONG_WORD, Defects
from klingkit_emulator.errors import UnknownNameError

PATH = "/v1/videos/text2video"
BODY = {"model_name": "kling-v3", "prompt": "a fox", "duration": "4"}
KEY = {"authorization": f"Bearer {API_KEY}"}
OTHER = {"authorization": f"Bearer {OTHER_API_KEY}"}


class Session:
    """What one check does with a relay in process."""

    def __init__(self, app, http):
        self.app, self.http = app, http

    async def create(self, headers=KEY, **change):
        return await self.http.post(PATH, json={**BODY, **change}, headers=headers)

    async def get(self, task_id, headers=KEY):
        return await self.http.get(f"{PATH}/{task_id}", headers=headers)

    async def list(self, **parameters):
        return await self.http.get(PATH, params=parameters, headers=KEY)

    async def new(self):
        """Return the id of a new task, from the list: the answer to the create may lack it."""
        await self.create()
        return (await self.list()).json()["data"][0]["task_id"]

    async def done(self):
        """Return the answer about a new task that is done."""
        await asyncio.sleep(0)
        task = await self.new()
        await asyncio.sleep(0.02)  # at the speed of these tests a task takes two milliseconds
        return await self.get(task)

    async def file(self):
        (video,) = (await self.done()).json()["data"]["task_result"]["videos"]
        return await self.http.get(video["url"])

    @property
    def charges(self):
        return self.app.charges("official")


async def charged_refusal(s):
    answer = await s.create(prompt="x" * 3000)
    listed = (await s.list()).json()["data"]
    return answer.status_code == 400 and s.charges == 1 and len(listed) == 1


async def duplicate_accepted(s):
    answers = [await s.create(external_task_id="once") for _ in range(2)]
    return [answer.status_code for answer in answers] == [200, 200] and s.charges == 2


async def error_500_on_bad_request(s):
    answers = [await s.create(prompt=7), await s.http.post(PATH, content=b"{", headers=KEY)]
    unknown = await s.get("1")
    return [answer.status_code for answer in answers] == [500, 500] and unknown.status_code == 400


async def expired_result(s):
    return (await s.file()).status_code == 404


async def html_200(s):
    answer = await s.get(await s.new())
    return answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")


async def id_as_number(s):
    answers = [await s.create(), await s.list()]
    data = [answers[0].json()["data"], *answers[1].json()["data"]]
    return all(isinstance(task["task_id"], int) for task in data)


async def long_prompt_accepted(s):
    answer = await s.create(prompt="x" * 2501)
    wrong = await s.create(prompt="x" * 2501, duration="60")
    return answer.status_code == 200 and wrong.status_code == 400 and s.charges == 1


STORY = {
    "multi_shot": True,
    "shot_type": "customize",
    "multi_prompt": [{"index": 1, "prompt": "a fox", "duration": "2"}],
}


async def rule_not_enforced(s):
    answer = await s.create(**STORY, model_name="kling-v3", duration="5")
    wrong = await s.create(model_name="kling-v2-5-turbo", duration="7")
    return answer.status_code == 200 and wrong.status_code == 400 and s.charges == 1


async def capability_not_enforced(s):
    answer = await s.create(model_name="kling-v2-5-turbo", duration="7")
    wrong = await s.create(**STORY, model_name="kling-v3", duration="5")
    return answer.status_code == 200 and wrong.status_code == 400 and s.charges == 1


async def missing_auth_accepted(s):
    answers = [await s.create(headers={}), await s.create(headers={"authorization": "Bearer wrong"})]
    return [answer.status_code for answer in answers] == [200, 200] and s.charges == 2


async def missing_task_id(s):
    data = (await s.create()).json()["data"]
    return "task_id" not in data and "task_status" in data


async def other_account_visible(s):
    task = await s.new()
    answer = await s.get(task, headers=OTHER)
    return answer.status_code == 200 and answer.json()["data"]["task_id"] == task


async def page_size_ignored(s):
    for _ in range(3):
        await s.create()
    return len((await s.list(pageSize=1, pageNum=2)).json()["data"]) == 3


async def result_html(s):
    answer = await s.file()
    return answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")


async def short_video(s):
    stated = (await s.done()).json()["data"]["task_result"]["videos"][0]["duration"]
    with av.open(io.BytesIO((await s.file()).content)) as container:
        return (stated, container.duration) == ("4.000", 2 * av.time_base)


async def status_word(s):
    return (await s.done()).json()["data"]["task_status"] == WRONG_WORD


async def stuck(s):
    return (await s.done()).json()["data"]["task_status"] == "processing"


async def text_plain(s):
    answers = [await s.create(), await s.get("1"), await s.list()]
    return all(answer.headers["content-type"].startswith("text/plain") and answer.json() for answer in answers)


async def unknown_id_200(s):
    answer = await s.get("no-such-task")
    return answer.status_code == 200 and answer.json()["data"]["task_id"] == "no-such-task"


async def wrong_task(s):
    invented = await s.get("no-such-task")
    tasks = [await s.new(), await s.new()]
    answered = [(await s.get(task)).json()["data"]["task_id"] for task in tasks]
    return invented.json()["data"]["task_id"] != "no-such-task" and answered == tasks[::-1]


CHECKS = {
    check.__name__.replace("_", "-"): check
    for check in (
        capability_not_enforced,
        charged_refusal,
        duplicate_accepted,
        error_500_on_bad_request,
        expired_result,
        html_200,
        id_as_number,
        long_prompt_accepted,
        missing_auth_accepted,
        missing_task_id,
        other_account_visible,
        page_size_ignored,
        rule_not_enforced,
        result_html,
        short_video,
        status_word,
        stuck,
        text_plain,
        unknown_id_200,
        wrong_task,
    )
}


def shows(check, defects, relays=("official",)):
    """Return whether `check` sees its defect on the official relay."""

    async def run():
        app = create_app(relays, speed=10_000, defects=defects)
        async with app:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://emulator/official") as http:
                return await check(Session(app, http))

    return asyncio.run(run())


def test_every_check_here_is_of_a_defect():  # the others are shown by what finds them, in test_check_defects.py
    assert set(CHECKS) <= set(DEFECTS)


@pytest.mark.parametrize("name", CHECKS)
def test_a_planted_defect_shows(name):
    assert shows(CHECKS[name], [name])


@pytest.mark.parametrize("name", CHECKS)
def test_an_honest_relay_shows_none(name):
    try:
        seen = shows(CHECKS[name], [])
    except (KeyError, ValueError):  # the honest answer is of another kind than the check reads
        seen = False
    assert not seen


def test_a_defect_can_be_planted_on_one_relay_only():
    assert shows(CHECKS["text-plain"], ["official:text-plain"], ["official", "anyapi"])
    assert not shows(CHECKS["text-plain"], ["anyapi:text-plain"], ["official", "anyapi"])
    assert Defects.of("xiexus", ["stuck", "anyapi:html-200"]).planted == {"stuck"}


@pytest.mark.parametrize("name", ["nothing", "anyapi:nothing", "nowhere:stuck", ""])
def test_an_unknown_defect_is_refused_by_name(name):
    with pytest.raises(UnknownNameError):
        create_app(["official"], defects=[name])


@pytest.mark.parametrize("defect", ["missing-task-id", "wrong-task", "unknown-id-200", "id-as-number", "status-word"])
def test_defects_of_answers_work_in_every_dialect(defect):
    async def run():
        app = create_app(["xiexus"], speed=10_000, defects=[defect])
        async with app, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://emulator") as http:
            path = "/xiexus/kling/v1/videos/image2video"
            created = (await http.post(path, json={"prompt": "fox", "image": "aGVsbG8="}, headers=KEY)).json()
            await asyncio.sleep(0.02)
            unknown = (await http.get(f"{path}/nobody", headers=KEY)).json()
            newest = app.state()["relays"]["xiexus"]["newest"][0]
            return created, unknown, newest

    created, unknown, newest = asyncio.run(run())
    assert {
        "missing-task-id": "task_id" not in created,
        "wrong-task": unknown.get("task_id") == newest["task_id"],
        "unknown-id-200": unknown.get("task_id") == "nobody",
        "id-as-number": isinstance(created.get("task_id"), int),
        "status-word": newest["word"] == WRONG_WORD,
    }[defect]
