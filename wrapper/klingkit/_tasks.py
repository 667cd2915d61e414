"""``kling.tasks``: finding tasks again, one by its id, a page, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit._flows import fetch_page, get
from klingkit._surface import find_operation
from klingkit._task import AsyncTask, Task, resumed

if TYPE_CHECKING:
    import builtins
    from collections.abc import AsyncIterator, Iterator

    from klingkit._answer import TaskState
    from klingkit._engine import AsyncEngine, Engine
    from klingkit._methods.types import OperationName

__all__ = ["AsyncTasks", "Tasks"]

_MOST_PAGES = 1000
# A page may hold nothing new because tasks were made meanwhile; several in a row are a relay that ignores page numbers.
_MOST_STALE = 3


class Tasks:
    """``kling.tasks``: finds tasks again. Free of charge."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, task_id: str, *, operation: OperationName | str) -> Task:
        """Return the task as it stands now.

        Args:
            task_id: the relay's id, or, where the relay takes it, the external_task_id.
            operation: what made it, such as ``video_text2video`` or ``text_to_video``; Kling keeps them apart.

        Raises:
            NotFoundError: the relay knows no such task.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
        """
        base = find_operation(operation)
        return self._task(base.id, self._engine.run(get(self._engine.session, base, task_id)), task_id)

    def list(self, operation: OperationName | str, *, page: int = 1, page_size: int = 30) -> builtins.list[Task]:
        """Return a page of the account's tasks of one operation, newest first; an empty one past the end.

        Args:
            operation: such as ``video_text2video`` or ``text_to_video``. The newer calls (``standard_...``) and the
                solutions are each listed together.
            page: from 1 to 1000.
            page_size: from 1 to 500.

        Raises:
            UnsupportedByRelayError: the relay has no list.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked; a relay without a list that it
                did not tell of answers with a web page (HtmlPageError).
            InvalidRequestError: an argument is wrong.
        """
        base = find_operation(operation)
        found = self._engine.run(fetch_page(self._engine.session, base, page, page_size))
        return [self._task(base.id, state, "") for state in found.tasks]

    def iter(self, operation: OperationName | str, *, page_size: int = 100) -> Iterator[Task]:
        """Return an iterator over the account's tasks of one operation, newest first; pages are fetched as needed.

        A task that a new one pushes onto the next page meanwhile is not told of twice. Arguments and errors are those
        of `list`; they are raised when the page they are about is fetched.
        """
        base = find_operation(operation)
        seen: set[str] = set()
        cursor: str | None = None
        stale = 0
        for page in range(1, _MOST_PAGES + 1):
            number = 1 if base.shared else page
            found = self._engine.run(fetch_page(self._engine.session, base, number, page_size, cursor))
            fresh = _unseen(found.tasks, seen)
            yield from (self._task(base.id, state, "") for state in fresh)
            stale = 0 if fresh else stale + 1
            if found.is_last or stale == _MOST_STALE:
                return
            cursor = found.following

    def resume(self, source: str | bytes | Task) -> Task:
        """Return the task that ``task.to_json()`` wrote, or that came out of a pickle. Nothing is sent.

        Raises:
            InvalidRequestError: it is neither, or the task lives at another relay.
        """
        relay = self._engine.session.relay.id
        operation, task_id, external, state = resumed(source, relay)
        return Task(self._engine, relay, operation, task_id, external, state)

    def _task(self, operation: str, state: TaskState, asked: str) -> Task:
        relay = self._engine.session.relay.id
        return Task(self._engine, relay, operation, state.task_id or asked, None, state)


class AsyncTasks:
    """``kling.tasks`` of `AsyncKling`: finds tasks again. Free of charge."""

    __slots__ = ("_engine",)

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def get(self, task_id: str, *, operation: OperationName | str) -> AsyncTask:
        """Return the task as it stands now, as `Tasks.get` does."""
        base = find_operation(operation)
        return self._task(base.id, await self._engine.run(get(self._engine.session, base, task_id)), task_id)

    async def list(
        self, operation: OperationName | str, *, page: int = 1, page_size: int = 30
    ) -> builtins.list[AsyncTask]:
        """Return a page of the account's tasks of one operation, as `Tasks.list` does."""
        base = find_operation(operation)
        found = await self._engine.run(fetch_page(self._engine.session, base, page, page_size))
        return [self._task(base.id, state, "") for state in found.tasks]

    async def iter(self, operation: OperationName | str, *, page_size: int = 100) -> AsyncIterator[AsyncTask]:
        """Return an iterator over the account's tasks of one operation, as `Tasks.iter` does, for ``async for``."""
        base = find_operation(operation)
        seen: set[str] = set()
        cursor: str | None = None
        stale = 0
        for page in range(1, _MOST_PAGES + 1):
            number = 1 if base.shared else page
            found = await self._engine.run(fetch_page(self._engine.session, base, number, page_size, cursor))
            fresh = _unseen(found.tasks, seen)
            for state in fresh:
                yield self._task(base.id, state, "")
            stale = 0 if fresh else stale + 1
            if found.is_last or stale == _MOST_STALE:
                return
            cursor = found.following

    def resume(self, source: str | bytes | AsyncTask) -> AsyncTask:
        """Return the task that ``task.to_json()`` wrote, as `Tasks.resume` does. Nothing is sent or awaited."""
        relay = self._engine.session.relay.id
        operation, task_id, external, state = resumed(source, relay)
        return AsyncTask(self._engine, relay, operation, task_id, external, state)

    def _task(self, operation: str, state: TaskState, asked: str) -> AsyncTask:
        relay = self._engine.session.relay.id
        return AsyncTask(self._engine, relay, operation, state.task_id or asked, None, state)


def _unseen(states: tuple[TaskState, ...], seen: set[str]) -> builtins.list[TaskState]:
    fresh = [state for state in states if str(state.task_id) not in seen]
    seen.update(str(state.task_id) for state in fresh)
    return fresh
