"""``kling.tasks``: finding tasks again, one by its id, a page, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from klingkit._errors import InvalidRequestError, UnsupportedByRelayError
from klingkit._flows import fetch_page, get
from klingkit._surface import find_operation
from klingkit._task import AsyncTask, Task, resumed

if TYPE_CHECKING:
    import builtins
    from collections.abc import AsyncIterator, Iterator

    from klingkit._answer import TaskState
    from klingkit._engine import AsyncEngine, Engine
    from klingkit._methods.types import OperationName
    from klingkit._surface import Operation

__all__ = ["AsyncTasks", "Tasks"]

E = TypeVar("E", "Engine", "AsyncEngine")

_MOST_PAGES = 1000
# A page may hold nothing new because tasks were made meanwhile; several in a row are a relay that ignores page numbers.
_MOST_STALE = 3


class Tasks:
    """``kling.tasks``: finds tasks again. Free of charge."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, task_id: str, *, operation: OperationName | str, relay: str | None = None) -> Task:
        """Return the task as it stands now.

        Args:
            task_id: the relay's id, or, where the relay takes it, the external_task_id.
            operation: what made it, such as ``video_text2video`` or ``text_to_video``; Kling keeps them apart.
            relay: where it lives; needed where the client has several relays.

        Raises:
            NotFoundError: the relay knows no such task.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
        """
        base, engine = find_operation(operation), self._engine.member(relay)
        return _task(engine, base.id, engine.run(get(engine.session, base, task_id)), task_id)

    def list(
        self, operation: OperationName | str, *, page: int = 1, page_size: int = 30, relay: str | None = None
    ) -> builtins.list[Task]:
        """Return a page of the account's tasks of one operation, newest first; an empty one past the end.

        Args:
            operation: such as ``video_text2video`` or ``text_to_video``. The newer calls (``standard_...``) and the
                solutions are each listed together.
            page: from 1 to 1000.
            page_size: from 1 to 500.
            relay: whose; needed where the client has several relays.

        Raises:
            UnsupportedByRelayError: the relay has no list.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked; a relay without a list that it
                did not tell of answers with a web page (HtmlPageError).
            InvalidRequestError: an argument is wrong.
        """
        base, engine = find_operation(operation), self._engine.member(relay)
        found = engine.run(fetch_page(engine.session, base, page, page_size))
        return [_task(engine, base.id, state, "") for state in found.tasks]

    def iter(self, operation: OperationName | str, *, page_size: int = 100, relay: str | None = None) -> Iterator[Task]:
        """Return an iterator over the account's tasks of one operation, newest first; pages are fetched as needed.

        A task that a new one pushes onto the next page meanwhile is not told of twice. Arguments and errors are those
        of `list`; they are raised when the page they are about is fetched. Where the client has several relays and
        none is named, it goes through one after the other, those that document no list left out.
        """
        base = find_operation(operation)
        for engine in _listing(self._engine, base, relay):
            yield from self._all(engine, base, page_size)

    def _all(self, engine: Engine, base: Operation, page_size: int) -> Iterator[Task]:
        seen: set[str] = set()
        cursor: str | None = None
        stale = 0
        for page in range(1, _MOST_PAGES + 1):
            number = 1 if base.shared else page
            found = engine.run(fetch_page(engine.session, base, number, page_size, cursor))
            fresh = _unseen(found.tasks, seen)
            yield from (_task(engine, base.id, state, "") for state in fresh)
            stale = 0 if fresh else stale + 1
            if found.is_last or stale == _MOST_STALE:
                return
            cursor = found.following

    def resume(self, source: str | bytes | Task) -> Task:
        """Return the task that ``task.to_json()`` wrote, or that came out of a pickle. Nothing is sent.

        Raises:
            InvalidRequestError: it is neither, or the task lives at another relay.
        """
        known = resumed(source)
        return Task(_home(self._engine, known.relay), *known)


class AsyncTasks:
    """``kling.tasks`` of `AsyncKling`: finds tasks again. Free of charge."""

    __slots__ = ("_engine",)

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def get(self, task_id: str, *, operation: OperationName | str, relay: str | None = None) -> AsyncTask:
        """Return the task as it stands now, as `Tasks.get` does."""
        base, engine = find_operation(operation), self._engine.member(relay)
        return _task_async(engine, base.id, await engine.run(get(engine.session, base, task_id)), task_id)

    async def list(
        self, operation: OperationName | str, *, page: int = 1, page_size: int = 30, relay: str | None = None
    ) -> builtins.list[AsyncTask]:
        """Return a page of the account's tasks of one operation, as `Tasks.list` does."""
        base, engine = find_operation(operation), self._engine.member(relay)
        found = await engine.run(fetch_page(engine.session, base, page, page_size))
        return [_task_async(engine, base.id, state, "") for state in found.tasks]

    async def iter(
        self, operation: OperationName | str, *, page_size: int = 100, relay: str | None = None
    ) -> AsyncIterator[AsyncTask]:
        """Return an iterator over the account's tasks of one operation, as `Tasks.iter` does, for ``async for``."""
        base = find_operation(operation)
        for engine in _listing(self._engine, base, relay):
            async for task in self._all(engine, base, page_size):
                yield task

    async def _all(self, engine: AsyncEngine, base: Operation, page_size: int) -> AsyncIterator[AsyncTask]:
        seen: set[str] = set()
        cursor: str | None = None
        stale = 0
        for page in range(1, _MOST_PAGES + 1):
            number = 1 if base.shared else page
            found = await engine.run(fetch_page(engine.session, base, number, page_size, cursor))
            fresh = _unseen(found.tasks, seen)
            for state in fresh:
                yield _task_async(engine, base.id, state, "")
            stale = 0 if fresh else stale + 1
            if found.is_last or stale == _MOST_STALE:
                return
            cursor = found.following

    def resume(self, source: str | bytes | AsyncTask) -> AsyncTask:
        """Return the task that ``task.to_json()`` wrote, as `Tasks.resume` does. Nothing is sent or awaited."""
        known = resumed(source)
        return AsyncTask(_home(self._engine, known.relay), *known)


def _task(engine: Engine, operation: str, state: TaskState, asked: str) -> Task:
    return Task(engine, engine.session.relay.id, operation, state.task_id or asked, None, state)


def _task_async(engine: AsyncEngine, operation: str, state: TaskState, asked: str) -> AsyncTask:
    return AsyncTask(engine, engine.session.relay.id, operation, state.task_id or asked, None, state)


def _home(engine: E, relay: str) -> E:
    """Return the engine for a task that lives at `relay`."""
    try:
        return engine.member(relay)
    except InvalidRequestError as error:
        raise InvalidRequestError(
            f"This task lives at {relay}; resume it with Kling(relay={relay!r}), not "
            f"{', '.join(one.session.relay.id for one in engine.members())}.",
            argument="source",
            relay=error.relay,
        ) from error


def _listing(engine: E, operation: Operation, relay: str | None) -> builtins.list[E]:
    """Return the engines of the relays to go through; one that documents no list, if that is the only one, says so."""
    if relay is not None:
        return [engine.member(relay)]
    found: builtins.list[E] = [one for one in engine.members() if _lists(one, operation)]
    return found or list(engine.members()[:1])


def _lists(engine: Engine | AsyncEngine, operation: Operation) -> bool:
    try:
        return engine.session.offer(operation).lists
    except UnsupportedByRelayError:
        return False


def _unseen(states: tuple[TaskState, ...], seen: set[str]) -> builtins.list[TaskState]:
    fresh = [state for state in states if str(state.task_id) not in seen]
    seen.update(str(state.task_id) for state in fresh)
    return fresh
