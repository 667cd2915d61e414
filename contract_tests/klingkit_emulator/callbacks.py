"""Callbacks: the task, POSTed to its `callback_url` whenever its status changes. Best effort, tried once."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from klingkit_emulator.clock import Clock

__all__ = ["Callbacks"]

_TIMEOUT = 5.0
_SLACK = 0.002


class Callbacks:
    """Follows tasks and POSTs them; never makes a request wait. Callbacks of a former run are not taken up again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._client: httpx.AsyncClient | None = None
        self._following: set[asyncio.Task[None]] = set()
        self.delivered = 0
        self.failed = 0

    def follow(self, url: str, times_ms: Sequence[int], body: Callable[[], dict[str, Any]]) -> None:
        """POST what `body` then returns to `url` at each of `times_ms` (Unix milliseconds, ascending)."""
        task = asyncio.get_running_loop().create_task(self._follow(url, times_ms, body))
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    async def aclose(self) -> None:
        """Stop following; what is due later is not sent."""
        following = list(self._following)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _follow(self, url: str, times_ms: Sequence[int], body: Callable[[], dict[str, Any]]) -> None:
        for due in times_ms:
            following = next((later for later in times_ms if later > due), None)
            while (wait := due - self._clock.now_ms()) > 0:
                await asyncio.sleep(wait / 1000 + _SLACK)
            said = body()
            if following is not None and self._clock.now_ms() >= following:
                continue  # late: what it says is the next status already, which is told next
            if await self._post(url, said):
                self.delivered += 1
            else:
                self.failed += 1

    async def _post(self, url: str, body: dict[str, Any]) -> bool:
        if self._client is None:
            # The caller's address is reached directly: a proxy of this machine is none of the emulated relay's.
            self._client = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False)
        try:
            answer = await self._client.post(
                url, content=json.dumps(body), headers={"content-type": "application/json"}
            )
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
            return False
        return answer.is_success
