"""The guard as the application that generated requests are sent to: WSGI, so that none of them changes threads."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from klingkit_contract.exchanges import Answer, Request
from klingkit_contract.guard import BLOCKED_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from klingkit_contract.guard import Guard

__all__ = ["Door"]

_CASE_ID = "x-schemathesis-testcaseid"
_DROPPED = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "user-agent", "authorization", _CASE_ID}
)
_DEEPEST = 100  # Schemathesis dies of answers that Python's own parser gives up on
# Parts of a form are set apart by the time and a random number; a seed would not mean the same request twice.
_BOUNDARY = re.compile(r"-*WerkzeugFormPart_[\d.]+")
_OURS = "klingkit-part"
_BRACKETS = re.compile(rb"[\[\]{}]")
# What belongs to the connection, and where a redirect leads: a generator would follow it with requests of its own.
_NOT_PASSED_ON = frozenset({"content-length", "transfer-encoding", "content-encoding", "connection", "location"})


class Door:
    """One run's way through the guard. Schemathesis keeps its application for good: closed, it keeps nothing alive."""

    def __init__(self, guard: Guard) -> None:
        self._guard: Guard | None = guard

    def close(self) -> None:
        """Let go of the guard; nothing is sent after that."""
        self._guard = None

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        """Serve one generated request."""
        if self._guard is None:
            start_response("503 Service Unavailable", [])
            return []
        headers = _headers(environ)
        request = Request(
            method=environ["REQUEST_METHOD"],
            # As it was written: in PATH_INFO a coded slash is a slash.
            path=environ["RAW_URI"].partition("?")[0],
            query=environ["QUERY_STRING"],
            headers=tuple(
                (name, _BOUNDARY.sub(_OURS, value)) for name, value in headers.items() if name not in _DROPPED
            ),
            body=_body(environ, headers.get("content-type", "")),
        )
        record = self._guard.send(request, generated=True, case_id=headers.get(_CASE_ID, ""))
        answer = _usable(record.answer)
        start_response(f"{answer.status} {_phrase(answer.status)}", _passed_on(answer))
        return [answer.body]


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    found = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    return found | ({"content-type": environ["CONTENT_TYPE"]} if environ.get("CONTENT_TYPE") else {})


def _body(environ: Mapping[str, Any], content_type: str) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    found = _BOUNDARY.search(content_type)
    return body.replace(found[0].encode(), _OURS.encode()) if found else body


def _usable(answer: Answer) -> Answer:
    if answer.status == 0:  # a generator needs some answer; the journal knows the truth
        return Answer(504, (("content-type", "text/plain"), (BLOCKED_HEADER, "no answer")), answer.note.encode())
    return answer if _depth(answer.body) <= _DEEPEST else Answer(answer.status, answer.headers)


def _passed_on(answer: Answer) -> list[tuple[str, str]]:
    return [
        (name.lower(), value.encode("latin-1", "replace").decode("latin-1"))
        for name, value in answer.headers
        if name.lower() not in _NOT_PASSED_ON
    ]


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"


def _depth(body: bytes) -> int:
    """Return about how deeply JSON is nested; brackets within text count as well, which does no harm."""
    if body.count(b"[") + body.count(b"{") <= _DEEPEST:
        return 0
    depth = deepest = 0
    for bracket in _BRACKETS.finditer(body):
        depth += 1 if bracket[0] in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
