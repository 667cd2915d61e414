"""Reading HTTP/1.1 from bytes: the same however they are cut, and nothing but its own error for anything else."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klingkit._http1 import Incoming, ProtocolError, request_head

CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nX-Request-Id: r-1\r\n\r\n"
    b"5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nx-trailer: 1\r\n\r\n"
)
SIZED = b"HTTP/1.1 404 Not Found\r\nContent-Length: 11\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\nhello world"
EARLY = b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + SIZED
BARE = SIZED.replace(b"\r\n", b"\n")


def read(data: bytes, cuts: tuple[int, ...] = (), most: int = 1000) -> Incoming:
    """Feed `data` in parts; return what was read once it was whole."""
    incoming = Incoming("GET", most)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for begin, end in itertools.pairwise(places):
        if begin < end and incoming.feed(data[begin:end]):
            return incoming
    incoming.end()
    return incoming


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([CHUNKED, SIZED, EARLY, BARE]), st.lists(st.integers(0, 400), max_size=6).map(tuple))
def test_an_answer_is_read_the_same_however_it_is_cut(data: bytes, cuts: tuple[int, ...]) -> None:
    incoming = read(data, cuts)
    assert incoming.body == b"hello world"
    assert incoming.start is not None
    assert incoming.start.status == (200 if data is CHUNKED else 404)
    assert incoming.keep


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([CHUNKED, SIZED, EARLY]),
    st.lists(st.tuples(st.integers(0, 200), st.binary(max_size=6)), max_size=4),
    st.integers(0, 200),
)
def test_damaged_answers_raise_nothing_but_protocol_errors(
    data: bytes, edits: list[tuple[int, bytes]], cut: int
) -> None:
    for at, replacement in edits:
        data = data[:at] + replacement + data[at + len(replacement) :]
    try:
        incoming = read(data, (cut,))
    except ProtocolError:
        return
    assert incoming.start is not None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_noise_is_no_answer(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        read(b"\x00" + data)


def test_headers_of_the_same_name_are_joined_and_told_by_lower_case_name() -> None:
    start = read(SIZED).start
    assert start is not None
    assert start.headers == {"content-length": "11", "set-cookie": "a, b"}


@pytest.mark.parametrize(
    ("data", "keep"),
    [
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 0\r\n\r\n", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 304 Not Modified\r\ncontent-length: 900\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", False),
    ],
)
def test_a_connection_is_kept_only_where_the_next_answer_cannot_be_mistaken(data: bytes, keep: bool) -> None:
    assert read(data).keep is keep


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 40,
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n : x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na b: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na: x\0y\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1_0\r\n\r\n0123456789",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"0" * 5000,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n" + b"x: y\r\n" * 20_000,
    ],
)
def test_what_could_be_mistaken_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        read(data)


def test_more_than_the_limit_is_not_kept() -> None:
    incoming = read(SIZED, most=10)
    assert incoming.too_large
    assert incoming.body == b""
    assert not incoming.keep


@pytest.mark.parametrize(
    ("target", "headers"),
    [("/a\r\nx: y", {}), ("/", {"a": "b\r\nx: y"}), ("/", {"a\n": "b"}), ("/", {"a": "b\0"}), ("/", {"a": "狐"})],
)
def test_a_request_cannot_be_made_to_say_more_than_it_should(target: str, headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"line break|encode"):
        request_head("GET", target, "relay.example", headers, None)
