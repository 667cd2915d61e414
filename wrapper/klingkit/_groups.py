"""What the groups of methods of a client (``kling.video``, ``kling.image``, ...) run on. The methods are generated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._engine import creation
from klingkit._flows import get
from klingkit._surface import find_operation
from klingkit._task import AsyncTask, Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._calls import Answered
    from klingkit._engine import AsyncEngine, Engine
    from klingkit._result import AsyncResult, Result

__all__ = ["AsyncGroup", "Group"]


class Group:
    """A group of methods of a `Kling`."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _create(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        extra: Mapping[str, Any] | None,
        extra_headers: Mapping[str, str] | None,
        *,
        validate: bool | None,
    ) -> Task:
        session = self._engine.session
        state, order = self._engine.run(creation(session, operation, arguments, extra, extra_headers, validate))
        return Task(self._engine, session.relay.id, operation, str(state.task_id), order.external_task_id, state)

    def _get(self, operation: str, task_id: str) -> Task:
        session = self._engine.session
        state = self._engine.run(get(session, find_operation(operation), task_id))
        return Task(self._engine, session.relay.id, operation, state.task_id or task_id, state.external_task_id, state)

    def _call(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        extra: Mapping[str, Any] | None,
        extra_headers: Mapping[str, str] | None,
        *,
        validate: bool | None = None,
    ) -> Answered:
        from klingkit._calls import ask  # not needed, and not loaded, by those who only make videos

        return self._engine.run(ask(self._engine.session, operation, arguments, extra, extra_headers, validate))

    def _finished(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        extra: Mapping[str, Any] | None,
        extra_headers: Mapping[str, str] | None,
        *,
        validate: bool | None = None,
    ) -> Result:
        from klingkit._calls import ask, finished_task
        from klingkit._result import Result

        session = self._engine.session
        answered = self._engine.run(ask(session, operation, arguments, extra, extra_headers, validate))
        state = finished_task(session, operation, answered)
        return Result(Task(self._engine, session.relay.id, operation, str(state.task_id), None, state))


class AsyncGroup:
    """A group of methods of an `AsyncKling`, as `Group`."""

    __slots__ = ("_engine",)

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def _create(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        extra: Mapping[str, Any] | None,
        extra_headers: Mapping[str, str] | None,
        *,
        validate: bool | None,
    ) -> AsyncTask:
        session = self._engine.session
        flow = creation(session, operation, arguments, extra, extra_headers, validate)
        state, order = await self._engine.run(flow)
        return AsyncTask(self._engine, session.relay.id, operation, str(state.task_id), order.external_task_id, state)

    async def _get(self, operation: str, task_id: str) -> AsyncTask:
        session = self._engine.session
        state = await self._engine.run(get(session, find_operation(operation), task_id))
        return AsyncTask(
            self._engine, session.relay.id, operation, state.task_id or task_id, state.external_task_id, state
        )

    async def _call(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        extra: Mapping[str, Any] | None,
        extra_headers: Mapping[str, str] | None,
        *,
        validate: bool | None = None,
    ) -> Answered:
        from klingkit._calls import ask

        return await self._engine.run(ask(self._engine.session, operation, arguments, extra, extra_headers, validate))

    async def _finished(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        extra: Mapping[str, Any] | None,
        extra_headers: Mapping[str, str] | None,
        *,
        validate: bool | None = None,
    ) -> AsyncResult:
        from klingkit._calls import ask, finished_task
        from klingkit._result import AsyncResult

        session = self._engine.session
        answered = await self._engine.run(ask(session, operation, arguments, extra, extra_headers, validate))
        state = finished_task(session, operation, answered)
        return AsyncResult(AsyncTask(self._engine, session.relay.id, operation, str(state.task_id), None, state))
