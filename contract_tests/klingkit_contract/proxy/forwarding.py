"""Pass requests and answers on, as they are and as they come: nothing is buffered, decoded, retried or followed."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpcore

from klingkit_contract.proxy.traffic import Body, Traffic

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping

    from klingkit_contract.proxy.upstream import Upstream

    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

__all__ = ["Forwarder"]

# What belongs to one connection and not to the message (RFC 9110, 7.6.1).
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)
_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
_TIMEOUTS = {"connect": 15.0, "read": 900.0, "write": 300.0, "pool": 60.0}  # seconds
_KEPT_SECONDS = 4.0  # shorter than servers keep connections: a request on one that just closed would be lost
_MOST_CONNECTIONS = 512
_REASON = {502: "the relay could not be reached", 504: "the relay did not answer"}


class Forwarder:
    """The ASGI application.

    Args:
        upstream: where requests go.
        seen: called with every exchange after its last byte was passed on; must be quick and must not raise.
    """

    def __init__(self, upstream: Upstream, seen: Callable[[Traffic], None]) -> None:
        self._upstream = upstream
        self._seen = seen
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context() if upstream.scheme == "https" else None,
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_KEPT_SECONDS,
            retries=0,
        )

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._forward(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self._pool.aclose()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _forward(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        clock = time.perf_counter()
        traffic = _begin(scope)
        client = _Client(receive, traffic.request)
        request = self._request(scope, traffic, client)
        begun = False
        try:
            answer = await self._pool.handle_async_request(request)
            try:
                traffic.waited = time.perf_counter() - clock
                _note_head(traffic, answer)
                begun = True
                await send({"type": "http.response.start", "status": answer.status, "headers": _kept(answer.headers)})
                await _pass_body(answer, traffic, client, send)
            finally:
                await answer.aclose()
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            await _fail(error, traffic, send, begun=begun)
        finally:
            client.close()
            traffic.took = time.perf_counter() - clock
            self._seen(traffic)

    def _request(self, scope: MutableMapping[str, Any], traffic: Traffic, client: _Client) -> httpcore.Request:
        upstream = self._upstream
        headers = [(name, value) for name, value in _kept(scope["headers"]) if name.lower() != b"host"]
        names = {name.lower() for name, _ in scope["headers"]}
        has_body = b"content-length" in names or b"transfer-encoding" in names
        if has_body and b"content-length" not in names:
            headers.append((b"transfer-encoding", b"chunked"))
        url = httpcore.URL(
            scheme=upstream.scheme.encode(),
            host=upstream.host.encode(),
            port=upstream.port,
            target=f"{upstream.path}{traffic.target}".encode("latin-1"),
        )
        return httpcore.Request(
            traffic.method.encode(),
            url,
            headers=[
                (b"Host", upstream.authority.encode()),
                *headers,
            ],
            content=client.body() if has_body or traffic.method not in _BODILESS else None,
            extensions={"timeout": dict(_TIMEOUTS)},
        )


class _Client:
    """The side that asks: its body as it comes in, and whether it has gone away."""

    def __init__(self, receive: Receive, body: Body) -> None:
        self._receive, self._body = receive, body
        self._watch: asyncio.Task[MutableMapping[str, Any]] | None = None
        self._gone = False

    async def body(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._gone = True
                raise httpcore.WriteError("the application went away before its request was whole")
            chunk, more = message.get("body", b""), message.get("more_body", False)
            if chunk:
                self._body.pass_on(chunk)
                yield chunk

    @property
    def gone(self) -> bool:
        """Whether nobody is there any more to pass anything on to."""
        if self._watch is None and not self._gone:
            self._watch = asyncio.ensure_future(self._listen())  # type: ignore[arg-type]
        return self._gone

    async def _listen(self) -> None:
        while not self._gone:
            message = await self._receive()
            self._gone = message["type"] == "http.disconnect"

    def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()


def _begin(scope: MutableMapping[str, Any]) -> Traffic:
    raw = scope.get("raw_path") or scope["path"].encode()
    query = scope.get("query_string", b"")
    target = raw.partition(b"?")[0] + (b"?" + query if query else b"")
    headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])
    request = _body_of(headers)
    return Traffic(datetime.now(UTC), scope["method"], target.decode("latin-1"), headers, request)


def _note_head(traffic: Traffic, answer: httpcore.Response) -> None:
    traffic.status = answer.status
    traffic.headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in answer.headers)
    traffic.response = _body_of(traffic.headers)


def _body_of(headers: Iterable[tuple[str, str]]) -> Body:
    found = dict(headers)
    media_type = found.get("content-type", "").partition(";")[0].strip().lower()
    return Body(media_type, found.get("content-encoding", "").strip().lower())


async def _pass_body(answer: httpcore.Response, traffic: Traffic, client: _Client, send: Send) -> None:
    async for chunk in answer.aiter_stream():
        if client.gone:
            traffic.note = "the application went away before the answer was whole"
            traffic.response.whole = False
            return
        traffic.response.pass_on(chunk)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _fail(error: Exception, traffic: Traffic, send: Send, *, begun: bool) -> None:
    connected = not isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout)
    timed_out = isinstance(error, httpcore.TimeoutException)
    status = 504 if timed_out and connected else 502
    detail = str(error) or type(error).__name__
    traffic.note = f"{_REASON[status]}: {detail}" if not begun else f"the answer broke off: {detail}"
    traffic.response.whole = False
    if begun:
        raise ConnectionAbortedError(traffic.note) from error  # the server cuts the connection, as the relay did
    maybe = " The request may have been taken." if connected else " Nothing was sent."
    body = json.dumps({"error": {"message": f"klingkit proxy: {traffic.note}.{maybe}", "type": "proxy_error"}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _kept(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return `headers` without those of one connection."""
    rows = list(headers)
    named = {
        token.strip().lower()
        for name, value in rows
        if name.lower() == b"connection"
        for token in value.decode("latin-1").split(",")
    }
    return [row for row in rows if row[0].decode("latin-1").lower() not in _HOP_BY_HOP | named]
