"""The built-in transport for `Kling`: HTTP/1.1 over sockets, for a fraction of the CPU that httpx needs.

Nothing is followed, nothing is retried: both are decisions, and those are made in the flows. What can be said of a
call that failed depends on when it did: before there was a connection nothing was sent.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from klingkit._effects import Reply
from klingkit._failures import failure
from klingkit._file_stream import FileStream
from klingkit._http1 import Incoming, ProtocolError
from klingkit._link import Link
from klingkit._payload import parts_of
from klingkit._pool import FRESH_SECONDS, IDLE_SECONDS, Pool
from klingkit._route import Router
from klingkit._sending import MAX_ANSWER_BYTES, Guard, file_headers, log_exchange, refuse_closed

if TYPE_CHECKING:
    from klingkit._effects import Call, Fetch, Head
    from klingkit._network import Network
    from klingkit._payload import Payload
    from klingkit._route import Route
    from klingkit._secrets import Secret
    from klingkit._timeouts import Timeouts

__all__ = ["Builtin", "plain_body"]

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
    parts = parts_of(body) if body else None
    if parts is None:
        link.send(head + bytes(body) if body else head, timeouts.write)
        return True
    link.send(head, timeouts.write)
    for part in parts:
        try:
            link.send(part, timeouts.write)
        except (BrokenPipeError, ConnectionResetError):
            return False
    return True


def _receive(link: Link, incoming: Incoming, timeouts: Timeouts) -> None:
    until: float | None = None
    begun = False
    while True:
        data = link.receive(timeouts.read)
        if not data:
            incoming.end()
            return
        if incoming.feed(data):
            return
        now = time.monotonic()
        if until is None or begun != (incoming.start is not None):
            # Once for the head, which may drip in as well, and once for the rest.
            until, begun = now + timeouts.read, incoming.start is not None
        if now > until:
            what = "whole" if begun else "begun"
            raise TimeoutError(f"the answer was still not {what} after {timeouts.read:g} seconds")


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
