"""Runs flows: does what they ask, once blocking and once with ``await``. The only place where the two differ."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any, TypeVar

from klingkit import _clock
from klingkit._effects import Chunk, Clock, Close, Open, Pause, Send, Tell, Work
from klingkit._errors import KlingError

if TYPE_CHECKING:
    from klingkit._effects import Call, Effect, Flow, Reply
    from klingkit._hooks import Hooks
    from klingkit._secrets import Secret
    from klingkit._transports import AsyncSender, SyncSender

__all__ = ["AsyncDriver", "SyncDriver"]

T = TypeVar("T")


class SyncDriver:
    """Runs flows in the calling thread. Errors leave it with the key masked."""

    def __init__(self, transport: SyncSender, secret: Secret, hooks: Hooks | None = None) -> None:
        self.transport = transport
        self._secret = secret
        self._hooks = hooks

    def run(self, flow: Flow[T]) -> T:
        """Run `flow` to its end and return its result."""
        try:
            effect = next(flow)
            while True:
                try:
                    result = self._perform(effect)
                except BaseException as error:  # noqa: BLE001 - the flow decides, and raises what it does not handle
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration as end:
            value: T = end.value
            return value
        except KlingError as error:
            self._secret.scrub(error)
            raise

    def _perform(self, effect: Effect) -> Any:
        match effect:
            case Send(call):
                return self._send(call)
            case Clock():
                return _clock.current().monotonic(), _clock.current().wall()
            case Work(job):
                return job()
            case Open(fetch):
                return self.transport.open(fetch)
            case Chunk(head):
                return self.transport.chunk(head)
            case Close(head):
                return self.transport.release(head)
            case Pause(seconds):
                if self._hooks is not None:
                    self._hooks.retried(effect)
                return _clock.current().sleep(seconds)
            case Tell(callback, value):
                return callback(value)

    def _send(self, call: Call) -> Reply:
        reply = self._exchange(call)
        if self._secret.renewed(reply.status, reply.headers, reply.body):
            reply = self._exchange(call)  # refused at the door: nothing was done, so it may be repeated
        return reply

    def _exchange(self, call: Call) -> Reply:
        hooks = self._hooks
        if hooks is None:
            return self.transport.send(call)
        hooks.sent(call)
        begun = _clock.current().monotonic()
        try:
            reply = self.transport.send(call)
        except BaseException as error:
            hooks.failed(call, error, _clock.current().monotonic() - begun)
            raise
        hooks.received(call, reply, _clock.current().monotonic() - begun)
        return reply


class AsyncDriver:
    """Runs flows in an asyncio task. Errors leave it with the key masked."""

    def __init__(self, transport: AsyncSender, secret: Secret, hooks: Hooks | None = None) -> None:
        self.transport = transport
        self._secret = secret
        self._hooks = hooks

    async def run(self, flow: Flow[T]) -> T:
        """Run `flow` to its end and return its result."""
        try:
            effect = next(flow)
            while True:
                try:
                    result = await self._perform(effect)
                except BaseException as error:  # noqa: BLE001 - the flow decides, and raises what it does not handle
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration as end:
            value: T = end.value
            return value
        except KlingError as error:
            self._secret.scrub(error)
            raise

    async def _perform(self, effect: Effect) -> Any:
        match effect:
            case Send(call):
                return await self._send(call)
            case Clock():
                return _clock.current().monotonic(), _clock.current().wall()
            case Work(job):
                return await asyncio.to_thread(job)
            case Open(fetch):
                return await self.transport.open(fetch)
            case Chunk(head):
                return await self.transport.chunk(head)
            case Close(head):
                return await self.transport.release(head)
            case Pause(seconds):
                if self._hooks is not None:
                    self._hooks.retried(effect)
                return await _clock.current().sleep_async(seconds)
            case Tell(callback, value):
                said = callback(value)
                return await said if inspect.isawaitable(said) else said

    async def _send(self, call: Call) -> Reply:
        reply = await self._exchange(call)
        if self._secret.renewed(reply.status, reply.headers, reply.body):
            reply = await self._exchange(call)  # refused at the door: nothing was done, so it may be repeated
        return reply

    async def _exchange(self, call: Call) -> Reply:
        hooks = self._hooks
        if hooks is None:
            return await self.transport.send(call)
        hooks.sent(call)
        begun = _clock.current().monotonic()
        try:
            reply = await self.transport.send(call)
        except BaseException as error:
            hooks.failed(call, error, _clock.current().monotonic() - begun)
            raise
        hooks.received(call, reply, _clock.current().monotonic() - begun)
        return reply
