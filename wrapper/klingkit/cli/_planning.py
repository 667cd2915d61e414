"""The exact request of a create, without sending it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from klingkit import _clock
from klingkit._effects import Clock, Send, Work
from klingkit._errors import InvalidRequestError
from klingkit._secrets import MASK
from klingkit._surface import row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from klingkit._client import Kling
    from klingkit._effects import Call, Flow
    from klingkit._engine import Engine
    from klingkit._routing import Route

__all__ = ["Plan", "plan"]

_PICTURE = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}")


@dataclass(frozen=True, slots=True)
class Plan:
    """A request as it would be sent: the key masked, pictures described."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any
    relay: str
    route: Route | None = None


class _Reached(Exception):  # noqa: N818 - no error: it carries the call out of the method
    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call


class _Rehearsal:
    """Stands in for the engine: does everything up to the moment when something would be sent."""

    def __init__(self, engine: Engine) -> None:
        self.session = replace(engine.session, spans=None)  # nothing is sent, so nothing is traced

    def place(self, _: str, arguments: Mapping[str, Any], ask: Callable[..., Flow[Any]], __: object) -> Any:
        return self.run(ask(self.session, arguments))

    def run(self, flow: Flow[Any]) -> Any:
        effect = next(flow)
        while not isinstance(effect, Send):
            if isinstance(effect, Work):
                try:
                    result = effect.job()
                except InvalidRequestError as error:
                    effect = flow.throw(error)
                    continue
            elif isinstance(effect, Clock):
                result = _clock.current().monotonic(), _clock.current().wall()
            else:
                raise TypeError(f"a create asks for {type(effect).__name__} before it sends")
            effect = flow.send(result)
        flow.close()
        raise _Reached(effect.call)


def plan(kling: Kling, operation: str, arguments: Mapping[str, Any]) -> Plan:
    """Return the request that creating `operation` with `arguments` would send; of several relays, to the first.

    Raises:
        InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
    """
    row = row_of(operation)
    group = type(getattr(kling, row.group))

    def rehearse(engine: Engine) -> Plan:
        try:
            getattr(group(_Rehearsal(engine)), row.method)(**arguments)
        except _Reached as reached:
            return _plan(engine, reached.call)
        raise AssertionError("unreachable: a create ends by sending")

    planned, route = kling._engine.rehearse(f"{operation}_create", arguments, rehearse)
    return replace(planned, route=route)


def _plan(engine: Engine, call: Call) -> Plan:
    sent = engine._loaded().transport.headers(call)
    headers = {name: value for name, value in sent.items() if name != "authorization"}
    return Plan(
        call.method,
        call.url,
        {**headers, "authorization": f"Bearer {MASK}"},
        _described(json.loads(bytes(call.body or b"null"))),
        engine.session.relay.id,
    )


def _described(value: Any) -> Any:
    """Return `value` with every Base64 text replaced by its size."""
    if isinstance(value, str):
        return f"<{len(value)} characters of Base64>" if _PICTURE.fullmatch(value) else value
    if isinstance(value, dict):
        return {name: _described(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_described(entry) for entry in value]
    return value
