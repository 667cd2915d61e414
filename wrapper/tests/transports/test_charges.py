"""Many creates under faults: every charge is known, or said to be unknown, and none is double."""

from __future__ import annotations

import collections
import json
import random
import socket
import struct
from typing import TYPE_CHECKING, Any

from klingkit import Network, OutcomeUnknownError, RateLimitError

if TYPE_CHECKING:
    from collections.abc import Callable


class Cashier:
    """A relay that takes creates under faults, and knows what it charged.

    Attributes:
        taken: how often each external_task_id was charged.
    """

    def __init__(self, seed: int, http: Callable[..., bytes]) -> None:
        self.taken: collections.Counter[str] = collections.Counter()
        self._random = random.Random(seed)
        self._http = http

    def __call__(self, request: bytes, connection: socket.socket) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        if head.startswith(b"GET"):
            self._look_up(head, connection)
            return
        external = json.loads(body)["external_task_id"]
        fault = self._random.choice(
            ["none", "before", "after", "reset", "half", "page", "500", "cut", "drip", "too fast"]
        )
        if fault == "before":
            connection.close()
            return
        if fault == "too fast":
            connection.sendall(self._http(b'{"code":1302,"message":"too fast"}', "429 Too Many Requests"))
            return
        self.taken[external] += 1
        answer = self._http(self._task(external))
        match fault:
            case "after":
                connection.close()
            case "reset":
                connection.sendall(answer[: len(answer) // 2])
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
            case "half":
                connection.sendall(answer[: len(answer) // 2])
                connection.close()
            case "page":
                connection.sendall(self._http(b"<html>", "200 OK", "content-type: text/html"))
            case "500":
                connection.sendall(self._http(b"", "500 Oh"))
            case "cut":
                connection.sendall(self._http(self._task(external)[:40]))
            case "drip":
                for at in range(len(answer)):
                    connection.sendall(answer[at : at + 1])
            case _:
                connection.sendall(answer)

    def _look_up(self, head: bytes, connection: socket.socket) -> None:
        external = head.split(b" ")[1].decode().rpartition("/")[2]
        if self._random.random() < 0.3:
            connection.close()
        elif external in self.taken:
            connection.sendall(self._http(self._task(external)))
        else:
            connection.sendall(self._http(b'{"code":1203,"message":"no such task"}', "404 Not Found"))

    @staticmethod
    def _task(external: str) -> bytes:
        info = {"external_task_id": external}
        data = {"task_id": f"t-{external}", "task_status": "submitted", "task_info": info}
        return json.dumps({"code": 0, "message": "", "data": data}).encode()


def test_over_many_creates_under_faults_each_charge_is_known_and_none_is_double(
    either: Any, transport: str, serve: Any, http: Any
) -> None:
    cashier = Cashier(7, http)
    url = serve(cashier).url
    kling = either.open("official", base_url=url, network=Network(transport))  # type: ignore[arg-type]
    known, unknown, refused = set(), set(), 0
    for at in range(200):
        try:
            made = kling.video.text_to_video("x", model_name="kling-v2-6", duration=5, external_task_id=f"mine-{at}")
            known.add(either.run(made).external_task_id)
        except OutcomeUnknownError as error:
            unknown.add(error.external_task_id)
        except RateLimitError:
            refused += 1
    charged = set(cashier.taken)
    assert max(cashier.taken.values()) == 1
    assert known <= charged <= known | unknown
    assert len(known) + len(unknown) + refused == 200
    assert len(known) > 100
