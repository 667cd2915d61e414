"""The bare transports: what a client of one's own, without any library around it, would cost."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import ssl
import subprocess
from typing import TYPE_CHECKING, Any

from benchmarks.client.contenders import KEY, AsyncCalls, Calls, Contender, Snippets, Source
from benchmarks.client.shapes import PROMPT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["BODY", "CONTENDERS", "encoded"]

BODY = {
    "model_name": "kling-v2-6",
    "prompt": PROMPT,
    "negative_prompt": "blur",
    "mode": "pro",
    "aspect_ratio": "16:9",
    "duration": "5",
    "external_task_id": "heron-0042",
}
_CREATE = "/v1/videos/text2video"
_INLINE = "/v1/videos/image2video"
_AUTH = {"authorization": f"Bearer {KEY}"}
_JSON = {**_AUTH, "content-type": "application/json"}
_CONNECTIONS = 512
_BLOCK = 1 << 20


def encoded(path: Path) -> str:
    """Return a file as Base64, the way everybody writes it."""
    return base64.b64encode(path.read_bytes()).decode()


def _httpx(base: str, timeout: float) -> Calls:
    import httpx

    client = httpx.Client(base_url=base, headers=_AUTH, timeout=timeout)
    return Calls(
        create=lambda: client.post(_CREATE, json=BODY).raise_for_status().json(),
        get=lambda task_id: client.get(f"{_CREATE}/{task_id}").raise_for_status().json(),
        inline=lambda path: client.post(_INLINE, json={**BODY, "image": encoded(path)}).json(),
    )


async def _httpx_async(base: str) -> AsyncCalls:
    import httpx

    limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
    client = httpx.AsyncClient(base_url=base, headers=_AUTH, timeout=30, limits=limits)

    async def create() -> Any:
        return (await client.post(_CREATE, json=BODY)).json()

    async def get(task_id: str) -> Any:
        return (await client.get(f"{_CREATE}/{task_id}")).json()

    return AsyncCalls(create, get, client.aclose)


def _httpx_download(source: Source) -> Callable[[Path], None]:
    import httpx

    client = httpx.Client(verify=ssl.create_default_context(cafile=source.trusted))

    def fetch(path: Path) -> None:
        with client.stream("GET", source.url) as response, path.open("wb") as file:
            for block in response.iter_raw():
                file.write(block)

    return fetch


def _http_client(base: str, timeout: float) -> Calls:
    connection = http.client.HTTPConnection(base.partition("//")[2], timeout=timeout)

    def ask(method: str, path: str, body: str | None = None) -> Any:
        connection.request(method, path, body, _JSON if body else _AUTH)
        return json.loads(connection.getresponse().read())

    return Calls(
        create=lambda: ask("POST", _CREATE, json.dumps(BODY)),
        get=lambda task_id: ask("GET", f"{_CREATE}/{task_id}"),
        inline=lambda path: ask("POST", _INLINE, json.dumps({**BODY, "image": encoded(path)})),
    )


def _http_client_download(source: Source) -> Callable[[Path], None]:
    if source.scheme == "https":
        context = ssl.create_default_context(cafile=source.trusted)
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(source.host, context=context)
    else:
        connection = http.client.HTTPConnection(source.host)

    def fetch(path: Path) -> None:
        connection.request("GET", source.path)
        response = connection.getresponse()
        buffer = memoryview(bytearray(_BLOCK))
        with path.open("wb", buffering=0) as file:
            while count := response.readinto(buffer):
                file.write(buffer[:count])

    return fetch


def _pyqwest(base: str, timeout: float) -> Calls:
    import pyqwest

    client = pyqwest.SyncClient(pyqwest.SyncHTTPTransport(read_timeout=timeout))

    def post(path: str, body: dict[str, Any]) -> Any:
        return json.loads(client.post(base + path, headers=_JSON, content=json.dumps(body).encode()).content)

    return Calls(
        create=lambda: post(_CREATE, BODY),
        get=lambda task_id: json.loads(client.get(f"{base}{_CREATE}/{task_id}", headers=_AUTH).content),
        inline=lambda path: post(_INLINE, {**BODY, "image": encoded(path)}),
    )


async def _pyqwest_async(base: str) -> AsyncCalls:
    import pyqwest

    client = pyqwest.Client()

    async def create() -> Any:
        answer = await client.post(base + _CREATE, headers=_JSON, content=json.dumps(BODY).encode())
        return json.loads(answer.content)

    async def get(task_id: str) -> Any:
        return json.loads((await client.get(f"{base}{_CREATE}/{task_id}", headers=_AUTH)).content)

    async def close() -> None:
        """There is nothing to close."""

    return AsyncCalls(create, get, close)


def _pyqwest_download(source: Source) -> Callable[[Path], None]:
    import pyqwest

    with open(source.trusted, "rb") as file:
        transport = pyqwest.SyncHTTPTransport(tls_ca_cert=file.read())
    client = pyqwest.SyncClient(transport)

    def fetch(path: Path) -> None:
        with client.stream("GET", source.url) as response, path.open("wb") as stream:
            for block in response.content:
                stream.write(block)

    return fetch


async def _aiohttp_async(base: str) -> AsyncCalls:
    import aiohttp

    session = aiohttp.ClientSession(base, headers=_AUTH, connector=aiohttp.TCPConnector(limit=_CONNECTIONS))

    async def create() -> Any:
        async with session.post(_CREATE, json=BODY) as response:
            return await response.json()

    async def get(task_id: str) -> Any:
        async with session.get(f"{_CREATE}/{task_id}") as response:
            return await response.json()

    return AsyncCalls(create, get, session.close)


def _aiohttp_download(source: Source) -> Callable[[Path], None]:
    import aiohttp

    async def fetch(path: Path) -> None:
        context = ssl.create_default_context(cafile=source.trusted)
        connector = aiohttp.TCPConnector(ssl=context)
        async with (
            aiohttp.ClientSession(connector=connector, read_bufsize=_BLOCK) as session,
            session.get(source.url) as response,
        ):
            with path.open("wb") as file:
                async for block in response.content.iter_any():
                    file.write(block)

    return lambda path: asyncio.run(fetch(path))


def _curl(source: Source) -> Callable[[Path], Any]:
    command = ["curl", "-sS", "--cacert", source.trusted, source.url, "-o"]
    return lambda path: subprocess.run([*command, str(path)], check=True)  # noqa: S603 - addresses of our own server


_HTTPX = Snippets("import httpx", "httpx.Client()", "client.get(BASE + '/v1/videos/text2video/7-task').json()")
_STDLIB = Snippets(
    "import http.client, json, ssl",
    "http.client.HTTPSConnection('localhost') if BASE.startswith('https') else "
    "http.client.HTTPConnection(BASE.partition('//')[2])",
    "client.request('GET', '/v1/videos/text2video/7-task') or json.loads(client.getresponse().read())",
)
_PYQWEST = Snippets(
    "import json, pyqwest",
    "pyqwest.SyncClient(pyqwest.SyncHTTPTransport())",
    "json.loads(client.get(BASE + '/v1/videos/text2video/7-task').content)",
)

CONTENDERS = (
    Contender("httpx", "httpx", "httpx", _HTTPX, _httpx, _httpx_async, _httpx_download),
    Contender("http.client", None, "http.client", _STDLIB, _http_client, None, _http_client_download),
    Contender("pyqwest", "pyqwest", "pyqwest", _PYQWEST, _pyqwest, _pyqwest_async, _pyqwest_download),
    Contender("aiohttp", "aiohttp", "aiohttp", None, None, _aiohttp_async, _aiohttp_download),
    Contender("curl", None, "curl", download=_curl),
)
