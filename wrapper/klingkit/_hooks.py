"""Tells the caller's ``on_event`` what happens, with the key masked, and survives whatever it does."""

from __future__ import annotations

import logging
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from klingkit._errors import ConfigurationError, KlingError
from klingkit._reading import request_id_of
from klingkit.events import (
    Event,
    Polled,
    RelayPassedOver,
    RequestFailed,
    RequestSent,
    ResponseReceived,
    RetryPlanned,
    StateChanged,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit._answer import State
    from klingkit._effects import Call, Pause, Reply
    from klingkit._secrets import Secret
    from klingkit._waiting import Handle

__all__ = ["Hooks"]

_log = logging.getLogger("klingkit")


class Hooks:
    """The events of one client.

    Args:
        on_event: the caller's function.
        secret: the key.

    Raises:
        ConfigurationError: on_event is no function.
    """

    def __init__(self, on_event: Callable[[Event], object], secret: Secret) -> None:
        if not callable(on_event):
            raise ConfigurationError("on_event has to be a function that takes one event; see klingkit.events.")
        self._on_event = on_event
        self._secret = secret

    def sent(self, call: Call) -> None:
        """A request is about to be sent."""
        self._emit(RequestSent(call.relay, call.operation, call.method, _path(call)))

    def received(self, call: Call, reply: Reply, seconds: float) -> None:
        """An answer came."""
        about = (call.relay, call.operation, call.method, _path(call))
        self._emit(ResponseReceived(*about, reply.status, seconds, request_id_of(reply)))

    def failed(self, call: Call, error: BaseException, seconds: float) -> None:
        """No answer came."""
        self._emit(RequestFailed(call.relay, call.operation, call.method, _path(call), seconds, error))

    def retried(self, pause: Pause) -> None:
        """Another attempt follows a pause."""
        error = pause.trouble
        if error is not None:
            self._emit(RetryPlanned(error.relay or "", error.operation or "", pause.attempt, pause.seconds, error))

    def passed_over(self, relay: str, operation: str, following: str, kind: str, reason: str) -> None:
        """Another relay is asked."""
        self._emit(RelayPassedOver(relay, operation, following, kind, reason))

    def polled(self, relay: str, operation: str, tasks: int, error: BaseException | None) -> None:
        """A wait looked."""
        self._emit(Polled(relay, operation, tasks, error))

    def changed(self, task: Handle, before: State) -> None:
        """A task's status is another."""
        after = task._status()[0]
        self._emit(StateChanged(task.relay, f"{task.operation}_get", task.task_id, before, after, task))

    def _emit(self, event: Event) -> None:
        try:
            self._on_event(self._masked(event))
        except Exception:  # noqa: BLE001 - whatever the caller's function raises, the task it was told of must not be lost
            _log.exception("on_event failed at %s; klingkit goes on", type(event).__name__)

    def _masked(self, event: Event) -> Event:
        masked: dict[str, Any] = {}
        for field in fields(event):
            value = getattr(event, field.name)
            if isinstance(value, str) and (clean := self._secret.mask(value)) != value:
                masked[field.name] = clean
            elif isinstance(value, KlingError):
                self._secret.scrub(value)
        return replace(event, **masked) if masked else event


def _path(call: Call) -> str:
    return urlsplit(call.url).path
