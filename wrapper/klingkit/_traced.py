"""Any transport, with a span for every exchange it makes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from opentelemetry import context as contexts

if TYPE_CHECKING:
    from klingkit._effects import Call, Fetch, Head, Reply
    from klingkit._exchanges import Exchange
    from klingkit._spans import Spans
    from klingkit._transports import AsyncSender, SyncSender

__all__ = ["TracedAsync", "TracedSync"]


class TracedSync:
    """A transport for `Kling` with spans."""

    def __init__(self, inner: SyncSender, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    def headers(self, call: Call) -> dict[str, str]:
        """Return the headers `call` is sent with, but for those that name the trace."""
        return self._inner.headers(call)

    def send(self, call: Call) -> Reply:
        """Send `call`, in a span."""
        seen, message = self._spans.exchange(call)
        token = contexts.attach(seen.context)
        try:
            reply = self._inner.send(cast("Call", message))
            seen.answered(reply.status, reply.headers)
        except BaseException as error:
            seen.failed(error)
            raise
        else:
            return reply
        finally:
            contexts.detach(token)
            seen.end()

    def open(self, fetch: Fetch) -> Head:
        """Begin to fetch a file; the span ends when it is let go."""
        seen, _ = self._spans.exchange(fetch)
        try:
            return _seen_head(self._inner.open(fetch), seen)
        except BaseException as error:
            seen.failed(error)
            seen.end()
            raise

    def chunk(self, head: Head) -> memoryview | bytes:
        """Return the next bytes."""
        inner, seen = _parts(head)
        try:
            data = self._inner.chunk(inner)
        except BaseException as error:
            seen.failed(error)
            raise
        seen.size += len(data)
        return data

    def release(self, head: Head) -> None:
        """Let go of a file."""
        inner, seen = _parts(head)
        try:
            self._inner.release(inner)
        finally:
            seen.end()

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class TracedAsync:
    """A transport for `AsyncKling` with spans."""

    def __init__(self, inner: AsyncSender, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    def headers(self, call: Call) -> dict[str, str]:
        """Return the headers `call` is sent with, but for those that name the trace."""
        return self._inner.headers(call)

    async def send(self, call: Call) -> Reply:
        """Send `call`, in a span."""
        seen, message = self._spans.exchange(call)
        token = contexts.attach(seen.context)
        try:
            reply = await self._inner.send(cast("Call", message))
            seen.answered(reply.status, reply.headers)
        except BaseException as error:
            seen.failed(error)
            raise
        else:
            return reply
        finally:
            contexts.detach(token)
            seen.end()

    async def open(self, fetch: Fetch) -> Head:
        """Begin to fetch a file; the span ends when it is let go."""
        seen, _ = self._spans.exchange(fetch)
        try:
            return _seen_head(await self._inner.open(fetch), seen)
        except BaseException as error:
            seen.failed(error)
            seen.end()
            raise

    async def chunk(self, head: Head) -> memoryview | bytes:
        """Return the next bytes."""
        inner, seen = _parts(head)
        try:
            data = await self._inner.chunk(inner)
        except BaseException as error:
            seen.failed(error)
            raise
        seen.size += len(data)
        return data

    async def release(self, head: Head) -> None:
        """Let go of a file."""
        inner, seen = _parts(head)
        try:
            await self._inner.release(inner)
        finally:
            seen.end()

    async def close(self) -> None:
        """Close the connections."""
        await self._inner.close()


def _seen_head(head: Head, seen: Exchange) -> Head:
    seen.answered(head.status, head.headers)
    return replace(head, stream=(head, seen))


def _parts(head: Head) -> tuple[Head, Exchange]:
    parts: tuple[Head, Exchange] = head.stream
    return parts
