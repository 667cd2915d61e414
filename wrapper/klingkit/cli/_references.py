"""How a task is named on the command line: by its id, or by the JSON handle that `--no-wait` printed."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from klingkit._answer import TaskState
from klingkit._errors import InvalidRequestError
from klingkit._surface import METHODS, find_operation
from klingkit._task import Task
from klingkit.cli._options import Where, dashed

if TYPE_CHECKING:
    from klingkit._client import Kling

__all__ = ["Reference", "operation_names", "operation_of", "refer"]

_LONGEST_HANDLE = 100_000


@dataclass(frozen=True, slots=True)
class Reference:
    """A task that was named, and where it lives. Either `handle` or `operation` and `task_id` are set."""

    where: Where
    handle: str = ""
    operation: str = ""
    task_id: str = ""

    def open(self, kling: Kling) -> Task:
        """Return the task. Nothing is sent.

        Raises:
            InvalidRequestError: the handle is none, or the task lives at another relay.
        """
        if self.handle:
            return kling.tasks.resume(self.handle)
        return Task(
            kling._engine, self.where.relay, self.operation, self.task_id, None, TaskState(self.task_id, "unknown")
        )


def refer(
    text: str, relay: str | None, operation: str | None, base_url: str | None, *, allow_undocumented: bool
) -> Reference:
    """Return the task that `text` names: an id with `operation`, else a handle, a file that holds one, or ``-``.

    Raises:
        InvalidRequestError: it names none.
        ConfigurationError: no relay is named.
    """
    if operation is not None:
        where = Where.of(relay, base_url, allow_undocumented=allow_undocumented)
        if not text.strip():
            raise InvalidRequestError("the task's id is empty.", argument="task_id")
        return Reference(where, operation=operation_of(operation), task_id=text.strip())
    handle = _handle(text)
    home = _home(handle)
    if home is None:
        raise InvalidRequestError(
            "this is no task that klingkit wrote; name the task by the JSON that --no-wait printed, a file that holds "
            "it, - to read it from a pipe, or by its id with --relay and --operation."
        )
    return Reference(Where.of(relay or home, base_url, allow_undocumented=allow_undocumented), handle=handle)


def operation_names() -> list[str]:
    """Return the operations, as commands are written."""
    return [dashed(method) for method in METHODS.values()]


def operation_of(name: str) -> str:
    """Return the id of the operation that is named as a command, a method or an operationId.

    Raises:
        InvalidRequestError: there is none.
    """
    try:
        return find_operation(name.replace("-", "_")).id
    except InvalidRequestError as error:
        known = ", ".join(operation_names())
        raise InvalidRequestError(
            f"there is no operation {name!r}; choose one of: {known}.", argument="operation"
        ) from error


def _handle(text: str) -> str:
    if text == "-":
        return sys.stdin.read(_LONGEST_HANDLE)
    if text.lstrip().startswith("{"):
        return text
    try:
        with Path(text).open(encoding="utf-8-sig") as stream:
            return stream.read(_LONGEST_HANDLE)
    except (FileNotFoundError, ValueError) as error:
        raise InvalidRequestError(
            f"{text!r} is no file that holds a task; for a task's id give --relay and --operation as well."
        ) from error


def _home(handle: str) -> str | None:
    try:
        members = json.loads(handle)
    except (ValueError, RecursionError):
        return None
    home = members.get("relay") if isinstance(members, dict) else None
    return home if isinstance(home, str) else None
