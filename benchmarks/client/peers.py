"""The libraries of other makers of videos, used as their documents show: defaults, but for address, key and timeout."""

from __future__ import annotations

import os
import ssl
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.client.contenders import KEY, AsyncCalls, Calls, Contender, Snippets, Source
from benchmarks.client.raw import BODY, encoded
from benchmarks.client.shapes import PROMPT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["CONTENDERS"]

_VERSION = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"
_FAL_APP = "fal-ai/kling-video"


def _quiet() -> None:
    warnings.simplefilter("ignore")  # openai announces the end of its video operations with every call


def _openai(base: str, timeout: float) -> Calls:
    _quiet()
    import openai

    client = openai.OpenAI(api_key=KEY, base_url=f"{base}/v1", timeout=timeout)
    return Calls(
        create=lambda: client.videos.create(prompt=PROMPT, model="sora-2", seconds="8", size="1280x720"),
        get=client.videos.retrieve,
        inline=lambda path: client.post("/videos", body={**BODY, "image": encoded(path)}, cast_to=object),
        follow=lambda task_id: partial(client.videos.poll, client.videos.retrieve(task_id).id),
    )


def _openai_async(aiohttp: bool) -> Any:
    async def make(base: str) -> AsyncCalls:
        _quiet()
        import openai

        given: dict[str, Any] = {"http_client": openai.DefaultAioHttpClient()} if aiohttp else {}
        client = openai.AsyncOpenAI(api_key=KEY, base_url=f"{base}/v1", **given)
        return AsyncCalls(
            create=lambda: client.videos.create(prompt=PROMPT, model="sora-2", seconds="8", size="1280x720"),
            get=client.videos.retrieve,
            close=client.close,
        )

    return make


def _openai_download(source: Source) -> Callable[[Path], None]:
    _quiet()
    import openai

    http = openai.DefaultHttpxClient(verify=ssl.create_default_context(cafile=source.trusted))
    client = openai.OpenAI(api_key=KEY, base_url=f"{source.root}/v1", http_client=http)
    streaming = client.videos.with_streaming_response  # imports the resource

    def fetch(path: Path) -> None:
        with streaming.download_content("done") as response:
            response.stream_to_file(path)

    return fetch


def _runwayml(base: str, timeout: float) -> Calls:
    import runwayml

    client = runwayml.RunwayML(api_key=KEY, base_url=base, timeout=timeout)
    settings: dict[str, Any] = {"model": "gen4.5", "prompt_text": PROMPT, "ratio": "1280:720", "duration": 5}
    return Calls(
        create=lambda: client.text_to_video.create(**settings),
        get=client.tasks.retrieve,
        inline=lambda path: client.image_to_video.create(
            prompt_image=f"data:image/png;base64,{encoded(path)}", **settings
        ),
        follow=lambda task_id: client.tasks.retrieve(task_id).wait_for_task_output,
    )


async def _runwayml_async(base: str) -> AsyncCalls:
    import runwayml

    client = runwayml.AsyncRunwayML(api_key=KEY, base_url=base)
    return AsyncCalls(
        create=lambda: client.text_to_video.create(model="gen4.5", prompt_text=PROMPT, ratio="1280:720", duration=5),
        get=client.tasks.retrieve,
        close=client.close,
    )


def _lumaai(base: str, timeout: float) -> Calls:
    import lumaai

    client = lumaai.LumaAI(auth_token=KEY, base_url=f"{base}/dream-machine/v1", timeout=timeout)
    return Calls(
        create=lambda: client.generations.create(model="ray-2", prompt=PROMPT, aspect_ratio="16:9", duration="5s"),
        get=client.generations.get,
        inline=lambda path: client.generations.create(
            model="ray-2",
            prompt=PROMPT,
            keyframes={"frame0": {"type": "image", "url": f"data:image/png;base64,{encoded(path)}"}},
        ),
    )


async def _lumaai_async(base: str) -> AsyncCalls:
    import lumaai

    client = lumaai.AsyncLumaAI(auth_token=KEY, base_url=f"{base}/dream-machine/v1")
    return AsyncCalls(
        create=lambda: client.generations.create(model="ray-2", prompt=PROMPT, aspect_ratio="16:9", duration="5s"),
        get=client.generations.get,
        close=client.close,
    )


def _fal(base: str, timeout: float) -> Calls:
    import fal_client

    fal_client.client.QUEUE_URL_FORMAT = f"{base}/fal/"  # there is no argument for the address
    client = fal_client.SyncClient(key=KEY, default_timeout=timeout)
    return Calls(
        create=lambda: client.submit(_FAL_APP, BODY),
        get=lambda task_id: client.get_handle(_FAL_APP, task_id).status(),
        inline=lambda path: client.submit(_FAL_APP, {**BODY, "image_url": fal_client.encode_file(str(path))}),
        follow=lambda task_id: client.get_handle(_FAL_APP, task_id).get,
    )


async def _fal_async(base: str) -> AsyncCalls:
    import fal_client

    fal_client.client.QUEUE_URL_FORMAT = f"{base}/fal/"
    client = fal_client.AsyncClient(key=KEY)
    http = await client._client

    async def get(task_id: str) -> Any:
        return await (await client.get_handle(_FAL_APP, task_id)).status()

    return AsyncCalls(create=lambda: client.submit(_FAL_APP, BODY), get=get, close=http.aclose)


def _replicate(base: str, timeout: float) -> Calls:
    import httpx
    import replicate

    client = replicate.Client(api_token=KEY, base_url=base, timeout=httpx.Timeout(timeout))
    return Calls(
        create=lambda: client.predictions.create(version=_VERSION, input=BODY),
        get=client.predictions.get,
        inline=lambda path: client.predictions.create(
            version=_VERSION, input={**BODY, "image": path}, file_encoding_strategy="base64"
        ),
        follow=lambda task_id: client.predictions.get(task_id).wait,
    )


async def _replicate_async(base: str) -> AsyncCalls:
    import replicate

    client = replicate.Client(api_token=KEY, base_url=base)
    return AsyncCalls(
        create=lambda: client.predictions.async_create(version=_VERSION, input=BODY),
        get=client.predictions.async_get,
        close=client._async_client.aclose,
    )


def _replicate_download(source: Source) -> Callable[[Path], None]:
    os.environ["SSL_CERT_FILE"] = source.trusted  # it takes no context
    import replicate
    from replicate.helpers import FileOutput

    client = replicate.Client(api_token=KEY, base_url=source.root)

    def fetch(path: Path) -> None:
        with path.open("wb") as file:
            for block in FileOutput(source.url, client):
                file.write(block)

    return fetch


_OPENAI = Snippets(
    "import openai",
    "openai.OpenAI(api_key='k', base_url=f'{BASE}/v1')",
    "client.videos.retrieve('7-task')",
    frozenset({"httpx2"}),
)
_RUNWAYML = Snippets(
    "import runwayml", "runwayml.RunwayML(api_key='k', base_url=BASE)", "client.tasks.retrieve('7-task')"
)
_LUMAAI = Snippets(
    "import lumaai",
    "lumaai.LumaAI(auth_token='k', base_url=f'{BASE}/dream-machine/v1')",
    "client.generations.get('7-task')",
)
_FAL = Snippets(
    "import fal_client; fal_client.client.QUEUE_URL_FORMAT = f'{BASE}/fal/'",
    "(lambda c: (c._client, c)[1])(fal_client.SyncClient(key='k'))",
    "client.get_handle('fal-ai/kling-video', '7-task').status()",
)
_REPLICATE = Snippets(
    "import replicate",
    "(lambda c: (c._client, c)[1])(replicate.Client(api_token='k', base_url=BASE))",
    "client.predictions.get('7-task')",
)

CONTENDERS = (
    Contender("openai", "openai", "openai", _OPENAI, _openai, _openai_async(aiohttp=False), _openai_download),
    Contender("openai + aiohttp", "openai", "openai aiohttp httpx_aiohttp", aio=_openai_async(aiohttp=True)),
    Contender("runwayml", "runwayml", "runwayml", _RUNWAYML, _runwayml, _runwayml_async),
    Contender("lumaai", "lumaai", "lumaai", _LUMAAI, _lumaai, _lumaai_async),
    Contender("fal-client", "fal-client", "fal_client", _FAL, _fal, _fal_async),
    Contender("replicate", "replicate", "replicate", _REPLICATE, _replicate, _replicate_async, _replicate_download),
)
