"""Callbacks: what is believed, what is refused, and that a wait ends by one before its next look."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import threading
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from klingkit import AsyncKling, ConfigurationError, InvalidRequestError, Kling, TaskFailedError
from klingkit.callbacks import MAX_CALLBACK_BYTES, CallbackApp, CallbackError, Receiver, receive
from klingkit.testing import InstantClock

# The sample that Kling's callback page works through.
SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
SAMPLE = (
    b'{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}'
)
HEADERS = {
    "Webhook-Id": "9876543210",
    "Webhook-Timestamp": "1781080794",
    "Webhook-Signature": "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=",
}
OTHER = "whsec_" + base64.b64encode(b"another secret of another time").decode()
URL = "https://cdn.example/fox.mp4"


@pytest.fixture(autouse=True)
def now(waits: InstantClock) -> InstantClock:
    """The moment of the sample."""
    waits._start = datetime.fromtimestamp(1781080800, UTC)
    return waits


def signed(body: bytes, secret: str = SECRET, *, message_id: str = "m-1", stamp: int = 1781080800) -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = base64.b64encode(hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256)).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(stamp), "webhook-signature": f"v1,{made}"}


def told(words: Any, status: str, *urls: str) -> bytes:
    answer = words.done(*urls) if urls else words.task(status)
    return json.dumps(answer["data"]).encode()


def test_the_official_sample_is_verified() -> None:
    callback = receive(HEADERS, SAMPLE, secret=SECRET)
    assert (callback.task_id, callback.state.state, callback.verified) == ("1234567890", "succeeded", True)
    pairs = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    assert receive(pairs, SAMPLE, secret=[OTHER, SECRET]).verified
    several = {**HEADERS, "Webhook-Signature": f"v2,x v1,{'A' * 43}= {HEADERS['Webhook-Signature']}"}
    assert receive(several, SAMPLE, secret=SECRET).verified


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({}, SAMPLE.replace(b"1234567890", b"1234567891")),
        ({}, SAMPLE + b" "),
        ({"Webhook-Id": "9876543211"}, SAMPLE),
        ({"Webhook-Id": ""}, SAMPLE),
        ({"Webhook-Timestamp": "1781080795"}, SAMPLE),
        ({"Webhook-Timestamp": "soon"}, SAMPLE),
        ({"Webhook-Timestamp": "9" * 5000}, SAMPLE),
        ({"Webhook-Timestamp": "\u0661\u0667"}, SAMPLE),
        ({"Webhook-Signature": ""}, SAMPLE),
        ({"Webhook-Signature": "v1,"}, SAMPLE),
        ({"Webhook-Signature": "UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4="}, SAMPLE),
        ({"Webhook-Signature": "v1,\udcff\u00e4"}, SAMPLE),
        ({"Webhook-Signature": " ".join(["v1,AAAA"] * 30 + [HEADERS["Webhook-Signature"]])}, SAMPLE),
    ],
    ids=range(13),
)
def test_a_forged_callback_is_refused(changes: dict[str, str], body: bytes) -> None:
    with pytest.raises(CallbackError) as caught:
        receive({**HEADERS, **changes}, body, secret=SECRET)
    assert caught.value.http_status == 401
    assert "dGVzd" not in str(caught.value)


def test_another_secret_does_not_do() -> None:
    with pytest.raises(CallbackError, match="does not match"):
        receive(HEADERS, SAMPLE, secret=OTHER)


@pytest.mark.parametrize(("away", "fine"), [(-301, False), (-299, True), (299, True), (301, False)])
def test_a_callback_of_another_time_is_refused_in_both_directions(now: InstantClock, away: int, fine: bool) -> None:
    now._start = datetime.fromtimestamp(1781080794 + away, UTC)
    if fine:
        assert receive(HEADERS, SAMPLE, secret=SECRET).verified
        return
    with pytest.raises(CallbackError, match="replay, or the clock"):
        receive(HEADERS, SAMPLE, secret=SECRET)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64!", [], [SECRET, ""], "whsec_\u00e4"])
def test_what_is_no_secret_is_refused_when_the_receiver_is_made(secret: Any) -> None:
    with pytest.raises(ConfigurationError, match="secret"):
        Receiver(secret=secret)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (SAMPLE[:60], 400),
        (b"null", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"{}", 400),
        (b'{"task_id": "1"}', 400),
        (b'{"task_id": {}, "task_status": "succeed"}', 400),
        (b"\xff\xfe\x00", 400),
        (b"[" * 100_000, 400),
        (b"<html></html>", 400),
        (b" " * (MAX_CALLBACK_BYTES + 1), 413),
    ],
    ids=range(12),
)
def test_what_is_no_callback_is_refused_signed_or_not(body: bytes, status: int) -> None:
    for headers, secret in (({}, None), (signed(body), SECRET)):
        with pytest.raises(CallbackError) as caught:
            receive(headers, body, secret=secret)
        assert caught.value.http_status == status


def test_a_callback_that_came_before_is_told_as_repeated() -> None:
    receiver = Receiver(secret=SECRET)
    assert [receiver.receive(HEADERS, SAMPLE).repeated for _ in range(3)] == [False, True, True]
    other = signed(SAMPLE, message_id="m-2")
    assert not receiver.receive(other, SAMPLE).repeated


def test_an_operation_gives_a_handle_that_believes_only_what_is_signed(
    either: Any, words: Any, respx_mock: Any
) -> None:
    kling = either.open()
    body = told(words, "", URL)
    believed = receive(signed(body), body, client=kling, secret=SECRET, operation="text_to_video").task
    assert believed is not None
    assert (believed.task_id, believed.state, believed.files[0].url) == ("831", "succeeded", URL)
    hint = receive({}, body, client=kling, operation="video_text2video").task
    assert hint is not None
    assert (hint.task_id, hint.state, hint.files) == ("831", "unknown", ())
    respx_mock.get(f"{words.root}/831").respond(json=words.task("processing"))
    either.run(hint.refresh())
    assert hint.state == "running"
    with pytest.raises(InvalidRequestError, match="no operation"):
        receive({}, body, client=kling, operation="nope")


class StillClock(InstantClock):
    """A clock on which no poll becomes due by itself: a wait ends by what arrives, or not at all."""

    def doze(self, alarm: threading.Event, seconds: float) -> None:
        if seconds <= 1:
            super().doze(alarm, seconds)
        else:
            assert alarm.wait(20)

    async def doze_async(self, alarm: asyncio.Event, seconds: float) -> None:
        if seconds <= 1:
            await super().doze_async(alarm, seconds)
        else:
            async with asyncio.timeout(20):
                await alarm.wait()


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch, now: InstantClock) -> None:
    monkeypatch.setattr(now, "__class__", StillClock)


def callbacks_and_queries(words: Any, respx_mock: Any) -> list[str]:
    """Let queries answer ``processing`` until the list that is returned holds another word."""
    says: list[str] = []

    def answer(_: httpx.Request) -> httpx.Response:
        word = says[-1] if says else "processing"
        return httpx.Response(200, json=words.done(URL) if word == "succeed" else words.task(word))

    respx_mock.get(f"{words.root}/831").mock(side_effect=answer)
    return says


TASK = (
    '{"klingkit_task": 1, "relay": "anyapi", "operation": "text_to_video", "task_id": "831", "external_task_id": null}'
)


@pytest.mark.parametrize("trusted", [True, False])
def test_a_callback_ends_the_wait_of_a_thread(words: Any, respx_mock: Any, still: None, trusted: bool) -> None:
    says = callbacks_and_queries(words, respx_mock)
    with Kling("anyapi", api_key="sk-0123456789") as kling:
        task, ended = kling.tasks.resume(TASK), list[str]()
        thread = threading.Thread(target=lambda: ended.append(task.wait().url))
        thread.start()
        until(lambda: task.state == "running")
        receiver = Receiver(kling, secret=SECRET if trusted else None)
        if not trusted:
            lie = told(words, "", "https://evil.example/a.mp4")
            assert receiver.receive({}, lie).awaited
            until(lambda: respx_mock.calls.call_count == 2)
            assert (task.state, ended) == ("running", [])
            says.append("succeed")
        body = told(words, "", URL)
        assert receiver.receive(signed(body), body).awaited
        thread.join(20)
        assert ended == [URL]
        assert respx_mock.calls.call_count == (1 if trusted else 3)
        assert not receiver.receive(signed(body, message_id="m-2"), body).awaited


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("from_elsewhere", [True, False])
def test_a_callback_ends_the_wait_of_a_coroutine(
    words: Any, respx_mock: Any, still: None, trusted: bool, from_elsewhere: bool
) -> None:
    says = callbacks_and_queries(words, respx_mock)

    async def run() -> None:
        async with AsyncKling("anyapi", api_key="sk-0123456789") as kling:
            receiver = Receiver(kling, secret=SECRET if trusted else None)
            task = kling.tasks.resume(TASK)
            wait = asyncio.create_task(task.wait())
            async with asyncio.timeout(20):
                while task.state != "running":
                    await asyncio.sleep(0)
                says.append("failed")
                body = told(words, "failed")
                took = receiver.receive
                call = asyncio.to_thread(took, signed(body), body) if from_elsewhere else None
                callback = await call if call is not None else took(signed(body), body)
                assert callback.awaited
                with pytest.raises(TaskFailedError):
                    await wait

    asyncio.run(run())
    assert respx_mock.calls.call_count == (1 if trusted else 2)


def test_a_signed_success_that_names_no_file_is_asked_for(words: Any, respx_mock: Any, still: None) -> None:
    says = callbacks_and_queries(words, respx_mock)
    with Kling("anyapi", api_key="sk-0123456789") as kling:
        task, ended = kling.tasks.resume(TASK), list[str]()
        thread = threading.Thread(target=lambda: ended.append(task.wait().url))
        thread.start()
        until(lambda: task.state == "running")
        says.append("succeed")
        body = told(words, "succeed")
        assert Receiver(kling, secret=SECRET).receive(signed(body), body).awaited
        thread.join(20)
        assert ended == [URL]


def until(condition: Any) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.002)


# ---------------------------------------------------------------------------------------------- the ASGI app


def post(app: CallbackApp, body: bytes, headers: dict[str, str] | None = None, query: str = "") -> httpx.Response:
    async def run() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            return await client.post(f"http://us.example/kling{query}", content=body, headers=headers)

    return asyncio.run(run())


def test_the_app_takes_callbacks_in_and_refuses_the_rest() -> None:
    got: list[Any] = []
    app = CallbackApp(secret=SECRET, on_callback=got.append, max_bytes=2000)
    answers = [
        post(app, SAMPLE, HEADERS),
        post(app, SAMPLE, HEADERS),
        post(app, SAMPLE),
        post(app, SAMPLE[:-1], signed(SAMPLE[:-1])),
        post(app, b"x" * 2001, HEADERS),
        post(app, SAMPLE, signed(SAMPLE, message_id="m-3"), "?operation=nope"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 401, 400, 413, 400]
    assert answers[0].json() == {}
    assert "not signed" in answers[2].json()["error"]
    assert [callback.task_id for callback in got] == ["1234567890"]


def test_the_app_waits_for_a_coroutine_function_and_has_what_it_could_not_handle_sent_again() -> None:
    got: list[Any] = []

    async def note(callback: Any) -> None:
        await asyncio.sleep(0)
        got.append(callback)
        if len(got) == 1:
            raise LookupError("not now")

    app = CallbackApp(on_callback=note)
    assert [post(app, SAMPLE).status_code for _ in range(2)] == [500, 200]
    assert [callback.verified for callback in got] == [False, False]


def run_app(app: CallbackApp, scope: dict[str, Any], *messages: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """Return what the app sent, and how many messages it took."""
    sent: list[dict[str, Any]] = []
    left = list(messages)

    async def receive_one() -> dict[str, Any]:
        return left.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive_one, send))
    return sent, len(messages) - len(left)


SCOPE = {"type": "http", "method": "POST", "headers": [], "query_string": b""}


def test_the_app_reads_no_further_than_its_limit() -> None:
    parts = [{"type": "http.request", "body": b"x" * 600, "more_body": True} for _ in range(1000)]
    sent, taken = run_app(CallbackApp(max_bytes=2000), SCOPE, *parts)
    assert (sent[0]["status"], taken) == (413, 4)


def test_a_sender_that_goes_away_is_no_callback() -> None:
    sent, _ = run_app(
        CallbackApp(),
        SCOPE,
        {"type": "http.request", "body": SAMPLE, "more_body": True},
        {"type": "http.disconnect"},
    )
    assert sent[0]["status"] == 400


def test_only_a_post_is_a_callback_and_the_app_starts_and_stops() -> None:
    sent, _ = run_app(CallbackApp(), {**SCOPE, "method": "GET"})
    assert sent[0]["status"] == 405
    assert (b"allow", b"POST") in sent[0]["headers"]
    sent, _ = run_app(CallbackApp(), {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert run_app(CallbackApp(), {"type": "websocket"}) == ([], 0)


@pytest.mark.parametrize("most", [0, -1, True, "1", None])
def test_a_limit_is_a_whole_number_above_zero(most: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_bytes"):
        CallbackApp(max_bytes=most)
