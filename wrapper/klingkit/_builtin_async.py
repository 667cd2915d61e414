"""The built-in transport for `AsyncKling`: HTTP/1.1 over asyncio; files are fetched by threads, which is faster."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from klingkit._builtin import Builtin, plain_body
from klingkit._channel import Channel
from klingkit._effects import Reply
from klingkit._failures import failure
from klingkit._http1 import Incoming, ProtocolError
from klingkit._pool import FRESH_SECONDS, IDLE_SECONDS, Shelf
from klingkit._route import Router
from klingkit._sending import MAX_ANSWER_BYTES, Guard, log_exchange, refuse_closed

if TYPE_CHECKING:
    from klingkit._effects import Call, Fetch, Head
    from klingkit._network import Network, Origin
    from klingkit._route import Route
    from klingkit._secrets import Secret
    from klingkit._timeouts import Timeouts

__all__ = ["BuiltinAsync"]


class BuiltinAsync:
    """Sends for `AsyncKling`. As `Builtin`; a second event loop gets connections of its own."""

    def __init__(self, root: str, secret: Secret, network: Network) -> None:
        self._guard = Guard(root, secret)
        self._router = Router(network)
        self._files = Builtin(root, secret, network)
        self._most = network.max_connections
        self._queue: _Queue | None = None
        self._closed = False

    def headers(self, call: Call) -> dict[str, str]:
        """Return the headers `call` is sent with, the key among them."""
        host = {"host": self._router.find(call.url)[0].origin.shown}
        length = {"content-length": str(len(call.body))} if call.body is not None else {}
        return {**host, **self._guard.headers(call), **length}

    async def send(self, call: Call) -> Reply:
        """Send `call` and return the whole reply. Raises TransportError."""
        refuse_closed(self._closed)
        headers = self._guard.headers(call)
        started = time.monotonic()
        reply: Reply | None = None
        try:
            reply = await self._exchange(call, headers)
            return reply
        finally:
            log_exchange(call, started, reply.status if reply else None, reply.headers if reply else {})

    async def _exchange(self, call: Call, headers: dict[str, str]) -> Reply:
        body = call.body
        length = (len(body) if body is not None else 0) if call.method != "GET" else None
        idle = IDLE_SECONDS if call.method == "GET" else FRESH_SECONDS
        queue = self._queue_of_now()
        try:
            route, target = self._router.find(call.url)
            head = route.head(call.method, target, headers, length)
            channel = await _connect(queue, route, call.timeouts, idle)
        except (OSError, ValueError) as error:
            raise failure("unsent", error, call.relay, call.operation, call.url) from error
        incoming = Incoming(call.method, MAX_ANSWER_BYTES)
        fit = False
        try:
            fit = await channel.exchange(head, body, incoming, call.timeouts)
            fit = fit and incoming.keep
        except TimeoutError as error:
            raise failure("late", error, call.relay, call.operation, call.url) from error
        except (OSError, ProtocolError) as error:
            raise failure("lost", error, call.relay, call.operation, call.url) from error
        finally:
            queue.give(channel, fit=fit and not self._closed)
        start = incoming.start
        assert start is not None
        return Reply(start.status, start.headers, plain_body(start.headers, incoming), incoming.too_large)

    async def open(self, fetch: Fetch) -> Head:
        """Begin to fetch a file. Raises TransportError."""
        refuse_closed(self._closed)
        opening = asyncio.ensure_future(asyncio.to_thread(self._files.open, fetch))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_let_go)
            raise

    async def chunk(self, head: Head) -> memoryview | bytes:
        """Return the next bytes of a file, empty at the end; they are good until the next call.

        Raises:
            TransportError: the connection broke.
        """
        return await asyncio.to_thread(self._files.chunk, head)

    async def release(self, head: Head) -> None:
        """Let go of a file."""
        head.stream.wake()
        await asyncio.to_thread(self._files.release, head)

    async def close(self) -> None:
        """Close the connections; those in use are closed after use."""
        self._closed = True
        self._files.close()
        queue, self._queue = self._queue, None
        if queue is not None and queue.loop is asyncio.get_running_loop():
            queue.shelf.clear()
            await asyncio.sleep(0)  # the event loop closes sockets in its next round

    def _queue_of_now(self) -> _Queue:
        loop = asyncio.get_running_loop()
        if self._queue is None or self._queue.loop is not loop:
            # Connections belong to the event loop they were opened in; a second asyncio.run needs its own.
            self._queue = _Queue(loop, self._most)
        return self._queue


def _let_go(opening: asyncio.Future[Head]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().stream.close()


async def _connect(queue: _Queue, route: Route, timeouts: Timeouts, idle_seconds: float) -> Channel:
    channel = await queue.take(route.origin, idle_seconds, timeouts.pool)
    if channel is not None:
        return channel
    try:
        return await Channel.open(route, timeouts)
    except BaseException:
        queue.give(None, fit=False)
        raise


class _Queue:
    """The connections of one event loop, and who waits for one, in the order they came."""

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int) -> None:
        self.loop = loop
        self.shelf: Shelf[Channel] = Shelf(most)
        self._waiting: deque[tuple[asyncio.Future[Channel | None], Origin, float]] = deque()

    async def take(self, origin: Origin, idle_seconds: float, seconds: float) -> Channel | None:
        """Return an idle connection, or None after one was reserved that the caller now has to make.

        Raises:
            TimeoutError: there was none free for so many seconds.
        """
        if not self._waiting:
            channel = self.shelf.take(origin, idle_seconds)
            if channel is not None or self.shelf.reserve():
                return channel
        turn: asyncio.Future[Channel | None] = self.loop.create_future()
        self._waiting.append((turn, origin, idle_seconds))
        timer = self.loop.call_later(seconds, _too_late, turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.give(turn.result(), fit=turn.result() is not None)  # it was our turn: pass it on
            raise
        finally:
            timer.cancel()

    def give(self, channel: Channel | None, *, fit: bool) -> None:
        """Put a connection aside for the next call, or close it; whoever waited longest gets the place."""
        if fit and channel is not None:
            self.shelf.put(channel)
        else:
            self.shelf.drop(channel)
        while self._waiting:
            turn, origin, idle_seconds = self._waiting[0]
            if not turn.done():
                there = self.shelf.take(origin, idle_seconds)
                if there is None and not self.shelf.reserve():
                    return
                turn.set_result(there)
                self._waiting.popleft()
                return
            self._waiting.popleft()


def _too_late(turn: asyncio.Future[Channel | None]) -> None:
    if not turn.done():
        turn.set_exception(TimeoutError("all connections were in use"))
