"""One connection of the built-in transport for asyncio. It carries one exchange at a time."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from klingkit._http1 import Incoming, ProtocolError
from klingkit._link import ProxyRefusedError, check_tunnel, host_name, quiet_check, tunnel_head
from klingkit._payload import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from klingkit._network import Origin, Proxy
    from klingkit._payload import Payload
    from klingkit._route import Route
    from klingkit._timeouts import Timeouts

__all__ = ["Channel"]


class Channel(asyncio.Protocol):
    """A connection to `origin`.

    Attributes:
        origin: where it leads.
        idle_since: when it was last put aside, on the clock that only goes forward.
    """

    def __init__(self, origin: Origin, loop: asyncio.AbstractEventLoop) -> None:
        self.origin = origin
        self.idle_since = 0.0
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._incoming: Incoming | None = None
        self._whole: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._until = 0.0
        self._seconds = 0.0
        self._begun = False
        self._gone = False
        self._quiet: Callable[[], bool] | None = None

    @classmethod
    async def open(cls, route: Route, timeouts: Timeouts) -> Channel:
        """Connect. Raises OSError; nothing was sent then, but to the proxy whom to connect to."""
        async with asyncio.timeout(timeouts.connect):
            return await cls._open(route, asyncio.get_running_loop())

    @classmethod
    async def _open(cls, route: Route, loop: asyncio.AbstractEventLoop) -> Channel:
        origin, proxy, tls = route.origin, route.proxy, route.tls
        channel = cls(origin, loop)
        name = host_name(origin.host)
        # Not every event loop tries the second address of a host while the first one is silent.
        eyes: dict[str, Any] = {"happy_eyeballs_delay": 0.25} if isinstance(loop, asyncio.BaseEventLoop) else {}
        if proxy is None:
            if tls is not None:
                eyes |= {"ssl": tls, "server_hostname": name}
            await loop.create_connection(lambda: channel, name, origin.port, **eyes)
            return channel
        tunnel = tls is not None
        first: asyncio.Protocol = _Tunnel(origin, proxy, loop) if tunnel else channel
        there, _ = await loop.create_connection(lambda: first, host_name(proxy.host), proxy.port, **eyes)
        if isinstance(first, _Tunnel):
            assert tls is not None
            try:
                await first.ready
                secured = await loop.start_tls(there, channel, tls, server_hostname=name)
            except BaseException:
                there.abort()
                raise
            if secured is None:  # it was closed meanwhile
                raise ProxyRefusedError("the proxy hung up")
            channel.connection_made(secured)
        return channel

    async def exchange(self, head: bytes, body: bytes | Payload | None, incoming: Incoming, timeouts: Timeouts) -> bool:
        """Send a request and take in the answer; return whether all of the request went out.

        Raises:
            TimeoutError: it took too long.
            OSError, ProtocolError: the connection broke, or what came is no answer.
        """
        transport = self._transport
        if transport is None or self._gone:
            raise ConnectionResetError("the connection is closed")
        loop = self._loop
        self._whole = whole = loop.create_future()
        self._incoming, self._begun, self._seconds = incoming, False, timeouts.read
        sent = True
        try:
            parts = parts_of(body) if body else None
            if parts is None:
                transport.write(head + bytes(body) if body else head)
            else:
                sent = await self._send(transport, head, parts, whole, timeouts.write)
            self._until = loop.time() + timeouts.read
            timer = loop.call_at(self._until, self._look)
            try:
                await whole
            finally:
                timer.cancel()
                self._seconds = 0.0
        finally:
            self._incoming = self._whole = None
            if whole.done() and not whole.cancelled():
                whole.exception()  # it may have failed while the request was still being sent
        return sent

    async def _send(
        self,
        transport: asyncio.Transport,
        head: bytes,
        parts: Iterator[bytes | memoryview],
        whole: asyncio.Future[None],
        seconds: float,
    ) -> bool:
        transport.write(head)
        for part in parts:
            if whole.done():
                return False  # refused before it was read; the answer is there
            transport.write(part)
            if self._drained is not None:
                async with asyncio.timeout(seconds):
                    await asyncio.wait((self._drained, whole), return_when=asyncio.FIRST_COMPLETED)
        return True

    def _look(self) -> None:
        """Fail the exchange if its time is over; look again later if there is time left."""
        if not self._seconds or self._whole is None or self._whole.done():
            return
        if self._loop.time() < self._until:
            self._loop.call_at(self._until, self._look)
            return
        what = f"the answer was still not whole after {self._seconds:g} seconds" if self._begun else "no answer in time"
        self._whole.set_exception(TimeoutError(what))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        incoming, whole = self._incoming, self._whole
        if incoming is None or whole is None or whole.done():
            self.close()  # nobody asked for it
            return
        try:
            done = incoming.feed(data)
        except ProtocolError as error:
            whole.set_exception(error)
            return
        if done:
            whole.set_result(None)
        elif not self._begun and incoming.start is not None:
            self._begun = True
            self._until = self._loop.time() + self._seconds

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end of the connection."""
        self._gone = True
        self.resume_writing()
        whole = self._whole
        if whole is None or whole.done():
            return
        if exc is not None:
            whole.set_exception(exc if isinstance(exc, OSError) else ConnectionResetError(str(exc)))
            return
        try:
            assert self._incoming is not None
            self._incoming.end()
        except ProtocolError as error:
            whole.set_exception(error)
        else:
            whole.set_result(None)

    def pause_writing(self) -> None:
        """Wait with sending."""
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        """Go on sending."""
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)

    def is_stale(self) -> bool:
        """Whether the other side closed it, or sent something nobody asked for.

        The event loop may not have heard of it yet: it may have been busy, or stood still between two runs.
        """
        if self._gone or self._transport is None or self._transport.is_closing():
            return True
        if self._quiet is None:
            sock = self._transport.get_extra_info("socket")
            self._quiet = quiet_check(sock) if sock is not None else lambda: True
        return not self._quiet()

    def rest(self) -> None:
        """Note that it is put aside."""
        self.idle_since = time.monotonic()

    def close(self) -> None:
        """Close it at once."""
        self._gone = True
        if self._transport is not None:
            self._transport.abort()


class _Tunnel(asyncio.Protocol):
    """Asks a proxy to connect; `ready` is done when it has."""

    def __init__(self, origin: Origin, proxy: Proxy, loop: asyncio.AbstractEventLoop) -> None:
        self.ready: asyncio.Future[None] = loop.create_future()
        self._head = tunnel_head(origin, proxy)
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        transport.write(self._head)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Take the proxy's answer."""
        if self.ready.done():
            return
        self._buffer += data
        try:
            if check_tunnel(self._buffer):
                self.ready.set_result(None)
        except ProxyRefusedError as error:
            self.ready.set_exception(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the proxy hung up."""
        if not self.ready.done():
            self.ready.set_exception(exc if isinstance(exc, OSError) else ProxyRefusedError("the proxy hung up"))
