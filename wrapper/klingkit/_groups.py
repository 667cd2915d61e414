"""The groups of methods a client has: ``kling.video``, ``kling.image``, ``kling.tasks``."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from klingkit._engine import AsyncEngine, Engine, creation
from klingkit._flows import fetch_page, get
from klingkit._operations import ImageOperations, VideoOperations
from klingkit._surface import find_operation
from klingkit._task import AsyncTask, Task, resumed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._answer import TaskState
    from klingkit._types import OperationName

__all__ = ["AsyncImage", "AsyncTasks", "AsyncVideo", "Image", "Tasks", "Video"]


class _Creates:
    """Runs creates in a `Kling`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _create(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        extra: Mapping[str, Any] | None,
        extra_headers: Mapping[str, str] | None,
    ) -> Task:
        session = self._engine.session
        state, order = self._engine.run(creation(session, operation, arguments, extra, extra_headers))
        return Task(self._engine, session.relay.id, operation, str(state.task_id), order.external_task_id, state)


class _CreatesAsync:
    """Runs creates in an `AsyncKling`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def _create(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        extra: Mapping[str, Any] | None,
        extra_headers: Mapping[str, str] | None,
    ) -> AsyncTask:
        session = self._engine.session
        state, order = await self._engine.run(creation(session, operation, arguments, extra, extra_headers))
        return AsyncTask(self._engine, session.relay.id, operation, str(state.task_id), order.external_task_id, state)


class Video(_Creates, VideoOperations[Task]):
    """``kling.video``: makes videos."""


class Image(_Creates, ImageOperations[Task]):
    """``kling.image``: makes pictures."""


class AsyncVideo(_CreatesAsync, VideoOperations[Coroutine[Any, Any, AsyncTask]]):
    """``kling.video`` of `AsyncKling`: makes videos; every call is awaited."""


class AsyncImage(_CreatesAsync, ImageOperations[Coroutine[Any, Any, AsyncTask]]):
    """``kling.image`` of `AsyncKling`: makes pictures; every call is awaited."""


class Tasks:
    """``kling.tasks``: finds tasks again. Free of charge."""

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

    def list(self, operation: OperationName | str, *, page: int = 1, page_size: int = 30) -> list[Task]:
        """Return a page of the account's tasks of one operation, newest first; an empty one past the end.

        Args:
            operation: such as ``video_text2video`` or ``text_to_video``.
            page: from 1 to 1000.
            page_size: from 1 to 500.

        Raises:
            UnsupportedByRelayError: the relay has no list.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked; a relay without a list that it
                did not tell of answers with a web page (HtmlPageError).
            InvalidRequestError: an argument is wrong.
        """
        base = find_operation(operation)
        states = self._engine.run(fetch_page(self._engine.session, base, page, page_size))
        return [self._task(base.id, state, "") for state in states]

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

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def get(self, task_id: str, *, operation: OperationName | str) -> AsyncTask:
        """Return the task as it stands now, as `Tasks.get` does."""
        base = find_operation(operation)
        return self._task(base.id, await self._engine.run(get(self._engine.session, base, task_id)), task_id)

    async def list(self, operation: OperationName | str, *, page: int = 1, page_size: int = 30) -> list[AsyncTask]:
        """Return a page of the account's tasks of one operation, as `Tasks.list` does."""
        base = find_operation(operation)
        states = await self._engine.run(fetch_page(self._engine.session, base, page, page_size))
        return [self._task(base.id, state, "") for state in states]

    def resume(self, source: str | bytes | AsyncTask) -> AsyncTask:
        """Return the task that ``task.to_json()`` wrote, as `Tasks.resume` does. Nothing is sent or awaited."""
        relay = self._engine.session.relay.id
        operation, task_id, external, state = resumed(source, relay)
        return AsyncTask(self._engine, relay, operation, task_id, external, state)

    def _task(self, operation: str, state: TaskState, asked: str) -> AsyncTask:
        relay = self._engine.session.relay.id
        return AsyncTask(self._engine, relay, operation, state.task_id or asked, None, state)
