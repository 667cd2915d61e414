"""klingkit, used as its users do."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.client.contenders import KEY, AsyncCalls, Calls, Contender, Snippets, Source
from benchmarks.client.shapes import PROMPT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["CONTENDERS"]

_OPERATION = "video_text2video"
_SETTINGS: dict[str, Any] = {
    "model_name": "kling-v2-6",
    "negative_prompt": "blur",
    "mode": "pro",
    "aspect_ratio": "16:9",
    "duration": 5,
}


def _clients(transport: str, trusted: str | None = None) -> Any:
    """Return the class of clients, and what both are made with; the certificate is trusted as users do it."""
    import klingkit

    return klingkit, {"api_key": KEY, "environ": {}, "network": klingkit.Network(transport, ca_file=trusted)}


def _client(transport: str, base: str, timeout: float) -> Calls:
    klingkit, settings = _clients(transport)
    client = klingkit.Kling("official", base_url=base, timeout=timeout, **settings)
    return Calls(
        create=lambda: client.video.text_to_video(PROMPT, **_SETTINGS),
        get=lambda task_id: client.tasks.get(task_id, operation=_OPERATION),
        inline=lambda path: client.video.image_to_video(path, PROMPT, model_name="kling-v2-6", duration=5),
        page=lambda size: client.tasks.list(_OPERATION, page_size=size),
        follow=lambda task_id: partial(client.tasks.get(task_id, operation=_OPERATION).wait, timeout=900),
    )


async def _async_client(transport: str, base: str) -> AsyncCalls:
    klingkit, settings = _clients(transport)
    client = klingkit.AsyncKling("official", base_url=base, **settings)
    return AsyncCalls(
        create=lambda: client.video.text_to_video(PROMPT, **_SETTINGS),
        get=lambda task_id: client.tasks.get(task_id, operation=_OPERATION),
        close=client.close,
        page=lambda size: client.tasks.list(_OPERATION, page_size=size),
        many=client.wait_many,
    )


def _fetching(transport: str, source: Source) -> Callable[[Path], Any]:
    """Ask for the finished task; its video is what is fetched."""
    klingkit, settings = _clients(transport, source.trusted)
    client = klingkit.Kling("official", base_url=source.api, **settings)
    result = client.tasks.get(f"done-{source.scheme}", operation=_OPERATION).wait(timeout=0)
    return partial(result.download, overwrite=True)


def _fetching_async(transport: str, source: Source) -> Callable[[Path], Any]:
    _fetching(transport, source)  # so that all is imported
    klingkit, settings = _clients(transport, source.trusted)

    async def fetch(path: Path) -> None:
        async with klingkit.AsyncKling("official", base_url=source.api, **settings) as client:
            task = await client.tasks.get(f"done-{source.scheme}", operation=_OPERATION)
            await (await task.wait(timeout=0)).download(path, overwrite=True)

    return lambda path: asyncio.run(fetch(path))


_FIRST = "klingkit.Kling(relay='official', api_key='k', base_url=BASE, environ={})"
_SNIPPETS = Snippets("import klingkit", _FIRST, f"client.tasks.get('7-task', operation='{_OPERATION}')")

CONTENDERS = (
    Contender(
        "klingkit",
        "klingkit",
        "klingkit",
        _SNIPPETS,
        partial(_client, "builtin"),
        partial(_async_client, "builtin"),
        partial(_fetching, "builtin"),
    ),
    Contender("klingkit (async)", "klingkit", "klingkit", download=partial(_fetching_async, "builtin")),
    Contender(
        "klingkit over httpx",
        "klingkit",
        "klingkit httpx",
        None,
        partial(_client, "httpx"),
        partial(_async_client, "httpx"),
        partial(_fetching, "httpx"),
    ),
)
