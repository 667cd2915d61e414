"""Answers in a relay's own words: one function per envelope of dialects.toml that a relay answers in."""

from __future__ import annotations

import secrets
import string
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_emulator import standard
from klingkit_emulator.errors import DataError
from klingkit_emulator.refusals import Reason, RefusedError
from klingkit_emulator.results import task_result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from klingkit_emulator.registry import Dialect
    from klingkit_emulator.views import View

__all__ = ["NEW_STANDARD", "Answers", "kling_envelope"]

JsonObject = dict[str, Any]

NEW_STANDARD = "new-standard"
"""The envelope of operations of the new standard; no dialect of dialects.toml names it."""

# Objects whose answers tell which video they were made from.
_HAVE_PARENTS = frozenset({"video_extend", "video_advanced_lip_sync", "video_lip_sync", "audio_video2audio"})


class Answers:
    """Writes the answers of one dialect.

    Raises:
        DataError: the dialect answers in an envelope, or refuses in a shape, that the emulator cannot write.
    """

    def __init__(self, dialect: Dialect, errors: Mapping[int, int]) -> None:
        self._create = _writer(dialect, dialect.create_envelope)
        self._query = _writer(dialect, dialect.query_envelope)
        if dialect.error not in _ERRORS:
            raise DataError(f"the emulator cannot write errors as {dialect.error!r} (dialect {dialect.id!r}).")
        self._error = _ERRORS[dialect.error]
        self._errors = errors

    def new_id(self) -> str:
        """Return a task id as this relay gives them out."""
        return self._create.new_id()

    def created(self, view: View) -> JsonObject:
        """Return the answer to a create."""
        return self._create.created(view)

    def queried(self, view: View) -> JsonObject:
        """Return the answer to a query."""
        return self._query.queried(view)

    def listed(self, views: Sequence[View]) -> JsonObject:
        """Return a page of tasks."""
        return self._query.listed(views)

    def announced(self, view: View) -> JsonObject:
        """Return what a callback carries: the bare task."""
        return self._query.announced(view)

    def refused(self, refusal: RefusedError) -> tuple[int, JsonObject]:
        """Return the HTTP status and the body of a refusal."""
        return self._error(refusal, self._errors)


@dataclass(frozen=True, slots=True)
class _Envelope:
    new_id: Callable[[], str]
    created: Callable[[View], JsonObject]
    queried: Callable[[View], JsonObject]
    listed: Callable[[Sequence[View]], JsonObject]
    announced: Callable[[View], JsonObject]


def _writer(dialect: Dialect, envelope: str) -> _Envelope:
    if envelope not in _ENVELOPES:
        raise DataError(f"the emulator cannot write answers as {envelope!r} (dialect {dialect.id!r}).")
    return _ENVELOPES[envelope]


# ---------------------------------------------------------------------------------------------- kling


def _kling_id() -> str:
    return f"8{secrets.randbelow(10**17):017d}"


def kling_envelope(data: object) -> JsonObject:
    """Return a successful answer in the Kling format around its `data`."""
    return {"code": 0, "message": "SUCCEED", "request_id": str(uuid.uuid4()), "data": data}


def _kling_head(view: View) -> JsonObject:
    task = view.task
    return {
        "task_id": task.task_id,
        "task_status": view.word,
        "task_info": {"external_task_id": task.external_id} if task.external_id else {},
        "created_at": task.timetable.created_ms,
        "updated_at": view.progress.since_ms,
    }


def _kling_task(view: View) -> JsonObject:
    data = _kling_head(view)
    data["task_info"] = {**data["task_info"], **_parent(view)}
    data["task_status_msg"] = (view.task.timetable.reason or "") if view.progress.state == "failed" else ""
    if view.task.asked.watermark is not None:
        data["watermark_info"] = {"enabled": view.task.asked.watermark}
    if view.progress.state == "succeeded":
        data["task_result"] = task_result(view)
        data["final_unit_deduction"] = "1"
    return data


def _parent(view: View) -> JsonObject:
    """Return what the task was made from, where answers tell it."""
    echo = view.task.asked.echo
    if view.task.object not in _HAVE_PARENTS or not (echo.keys() & {"video_id", "video_url"}):
        return {}
    video = {"id": echo.get("video_id", f"{view.task.task_id}-p"), "url": echo.get("video_url", view.file("mp4"))}
    return {"parent_video": {**video, "duration": f"{view.task.asked.seconds:.3f}"}}


# ---------------------------------------------------------------------------------------------- new standard


def _standard_page(views: Sequence[View]) -> JsonObject:
    return kling_envelope([standard.task(view) for view in views])


# ---------------------------------------------------------------------------------------------- newapi-docs


def _newapi_id() -> str:
    alphabet = string.ascii_letters + string.digits
    return "task_" + "".join(secrets.choice(alphabet) for _ in range(32))


def _newapi_head(view: View) -> JsonObject:
    return {"task_id": view.task.task_id, "status": view.word}


def _newapi_task(view: View) -> JsonObject:
    answer, asked = _newapi_head(view), view.task.asked
    if view.progress.state == "failed":
        answer["error"] = {"code": 1301, "message": view.task.timetable.reason or ""}
    if view.progress.state == "succeeded":
        size = {"width": asked.width, "height": asked.height, "seed": asked.seed}
        timing = {"duration": asked.seconds, "fps": asked.fps} if asked.kind == "video" else {}
        answer["url"] = view.links[0].url
        answer["format"] = "mp4" if asked.kind == "video" else "png"
        answer["metadata"] = {**timing, **size}
    return answer


_ENVELOPES = {
    "kling": _Envelope(
        new_id=_kling_id,
        created=lambda view: kling_envelope(_kling_head(view)),
        queried=lambda view: kling_envelope(_kling_task(view)),
        listed=lambda views: kling_envelope([_kling_task(view) for view in views]),
        announced=_kling_task,
    ),
    NEW_STANDARD: _Envelope(
        new_id=_kling_id,
        created=lambda view: kling_envelope(standard.head(view)),
        queried=lambda view: kling_envelope(standard.task(view)),
        listed=_standard_page,
        announced=standard.task,
    ),
    "newapi-docs": _Envelope(
        new_id=_newapi_id,
        created=_newapi_head,
        queried=_newapi_task,
        listed=lambda views: {"data": [_newapi_task(view) for view in views]},
        announced=_newapi_task,
    ),
}

# ---------------------------------------------------------------------------------------------- errors

# Kling's code for each refusal; the HTTP status is the one the document's error table gives that code.
_KLING_CODES = {
    Reason.NO_KEY: 1001,
    Reason.BAD_KEY: 1002,
    Reason.KEY_EARLY: 1003,
    Reason.KEY_EXPIRED: 1004,
    Reason.NO_SUCH_PATH: 1203,
    Reason.WRONG_METHOD: 1202,
    Reason.BAD_REQUEST: 1200,
    Reason.BAD_VALUE: 1201,
    Reason.NO_SUCH_TASK: 1201,
    Reason.DUPLICATE: 1201,
    Reason.TOO_FAST: 1303,
    Reason.BROKEN: 5000,
    Reason.MAINTENANCE: 5001,
    Reason.SLOW: 5002,
}
# HTTP status, type and code of an OpenAI-style error object for each refusal.
_OPENAI_ERRORS = {
    Reason.NO_KEY: (401, "authentication_error", "missing_api_key"),
    Reason.BAD_KEY: (401, "authentication_error", "invalid_api_key"),
    Reason.KEY_EARLY: (401, "authentication_error", "invalid_api_key"),
    Reason.KEY_EXPIRED: (401, "authentication_error", "invalid_api_key"),
    Reason.NO_SUCH_PATH: (404, "invalid_request_error", "unknown_url"),
    Reason.WRONG_METHOD: (404, "invalid_request_error", "unknown_url"),
    Reason.BAD_REQUEST: (400, "invalid_request_error", "bad_request"),
    Reason.BAD_VALUE: (400, "invalid_request_error", "invalid_value"),
    Reason.NO_SUCH_TASK: (404, "invalid_request_error", "task_not_found"),
    Reason.DUPLICATE: (400, "invalid_request_error", "duplicate"),
    Reason.TOO_FAST: (429, "rate_limit_error", "rate_limit_exceeded"),
    Reason.BROKEN: (500, "server_error", "internal_error"),
    Reason.MAINTENANCE: (503, "server_error", "unavailable"),
    Reason.SLOW: (504, "server_error", "timeout"),
}


def _kling_error(refusal: RefusedError, errors: Mapping[int, int]) -> tuple[int, JsonObject]:
    code = _KLING_CODES[refusal.reason]
    return errors[code], {"code": code, "message": refusal.message, "request_id": str(uuid.uuid4())}


def _openai_error(refusal: RefusedError, errors: Mapping[int, int]) -> tuple[int, JsonObject]:
    http, kind, code = _OPENAI_ERRORS[refusal.reason]
    return http, {"error": {"message": refusal.message, "type": kind, "param": refusal.param, "code": code}}


_ERRORS = {"kling-code": _kling_error, "openai-error": _openai_error}
