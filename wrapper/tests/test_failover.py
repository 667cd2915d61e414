"""Clients of several relays: how they are made, what each relay's words mean for the others, what stays with whom."""

from __future__ import annotations

import asyncio
import io
import logging
import subprocess
import sys
import threading
import uuid
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import klingkit
from klingkit import AsyncKling, ConfigurationError, InvalidRequestError, Kling, NoRelayError, OutcomeUnknownError
from klingkit._answer import TaskState
from klingkit._belongings import belongings
from klingkit._rewinding import Rewinding, may_block
from klingkit._task import Task
from klingkit.callbacks import CallbackApp, Receiver

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"anyapi": "sk-anyapi-0123456789", "haoee": "sk-haoee-0123456789"}
FOX = {"prompt": "A fox", "model_name": "kling-v3"}


def opened(either: Any, *relays: str, **more: Any) -> Any:
    named = list(relays) or ["anyapi", "haoee"]
    more.setdefault("environ", {})
    return either.open(None, relays=named, api_key={relay: KEYS[relay] for relay in named}, **more)


def paths(relay: str) -> str:
    return f"{Kling(relay, api_key='sk-0123456789').base_url}/v1/videos/text2video"


def create(either: Any, kling: Any, **more: Any) -> Any:
    return either.run(kling.video.text_to_video(**{**FOX, **more}))


@pytest.mark.parametrize("kind", [Kling, AsyncKling])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "Name a relay, such as"),
        ({"relay": "anyapi", "relays": ["haoee"]}, "not both"),
        ({"relay": "anyapi", "policy": "cheapest"}, "give relays="),
        ({"relay": "anyapi", "api_key": KEYS}, "for several relays"),
        ({"relay": "anyapi", "base_url": {"anyapi": "http://127.0.0.1"}}, "for several relays"),
        ({"relays": []}, "a list of different ids"),
        ({"relays": "anyapi"}, "a list of different ids"),
        ({"relays": 3}, "a list of different ids"),
        ({"relays": ["anyapi", "anyapi"]}, "a list of different ids"),
        ({"relays": ["anyapi", ""]}, "a list of different ids"),
        ({"relays": ["anyapi", "nobody"], "api_key": {"anyapi": "sk-0123456789"}}, "There is no relay 'nobody'"),
        ({"relays": ["anyapi", "haoee"], "policy": "best"}, "policy has to be one of: order, cheapest, least_busy"),
        ({"relays": ["anyapi", "haoee"], "policy": []}, "policy has to be one of"),
        ({"relays": ["anyapi", "haoee"], "api_key": "sk-one-for-all"}, "api_key .* has to be a mapping"),
        ({"relays": ["anyapi", "haoee"], "api_key": {"hoaee": "sk-0123456789"}}, "names 'hoaee', which is none"),
        ({"relays": ["anyapi", "haoee"], "base_url": "http://127.0.0.1"}, "base_url .* has to be a mapping"),
        ({"relays": ["anyapi", "haoee"], "api_key": KEYS, "secret_key": "s"}, "takes signed tokens; none does"),
        ({"relays": ["anyapi", "haoee"], "api_key": {"anyapi": "sk-0123456789"}}, "There is no API key for haoee"),
    ],
    ids=str,
)
def test_arguments_that_make_no_sense_are_refused_in_a_sentence(kind: Any, arguments: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        kind(**arguments, environ={})
    assert "sk-one-for-all" not in str(caught.value)


def test_each_relay_has_its_own_key_and_address(either: Any, respx_mock: Any, words: Any) -> None:
    first = respx_mock.post("https://mirror.example/kling/v1/videos/text2video").respond(402, json=words.refusal(1101))
    second = respx_mock.post(paths("haoee")).respond(json=words.task())
    kling = opened(either, base_url={"anyapi": "https://mirror.example"})
    assert create(either, kling).relay == "haoee"
    for route, relay in ((first, "anyapi"), (second, "haoee")):
        assert route.calls.last.request.headers["authorization"] == f"Bearer {KEYS[relay]}"


def test_one_pair_of_keys_is_not_shown_to_two_relays(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    names = 'access_key_variable = "A"\nsecret_key_variable = "B"\n'
    path.write_text(f'[relay.mine]\nlike = "official"\nbase_url = "https://a.example"\n{names}', encoding="utf-8")
    pair = {"access_key": "access-0123456789", "secret_key": "secret-0123456789-0123456789-0123"}
    with pytest.raises(ConfigurationError, match=r"fit several relays \(official, mine\)"):
        Kling(relays=["official", "mine"], environ={"KLINGKIT_CONFIG": str(path)}, **pair)  # type: ignore[arg-type]
    kling = Kling(
        relays=["official", "mine"],
        api_key={"mine": "sk-0123456789"},
        environ={"KLINGKIT_CONFIG": str(path)},
        **pair,  # type: ignore[arg-type]
    )
    assert [member.secret.reveal() == "sk-0123456789" for member in kling._engine.members()] == [False, True]


def test_keys_come_from_each_relays_own_variable(either: Any, respx_mock: Any, words: Any) -> None:
    environ = {"KLINGKIT_ANYAPI_API_KEY": "sk-a-0123456789", "KLINGKIT_API_KEY": "sk-all-0123456789"}
    first = respx_mock.post(paths("anyapi")).respond(401, json=words.refusal(1000))
    second = respx_mock.post(paths("haoee")).respond(json=words.task())
    create(either, either.open(None, relays=["anyapi", "haoee"], api_key=None, environ=environ))
    sent = [route.calls.last.request.headers["authorization"] for route in (first, second)]
    assert sent == ["Bearer sk-a-0123456789", "Bearer sk-all-0123456789"]


def test_a_list_of_one_is_a_client_of_one(either: Any, respx_mock: Any, words: Any) -> None:
    respx_mock.post(paths("anyapi")).respond(json=words.task())
    kling = opened(either, "anyapi")
    assert (kling.relay, kling.relays, create(either, kling).route) == ("anyapi", ("anyapi",), None)


def test_a_client_of_several_shows_them_but_no_key(either: Any) -> None:
    kling = opened(either, policy="cheapest")
    assert repr(kling) == f"{type(kling).__name__}(relays=['anyapi', 'haoee'], policy='cheapest')"
    assert kling.relays == ("anyapi", "haoee")


GATEWAY = {"error": {"message": "no", "type": "new_api_error"}}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"code": 1000, "message": "no"}, "AuthenticationError"),
        (401, GATEWAY, "AuthenticationError"),
        (402, GATEWAY, "BalanceError"),
        (429, {"code": 1102, "message": "no"}, "BalanceError"),
        (403, {"code": "insufficient_user_quota", "message": "no", "data": None}, "BalanceError"),
        (403, {"code": 1103, "message": "no"}, "PermissionDeniedError"),
        (404, {"code": 1203, "message": "no such model"}, "NotFoundError"),
        (503, {"error": {**GATEWAY["error"], "code": "model_not_found"}}, "NotFoundError"),
        (400, {"code": "model_price_error", "message": "no", "data": None}, "RequestRefusedError"),
        (429, {"code": 1303, "message": "too many"}, "RateLimitError"),
        (429, "", "RateLimitError"),
    ],
)
def test_what_is_the_relays_own_trouble_goes_to_the_next(
    either: Any, respx_mock: Any, words: Any, status: int, body: Any, kind: str
) -> None:
    answer = {"json": body} if body else {"content": b""}
    respx_mock.post(paths("anyapi")).respond(status, **answer)
    respx_mock.post(paths("haoee")).respond(json=words.task())
    task = create(either, opened(either))
    assert (task.relay, task.route.passed_over[0].kind) == ("haoee", kind)


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (400, {"json": {"code": 1201, "message": "prompt"}}, klingkit.RequestRefusedError),
        (400, {"json": {"code": 1301, "message": "unsafe"}}, klingkit.ContentPolicyError),
        (500, {"json": {"code": 5000, "message": "oh"}}, OutcomeUnknownError),
        (502, {"content": b"<html>"}, OutcomeUnknownError),
        (503, {"content": b""}, OutcomeUnknownError),
        (408, {"json": GATEWAY}, OutcomeUnknownError),
        (200, {"content": b"<!doctype html><html></html>"}, OutcomeUnknownError),
        (200, {"json": {"code": 0, "data": {}}}, OutcomeUnknownError),
        (200, {"content": b'{"code": 0, "data": {"task_'}, OutcomeUnknownError),
        (200, {"json": {"code": 77, "message": "a code nobody knows"}}, OutcomeUnknownError),
        (303, {"headers": {"location": "/done"}}, OutcomeUnknownError),
        (302, {"headers": {"location": "/done"}}, klingkit.RedirectError),
    ],
)
def test_what_is_the_callers_own_or_uncertain_is_told_and_nobody_else_is_asked(
    either: Any, respx_mock: Any, words: Any, status: int, answer: Any, kind: Any
) -> None:
    respx_mock.post(paths("haoee")).respond(status, **answer)
    other = respx_mock.post(paths("anyapi")).respond(json=words.task())
    kling = opened(either, "haoee", "anyapi")
    with pytest.raises(kind) as caught:
        create(either, kling)
    assert type(caught.value) is kind
    assert not other.called


def test_the_same_external_id_goes_to_every_relay(either: Any, respx_mock: Any, words: Any) -> None:
    """Relays may share an account at Kling, which takes no id twice."""
    first = respx_mock.post(paths("anyapi")).respond(401, json=words.refusal(1000))
    second = respx_mock.post(Kling("official", api_key="sk-0123456789").base_url + "/v1/videos/text2video")
    second.respond(json=words.task())
    keys = {"anyapi": "sk-0123456789", "official": "sk-9876543210"}
    create(either, either.open(None, relays=["anyapi", "official"], api_key=keys, environ={}))
    ids = [route.calls.last.request.content.split(b'"external_task_id":')[1][:46] for route in (first, second)]
    assert ids[0] == ids[1]


def test_who_is_asked_instead_is_logged_without_a_word_of_the_relay(
    either: Any, respx_mock: Any, words: Any, caplog: pytest.LogCaptureFixture
) -> None:
    respx_mock.post(paths("anyapi")).respond(402, json=words.refusal(1101, "secret balance of Mr Fox"))
    respx_mock.post(paths("haoee")).respond(json=words.task())
    with caplog.at_level(logging.WARNING, "klingkit"):
        create(either, opened(either))
    assert caplog.messages == ["anyapi does not serve video_text2video_create (BalanceError); asking haoee"]


def test_options_hold_for_all_relays_and_their_troubles_are_remembered(
    either: Any, respx_mock: Any, words: Any
) -> None:
    down = respx_mock.post(paths("anyapi")).respond(401, json=words.refusal(1000))
    respx_mock.post(paths("haoee")).respond(json=words.task())
    kling = opened(either)
    patient = kling.with_options(timeout=120, max_retries=0)
    assert {member.session.timeouts.read for member in patient._engine.members()} == {120}
    for client in (kling, patient, kling, patient):
        assert create(either, client).relay == "haoee"
    assert down.call_count == 3  # after that it is left alone, whichever of the two is used


def test_a_client_of_one_of_them_asks_that_one_alone_over_the_same_connections(
    either: Any, respx_mock: Any, words: Any
) -> None:
    respx_mock.post(paths("haoee")).respond(402, json=words.refusal(1101))
    kling = opened(either)
    one = kling.with_options(relay="haoee")
    assert (one.relay, one._engine._loaded() is kling._engine.member("haoee")._loaded()) == ("haoee", True)
    with pytest.raises(klingkit.BalanceError):
        create(either, one)
    other = kling.with_options(relay="haoee", api_key="sk-other-0123456789")
    assert other._engine._loaded() is not one._engine._loaded()


def test_who_is_not_reached_costs_no_pauses_while_there_are_others(
    either: Any, respx_mock: Any, words: Any, waits: Any
) -> None:
    first = respx_mock.post(paths("anyapi")).mock(side_effect=httpx.ConnectError("refused"))
    second = respx_mock.post(paths("haoee")).respond(json=words.task())
    assert create(either, opened(either)).relay == "haoee"
    assert (first.call_count, waits.waits) == (1, [])
    second.mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(NoRelayError):
        create(either, opened(either))
    assert (first.call_count, second.call_count) == (1 + 1 + 3, 1 + 3)  # the first again, as often as one alone


def test_a_closed_client_asks_nobody(either: Any) -> None:
    kling = opened(either)
    either.run(kling.close())
    with pytest.raises(ConfigurationError, match="closed"):
        create(either, kling)


def test_threads_that_create_at_once_are_spread_over_the_relays(respx_mock: Any, words: Any) -> None:
    gate = threading.Barrier(8)
    for relay in KEYS:
        respx_mock.post(paths(relay)).mock(
            side_effect=lambda _: httpx.Response(200, json=words.task(task_id=str(uuid.uuid4())))
        )
    kling = Kling(relays=["anyapi", "haoee"], policy="least_busy", api_key=KEYS, environ={})
    seen: list[str] = []
    desk: Any = kling._engine
    first = desk.desk.begin

    def begin(visit: Any) -> str:
        gate.wait(20)  # all of them look at once
        relay: str = first(visit)
        seen.append(relay)
        return relay

    desk.desk.begin = begin
    threads = [threading.Thread(target=kling.video.text_to_video, kwargs=FOX) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(seen) == ["anyapi"] * 4 + ["haoee"] * 4


def test_what_nobody_asks_about_any_more_is_not_counted_for_ever(
    either: Any, respx_mock: Any, words: Any, waits: Any
) -> None:
    for relay in KEYS:
        respx_mock.post(paths(relay)).respond(json=words.task())
    kling = opened(either, policy="least_busy")
    assert [create(either, kling).relay for _ in range(3)] == ["anyapi", "haoee", "anyapi"]
    waits.sleep(3601)
    assert create(either, kling).relay == "anyapi"


def test_an_estimate_is_of_the_relay_that_would_be_asked_first(either: Any, respx_mock: Any, words: Any) -> None:
    keys = {"anyapi": "sk-0123456789", "official": "sk-9876543210"}
    kling = either.open(None, relays=["anyapi", "official"], policy="cheapest", api_key=keys, environ={})
    assert kling.estimate("text_to_video", model_name="kling-v3", duration=5).currency == "USD"  # official has a price
    kling = either.open(None, relays=["anyapi", "official"], api_key=keys, environ={})
    assert kling.estimate("text_to_video", model_name="kling-v3", duration=5).amount is None
    assert kling._engine.first("multi_elements", {}).session.relay.id == "official"


def test_max_cost_lets_those_serve_that_keep_it(either: Any, respx_mock: Any, words: Any) -> None:
    respx_mock.post(Kling("official", api_key="sk-0123456789").base_url + "/v1/videos/text2video").respond(
        json=words.task()
    )
    keys = {"anyapi": "sk-0123456789", "official": "sk-9876543210"}
    kling = either.open(None, relays=["anyapi", "official"], api_key=keys, max_cost=5, environ={})
    task = create(either, kling, duration=5)
    assert (task.relay, task.route.passed_over[0].kind) == ("official", "TooExpensiveError")  # of unknown price


@pytest.mark.parametrize("relay", [None, "haoee"])
def test_a_callback_finds_the_relay_whose_task_is_waited_for(
    either: Any, respx_mock: Any, words: Any, relay: str | None
) -> None:
    respx_mock.post(paths("anyapi")).respond(402, json=words.refusal(1101))
    respx_mock.post(paths("haoee")).respond(json=words.task())
    kling = opened(either)
    task = create(either, kling)
    told: list[Any] = []
    body = b'{"task_id": "831", "task_status": "processing"}'

    def answer(_: Any) -> Any:
        told.append(Receiver(kling).receive({}, body, operation="text_to_video", relay=relay))
        return httpx.Response(200, json=words.done(words.file))

    respx_mock.get(f"{paths('haoee')}/831").mock(side_effect=answer)
    assert either.run(task.wait()).files
    assert (told[0].awaited, told[0].task.relay) == (True, "haoee")


def test_a_callback_about_a_task_nobody_waits_for_has_a_handle_only_if_it_says_where(either: Any) -> None:
    receiver = Receiver(opened(either))
    body = b'{"task_id": "831", "task_status": "processing"}'
    assert receiver.receive({}, body, operation="text_to_video").task is None
    named = receiver.receive({}, body, operation="text_to_video", relay="haoee").task
    assert named is not None
    assert named.relay == "haoee"
    with pytest.raises(InvalidRequestError, match="none of this client's relays"):
        receiver.receive({}, body, operation="text_to_video", relay="official")


def test_the_receiver_is_told_the_relay_in_the_address(either: Any) -> None:
    seen: list[Any] = []
    app, answers = CallbackApp(opened(either), on_callback=seen.append), []
    body = {"type": "http.request", "body": b'{"task_id": "831", "task_status": "processing"}'}

    async def receive() -> Any:
        return body

    async def send(message: Any) -> None:
        answers.append(message.get("status"))

    for query in (b"operation=text_to_video&relay=haoee", b"operation=text_to_video&relay=nobody"):
        scope = {"type": "http", "method": "POST", "headers": [], "query_string": query}
        asyncio.run(app(scope, receive, send))
    assert [callback.task.relay for callback in seen] == ["haoee"]
    assert [status for status in answers if status] == [200, 400]


def test_things_of_two_relays_are_in_no_one_request(either: Any) -> None:
    kling = opened(either)
    made = [Task(None, relay, "video_text2video", "1", None, TaskState("1", "succeeded")) for relay in KEYS]
    with pytest.raises(InvalidRequestError, match="made no video that has an id"):
        either.run(kling.video.extend(made[0]))
    running = Task(None, "anyapi", "video_text2video", "1", None, TaskState("1", "running"))
    with pytest.raises(InvalidRequestError, match="has made nothing yet; wait for it"):
        either.run(kling.video.extend(running))
    files = [klingkit.File(kind, "https://cdn.example/a", id=f"{kind}-1") for kind in ("video", "audio")]  # type: ignore[arg-type]
    video, sound = (
        Task(None, relay, "video_text2video", "1", None, TaskState("1", "succeeded", files=tuple(files)))
        for relay in KEYS
    )
    with pytest.raises(InvalidRequestError, match=r"several relays \(video_id at anyapi, .*audio_id at haoee\)"):
        belongings({"video_id": video, "face_choose": [{"face_id": "1", "audio_id": sound}]})
    assert belongings({"video_id": video, "n": 1}) == ({"video_id": "video-1", "n": 1}, "anyapi")
    assert belongings({"face_choose": [{"audio_id": sound}]}) == ({"face_choose": [{"audio_id": "audio-1"}]}, "haoee")


@pytest.mark.parametrize(
    "given",
    [
        {"element_list": [{"element_id": 160}]},
        {"voice_list": [{"voice_id": "829"}]},
    ],
    ids=str,
)
def test_elements_and_voices_are_taken_to_the_relay_that_is_named(either: Any, given: Any) -> None:
    with pytest.raises(InvalidRequestError, match="is known at the relay that made it alone"):
        either.run(opened(either).video.image_to_video("https://example.com/a.png", model_name="kling-v3", **given))


def test_files_are_read_anew_and_those_that_cannot_be_are_kept() -> None:
    class Pipe(io.RawIOBase):
        def seekable(self) -> bool:
            return False

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            return b"piped"

    stream = io.BytesIO(b"0123456789")
    stream.read(4)
    closed = io.BytesIO()
    closed.close()
    rewinding = Rewinding({"image": stream, "list": [{"image": Pipe()}], "closed": closed, "n": 1, "none": None})
    for _ in range(2):
        given = rewinding.arguments()
        assert given["image"].read() == b"456789"
        assert (given["list"], given["n"], given["none"]) == ([{"image": b"piped"}], 1, None)
    assert may_block({"a": [stream]})
    assert not may_block({"a": ["text", b"bytes", {"b": 3}]})


def test_a_client_of_one_relay_loads_nothing_of_all_this() -> None:
    names = (
        "{'_failover', '_routing', '_desk', '_breaker', '_belongings', '_rewinding', '_relay_arguments', '_pricing'}"
    )
    code = (
        "import sys, klingkit; klingkit.Kling('anyapi', api_key='sk-0123456789').video;"
        f"loaded = {names} & {{name.removeprefix('klingkit.') for name in sys.modules}}; assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_when_nobody_takes_it_the_key_is_in_no_error(either: Any, respx_mock: Any, words: Any) -> None:
    for relay, key in KEYS.items():
        respx_mock.post(paths(relay)).respond(401, json=words.refusal(1000, f"{key} is not taken"))
    with pytest.raises(NoRelayError) as caught:
        create(either, opened(either))
    told = str(caught.value) + repr(caught.value.skipped) + "".join(error.message for error in caught.value.errors)
    assert not any(key in told for key in KEYS.values())
    assert caught.value.exit_status == 2
