"""Every fault happens on the wire as its description says, as often as planted."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import suppress

import httpx
import pytest

from klingkit_emulator.app import create_app
from klingkit_emulator.errors import FaultError
from klingkit_emulator.faults import KINDS, Fault
from klingkit_emulator.launch import launch

T2V = "video_text2video"
CLOSED = "Server disconnected without sending a response."


@pytest.fixture
def caller(callers, emulator):
    yield callers("official")
    emulator.clear_faults()


@pytest.fixture
def charged(emulator):
    """How many creates were charged since the test began."""
    before = emulator.charges("official")
    return lambda: emulator.charges("official") - before


SERVED = {
    "close-mid-body": True,
    "drop-after-accept": True,
    "drop-before": False,
    "html-200": False,
    "read-timeout": True,
    "redirect": False,
    "reset-mid-body": True,
    "slow-drip": True,
    "status-429": False,
    "status-500": False,
    "status-500-after-accept": True,
    "status-502": False,
    "status-503": False,
    "status-504": False,
    "truncated-json": True,
}


def test_every_fault_is_covered():
    assert sorted(SERVED) == sorted(KINDS)


@pytest.mark.parametrize(("kind", "served"), SERVED.items())
def test_a_fault_strikes_once_before_or_after_the_request_is_served(caller, emulator, charged, kind, served):
    emulator.plant(kind, relay="official", operation="create", seconds=0.05)
    with suppress(httpx.TransportError):
        caller.create(T2V)
    assert charged() == served
    assert caller.create(T2V).status_code == 200
    assert charged() == served + 1


@pytest.mark.parametrize("kind", ["drop-before", "drop-after-accept", "read-timeout"])
def test_a_dropped_connection_closes_without_an_answer(caller, emulator, kind):
    emulator.plant(kind, seconds=0.02)
    with pytest.raises(httpx.RemoteProtocolError, match=CLOSED):
        caller.create(T2V)


def test_an_answer_that_never_comes_lets_the_client_time_out(caller, emulator):
    emulator.plant("read-timeout")
    with pytest.raises(httpx.ReadTimeout):
        caller.http.get("/v1/videos/text2video", timeout=0.1)


@pytest.mark.parametrize(
    ("kind", "error", "text"),
    [
        ("close-mid-body", httpx.RemoteProtocolError, "without sending complete"),
        ("reset-mid-body", httpx.ReadError, "reset"),
    ],
)
def test_a_body_breaks_off(caller, emulator, kind, error, text):
    emulator.plant(kind, operation="list")
    with pytest.raises(error, match=text):
        caller.list(T2V)


def test_half_of_the_json_comes_as_complete_http(caller, emulator):
    emulator.plant("truncated-json", operation="video_text2video_create")
    answer = caller.create(T2V)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("status-429", 429, 1303), ("status-500", 500, 5000), ("status-503", 503, 5001), ("status-504", 504, 5002)],
)
def test_a_status_comes_in_the_relays_error_shape(caller, callers, emulator, kind, status, code):
    emulator.plant(kind, seconds=3, times=2)
    gateway = callers("xiexus")
    answer, other = caller.create(T2V), gateway.create(gateway.obj)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (status, code, "3")
    assert (other.status_code, other.json()["error"]["type"].endswith("error")) == (status, True)
    assert caller.document.problems(f"{T2V}_create", answer) == []


def test_a_page_comes_instead_of_json(caller, emulator):
    emulator.plant("html-200")
    answer = caller.list(T2V)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_the_proxy_in_front_answers_with_its_own_page(caller, emulator):
    emulator.plant("status-502")
    answer = caller.list(T2V)
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert "502 Bad Gateway" in answer.text


def test_a_slow_answer_arrives_whole(caller, emulator):
    emulator.plant("slow-drip", seconds=0.1)
    with caller.http.stream("GET", "/v1/videos/text2video") as answer:
        pieces = list(answer.iter_raw())
    assert len(pieces) > 1
    assert json.loads(b"".join(pieces))["code"] == 0


def test_a_redirect_tells_who_brings_the_key_along(caller, emulator):
    here = emulator.url
    elsewhere = here.replace("127.0.0.1", "localhost")
    for location in (f"{here}/_emulator/landing", f"{elsewhere}/_emulator/landing"):
        emulator.plant("redirect", operation="list", location=location)
    landed = len(emulator.state()["landings"])
    answers = [caller.http.get("/v1/videos/text2video", follow_redirects=True) for _ in range(2)]
    assert [answer.history[0].status_code for answer in answers] == [307, 307]
    # The same origin may see the key; httpx keeps it from the other one.
    assert [landing["authorization"] for landing in emulator.state()["landings"][landed:]] == [True, False]


def test_result_files_have_faults_of_their_own(caller, ask, emulator):
    (url,) = ask.urls(caller.make(T2V))
    emulator.plant("close-mid-body", operation="media")
    assert caller.list(T2V).status_code == 200
    with pytest.raises(httpx.RemoteProtocolError):
        caller.http.get(url)
    emulator.plant("status-503", operation="media")
    assert [caller.http.get(url).status_code for _ in range(2)] == [503, 200]


def test_a_fault_can_let_requests_pass_and_strike_repeatedly(caller, emulator):
    emulator.plant("status-500", relay="official", operation="get", times=2, after=1)
    task = caller.create(T2V).json()["data"]["task_id"]
    assert [caller.get(T2V, task).status_code for _ in range(4)] == [200, 500, 500, 200]


def test_a_fault_of_another_relay_or_operation_does_not_strike(caller, emulator):
    emulator.plant("status-500", relay="anyapi")
    emulator.plant("status-500", relay="official", operation="image_multi_image2image_create")
    assert caller.create(T2V).status_code == 200
    assert len(emulator.state()["faults"]) == 2


def test_faults_can_be_planted_and_cleared_over_http(caller, emulator):
    address = f"{emulator.url}/_emulator/faults"
    planted = caller.http.post(address, json={"relay": "official", "operation": "list", "kind": "html-200"})
    assert planted.status_code == 201
    assert planted.json()["times"] == 1
    assert caller.list(T2V).text.startswith("<!doctype html>")
    caller.http.post(address, json={"kind": "status-500", "times": 9})
    assert caller.http.delete(address).status_code == 204
    assert caller.list(T2V).status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {},
        [],
        {"kind": "meteor"},
        {"kind": "drop-before", "times": 0},
        {"kind": "drop-before", "times": True},
        {"kind": "drop-before", "after": -1},
        {"kind": "read-timeout", "seconds": "long"},
        {"kind": "read-timeout", "seconds": 1e9},
        {"kind": "drop-before", "colour": "red"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_a_sentence(caller, emulator, fault):
    answer = caller.http.post(f"{emulator.url}/_emulator/faults", json=fault)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert emulator.state()["faults"] == []


def test_an_unknown_fault_is_an_error_in_python_too(emulator):
    with pytest.raises(FaultError, match="meteor"):
        emulator.plant("meteor")


def test_closing_does_not_wait_for_an_answer_that_never_comes(callers):
    with launch(["official"], speed=400) as running:
        running.plant("read-timeout", seconds=3000)
        caller = callers("official", running=running)
        errors = []
        waiting = threading.Thread(target=lambda: errors.append(_error_of(caller)))
        waiting.start()
        while not running.requests("official"):
            time.sleep(0.001)
    waiting.join(5)
    assert [type(error) for error in errors] == [httpx.RemoteProtocolError]


def test_in_process_a_drop_is_an_error_of_the_application():
    async def run():
        app = create_app(["official"])
        async with app, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://emulator") as http:
            app.plant(Fault("*", "*", "drop-before"))
            await http.get("/v1/videos/text2video")

    with pytest.raises(ConnectionResetError):
        asyncio.run(run())


def _error_of(caller):
    try:
        return caller.list(T2V)
    except httpx.TransportError as error:
        return error
