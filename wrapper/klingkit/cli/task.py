"""Find tasks again: show, wait, download what they made, list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from klingkit._text import clean
from klingkit.cli import _options
from klingkit.cli._options import Where
from klingkit.cli._references import operation_names, operation_of, refer
from klingkit.cli._running import run
from klingkit.cli._saving import Saving
from klingkit.cli._task_facts import task_facts, task_lines
from klingkit.cli._waiting import finish
from klingkit.cli._waiting import wait as wait_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from klingkit._task import Task

app: typer.Typer = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)

_TASK = Annotated[
    str,
    typer.Argument(metavar="TASK", help="Its id, or the JSON of --no-wait: itself, a file that holds it, or -."),
]
_OPERATION_HELP = "What made it, such as text-to-video."
_OPERATION = Annotated[
    str | None,
    typer.Option(
        "--operation", metavar="NAME", help=f"{_OPERATION_HELP} Needed with an id.", autocompletion=operation_names
    ),
]


@app.command(no_args_is_help=True)
def show(
    task: _TASK,
    relay: _options.RELAY = None,
    operation: _OPERATION = None,
    raw: Annotated[bool, typer.Option("--raw", help="Print the relay's answer, untouched.")] = False,
    base_url: _options.BASE_URL = None,
    allow_undocumented: _options.UNDOCUMENTED = False,
    as_json: _options.JSON = False,
) -> int:
    """Show where a task stands; free of charge."""
    reference = refer(task, relay, operation, base_url, allow_undocumented=allow_undocumented)
    with reference.where.client() as kling:
        named = reference.open(kling)
        found = kling.tasks.get(named.task_id, operation=named.operation)
    if raw:
        print(json.dumps(found.raw, indent=2, ensure_ascii=False))
    else:
        _print(found, as_json=as_json)
    return 0


@app.command(no_args_is_help=True)
def wait(
    task: _TASK,
    relay: _options.RELAY = None,
    operation: _OPERATION = None,
    timeout: _options.TIMEOUT = _options.DEFAULT_TIMEOUT,
    base_url: _options.BASE_URL = None,
    allow_undocumented: _options.UNDOCUMENTED = False,
    as_json: _options.JSON = False,
) -> int:
    """Wait until a task has ended, and show it. Exit status 1: it failed."""
    reference = refer(task, relay, operation, base_url, allow_undocumented=allow_undocumented)
    with reference.where.client() as kling:
        named = reference.open(kling)
        wait_for(named, timeout, reference.where)
    _print(named, as_json=as_json)
    return 0


@app.command(no_args_is_help=True)
def download(
    task: _TASK,
    relay: _options.RELAY = None,
    operation: _OPERATION = None,
    output: _options.OUTPUT = ".",
    overwrite: _options.OVERWRITE = False,
    timeout: _options.TIMEOUT = _options.DEFAULT_TIMEOUT,
    base_url: _options.BASE_URL = None,
    allow_undocumented: _options.UNDOCUMENTED = False,
    as_json: _options.JSON = False,
) -> int:
    """Save what a task made, waiting for it if need be. Exit status 1: it failed."""
    reference = refer(task, relay, operation, base_url, allow_undocumented=allow_undocumented)
    saving = Saving(output, overwrite)
    saving.check()
    with reference.where.client() as kling:
        named = reference.open(kling)
        saved = finish(named, timeout, reference.where, saving)
    if as_json:
        print(json.dumps({**task_facts(named), "saved": [str(path) for path in saved]}, indent=2, ensure_ascii=False))
    else:
        print(*saved, sep="\n")
    return 0


@app.command("list", no_args_is_help=True)
def list_tasks(
    operation: Annotated[
        str, typer.Option("--operation", metavar="NAME", help=_OPERATION_HELP, autocompletion=operation_names)
    ],
    relay: _options.RELAY = None,
    page: Annotated[int, typer.Option(min=1, max=1000, metavar="NUMBER", help="Which page.")] = 1,
    page_size: Annotated[int, typer.Option(min=1, max=500, metavar="NUMBER", help="How many on a page.")] = 30,
    base_url: _options.BASE_URL = None,
    allow_undocumented: _options.UNDOCUMENTED = False,
    as_json: _options.JSON = False,
) -> int:
    """List the account's tasks of one operation, newest first."""
    where = Where.of(relay, base_url, allow_undocumented=allow_undocumented)
    with where.client() as kling:
        tasks = kling.tasks.list(operation_of(operation), page=page, page_size=page_size)
    if as_json:
        print(json.dumps([task_facts(task) for task in tasks], indent=2, ensure_ascii=False))
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Task", "State", "Created", "Reason"):
        table.add_column(title, overflow="fold")
    for task in tasks:
        created = task.created_at.strftime("%Y-%m-%d %H:%M") if task.created_at else ""
        row = (clean(task.task_id, 200), task.state, created, clean(task.reason))
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table if tasks else "no tasks on this page")
    return 0


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit task ARGV`` and return its exit status."""
    return run(app, "task", argv)


def _print(task: Task, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(task_facts(task), indent=2, ensure_ascii=False))
    else:
        print(*task_lines(task), sep="\n")
