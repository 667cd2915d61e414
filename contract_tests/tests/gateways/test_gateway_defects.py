"""Defects planted on emulated gateways change what the gateway answers, and leave the rest of it alone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from klingkit_emulator.app import API_KEY, OTHER_API_KEY, EmulatorApp, create_app
from klingkit_emulator.reach import obstacle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

GATEWAYS = ["newapi-a1", "newapi-a2", "newapi-b", "newapi-c"]
PATH = "/kling/v1/videos/text2video"
BODY = {"model": "kling-v1-6", "model_name": "kling-v1-6", "prompt": "A fox"}
KEY = {"authorization": f"Bearer {API_KEY}"}
LOOKS = 0.02  # seconds; at the speed of these tests a gateway looks at Kling every 1.5 ms


class Session:
    """What one check does with a gateway in process."""

    def __init__(self, app: EmulatorApp, http: httpx.AsyncClient, relay: str) -> None:
        self.app, self.http, self.relay = app, http, relay

    async def create(self, headers: dict[str, str] = KEY, **more: Any) -> httpx.Response:
        return await self.http.post(PATH, json={**BODY, **more}, headers=headers)

    async def get(self, task_id: str, headers: dict[str, str] = KEY) -> httpx.Response:
        return await self.http.get(f"{PATH}/{task_id}", headers=headers)

    async def made(self, **more: Any) -> str:
        answer = (await self.create(**more)).json()
        found = answer.get("task_id") or answer["data"]["task_id"]
        await asyncio.sleep(LOOKS)
        return str(found)

    async def told(self, task_id: str) -> Any:
        return (await self.get(task_id)).json()["data"]

    async def word(self, task_id: str) -> str:
        data = await self.told(task_id)
        return str(data.get("status") or data["task_status"])

    @property
    def charges(self) -> int:
        return self.app.charges(self.relay)


async def stuck(s: Session) -> bool:
    return await s.word(await s.made()) in {"IN_PROGRESS", "processing"}


async def status_word(s: Session) -> bool:
    return await s.word(await s.made()) == "finished_ok"


async def status_backwards(s: Session) -> bool:
    task = await s.made()
    words = [await s.word(task) for _ in range(3)]
    return [word.lower() for word in words[:2]] in (["in_progress", "submitted"], ["processing", "submitted"])


async def end_changes(s: Session) -> bool:
    task = await s.made()
    return [(await s.word(task)).lower()[:4] for _ in range(2)] == ["succ", "fail"]


async def id_changes(s: Session) -> bool:
    task = await s.made()
    return (await s.told(task))["task_id"] != task


async def result_missing(s: Session) -> bool:
    data = await s.told(await s.made())
    return "http" not in str(data) and (data.get("status") or data["task_status"]).lower().startswith("succ")


async def missing_task_id(s: Session) -> bool:
    answer = (await s.create()).json()
    return not {"task_id", "id"} & {*answer, *answer.get("data", {})}


async def id_as_number(s: Session) -> bool:
    task = await s.made()
    return task.isdigit() and isinstance((await s.told(task))["task_id"], int)


async def key_in_header_accepted(s: Session) -> bool:
    return (await s.create(headers={"x-api-key": API_KEY})).status_code == 200


async def key_in_address_accepted(s: Session) -> bool:
    return (await s.http.post(f"{PATH}?api_key={API_KEY}", json=BODY)).status_code == 200


async def wrong_key_accepted(s: Session) -> bool:
    wrong, none = await s.create(headers={"authorization": "Bearer sk-never"}), await s.create(headers={})
    return (wrong.status_code, none.status_code) == (200, 401)


async def key_echoed(s: Session) -> bool:
    return API_KEY in (await s.create()).headers.get("x-debug-address", "")


async def key_in_result_url(s: Session) -> bool:
    return f"?key={API_KEY}" in (await s.get(await s.made())).text


async def rate_limit_without_time(s: Session) -> bool:
    task = await s.made()
    first, second = await s.get(task), await s.get(task)
    return (first.status_code, second.status_code) == (429, 200) and "retry-after" not in first.headers


async def created_201(s: Session) -> bool:
    return (await s.create()).status_code == 201 and (await s.get(await s.made())).status_code == 200


async def refusal_200(s: Session) -> bool:
    return (await s.create(prompt="")).status_code == 200 and s.charges == 0


async def error_500_on_bad_request(s: Session) -> bool:
    wrong, unknown = await s.create(prompt=" ", model="", model_name=""), await s.get("nobody")
    return wrong.status_code == 500 and unknown.status_code in {400, 404}


async def request_type_ignored(s: Session) -> bool:
    answer = await s.http.post(PATH, content=b'{"model":"kling-v1-6","prompt":"A fox"}', headers=KEY)
    return answer.status_code == 200


async def valid_refused(s: Session) -> bool:
    return (await s.create()).status_code == 400 and s.charges == 0


async def charged_refusal(s: Session) -> bool:
    return (await s.create(model="", model_name="")).status_code == 400 and s.charges == 1


async def charged_twice(s: Session) -> bool:
    await s.create()
    return s.charges == 2


async def failed_charged(s: Session) -> bool:
    return (await s.word(await s.made())).lower().startswith("fail") and s.charges == 1


async def reason_missing(s: Session) -> bool:
    data = await s.told(await s.made())
    failed = (data.get("status") or data["task_status"]).lower().startswith("fail")
    return failed and not (data.get("fail_reason") or data.get("task_status_msg")) and s.charges == 0


async def other_account_visible(s: Session) -> bool:
    return (await s.get(await s.made(), {"authorization": f"Bearer {OTHER_API_KEY}"})).status_code == 200


async def unknown_id_200(s: Session) -> bool:
    answer = await s.get("nobody")
    return answer.status_code == 200 and answer.json()["data"]["task_id"] == "nobody"


async def html_200(s: Session) -> bool:
    answer = await s.get(await s.made())
    return answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")


async def text_plain(s: Session) -> bool:
    return (await s.create()).headers["content-type"].startswith("text/plain")


async def string_code(s: Session) -> bool:
    return (await s.create()).json()["code"] == "0"


async def created_in_seconds(s: Session) -> bool:
    created = (await s.create()).json()["data"]
    await asyncio.sleep(LOOKS)
    return int((await s.told(created["task_id"]))["created_at"]) == created["created_at"] // 1000


async def wrong_method_served(s: Session) -> bool:
    return (await s.http.patch(f"{PATH}/nobody", headers=KEY)).status_code == 200


async def result_html(s: Session) -> bool:
    data = await s.told(await s.made())
    told = data if "task_result" in data else data["data"]["data"]
    answer = await s.http.get(told["task_result"]["videos"][0]["url"])
    return answer.headers["content-type"].startswith("text/html")


CHECKS: dict[str, Callable[[Session], Awaitable[bool]]] = {
    check.__name__.replace("_", "-"): check
    for check in (
        *(charged_refusal, charged_twice, created_201, created_in_seconds, end_changes, error_500_on_bad_request),
        *(failed_charged, html_200, id_as_number, id_changes, key_echoed, key_in_address_accepted),
        *(key_in_header_accepted, key_in_result_url, missing_task_id, other_account_visible, rate_limit_without_time),
        *(reason_missing, refusal_200, request_type_ignored, result_html, result_missing, status_backwards),
        *(status_word, string_code, stuck, text_plain, unknown_id_200, valid_refused, wrong_key_accepted),
        wrong_method_served,
    )
}
PLACES = [(name, relay) for name in CHECKS for relay in GATEWAYS if not obstacle(name, relay)]


def shows(name: str, relay: str, defects: list[str]) -> bool:
    async def run() -> bool:
        app = create_app([relay], speed=10_000, defects=defects)
        async with app:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://emulator/{relay}") as http:
                return await CHECKS[name](Session(app, http, relay))

    return asyncio.run(run())


@pytest.mark.parametrize(("name", "relay"), PLACES)
def test_a_planted_defect_shows_at_the_gateway(name: str, relay: str) -> None:
    assert shows(name, relay, [name])


@pytest.mark.parametrize(("name", "relay"), PLACES)
def test_an_honest_gateway_shows_none(name: str, relay: str) -> None:
    try:
        seen = shows(name, relay, [])
    except (KeyError, ValueError):  # the honest answer is of another kind than the check reads
        seen = False
    assert not seen
