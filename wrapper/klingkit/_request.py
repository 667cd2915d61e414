"""Builds the calls: from fields in words of the one spec to what goes over the wire. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from klingkit import _lowlevel
from klingkit._checks import is_ascii_line, is_text, is_whole
from klingkit._dialect import say, wording_of
from klingkit._effects import Call
from klingkit._errors import InvalidRequestError
from klingkit._payload import json_content
from klingkit._surface import offer_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._payload import Payload
    from klingkit._registry import Relay
    from klingkit._surface import Offer, Operation
    from klingkit._timeouts import Timeouts

__all__ = ["Session", "create_call", "get_call", "list_call"]

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = frozenset({"authorization", "content-length", "content-type", "host", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Session:
    """What all calls of one client share. `root` is what paths are appended to."""

    relay: Relay
    root: str
    timeouts: Timeouts
    max_retries: int
    allow_undocumented: bool = False

    def offer(self, operation: Operation) -> Offer:
        """Return what the relay offers of `operation`.

        Raises:
            UnsupportedByRelayError: nothing.
        """
        return offer_of(self.relay, operation, allow_undocumented=self.allow_undocumented)


def create_call(
    session: Session, operation: Operation, fields: Mapping[str, Any], extra_headers: Mapping[str, str] | None
) -> Call:
    """Return the call that creates a task.

    Raises:
        InvalidRequestError: a field cannot be said in JSON or in this relay's dialect, or a header is malformed.
    """
    wire = _lowlevel.create(operation, fields)
    body, spoken = say(wording_of(session.relay.dialect, operation.id), wire.body or {})
    try:
        content = json_content(body)
    except (RecursionError, TypeError, ValueError) as error:
        raise InvalidRequestError(f"A field of {operation.id} cannot be written as JSON: {error}.") from error
    headers = {"content-type": "application/json", **spoken, **_checked(extra_headers)}
    return _call(session, f"{operation.id}_create", wire, headers, content)


def get_call(session: Session, operation: Operation, task_id: str, timeouts: Timeouts | None = None) -> Call:
    """Return the call that asks for one task, by its id or by the caller's own.

    Raises:
        InvalidRequestError: the id is empty or no text.
    """
    if not is_text(task_id):
        raise InvalidRequestError("task_id has to be a text that is not empty.", argument="task_id")
    wire = _lowlevel.get(operation, task_id.strip().encode("utf-8", "replace").decode())
    return _call(session, f"{operation.id}_get", wire, {}, None, timeouts)


def list_call(session: Session, operation: Operation, page: int, page_size: int) -> Call:
    """Return the call that asks for a page of tasks.

    Raises:
        InvalidRequestError: page or page_size is out of range.
    """
    for name, value, most in (("page", page, 1000), ("page_size", page_size, 500)):
        if not is_whole(value, 1, most):
            raise InvalidRequestError(f"{name} has to be a whole number from 1 to {most}.", argument=name)
    return _call(session, f"{operation.id}_list", _lowlevel.list_page(operation, page, page_size), {}, None)


def _call(
    session: Session,
    operation: str,
    wire: _lowlevel.Wire,
    headers: Mapping[str, str],
    body: bytes | Payload | None,
    timeouts: Timeouts | None = None,
) -> Call:
    query = f"?{urlencode(wire.query)}" if wire.query else ""
    return Call(
        relay=session.relay.id,
        operation=operation,
        method=wire.method,
        url=f"{session.root}{wire.path}{query}",
        timeouts=timeouts or session.timeouts,
        headers={"accept": "application/json", **headers},
        body=body,
    )


def _checked(headers: Mapping[str, str] | None) -> dict[str, str]:
    checked: dict[str, str] = {}
    for name, value in (headers or {}).items():
        if not is_ascii_line(name) or not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS:
            raise InvalidRequestError(
                f"extra_headers cannot set {name!r}; the key goes into api_key, the rest is klingkit's own.",
                argument="extra_headers",
            )
        if not is_ascii_line(value):
            raise InvalidRequestError(
                f"The value of {name!r} in extra_headers has to be printable ASCII.", argument="extra_headers"
            )
        checked[name] = value
    return checked
