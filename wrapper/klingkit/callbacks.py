"""Receives the callbacks that relays POST to a task's ``callback_url``, and ends waits early by them.

```python
from klingkit import AsyncKling
from klingkit.callbacks import CallbackApp

kling = AsyncKling(relay="official")
app = CallbackApp(kling, secret="whsec_...")  # an ASGI app: uvicorn my_module:app
```

In another framework, call `receive` with the headers and the body of the request.

What a callback says is believed only when it is signed with `secret` (Kling signs once a callback secret exists in its
console). Relays that do not sign are taken for a hint: whoever waits for the task looks at once, and what counts is
the relay's own answer. Callbacks may be lost, so waits go on asking; they only end sooner.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from klingkit import _clock
from klingkit._answer import TaskState, read_answer
from klingkit._checks import is_whole
from klingkit._document import Unreadable, read_document
from klingkit._errors import CallbackError, ConfigurationError, InvalidRequestError
from klingkit._signature import TOLERANCE, keys_of, verify
from klingkit._surface import find_operation
from klingkit._task import AsyncTask, Task
from klingkit._text import clean

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence

    from klingkit._client import AsyncKling, Kling
    from klingkit._engine import AsyncEngine, Engine

__all__ = ["MAX_CALLBACK_BYTES", "Callback", "CallbackApp", "CallbackError", "Receiver", "receive"]

MAX_CALLBACK_BYTES = 1024 * 1024
"""The most bytes of a callback that are read; real ones have a few thousand."""

_REMEMBERED = 10_000

_log = logging.getLogger("klingkit")


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback that was taken in.

    Attributes:
        task_id: the task it is about.
        state: what it says about the task. Where `verified` is false, anybody may have sent it: do not rely on it.
        verified: whether it was signed with the secret.
        repeated: whether the same signed callback came before; nothing was done about it again.
        awaited: whether anybody waited for the task, through the client that was given.
        task: a handle, when client and operation were given. It stands as `state` says where that is verified, and is
            ``unknown`` otherwise: ``task.refresh()`` asks the relay.
    """

    task_id: str
    state: TaskState
    verified: bool
    repeated: bool = False
    awaited: bool = False
    task: Task | AsyncTask | None = None


class Receiver:
    """Takes callbacks in, from any thread.

    Args:
        client: the client whose waits are ended early; None only reads.
        secret: the callback secret, or several while it is being changed; None for a relay that does not sign.
        max_bytes: longer bodies are refused.

    Raises:
        ConfigurationError: the secret is not what Kling's console shows.
    """

    def __init__(
        self,
        client: Kling | AsyncKling | None = None,
        *,
        secret: str | Sequence[str] | None = None,
        max_bytes: int = MAX_CALLBACK_BYTES,
    ) -> None:
        if not is_whole(max_bytes, 1, sys.maxsize):
            raise ConfigurationError("max_bytes has to be a whole number above 0.")
        self.max_bytes = max_bytes
        self._client = client
        self._keys = None if secret is None else keys_of(secret)
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()

    def receive(
        self,
        headers: Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]],
        body: bytes,
        *,
        operation: str | None = None,
        relay: str | None = None,
    ) -> Callback:
        """Take in one callback.

        Args:
            headers: of the request, in any case, as a mapping or as pairs.
            body: of the request, byte for byte: anything re-coded would not fit its signature.
            operation: what made the task, such as ``video_text2video``, for `Callback.task`. Callbacks do not say it;
                put it into the callback_url of each create.
            relay: where the task lives; only of use where the client has several relays. Without it, it is the one
                whose task of this id is waited for, if any.

        Raises:
            CallbackError: it is forged, old, too long, cut off, or about no task. ``error.http_status`` is what to
                answer with.
            InvalidRequestError: there is no such operation.
        """
        if len(body) > self.max_bytes:
            raise CallbackError(
                f"The callback has {len(body)} bytes, more than {self.max_bytes}; it was not read.", http_status=413
            )
        named = _named(headers)
        moment = _clock.current().wall().timestamp()
        message_id = None if self._keys is None else verify(self._keys, named, body, moment)
        state = _state(body, named.get("content-type", ""))
        verified = message_id is not None
        repeated = message_id is not None and self._came_before(message_id, moment)
        home = None if operation is None else self._home(state, relay)
        awaited = False if repeated else self._announce(state, verified, relay)
        task = None if operation is None else self._handle(operation, state, verified, home)
        return Callback(str(state.task_id), state, verified, repeated, awaited, task)

    def _came_before(self, message_id: str, now: float) -> bool:
        with self._lock:
            if message_id in self._seen:
                return True
            for old in [name for name, when in self._seen.items() if now - when > 2 * TOLERANCE]:
                del self._seen[old]
            if len(self._seen) >= _REMEMBERED:
                del self._seen[next(iter(self._seen))]
            self._seen[message_id] = now
            return False

    def _announce(self, state: TaskState, verified: bool, relay: str | None) -> bool:
        if self._client is None:
            return False
        poller = self._client._engine.poller
        return poller.told(state, relay) if verified else poller.hurry(str(state.task_id), relay)

    def _home(self, state: TaskState, relay: str | None) -> Engine | AsyncEngine | None:
        """Return the engine of the relay where the task lives; None where that cannot be told."""
        if self._client is None:
            return None
        engine = self._client._engine
        if relay is not None or len(engine.members()) == 1:
            return engine.member(relay) if relay is not None else engine.members()[0]
        homes = engine.poller.homes(str(state.task_id))
        return engine.member(homes[0]) if len(homes) == 1 else None

    def _handle(
        self, operation: str, state: TaskState, verified: bool, home: Engine | AsyncEngine | None
    ) -> Task | AsyncTask | None:
        name = find_operation(operation).id
        if home is None:
            return None
        task_id = str(state.task_id)
        snapshot = state if verified else TaskState(task_id, "unknown")
        from klingkit._client import Kling

        kind: Any = Task if isinstance(self._client, Kling) else AsyncTask
        made: Task | AsyncTask = kind(home, home.session.relay.id, name, task_id, snapshot.external_task_id, snapshot)
        return made


def receive(
    headers: Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]],
    body: bytes,
    *,
    client: Kling | AsyncKling | None = None,
    secret: str | Sequence[str] | None = None,
    operation: str | None = None,
    relay: str | None = None,
    max_bytes: int = MAX_CALLBACK_BYTES,
) -> Callback:
    """Take in one callback, without a memory of former ones: see `Receiver.receive`, which tells repeated ones.

    Raises:
        CallbackError: it is forged, old, too long, cut off, or about no task.
        ConfigurationError, InvalidRequestError: an argument is wrong.
    """
    return Receiver(client, secret=secret, max_bytes=max_bytes).receive(headers, body, operation=operation, relay=relay)


class CallbackApp:
    """An ASGI app that takes callbacks in. Mount it where ``callback_url`` leads, under a path of its own.

    It answers 200 with an empty JSON object; 401 to what is not signed as it should be, 413 to what is too long, 400 to
    what is no callback, 405 to anything but POST. A query ``?operation=video_text2video`` in the callback_url names the
    operation, and ``relay=anyapi`` the relay.

    Args:
        client: the client whose waits are ended early.
        secret: the callback secret, or several while it is being changed; None for a relay that does not sign.
        on_callback: called with each callback that is neither refused nor repeated; may be a coroutine function. What
            it raises is logged, and answered with 500, so that the relay may try again.
        max_bytes: longer bodies are refused; no more than that is read.
    """

    def __init__(
        self,
        client: Kling | AsyncKling | None = None,
        *,
        secret: str | Sequence[str] | None = None,
        on_callback: Callable[[Callback], object] | None = None,
        max_bytes: int = MAX_CALLBACK_BYTES,
    ) -> None:
        self._receiver = Receiver(client, secret=secret, max_bytes=max_bytes)
        self._on_callback = on_callback

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            status, said = await self._serve(scope, receive)
            await _answer(send, status, said)

    async def _serve(
        self, scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[MutableMapping[str, Any]]]
    ) -> tuple[int, dict[str, str]]:
        if scope["method"] != "POST":
            return 405, {"error": "A callback is a POST."}
        body = await _read(receive, self._receiver.max_bytes)
        if body is None:
            return 400, {"error": "The callback was cut off."}
        try:
            callback = self._receiver.receive(scope["headers"], body, **_query(scope))
        except CallbackError as error:
            _log.warning("a callback was refused: %s", error)
            return error.http_status, {"error": str(error)}
        except InvalidRequestError as error:
            return 400, {"error": str(error)}
        if self._on_callback is not None and not callback.repeated:
            try:
                said = self._on_callback(callback)
                if hasattr(said, "__await__"):
                    await said
            except Exception:  # noqa: BLE001 - the caller's own; the relay is to send the callback again
                _log.exception("on_callback failed for task %s", clean(callback.task_id, 80))
                return 500, {"error": "The callback could not be handled; send it again."}
        return 200, {}


def _named(headers: Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]) -> dict[str, str]:
    pairs: Any = headers.items() if hasattr(headers, "items") else headers
    return {_line(name).lower(): _line(value) for name, value in pairs}


def _line(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _state(body: bytes, content_type: str) -> TaskState:
    document = read_document(body, content_type)
    if isinstance(document, Unreadable):
        raise CallbackError("The callback is no JSON document, or is cut off.", http_status=400)
    state = read_answer(document.value).task
    if state is None or state.task_id is None or state.status_word is None:
        raise CallbackError("The callback names no task, or no status.", http_status=400)
    return state


def _query(scope: MutableMapping[str, Any]) -> dict[str, str]:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return {name: query[name][-1] for name in ("operation", "relay") if name in query}


async def _read(receive: Callable[[], Awaitable[MutableMapping[str, Any]]], most: int) -> bytes | None:
    """Return the body, one byte more than `most` at the most; None when the sender went away."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        parts.append(part[: max(0, most + 1 - (size - len(part)))])
        if size > most or not message.get("more_body"):
            return b"".join(parts)


async def _answer(
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]], status: int, said: dict[str, str]
) -> None:
    body = json.dumps(said).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 405:
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
