"""A relay that takes a create and then misbehaves: what came is counted, and what was taken would be billed."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from benchmarks.client.shapes import answer, kling_task

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FAULTS", "NOT_TAKEN", "FaultServer"]

FAULTS = (
    "dropped",
    "read timeout",
    "500",
    "502",
    "503",
    "504",
    "429",
    "HTML 200",
    "reset mid-body",
    "cut JSON",
    "slow drip",
    "redirect",
)
"""What can happen to a create. All but those of `NOT_TAKEN` happen after the task was made."""
NOT_TAKEN = frozenset({"429", "redirect"})

_ELSEWHERE = "/elsewhere"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_REFUSAL = b'{"code":5000,"message":"internal error","request_id":"CjMT7WdSwWcAAAAAALvB3g"}'
_TOO_MANY = b'{"code":1303,"message":"parallel task over resource pack limit","request_id":"CjMT7WdSwWcAAAAAALvB3g"}'
# Bound here: the measurement replaces time.sleep for the contenders, and the server's own waits are to stay.
_sleep = time.sleep


@dataclass
class FaultServer:
    """Serves on a free loopback port, in threads of this process.

    Attributes:
        fault: what happens to creates; empty when all is well.
        outage: whether queries are dropped at this moment.
        patience: the read timeout of the contenders, in seconds.
        posts: how many creates came, however they ended.
        taken: how many of them made a task.
        answered: how many queries got an answer.
        troubles: what went wrong in the server itself; figures beside one mean nothing.
    """

    patience: float
    fault: str = ""
    outage: Callable[[], bool] = lambda: False
    posts: int = 0
    taken: int = 0
    answered: int = 0
    troubles: list[str] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)

    @property
    def task_ids(self) -> frozenset[str]:
        """The ids of the tasks that were made for creates with an id of the caller's own."""
        return frozenset(self._known.values())

    def start(self) -> str:
        """Begin to serve, and return the address."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def begin(self, fault: str) -> None:
        """Forget the counts; `fault` is what happens to creates from now on."""
        self.fault, self.posts, self.taken, self.answered = fault, 0, 0, 0

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as incoming:
                while (request := _read(incoming)) is not None:
                    method, target, host, body = request
                    again = (
                        self._post(connection, target, host, body)
                        if method == "POST"
                        else self._get(connection, target, host)
                    )
                    if not again:
                        return
        except OSError:
            pass  # the contender hung up, as some do after a fault
        except Exception as error:  # noqa: BLE001 - nobody reads the output of this thread
            self.troubles.append(repr(error))

    def _get(self, connection: socket.socket, target: str, host: str) -> bool:
        if self.outage():
            connection.shutdown(socket.SHUT_RDWR)
            return False
        self.answered += 1
        external = target.rsplit("/", 1)[1]
        if external in self._known:
            document = {
                "code": 0,
                "message": "ok",
                "data": kling_task(self._known[external], "submitted", None, external),
            }
            _send(connection, "200 OK", json.dumps(document).encode())
        else:
            _send(connection, "200 OK", answer("GET", target, host, {}))
        return True

    def _post(self, connection: socket.socket, target: str, host: str, body: bytes) -> bool:
        self.posts += 1
        moved = target.startswith(_ELSEWHERE)
        if moved or self.fault not in NOT_TAKEN:
            self.taken += 1
        target = target.removeprefix(_ELSEWHERE)
        good = answer("POST", target, host, {})
        if target.startswith("/v1/videos/text2video"):
            self._known[json.loads(body).get("external_task_id", "")] = json.loads(good)["data"]["task_id"]
        if moved or not self.fault:
            _send(connection, "200 OK", good)
            return True
        return self._misbehave(connection, target, host, good)

    def _misbehave(self, connection: socket.socket, target: str, host: str, good: bytes) -> bool:
        fault = self.fault
        if fault == "dropped":
            connection.shutdown(socket.SHUT_RDWR)
        elif fault == "read timeout":
            _sleep(2 * self.patience)
        elif fault == "429":
            _send(connection, "429 Too Many Requests", _TOO_MANY)
            return True
        elif fault.isdigit():
            _send(connection, f"{fault} Error", _REFUSAL)
            return True
        elif fault == "HTML 200":
            _send(connection, "200 OK", b"<!doctype html><title>Busy</title>", "text/html")
            return True
        elif fault == "reset mid-body":
            _head(connection, "200 OK", len(good), "application/json")
            connection.sendall(good[:20])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        elif fault == "cut JSON":
            _send(connection, "200 OK", good[: len(good) // 2])
            return True
        elif fault == "slow drip":
            self._drip(connection, good)
        elif fault == "redirect":
            _send(connection, "307 Temporary Redirect", b"", more=f"location: http://{host}{_ELSEWHERE}{target}\r\n")
            return True
        return False

    def _drip(self, connection: socket.socket, body: bytes) -> None:
        """Send the answer in pieces that each come in time, and that together take four times the read timeout."""
        _head(connection, "200 OK", len(body), "application/json")
        pieces = 8
        size = -(-len(body) // pieces)
        for start in range(0, len(body), size):
            _sleep(4 * self.patience / pieces)
            connection.sendall(body[start : start + size])


def _read(incoming: BinaryIO) -> tuple[str, str, str, bytes] | None:
    """Return method, target, host and body of the next request, None at the end."""
    line = incoming.readline()
    if not line:
        return None
    headers: dict[str, str] = {}
    while (header := incoming.readline()) not in {b"\r\n", b""}:
        name, _, value = header.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    method, target, _ = line.decode("latin-1").split(" ", 2)
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(incoming.readline(), 16):
            body += incoming.read(size)
            incoming.readline()
        incoming.readline()
    else:
        body = incoming.read(int(headers.get("content-length", 0)))
    return method, target, headers.get("host", ""), body


def _head(connection: socket.socket, status: str, length: int, kind: str, more: str = "") -> None:
    connection.sendall(f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{more}content-length: {length}\r\n\r\n".encode())


def _send(connection: socket.socket, status: str, body: bytes, kind: str = "application/json", more: str = "") -> Any:
    _head(connection, status, len(body), kind, more)
    connection.sendall(body)
