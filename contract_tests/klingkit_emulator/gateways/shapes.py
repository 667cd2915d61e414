"""A task of a gateway in the shapes it answers in: the OpenAI video object, and its own task in a wrapper."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from klingkit_emulator.gateways.records import FAILURE, NOT_START, SUCCESS, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_emulator.gateways.profiles import Profile

__all__ = ["created_video", "flat_create", "kling_body", "queried_video", "wrapped_task"]

JsonObject = dict[str, Any]

PLATFORM = "50"
"""The gateway's number for Kling."""

_PROGRESS = {"NOT_START": 0, "SUBMITTED": 10, "QUEUED": 20, "IN_PROGRESS": 30, SUCCESS: 100, FAILURE: 100}
_OPENAI = {
    "SUBMITTED": "queued",
    "QUEUED": "queued",
    "IN_PROGRESS": "in_progress",
    SUCCESS: "completed",
    FAILURE: "failed",
}
# The members that the fixed type of generation A1 knows of the answer to a create.
_FLAT_DATA = ("task_id", "task_status", "task_status_msg", "created_at", "updated_at")


def created_video(record: Record) -> JsonObject:
    """Return the answer to a create as an OpenAI video object."""
    return {
        "id": record.public_id,
        "task_id": record.public_id,
        "object": "video",
        "model": record.model,
        "status": "queued",
        "progress": 0,
        "created_at": record.created_ms // 1000,
        "seconds": record.seconds,
    }


def flat_create(body: Mapping[str, Any]) -> JsonObject:
    """Return generation A1's answer to a create: Kling's, through a fixed type, with the id at the top as well."""
    data = body["data"]
    return {
        "code": 0,
        "message": str(body.get("message", "")),
        "task_id": data["task_id"],
        "request_id": str(body.get("request_id", "")),
        "data": {name: data[name] for name in _FLAT_DATA if name in data},
    }


def kling_body(record: Record) -> JsonObject:
    """Return generation C's answer: the last body from Kling with the id replaced, whatever became of the task."""
    body = copy.deepcopy(dict(record.body))
    body["data"]["task_id"] = record.public_id
    return body


def queried_video(record: Record, profile: Profile) -> JsonObject:
    """Return the answer of /v1/videos/{id}: made from Kling's last body, with Kling's milliseconds."""
    data = record.data
    unknown = "queued" if profile.plugin else "unknown"
    found: JsonObject = {
        "id": record.public_id,
        "object": "video",
        "model": record.model,
        "status": unknown if record.status == NOT_START else _OPENAI.get(record.status, record.status),
        "progress": _PROGRESS.get(record.status, _PROGRESS[SUCCESS]),
        "created_at": data.get("created_at", record.created_ms),
        "completed_at": data.get("updated_at", record.created_ms),
        "seconds": record.seconds,
    }
    if not profile.plugin:
        found["task_id"] = record.public_id
        found["metadata"] = {"url": record.url}
    if record.status == FAILURE:
        found["error"] = {"message": record.reason, "code": ""}
    return found


def wrapped_task(record: Record, profile: Profile) -> JsonObject:
    """Return the answer to a query of generations A and B: the gateway's own task, Kling's last body inside."""
    narrow: JsonObject = {
        "task_id": record.public_id,
        "action": record.action,
        "status": record.status,
        "fail_reason": record.reason,
        "submit_time": record.created_ms // 1000,
        "start_time": record.started_ms // 1000,
        "finish_time": record.ended_ms // 1000,
        "progress": f"{_PROGRESS.get(record.status, _PROGRESS[SUCCESS])}%",
        "data": record.body,
    }
    if not profile.wide_task:
        # On success the address stands where the reason of a failure would.
        told = {"fail_reason": record.url} if record.status == SUCCESS else {}
        return _wrapped({**narrow, **told})
    wide = {
        "id": record.number,
        "created_at": record.created_ms // 1000,
        "updated_at": max(record.created_ms, record.started_ms, record.ended_ms) // 1000,
        "platform": PLATFORM,
        "user_id": 1,
        "group": "default",
        "channel_id": 1,
        "quota": record.quota,
        "result_url": record.url or record.reason,
        "properties": {},
    }
    return _wrapped({**wide, **narrow})


def _wrapped(task: JsonObject) -> JsonObject:
    return {"code": "success", "message": "", "data": task}
