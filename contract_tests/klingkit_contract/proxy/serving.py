"""Run the proxy on a port: for the command, and for tests.

The emulator's launcher listens in the same way, and is not asked: the proxy works without the emulator's extra.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from klingkit_contract.errors import CheckRunError, OptionError
from klingkit_contract.proxy.forwarding import Forwarder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from klingkit_contract.proxy.traffic import Traffic
    from klingkit_contract.proxy.upstream import Upstream

__all__ = ["listen", "proxying", "server_for", "url_of"]

_BACKLOG = 1024
_START_SECONDS = 20.0


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port` (0: any free one).

    Raises:
        OptionError: the address cannot be listened on.
    """
    if not 0 <= port <= 65535:
        raise OptionError(f"there is no port {port}; choose one from 1 to 65535, or 0 for a free one.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise OptionError(f"{host!r} is no address of this machine; 127.0.0.1 always is.") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise OptionError(
            f"cannot listen on {host} port {port} ({error.strerror or error}); choose another with --port, or 0 for a "
            "free one."
        ) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the address that `listener` is reached by on this machine."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server_for(forwarder: Forwarder) -> uvicorn.Server:
    """Return a server for `forwarder` that has yet to be given its socket."""
    return uvicorn.Server(
        uvicorn.Config(
            forwarder,
            http="h11",
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=2,
        )
    )


@contextmanager
def proxying(upstream: Upstream, seen: Callable[[Traffic], None], port: int = 0) -> Iterator[str]:
    """Run the proxy in a thread until the end of the block; yields its address."""
    with listen("127.0.0.1", port) as listener:
        server = server_for(Forwarder(upstream, seen))
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listener])), name="klingkit-proxy", daemon=True
        )
        thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise CheckRunError("the proxy did not start; what it printed above says why.")
            time.sleep(0.002)
        try:
            yield url_of(listener)
        finally:
            server.should_exit = True
            thread.join(10.0)
