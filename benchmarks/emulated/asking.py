"""The process that asks: many keep-alive connections on one event loop, as cheap as Python makes it."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
import statistics
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit_emulator.app import API_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from benchmarks.emulated.serving import Server

__all__ = ["CONNECTIONS", "Load", "measure"]

CONNECTIONS = 32
_PATHS = {"newapi-b": "/newapi-b/kling/v1/videos/text2video", "anyapi": "/anyapi/kling/v1/videos/text2video"}
_WARM_SECONDS = 0.5
_PAGES = 100


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked: `kind` is get, list or create."""

    relay: str
    kind: str
    seconds: float
    ids: Sequence[str]
    seed: int


def measure(server: Server, load: Load) -> tuple[float, float, float, float]:
    """Return requests a second, their median and 99th percentile in ms, and µs of the server's CPU for each."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_work, args=(server.port, load, theirs), daemon=True)
    process.start()
    ours.recv()  # it is warm
    before = server.cpu_seconds()
    ours.send("go")
    times, seconds = ours.recv()
    cpu = server.cpu_seconds() - before
    process.join()
    if isinstance(times, str):
        raise SystemExit(f"{load.relay}, {load.kind}: {times}")
    slow = statistics.quantiles(times, n=100)[98] if len(times) > 1 else times[0]
    return len(times) / seconds, statistics.median(times) * 1000, slow * 1000, cpu / len(times) * 1e6


def _work(port: int, load: Load, told: Connection) -> None:
    asyncio.run(_ask(port, load, told))


async def _ask(port: int, load: Load, told: Connection) -> None:
    loop = asyncio.get_running_loop()
    asker = _Asker(load)
    lines = [await loop.create_connection(lambda: _Line(asker), "127.0.0.1", port) for _ in range(CONNECTIONS)]
    asker.run_until(time.perf_counter() + _WARM_SECONDS)
    await asker.idle(lines)
    told.send("warm")
    told.recv()
    asker.times.clear()
    began = time.perf_counter()
    asker.run_until(began + load.seconds)
    await asker.idle(lines)
    seconds = time.perf_counter() - began
    told.send((asker.problem or asker.times, seconds))
    for transport, _ in lines:
        transport.close()


def _example(relay: str) -> Any:
    """Return the example of a create in the relay's document."""
    item = klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")["paths"]["/v1/videos/text2video"]
    return item["post"]["requestBody"]["content"]["application/json"]["example"]


class _Asker:
    """Hands out requests and notes how long answers took."""

    def __init__(self, load: Load) -> None:
        self._load, self._chance = load, random.Random(load.seed)  # noqa: S311 - no secret
        self._path = _PATHS.get(load.relay, f"/{load.relay}/v1/videos/text2video")
        self._head = f"host: 127.0.0.1\r\nauthorization: Bearer {API_KEY}\r\naccept: */*\r\n"
        body = json.dumps(_example(load.relay)) if load.kind == "create" else ""
        self._create = (
            f"POST {self._path} HTTP/1.1\r\n{self._head}content-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n{body}"
        ).encode()
        self._done = asyncio.Event()
        self._until = 0.0
        self._working = 0
        self.times: list[float] = []
        self.problem = ""

    def run_until(self, moment: float) -> None:
        self._until = moment
        self._done.clear()

    async def idle(self, lines: Sequence[tuple[asyncio.Transport, _Line]]) -> None:
        """Let every connection ask until the time is over."""
        self._working = len(lines)
        for _, line in lines:
            line.ask()
        await self._done.wait()

    def next(self) -> tuple[bytes, bytes] | None:
        """Return a request and what its answer has to hold, or None when the time is over."""
        if time.perf_counter() >= self._until or self.problem:
            self._working -= 1
            if not self._working:
                self._done.set()
            return None
        if self._load.kind == "create":
            return self._create, b'_id"'
        if self._load.kind == "list":
            page = self._chance.randrange(_PAGES) + 1
            return (
                f"GET {self._path}?pageNum={page}&pageSize=30 HTTP/1.1\r\n{self._head}\r\n".encode(),
                b'"task_status"',
            )
        task_id = self._chance.choice(self._load.ids)
        return f"GET {self._path}/{task_id} HTTP/1.1\r\n{self._head}\r\n".encode(), task_id.encode()


class _Line(asyncio.Protocol):
    """One connection: a request, its whole answer, the next request."""

    def __init__(self, asker: _Asker) -> None:
        self._asker = asker
        self._came: deque[bytes] = deque()
        self._began = 0.0
        self._expected = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def ask(self) -> None:
        said = self._asker.next()
        if said is not None:
            request, self._expected = said
            self._began = time.perf_counter()
            self._transport.write(request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._came.append(data)
        whole = data if len(self._came) == 1 else b"".join(self._came)
        head, end, body = whole.partition(b"\r\n\r\n")
        if not end:
            return
        at = head.find(b"content-length: ") + 16
        if len(body) < int(head[at : head.find(b"\r", at) if head.find(b"\r", at) > 0 else None]):
            return
        self._asker.times.append(time.perf_counter() - self._began)
        self._came.clear()
        if not head.startswith(b"HTTP/1.1 200") or self._expected not in body:
            self._asker.problem = whole[:400].decode("utf-8", "replace")
        self.ask()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._asker.problem and error is not None:
            self._asker.problem = repr(error)
