"""One test body for both clients, answers as relays word them, and no real waiting."""

from __future__ import annotations

import asyncio
import inspect
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

    def open(self, relay: str = "anyapi", **arguments: Any) -> Any:
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


@pytest.fixture(autouse=True)
def waits() -> Iterator[InstantClock]:
    """No test waits."""
    with instant_waits() as clock:
        yield clock


class Words:
    """Answers in the Kling format, and the addresses of the relay they come from."""

    key = KEY
    root = "https://www.anyapi.vip/kling/v1/videos/text2video"
    file = "https://cdn.example/fox.mp4?signature=secret"
    mp4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00" + bytes(range(256)) * 8
    png = b"\x89PNG\r\n\x1a\n" + bytes(64)

    def task(self, status: str = "submitted", *, task_id: object = "831", **data: Any) -> dict[str, Any]:
        """Return an answer about one task."""
        inner = {"task_id": task_id, "task_status": status, "created_at": 1766374262370, "updated_at": 1766374262370}
        return {"code": 0, "message": "SUCCEED", "request_id": "r-1", "data": {**inner, **data}}

    def done(self, *urls: str, kind: str = "videos", **data: Any) -> dict[str, Any]:
        """Return an answer about a task that made files."""
        files = [{"id": f"f{at}", "index": at, "url": url, "duration": "5.1"} for at, url in enumerate(urls)]
        return self.task("succeed", task_result={kind: files}, **data)

    def refusal(self, code: object, message: str = "no") -> dict[str, Any]:
        """Return a refusal."""
        return {"code": code, "message": message, "request_id": "r-2"}


@pytest.fixture
def words() -> Words:
    """Answers in the Kling format."""
    return Words()
