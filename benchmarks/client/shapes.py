"""What the local server answers: a task in the shape each contender expects, told apart by path.

Every create makes a new id; a task is "still running", except one whose id begins with ``done-``.
"""

from __future__ import annotations

import itertools
import json
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

__all__ = ["PROMPT", "answer", "kling_task"]

PROMPT = "A heron lands on a flooded rice terrace at first light, mist over the water, slow push in"
_MOMENT = 1_763_000_000
_ISO = "2026-11-22T03:00:00.000Z"
_NUMBERS = itertools.count(1)
_latest = [0]  # the number of the last task


def answer(method: str, target: str, host: str, files: dict[str, str]) -> bytes:
    """Return the JSON body for a request; `files` are the addresses of the large file, by scheme."""
    path, _, query = target.partition("?")
    if method == "POST":
        _latest[0] = next(_NUMBERS)
    task_id = f"{_latest[0]:012d}-task" if method == "POST" else path.rsplit("/", 1)[1]
    if path.startswith("/v1/videos/") and path.split("/")[3] in {"text2video", "image2video"}:
        if method == "GET" and path.count("/") == 3:
            asked = parse_qs(query)
            number, size = (int(asked.get(name, [least])[0]) for name, least in (("pageNum", "1"), ("pageSize", "30")))
            return _page(number, size, _latest[0])
        word = "submitted" if method == "POST" else "processing"
        return _dumps(_envelope(kling_task(task_id, word, files)))
    return _dumps(_peer(path, task_id, host))


def kling_task(task_id: str, word: str, files: dict[str, str] | None = None, external: str = "") -> dict[str, Any]:
    """Return a task in Kling's own words; one named ``done-<scheme>`` has a video."""
    videos = []
    if task_id.startswith("done-"):
        word = "succeed"
        videos = [{"id": "video-1", "url": (files or {})[task_id.removeprefix("done-")], "duration": "5"}]
    return {
        "task_id": task_id,
        "task_status": word,
        "task_status_msg": "",
        "task_info": {"external_task_id": external},
        "created_at": _MOMENT * 1000,
        "updated_at": _MOMENT * 1000 + 7,
        "task_result": {"videos": videos},
    }


def _envelope(data: object) -> dict[str, Any]:
    return {"code": 0, "message": "SUCCEED", "request_id": "CjMT7WdSwWcAAAAAALvB3g", "data": data}


@lru_cache(maxsize=64)
def _page(number: int, size: int, latest: int) -> bytes:
    """Return a page, newest first."""
    first = latest - (number - 1) * size
    return _dumps(_envelope([kling_task(f"{first - at:012d}-task", "processing") for at in range(size)]))


def _peer(path: str, task_id: str, host: str) -> dict[str, Any]:
    if path.startswith("/v1/videos"):
        return _openai(task_id)
    if path.startswith(("/v1/text_to_video", "/v1/image_to_video")):
        return {"id": task_id, "estimatedCost": {"credits": 25}}
    if path.startswith("/v1/tasks/"):
        return {"id": task_id, "createdAt": _ISO, "status": "RUNNING", "progress": 0.42}
    if path.startswith("/dream-machine/v1/generations"):
        return {"id": task_id, "generation_type": "video", "state": "dreaming", "created_at": _ISO, "model": "ray-2"}
    if path.startswith("/v1/predictions"):
        return _replicate(task_id, host)
    if path.endswith("/status"):
        return {"status": "IN_PROGRESS", "logs": None, "response_url": f"http://{host}{path[:-7]}"}
    if path.startswith("/fal/"):
        root = f"http://{host}{path}/requests/{task_id}"
        links = {"response_url": root, "status_url": f"{root}/status", "cancel_url": f"{root}/cancel"}
        return {"status": "IN_QUEUE", "request_id": task_id, "queue_position": 0, **links}
    return {"id": task_id}


def _openai(task_id: str) -> dict[str, Any]:
    known = {"id": task_id, "object": "video", "model": "sora-2", "status": "in_progress", "progress": 42}
    unset = dict.fromkeys(["completed_at", "expires_at", "error", "remixed_from_video_id"])
    return {**known, **unset, "created_at": _MOMENT, "prompt": PROMPT, "seconds": "8", "size": "1280x720"}


def _replicate(task_id: str, host: str) -> dict[str, Any]:
    link = f"http://{host}/v1/predictions/{task_id}"
    return {
        "id": task_id,
        "version": "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa",
        "model": "kwaivgi/kling-v2.1",
        "input": {"prompt": PROMPT},
        "output": None,
        "logs": "",
        "error": None,
        "status": "processing",
        "created_at": _ISO,
        "started_at": _ISO,
        "completed_at": None,
        "metrics": {},
        "urls": {"get": link, "cancel": f"{link}/cancel"},
    }


def _dumps(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
