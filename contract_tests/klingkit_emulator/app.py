"""The ASGI application: which request goes to which relay, to a result file or to the emulator itself."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from klingkit_emulator.asking import Ask
from klingkit_emulator.callbacks import Callbacks
from klingkit_emulator.clock import Clock
from klingkit_emulator.contract import load_contract
from klingkit_emulator.control import Control
from klingkit_emulator.defects import Defects, check_names
from klingkit_emulator.errors import EmulatorError, UnknownNameError
from klingkit_emulator.faults import MEDIA, Fault, Faults
from klingkit_emulator.gateways.opening import CHANNEL_KEY, Forward, open_relay
from klingkit_emulator.gateways.upstream import PLAYED
from klingkit_emulator.media import Gallery
from klingkit_emulator.misbehaviour import Exchange, Waits, misbehave
from klingkit_emulator.reach import check_places, planted
from klingkit_emulator.refusals import Reason, RefusedError
from klingkit_emulator.registry import entries
from klingkit_emulator.relay import Workshop, account_of
from klingkit_emulator.shelf import Shelf
from klingkit_emulator.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    from starlette.types import Receive, Scope, Send

    from klingkit_emulator.gateways.relay import Gateway
    from klingkit_emulator.relay import Relay

__all__ = ["API_KEY", "OTHER_API_KEY", "EmulatorApp", "create_app"]

API_KEY = "sk-emulator"
OTHER_API_KEY = "sk-emulator-other"
_HOST = re.compile(r"[A-Za-z0-9._\-\[\]:]{1,255}")
_NEWEST = 100
# The largest picture in Base64, a few times over.
_LARGEST_BODY = 64 * 1024 * 1024


def create_app(
    relays: Sequence[str],
    *,
    speed: float = 60.0,
    defects: Sequence[str] = (),
    database: Path | None = None,
    keys: Sequence[str] = (API_KEY, OTHER_API_KEY),
    upstream: Forward | str | None = None,
) -> EmulatorApp:
    """Return the emulator as a bare ASGI application, for tests in process. Close it when done.

    Args:
        relays: relay ids; each relay answers at ``/<id>``, a single one at the root as well.
        speed: how many times faster than in life tasks get done.
        defects: names of `klingkit_emulator.defects.DEFECTS`, or ``relay:name``.
        database: the file that keeps the tasks; None keeps them in memory.
        keys: the keys that are let in, each an account of its own. One of the form ``access|secret`` also lets in the
            tokens that are made with it, at the official API.
        upstream: whom emulated gateways forward to, or its address; None lets each play Kling itself.

    Raises:
        EmulatorError: one of these makes no sense or cannot be used.
    """
    return EmulatorApp(relays, speed=speed, defects=defects, database=database, keys=keys, upstream=upstream)


class EmulatorApp:
    """Every relay that was asked for, their tasks and files. See `create_app` for the arguments."""

    def __init__(
        self,
        relays: Sequence[str],
        *,
        speed: float,
        defects: Sequence[str],
        database: Path | None,
        keys: Sequence[str],
        upstream: Forward | str | None = None,
    ) -> None:
        if not 0 < speed <= 1_000_000:
            raise EmulatorError("the speed is a number above 0, 1 for life-like and at most 1000000.")
        keys = [key.strip() for key in keys]
        if not keys or not all(keys):
            raise EmulatorError("a key is at least one character long.")
        check_names(defects)
        found = [(entry, load_contract(entry.id)) for entry in entries(relays)]
        check_places(defects, [entry.id for entry, _ in found], forwards=upstream is not None)
        self.speed = speed
        self.keys = tuple(keys)
        self.faults = Faults()
        self.waits = Waits()
        self._defects = list(defects)
        self._requests: dict[str, Counter[str]] = {entry.id: Counter() for entry, _ in found}
        self._store = Store(database)
        self._shelf = Shelf()
        self._clock = clock = Clock()
        forward = Forward(upstream) if isinstance(upstream, str) else upstream
        self._callbacks = Callbacks(clock)
        # Gateways of another emulator come with this one; who names keys of his own lets in those alone.
        let_in = (*self.keys, CHANNEL_KEY) if self.keys == (API_KEY, OTHER_API_KEY) else self.keys
        accounts = {key: account_of(key) for key in let_in}
        workshop = Workshop(self._store, clock, self._callbacks, speed, accounts)
        self._relays = {
            entry.id: open_relay(
                entry,
                contract,
                workshop,
                Defects.of(entry.id, planted(defects, entry.id, forwards=bool(forward))),
                forward,
            )
            for entry, contract in found
        }
        self._gallery = Gallery(self._store, clock, self._shelf, self._defects_of)
        self._control = Control(self.state, self.faults)

    # ---------------------------------------------------------------------------- asking it

    @property
    def relays(self) -> tuple[str, ...]:
        """The ids of the relays, in the order they were asked for."""
        return tuple(self._relays)

    def charges(self, relay: str) -> int:
        """Return how many creates and other billable calls `relay` has charged for; what failed is given back."""
        return self._store.charges(self._known(relay).entry.id, self._clock.now_ms())

    def requests(self, relay: str) -> int:
        """Return how many requests `relay` has received since the start, refused ones included."""
        return self._requests[self._known(relay).entry.id].total()

    def plant(self, fault: Fault) -> None:
        """Plant a fault.

        Raises:
            FaultError: the fault makes no sense.
        """
        self.faults.plant(fault)

    def state(self) -> dict[str, Any]:
        """Return everything countable, as JSON."""
        return {
            "speed": self.speed,
            "defects": sorted(self._defects),
            "planted": {relay: sorted(self._relays[relay].defects.planted) for relay in self._relays},
            "faults": self.faults.pending(),
            "callbacks": {"delivered": self._callbacks.delivered, "failed": self._callbacks.failed},
            "files_made": self._shelf.made,
            "landings": list(self._control.landings),
            "relays": {relay: self._relay_state(self._relays[relay]) for relay in self._relays},
        }

    def close(self) -> None:
        """Close the database and remove the result files."""
        self.waits.release()
        self._store.close()
        self._shelf.close()

    async def aclose(self) -> None:
        """Stop callbacks that are still due, then `close`."""
        await self._let_go()
        self.close()

    async def __aenter__(self) -> EmulatorApp:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _relay_state(self, relay: Relay | Gateway) -> dict[str, Any]:
        entry, requests = relay.entry, self._requests[relay.entry.id]
        return {
            "title": entry.title,
            "path": f"/{entry.id}{entry.path_prefix}",
            "charges": self.charges(entry.id),
            "requests": requests.total(),
            "requests_by_operation": dict(sorted(requests.items())),
            "tasks": relay.count(),
            "unserved": sorted(relay.unserved),
            "newest": relay.newest(_NEWEST),
        }

    def _known(self, relay: str) -> Relay | Gateway:
        if relay not in self._relays:
            raise UnknownNameError(f"relay {relay!r} is not emulated here; there is {', '.join(self._relays)}.")
        return self._relays[relay]

    def _defects_of(self, relay: str) -> Defects:
        found = self._relays.get(_seller(relay))
        return found.defects if found else Defects.of(relay, self._defects)

    # ---------------------------------------------------------------------------- being asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or take part in the server's start and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await self._let_go()
        await send({"type": message["type"] + ".complete"})

    async def _let_go(self) -> None:
        await self._callbacks.aclose()
        for relay in self._relays.values():
            await relay.aclose()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        head, *rest = _segments(scope)
        if head == "_emulator":
            response = await self._control.answer(request, "/".join(rest))
            await response(scope, receive, send)
        elif head == "media":
            await self._hand_out(request, rest, send)
        elif head in self._relays:
            await self._pass_on(self._relays[head], request, rest, send)
        elif len(self._relays) == 1:
            await self._pass_on(next(iter(self._relays.values())), request, [head, *rest], send)
        else:
            there = ", ".join(f"/{relay}" for relay in self._relays)
            await PlainTextResponse(f"There is no such relay here; there is {there}.\n", 404)(scope, receive, send)

    async def _pass_on(self, relay: Relay | Gateway, request: Request, below: Sequence[str], send: Send) -> None:
        body = await _read(request)
        ask = Ask(
            method=request.method,
            segments=below,
            query=request.query_params.multi_items() if request.scope["query_string"] else (),
            headers=request.headers,
            body=body or b"",
            origin=_origin(request),
        )
        route = relay.route(ask)
        name = "unknown" if isinstance(route, RefusedError) else route[0].id
        self._requests[relay.entry.id][name] += 1

        async def serve() -> Response:
            if body is None:
                return relay.refuse(RefusedError(Reason.BAD_REQUEST, "the body is too large"))
            return await relay.reply(ask, route)

        exchange = Exchange(request.scope, request.receive, send, serve, relay.refuse, self.waits)
        await self._exchange(self.faults.take(relay.entry.id, name), exchange)

    async def _hand_out(self, request: Request, below: Sequence[str], send: Send) -> None:
        task_id, name = below if len(below) == 2 else ("", "")
        task = self._gallery.owner(task_id)

        async def serve() -> Response:
            return await self._gallery.answer(task, name, request.method, request.headers)

        def refuse(refusal: RefusedError) -> Response:
            status = {Reason.TOO_FAST: 429, Reason.MAINTENANCE: 503, Reason.SLOW: 504}.get(refusal.reason, 500)
            return PlainTextResponse(f"{refusal.message}\n", status)

        exchange = Exchange(request.scope, request.receive, send, serve, refuse, self.waits)
        await self._exchange(self.faults.take(_seller(task.relay), MEDIA) if task else None, exchange)

    async def _exchange(self, fault: Fault | None, exchange: Exchange) -> None:
        if fault is not None:
            await misbehave(fault, exchange)
            return
        answer = await exchange.serve()
        await answer(exchange.scope, exchange.receive, exchange.send)


def _seller(relay: str) -> str:
    """Return the relay that sells what was made, for the id of one that plays Kling behind a gateway."""
    return relay.removesuffix(PLAYED)


def _segments(scope: Scope) -> list[str]:
    """Return the path's segments, percent-decoded one by one: a slash within a task id stays there."""
    raw = scope.get("raw_path") or scope["path"].encode()
    path: str = raw.partition(b"?")[0].decode("latin-1")
    segments = path.removeprefix("/").split("/")
    return [unquote(segment, errors="replace") for segment in segments] if "%" in path else segments


def _origin(request: Request) -> str:
    """Return scheme and host as the client knows them; what is no host name is not repeated."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("127.0.0.1", None)
        host = f"{name}:{port}" if port else str(name)
    return f"{request.scope.get('scheme', 'http')}://{host}"


async def _read(request: Request) -> bytes | None:
    """Return the request's body, or None if it is too large to be one."""
    if "content-length" not in request.headers and "transfer-encoding" not in request.headers:
        return b""  # by the rules of HTTP there is none, and nothing to wait for
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            return None
    return bytes(body)
