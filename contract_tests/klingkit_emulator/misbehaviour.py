"""How each kind of fault is carried out on a request."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse, Response

from klingkit_emulator import wire
from klingkit_emulator.refusals import Reason, RefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from klingkit_emulator.faults import Fault

__all__ = ["LANDING", "Exchange", "Waits", "dashboard", "misbehave"]

LANDING = "/_emulator/landing"
_PATIENCE = 30.0
_DRIP = 2.0
_DROPS = 20
# Long enough for what was sent to arrive before the connection breaks.
_ARRIVAL = 0.05
_REFUSALS = {
    "status-429": RefusedError(Reason.TOO_FAST, "parallel task over resource pack limit"),
    "status-500": RefusedError(Reason.BROKEN, "server error"),
    "status-500-after-accept": RefusedError(Reason.BROKEN, "server error"),
    "status-503": RefusedError(Reason.MAINTENANCE, "temporarily unavailable"),
    "status-504": RefusedError(Reason.SLOW, "server timeout"),
}


class Waits:
    """Pauses that end early when the emulator closes. `release` may be called from any thread."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self._released = False

    async def pause(self, seconds: float) -> None:
        """Wait for `seconds`, or until `release`."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        if self._released:
            future.set_result(None)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(future, seconds)
        finally:
            self._waiting.discard(future)

    def release(self) -> None:
        """End every pause, those that have yet to begin included."""
        self._released = True
        for future in list(self._waiting):
            with suppress(RuntimeError):  # its loop has closed meanwhile
                future.get_loop().call_soon_threadsafe(_finish, future)


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request: `serve` does what it asks and gives the honest answer, `refuse` words a refusal."""

    scope: Scope
    receive: Receive
    send: Send
    serve: Callable[[], Awaitable[ASGIApp]]
    refuse: Callable[[RefusedError], Response]
    waits: Waits


async def misbehave(fault: Fault, exchange: Exchange) -> None:
    """Answer `exchange`, or leave it without an answer, as `fault` says."""
    await _KINDS[fault.kind](fault, exchange)


def dashboard() -> Response:
    """Return the web page that gateways answer with where an API answer was due."""
    return HTMLResponse(
        "<!doctype html><html><head><title>Console</title></head>"
        "<body><div id=root></div><noscript>Turn on JavaScript to use the console.</noscript></body></html>\n"
    )


async def _drop_before(fault: Fault, exchange: Exchange) -> None:
    await _close(exchange)


async def _drop_after(fault: Fault, exchange: Exchange) -> None:
    await exchange.serve()
    await _close(exchange)


async def _never(fault: Fault, exchange: Exchange) -> None:
    await exchange.serve()
    seconds = _PATIENCE if fault.seconds is None else fault.seconds
    hung_up = asyncio.ensure_future(wire.gone(exchange.receive))
    pause = asyncio.ensure_future(exchange.waits.pause(seconds))
    await asyncio.wait({hung_up, pause}, return_when=asyncio.FIRST_COMPLETED)
    for waiting in (hung_up, pause):
        waiting.cancel()
    await asyncio.gather(hung_up, pause, return_exceptions=True)
    await _close(exchange)


async def _status(fault: Fault, exchange: Exchange) -> None:
    if fault.kind.endswith("-after-accept"):
        await exchange.serve()
    response = exchange.refuse(_REFUSALS[fault.kind])
    if fault.seconds is not None:
        response.headers["retry-after"] = f"{fault.seconds:g}"
    await response(exchange.scope, exchange.receive, exchange.send)


async def _page(fault: Fault, exchange: Exchange) -> None:
    await dashboard()(exchange.scope, exchange.receive, exchange.send)


async def _proxy_page(fault: Fault, exchange: Exchange) -> None:
    page = HTMLResponse(
        "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n", 502
    )
    await page(exchange.scope, exchange.receive, exchange.send)


async def _redirect(fault: Fault, exchange: Exchange) -> None:
    response = RedirectResponse(fault.location or LANDING, status_code=307)
    await response(exchange.scope, exchange.receive, exchange.send)


async def _half_json(fault: Fault, exchange: Exchange) -> None:
    start, body = await _recorded(exchange)
    half = body[: len(body) // 2]
    MutableHeaders(scope=start)["content-length"] = str(len(half))
    await exchange.send(start)
    await exchange.send({"type": "http.response.body", "body": half})


async def _break_off(fault: Fault, exchange: Exchange) -> None:
    start, body = await _recorded(exchange)
    await exchange.send(start)
    await exchange.send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    await exchange.waits.pause(_ARRIVAL)
    await _close(exchange, reset=fault.kind.startswith("reset"))


async def _drip(fault: Fault, exchange: Exchange) -> None:
    start, body = await _recorded(exchange)
    seconds = _DRIP if fault.seconds is None else fault.seconds
    size = -(-len(body) // _DROPS) or 1
    drops = [body[at : at + size] for at in range(0, len(body), size)]
    await exchange.send(start)
    for drop in drops:
        await exchange.waits.pause(seconds / len(drops))
        await exchange.send({"type": "http.response.body", "body": drop, "more_body": True})
    await exchange.send({"type": "http.response.body", "body": b""})


_KINDS: dict[str, Callable[[Fault, Exchange], Awaitable[None]]] = {
    "close-mid-body": _break_off,
    "drop-after-accept": _drop_after,
    "drop-before": _drop_before,
    "html-200": _page,
    "read-timeout": _never,
    "redirect": _redirect,
    "reset-mid-body": _break_off,
    "slow-drip": _drip,
    "status-429": _status,
    "status-500": _status,
    "status-500-after-accept": _status,
    "status-502": _proxy_page,
    "status-503": _status,
    "status-504": _status,
    "truncated-json": _half_json,
}


async def _recorded(exchange: Exchange) -> tuple[dict[str, Any], bytes]:
    answer = await exchange.serve()
    return await wire.record(answer, exchange.scope, exchange.receive)


async def _close(exchange: Exchange, *, reset: bool = False) -> None:
    connection = wire.connection_of(exchange.scope)
    if reset:
        connection.reset()
    else:
        connection.close()
    # Until the server knows that the connection is gone it would answer on our behalf.
    await wire.gone(exchange.receive)
