"""Tasks and results as a notebook shows them. A relay's words are escaped: they end up in a web page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from klingkit._prompts import prompt_in
from klingkit._text import clean

if TYPE_CHECKING:
    from klingkit._answer import File
    from klingkit._result import ResultBase
    from klingkit._task import TaskBase

__all__ = ["result_html", "task_html"]

_COLOURS = {"succeeded": "#1a7f37", "failed": "#cf222e", "cancelled": "#cf222e", "unknown": "#9a6700"}
_NEUTRAL = "#0969da"
_PREVIEWS = {
    "video": '<video controls preload="metadata" style="max-width:480px" src="{0}"></video>',
    "image": '<img style="max-width:480px" src="{0}" alt="{1}">',
    "audio": '<audio controls preload="none" src="{0}"></audio>',
    "text": '<a href="{0}" rel="noreferrer">{1}</a>',
}
_MOST_PREVIEWS = 9


def task_html(task: TaskBase[Any]) -> str:
    """Return a table of what is known of a task."""
    state = f'<b style="color:{_COLOURS.get(task.state, _NEUTRAL)}">{escape(task.state)}</b>'
    rows = [
        ("task", _said(task.task_id)),
        ("state", state),
        ("prompt", _said(_prompt(task))),
        ("operation", _said(task.operation)),
        ("relay", _said(task.relay)),
        ("instead of", _said("; ".join(map(str, task.route.passed_over)) if task.route is not None else "")),
        ("your id", _said(task.external_task_id)),
        ("reason", _said(task.reason)),
        ("created", _said(task.created_at.isoformat(" ", "seconds") if task.created_at else "")),
        ("files", _said(", ".join(file.kind for file in task.files))),
    ]
    cells = "".join(
        f"<tr><th style='text-align:left'>{name}</th><td>{value}</td></tr>" for name, value in rows if value
    )
    return f"<table>{cells}</table>"


def result_html(result: ResultBase[Any]) -> str:
    """Return the task's table with a preview of each file. The addresses stand in the page, and in what is saved."""
    shown = "".join(f"<div>{_preview(file, at)}</div>" for at, file in enumerate(result.files[:_MOST_PREVIEWS]))
    more = len(result.files) - _MOST_PREVIEWS
    return task_html(result.task) + shown + (f"<p>and {more} more</p>" if more > 0 else "")


def _prompt(task: TaskBase[Any]) -> str:
    """Return what was asked for: as this client sent it, if it is one of its last creates, or as the relay says it."""
    engine = task._home.engine
    sent = "" if engine is None else engine.session.prompts.of(task.operation, task.task_id)
    return sent or prompt_in(task.raw)


def _preview(file: File, at: int) -> str:
    return _PREVIEWS[file.kind].format(escape(file.url, quote=True), f"{escape(file.kind)} {at + 1}")


def _said(value: object) -> str:
    return escape(clean(value, 500))
