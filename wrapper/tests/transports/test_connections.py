"""Connections are used again, shared, waited for and given back; a create takes no old one."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from klingkit import AsyncKling, ConfigurationError, Kling, Network

if TYPE_CHECKING:
    import socket


def test_a_connection_is_used_again_only_when_the_server_lets_it(
    either: Any, transport: str, serve: Any, http: Any, running: str
) -> None:
    for headers, hang_up, expected in (((), False, 1), (("connection: close",), False, 3), ((), True, 3)):
        server = serve(http(running.encode(), "200 OK", *headers), hang_up=hang_up)
        kling = either.open(base_url=server.url, network=Network(transport))  # type: ignore[arg-type]
        for _ in range(3):
            either.run(kling.tasks.get("831", operation="text_to_video"))
            if hang_up:
                assert server.hung_up.acquire(timeout=10)  # from now on the connection is at its end
        assert server.connections == expected
        assert len(server.seen) == 3


def test_one_client_serves_two_event_loops(transport: str, serve: Any, http: Any, running: str) -> None:
    server = serve(http(running.encode(), "200 OK", "connection: close"))
    network = Network(transport)  # type: ignore[arg-type]
    kling = AsyncKling("anyapi", api_key="k", base_url=server.url, network=network)

    async def ask() -> None:
        await asyncio.gather(*(kling.tasks.get("831", operation="text_to_video") for _ in range(3)))

    async def end() -> None:
        await ask()
        await kling.close()
        with pytest.raises(ConfigurationError, match="closed"):
            await kling.tasks.get("831", operation="text_to_video")

    asyncio.run(ask())
    asyncio.run(end())
    assert len(server.seen) == 6


def test_more_calls_than_connections_wait_for_each_other(transport: str, serve: Any, http: Any, running: str) -> None:
    server = serve(http(running.encode()), hang_up=False)

    async def ask() -> None:
        network = Network(transport, max_connections=3)  # type: ignore[arg-type]
        async with AsyncKling("anyapi", api_key="k", base_url=server.url, network=network) as kling:
            await asyncio.gather(*(kling.tasks.get(str(at), operation="text_to_video") for at in range(60)))

    asyncio.run(ask())
    assert server.connections == 3
    assert len(server.seen) == 60


def test_a_call_that_is_cancelled_gives_its_place_back(transport: str, serve: Any, http: Any, running: str) -> None:
    numbers = itertools.count()

    def answer(_: bytes, connection: socket.socket) -> None:
        if next(numbers):
            connection.sendall(http(running.encode()))

    server = serve(answer)

    async def ask() -> None:
        network = Network(transport, max_connections=1)  # type: ignore[arg-type]
        async with AsyncKling("anyapi", api_key="k", base_url=server.url, network=network) as kling:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await kling.tasks.get("831", operation="text_to_video")
            assert (await kling.tasks.get("831", operation="text_to_video")).state == "running"

    asyncio.run(ask())
    assert server.connections == 2


def test_a_forked_process_leaves_the_connections_to_its_parent(serve: Any, http: Any, running: str) -> None:
    server = serve(http(running.encode()), hang_up=False)
    with Kling("anyapi", api_key="k", base_url=server.url, network=Network("builtin")) as kling:
        kling.tasks.get("831", operation="text_to_video")
        pool: Any = kling._engine._loaded().transport
        there = pool._pool._shelf
        there._process = -1  # as it is in a child, where the number of the process is another one
        kling.tasks.get("831", operation="text_to_video")
        assert there.total == 1
    assert server.connections == 2


def test_a_create_does_not_go_over_a_connection_that_may_be_about_to_close(
    either: Any, serve: Any, words: Any, http: Any
) -> None:
    server = serve(http(json.dumps(words.task()).encode()), hang_up=False)
    kling = either.open("official", base_url=server.url, network=Network("builtin"))

    def age() -> None:
        sender: Any = kling._engine._loaded().transport
        shelf = sender._queue.shelf if either.kind == "async" else sender._pool._shelf
        for waiting in shelf._idle.values():
            for there in waiting:
                there.idle_since -= 10

    def create() -> None:
        either.run(kling.video.text_to_video("x", model_name="kling-v2-6", duration=5))

    create()
    create()
    assert server.connections == 1
    age()
    either.run(kling.tasks.get("831", operation="text_to_video"))
    assert server.connections == 1
    age()
    create()
    assert server.connections == 2
