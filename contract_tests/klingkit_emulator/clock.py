"""The emulator's clock: Unix milliseconds that never go back, whatever happens to the system's clock."""

from __future__ import annotations

import time

__all__ = ["Clock"]


class Clock:
    """Wall-clock time at the start, carried on by the monotonic clock."""

    def __init__(self) -> None:
        self._start_ms = time.time() * 1000
        self._mark = time.monotonic()

    def now_ms(self) -> int:
        """Return Unix milliseconds."""
        return int(self._start_ms + (time.monotonic() - self._mark) * 1000)
