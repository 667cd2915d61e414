"""Thousands of made-up answers through every path that reads one: an error of ours or something usable, in time.

The bytes come over a real connection, through both transports and both clients. A few hundred in a usual run;
`nox -s fuzz` lets 10,000 come.
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import os
import pickle
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from klingkit import KlingError, Network, Timeouts
from klingkit.callbacks import CallbackApp, Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANSWERS = int(os.environ.get("KLINGKIT_FUZZ", "600"))
WAYS = [(kind, transport) for kind in ("sync", "async") for transport in ("builtin", "httpx")]
SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
LONGEST_WAIT = 30.0

# ------------------------------------------------------------------------------------------------ answers

WORDS = st.sampled_from(
    ["submitted", "processing", "succeed", "succeeded", "SUCCESS", "failed", "cancelled", "NOT_START", "completed", ""]
)
LEAVES = st.one_of(
    *[st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), WORDS],
    st.sampled_from(
        [0, -1, 200, 1000, 1101, 1201, 1302, 5000, "0", "success", "831", 10**30, -(10**300), "\0", "\ud800", "1e400"]
    ),
    st.sampled_from(["https://cdn.example/a.mp4", "//x", "javascript:1", "http://[::1", "file:///etc/x", "a" * 5000]),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def some(**members: Any) -> Any:
    """Objects of these members, any of them left out or something else instead."""
    return st.fixed_dictionaries({}, optional={name: value | ANYTHING for name, value in members.items()})


FILE = some(id=st.text(max_size=5), url=st.text(max_size=20), duration=st.just("5.1"), index=st.integers(), type=WORDS)
MADE = some(**{name: st.lists(FILE, max_size=3) for name in ("videos", "images", "audios", "voices", "elements")})
TASK = some(
    **{name: st.sampled_from(["831", "832", 831]) for name in ("task_id", "id", "external_task_id", "external_id")},
    **dict.fromkeys(("task_status", "status", "state"), WORDS),
    **dict.fromkeys(("task_status_msg", "message", "fail_reason", "result_url", "url", "progress"), LEAVES),
    **dict.fromkeys(("created_at", "updated_at", "create_time", "submit_time", "finish_time", "expires_at"), LEAVES),
    task_result=MADE,
    task_info=some(external_task_id=LEAVES),
    outputs=st.lists(FILE, max_size=3),
    metadata=some(url=LEAVES),
    error=some(code=LEAVES, message=LEAVES),
    final_unit_deduction=LEAVES,
    data=ANYTHING,
)
DATA = TASK | st.lists(TASK, max_size=4) | some(has_more=LEAVES, next_cursor=LEAVES, items=st.lists(TASK, max_size=2))
ENVELOPE = some(
    code=st.sampled_from([0, "0", "success", 1201, 1302, 5000]),
    message=LEAVES,
    request_id=LEAVES,
    data=DATA,
    error=some(code=LEAVES, message=LEAVES, type=LEAVES),
)
JSON = (ENVELOPE | TASK | ANYTHING).map(lambda value: json.dumps(value).encode())


@st.composite
def damaged(draw: Any) -> bytes:
    """JSON with bytes cut out, put in or repeated."""
    body = draw(JSON)
    for _ in range(draw(st.integers(1, 3))):
        at, more = draw(st.integers(0, len(body))), draw(st.integers(0, 12))
        body = body[:at] + draw(st.binary(max_size=6)) + body[at + more :]
    return body


VIDEO = {"id": "v", "url": "https://cdn.example/a.mp4", "duration": "5.1"}
DONE = {"task_id": "831", "task_status": "succeed", "created_at": 1, "task_result": {"videos": [VIDEO]}}
RIGHT = [
    {"code": 0, "message": "", "request_id": "r", "data": DONE},
    {"code": 0, "message": "", "data": {**DONE, "task_status": "processing", "task_info": {"external_task_id": "m"}}},
    {"code": 0, "message": "", "data": [DONE, {**DONE, "task_id": "832"}]},
    {
        "code": 0,
        "data": {"result": [{**DONE, "id": "831", "status": "succeeded"}], "has_more": True, "next_cursor": "c"},
    },
    {"code": "success", "data": {"task_id": "831", "status": "SUCCESS", "result_url": "https://cdn.example/a.mp4"}},
    {"id": "831", "task_id": "831", "object": "video", "status": "queued", "created_at": 1, "metadata": {"url": "u"}},
    {"code": 1201, "message": "no", "request_id": "r"},
]


def put(value: Any, at: list[int], new: Any) -> Any:
    """Return `value` with what lies at a place in its depths replaced."""
    if not at or not isinstance(value, dict | list) or not value:
        return new
    if isinstance(value, list):
        key = at[0] % len(value)
        return [*value[:key], put(value[key], at[1:], new), *value[key + 1 :]]
    name = list(value)[at[0] % len(value)]
    return {**value, name: put(value[name], at[1:], new)}


@st.composite
def nearly(draw: Any) -> bytes:
    """What relays really answer, with up to three members that are something else."""
    value = draw(st.sampled_from(RIGHT))
    for _ in range(draw(st.integers(0, 3))):
        value = put(value, draw(st.lists(st.integers(0, 9), min_size=1, max_size=4)), draw(LEAVES | ANYTHING))
    return json.dumps(value).encode()


ODD = st.sampled_from(
    [
        *[b"", b"<!doctype html><html>", b"<html>no</html>", b"\xff\xfe{}", b"\xef\xbb\xbf{}", b"NaN", b"null", b"[]"],
        *[b"[" * 10_000, b'{"a":' * 5000 + b"1" + b"}" * 5000, b'{"code":' + b"9" * 6000 + b"}", b"\0" * 100],
        *[
            b"\0\0\0\x18ftypmp42\0\0\0\0" + bytes(200),
            b"\x89PNG\r\n\x1a\n" + bytes(64),
            b"ID3" + bytes(90),
            b"data: x\n\n",
        ],
    ]
)
FILM = st.binary(max_size=300).map(lambda more: b"\0\0\0\x18ftypmp42\0\0\0\0isom" + more)
KINDS = [*[nearly()] * 5, JSON, damaged(), ODD, FILM, FILM, st.binary(max_size=200)]
BODIES = st.sampled_from(range(len(KINDS))).flatmap(KINDS.__getitem__)
STATUSES = st.sampled_from(
    [200] * 50
    + [201, 202, 204, 206, 299, 301, 302, 304, 400, 401, 403, 404, 409, 416, 429, 500, 502, 503, 504, 520, 599]
    + [100, 101, 103, 0, 7, 99, 600, 999, 1000]
)
VALUES = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=30)
WILD = st.lists(
    st.one_of(
        st.tuples(
            st.just("content-type"),
            st.sampled_from(["application/json", "text/html", "video/mp4", "application/json; charset=\x80"]) | VALUES,
        ),
        st.tuples(st.just("retry-after"), st.sampled_from(["1", "-5", "soon", "9e99", "Mon, 99 Foo"]) | VALUES),
        st.tuples(st.just("content-encoding"), st.sampled_from(["gzip", "deflate", "br", "identity", "gzip, gzip"])),
        st.tuples(st.just("content-range"), st.sampled_from(["bytes 0-1/2", "bytes */0", "bytes 9-1/x"]) | VALUES),
        st.tuples(st.sampled_from(["location", "etag", "x-request-id", "set-cookie", "content-disposition"]), VALUES),
        st.tuples(st.sampled_from(["transfer-encoding", "content-length", "connection"]), VALUES),
        st.tuples(VALUES, VALUES),
    ),
    max_size=4,
)
MILD = st.lists(
    st.tuples(st.just("content-type"), st.sampled_from(["application/json", "text/html", "video/mp4", "x"]))
    | st.tuples(st.sampled_from(["etag", "x-request-id", "set-cookie", "retry-after", "date"]), VALUES),
    max_size=2,
)
HEADERS = st.integers(0, 3).flatmap(lambda one: MILD if one else WILD)


@st.composite
def answers(draw: Any) -> bytes:
    """Whole answers, as they come over the wire: framed well, badly, or not at all."""
    body, headers = draw(BODIES), draw(HEADERS)
    if ("content-encoding", "gzip") in headers and draw(st.booleans()):
        body = gzip.compress(body, mtime=0)
    lines = [f"HTTP/1.1 {draw(STATUSES)} {draw(st.sampled_from(['OK', '', 'x y']))}"]
    lines += [f"{name}: {value}" for name, value in headers]
    framing = draw(st.sampled_from(["told"] * 12 + ["until closed", "too long", "too short", "chunked", "none"]))
    if framing == "chunked":
        lines.append("transfer-encoding: chunked")
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    elif framing not in {"until closed", "none"}:
        lines.append(f"content-length: {max(0, len(body) + {'too long': 7, 'too short': -3}.get(framing, 0))}")
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return body if framing == "none" else head + body


# ------------------------------------------------------------------------------------------------ paths


class Liar:
    """Answers every request with `answer`, and hangs up; what is in `honest` gets that."""

    def __init__(self) -> None:
        self.answer = b""
        self.honest: dict[bytes, bytes] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.settimeout(5)
                    self._serve(connection)
                except OSError:
                    pass

    def _serve(self, connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return
            data += more
        head, _, body = data.lower().partition(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        while len(body) < length:
            body += connection.recv(65536) or b" " * length
        answer = next((said for mark, said in self.honest.items() if mark in head.partition(b"\r\n")[0]), self.answer)
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture(scope="module")
def liar() -> Iterator[Liar]:
    server = Liar()
    yield server
    server.close()


def taken(either: Any, tasks: Any) -> list[Any]:
    """Return the first tasks of an iteration."""
    if either.kind == "sync":
        return list(itertools.islice(tasks, 250))

    async def take() -> list[Any]:
        return [task async for _, task in aenumerate(tasks)]

    async def aenumerate(source: Any) -> Any:
        at = 0
        async for each in source:
            yield at, each
            at += 1
            if at == 250:
                return

    return either.run(take())


def create(either: Any, kling: Any, folder: Path) -> Any:
    return either.run(kling.video.text_to_video("x", model_name="kling-v1-6"))


def get(either: Any, kling: Any, folder: Path) -> Any:
    return either.run(kling.tasks.get("831", operation="text_to_video"))


def get_standard(either: Any, kling: Any, folder: Path) -> Any:
    return either.run(kling.tasks.get("831", operation="standard_text_to_video"))


def page(either: Any, kling: Any, folder: Path) -> Any:
    return either.run(kling.tasks.list("text_to_video"))


def iterate(either: Any, kling: Any, folder: Path) -> Any:
    return taken(either, kling.tasks.iter("text_to_video"))


def iterate_standard(either: Any, kling: Any, folder: Path) -> Any:
    return taken(either, kling.tasks.iter("standard_text_to_video"))


def handle(kling: Any) -> Any:
    where = {"klingkit_task": 1, "relay": kling.relay, "operation": "video_text2video", "task_id": "831"}
    return kling.tasks.resume(json.dumps({**where, "external_task_id": None}))


def wait(either: Any, kling: Any, folder: Path) -> Any:
    return either.run(handle(kling).wait(timeout=LONGEST_WAIT))


def refresh(either: Any, kling: Any, folder: Path) -> Any:
    return either.run(handle(kling).refresh())


def raw(either: Any, kling: Any, folder: Path) -> Any:
    return either.run(kling.raw.get("/v1/other"))


def raw_post(either: Any, kling: Any, folder: Path) -> Any:
    return either.run(kling.raw.post("/v1/other", {"a": 1}))


def balance(either: Any, kling: Any, folder: Path) -> Any:
    return either.run(kling.account.balance())


def voices(either: Any, kling: Any, folder: Path) -> Any:
    return either.run(kling.voices.list())


def speech(either: Any, kling: Any, folder: Path) -> Any:
    return either.run(either.run(kling.audio.speech("x", voice_id="v", voice_language="en")).download(folder))


def download(either: Any, kling: Any, folder: Path) -> Any:
    result = either.run(handle(kling).wait(timeout=LONGEST_WAIT))
    return either.run(result.download_all(folder))


EVERYWHERE = [create, get, wait, refresh, raw, raw_post, download]
OFFICIAL = [*EVERYWHERE, page, iterate, get_standard, iterate_standard, balance, voices]
PATHS = [(relay, path) for relay in ("official", "newapi-b", "xiexus", "haoee") for path in EVERYWHERE]
PATHS += [("official", path) for path in OFFICIAL for _ in range(3)]
PATHS += [("anyapi", path) for path in (create, get, page, iterate, wait)]


def usual(count: int) -> Any:
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def is_a_good_one(error: KlingError, key: str) -> None:
    said = str(error)
    said.encode()
    assert 10 < len(said) < 2500
    assert key not in said
    assert type(pickle.loads(pickle.dumps(error))) is type(error)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("transport", ["builtin", "httpx"])
def test_no_answer_raises_anything_but_errors_of_ours_or_takes_longer_than_the_deadline(
    either: Any, liar: Liar, waits: Any, words: Any, tmp_path: Path, transport: str
) -> None:
    film = json.dumps(words.done(f"{liar.url}/film.mp4")).encode()
    honest = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(film), film)
    network = Network(transport)  # type: ignore[arg-type]
    more = {"base_url": liar.url, "network": network, "max_retries": 1, "timeout": Timeouts(read=5)}
    clients = {relay: either.open(relay, **more) for relay in {relay for relay, _ in PATHS}}

    @seed(WAYS.index((either.kind, transport)))
    @usual(ANSWERS // len(WAYS))
    @given(st.sampled_from(PATHS), answers())
    def hold(where: tuple[str, Any], answer: bytes) -> None:
        relay, path = where
        liar.answer = answer
        liar.honest = {b"/831": honest} if path is download else {}
        begun = waits.seconds
        try:
            path(either, clients[relay], tmp_path)
        except KlingError as error:
            is_a_good_one(error, words.key)
        assert waits.seconds - begun <= LONGEST_WAIT * 2
        for left in tmp_path.iterdir():
            assert left.suffix == ".mp4"
            left.unlink()

    hold()


@seed(len(WAYS))
@usual(ANSWERS // 4)
@given(BODIES, st.lists(st.tuples(VALUES, VALUES | st.binary(max_size=9)), max_size=3), HEADERS, st.booleans())
def test_no_callback_raises_anything_but_errors_of_ours(
    body: bytes, odd: list[tuple[str, Any]], headers: list[tuple[str, str]], signed: bool
) -> None:
    secret = SECRET if signed else None
    named = [("webhook-id", "1"), ("webhook-timestamp", odd[0][0] if odd else "1")] if signed else []
    try:
        Receiver(secret=secret).receive([*odd, *named, *headers], body, operation="text_to_video")
    except KlingError as error:
        is_a_good_one(error, "sk-")
    said: list[Any] = []

    async def post() -> None:
        parts = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Any:
            return next(parts)

        async def send(message: Any) -> None:
            said.append(message)

        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        query = odd[0][0].encode("latin-1") if odd else b"operation=text_to_video"
        scope = {"type": "http", "method": "POST", "query_string": query, "headers": pairs}
        await CallbackApp(secret=secret)(scope, receive, send)

    asyncio.run(post())
    assert said[0]["status"] in {200, 400, 401, 413}
    assert json.loads(said[1]["body"]) is not None
