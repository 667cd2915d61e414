"""klingkit, used as its users do."""

from __future__ import annotations

import asyncio
import ssl
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


def _client(base: str, timeout: float) -> Calls:
    import klingkit

    client = klingkit.Kling(relay="official", api_key=KEY, base_url=base, timeout=timeout, environ={})
    return Calls(
        create=lambda: client.video.text_to_video(PROMPT, **_SETTINGS),
        get=lambda task_id: client.tasks.get(task_id, operation=_OPERATION),
        inline=lambda path: client.video.image_to_video(path, PROMPT, model_name="kling-v2-6", duration=5),
        page=lambda size: client.tasks.list(_OPERATION, page_size=size),
        follow=lambda task_id: partial(client.tasks.get(task_id, operation=_OPERATION).wait, timeout=900),
    )


async def _async_client(base: str) -> AsyncCalls:
    import klingkit

    client = klingkit.AsyncKling(relay="official", api_key=KEY, base_url=base, environ={})
    return AsyncCalls(
        create=lambda: client.video.text_to_video(PROMPT, **_SETTINGS),
        get=lambda task_id: client.tasks.get(task_id, operation=_OPERATION),
        close=client.close,
        page=lambda size: client.tasks.list(_OPERATION, page_size=size),
        many=client.wait_many,
    )


def _fetching(source: Source) -> Callable[[Path], Any]:
    """Ask for the finished task; its video is what is fetched. The certificate is trusted as users do it."""
    import httpx

    import klingkit

    trusting = httpx.Client(verify=ssl.create_default_context(cafile=source.trusted))
    client = klingkit.Kling("official", api_key=KEY, base_url=source.api, http_client=trusting)
    result = client.tasks.get(f"done-{source.scheme}", operation=_OPERATION).wait(timeout=0)
    return partial(result.download, overwrite=True)


def _fetching_async(source: Source) -> Callable[[Path], Any]:
    import httpx

    import klingkit

    _fetching(source)  # so that all is imported

    async def fetch(path: Path) -> None:
        trusting = httpx.AsyncClient(verify=ssl.create_default_context(cafile=source.trusted))
        client = klingkit.AsyncKling("official", api_key=KEY, base_url=source.api, http_client=trusting)
        async with trusting, client:
            task = await client.tasks.get(f"done-{source.scheme}", operation=_OPERATION)
            await (await task.wait(timeout=0)).download(path, overwrite=True)

    return lambda path: asyncio.run(fetch(path))


_FIRST = "klingkit.Kling(relay='official', api_key='k', base_url=BASE, environ={})"
_SNIPPETS = Snippets("import klingkit", _FIRST, f"client.tasks.get('7-task', operation='{_OPERATION}')")

CONTENDERS = (
    Contender("klingkit", "klingkit", "klingkit", _SNIPPETS, _client, _async_client, _fetching),
    Contender("klingkit (async)", "klingkit", "klingkit", download=_fetching_async),
)
