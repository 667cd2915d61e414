"""Both transports read what can be read of an answer, however it is said; all else is one of our errors."""

from __future__ import annotations

import gzip
import threading
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from klingkit import (
    AnswerTimeoutError,
    AnswerTooLargeError,
    ConnectionLostError,
    HtmlPageError,
    KlingError,
    Network,
    NotJsonError,
    RedirectError,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable


def deep(levels: int) -> bytes:
    return b'{"code":0,"data":' + b"[" * levels + b"]" * levels + b"}"


def answers(http: Callable[..., bytes]) -> dict[str, tuple[bytes, type[KlingError]]]:
    """Return what a server says before it hangs up, and what that is."""
    return {
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


@pytest.mark.parametrize("name", answers(lambda *_, **__: b""))
def test_an_answer_that_is_none_is_one_of_our_errors(serve: Any, asked: Any, http: Any, name: str) -> None:
    answer, expected = answers(http)[name]
    server = serve(answer)
    with pytest.raises(expected) as caught:
        asked(server.url)
    assert type(caught.value) is expected
    assert 20 < len(str(caught.value)) < 800
    assert len(server.seen) == 1  # nothing was followed, nothing was tried again


def odd_ways(http: Callable[..., bytes], running: str) -> list[bytes]:
    """Return an answer as odd servers say it."""
    return [
        http(running.encode()),
        http(running.encode(), length=False),
        http(running.encode("gbk"), "200 OK", "content-type: application/json"),
        http(running.encode("gbk"), "200 OK", "content-type: application/json; charset=utf-8"),
        http(running.encode("utf-16"), "200 OK", "content-type: application/json; charset=no-such-thing"),
        http(running.encode(), "200"),
        http(running.encode(), "200 OK", "x-old: folded\r\n over two lines"),
        http(running.encode()).replace(b"HTTP/1.1", b"HTTP/1.0"),
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + http(running.encode()),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in (running.encode()[:7], running.encode()[7:]))
        + b"0\r\nx-trailer: 1\r\n\r\n",
    ]


@pytest.mark.parametrize("way", range(len(odd_ways(lambda *_, **__: b"", ""))))
def test_an_answer_said_in_an_odd_way_is_read(asked: Any, serve: Any, http: Any, running: str, way: int) -> None:
    assert asked(serve(odd_ways(http, running)[way]).url).state == "running"


def test_an_answer_that_came_packed_is_unpacked(serve: Any, asked: Any, http: Any, running: str) -> None:
    for coding, packed in (("gzip", gzip.compress(running.encode())), ("deflate", zlib.compress(running.encode()))):
        answer = http(packed, "200 OK", f"content-encoding: {coding}")
        assert asked(serve(answer).url).state == "running"


def test_a_packed_answer_that_would_fill_the_memory_is_not_unpacked_whole(serve: Any, asked: Any, http: Any) -> None:
    answer = http(gzip.compress(bytes(50_000_000), 1), "200 OK", "content-encoding: gzip")
    with pytest.raises(AnswerTooLargeError):
        asked(serve(answer).url)


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


def test_an_answer_of_300_megabytes_is_left_unread(serve: Any, asked: Any) -> None:
    sent: list[int] = []

    def flood(_: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 300000000\r\n\r\n")
        for _number in range(300):
            connection.sendall(bytes(1_000_000))
            sent.append(1)

    with pytest.raises(AnswerTooLargeError, match="longer than any"):
        asked(serve(flood).url)
    assert len(sent) < 60
