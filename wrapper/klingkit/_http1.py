"""HTTP/1.1 without sockets: the head of a request, and an answer read from the bytes as they come. Pure.

Strict where a lenient reader could be led to take one answer for another (lengths, header names), lenient elsewhere.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Body",
    "Chunked",
    "Incoming",
    "ProtocolError",
    "Sized",
    "Start",
    "UntilClosed",
    "read_start",
    "request_head",
]

_MOST_HEAD = 64 * 1024
_MOST_INTERIM = 16
_LONGEST_LINE = 4096
_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(r"HTTP/1\.([01]) ([1-9]\d\d)(?: .*)?", re.DOTALL)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_DIGITS = re.compile(r"\d{1,18}")
_HEX = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)


class ProtocolError(Exception):
    """What came is no HTTP/1.1 answer, or not a whole one."""


def request_head(method: str, target: str, host: str, headers: Mapping[str, str], length: int | None) -> bytes:
    """Return the head of a request. `length` is that of the body, None without one.

    Raises:
        ValueError: a header, the target or the host would end its line early, or is not Latin-1.
    """
    lines = [f"{method} {target} HTTP/1.1", f"host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if length is not None:
        lines.append(f"content-length: {length}")
    text = "\r\n".join(lines)
    breaks = len(lines) - 1
    if text.count("\r") != breaks or text.count("\n") != breaks or "\0" in text:
        raise ValueError("a line break inside a header")
    return f"{text}\r\n\r\n".encode("latin-1")


class Sized:
    """A body whose length was told.

    Attributes:
        left: how many bytes are still to come.
        done: whether it came whole.
        excess: whether more came than was announced; that is not read, and ends the connection.
    """

    __slots__ = ("done", "excess", "left")

    def __init__(self, length: int) -> None:
        self.left = length
        self.done = length == 0
        self.excess = False

    def feed(self, data: bytes) -> bytes:
        """Return the part of `data` that belongs to the body."""
        if len(data) > self.left:
            data, self.excess = data[: self.left], True
        self.left -= len(data)
        self.done = not self.left
        return data

    def end(self) -> None:
        """Note that the connection ended. Raises ProtocolError if that was too early."""
        if not self.done:
            raise ProtocolError(f"the connection ended {self.left} bytes before the end")


class UntilClosed:
    """A body that ends with its connection; otherwise as `Sized`."""

    __slots__ = ("done", "excess")

    def __init__(self) -> None:
        self.done = self.excess = False

    def feed(self, data: bytes) -> bytes:
        """Return `data`: all of it belongs to the body."""
        return data

    def end(self) -> None:
        """Note that the connection ended."""
        self.done = True


class Chunked:
    """A body that comes in chunks, each with its length; otherwise as `Sized`."""

    __slots__ = ("_buffer", "_left", "_state", "_trailers", "done", "excess")

    def __init__(self) -> None:
        self._buffer = b""
        self._left = 0
        self._state = "size"
        self._trailers = 0
        self.done = self.excess = False

    def feed(self, data: bytes) -> bytes:
        """Return what of the body is in `data`."""
        parts: list[bytes] = []
        data = self._buffer + data if self._buffer else data
        self._buffer = b""
        at = 0
        while at < len(data):
            if self.done:
                self.excess = True
                break
            if self._state == "data":
                part = data[at : at + self._left]
                parts.append(part)
                at += len(part)
                self._left -= len(part)
                if not self._left:
                    self._state = "after"
                continue
            line_end = data.find(b"\n", at)
            if line_end < 0:
                if len(data) - at > _LONGEST_LINE:
                    raise ProtocolError("a chunk without a length")
                self._buffer = data[at:]
                break
            self._line(data[at:line_end].removesuffix(b"\r"))
            at = line_end + 1
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _line(self, line: bytes) -> None:
        if self._state == "after":
            if line:
                raise ProtocolError("a chunk longer than announced")
            self._state = "size"
        elif self._state == "size":
            found = _HEX.fullmatch(line)
            if found is None:
                raise ProtocolError("a chunk without a length")
            self._left = int(found.group(1), 16)
            self._state = "data" if self._left else "trailer"
        else:
            self._trailers += len(line)
            if self._trailers > _MOST_HEAD:
                raise ProtocolError("trailers without end")
            self.done = not line

    def end(self) -> None:
        """Note that the connection ended. Raises ProtocolError if that was too early."""
        if not self.done:
            raise ProtocolError("the connection ended before the last chunk")


Body = Sized | UntilClosed | Chunked


@dataclass(slots=True)
class Start:
    """The head of an answer: its status, headers by lower-case name, body to come, and whether more may follow."""

    status: int
    headers: dict[str, str]
    body: Body
    keep: bool


def read_start(buffer: bytes, method: str) -> tuple[Start, int] | None:
    """Return the head at the beginning of `buffer`, and where it ends; None while it is not whole.

    Raises:
        ProtocolError: that is no head of an HTTP/1 answer.
    """
    end = buffer.find(b"\r\n\r\n")
    after = end + 4
    if end < 0:
        found = _END.search(buffer)
        if found is None:
            if len(buffer) > _MOST_HEAD or not b"HTTP/1.".startswith(buffer[:7]):
                raise ProtocolError("no HTTP answer" if len(buffer) <= _MOST_HEAD else "headers without end")
            return None
        end, after = found.span()
    if end > _MOST_HEAD:
        raise ProtocolError("headers without end")
    text = buffer[:end].decode("latin-1")
    lines = text.split("\r\n") if "\r\n" in text else text.split("\n")
    minor, number = _status(lines[0])
    returns = len(lines) - 1 if "\r\n" in text else 0
    if text.count("\n") != len(lines) - 1 or text.count("\r") != returns or "\0" in text:
        raise ProtocolError("a malformed header")
    headers = _headers(lines)
    connection = headers.get("connection", "").lower()
    keep = "close" not in connection if minor == "1" else "keep-alive" in connection
    body = _body(method, number, headers)
    if isinstance(body, UntilClosed) or ("transfer-encoding" in headers and "content-length" in headers):
        keep = False
    return Start(number, headers, body, keep), after


@functools.lru_cache(maxsize=64)
def _status(line: str) -> tuple[str, int]:
    found = _STATUS.fullmatch(line)
    if found is None:
        raise ProtocolError("no HTTP answer")
    return found.group(1), int(found.group(2))


@functools.lru_cache(maxsize=512)
def _name(given: str) -> str:
    if _TOKEN.fullmatch(given) is None:
        raise ProtocolError("a malformed header")
    return given.lower()


def _headers(lines: list[str]) -> dict[str, str]:
    """Return the headers in `lines`, the first of which is the status."""
    headers: dict[str, str] = {}
    name = ""
    for line in lines[1:]:
        if line[:1] in {" ", "\t"} and name:
            headers[name] = f"{headers[name]} {line.strip()}"
            continue
        given, colon, value = line.partition(":")
        if not colon:
            raise ProtocolError("a malformed header")
        name, value = _name(given), value.strip(" \t")
        if name not in headers:
            headers[name] = value
        elif name != "content-length" or headers[name] != value:
            headers[name] = f"{headers[name]}, {value}"
    return headers


def _body(method: str, status: int, headers: Mapping[str, str]) -> Body:
    if method == "HEAD" or status < 200 or status in {204, 304}:
        return Sized(0)
    coding = headers.get("transfer-encoding")
    if coding is not None:
        if coding.strip().lower() != "chunked":
            raise ProtocolError("an unknown transfer-encoding")
        return Chunked()
    length = headers.get("content-length")
    if length is None:
        return UntilClosed()
    if _DIGITS.fullmatch(length) is None:
        raise ProtocolError("a content-length that is no number")
    return Sized(int(length))


class Incoming:
    """An answer that is coming in whole, up to `most` bytes of body.

    Attributes:
        start: its head, None until it came.
        too_large: whether the body is longer than `most`; it is then dropped, and nothing more is to be read.
        keep: whether the connection may carry another exchange after this one.
    """

    __slots__ = ("_buffer", "_interim", "_method", "_most", "_parts", "_size", "keep", "start", "too_large")

    def __init__(self, method: str, most: int) -> None:
        self.start: Start | None = None
        self.too_large = False
        self.keep = False
        self._method = method
        self._most = most
        self._buffer = b""
        self._parts: list[bytes] = []
        self._size = 0
        self._interim = 0

    @property
    def body(self) -> bytes:
        """What came of the body."""
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    def feed(self, data: bytes) -> bool:
        """Take what came; return whether the answer is whole, or as much of it as will be read.

        Raises:
            ProtocolError: it is no HTTP/1 answer.
        """
        start = self.start
        if start is None:
            data = self._buffer + data if self._buffer else data
            while True:
                found = read_start(data, self._method)
                if found is None:
                    self._buffer = data
                    return False
                start, after = found
                data = data[after:]
                if start.status >= 200:
                    break
                self._interim += 1
                if start.status == 101 or self._interim > _MOST_INTERIM:
                    raise ProtocolError("an answer that is none")
            self.start, self._buffer = start, b""
        if data:
            part = start.body.feed(data)
            self._size += len(part)
            if self._size > self._most:
                self.too_large, self._parts = True, []
                return True
            self._parts.append(part)
        if not start.body.done:
            return False
        self.keep = start.keep and not start.body.excess
        return True

    def end(self) -> None:
        """Note that the connection ended.

        Raises:
            ProtocolError: the answer is not whole.
        """
        if self.start is None:
            raise ProtocolError("the connection ended in the headers" if self._buffer else "no answer came")
        self.start.body.end()
