"""What the flows ask of the world. A flow is a generator: it yields effects and is sent their results.

Flows hold every decision and do nothing themselves; the two small drivers (`_driver`) do what they ask, once with and
once without ``await``. So the sync and the async client cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from klingkit._errors import KlingError
    from klingkit._payload import Payload
    from klingkit._timeouts import Timeouts

__all__ = [
    "Call",
    "Chunk",
    "Clock",
    "Close",
    "Effect",
    "Fetch",
    "Flow",
    "Head",
    "Open",
    "Pause",
    "Reply",
    "Send",
    "Tell",
    "Work",
    "chunk",
    "clock",
    "close",
    "open_stream",
    "pause",
    "send",
    "tell",
    "work",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """An API call, ready to be sent. `url` has the query in it; `headers` lack the key, which the transport adds."""

    relay: str
    operation: str
    method: str
    url: str
    timeouts: Timeouts
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Payload | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer to a call. Header names are lower-case. `too_large`: the body was cut at the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Fetch:
    """A file to fetch from wherever it lies; never with the key. `headers` ask for a part of it."""

    relay: str
    operation: str
    url: str = field(repr=False)
    timeouts: Timeouts
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of an answer whose body is still to come through `stream`, a handle of the driver's own."""

    status: int
    headers: Mapping[str, str]
    stream: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Send:
    """Send a call; the result is a Reply. Raises TransportError."""

    call: Call


@dataclass(frozen=True, slots=True)
class Open:
    """Begin to fetch a file; the result is a Head. Raises TransportError."""

    fetch: Fetch


@dataclass(frozen=True, slots=True)
class Chunk:
    """Read on; the result is bytes, good until the next Chunk, empty at the end. Raises TransportError."""

    head: Head


@dataclass(frozen=True, slots=True)
class Close:
    """Let go of a stream."""

    head: Head


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait for so many seconds; before another attempt, with the error of the one before and its number, from 1."""

    seconds: float
    trouble: KlingError | None = None
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Clock:
    """Look at the clocks; the result is seconds on one that only goes forward, and the time of day."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Call the caller's function with a value; in the async client it may be a coroutine function."""

    callback: Callable[[Any], Any]
    value: Any


@dataclass(frozen=True, slots=True)
class Work:
    """Do something that may block for a moment, such as writing to a disk; the result is what it returns."""

    job: Callable[[], Any]


Effect = Send | Open | Chunk | Close | Pause | Clock | Tell | Work
Flow = Generator[Effect, Any, T]


def send(call: Call) -> Flow[Reply]:
    """Ask for a Send."""
    reply: Reply = yield Send(call)
    return reply


def open_stream(fetch: Fetch) -> Flow[Head]:
    """Ask for an Open."""
    head: Head = yield Open(fetch)
    return head


def chunk(head: Head) -> Flow[memoryview | bytes]:
    """Ask for a Chunk."""
    data: memoryview | bytes = yield Chunk(head)
    return data


def close(head: Head) -> Flow[None]:
    """Ask for a Close."""
    yield Close(head)


def pause(seconds: float, trouble: KlingError | None = None, attempt: int = 0) -> Flow[None]:
    """Ask for a Pause."""
    yield Pause(seconds, trouble, attempt)


def clock() -> Flow[tuple[float, datetime]]:
    """Ask for the Clock."""
    now: tuple[float, datetime] = yield Clock()
    return now


def tell(callback: Callable[[Any], Any], value: object) -> Flow[None]:
    """Ask for a Tell."""
    yield Tell(callback, value)


def work(job: Callable[[], T]) -> Flow[T]:
    """Ask for Work."""
    result: T = yield Work(job)
    return result
