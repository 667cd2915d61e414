"""What planted defects make of a gateway's row before it is told to a client."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from klingkit_emulator.defects import REASON, WRONG_WORD, Defects, another
from klingkit_emulator.gateways.records import FAILURE, SUCCESS, Record, failed

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["told"]

_RUNS = "IN_PROGRESS"
_WAITS = "SUBMITTED"
_BACKWARDS = (_RUNS, _WAITS)
_KLING = {_RUNS: "processing", _WAITS: "submitted", FAILURE: "failed"}


def told(defects: Defects, record: Record) -> Record:
    """Return the row as it is told. Without a defect it is `record` itself."""
    planted = defects.planted
    if "id-changes" in planted:
        record = replace(record, public_id=another(record.public_id))
    if "status-backwards" in planted:
        # By the number of questions, not by the clock: a gateway looks so seldom that a task may be over by then.
        defects.seen[record.upstream_id] += 1
        if defects.seen[record.upstream_id] <= len(_BACKWARDS):
            return _at(record, _BACKWARDS[defects.seen[record.upstream_id] - 1])
    if record.status == SUCCESS:
        return _ended(defects, record)
    return _at(record, _RUNS) if record.final and "stuck" in planted else record


def _ended(defects: Defects, record: Record) -> Record:
    planted = defects.planted
    if "stuck" in planted:
        return _at(record, _RUNS)
    if "end-changes" in planted:
        defects.seen[record.upstream_id] += 1
        if defects.seen[record.upstream_id] > 1:
            return failed(_at(record, FAILURE, task_status_msg=REASON), REASON, record.ended_ms)
    return replace(record, status=WRONG_WORD) if "status-word" in planted else record


def _at(record: Record, status: str, **more: Any) -> Record:
    """Return the row as it is while the task stands elsewhere: without its end and its result."""
    body = _said(record, task_status=_KLING[status], **more)
    body["data"].pop("task_result", None)
    started = record.started_ms or record.created_ms
    return replace(record, status=status, body=body, url="", reason="", ended_ms=0, started_ms=started)


def _said(record: Record, **changes: Any) -> dict[str, Any]:
    data: Mapping[str, Any] = {**record.data, **changes}
    return {**record.body, "data": data}
