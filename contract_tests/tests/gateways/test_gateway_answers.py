"""What emulated gateways answer: shapes, statuses, pages, prices, and when they look at Kling again."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from klingkit_emulator import tokens
from klingkit_emulator.gateways.opening import CHANNEL_KEY
from klingkit_emulator.launch import AddressError, Emulator, Forward, launch

if TYPE_CHECKING:
    from collections.abc import Iterator

GATEWAYS = ["newapi-a1", "newapi-a2", "newapi-b", "newapi-c"]
NATIVE = "/kling/v1/videos/text2video"
BODY = {"model": "kling-v1-6", "model_name": "kling-v1-6", "prompt": "A fox"}
SECONDS = 1_000_000_000, 10_000_000_000  # between these a Unix time counts seconds; milliseconds are larger


class Client:
    """One account at one emulated gateway."""

    def __init__(self, emulator: Emulator, relay: str, key: str = "") -> None:
        self.relay = relay
        self._url = emulator.base_url(relay)
        self._headers = {"authorization": f"Bearer {key or emulator.api_key}"}

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        with httpx.Client(base_url=self._url, headers=self._headers, trust_env=False) as http:
            return http.request(method, path, **more)

    def create(self, path: str = NATIVE, **more: Any) -> httpx.Response:
        return self.request("POST", path, json={**BODY, **more})

    def task(self, **more: Any) -> str:
        answer = self.create(**more).json()
        return str(answer.get("task_id") or answer["data"]["task_id"])

    def get(self, task_id: str, path: str = NATIVE) -> httpx.Response:
        return self.request("GET", f"{path}/{task_id}")

    def ended(self, task_id: str) -> Any:
        """Return the answer about a task that has ended."""
        for _ in range(400):
            answer = self.get(task_id).json()["data"]
            if answer.get("status", answer.get("task_status")) in {"SUCCESS", "FAILURE", "succeed", "failed"}:
                return answer
            time.sleep(0.02)
        raise AssertionError("the task did not end")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(GATEWAYS, speed=600) as running:
        yield running


@pytest.fixture(scope="module")
def patient() -> Iterator[Emulator]:
    """Gateways that look at Kling every 15 seconds, as in life: not while a test lasts."""
    with launch(GATEWAYS, speed=1) as running:
        yield running


@pytest.fixture(params=GATEWAYS)
def relay(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(emulator: Emulator, relay: str) -> Client:
    return Client(emulator, relay)


# ---------------------------------------------------------------------------------------------- shapes


def test_each_generation_answers_a_create_in_its_own_shape(client: Client, relay: str) -> None:
    answer = client.create()
    body = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
    if relay == "newapi-a1":
        assert body["code"] == 0
        assert body["task_id"] == body["data"]["task_id"]
        assert "task_info" not in body["data"]
    elif relay == "newapi-c":
        assert body["code"] == 0
        assert "task_id" not in body
        assert body["data"]["task_id"].startswith("task_")
    else:
        assert body["object"] == "video"
        assert body["id"] == body["task_id"]
        assert SECONDS[0] < body["created_at"] < SECONDS[1]
        assert body["id"].startswith("task_") == (relay == "newapi-b")
    assert ("X-New-Api-Other-Ratios" in answer.headers) == (relay in {"newapi-b", "newapi-c"})
    assert answer.headers["X-Oneapi-Request-Id"]


def test_a_task_begins_as_not_started_until_the_gateway_first_looks(patient: Emulator, relay: str) -> None:
    client = Client(patient, relay)
    task_id = client.task()
    first = client.get(task_id).json()
    if relay == "newapi-c":
        assert (first["code"], first["data"]["task_status"]) == (0, "submitted")
    else:
        assert (first["code"], first["data"]["status"], first["data"]["progress"]) == ("success", "NOT_START", "0%")
    if relay != "newapi-a1":
        word = client.get(task_id, "/v1/videos").json()["status"]
        assert word == ("queued" if relay == "newapi-c" else "unknown")


def test_the_address_stands_where_the_generation_puts_it(client: Client, relay: str) -> None:
    task_id = client.task()
    ended = client.ended(task_id)
    if relay == "newapi-c":
        assert ended["task_result"]["videos"][0]["url"].startswith("http")
        return
    inner = ended["data"]["data"]
    url = inner["task_result"]["videos"][0]["url"]
    assert ended["result_url" if relay == "newapi-b" else "fail_reason"] == url
    assert ended["task_id"] == task_id
    assert (inner["task_id"] == task_id) == (relay != "newapi-b")
    assert SECONDS[0] < ended["submit_time"] <= ended["finish_time"] < SECONDS[1]
    assert (("user_id" in ended), ended["action"]) == (relay == "newapi-b", "textGenerate")


def test_generation_b_puts_the_reason_of_a_failure_where_the_address_belongs(emulator: Emulator) -> None:
    client = Client(emulator, "newapi-b")
    ended = client.ended(client.task(prompt="A fox [fail: too shy]"))
    assert (ended["status"], ended["result_url"], ended["fail_reason"]) == ("FAILURE", "too shy", "too shy")


def test_both_native_paths_find_a_task_and_another_account_finds_none(client: Client, emulator: Emulator) -> None:
    task_id = client.task()
    other = NATIVE.replace("text2video", "image2video")
    assert client.get(task_id, other).status_code == 200
    stranger = Client(emulator, client.relay, emulator.other_api_key)
    assert stranger.get(task_id).status_code in {400, 404}


def test_the_openai_format_tells_milliseconds_of_kling_on_query(emulator: Emulator) -> None:
    for relay in GATEWAYS[1:]:
        client = Client(emulator, relay)
        created = client.create("/v1/videos", seconds="5").json()
        client.ended(created["id"])
        found = client.get(created["id"], "/v1/videos").json()
        assert (found["object"], found["status"], found["progress"]) == ("video", "completed", 100)
        assert found["created_at"] > SECONDS[1]
        assert ("metadata" in found) == (relay != "newapi-c")
        assert client.request("GET", f"/v1/videos/{created['id']}/content").status_code == 403


# ---------------------------------------------------------------------------------------------- refusals and pages


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/kling/v1/videos/multi-image2video", "page"),
        ("/kling/v1/account/costs", "page"),
        ("/anything", "page"),
        ("/v1/nothing", "json"),
        ("/api/nothing", "json"),
    ],
)
def test_a_path_it_does_not_have_is_its_web_page_unless_it_looks_like_the_api(
    client: Client, path: str, kind: str
) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = client.request(method, path)
        if kind == "page":
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        else:
            assert answer.status_code == 404
            assert answer.json()["error"]["message"] == f"Invalid URL ({method} {path})"


def test_a_wrong_method_and_a_slash_too_many_tell_generations_apart(client: Client, relay: str) -> None:
    wrong, slash = client.request("GET", NATIVE), client.request("POST", f"{NATIVE}/")
    if relay == "newapi-c":
        assert (wrong.status_code, wrong.content) == (405, b"")
        assert slash.headers["content-type"].startswith("text/html")
    else:
        assert (wrong.status_code, wrong.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert slash.status_code == 307
        assert client.request("POST", f"{NATIVE}/", json=BODY, follow_redirects=True).status_code == 200


def test_an_unknown_id_is_refused_in_the_words_of_the_generation(client: Client, relay: str) -> None:
    answer = client.get("task_unknown")
    expected = (404, "task_not_found") if relay == "newapi-c" else (400, "task_not_exist")
    assert (answer.status_code, answer.json()["code"]) == expected


@pytest.mark.parametrize("said", ["{key}", "Bearer {key}", "Bearer {short}", "{short}"])
def test_a_key_is_taken_with_and_without_its_prefixes(emulator: Emulator, relay: str, said: str) -> None:
    words = said.format(key=emulator.api_key, short=emulator.api_key.removeprefix("sk-"))
    with httpx.Client(base_url=emulator.base_url(relay), trust_env=False) as http:
        assert http.get("/v1/models", headers={"authorization": words}).status_code == 200
        refused = http.get("/v1/models", headers={"x-api-key": emulator.api_key})
    assert refused.status_code == 401
    error = refused.json()["error"]
    assert error["type"] == "new_api_error"
    assert refused.headers["X-Oneapi-Request-Id"] in error["message"]


def test_klings_refusal_is_one_text_within_the_gateways_own(client: Client, relay: str) -> None:
    answer = client.create(mode="best")
    said = answer.json()
    assert answer.status_code == 400
    if relay == "newapi-c":
        assert said["code"] == "invalid_request"
        assert said["message"].startswith("mode:")
    else:
        assert (said["code"], said["data"]) == ("fail_to_fetch_task", None)
        assert json.loads(said["message"])["code"] == 1201


def test_a_query_with_a_body_is_refused_by_the_plugin_alone(client: Client, relay: str) -> None:
    answer = client.request("GET", f"{NATIVE}/task_unknown", json={})
    assert answer.status_code == (415 if relay == "newapi-c" else 400)


# ---------------------------------------------------------------------------------------------- prices


def test_a_refused_create_costs_nothing_and_every_accepted_one_does(
    client: Client, emulator: Emulator, relay: str
) -> None:
    before = emulator.charges(relay)
    assert client.create(mode="best").status_code == 400
    assert client.create(model="none", model_name="none").status_code in {400, 503}
    assert emulator.charges(relay) == before
    client.create(), client.create()
    assert emulator.charges(relay) == before + 2


def test_a_failed_task_is_given_back_once_however_often_it_is_asked_for(
    client: Client, emulator: Emulator, relay: str
) -> None:
    before = emulator.charges(relay)
    task_id = client.task(prompt="[fail]")
    client.ended(task_id)
    client.ended(task_id)
    assert emulator.charges(relay) == before


# ---------------------------------------------------------------------------------------------- forwarding


def test_a_gateway_looks_at_kling_every_fifteen_seconds_and_never_because_somebody_asks() -> None:
    with launch(["official"]) as kling, launch(GATEWAYS, speed=1, upstream=kling.url) as gateways:
        clients = [Client(gateways, relay) for relay in GATEWAYS]
        tasks = [client.task() for client in clients]
        asked = kling.requests("official")
        for _ in range(5):
            for client, task_id in zip(clients, tasks, strict=True):
                client.get(task_id)
        assert kling.requests("official") == asked == len(GATEWAYS)


@pytest.mark.parametrize("relay", GATEWAYS)
def test_a_gateway_without_kling_says_so_and_gives_the_price_back(relay: str) -> None:
    with launch([relay], upstream=Forward("http://127.0.0.1:9")) as gateway:
        answer = Client(gateway, relay).create()
        assert gateway.charges(relay) == 0
    expected = (502, "server_error") if relay == "newapi-c" else (500, "do_request_failed")
    assert (answer.status_code, answer.json()["code"]) == expected
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize("relay", GATEWAYS)
def test_a_channel_key_that_is_no_pair_is_of_no_use(relay: str) -> None:
    with launch(["official"]) as kling, launch([relay], upstream=Forward(kling.url, "just-one")) as gateway:
        assert Client(gateway, relay).create().status_code in {500, 502}
        assert kling.requests("official") == 0


def test_generation_c_works_behind_another_gateway_and_b_does_not() -> None:
    with launch(["newapi-b", "newapi-c"], speed=600) as inner:
        for relay, works in (("newapi-b", False), ("newapi-c", True)):
            forward = Forward(inner.base_url(relay), inner.api_key)
            with launch(["newapi-b"], speed=600, upstream=forward) as outer:
                client = Client(outer, "newapi-b")
                task_id = client.task()
                if works:
                    assert client.ended(task_id)["status"] == "SUCCESS"
                else:
                    time.sleep(0.1)
                    assert client.get(task_id).json()["data"]["status"] == "NOT_START"
                    assert (inner.charges(relay), outer.charges("newapi-b")) == (1, 1)


def test_kling_takes_tokens_made_with_the_pair_and_no_others() -> None:
    access, _, secret = CHANNEL_KEY.partition("|")
    with launch(["official"]) as kling:
        url, now = f"{kling.url}/v1/videos/text2video", time.time()

        def status(token: str) -> int:
            headers = {"authorization": f"Bearer {token}"}
            return httpx.get(url, headers=headers, trust_env=False).status_code

        assert status(tokens.sign(access, secret, now)) == 200
        assert status(tokens.sign(access, "other", now)) == 401
        assert status(tokens.sign("other", secret, now)) == 401
        assert status(tokens.sign(access, secret, now - 3600)) == 401
        assert status(tokens.sign(access, secret, now + 3600)) == 401
        assert status("a.b.c") == 401


@pytest.mark.parametrize(
    "url", ["", "ftp://kling.example", "http://", "http://user@kling.example", "http://[", "nonsense"]
)
def test_an_address_to_forward_to_is_an_address(url: str) -> None:
    with pytest.raises(AddressError, match="address"), launch(["newapi-b"], upstream=Forward(url)):
        pass


def test_tasks_of_a_gateway_outlive_the_emulator(tmp_path: Any, relay: str) -> None:
    with launch([relay], speed=600, database=tmp_path / "tasks.db") as first:
        task_id = Client(first, relay).task()
    with launch([relay], speed=600, database=tmp_path / "tasks.db") as second:
        assert Client(second, relay).ended(task_id)
        state = second.state()["relays"][relay]
    assert (state["tasks"], state["charges"], state["newest"][0]["task_id"]) == (1, 1, task_id)
