"""Waiting for a task with somebody watching: its state and the time on stderr, and how to carry on when it ends."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from klingkit._errors import KlingError, TaskFailedError, WaitTimeoutError
from klingkit._text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from klingkit._result import Result
    from klingkit._task import Task
    from klingkit.cli._options import Where
    from klingkit.cli._saving import Saving

__all__ = ["finish", "tell", "wait"]


def tell(sentence: str) -> None:
    """Print a sentence on stderr, where it does not mix with what a program reads."""
    print(sentence, file=sys.stderr, flush=True)


def wait(task: Task, timeout: float, where: Where, output: str | None = None) -> Result:
    """Wait until `task` has succeeded and return its result.

    Raises:
        TaskFailedError: it failed.
        KlingError: it could not be waited for; the sentence ends with the command that carries on.
        KeyboardInterrupt: interrupted; how to carry on is printed.
    """
    with _going_on(task, where, output), _shown(task) as update:
        return task.wait(timeout=timeout, on_update=update)


def finish(task: Task, timeout: float, where: Where, saving: Saving) -> list[Path]:
    """Wait for `task` and save what it made. Raises as `wait` does."""
    result = wait(task, timeout, where, saving.output)
    console = Console(stderr=True)
    shown = console.status("saving …") if console.is_terminal else nullcontext()
    with _going_on(task, where, saving.output), shown:
        return saving.save(result)


@contextmanager
def _going_on(task: Task, where: Where, output: str | None) -> Iterator[None]:
    """Say how to carry on with a task that is paid for, whatever comes in between."""
    command = where.carry_on(task, output, verb="wait" if output is None else "download")
    try:
        yield
    except KeyboardInterrupt:
        tell(f"Task {clean(task.task_id, 200)} goes on at {where.relay}. To carry on: {command}")
        raise
    except TaskFailedError:
        raise
    except WaitTimeoutError as error:
        word = clean(task.status_word, 60) or "nothing yet"
        raise WaitTimeoutError(
            f"task {clean(task.task_id, 200)} has not ended in time; its last status was {word}. It goes on, do not "
            f"create it anew. To carry on: {command}",
            task=task,
            task_id=task.task_id,
            relay=where.relay,
        ) from error
    except KlingError as error:
        error.args = (f"{error} To carry on: {command}", *error.args[1:])
        raise


@contextmanager
def _shown(task: Task) -> Iterator[Callable[[Task], object] | None]:
    """Show state and elapsed time on stderr while it is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        row = progress.add_task(_line(task), total=None)
        yield lambda now: progress.update(row, description=_line(now))


def _line(task: Task) -> str:
    usual = ", usually 1 to 5 minutes" if task.operation.startswith("video") else ""
    return f"{clean(task.task_id, 40)} at {task.relay}: {task.state}{usual}"
