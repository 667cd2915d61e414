"""Whom a gateway forwards to: Kling played in this process, or any address that speaks its API."""

from __future__ import annotations

import functools
import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import httpx
from starlette.datastructures import Headers

import klingkit_data
from klingkit_emulator import tokens
from klingkit_emulator.asking import Ask
from klingkit_emulator.contract import OFFICIAL, Contract, read_contract
from klingkit_emulator.errors import AddressError
from klingkit_emulator.registry import entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_emulator.defects import Defects
    from klingkit_emulator.relay import Relay, Workshop

__all__ = ["PLAYED", "Far", "Near", "Reply", "UnreachableError", "Upstream", "near"]

PLAYED = ":upstream"
"""What the id of the relay that plays Kling for a gateway ends in."""

_USER_AGENT = "kling-sdk/1.0"
_KEY = "channel"
_TIMEOUT = 60.0
_KINDS = ("text2video", "image2video")
_OFFERED = {f"/v1/videos/{kind}{end}" for kind in _KINDS for end in ("", "/{task_id}")}


class UnreachableError(Exception):
    """Kling gave no answer, or the channel's key is of no use; the text says why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What Kling answered."""

    status: int
    body: bytes

    def value(self) -> Any:
        """Return the JSON value of the body, or None when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Upstream(Protocol):
    """What a gateway needs of Kling."""

    async def send(self, method: str, path: str, body: Mapping[str, Any] | None, origin: str) -> Reply:
        """Send a request. `origin` is this emulator's address, for files it may have to name.

        Raises:
            UnreachableError: no answer came.
        """

    async def aclose(self) -> None:
        """Let go of connections."""


@dataclass(frozen=True, slots=True)
class Near:
    """Kling, played by the emulated official API in this process."""

    relay: Relay

    async def send(self, method: str, path: str, body: Mapping[str, Any] | None, origin: str) -> Reply:
        """Ask the emulated official API."""
        headers = {"authorization": f"Bearer {_KEY}", "content-type": "application/json"}
        raw = json.dumps(body).encode() if body is not None else b""
        ask = Ask(method, path.strip("/").split("/"), (), Headers(headers), raw, origin)
        response = self.relay.answer(ask)
        return Reply(response.status_code, bytes(response.body))

    async def aclose(self) -> None:
        """Nothing to let go of."""


def near(gateway: str, workshop: Workshop, defects: Defects, make: Any) -> Near:
    """Return Kling as `gateway` sees it; its tasks are kept under the gateway's id with `PLAYED` behind it.

    `make` is the class of relays, which cannot be imported from here.
    """
    entry = replace(entries([OFFICIAL])[0], id=gateway + PLAYED)
    own = replace(workshop, accounts={_KEY: _KEY})
    return Near(make(entry, _contract(), own, defects))


@functools.cache
def _contract() -> Contract:
    """Compile what a gateway can ask of Kling, and no more: the whole document takes its time."""
    document = klingkit_data.load(f"resolved/relays/{OFFICIAL}.openapi.yaml")
    paths = {path: item for path, item in document["paths"].items() if path in _OFFERED}
    return read_contract(OFFICIAL, {**document, "paths": paths}, ())


class Far:
    """Kling at an address: the vendor, another emulator, or a tap.

    A key of the form ``access|secret`` is an account of Kling. One that begins with ``sk-`` belongs to another gateway
    of the family, which is asked below /kling.

    Raises:
        AddressError: the address is none.
    """

    def __init__(self, url: str, key: str) -> None:
        try:
            parts = urlsplit(url)
            sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
            _ = parts.port
        except ValueError:
            sound = False
        if not sound or parts.query or parts.fragment:
            raise AddressError(
                "the address to forward to is scheme and host, and perhaps a path, such as http://127.0.0.1:8642."
            )
        self._root = url.rstrip("/")
        self._key = key
        self._client: httpx.AsyncClient | None = None

    async def send(self, method: str, path: str, body: Mapping[str, Any] | None, origin: str) -> Reply:
        """Send a real request; no header of the client travels along."""
        nested = self._key.startswith("sk-")
        token = self._key if nested else self._token()
        headers = {
            "accept": "application/json",
            "authorization": f"Bearer {token}",
            "user-agent": _USER_AGENT,
        }
        if body is not None:
            headers["content-type"] = "application/json"
        content = None if body is None else json.dumps(body).encode()
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False)
        url = f"{self._root}{'/kling' if nested else ''}{path}"
        try:
            answer = await self._client.request(method, url, content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise UnreachableError(type(error).__name__) from error
        return Reply(answer.status_code, answer.content)

    def _token(self) -> str:
        access, bar, secret = self._key.partition("|")
        if not bar or "|" in secret:
            raise UnreachableError("invalid api_key, required format is accessKey|secretKey")
        return tokens.sign(access, secret, time.time())

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None
