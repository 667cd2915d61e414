"""One test body for both clients; answers of the relays are played by respx, and no wait takes time."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import TYPE_CHECKING, Any

import pytest

from klingkit import AsyncKling, Kling
from klingkit.testing import InstantClock, instant_waits

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-Test+Key/0123456789=abc"


class Either:
    """Opens `Kling` or `AsyncKling`, and brings what their methods return to an end."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._runner = asyncio.Runner() if kind == "async" else None
        self._open: list[Any] = []

    def open(self, relay: str, **arguments: Any) -> Any:
        """Return a client that is closed at the end of the test."""
        arguments.setdefault("api_key", KEY)
        client = (AsyncKling if self._runner else Kling)(relay, **arguments)
        self._open.append(client)
        return client

    def run(self, value: Any) -> Any:
        """Return what a method of the client returned, awaited where it has to be."""
        if not inspect.isawaitable(value):
            return value
        assert self._runner is not None

        async def wait_for_it() -> Any:
            return await value

        return self._runner.run(wait_for_it())

    def sent(self, route: Any) -> Any:
        """Return the JSON body of the last request to `route`, after a look at what every request has."""
        request = route.calls.last.request
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert request.headers["content-type"] == "application/json"
        return json.loads(request.content)

    def finish(self) -> None:
        """Close everything."""
        for client in self._open:
            self.run(client.close())
        if self._runner:
            self._runner.close()


@pytest.fixture(params=["sync", "async"])
def either(request: pytest.FixtureRequest) -> Iterator[Either]:
    """Both clients, one after the other."""
    both = Either(request.param)
    yield both
    both.finish()


@pytest.fixture
def waits() -> Iterator[InstantClock]:
    """No wait takes time."""
    with instant_waits() as clock:
        yield clock
