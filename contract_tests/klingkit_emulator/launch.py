"""Start the emulator from Python: on a loopback port, in a thread of this process, gone at the end of a block."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import uvicorn

from klingkit_emulator.app import API_KEY, OTHER_API_KEY, EmulatorApp, create_app
from klingkit_emulator.defects import DEFECTS
from klingkit_emulator.errors import AddressError, EmulatorError, FaultError, UnknownNameError
from klingkit_emulator.faults import ANY, KINDS, Fault
from klingkit_emulator.gateways.opening import Forward
from klingkit_emulator.reach import obstacle
from klingkit_emulator.relay import account_of
from klingkit_emulator.tap.app import TapApp
from klingkit_emulator.tokens import secret_key_of
from klingkit_emulator.wire import BreakableProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = [
    "API_KEY",
    "DEFECTS",
    "KINDS",
    "OTHER_API_KEY",
    "AddressError",
    "Emulator",
    "EmulatorError",
    "FaultError",
    "Forward",
    "Tap",
    "UnknownNameError",
    "launch",
    "launch_tap",
    "listen",
    "obstacle",
    "server_for",
    "url_of",
]

_START_SECONDS = 20.0
_STOP_SECONDS = 10.0
_BACKLOG = 1024


class Emulator:
    """A running emulator. Everything may be called from any thread while the block of `launch` lasts."""

    def __init__(self, app: EmulatorApp, url: str) -> None:
        self._app = app
        self.url = url

    @property
    def api_key(self) -> str:
        """A key that is let in."""
        return self._app.keys[0]

    @property
    def access_key(self) -> str:
        """With `secret_key`, what signs the tokens that open the account of `api_key` where a relay takes tokens."""
        return account_of(self.api_key)

    @property
    def secret_key(self) -> str:
        """See `access_key`."""
        return secret_key_of(self.api_key)

    @property
    def other_api_key(self) -> str:
        """A key of another account."""
        return self._app.keys[-1]

    @property
    def relays(self) -> tuple[str, ...]:
        """The relays that are emulated."""
        return self._app.relays

    def base_url(self, relay: str) -> str:
        """Return the base URL of `relay`: what stands in for `base_url` of the registry, before `path_prefix`."""
        self._app.charges(relay)  # the relay is known
        return f"{self.url}/{relay}"

    def charges(self, relay: str) -> int:
        """Return how many creates `relay` has charged for; what failed since was given back."""
        return self._app.charges(relay)

    def requests(self, relay: str) -> int:
        """Return how many requests `relay` has received, refused ones included; result files do not count."""
        return self._app.requests(relay)

    def state(self) -> dict[str, Any]:
        """Return the same as GET /_emulator/state."""
        return self._app.state()

    def plant(
        self,
        kind: str,
        *,
        relay: str = ANY,
        operation: str = ANY,
        times: int = 1,
        after: int = 0,
        seconds: float | None = None,
        location: str | None = None,
    ) -> None:
        """Plant a fault, one of `KINDS`.

        Args:
            kind: what happens.
            relay: a relay id, or ``*``.
            operation: an operationId, ``create``, ``get``, ``list``, ``media`` (result files), or ``*``.
            times: how many requests it strikes.
            after: how many matching requests it lets pass first.
            seconds: how long, for the kinds that take time.
            location: where to, for ``redirect``.

        Raises:
            FaultError: the fault makes no sense.
        """
        self._app.plant(Fault(relay, operation, kind, times, after, seconds, location))

    def clear_faults(self) -> None:
        """Forget the faults that are still to come."""
        self._app.faults.clear()


@contextmanager
def launch(
    relays: Sequence[str],
    *,
    port: int = 0,
    speed: float = 60.0,
    defects: Sequence[str] = (),
    database: Path | None = None,
    keys: Sequence[str] = (API_KEY, OTHER_API_KEY),
    upstream: Forward | str | None = None,
) -> Iterator[Emulator]:
    """Run the emulator until the end of the block.

    Args:
        relays: relay ids.
        port: on 127.0.0.1; 0 takes a free one.
        speed: how many times faster than in life tasks get done.
        defects: names of `DEFECTS`, or ``relay:name``.
        database: the file that keeps the tasks; None keeps them in memory.
        keys: the keys that are let in, each an account of its own.
        upstream: whom emulated gateways forward to, or its address; None lets each play Kling itself.

    Raises:
        EmulatorError: it cannot start; the message says why.
    """
    app = create_app(relays, speed=speed, defects=defects, database=database, keys=keys, upstream=upstream)
    try:
        with listen("127.0.0.1", port) as listener, _serving(app, [listener]):
            yield Emulator(app, url_of(listener))
    finally:
        app.close()


@dataclass(frozen=True, slots=True)
class Tap:
    """A running tap: `url` is the Kling that a relay is pointed at, `control_url` tells what has arrived there."""

    url: str
    control_url: str


@contextmanager
def launch_tap(*, port: int = 0, speed: float = 60.0, database: Path | None = None) -> Iterator[Tap]:
    """Run a tap until the end of the block: a Kling on 127.0.0.1 that writes down what reaches it.

    Args:
        port: of the Kling; 0 takes a free one, and the control address always does.
        speed: how many times faster than in life tasks get done.
        database: the file that keeps tasks and requests; None keeps them in memory.

    Raises:
        EmulatorError: it cannot start; the message says why.
    """
    app = TapApp(speed=speed, database=database)
    try:
        with listen("127.0.0.1", port) as listener, listen("127.0.0.1", 0) as control:
            app.control_port = control.getsockname()[1]
            with _serving(app, [listener, control]):
                yield Tap(url_of(listener), url_of(control))
    finally:
        app.close()


@contextmanager
def _serving(app: EmulatorApp | TapApp, listeners: list[socket.socket]) -> Iterator[None]:
    server = server_for(app)
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=listeners)), name="klingkit-emulator", daemon=True
    )
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield
    finally:
        server.should_exit = True
        thread.join(_STOP_SECONDS)


def server_for(app: EmulatorApp | TapApp) -> uvicorn.Server:
    """Return a server for `app` that has yet to be given its socket."""
    return _Server(
        uvicorn.Config(
            app,
            http=BreakableProtocol,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
    )


class _Server(uvicorn.Server):
    """A server that does not wait for answers which are not to come."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app = self.config.app
        if isinstance(app, EmulatorApp | TapApp):
            app.waits.release()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port` (0: any free port).

    Raises:
        AddressError: the address cannot be listened on.
    """
    if not 0 <= port <= 65535:
        raise AddressError(f"there is no port {port}; choose one from 1 to 65535, or 0 for a free one.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise AddressError(f"{host!r} is no address of this machine; 127.0.0.1 always is.") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise AddressError(
            f"cannot listen on {host} port {port} ({error.strerror or error}); "
            "choose another with --port, or 0 for a free one."
        ) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the URL a browser on this machine reaches `listener` by."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise EmulatorError("the emulator did not start; what it printed above says why.")
        time.sleep(0.002)
