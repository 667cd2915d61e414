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
_KLING = {_RUNS: "processing", _WAITS: "submitted", FAILURE: "failed", WRONG_WORD: WRONG_WORD}


def told(defects: Defects, record: Record) -> Record:
    """Return the row as it is told. Without a defect it is `record` itself."""
    planted = defects.planted
    if "id-changes" in planted:
        record = replace(record, public_id=another(record.public_id))
    if record.status == SUCCESS:
        return _ended(defects, record)
    if not record.final and "status-backwards" in planted:
        return _at(record, _WAITS if record.status == _RUNS else _RUNS)
    return _at(record, _RUNS) if record.final and "stuck" in planted else record


def _ended(defects: Defects, record: Record) -> Record:
    planted = defects.planted
    if "stuck" in planted:
        return _at(record, _RUNS)
    if "end-changes" in planted:
        defects.seen[record.upstream_id] += 1
        if defects.seen[record.upstream_id] > 1:
            return failed(_at(record, FAILURE, task_status_msg=REASON), REASON, record.ended_ms)
    if "result-missing" in planted:
        record = replace(record, url="", body=_said(record, task_result={}))
    if "status-word" in planted:
        return replace(record, status=WRONG_WORD, body=_said(record, task_status=WRONG_WORD))
    return record


def _at(record: Record, status: str, **more: Any) -> Record:
    """Return the row as it is while the task stands elsewhere: without its end and its result."""
    body = _said(record, task_status=_KLING[status], **more)
    body["data"].pop("task_result", None)
    started = record.started_ms or record.created_ms
    return replace(record, status=status, body=body, url="", reason="", ended_ms=0, started_ms=started)


def _said(record: Record, **changes: Any) -> dict[str, Any]:
    data: Mapping[str, Any] = {**record.data, **changes}
    return {**record.body, "data": data}
