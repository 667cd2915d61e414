"""Both transports, one test body: whatever goes wrong on the way, they say the same, and never that nothing was sent
when something may have been."""

from __future__ import annotations

import base64
import collections
import itertools
import json
import random
import re
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any

import pytest

from klingkit import (
    AnswerTimeoutError,
    AnswerTooLargeError,
    BalanceError,
    ConfigurationError,
    ConnectionFailedError,
    ConnectionLostError,
    HtmlPageError,
    KlingError,
    Network,
    NotJsonError,
    OutcomeUnknownError,
    RateLimitError,
    RedirectError,
    RelayServerError,
    Timeouts,
)
from klingkit._effects import Call
from klingkit._secrets import Secret
from klingkit._transports import sync_sender
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from klingkit_emulator.launch import Emulator

LARGE = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (1024).to_bytes(4, "big") * 2 + bytes(range(256)) * 2000
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@pytest.fixture(params=["builtin", "httpx"])
def transport(request: pytest.FixtureRequest) -> str:
    """The transports, one after the other."""
    return str(request.param)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(["official", "anyapi"]) as running:
        yield running


# Kind of fault, what a create at `official` then ends in (None: with its task), and how many tasks are charged.
CREATES: dict[str, tuple[type[KlingError] | None, int]] = {
    "close-mid-body": (None, 1),
    "drop-after-accept": (None, 1),
    "drop-before": (OutcomeUnknownError, 0),
    "html-200": (OutcomeUnknownError, 0),
    "read-timeout": (None, 1),
    "redirect": (RedirectError, 0),
    "reset-mid-body": (None, 1),
    "slow-drip": (None, 1),
    "status-429": (None, 1),
    "status-500": (OutcomeUnknownError, 0),
    "status-500-after-accept": (None, 1),
    "status-502": (OutcomeUnknownError, 0),
    "status-503": (OutcomeUnknownError, 0),
    "status-504": (OutcomeUnknownError, 0),
    "truncated-json": (None, 1),
}


@pytest.mark.parametrize("kind", CREATES)
def test_a_create_under_a_fault_is_posted_once_and_found_again(
    emulator: Emulator, either: Any, transport: str, kind: str
) -> None:
    expected, charged = CREATES[kind]
    emulator.plant(kind, relay="official", operation="create", seconds=0.2 if kind == "slow-drip" else None)
    kling = either.open(
        "official",
        api_key=emulator.api_key,
        base_url=emulator.base_url("official"),
        network=Network(transport),  # type: ignore[arg-type]
        timeout=Timeouts(read=1.0) if kind == "read-timeout" else None,
    )
    before = emulator.charges("official")
    try:
        if expected is None:
            task = either.run(kling.video.text_to_video("A fox", model_name="kling-v2-6", duration=5))
            assert either.run(kling.tasks.get(task.task_id, operation="text_to_video")).task_id == task.task_id
        else:
            with pytest.raises(expected):
                either.run(kling.video.text_to_video("A fox", model_name="kling-v2-6", duration=5))
    finally:
        emulator.clear_faults()
    assert emulator.charges("official") - before == charged


READS: dict[str, type[KlingError]] = {
    "close-mid-body": ConnectionLostError,
    "drop-after-accept": ConnectionLostError,
    "drop-before": ConnectionLostError,
    "html-200": HtmlPageError,
    "read-timeout": AnswerTimeoutError,
    "redirect": RedirectError,
    "reset-mid-body": ConnectionLostError,
    "status-500": RelayServerError,
    "status-502": RelayServerError,
    "truncated-json": NotJsonError,
}


@pytest.mark.parametrize("kind", READS)
def test_a_query_under_a_fault_says_what_happened(emulator: Emulator, either: Any, transport: str, kind: str) -> None:
    kling = either.open(
        "official",
        api_key=emulator.api_key,
        base_url=emulator.base_url("official"),
        network=Network(transport),  # type: ignore[arg-type]
        timeout=Timeouts(read=1.0) if kind == "read-timeout" else None,
        max_retries=0,
    )
    task = either.run(kling.video.text_to_video("A fox", model_name="kling-v2-6", duration=5))
    emulator.plant(kind, relay="official", operation="get")
    try:
        with pytest.raises(READS[kind]) as caught:
            either.run(kling.tasks.get(task.task_id, operation="text_to_video"))
        assert type(caught.value) is READS[kind]
        assert either.run(kling.tasks.get(task.task_id, operation="text_to_video")).task_id == task.task_id
    finally:
        emulator.clear_faults()


class Server:
    """Answers with the bytes it is told to. `seen` are the requests, whole."""

    def __init__(self, answer: Callable[[bytes, socket.socket], None]) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.seen: list[bytes] = []
        self.connections = 0
        self.hung_up = threading.Semaphore(0)
        self._open: list[socket.socket] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            while request := read_request(connection):
                self.seen.append(request)
                self._answer(request, connection)
        except OSError:
            pass
        finally:
            connection.close()

    def close(self) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    found = LENGTH.search(head)
    while found and len(body) < int(found.group(1)):
        more = connection.recv(65536)
        if not more:
            return b""
        body += more
    return head + b"\r\n\r\n" + body


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers; they are gone at the end of the test."""
    servers: list[Server] = []

    def start(answer: Callable[[bytes, socket.socket], None] | bytes, *, hang_up: bool = True) -> Server:
        def say(_: bytes, connection: socket.socket) -> None:
            assert isinstance(answer, bytes)
            connection.sendall(answer)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
                servers[-1].hung_up.release()

        servers.append(Server(say if isinstance(answer, bytes) else answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def http(body: bytes, head: str = "200 OK", *headers: str, length: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {head}", *headers, *([f"content-length: {len(body)}"] if length else [])]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def asked(either: Any, transport: str, url: str, **arguments: Any) -> Any:
    """Ask for a task at `url`; return it."""
    kling = either.open(
        base_url=url,
        network=Network(transport),
        max_retries=0,
        timeout=Timeouts(read=5.0),
        **arguments,  # type: ignore[arg-type]
    )
    return either.run(kling.tasks.get("831", operation="text_to_video"))


def test_without_a_listener_nothing_was_sent_and_the_sentence_says_what_to_check(either: Any, transport: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionFailedError, match=r"nothing was sent.*base_url") as caught:
        asked(either, transport, f"http://127.0.0.1:{port}")
    assert not caught.value.sent


def test_a_name_nobody_knows_is_said_to_be_one(either: Any, transport: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ConnectionFailedError, match=r"relay\.example is not known here"):
        asked(either, transport, "http://relay.example")


def test_a_full_pool_is_a_call_that_was_not_sent(transport: str, serve: Any, words: Any) -> None:
    from klingkit import Kling

    begun, go_on = threading.Event(), threading.Event()

    def slow(_: bytes, connection: socket.socket) -> None:
        begun.set()
        go_on.wait(10)
        connection.sendall(http(json.dumps(words.task()).encode()))

    server = serve(slow)
    network = Network(transport, max_connections=1)  # type: ignore[arg-type]
    limits = Timeouts(pool=0.1)
    with Kling("anyapi", api_key="k", base_url=server.url, network=network, max_retries=0, timeout=limits) as kling:
        first = threading.Thread(target=lambda: kling.tasks.get("831", operation="text_to_video"))
        first.start()
        begun.wait(10)
        with pytest.raises(ConnectionFailedError, match="nothing was sent"):
            kling.tasks.get("832", operation="text_to_video")
        go_on.set()
        first.join()
    assert len(server.seen) == 1


def deep(levels: int) -> bytes:
    return b'{"code":0,"data":' + b"[" * levels + b"]" * levels + b"}"


# What a server says before it hangs up, and what that is.
ANSWERS: dict[str, tuple[bytes, type[KlingError]]] = {
    "nothing": (b"", ConnectionLostError),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", ConnectionLostError),
    "half a head": (b"HTTP/1.1 200 OK\r\ncontent-ty", ConnectionLostError),
    "a header without a colon": (b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n{}", ConnectionLostError),
    "a length that is none": (b"HTTP/1.1 200 OK\r\ncontent-length: ten\r\n\r\n{}", ConnectionLostError),
    "two lengths": (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}", ConnectionLostError),
    "cut off": (b'HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"code":0', ConnectionLostError),
    "chunks cut off": (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{", ConnectionLostError),
    "chunks without a last one": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
        ConnectionLostError,
    ),
    "a chunk without a length": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        ConnectionLostError,
    ),
    "headers without end": (b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 300_000, ConnectionLostError),
    "empty": (http(b""), NotJsonError),
    "empty, until closed": (http(b"", length=False), NotJsonError),
    "cut off JSON, until closed": (http(b'{"code":0,"da', length=False), NotJsonError),
    "a page": (http(b"<!doctype html><html>no</html>", "200 OK", "content-type: text/html"), HtmlPageError),
    "a page that says it is JSON": (http(b"<html>", "200 OK", "content-type: application/json"), HtmlPageError),
    "10,000 levels": (http(deep(10_000)), NotJsonError),
    "1,000,000 levels": (http(deep(1_000_000)), NotJsonError),
    "a redirect": (http(b"", "302 Found", "location: /elsewhere"), RedirectError),
    "a redirect to itself": (
        http(b"", "308 Permanent Redirect", "location: /kling/v1/videos/text2video/831"),
        RedirectError,
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_none_is_one_of_our_errors(either: Any, transport: str, serve: Any, name: str) -> None:
    answer, expected = ANSWERS[name]
    server = serve(answer)
    with pytest.raises(expected) as caught:
        asked(either, transport, server.url)
    assert type(caught.value) is expected
    assert 20 < len(str(caught.value)) < 800
    assert len(server.seen) == 1  # nothing was followed, nothing was tried again


GOOD = json.dumps(
    {"code": 0, "message": "成功", "data": {"task_id": "831", "task_status": "processing"}}, ensure_ascii=False
)


@pytest.mark.parametrize(
    "answer",
    [
        http(GOOD.encode()),
        http(GOOD.encode(), length=False),
        http(GOOD.encode("gbk"), "200 OK", "content-type: application/json"),
        http(GOOD.encode("gbk"), "200 OK", "content-type: application/json; charset=utf-8"),
        http(GOOD.encode("utf-16"), "200 OK", "content-type: application/json; charset=no-such-thing"),
        http(GOOD.encode(), "200"),
        http(GOOD.encode(), "200 OK", "x-old: folded\r\n over two lines"),
        http(GOOD.encode()).replace(b"HTTP/1.1", b"HTTP/1.0"),
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + http(GOOD.encode()),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in (GOOD.encode()[:7], GOOD.encode()[7:]))
        + b"0\r\nx-trailer: 1\r\n\r\n",
    ],
)
def test_an_answer_said_in_an_odd_way_is_read(either: Any, transport: str, serve: Any, answer: bytes) -> None:
    assert asked(either, transport, serve(answer).url).state == "running"


def test_an_answer_that_came_packed_is_unpacked(either: Any, transport: str, serve: Any) -> None:
    import gzip
    import zlib

    for coding, packed in (("gzip", gzip.compress(GOOD.encode())), ("deflate", zlib.compress(GOOD.encode()))):
        answer = http(packed, "200 OK", f"content-encoding: {coding}")
        assert asked(either, transport, serve(answer).url).state == "running"


def test_a_packed_answer_that_would_fill_the_memory_is_not_unpacked_whole(
    either: Any, transport: str, serve: Any
) -> None:
    import gzip

    answer = http(gzip.compress(bytes(50_000_000), 1), "200 OK", "content-encoding: gzip")
    with pytest.raises(AnswerTooLargeError):
        asked(either, transport, serve(answer).url)


DRIPS = {
    "the head": (b"HTTP/1.1 200 OK\r\nx: ", b"a"),
    "what comes before it": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "the body": (b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", b"a"),
    "a chunk's length": (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;", b"a"),
    "trailers": (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", b"x: a\r\n"),
}


# httpx counts the time from byte to byte while it reads a head or a chunk's length.
@pytest.mark.parametrize(("transport", "part"), [*[("builtin", part) for part in DRIPS], ("httpx", "the body")])
def test_an_answer_that_drips_for_ever_ends_in_time(either: Any, serve: Any, transport: str, part: str) -> None:
    first, drop = DRIPS[part]
    given_up = threading.Event()

    def drip(_: bytes, connection: socket.socket) -> None:
        connection.sendall(first)
        while not given_up.wait(0.04):
            connection.sendall(drop)

    kling = either.open(base_url=serve(drip).url, network=Network(transport), max_retries=0, timeout=0.25)  # type: ignore[arg-type]
    try:
        with pytest.raises((AnswerTimeoutError, ConnectionLostError)):
            either.run(kling.tasks.get("831", operation="text_to_video"))
    finally:
        given_up.set()


def test_an_answer_of_300_megabytes_is_left_unread(either: Any, transport: str, serve: Any) -> None:
    sent: list[int] = []

    def flood(_: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 300000000\r\n\r\n")
        for _ in range(300):
            connection.sendall(bytes(1_000_000))
            sent.append(1)

    with pytest.raises(AnswerTooLargeError, match="longer than any"):
        asked(either, transport, serve(flood).url)
    assert len(sent) < 60


def test_a_connection_is_used_again_only_when_the_server_lets_it(either: Any, transport: str, serve: Any) -> None:
    for headers, hang_up, expected in (((), False, 1), (("connection: close",), False, 3), ((), True, 3)):
        server = serve(http(GOOD.encode(), "200 OK", *headers), hang_up=hang_up)
        kling = either.open(base_url=server.url, network=Network(transport))  # type: ignore[arg-type]
        for _ in range(3):
            either.run(kling.tasks.get("831", operation="text_to_video"))
            if hang_up:
                assert server.hung_up.acquire(timeout=10)  # from now on the connection is at its end
        assert server.connections == expected
        assert len(server.seen) == 3


def test_cookies_of_a_relay_are_not_kept_for_an_odd_one_would_spoil_every_later_request(
    either: Any, transport: str, serve: Any
) -> None:
    answer = http(GOOD.encode(), "200 OK", "set-cookie: a=b")
    server = serve(answer.replace(b"a=b", b"a=\x844\x86"))
    kling = either.open(base_url=server.url, network=Network(transport))  # type: ignore[arg-type]
    for _ in range(2):
        assert either.run(kling.tasks.get("831", operation="text_to_video")).state == "running"
    assert b"\r\ncookie:" not in b"".join(server.seen).lower()


def test_an_odd_cookie_of_the_callers_own_http_client_is_said_to_be_one(either: Any, serve: Any) -> None:
    import httpx

    server = serve(http(GOOD.encode()))
    own = (httpx.Client if either.kind == "sync" else httpx.AsyncClient)(cookies={"a": "\x84"})
    kling = either.open(base_url=server.url, http_client=own)
    with pytest.raises(ConfigurationError, match="nothing was sent"):
        either.run(kling.tasks.get("831", operation="text_to_video"))
    assert server.seen == []
    either.run(own.aclose()) if isinstance(own, httpx.AsyncClient) else own.close()


def test_the_key_goes_to_the_relay_and_the_head_is_well_formed(either: Any, transport: str, serve: Any) -> None:
    server = serve(http(GOOD.encode()))
    asked(either, transport, server.url, api_key="sk-one-two-three")
    head = server.seen[0].decode().lower()
    assert head.startswith("get /kling/v1/videos/text2video/831 http/1.1\r\n")
    assert f"\r\nhost: 127.0.0.1:{server.port}\r\n" in head
    assert head.count("authorization: bearer sk-one-two-three\r\n") == 1
    assert "content-length" not in head


def test_a_key_that_is_made_anew_is_sent_anew(transport: str, serve: Any, words: Any) -> None:
    class Renewed(Secret):
        number = 0

        def reveal(self) -> str:
            self.number += 1
            return f"token-{self.number}"

    server = serve(http(json.dumps(words.task()).encode()), hang_up=False)
    sender = sync_sender(server.url, Renewed("key"), Network(transport))  # type: ignore[arg-type]
    for _ in range(2):
        sender.send(Call("anyapi", "video_text2video_get", "GET", f"{server.url}/v1", Timeouts()))
    sender.close()
    assert [head.lower().count(b"bearer token-%d\r\n" % at) for at, head in enumerate(server.seen, 1)] == [1, 1]


def test_a_large_picture_arrives_whole_and_a_refused_one_is_a_refusal(
    either: Any, transport: str, serve: Any, words: Any
) -> None:
    def answer(request: bytes, connection: socket.socket) -> None:
        body = json.loads(request.partition(b"\r\n\r\n")[2])
        connection.sendall(http(json.dumps(words.task(task_id=str(len(body["image"])))).encode()))

    server = serve(answer)
    kling = either.open("official", base_url=server.url, network=Network(transport))  # type: ignore[arg-type]
    task = either.run(kling.video.image_to_video(LARGE, "x", model_name="kling-v2-1", duration=5))
    assert int(task.task_id) == (len(LARGE) + 2) // 3 * 4


def test_a_proxy_is_asked_and_its_refusal_is_a_call_that_was_not_sent(either: Any, transport: str, serve: Any) -> None:
    target = serve(http(GOOD.encode()))
    relay = serve(http(GOOD.encode()))
    network = Network(transport, proxy=f"http://user:p%40ss@127.0.0.1:{relay.port}")  # type: ignore[arg-type]
    kling = either.open(base_url=target.url, network=network, max_retries=0)
    assert either.run(kling.tasks.get("831", operation="text_to_video")).state == "running"
    head = relay.seen[0].decode().lower()
    assert head.startswith(f"get {target.url}/kling/v1/videos/text2video/831 http/1.1\r\n")
    assert "proxy-authorization: basic dxnlcjpwqhnz\r\n" in head
    assert not target.seen

    refusing = serve(http(b"", "407 Proxy Authentication Required"))
    network = Network(transport, proxy=f"http://127.0.0.1:{refusing.port}")  # type: ignore[arg-type]
    secure = either.open(base_url="https://relay.example", network=network, max_retries=0, api_key="sk-one-two-three")
    with pytest.raises(ConnectionFailedError, match="nothing was sent"):
        either.run(secure.tasks.get("831", operation="text_to_video"))
    assert refusing.seen[0].lower().startswith(b"connect relay.example:443 http/1.1\r\n")
    assert b"sk-one" not in b"".join(refusing.seen)


def test_a_proxy_of_the_environment_is_used_but_for_what_it_excepts(
    either: Any, transport: str, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, proxy = serve(http(GOOD.encode())), serve(http(GOOD.encode()))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("http_proxy", proxy.url)
    asked(either, transport, "http://relay.example")
    assert len(proxy.seen) == 1
    monkeypatch.setenv("NO_PROXY", "example.org, 127.0.0.1")
    asked(either, transport, target.url)
    assert (len(proxy.seen), len(target.seen)) == (1, 1)


def test_one_client_serves_two_event_loops(transport: str, serve: Any) -> None:
    import asyncio

    from klingkit import AsyncKling

    server = serve(http(GOOD.encode(), "200 OK", "connection: close"))
    network = Network(transport)  # type: ignore[arg-type]
    kling = AsyncKling("anyapi", api_key="k", base_url=server.url, network=network)

    async def ask() -> None:
        await asyncio.gather(*(kling.tasks.get("831", operation="text_to_video") for _ in range(3)))

    async def end() -> None:
        await ask()
        await kling.close()
        with pytest.raises(ConfigurationError, match="closed"):
            await kling.tasks.get("831", operation="text_to_video")

    asyncio.run(ask())
    asyncio.run(end())
    assert len(server.seen) == 6


def test_more_calls_than_connections_wait_for_each_other(transport: str, serve: Any) -> None:
    import asyncio

    from klingkit import AsyncKling

    server = serve(http(GOOD.encode()), hang_up=False)

    async def ask() -> None:
        network = Network(transport, max_connections=3)  # type: ignore[arg-type]
        async with AsyncKling("anyapi", api_key="k", base_url=server.url, network=network) as kling:
            await asyncio.gather(*(kling.tasks.get(str(at), operation="text_to_video") for at in range(60)))

    asyncio.run(ask())
    assert server.connections == 3
    assert len(server.seen) == 60


def test_a_call_that_is_cancelled_gives_its_place_back(transport: str, serve: Any) -> None:
    import asyncio

    from klingkit import AsyncKling

    numbers = itertools.count()

    def answer(_: bytes, connection: socket.socket) -> None:
        if next(numbers):
            connection.sendall(http(GOOD.encode()))

    server = serve(answer)

    async def ask() -> None:
        network = Network(transport, max_connections=1)  # type: ignore[arg-type]
        async with AsyncKling("anyapi", api_key="k", base_url=server.url, network=network) as kling:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await kling.tasks.get("831", operation="text_to_video")
            assert (await kling.tasks.get("831", operation="text_to_video")).state == "running"

    asyncio.run(ask())
    assert server.connections == 2


def test_a_forked_process_leaves_the_connections_to_its_parent(serve: Any) -> None:
    from klingkit import Kling

    server = serve(http(GOOD.encode()), hang_up=False)
    with Kling("anyapi", api_key="k", base_url=server.url, network=Network("builtin")) as kling:
        kling.tasks.get("831", operation="text_to_video")
        pool: Any = kling._engine._loaded().transport
        there = pool._pool._shelf
        there._process = -1  # as it is in a child, where the number of the process is another one
        kling.tasks.get("831", operation="text_to_video")
        assert there.total == 1
    assert server.connections == 2


def test_a_large_text_is_sent_in_parts_that_each_have_time(either: Any, transport: str, serve: Any, words: Any) -> None:
    def answer(request: bytes, connection: socket.socket) -> None:
        said = json.loads(request.partition(b"\r\n\r\n")[2])
        connection.sendall(http(json.dumps(words.task(task_id=str(len(said["image"])))).encode()))

    coded = base64.b64encode(LARGE).decode()
    kling = either.open("official", base_url=serve(answer).url, network=Network(transport))  # type: ignore[arg-type]
    task = either.run(kling.video.image_to_video(coded, "x", model_name="kling-v2-1", duration=5))
    assert int(task.task_id) == len(coded)


def test_a_refusal_before_the_picture_was_sent_whole_is_read(either: Any, transport: str) -> None:
    refused = json.dumps({"code": 1101, "message": "no balance"}).encode()
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(http(refused, "402 Payment Required", "connection: close"))
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):  # what is on its way; without that the system resets the connection
                pass

    threading.Thread(target=refuse, daemon=True).start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    kling = either.open("official", base_url=url, network=Network(transport), max_retries=0)  # type: ignore[arg-type]
    with pytest.raises(BalanceError):
        either.run(kling.video.image_to_video(LARGE, "x", model_name="kling-v2-1", duration=5))
    listener.close()


FAULTS = ("none", "before", "after", "reset", "half", "page", "500", "cut", "drip", "too fast")


class Cashier:
    """A relay that takes creates under faults, and knows what it charged.

    Attributes:
        taken: how often each external_task_id was charged.
    """

    def __init__(self, seed: int) -> None:
        self.taken: collections.Counter[str] = collections.Counter()
        self._random = random.Random(seed)

    def __call__(self, request: bytes, connection: socket.socket) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        if head.startswith(b"GET"):
            self._look_up(head, connection)
            return
        external = json.loads(body)["external_task_id"]
        fault = self._random.choice(
            ["none", "before", "after", "reset", "half", "page", "500", "cut", "drip", "too fast"]
        )
        if fault == "before":
            connection.close()
            return
        if fault == "too fast":
            connection.sendall(http(b'{"code":1302,"message":"too fast"}', "429 Too Many Requests"))
            return
        self.taken[external] += 1
        answer = http(self._task(external))
        match fault:
            case "after":
                connection.close()
            case "reset":
                connection.sendall(answer[: len(answer) // 2])
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
            case "half":
                connection.sendall(answer[: len(answer) // 2])
                connection.close()
            case "page":
                connection.sendall(http(b"<html>", "200 OK", "content-type: text/html"))
            case "500":
                connection.sendall(http(b"", "500 Oh"))
            case "cut":
                connection.sendall(http(self._task(external)[:40]))
            case "drip":
                for at in range(len(answer)):
                    connection.sendall(answer[at : at + 1])
            case _:
                connection.sendall(answer)

    def _look_up(self, head: bytes, connection: socket.socket) -> None:
        external = head.split(b" ")[1].decode().rpartition("/")[2]
        if self._random.random() < 0.3:
            connection.close()
        elif external in self.taken:
            connection.sendall(http(self._task(external)))
        else:
            connection.sendall(http(b'{"code":1203,"message":"no such task"}', "404 Not Found"))

    @staticmethod
    def _task(external: str) -> bytes:
        info = {"external_task_id": external}
        data = {"task_id": f"t-{external}", "task_status": "submitted", "task_info": info}
        return json.dumps({"code": 0, "message": "", "data": data}).encode()


def test_over_many_creates_under_faults_each_charge_is_known_and_none_is_double(
    either: Any, transport: str, serve: Any
) -> None:
    cashier = Cashier(seed=7)
    url = serve(cashier).url
    kling = either.open("official", base_url=url, network=Network(transport))  # type: ignore[arg-type]
    known, unknown, refused = set(), set(), 0
    for at in range(200):
        try:
            made = kling.video.text_to_video("x", model_name="kling-v2-6", duration=5, external_task_id=f"mine-{at}")
            known.add(either.run(made).external_task_id)
        except OutcomeUnknownError as error:
            unknown.add(error.external_task_id)
        except RateLimitError:
            refused += 1
    charged = set(cashier.taken)
    assert max(cashier.taken.values()) == 1
    assert known <= charged <= known | unknown
    assert len(known) + len(unknown) + refused == 200
    assert len(known) > 100


def test_a_create_does_not_go_over_a_connection_that_may_be_about_to_close(either: Any, serve: Any, words: Any) -> None:
    server = serve(http(json.dumps(words.task()).encode()), hang_up=False)
    kling = either.open("official", base_url=server.url, network=Network("builtin"))

    def age() -> None:
        sender: Any = kling._engine._loaded().transport
        shelf = sender._queue.shelf if either.kind == "async" else sender._pool._shelf
        for waiting in shelf._idle.values():
            for there in waiting:
                there.idle_since -= 10

    def create() -> None:
        either.run(kling.video.text_to_video("x", model_name="kling-v2-6", duration=5))

    create()
    create()
    assert server.connections == 1
    age()
    either.run(kling.tasks.get("831", operation="text_to_video"))
    assert server.connections == 1
    age()
    create()
    assert server.connections == 2
