"""The built-in transport for `Kling`: HTTP/1.1 over sockets, for a fraction of the CPU that httpx needs.

Nothing is followed, nothing is retried: both are decisions, and those are made in the flows. What can be said of a
call that failed depends on when it did: before there was a connection nothing was sent.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from klingkit._effects import Head, Reply
from klingkit._failures import failure
from klingkit._http1 import Incoming, ProtocolError, Sized, read_start
from klingkit._link import Link
from klingkit._payload import Payload
from klingkit._pool import FRESH_SECONDS, IDLE_SECONDS, Pool
from klingkit._route import Router
from klingkit._sending import MAX_ANSWER_BYTES, Guard, file_headers, log_exchange, refuse_closed

if TYPE_CHECKING:
    from klingkit._effects import Call, Fetch
    from klingkit._http1 import Body
    from klingkit._network import Network
    from klingkit._route import Route
    from klingkit._secrets import Secret
    from klingkit._timeouts import Timeouts

__all__ = ["BLOCK_BYTES", "Builtin", "FileStream", "plain_body"]

BLOCK_BYTES = 1 << 20
"""How much of a file is read at a time."""

_BLOCK_SECONDS = 0.5
_BROKEN = (OSError, ProtocolError)


class Builtin:
    """Sends for `Kling`. May be used by several threads at once.

    Args:
        root: the address that calls have to begin with to be sent with the key.
        secret: the key.
        network: proxy, certificates, number of connections.
    """

    def __init__(self, root: str, secret: Secret, network: Network) -> None:
        self._guard = Guard(root, secret)
        self._router = Router(network)
        self._pool: Pool[Link] = Pool(network.max_connections)

    def headers(self, call: Call) -> dict[str, str]:
        """Return the headers `call` is sent with, the key among them."""
        host = {"host": self._router.find(call.url)[0].origin.shown}
        length = {"content-length": str(len(call.body))} if call.body is not None else {}
        return {**host, **self._guard.headers(call), **length}

    def send(self, call: Call) -> Reply:
        """Send `call` and return the whole reply. Raises TransportError."""
        refuse_closed(self._pool.closed)
        headers = self._guard.headers(call)
        started = time.monotonic()
        reply: Reply | None = None
        try:
            reply = self._exchange(call, headers)
            return reply
        finally:
            log_exchange(call, started, reply.status if reply else None, reply.headers if reply else {})

    def _exchange(self, call: Call, headers: dict[str, str]) -> Reply:
        body = call.body
        length = (len(body) if body is not None else 0) if call.method != "GET" else None
        # A create never shares the fate of a connection that is about to be closed.
        idle = IDLE_SECONDS if call.method == "GET" else FRESH_SECONDS
        try:
            route, target = self._router.find(call.url)
            head = route.head(call.method, target, headers, length)
            link = self._connect(route, call.timeouts, idle)
        except (OSError, ValueError) as error:
            raise failure("unsent", error, call.relay, call.operation, call.url) from error
        incoming = Incoming(call.method, MAX_ANSWER_BYTES)
        fit = False
        try:
            sent = _send(link, head, body, call.timeouts)
            _receive(link, incoming, call.timeouts)
            fit = incoming.keep and sent
        except TimeoutError as error:
            raise failure("late", error, call.relay, call.operation, call.url) from error
        except _BROKEN as error:
            raise failure("lost", error, call.relay, call.operation, call.url) from error
        finally:
            if fit:
                self._pool.put(link)
            else:
                self._pool.drop(link)
        start = incoming.start
        assert start is not None
        return Reply(start.status, start.headers, plain_body(start.headers, incoming), incoming.too_large)

    def open(self, fetch: Fetch) -> Head:
        """Begin to fetch a file. Raises TransportError."""
        refuse_closed(self._pool.closed)
        try:
            route, target = self._router.find(fetch.url)
            head = route.head("GET", target, file_headers(fetch.headers), None)
            link = self._connect(route, fetch.timeouts, IDLE_SECONDS)
        except (OSError, ValueError) as error:
            raise failure("unsent", error, fetch.relay, fetch.operation, fetch.url) from error
        stream = FileStream(self._pool, link, fetch)
        try:
            return stream.begin(head)
        except BaseException:
            stream.close()
            raise

    def chunk(self, head: Head) -> memoryview | bytes:
        """Return the next bytes of a file, empty at the end; they are good until the next call.

        Raises:
            TransportError: the connection broke.
        """
        stream: FileStream = head.stream
        return stream.read()

    def release(self, head: Head) -> None:
        """Let go of a file."""
        stream: FileStream = head.stream
        stream.close()

    def close(self) -> None:
        """Close the connections; those in use are closed after use."""
        self._pool.close()

    def _connect(self, route: Route, timeouts: Timeouts, idle_seconds: float) -> Link:
        link = self._pool.take(route.origin, idle_seconds, timeouts.pool)
        if link is not None:
            return link
        try:
            return Link.open(route.origin, route.proxy, route.tls, timeouts)
        except BaseException:
            self._pool.drop(None)
            raise


def _send(link: Link, head: bytes, body: bytes | Payload | None, timeouts: Timeouts) -> bool:
    """Send a request; return whether all of it went out. An answer may have come before that, and is then read."""
    if not isinstance(body, Payload):
        link.send(head + body if body else head, timeouts.write)
        return True
    link.send(head, timeouts.write)
    for part in body:
        try:
            link.send(part, timeouts.write)
        except (BrokenPipeError, ConnectionResetError):
            return False
    return True


def _receive(link: Link, incoming: Incoming, timeouts: Timeouts) -> None:
    until: float | None = None
    while True:
        data = link.receive(timeouts.read)
        if not data:
            incoming.end()
            return
        if incoming.feed(data):
            return
        now = time.monotonic()
        if incoming.start is not None and until is None:
            until = now + timeouts.read
        if until is not None and now > until:
            raise TimeoutError(f"the answer was still not whole after {timeouts.read:g} seconds")


def plain_body(headers: dict[str, str], incoming: Incoming) -> bytes:
    """Return the body; unpacked if it came packed, though nobody asked for that."""
    body = incoming.body
    coding = headers.get("content-encoding", "")
    if not coding or coding == "identity":
        return body
    from klingkit._packing import unpacked

    body, too_large = unpacked(body, coding, MAX_ANSWER_BYTES)
    incoming.too_large = incoming.too_large or too_large
    return body


class FileStream:
    """A file that is being fetched over a connection of its own."""

    def __init__(self, pool: Pool[Link], link: Link, fetch: Fetch) -> None:
        self._pool = pool
        self._link: Link | None = link
        self._fetch = fetch
        self._body: Body = Sized(0)
        self._ahead = b""
        self._keep = False
        self._buffer = memoryview(bytearray(0))

    def begin(self, head: bytes) -> Head:
        """Send the request, and return the head of the answer. Raises TransportError."""
        fetch, link = self._fetch, self._link
        assert link is not None
        until = time.monotonic() + fetch.timeouts.read
        buffer = b""
        with self._told():
            link.send(head, fetch.timeouts.write)
            while True:
                found = read_start(buffer, "GET") if buffer else None
                if found is not None and found[0].status >= 200:
                    break
                buffer = buffer[found[1] :] if found else buffer
                if found is None or not buffer:
                    data = link.receive(fetch.timeouts.read)
                    if not data:
                        raise ProtocolError("no answer came")
                    buffer += data
                if time.monotonic() > until:
                    raise TimeoutError("the answer did not begin in time")
            start, after = found
            self._body, self._keep = start.body, start.keep
            self._ahead = buffer[after:]
        return Head(start.status, start.headers, self)

    def read(self) -> memoryview | bytes:
        """Return up to a block; less if it is slow to come, empty at the end. Raises TransportError."""
        link, body = self._link, self._body
        if link is None or (body.done and not self._ahead):
            return b""
        with self._told():
            if isinstance(body, Sized):
                return self._read_sized(link, body)
            return self._read_decoded(link, body)
        raise AssertionError("unreachable: either returns or raises")

    def _read_sized(self, link: Link, body: Sized) -> memoryview:
        if not self._buffer:
            self._buffer = memoryview(bytearray(min(BLOCK_BYTES, max(body.left, 1))))
        buffer, seconds = self._buffer, self._fetch.timeouts.read
        have = 0
        if self._ahead:
            ahead = self._ahead[: len(buffer)]
            self._ahead = self._ahead[len(buffer) :] if body.left > len(ahead) else b""
            ahead = body.feed(ahead)
            have = len(ahead)
            buffer[:have] = ahead
        until = time.monotonic() + _BLOCK_SECONDS
        while body.left and have < len(buffer):
            count = link.receive_into(buffer[have : have + body.left], seconds)
            if not count:
                if have:
                    break  # what came is of use: a download is resumed behind it
                body.end()
            body.left -= count
            have += count
            if time.monotonic() > until:
                break
        body.done = not body.left
        return buffer[:have]

    def _read_decoded(self, link: Link, body: Body) -> bytes:
        parts: list[bytes] = []
        size = 0
        until = time.monotonic() + _BLOCK_SECONDS
        while not body.done and size < BLOCK_BYTES:
            data, self._ahead = self._ahead or link.receive(self._fetch.timeouts.read), b""
            if not data:
                if parts:
                    break
                body.end()
            else:
                parts.append(body.feed(data))
                size += len(parts[-1])
            if time.monotonic() > until and size:
                break
        return b"".join(parts)

    def close(self) -> None:
        """Let go: the connection is kept if the file came whole."""
        link, self._link = self._link, None
        if link is None:
            return
        if self._body.done and self._keep and not self._body.excess and not self._ahead:
            self._pool.put(link)
        else:
            self._pool.drop(link)

    def wake(self) -> None:
        """End what another thread is waiting for in `read`."""
        if self._link is not None:
            self._link.wake()

    @contextlib.contextmanager
    def _told(self):  # type: ignore[no-untyped-def]
        fetch = self._fetch
        try:
            yield
        except TimeoutError as error:
            raise failure("late", error, fetch.relay, fetch.operation, fetch.url) from error
        except _BROKEN as error:
            raise failure("lost", error, fetch.relay, fetch.operation, fetch.url) from error
