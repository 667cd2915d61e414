"""The only place that talks HTTP: one request out, one answer back, never an exception for what the network does."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import httpx

from klingkit_contract.exchanges import Answer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["Clock", "HttpTransport", "Pace"]

_USER_AGENT = b"klingkit-check"


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the run sees it, in seconds; replaced in tests."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Pace:
    """Keeps requests at least `interval` seconds apart; 0 means as fast as they come."""

    def __init__(self, interval: float, clock: Clock) -> None:
        self._interval, self._clock = interval, clock
        self._next = clock.now()

    def wait(self) -> None:
        """Sleep until the next request may leave."""
        if self._interval <= 0:
            return
        now = self._clock.now()
        if now < self._next:
            self._clock.sleep(self._next - now)
        self._next = max(now, self._next) + self._interval


@cache
def _certificates() -> ssl.SSLContext:
    """Return whom to trust; reading the certificates takes longer than many a request."""
    return httpx.create_ssl_context()


class HttpTransport:
    """Sends requests one at a time over kept connections. Redirects are not followed: they are answers to judge."""

    def __init__(self, pace: Pace, *, timeout: float = 30.0, loopback: bool = False) -> None:
        self._pace = pace
        # A proxy from the environment must not stand between this machine and itself.
        self._client = httpx.Client(
            verify=_certificates(), timeout=timeout, follow_redirects=False, trust_env=not loopback
        )

    def __enter__(self) -> HttpTransport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def send(
        self, method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes, *, most: int = 4_000_000
    ) -> Answer:
        """Send one request and read at most `most` bytes of the answer's body.

        What the network does becomes an `Answer` with status 0; a request that cannot be written as HTTP at all
        becomes a blocked one.
        """
        self._pace.wait()
        try:
            raw = [(name.encode("ascii"), value.encode("utf-8")) for name, value in headers]
            named = [(b"user-agent", _USER_AGENT), *raw]
            request = self._client.build_request(method, url, headers=named, content=body or None)
            return self._read(request, most)
        except (
            httpx.LocalProtocolError,
            httpx.UnsupportedProtocol,
            httpx.InvalidURL,
            UnicodeError,
            ValueError,
        ) as error:
            return Answer(0, note=f"not sent: {error}", blocked=True)
        except httpx.TimeoutException:
            return Answer(0, note=f"no answer within {self._client.timeout.read:g} seconds")
        except httpx.ConnectError as error:
            return Answer(0, note=f"no connection: {error}")
        except httpx.HTTPError as error:
            return Answer(0, note=f"the connection broke: {str(error) or type(error).__name__}")

    def _read(self, request: httpx.Request, most: int) -> Answer:
        response = self._client.send(request, stream=True)
        try:
            parts, size = [], 0
            for part in response.iter_bytes():
                parts.append(part)
                size += len(part)
                if size >= most:
                    break
        finally:
            response.close()
        return Answer(response.status_code, tuple(response.headers.multi_items()), b"".join(parts)[:most])
