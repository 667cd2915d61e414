"""Which paths a gateway has, and what it answers where it has none: mostly its own web page."""

from __future__ import annotations

import re
import secrets
import string
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from klingkit_emulator.gateways.profiles import Profile

__all__ = ["Place", "dashboard", "find", "new_request_id", "nowhere", "signed", "wrong_method"]

_NATIVE = re.compile(r"/kling/v1/videos/(?:text2video|image2video)(?:/(?P<id>[^/]+))?")
_VIDEO = re.compile(r"/v1/videos(?:/(?P<id>[^/]+)(?P<content>/content)?)?")
_GENERATION = re.compile(r"/v1/video/generations(?:/(?P<id>[^/]+))?")
_JSON_404 = ("/v1", "/api", "/assets")
_LETTERS = string.ascii_letters + string.digits
_MOVED, _KEPT = 301, 307


@dataclass(frozen=True, slots=True)
class Place:
    """A path the gateway has and the methods it takes: native, video, content, generation or models."""

    kind: str
    methods: tuple[str, ...]
    task_id: str = ""

    @property
    def native(self) -> bool:
        """Whether Kling's own format is spoken there."""
        return self.kind == "native"


def find(path: str, profile: Profile) -> Place | None:
    """Return what stands at `path`; the kind of task in a native path is not compared with the task's."""
    if path == "/v1/models":
        return Place("models", ("GET",))
    for kind, pattern in (("native", _NATIVE), ("video", _VIDEO), ("generation", _GENERATION)):
        said = pattern.fullmatch(path)
        if said is None or (kind == "video" and not profile.openai_videos):
            continue
        task_id = said["id"] or ""
        if said.groupdict().get("content"):
            return Place("content", ("GET",), task_id)
        return Place(kind, ("GET",) if task_id else ("POST",), task_id)
    return None


def nowhere(method: str, path: str, profile: Profile) -> Response:
    """Return the answer for a path the gateway does not have."""
    if path.endswith("/") and not profile.plugin and find(path.rstrip("/"), profile):
        here = "../" + path.rstrip("/").rpartition("/")[2]
        return RedirectResponse(here, _MOVED if method == "GET" else _KEPT)
    if path.startswith(_JSON_404):
        message = f"Invalid URL ({method} {path[:200]})"
        error = {"message": message, "type": "invalid_request_error", "param": "", "code": ""}
        return JSONResponse({"error": error}, 404)
    return dashboard()


def wrong_method(profile: Profile) -> Response:
    """Return the answer to a method that a known path does not take."""
    return Response(status_code=405) if profile.plugin else dashboard()


def dashboard() -> Response:
    """Return the web page of the operator's console, which comes with HTTP 200."""
    return HTMLResponse(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>New API</title></head>'
        '<body><noscript>You need JavaScript to use this console.</noscript><div id="root"></div></body></html>\n'
    )


def new_request_id(now_ms: int) -> str:
    """Return a request id: the time, then letters that chance chose."""
    moment = time.strftime("%Y%m%d%H%M%S", time.gmtime(now_ms // 1000))
    return moment + "".join([_LETTERS[byte % len(_LETTERS)] for byte in secrets.token_bytes(8)])


def signed(response: Response, request_id: str, version: str) -> Response:
    """Return `response` with the headers that every answer of the software has."""
    response.headers["X-Oneapi-Request-Id"] = request_id
    response.headers["X-New-Api-Version"] = version
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
