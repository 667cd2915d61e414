"""The one seam to httpx: sends calls, fetches files, and turns whatever goes wrong into a TransportError.

The key is added here, to calls of the relay's own address alone. Nothing is followed, nothing is retried: both are
decisions, and those are made in the flows.
"""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import contextmanager
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any

import httpx

from klingkit import _errors as errors
from klingkit._effects import Head, Reply
from klingkit._failures import failure
from klingkit._network import Network, tls_context
from klingkit._payload import Payload
from klingkit._sending import MAX_ANSWER_BYTES, Guard, file_headers, log_exchange, refuse_closed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from klingkit._effects import Call, Fetch
    from klingkit._secrets import Secret
    from klingkit._timeouts import Timeouts

__all__ = [
    "MAX_ANSWER_BYTES",
    "AsyncHttpClient",
    "AsyncTransport",
    "SyncHttpClient",
    "SyncTransport",
    "transport_error",
]

SyncHttpClient = httpx.Client
AsyncHttpClient = httpx.AsyncClient

_BLOCK = 1 << 20  # fewer, larger writes: one hop to a thread each in the async client
_BLOCK_SECONDS = 0.5
# What can only happen while there is no connection yet.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict, OSError)


class SyncTransport:
    """Sends for `Kling` by httpx.

    Args:
        root: the address that calls have to begin with to be sent with the key.
        secret: the key.
        client: the caller's own httpx.Client, which is left open; None makes one when it is first needed.
        network: how one that is made reaches the network.
    """

    def __init__(self, root: str, secret: Secret, client: httpx.Client | None, network: Network | None = None) -> None:
        if client is not None and not isinstance(client, httpx.Client):
            raise errors.ConfigurationError("http_client has to be an httpx.Client; AsyncKling takes an AsyncClient.")
        self._guard = Guard(root, secret)
        self._given = client
        self._network = network or Network()
        self._made: httpx.Client | None = None
        self._closed = False
        self._lock = threading.Lock()

    def headers(self, call: Call) -> dict[str, str]:
        """Return the headers `call` is sent with, the key among them."""
        return _rehearsed(self._client(), call, self._guard)

    def send(self, call: Call) -> Reply:
        """Send `call` and return the whole reply. Raises TransportError."""
        client = self._client()
        with _translated(call), _logged(call) as note:
            request = _api_request(client, call, self._guard, call.body)
            response = client.send(request, stream=True, auth=None, follow_redirects=False)
            try:
                note(response)
                body = _Body(call.timeouts.read)
                for chunk in response.iter_bytes():
                    if not body.takes(chunk):
                        break
                return body.reply(response)
            finally:
                response.close()

    def open(self, fetch: Fetch) -> Head:
        """Begin to fetch a file. Raises TransportError."""
        client = self._client()
        with _translated(fetch):
            response = client.send(_file_request(fetch), stream=True, auth=None, follow_redirects=False)
            return Head(response.status_code, _headers(response), _File(response, response.iter_raw(), fetch))

    def chunk(self, head: Head) -> bytes:
        """Return the next bytes of a file, empty at the end. Raises TransportError."""
        file: _File = head.stream
        block = _Block()
        try:
            file.go_on()
            for chunk in file.parts:
                if not block.takes(chunk):
                    break
        except _FAILURES as error:
            file.broke(error, block)
        return block.joined()

    def release(self, head: Head) -> None:
        """Let go of a file."""
        head.stream.response.close()

    def close(self) -> None:
        """Close the client's connections, except those of a client the caller gave."""
        self._closed = True
        made, self._made = self._made, None
        if made is not None:
            made.close()

    def _client(self) -> httpx.Client:
        with self._lock:
            client = self._given or self._made
            refuse_closed(self._closed or (client is not None and client.is_closed))
            if client is None:
                client = self._made = _made(httpx.Client, self._network)
            return client


class AsyncTransport:
    """Sends for `AsyncKling` by httpx. As `SyncTransport`, with an httpx.AsyncClient."""

    def __init__(
        self, root: str, secret: Secret, client: httpx.AsyncClient | None, network: Network | None = None
    ) -> None:
        if client is not None and not isinstance(client, httpx.AsyncClient):
            raise errors.ConfigurationError("http_client has to be an httpx.AsyncClient; Kling takes an httpx.Client.")
        self._guard = Guard(root, secret)
        self._given = client
        self._network = network or Network()
        self._made: httpx.AsyncClient | None = None
        self._loop: object = None
        self._closed = False

    def headers(self, call: Call) -> dict[str, str]:
        """Return the headers `call` is sent with, the key among them."""
        return _rehearsed(self._given or _made(httpx.AsyncClient, self._network), call, self._guard)

    async def send(self, call: Call) -> Reply:
        """Send `call` and return the whole reply. Raises TransportError."""
        client = self._client()
        with _translated(call), _logged(call) as note:
            content = _awaited(call.body) if isinstance(call.body, Payload) else call.body
            request = _api_request(client, call, self._guard, content)
            response = await client.send(request, stream=True, auth=None, follow_redirects=False)
            try:
                note(response)
                body = _Body(call.timeouts.read)
                async for chunk in response.aiter_bytes():
                    if not body.takes(chunk):
                        break
                return body.reply(response)
            finally:
                await response.aclose()

    async def open(self, fetch: Fetch) -> Head:
        """Begin to fetch a file. Raises TransportError."""
        client = self._client()
        with _translated(fetch):
            response = await client.send(_file_request(fetch), stream=True, auth=None, follow_redirects=False)
            return Head(response.status_code, _headers(response), _File(response, response.aiter_raw(), fetch))

    async def chunk(self, head: Head) -> bytes:
        """Return the next bytes of a file, empty at the end. Raises TransportError."""
        file: _File = head.stream
        block = _Block()
        try:
            file.go_on()
            async for chunk in file.parts:
                if not block.takes(chunk):
                    break
        except _FAILURES as error:
            file.broke(error, block)
        return block.joined()

    async def release(self, head: Head) -> None:
        """Let go of a file."""
        await head.stream.response.aclose()

    async def close(self) -> None:
        """Close the client's connections, except those of a client the caller gave."""
        self._closed = True
        made, self._made = self._made, None
        if made is not None and self._loop is asyncio.get_running_loop():
            await made.aclose()

    def _client(self) -> httpx.AsyncClient:
        client = self._given or self._made
        refuse_closed(self._closed or (client is not None and client.is_closed))
        loop = asyncio.get_running_loop()
        if client is None or (self._given is None and self._loop is not loop):
            # Connections belong to the event loop they were opened in; a second asyncio.run needs its own.
            client = self._made = _made(httpx.AsyncClient, self._network)
            self._loop = loop
        return client


class _NoCookies(CookieJar):
    """Keeps none: the key says who calls, and a cookie with odd letters would spoil every later request."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Leave the cookies of an answer where they are."""


class _Body:
    """Gathers an answer up to the limits of size and time."""

    def __init__(self, seconds: float) -> None:
        self._chunks: list[bytes] = []
        self._size = 0
        self._seconds = seconds
        self._until = time.monotonic() + seconds

    def takes(self, chunk: bytes) -> bool:
        """Add `chunk`; return whether more may come."""
        if time.monotonic() > self._until:
            raise httpx.ReadTimeout(f"the answer was still not whole after {self._seconds:g} seconds")
        self._chunks.append(chunk)
        self._size += len(chunk)
        return self._size <= MAX_ANSWER_BYTES

    def reply(self, response: httpx.Response) -> Reply:
        too_large = self._size > MAX_ANSWER_BYTES
        body = b"" if too_large else b"".join(self._chunks)
        return Reply(response.status_code, _headers(response), body, too_large)


class _Block:
    """Gathers parts of a file up to a block, but not for long."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._until = time.monotonic() + _BLOCK_SECONDS

    def takes(self, part: bytes) -> bool:
        """Add `part`; return whether more may come."""
        if part:
            self._parts.append(part)
            self._size += len(part)
        return self._size < _BLOCK and (not self._size or time.monotonic() < self._until)

    def joined(self) -> bytes:
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)


class _File:
    """A file that is being fetched."""

    def __init__(self, response: httpx.Response, parts: Any, fetch: Fetch) -> None:
        self.response = response
        self.parts = parts
        self._fetch = fetch
        self._error: BaseException | None = None

    def go_on(self) -> None:
        """Raise TransportError if it broke before."""
        if self._error is not None:
            raise transport_error(
                self._error, self._fetch.relay, self._fetch.operation, self._fetch.url
            ) from self._error

    def broke(self, error: BaseException, block: _Block) -> None:
        """Note that it broke: what `block` holds is of use, so the error waits until that was taken."""
        self._error = error
        if not block.joined():
            self.go_on()


@contextmanager
def _translated(task: Call | Fetch) -> Iterator[None]:
    """Turn what httpx raises into errors of ours."""
    try:
        yield
    except _FAILURES as error:
        raise transport_error(error, task.relay, task.operation, task.url) from error


def transport_error(error: BaseException, relay: str, operation: str, url: str) -> errors.TransportError:
    """Return our error for one of httpx's."""
    if isinstance(error, _NOT_SENT):
        return failure("unsent", error, relay, operation, url)
    late = isinstance(error, httpx.TimeoutException | TimeoutError)
    return failure("late" if late else "lost", error, relay, operation, url)


@contextmanager
def _logged(call: Call) -> Iterator[Any]:
    started = time.monotonic()
    seen: list[httpx.Response] = []
    try:
        yield seen.append
    finally:
        log_exchange(call, started, seen[0].status_code if seen else None, seen[0].headers if seen else {})


def _made(kind: Any, network: Network) -> Any:
    """Return a new client of httpx."""
    # httpx slows down with every connection it keeps; more than this gains nothing.
    limits = httpx.Limits(max_connections=network.max_connections, max_keepalive_connections=32)
    ca_file = None if network.ca_file is None else str(network.ca_file)
    try:
        return kind(
            verify=tls_context(ca_file),
            limits=limits,
            follow_redirects=False,
            cookies=_NoCookies(),
            proxy=network.proxy or None,
            trust_env=network.proxy is None,
        )
    except ImportError as error:
        raise errors.ConfigurationError('A SOCKS proxy needs another package: pip install "httpx[socks]".') from error
    except ValueError as error:
        raise errors.ConfigurationError(f"The proxy cannot be used: {error}") from error


def _api_request(client: httpx.Client | httpx.AsyncClient, call: Call, guard: Guard, content: Any) -> httpx.Request:
    headers = guard.headers(call)
    if isinstance(call.body, Payload):
        headers["content-length"] = str(call.body.length)  # without it httpx sends chunks, which some gateways refuse
    try:
        return client.build_request(
            call.method, call.url, content=content, headers=headers, timeout=_timeout(call.timeouts)
        )
    except UnicodeEncodeError as error:
        raise errors.ConfigurationError(
            "A header or cookie that your http_client adds is not ASCII, so nothing was sent; remove it.",
            relay=call.relay,
            operation=call.operation,
        ) from error


def _rehearsed(client: httpx.Client | httpx.AsyncClient, call: Call, guard: Guard) -> dict[str, str]:
    """Return the headers of the request that `call` will be."""
    request = _api_request(client, call, guard, None)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return headers if call.body is None else {**headers, "content-length": str(len(call.body))}


async def _awaited(body: Payload) -> AsyncIterator[bytes]:
    for part in body:
        yield part


def _file_request(fetch: Fetch) -> httpx.Request:
    """Return a request that carries nothing of the client's: no key, no cookies, no default headers."""
    return httpx.Request(
        "GET",
        fetch.url,
        headers=file_headers(fetch.headers),
        extensions={"timeout": _timeout(fetch.timeouts).as_dict()},
    )


def _timeout(timeouts: Timeouts) -> httpx.Timeout:
    return httpx.Timeout(connect=timeouts.connect, read=timeouts.read, write=timeouts.write, pool=timeouts.pool)


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}
