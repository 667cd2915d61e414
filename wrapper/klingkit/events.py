"""What a client tells ``on_event``: typed, small, and without the key.

```python
from klingkit import Kling
from klingkit.events import Event, StateChanged

def watch(event: Event) -> None:
    if isinstance(event, StateChanged):
        print(event.task_id, event.before, "->", event.after)

kling = Kling(relay="anyapi", on_event=watch)
```

`on_event` is called in whatever thread or event loop the thing happens, so it has to be quick and must not wait. What
it raises is logged and otherwise ignored: no task is lost over it. The key is masked in every text, addresses come
without their query, and no event carries a body.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from klingkit._answer import State
    from klingkit._errors import KlingError

__all__ = [
    "Event",
    "Polled",
    "RelayPassedOver",
    "RequestFailed",
    "RequestSent",
    "ResponseReceived",
    "RetryPlanned",
    "StateChanged",
]


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened.

    Attributes:
        relay: id of the relay.
        operation: operationId of the one spec, such as ``video_text2video_get``.
    """

    relay: str
    operation: str


@dataclass(frozen=True, slots=True)
class RequestSent(Event):
    """A request is about to be sent.

    Attributes:
        method: such as ``POST``.
        path: of the address, without host and query.
    """

    method: str
    path: str


@dataclass(frozen=True, slots=True)
class ResponseReceived(Event):
    """An answer came, whatever it says.

    Attributes:
        method: of the request.
        path: of its address, without host and query.
        status: the HTTP status.
        seconds: from sending to the last byte.
        request_id: the relay's id of the exchange, from the headers; None without one.
    """

    method: str
    path: str
    status: int
    seconds: float
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class RequestFailed(Event):
    """No answer came.

    Attributes:
        method: of the request.
        path: of its address, without host and query.
        seconds: until it was given up.
        error: a TransportError, or what the caller's own HTTP client raised.
    """

    method: str
    path: str
    seconds: float
    error: BaseException


@dataclass(frozen=True, slots=True)
class RetryPlanned(Event):
    """Something that is safe to repeat will be tried again.

    Attributes:
        attempt: the number of the attempt that went wrong, from 1.
        seconds: until the next one.
        error: how it went wrong.
    """

    attempt: int
    seconds: float
    error: KlingError


@dataclass(frozen=True, slots=True)
class RelayPassedOver(Event):
    """Another relay is asked, for this one did not serve a call, and charged nothing. Of clients of several relays.

    Attributes:
        following: id of the relay that is asked now.
        kind: the name of the error it refused with; empty where it is left alone for a while.
        reason: why; for people.
    """

    following: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Polled(Event):
    """A wait looked where its tasks stand. The operation ends in ``_get`` for one task, ``_list`` for a page of them.

    Attributes:
        tasks: how many tasks the answer told of; 0 when there was none.
        error: what went wrong, None when nothing did. The wait goes on where time may heal it.
    """

    tasks: int
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class StateChanged(Event):
    """A task's status is another than before.

    Attributes:
        task_id: the relay's id of it.
        before: its state until now, such as ``queued``.
        after: its state from now on; the same as `before` when only the relay's word for it is new.
        task: the handle.
    """

    task_id: str
    before: State
    after: State
    task: Any = field(repr=False)
