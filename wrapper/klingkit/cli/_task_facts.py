"""A task as the commands show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._text import clean

if TYPE_CHECKING:
    from datetime import datetime

    from klingkit._task import Task

__all__ = ["task_facts", "task_lines"]


def task_facts(task: Task) -> dict[str, Any]:
    """Return the task as a JSON object; its addresses may be signed, so it is to be kept to oneself."""
    route = {} if task.route is None else {"route": task.route.members()}
    return {
        **route,
        "relay": task.relay,
        "operation": task.operation,
        "task_id": task.task_id,
        "external_task_id": task.external_task_id,
        "state": task.state,
        "status_word": task.status_word,
        "done": task.done,
        "reason": task.reason,
        "created_at": _moment(task.created_at),
        "updated_at": _moment(task.updated_at),
        "request_id": task.request_id,
        "files": [
            {"kind": file.kind, "url": file.url, "duration": file.duration, "watermark_url": file.watermark_url}
            for file in task.files
        ],
    }


def task_lines(task: Task) -> list[str]:
    """Return the task as lines of text; what the relay did not tell is left out."""
    word = clean(task.status_word, 60)
    rows = [
        ("task", clean(task.task_id, 200)),
        ("external id", clean(task.external_task_id, 200)),
        ("relay", task.relay),
        ("instead of", clean("; ".join(map(str, task.route.passed_over)) if task.route is not None else "", 2000)),
        ("operation", task.operation),
        ("state", f"{task.state} ({word})" if word and word != task.state else task.state),
        ("reason", clean(task.reason, 1000)),
        ("created", _moment(task.created_at) or ""),
        ("updated", _moment(task.updated_at) or ""),
        *((file.kind, clean(file.url, 4000)) for file in task.files),
    ]
    return [f"{name:<12} {value}" for name, value in rows if value]


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
