"""For tests of code that uses klingkit: waits that take no time.

```python
from klingkit.testing import instant_waits

def test_my_pipeline(fake_relay):
    with instant_waits() as waited:
        make_my_video()
    assert waited.seconds < 120
```
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from klingkit import _clock

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

__all__ = ["InstantClock", "instant_waits"]


class InstantClock:
    """A clock that stands still except for the waits, which it jumps over.

    Attributes:
        seconds: how long the waits would have taken in sum.
        waits: the single waits, in seconds.
    """

    def __init__(self) -> None:
        self.seconds: float = 0.0
        self.waits: list[float] = []
        self._start = datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the seconds jumped over so far."""
        return self.seconds

    def wall(self) -> datetime:
        """Return the time of day it would be."""
        return self._start + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        """Jump over a wait."""
        self.waits.append(seconds)
        self.seconds += max(0.0, seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Jump over a wait, letting other coroutines run."""
        self.sleep(seconds)
        await asyncio.sleep(0)

    def doze(self, alarm: threading.Event, seconds: float) -> None:
        """Jump over a wait, unless `alarm` has ended it already."""
        if not alarm.is_set():
            self.sleep(seconds)

    async def doze_async(self, alarm: asyncio.Event, seconds: float) -> None:
        """Jump over a wait, unless `alarm` ends it while other coroutines run."""
        await asyncio.sleep(0)
        if not alarm.is_set():
            self.sleep(seconds)


@contextmanager
def instant_waits() -> Iterator[InstantClock]:
    """Let every wait of klingkit (between polls, before retries) take no time inside the ``with`` block.

    Deadlines count what was jumped over. Requests still take the time they take. It holds for all threads, so tests
    that use it do not run side by side in one process.
    """
    clock = InstantClock()
    before = _clock.replace(clock)
    try:
        yield clock
    finally:
        _clock.replace(before)
