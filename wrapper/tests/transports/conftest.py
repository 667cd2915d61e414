"""Servers that say what they are told to, and both transports to ask them by."""

from __future__ import annotations

import json
import re
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from klingkit import Network, Timeouts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Server:
    """Answers with the bytes it is told to. `seen` are the requests, whole."""

    def __init__(self, answer: Callable[[bytes, socket.socket], None]) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.seen: list[bytes] = []
        self.connections = 0
        self.hung_up = threading.Semaphore(0)
        self._open: list[socket.socket] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            while request := read_request(connection):
                self.seen.append(request)
                self._answer(request, connection)
        except OSError:
            pass
        finally:
            connection.close()

    def close(self) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    found = LENGTH.search(head)
    while found and len(body) < int(found.group(1)):
        more = connection.recv(65536)
        if not more:
            return b""
        body += more
    return head + b"\r\n\r\n" + body


@pytest.fixture(params=["builtin", "httpx"])
def transport(request: pytest.FixtureRequest) -> str:
    """The transports, one after the other."""
    return str(request.param)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers; they are gone at the end of the test."""
    servers: list[Server] = []

    def start(answer: Callable[[bytes, socket.socket], None] | bytes, *, hang_up: bool = True) -> Server:
        def say(_: bytes, connection: socket.socket) -> None:
            assert isinstance(answer, bytes)
            connection.sendall(answer)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
                servers[-1].hung_up.release()

        servers.append(Server(say if isinstance(answer, bytes) else answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def http() -> Callable[..., bytes]:
    """Writes an answer: its body, its status line without the version, its headers."""

    def write(body: bytes, head: str = "200 OK", *headers: str, length: bool = True) -> bytes:
        lines = [f"HTTP/1.1 {head}", *headers, *([f"content-length: {len(body)}"] if length else [])]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    return write


@pytest.fixture
def running() -> str:
    """An answer about a task, with letters that not every charset has."""
    data = {"task_id": "831", "task_status": "processing"}
    return json.dumps({"code": 0, "message": "成功", "data": data}, ensure_ascii=False)


@pytest.fixture
def asked(either: Any, transport: str) -> Callable[..., Any]:
    """Asks for a task at an address, and returns it."""

    def ask(url: str, **arguments: Any) -> Any:
        network, limits = Network(transport), Timeouts(read=5.0)  # type: ignore[arg-type]
        kling = either.open(base_url=url, network=network, max_retries=0, timeout=limits, **arguments)
        return either.run(kling.tasks.get("831", operation="text_to_video"))

    return ask
