"""The tap as an ASGI application: Kling on one port, what has arrived on another.

The control address has a port of its own, on this machine alone: whoever opens the tap to a relay, through a tunnel or
by listening on all addresses, does not open the prompts of its users with it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from klingkit_emulator.app import API_KEY, EmulatorApp, create_app
from klingkit_emulator.gateways.opening import CHANNEL_KEY
from klingkit_emulator.tap.records import Arrival, Records
from klingkit_emulator.tap.redaction import Redactor, keys_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from starlette.types import Message, Receive, Scope, Send

    from klingkit_emulator.misbehaviour import Waits

__all__ = ["TapApp"]

_PLAYED = "official"
_LARGEST_READ = 64 * 1024 * 1024  # bytes of a body; the largest pictures in Base64, a few times over
_LARGEST_KEPT = 2 * 1024 * 1024  # bytes of a body that is written down
_MOST_TOLD = 500  # arrivals in one answer
_NOT_KLING = frozenset({"_emulator"})
_NOT_RECORDED = frozenset({"media"})
_OWN_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})


class TapApp:
    """Kling, played by the emulated official API, and a record of every request that reached it.

    Every key is let in: a relay that is pointed here keeps its own. A request without one is refused, as Kling does.

    Args:
        speed: how many times faster than in life tasks get done.
        database: the file that keeps tasks and arrivals; None keeps them in memory.

    Raises:
        EmulatorError: the speed makes no sense, or the file cannot be used.
    """

    def __init__(self, *, speed: float = 60.0, database: Path | None = None) -> None:
        self._emulator: EmulatorApp = create_app([_PLAYED], speed=speed, database=database)
        try:
            self.records = Records(database)
        except BaseException:
            self._emulator.close()
            raise
        self.control_port = 0
        """The port whose requests are for the control address; known once it is listened on."""

    @property
    def waits(self) -> Waits:
        """What the server lets go of when it stops."""
        return self._emulator.waits

    def close(self) -> None:
        """Close the database and remove the result files."""
        self.records.close()
        self._emulator.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or take part in the server's start and end."""
        if scope["type"] != "http":
            await self._emulator(scope, receive, send)
            return
        head = scope["path"].lstrip("/").partition("/")[0]
        if scope["server"] is not None and scope["server"][1] == self.control_port:
            response = self._control(Request(scope, receive))
            await response(scope, receive, send)
        elif head in _NOT_KLING:
            await PlainTextResponse("There is no such path here.\n", 404)(scope, receive, send)
        elif head in _NOT_RECORDED:
            await self._emulator(scope, receive, send)
        else:
            await self._record(scope, receive, send)

    async def _record(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _read(receive)
        except ConnectionAbortedError:
            return  # half a request asks for nothing
        if body is None:
            await PlainTextResponse("The body is too large.\n", 413)(scope, receive, send)
            return
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        number = self.records.add(_arrival(scope, headers, body))
        await self._emulator(
            {**scope, "headers": list(_let_in(scope["headers"]))}, _once(body, receive), self._noting(number, send)
        )

    def _noting(self, number: int, send: Send) -> Send:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.records.answered(number, message["status"])
            await send(message)

        return noting

    def _control(self, request: Request) -> Response:
        path = request.url.path.rstrip("/")
        if request.url.hostname not in _OWN_NAMES:  # a web page may have its own name lead here
            return JSONResponse({"error": "ask for 127.0.0.1."}, 421)
        if path == "/requests" and request.method == "DELETE":
            self.records.clear()
            return Response(status_code=204)
        if request.method not in {"GET", "HEAD"}:
            return JSONResponse({"error": "wrong method."}, 405, headers={"allow": "GET, HEAD"})
        if path == "":
            return JSONResponse({"klingkit_tap": 1, "newest": self.records.newest()})
        if path != "/requests":
            return JSONResponse({"error": "there is / and /requests?after=NUMBER."}, 404)
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) <= 18):
            return JSONResponse({"error": "after is the number of a request, or 0."}, 400)
        return JSONResponse({"newest": self.records.newest(), "requests": self.records.after(int(after), _MOST_TOLD)})


def _arrival(scope: Scope, headers: list[tuple[str, str]], body: bytes) -> Arrival:
    secret = CHANNEL_KEY.partition("|")[2]
    redactor = Redactor([*keys_in(headers), secret])
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    cut = len(body) > _LARGEST_KEPT
    return Arrival(
        at_ms=int(time.time() * 1000),
        method=scope["method"],
        path=redactor.text(raw.partition(b"?")[0].decode("latin-1")),
        query=redactor.text(scope["query_string"].decode("latin-1")),
        headers=redactor.headers(headers),
        body="" if cut else redactor.text(body.decode("utf-8", "replace")),
        size=len(body),
        cut=cut,
    )


def _let_in(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    """Yield `headers` with any key replaced by the one that the emulated API knows."""
    for name, value in headers:
        known = name.lower() == b"authorization" and value.strip()
        yield (name, b"Bearer " + API_KEY.encode()) if known else (name, value)


async def _read(receive: Receive) -> bytes | None:
    """Return the request's body, or None if it is too large to be one.

    Raises:
        ConnectionAbortedError: the client went away before it had sent it.
    """
    body = bytearray()
    while True:
        message: dict[str, Any] = dict(await receive())
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        body += message.get("body", b"")
        if len(body) > _LARGEST_READ:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _once(body: bytes, receive: Receive) -> Receive:
    """Return a channel that hands out `body`, then whatever comes after it."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
