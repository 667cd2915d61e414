"""The one seam to httpx: sends calls, fetches files, and turns whatever goes wrong into a TransportError.

The key is added here, to calls of the relay's own address alone. Nothing is followed, nothing is retried: both are
decisions, and those are made in the flows.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import threading
import time
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from klingkit import _errors as errors
from klingkit._effects import Head, Reply
from klingkit._text import clean

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

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

MAX_ANSWER_BYTES = 16 * 1024 * 1024
"""No answer of this API comes near; more is not read."""

# httpx slows down with every connection it keeps; more than this gains nothing.
_LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=32)
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

_log = logging.getLogger("klingkit")


class SyncTransport:
    """Sends for `Kling`.

    Args:
        root: the address that calls have to begin with to be sent with the key.
        secret: the key.
        client: the caller's own httpx.Client, which is left open; None makes one when it is first needed.
    """

    def __init__(self, root: str, secret: Secret, client: httpx.Client | None) -> None:
        if client is not None and not isinstance(client, httpx.Client):
            raise errors.ConfigurationError("http_client has to be an httpx.Client; AsyncKling takes an AsyncClient.")
        self._guard = _Guard(root, secret)
        self._given = client
        self._made: httpx.Client | None = None
        self._closed = False
        self._lock = threading.Lock()

    def send(self, call: Call) -> Reply:
        """Send `call` and return the whole reply. Raises TransportError."""
        client = self._client()
        with _translated(call), _logged(call) as note:
            request = self._guard.api_request(client, call)
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
            return Head(response.status_code, _headers(response), (response, response.iter_raw(), fetch))

    def chunk(self, head: Head) -> bytes:
        """Return the next bytes of a file, empty at the end. Raises TransportError."""
        _, chunks, fetch = head.stream
        with _translated(fetch):
            return next((chunk for chunk in chunks if chunk), b"")

    def release(self, head: Head) -> None:
        """Let go of a file."""
        head.stream[0].close()

    def close(self) -> None:
        """Close the client's connections, except those of a client the caller gave."""
        self._closed = True
        made, self._made = self._made, None
        if made is not None:
            made.close()

    def _client(self) -> httpx.Client:
        with self._lock:
            client = self._given or self._made
            _refuse_closed(self._closed or (client is not None and client.is_closed))
            if client is None:
                client = self._made = httpx.Client(verify=_tls(), limits=_LIMITS, follow_redirects=False)
            return client


class AsyncTransport:
    """Sends for `AsyncKling`. As `SyncTransport`, with an httpx.AsyncClient."""

    def __init__(self, root: str, secret: Secret, client: httpx.AsyncClient | None) -> None:
        if client is not None and not isinstance(client, httpx.AsyncClient):
            raise errors.ConfigurationError("http_client has to be an httpx.AsyncClient; Kling takes an httpx.Client.")
        self._guard = _Guard(root, secret)
        self._given = client
        self._made: httpx.AsyncClient | None = None
        self._loop: object = None
        self._closed = False

    async def send(self, call: Call) -> Reply:
        """Send `call` and return the whole reply. Raises TransportError."""
        client = self._client()
        with _translated(call), _logged(call) as note:
            request = self._guard.api_request(client, call)
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
            return Head(response.status_code, _headers(response), (response, response.aiter_raw(), fetch))

    async def chunk(self, head: Head) -> bytes:
        """Return the next bytes of a file, empty at the end. Raises TransportError."""
        _, chunks, fetch = head.stream
        with _translated(fetch):
            async for chunk in chunks:
                if chunk:
                    return bytes(chunk)
            return b""

    async def release(self, head: Head) -> None:
        """Let go of a file."""
        await head.stream[0].aclose()

    async def close(self) -> None:
        """Close the client's connections, except those of a client the caller gave."""
        self._closed = True
        made, self._made = self._made, None
        if made is not None and self._loop is asyncio.get_running_loop():
            await made.aclose()

    def _client(self) -> httpx.AsyncClient:
        client = self._given or self._made
        _refuse_closed(self._closed or (client is not None and client.is_closed))
        loop = asyncio.get_running_loop()
        if client is None or (self._given is None and self._loop is not loop):
            # Connections belong to the event loop they were opened in; a second asyncio.run needs its own.
            client = self._made = httpx.AsyncClient(verify=_tls(), limits=_LIMITS, follow_redirects=False)
            self._loop = loop
        return client


class _Guard:
    """Adds the key to calls of the relay, and refuses to add it to anything else."""

    def __init__(self, root: str, secret: Secret) -> None:
        self._root = root
        self._secret = secret

    def api_request(self, client: httpx.Client | httpx.AsyncClient, call: Call) -> httpx.Request:
        if not call.url.startswith(f"{self._root}/"):
            raise errors.ConfigurationError("A call leads away from the relay's address; it was not sent.")
        headers = {
            "accept-encoding": "identity",
            "user-agent": _user_agent(),
            **call.headers,
            "authorization": f"Bearer {self._secret.reveal()}",
        }
        return client.build_request(
            call.method, call.url, content=call.body, headers=headers, timeout=_timeout(call.timeouts)
        )


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


@contextmanager
def _translated(task: Call | Fetch) -> Iterator[None]:
    """Turn what httpx raises into errors of ours."""
    try:
        yield
    except _FAILURES as error:
        raise transport_error(error, task.relay, task.operation, task.url) from error


def transport_error(error: BaseException, relay: str, operation: str, url: str) -> errors.TransportError:
    """Return our error for one of httpx's."""
    host = urlsplit(url).hostname or "the host"
    why = type(error).__name__
    if isinstance(error, _NOT_SENT):
        return errors.ConnectionFailedError(
            f"There was no connection to {host} for {operation} ({why}): nothing was sent. Check the network, a proxy, "
            "and base_url.",
            relay=relay,
            operation=operation,
        )
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return errors.AnswerTimeoutError(
            f"{host} gave no whole answer to {operation} in time ({why}). Raise timeout if that happens often.",
            relay=relay,
            operation=operation,
        )
    return errors.ConnectionLostError(
        f"The connection to {host} broke during {operation} ({why}).", relay=relay, operation=operation
    )


@contextmanager
def _logged(call: Call) -> Iterator[Any]:
    """Log method, path, status, request id and time: never a header with a key, a query or a body."""
    started = time.monotonic()
    path = urlsplit(call.url).path
    seen: list[httpx.Response] = []
    try:
        yield seen.append
    finally:
        status = str(seen[0].status_code) if seen else "no answer"
        request_id = seen[0].headers.get("x-request-id", "-") if seen else "-"
        _log.info(
            "%s %s %s -> %s, %.2f s, request id %s",
            call.relay,
            call.method,
            path,
            status,
            time.monotonic() - started,
            clean(request_id, 100),
        )


def _file_request(fetch: Fetch) -> httpx.Request:
    """Return a request that carries nothing of the client's: no key, no cookies, no default headers."""
    return httpx.Request(
        "GET",
        fetch.url,
        headers={"accept": "*/*", "accept-encoding": "identity", "user-agent": _user_agent()},
        extensions={"timeout": _timeout(fetch.timeouts).as_dict()},
    )


def _timeout(timeouts: Timeouts) -> httpx.Timeout:
    return httpx.Timeout(connect=timeouts.connect, read=timeouts.read, write=timeouts.write, pool=timeouts.pool)


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _refuse_closed(closed: bool) -> None:
    if closed:
        raise errors.ConfigurationError("This client is closed; make a new one, or use it inside its with block.")


@functools.cache
def _tls() -> ssl.SSLContext:
    """Return the one TLS context of the process: making one takes longer than all the rest of a client."""
    return httpx.create_ssl_context()


@functools.cache
def _user_agent() -> str:
    try:
        return f"klingkit/{version('klingkit')}"
    except PackageNotFoundError:
        return "klingkit"
