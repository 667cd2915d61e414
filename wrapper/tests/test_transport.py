"""The seam to httpx: every failure is one of ours, and the key goes nowhere else."""

from __future__ import annotations

import asyncio
import inspect
import threading
from typing import Any

import httpx
import pytest

from klingkit import AsyncKling, ConfigurationError, Kling, TransportError
from klingkit import _transport as transport
from klingkit._effects import Call
from klingkit._network import tls_context
from klingkit._secrets import Secret
from klingkit._timeouts import Timeouts

FAILURES = [
    cls
    for _, cls in inspect.getmembers(httpx, inspect.isclass)
    if issubclass(cls, Exception) and issubclass(cls, httpx.RequestError | httpx.StreamError | httpx.InvalidURL)
]


@pytest.mark.parametrize("kind", FAILURES, ids=lambda kind: kind.__name__)
def test_every_failure_httpx_knows_becomes_one_of_ours(respx_mock: Any, words: Any, either: Any, kind: Any) -> None:
    needed = [name for name, p in inspect.signature(kind).parameters.items() if p.default is p.empty and p.kind <= 1]

    def fail(_: httpx.Request) -> httpx.Response:
        raise kind(*needed)

    respx_mock.get(f"{words.root}/831").mock(side_effect=fail)
    with pytest.raises(TransportError) as caught:
        either.run(either.open(max_retries=0).tasks.get("831", operation="text_to_video"))
    assert kind.__name__ in str(caught.value)
    assert isinstance(caught.value.__cause__, kind)


def test_a_hook_of_the_callers_own_that_raises_for_a_status_is_a_lost_answer(
    respx_mock: Any, words: Any, either: Any
) -> None:
    def check(answer: httpx.Response) -> None:
        answer.raise_for_status()

    async def check_async(answer: httpx.Response) -> None:
        check(answer)

    asynchronous = either.kind == "async"
    hooks = {"response": [check_async if asynchronous else check]}
    own: Any = (httpx.AsyncClient if asynchronous else httpx.Client)(event_hooks=hooks)
    respx_mock.get(f"{words.root}/831").respond(500)
    with pytest.raises(TransportError, match="HTTPStatusError"):
        either.run(either.open(http_client=own, max_retries=0).tasks.get("831", operation="text_to_video"))
    either.run(own.aclose()) if asynchronous else own.close()


def test_a_client_of_the_callers_own_that_is_closed_says_so(either: Any) -> None:
    own: Any = (httpx.AsyncClient if either.kind == "async" else httpx.Client)()
    either.run(own.aclose()) if either.kind == "async" else own.close()
    with pytest.raises(ConfigurationError, match="closed"):
        either.run(either.open(http_client=own).tasks.get("831", operation="text_to_video"))


def test_the_key_is_not_added_to_a_call_that_leads_elsewhere() -> None:
    sender = transport.SyncTransport("https://relay.example/kling", Secret("sk-0123456789"), None)
    for url in ("https://relay.example.evil/kling/v1", "https://evil.example/", "https://relay.example/klingon/v1"):
        with pytest.raises(ConfigurationError, match="leads away"):
            sender.send(Call("anyapi", "op", "GET", url, Timeouts()))
    sender.close()


def test_an_answer_that_drips_in_is_not_waited_for_without_end(
    respx_mock: Any, words: Any, either: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter(range(0, 10**6, 7))
    monkeypatch.setattr("klingkit._transport.time.monotonic", lambda: float(next(now)))

    def drip() -> Any:
        while True:
            yield b" "

    async def drip_async() -> Any:
        for piece in drip():
            yield piece

    stream = drip_async() if either.kind == "async" else drip()
    respx_mock.get(f"{words.root}/831").mock(return_value=httpx.Response(200, content=stream))
    with pytest.raises(TransportError, match="no whole answer"):
        either.run(either.open(max_retries=0).tasks.get("831", operation="text_to_video"))


def test_one_async_client_serves_one_event_loop_after_the_other(respx_mock: Any, words: Any) -> None:
    respx_mock.get(f"{words.root}/831").respond(json=words.task())
    kling = AsyncKling("anyapi", api_key=words.key)

    async def ask() -> str:
        return str((await kling.tasks.get("831", operation="text_to_video")).task_id)

    assert asyncio.run(ask()) == asyncio.run(ask()) == "831"
    asyncio.run(kling.close())


def test_one_client_serves_several_threads(respx_mock: Any, words: Any) -> None:
    respx_mock.get(f"{words.root}/831").respond(json=words.task())
    seen: list[str] = []
    with Kling("anyapi", api_key=words.key) as kling:

        def ask() -> None:
            seen.append(kling.tasks.get("831", operation="text_to_video").task_id)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == ["831"] * 8


def test_clients_share_one_tls_context(words: Any) -> None:
    assert tls_context(None) is tls_context(None)
