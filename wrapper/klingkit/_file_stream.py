"""A file that is being fetched by the built-in transport: read in large blocks, into the same memory."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

from klingkit._effects import Head
from klingkit._failures import failure
from klingkit._http1 import ProtocolError, Sized, read_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit._effects import Fetch
    from klingkit._http1 import Body
    from klingkit._link import Link
    from klingkit._pool import Pool

__all__ = ["FileStream"]

_BLOCK_BYTES = 1 << 20
_BLOCK_SECONDS = 0.5
_BROKEN = (OSError, ProtocolError)


class FileStream:
    """A file that is being fetched over a connection of its own."""

    def __init__(self, pool: Pool[Link], link: Link, fetch: Fetch) -> None:
        self._pool = pool
        self._link: Link | None = link
        # A download in an event loop reads by threads, and may be given up while one of them still does.
        self._busy = threading.Lock()
        self._fetch = fetch
        self._body: Body = Sized(0)
        self._ahead = b""
        self._keep = False
        self._broke: Exception | None = None
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
        with self._busy, self._told():
            link, body = self._link, self._body
            if link is None or (body.done and not self._ahead):
                return b""
            if self._broke is not None:
                raise self._broke
            if isinstance(body, Sized):
                return self._read_sized(link, body)
            return self._read_decoded(link, body)

    def _read_sized(self, link: Link, body: Sized) -> memoryview:
        if not self._buffer:
            self._buffer = memoryview(bytearray(min(_BLOCK_BYTES, max(body.left, 1))))
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
            try:
                count = link.receive_into(buffer[have : have + body.left], seconds)
                if not count:
                    body.end()
            except _BROKEN as error:
                if not have:
                    raise
                self._broke = error  # what came is of use: a download is resumed behind it
                break
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
        while not body.done and size < _BLOCK_BYTES:
            try:
                data, self._ahead = self._ahead or link.receive(self._fetch.timeouts.read), b""
                if data:
                    parts.append(body.feed(data))
                    size += len(parts[-1])
                else:
                    body.end()
            except _BROKEN as error:
                if not size:
                    raise
                self._broke = error
                break
            if time.monotonic() > until and size:
                break
        return b"".join(parts)

    def close(self) -> None:
        """Let go: the connection is kept if the file came whole."""
        with self._busy:
            link, self._link = self._link, None
        if link is None:
            return
        if self._body.done and self._keep and not self._body.excess and not self._ahead:
            self._pool.put(link)
        else:
            self._pool.drop(link)

    def wake(self) -> None:
        """End what another thread is waiting for in `read`."""
        link = self._link
        if link is not None:
            link.wake()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        fetch = self._fetch
        try:
            yield
        except TimeoutError as error:
            raise failure("late", error, fetch.relay, fetch.operation, fetch.url) from error
        except _BROKEN as error:
            raise failure("lost", error, fetch.relay, fetch.operation, fetch.url) from error
