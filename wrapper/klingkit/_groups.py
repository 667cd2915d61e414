"""What the groups of methods of a client (``kling.video``, ``kling.image``, ...) run on. The methods are generated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._engine import creation
from klingkit._flows import get
from klingkit._surface import find_operation
from klingkit._task import AsyncTask, Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._answer import TaskState
    from klingkit._calls import Answered
    from klingkit._effects import Flow
    from klingkit._engine import AsyncEngine, Engine
    from klingkit._flows import Order
    from klingkit._request import Session
    from klingkit._result import AsyncResult, Result
    from klingkit._routing import Route

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
        def make(engine: Engine, told: tuple[TaskState, Order], route: Route | None) -> Task:
            (state, order), relay = told, engine.session.relay.id
            return Task(engine, relay, operation, str(state.task_id), order.external_task_id, state, route)

        ask = creation(operation, extra, extra_headers, validate)
        return self._engine.place(f"{operation}_create", arguments, ask, make)

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

        engine, given = self._engine.home(arguments)
        return engine.run(ask(engine.session, operation, given, extra, extra_headers, validate))

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

        def run(session: Session, given: Mapping[str, Any]) -> Flow[Answered]:
            return ask(session, operation, given, extra, extra_headers, validate)

        def make(engine: Engine, answered: Answered, route: Route | None) -> Result:
            state, relay = finished_task(engine.session, operation, answered), engine.session.relay.id
            return Result(Task(engine, relay, operation, str(state.task_id), None, state, route))

        return self._engine.place(operation, arguments, run, make)


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
        def make(engine: AsyncEngine, told: tuple[TaskState, Order], route: Route | None) -> AsyncTask:
            (state, order), relay = told, engine.session.relay.id
            return AsyncTask(engine, relay, operation, str(state.task_id), order.external_task_id, state, route)

        ask = creation(operation, extra, extra_headers, validate)
        return await self._engine.place(f"{operation}_create", arguments, ask, make)

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

        engine, given = self._engine.home(arguments)
        return await engine.run(ask(engine.session, operation, given, extra, extra_headers, validate))

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

        def run(session: Session, given: Mapping[str, Any]) -> Flow[Answered]:
            return ask(session, operation, given, extra, extra_headers, validate)

        def make(engine: AsyncEngine, answered: Answered, route: Route | None) -> AsyncResult:
            state, relay = finished_task(engine.session, operation, answered), engine.session.relay.id
            return AsyncResult(AsyncTask(engine, relay, operation, str(state.task_id), None, state, route))

        return await self._engine.place(operation, arguments, run, make)
