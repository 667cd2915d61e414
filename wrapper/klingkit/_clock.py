"""The clocks and the sleep that the drivers use; `klingkit.testing` puts others in their place."""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import threading

__all__ = ["Clock", "current", "replace"]


class Clock(Protocol):
    """Time, as the drivers need it. Durations are seconds."""

    def monotonic(self) -> float:
        """Return seconds on a clock that only goes forward."""
        ...

    def wall(self) -> datetime:
        """Return the time of day, with time zone."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Wait without blocking the event loop."""
        ...

    def doze(self, alarm: threading.Event, seconds: float) -> None:
        """Wait, but not beyond the moment in which `alarm` is set."""
        ...

    async def doze_async(self, alarm: asyncio.Event, seconds: float) -> None:
        """Wait without blocking the event loop, but not beyond the moment in which `alarm` is set."""
        ...


class _RealClock:
    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def doze(self, alarm: threading.Event, seconds: float) -> None:
        alarm.wait(seconds)

    async def doze_async(self, alarm: asyncio.Event, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await alarm.wait()


_current: Clock = _RealClock()


def current() -> Clock:
    """Return the clock in use."""
    return _current


def replace(clock: Clock) -> Clock:
    """Use `clock` from now on, in every thread; return the one used before."""
    global _current
    before, _current = _current, clock
    return before
