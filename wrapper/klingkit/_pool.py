"""The idle connections of one client, and how many it may have: the same counting for threads and for asyncio."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from klingkit._network import Origin

__all__ = ["FRESH_SECONDS", "IDLE_SECONDS", "Connection", "Pool", "Shelf"]

IDLE_SECONDS = 45.0
"""How long an unused connection is kept: most servers keep theirs for a minute or more."""

FRESH_SECONDS = 4.0
"""How long a connection may have been unused to carry a create: servers that hang up early do it after 5 seconds, and
a create that meets that moment has an unknown outcome."""


class Connection(Protocol):
    """What a pool keeps."""

    @property
    def origin(self) -> Origin: ...
    @property
    def idle_since(self) -> float: ...
    def is_stale(self) -> bool: ...
    def rest(self) -> None: ...
    def close(self) -> None: ...


C = TypeVar("C", bound=Connection)


class Shelf(Generic[C]):
    """The idle connections, and the number of all. Not for several threads at once.

    Attributes:
        most: how many connections there may be.
        total: how many there are, those in use and those being made included.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.total = 0
        self._idle: dict[Origin, list[C]] = {}
        self._process = os.getpid()

    def take(self, origin: Origin, idle_seconds: float) -> C | None:
        """Return an idle connection to `origin` that is fit for use; those that are not are closed."""
        if self._process != os.getpid():
            self._leave_to_parent()
        waiting = self._idle.get(origin)
        if not waiting:
            return None
        oldest = time.monotonic() - idle_seconds
        while waiting:
            there = waiting.pop()
            if there.idle_since >= oldest and not there.is_stale():
                return there
            self.drop(there)
        return None

    def _leave_to_parent(self) -> None:
        """Begin anew in a process that was forked: two that read from one connection get each other's answers."""
        self.clear()
        self.total, self._process = 0, os.getpid()

    def reserve(self) -> bool:
        """Count one more connection, if there may be one; an idle one to elsewhere gives way."""
        if self.total >= self.most:
            crowd = max(self._idle.values(), key=len, default=None)
            if not crowd:
                return False
            self.drop(crowd.pop(0))
        self.total += 1
        return True

    def put(self, there: C) -> None:
        """Put a connection aside."""
        there.rest()
        self._idle.setdefault(there.origin, []).append(there)

    def drop(self, there: C | None) -> None:
        """Close a connection; None gives up one that was reserved and not made."""
        self.total -= 1
        if there is not None:
            there.close()

    def clear(self) -> None:
        """Close all idle connections."""
        for waiting in self._idle.values():
            while waiting:
                self.drop(waiting.pop())
        self._idle.clear()


class Pool(Generic[C]):
    """A shelf for several threads, who wait for each other."""

    def __init__(self, most: int) -> None:
        self._shelf: Shelf[C] = Shelf(most)
        # The lock alone for those who do not wait: the condition's own methods cost several times as much.
        self._lock = threading.RLock()
        self._free = threading.Condition(self._lock)
        self._waiting = 0
        self.closed = False

    def take(self, origin: Origin, idle_seconds: float, seconds: float) -> C | None:
        """Return an idle connection, or None after one was reserved that the caller now has to make.

        Raises:
            TimeoutError: there was none free for so many seconds.
        """
        with self._lock:
            until = 0.0
            while True:
                there = self._shelf.take(origin, idle_seconds)
                if there is not None or self._shelf.reserve():
                    return there
                until = until or time.monotonic() + seconds
                self._waiting += 1
                try:
                    if not self._free.wait(until - time.monotonic()):
                        raise TimeoutError("all connections were in use")
                finally:
                    self._waiting -= 1

    def put(self, there: C) -> None:
        """Put a connection aside for the next call."""
        with self._lock:
            if self.closed:
                self._shelf.drop(there)
            else:
                self._shelf.put(there)
            if self._waiting:
                self._free.notify()

    def drop(self, there: C | None) -> None:
        """Close a connection, or give up a reserved one."""
        with self._lock:
            self._shelf.drop(there)
            if self._waiting:
                self._free.notify()

    def close(self) -> None:
        """Close all idle connections; those in use are closed after use."""
        with self._lock:
            self.closed = True
            self._shelf.clear()
