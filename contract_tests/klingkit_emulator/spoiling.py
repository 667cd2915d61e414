"""Answers as planted defects spoil them: what a relay says about a task, and how the answer is sent."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Set

    from klingkit_emulator.asking import Ask

__all__ = ["answered", "queried"]

_PAIRS = {"created_at": "updated_at", "create_time": "update_time", "submit_time": "finish_time"}
_RESULTS = ("task_result", "outputs")


def queried(planted: Set[str], answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a query or a list."""
    for name, spoil in _MEMBERS.items():
        if name in planted:
            answer = dict(_everywhere(answer, spoil))
    if "result-missing" in planted:
        answer = _everywhere(answer, lambda row: {k: _emptied(v) if k in _RESULTS else v for k, v in row.items()})
        return {name: value for name, value in answer.items() if name != "url"}
    return answer


def answered(planted: Set[str], ask: Ask, response: Response, *, creates: bool) -> Response:
    """Return what is sent for `response`."""
    if not planted:
        return response
    status, key = response.status_code, ask.headers.get("authorization", "").partition(" ")[2]
    if "created-201" in planted and creates and status == 200:
        status = 201
    if "refusal-200" in planted and status in {400, 404}:
        status = 200
    body, headers = bytes(response.body), dict(response.headers)
    value = _json(response) if planted & {"key-echoed", "key-in-result-url", "string-code"} else None
    if key and value is not None:
        if "key-echoed" in planted and "message" in value:
            value["message"] = f"{value['message']} ({key})"
        if "key-in-result-url" in planted:
            value = _everywhere(value, lambda row: {name: _signed(member, key) for name, member in row.items()})
        if "string-code" in planted and status == 200 and "code" in value:
            value["code"] = str(value["code"])
        body = json.dumps(value, separators=(",", ":")).encode()
    if key and "key-echoed" in planted:
        headers["x-debug"] = base64.b64encode(f"Bearer {key}".encode()).decode()
        headers["x-debug-address"] = f"https://relay.example/?key={quote(key, safe='')}"
    if status == response.status_code and body == response.body and "x-debug" not in headers:
        return response
    headers.pop("content-length", None)
    return Response(body, status, headers=headers)


def _json(response: Response) -> dict[str, Any] | None:
    """Return the JSON object of an answer, None where it is a page."""
    if response.headers.get("content-type", "").startswith("text/html"):
        return None
    value = json.loads(bytes(response.body)) if response.body else None
    return value if isinstance(value, dict) else None


def _signed(value: Any, key: str) -> Any:
    is_file = isinstance(value, str) and value.startswith("http") and "/media/" in value
    return f"{value}?key={quote(key, safe='')}" if is_file else value


def _emptied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _emptied(member) for name, member in value.items()}
    return [] if isinstance(value, list) else value


def _in_seconds(row: dict[str, Any]) -> dict[str, Any]:
    times = {*_PAIRS, *_PAIRS.values()}
    return {name: value // 1000 if name in times and isinstance(value, int) else value for name, value in row.items()}


def _moved(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row.get(_PAIRS.get(name, "")) or value for name, value in row.items()}


_MEMBERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "created-in-seconds": _in_seconds,
    "created-moves": _moved,
}


def _everywhere(value: Any, spoil: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Return `value` with every object in it spoiled."""
    if isinstance(value, list):
        return [_everywhere(member, spoil) for member in value]
    if not isinstance(value, dict):
        return value
    return {name: _everywhere(member, spoil) for name, member in spoil(value).items()}
