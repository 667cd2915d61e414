"""A place on this machine that callbacks are sent to, for the length of a run."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Listener", "listening"]

_LARGEST = 1_000_000  # bytes of a callback that are read
_POLL = 0.02


class Listener:
    """What arrived, by the name that the address was made for. May be used from any thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._arrived: dict[str, list[bytes]] = {}
        self._lock = threading.Lock()

    def address(self, name: str) -> str:
        """Return the address to which callbacks called `name` are to be sent."""
        return f"http://127.0.0.1:{self._port}/{name}"

    def add(self, name: str, body: bytes) -> None:
        """Keep the body of a callback."""
        with self._lock:
            self._arrived.setdefault(name, []).append(body)

    def arrived(self, name: str) -> list[bytes]:
        """Return the bodies of the callbacks so far, oldest first."""
        with self._lock:
            return list(self._arrived.get(name, ()))


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen on a free port of this machine and yield what hears."""
    heard: list[Listener] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("content-length", "0")
            body = self.rfile.read(min(int(length) if length.isdigit() else 0, _LARGEST))
            heard[0].add(self.path.lstrip("/"), body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: what arrived is judged, not logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    heard.append(Listener(server.server_port))
    thread = threading.Thread(target=server.serve_forever, args=(_POLL,), daemon=True)
    thread.start()
    try:
        yield heard[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
