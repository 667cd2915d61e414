"""Builds the calls: from fields in words of the one spec to what goes over the wire. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from klingkit import _lowlevel
from klingkit._checks import is_ascii_line, is_text, is_whole
from klingkit._dialect import say, wording_of
from klingkit._effects import Call
from klingkit._errors import InvalidRequestError
from klingkit._payload import json_content
from klingkit._prompts import Prompts
from klingkit._surface import offer_of, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._payload import Payload
    from klingkit._pricing import CostLimit
    from klingkit._registry import Relay
    from klingkit._spans import Spans
    from klingkit._surface import Offer, Operation
    from klingkit._timeouts import Timeouts

__all__ = ["Session", "create_call", "free_call", "get_call", "list_call", "raw_call"]

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_RAW_PATH = re.compile(r"/(?!/)[^\s?#\\\x00-\x1f]*")
_LONGEST_ID = 2000
_OURS = frozenset({"authorization", "content-length", "content-type", "host", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Session:
    """What all calls of one client share.

    Attributes:
        root: what paths are appended to.
        limit: what a create may cost.
        strict: whether fields that the relay does not document are refused, where there are others to ask.
        hasty: whether a relay that is not reached at once is let go of, where there are others to ask.
        spans: who is told what is done; None without tracing.
        prompts: those of the last creates, to be shown.
    """

    relay: Relay
    root: str
    timeouts: Timeouts
    max_retries: int
    allow_undocumented: bool = False
    limit: CostLimit | None = None
    validate: bool = True
    allow_dropped: bool = False
    strict: bool = False
    hasty: bool = False
    spans: Spans | None = field(default=None, repr=False)
    prompts: Prompts = field(default_factory=Prompts, repr=False)

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
    paths = {name: _path_word(fields.get(name), name) for name in operation.row.paths}
    inside = {name: value for name, value in fields.items() if name not in paths} if paths else fields
    wire = _lowlevel.create(operation, inside, paths)
    body, spoken = say(wording_of(session.relay.dialect, operation.id), wire.body or {})
    content = _json(body, operation.id)
    headers = {"content-type": "application/json", **spoken, **_checked(extra_headers)}
    return _call(session, f"{operation.id}_create", wire, headers, content)


def get_call(
    session: Session, operation: Operation, task_id: str, timeouts: Timeouts | None = None, *, external: bool = False
) -> Call:
    """Return the call that asks for one task, by its id or by the caller's own.

    Args:
        session: of the client.
        operation: what made it.
        task_id: its id, or the caller's own.
        timeouts: instead of the session's.
        external: whether it is the caller's own; that matters only where the two are asked for apart.

    Raises:
        InvalidRequestError: the id is empty or no text, or cannot be asked for.
    """
    if not is_text(task_id):
        raise InvalidRequestError("task_id has to be a text that is not empty.", argument="task_id")
    if len(task_id) > _LONGEST_ID:
        raise InvalidRequestError(
            f"task_id has {len(task_id)} characters, more than the id of any task; check what was passed.",
            argument="task_id",
        )
    asked = task_id.strip().encode("utf-8", "replace").decode()
    if operation.shared and "," in asked:
        raise InvalidRequestError("task_id has a comma in it, which no task has here.", argument="task_id")
    wire = _lowlevel.get(operation, asked, external=external)
    if elsewhere := wording_of(session.relay.dialect, operation.id).query_path:
        said = wire.path.rpartition("/")[2]
        wire = _lowlevel.Wire(wire.method, elsewhere.replace("{task_id}", said), wire.query)
    return _call(session, f"{operation.shared or operation.id}_get", wire, {}, None, timeouts)


def list_call(session: Session, operation: Operation, page: int, page_size: int, cursor: str | None = None) -> Call:
    """Return the call that asks for a page of tasks.

    Args:
        session: of the client.
        operation: what made them.
        page: which page, from 1.
        page_size: how many on a page.
        cursor: where pages are asked for by cursor: that of the page, None for the first one.

    Raises:
        InvalidRequestError: page or page_size is out of range.
    """
    for name, value, most in (("page", page, 1000), ("page_size", page_size, 500)):
        if not is_whole(value, 1, most):
            raise InvalidRequestError(f"{name} has to be a whole number from 1 to {most}.", argument=name)
    if not operation.shared:
        return _call(session, f"{operation.id}_list", _lowlevel.list_page(operation, page, page_size), {}, None)
    query = {"limit": page_size} if cursor is None else {"limit": page_size, "cursor": cursor}
    wire = _lowlevel.call(operation.area, f"{operation.shared}_query", {}, query)
    headers = {"content-type": "application/json"}
    return _call(session, f"{operation.shared}_query", wire, headers, _json(query, operation.shared))


def free_call(
    session: Session, operation: str, fields: Mapping[str, Any], extra_headers: Mapping[str, str] | None
) -> Call:
    """Return a call that makes no task. `operation` is its whole id, `fields` are in words of the one spec.

    Raises:
        InvalidRequestError: a field cannot be said, or a header is malformed.
    """
    row = row_of(operation)
    apart = {name: fields[name] for name in (*row.paths, *row.queries) if name in fields}
    body = {name: value for name, value in fields.items() if name not in apart}
    wire = _lowlevel.call(row.area, operation, apart, body)
    headers = dict(_checked(extra_headers))
    content = None
    if wire.method != "GET":
        headers["content-type"] = "application/json"
        content = _json(wire.body or {}, operation)
    return _call(session, operation, wire, headers, content)


def raw_call(
    session: Session,
    method: str,
    path: object,
    params: Mapping[str, Any] | None,
    body: object,
    extra_headers: Mapping[str, str] | None,
) -> Call:
    """Return a call of the caller's own. `path` begins with a slash and is appended to the relay's address.

    Raises:
        InvalidRequestError: the path leads elsewhere, the body is no JSON value, or a header is malformed.
    """
    if not isinstance(path, str) or not _RAW_PATH.fullmatch(path) or ".." in path.split("/"):
        raise InvalidRequestError(
            "path has to begin with one slash, such as /v1/videos/text2video, without blanks, query or fragment; "
            "it is appended to the relay's address, and a query goes into params.",
            argument="path",
        )
    headers = dict(_checked(extra_headers))
    content = None
    if body is not None:
        headers["content-type"] = "application/json"
        content = _json(body, path)
    query = {name: value for name, value in (params or {}).items() if value is not None}
    return _call(session, f"{method} {path}", _lowlevel.Wire(method, path, query), headers, content)


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


def _json(body: object, what: str) -> bytes | Payload:
    try:
        return json_content(body)
    except (RecursionError, TypeError, ValueError) as error:
        raise InvalidRequestError(f"A field of {what} cannot be written as JSON: {error}.") from error


def _path_word(value: object, name: str) -> str:
    if not is_text(value) or not is_ascii_line(value) or "/" in str(value) or not str(value).strip(". "):
        raise InvalidRequestError(f"{name} has to be a text without slashes; it stands in the path.", argument=name)
    return str(value).strip()


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
