"""How the wait for one of many tasks ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from klingkit._errors import InvalidRequestError
from klingkit._result import AsyncResult, Result
from klingkit._task import AsyncTask, Task, TaskBase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from klingkit._engine import AsyncEngine, Engine

__all__ = ["Outcome", "outcomes", "outcomes_async"]

T = TypeVar("T", bound=TaskBase[Any])
R = TypeVar("R")


class Outcome(Generic[T, R]):
    """How the wait for one task ended, as ``wait_many`` yields it.

    Attributes:
        task: the task; the very object that was passed in.
        error: None when it has succeeded; otherwise what ``task.wait`` would have raised: TaskFailedError,
            WaitTimeoutError, or the RelayError that ended the wait.
    """

    __slots__ = ("_make", "error", "task")

    def __init__(self, task: T, error: BaseException | None, make: Callable[[T], R]) -> None:
        self.task: T = task
        self.error: BaseException | None = error
        self._make = make

    def __repr__(self) -> str:
        how = "succeeded" if self.error is None else type(self.error).__name__
        return f"Outcome({self.task!r}, {how})"

    def result(self) -> R:
        """Return the result of a task that has succeeded. Raises `error` for any other."""
        if self.error is not None:
            raise self.error
        return self._make(self.task)


def outcomes(
    engine: Engine,
    tasks: Iterable[Task],
    timeout: float,
    poll_interval: float | None,
    on_update: Callable[[Task], object] | None,
) -> Iterator[Outcome[Task, Result]]:
    """Return the outcomes of `tasks` as they end. Raises InvalidRequestError at once, not with the first of them."""
    ended = engine.poller.watch(_checked(engine, tasks, Task), timeout, poll_interval, on_update)
    return (Outcome(task, error, Result) for task, error in ended)


def outcomes_async(
    engine: AsyncEngine,
    tasks: Iterable[AsyncTask],
    timeout: float,
    poll_interval: float | None,
    on_update: Callable[[AsyncTask], object] | None,
) -> AsyncIterator[Outcome[AsyncTask, AsyncResult]]:
    """Return the outcomes of `tasks` as they end. Raises InvalidRequestError at once, not with the first of them."""
    ended = engine.poller.watch(_checked(engine, tasks, AsyncTask), timeout, poll_interval, on_update)
    return (Outcome(task, error, AsyncResult) async for task, error in ended)


def _checked(engine: Engine | AsyncEngine, tasks: Iterable[T], kind: type[T]) -> list[T]:
    try:
        given = list(tasks)
    except TypeError as error:
        raise InvalidRequestError("tasks has to be a list of tasks.", argument="tasks") from error
    for at, task in enumerate(given):
        if not isinstance(task, kind):
            raise InvalidRequestError(
                f"tasks[{at}] is no {kind.__name__}; pass what a create, tasks.get or tasks.resume returned.",
                argument=f"tasks[{at}]",
            )
        if not _asks(engine, task):
            raise InvalidRequestError(
                f"tasks[{at}] lives at {task.relay}, elsewhere than this client asks; wait for it with its own client.",
                argument=f"tasks[{at}]",
            )
    return given


def _asks(engine: Engine | AsyncEngine, task: TaskBase[Any]) -> bool:
    """Whether this client asks where the task lives."""
    home = task._attached().session.root
    able = [one for one in engine.members() if one.session.root == home]
    return any(one is engine or one.session.relay.id == task.relay for one in able)
