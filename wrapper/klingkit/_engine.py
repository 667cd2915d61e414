"""What the groups, tasks and results of one client share: the session and the driver."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from klingkit._compact import Recent, minted
from klingkit._driver import AsyncDriver, SyncDriver
from klingkit._errors import InvalidRequestError
from klingkit._flows import create, order
from klingkit._surface import find_operation
from klingkit._text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from klingkit._answer import TaskState
    from klingkit._desk import Outstanding
    from klingkit._effects import Flow
    from klingkit._flows import Order
    from klingkit._hooks import Hooks
    from klingkit._network import Network
    from klingkit._poller import Poller
    from klingkit._poller_async import AsyncPoller
    from klingkit._request import Session
    from klingkit._routing import Route
    from klingkit._secrets import Secret
    from klingkit._transport import AsyncHttpClient, SyncHttpClient
    from klingkit.events import Event

__all__ = ["AsyncEngine", "Engine", "creation"]

T = TypeVar("T")
R = TypeVar("R")

# The arguments that may refer to what an earlier task made.
_REFERRING = ("video_id", "audio_id", "face_choose")


class Engine:
    """Runs the flows of one `Kling`. The transport is loaded when the first flow runs."""

    def __init__(
        self,
        session: Session,
        secret: Secret,
        http_client: SyncHttpClient | Network | None,
        on_event: Callable[[Event], object] | None = None,
    ) -> None:
        self.session = session
        self.secret = secret
        self.hooks = _hooks(on_event, secret)
        self._http_client = http_client
        self._driver: SyncDriver | None = None
        self._poller: Poller | None = None
        self.homes: dict[Any, Any] = {}
        self.recent = Recent()
        self.outstanding: Outstanding | None = None
        self._lock = threading.Lock()
        if http_client is not None:
            self._loaded()

    @property
    def poller(self) -> Poller:
        """What waits; loaded when first needed."""
        with self._lock:
            if self._poller is None:
                from klingkit._poller import Poller

                self._poller = Poller(self)
            return self._poller

    def run(self, flow: Flow[T]) -> T:
        """Run `flow` to its end."""
        return self._loaded().run(flow)

    def close(self) -> None:
        """Close the connections; calls after that are refused."""
        self._loaded().transport.close()

    def place(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        ask: Callable[[Session, Mapping[str, Any]], Flow[T]],
        make: Callable[[Engine, T, Route | None], R],
    ) -> R:
        """Run the flow that `ask` returns for the arguments; return what `make` makes of who served it, and what came.

        With several relays (`_failover`) it is run for one after the other, until one of them serves it; the route
        tells which. `operation` is its whole id.
        """
        return make(self, self.run(ask(self.session, _referred(self, arguments))), None)

    def home(self, arguments: Mapping[str, Any]) -> tuple[Engine, Mapping[str, Any]]:
        """Return the engine for a call about one relay, and its arguments with ids in place of tasks and results."""
        return self, _referred(self, arguments)

    def rehearse(
        self, operation: str, arguments: Mapping[str, Any], attempt: Callable[[Engine], T]
    ) -> tuple[T, Route | None]:
        """Return what `attempt` makes of the engine that would serve a call, as far as that is known without asking."""
        return attempt(self), None

    def member(self, relay: str | None) -> Engine:
        """Return the engine for a relay of this client; for None, the only one there is.

        Raises:
            InvalidRequestError: it is another client's relay, or there are several to choose from.
        """
        _check_own(self.session, relay)
        return self

    def members(self) -> Sequence[Engine]:
        """Return the engines of all relays of this client."""
        return (self,)

    def at(self, relay: str) -> Engine:
        """Return the engine that asks for tasks of `relay`."""
        return self

    def first(self, operation: str, arguments: Mapping[str, Any]) -> Engine:
        """Return the engine of the relay that would be asked first."""
        return self

    def branch(self, change: Callable[[Session], Session]) -> Engine:
        """Return an engine for a changed session, over the same connections."""
        return self.sharing(change(self.session))

    def sharing(self, session: Session) -> Engine:
        """Return an engine for another session with the same relay and key, over the same connections."""
        return _SharedEngine(self, session)

    def _loaded(self) -> SyncDriver:
        with self._lock:
            if self._driver is None:
                from klingkit._transports import sync_sender

                transport = sync_sender(self.session.root, self.secret, self._http_client)
                if self.session.spans is not None:
                    from klingkit._traced import TracedSync

                    transport = TracedSync(transport, self.session.spans)
                self._driver = SyncDriver(transport, self.secret, self.hooks)
            return self._driver


class AsyncEngine:
    """Runs the flows of one `AsyncKling`, as `Engine` does."""

    def __init__(
        self,
        session: Session,
        secret: Secret,
        http_client: AsyncHttpClient | Network | None,
        on_event: Callable[[Event], object] | None = None,
    ) -> None:
        self.session = session
        self.secret = secret
        self.hooks = _hooks(on_event, secret)
        self._http_client = http_client
        self._driver: AsyncDriver | None = None
        self._poller: AsyncPoller | None = None
        self.homes: dict[Any, Any] = {}
        self.recent = Recent()
        self.outstanding: Outstanding | None = None
        if http_client is not None:
            self._loaded()

    @property
    def poller(self) -> AsyncPoller:
        """What waits; loaded when first needed."""
        if self._poller is None:
            from klingkit._poller_async import AsyncPoller

            self._poller = AsyncPoller(self)
        return self._poller

    def run(self, flow: Flow[T]) -> Coroutine[Any, Any, T]:
        """Run `flow` to its end."""
        return self._loaded().run(flow)

    async def close(self) -> None:
        """Close the connections; calls after that are refused."""
        await self._loaded().transport.close()

    async def place(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        ask: Callable[[Session, Mapping[str, Any]], Flow[T]],
        make: Callable[[AsyncEngine, T, Route | None], R],
    ) -> R:
        """Run the flow that `ask` returns, as `Engine.place` does."""
        return make(self, await self.run(ask(self.session, _referred(self, arguments))), None)

    def home(self, arguments: Mapping[str, Any]) -> tuple[AsyncEngine, Mapping[str, Any]]:
        """Return the engine for a call about one relay, and its arguments with ids in place of tasks and results."""
        return self, _referred(self, arguments)

    def member(self, relay: str | None) -> AsyncEngine:
        """Return the engine for a relay of this client, as `Engine.member` does."""
        _check_own(self.session, relay)
        return self

    def members(self) -> Sequence[AsyncEngine]:
        """Return the engines of all relays of this client."""
        return (self,)

    def at(self, relay: str) -> AsyncEngine:
        """Return the engine that asks for tasks of `relay`."""
        return self

    def first(self, operation: str, arguments: Mapping[str, Any]) -> AsyncEngine:
        """Return the engine of the relay that would be asked first."""
        return self

    def branch(self, change: Callable[[Session], Session]) -> AsyncEngine:
        """Return an engine for a changed session, over the same connections."""
        return self.sharing(change(self.session))

    def sharing(self, session: Session) -> AsyncEngine:
        """Return an engine for another session with the same relay and key, over the same connections."""
        return _SharedAsyncEngine(self, session)

    def _loaded(self) -> AsyncDriver:
        if self._driver is None:
            from klingkit._transports import async_sender

            transport = async_sender(self.session.root, self.secret, self._http_client)
            if self.session.spans is not None:
                from klingkit._traced import TracedAsync

                transport = TracedAsync(transport, self.session.spans)
            self._driver = AsyncDriver(transport, self.secret, self.hooks)
        return self._driver


def _referred(engine: Engine | AsyncEngine, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the arguments with ids in place of the tasks and results that were given for what they made."""
    if all(arguments.get(name) is None or isinstance(arguments[name], str) for name in _REFERRING):
        return arguments
    from klingkit._belongings import belongings

    given, home = belongings(arguments)
    engine.member(home)
    return given


def _check_own(session: Session, relay: str | None) -> None:
    if relay is not None and relay != session.relay.id:
        raise InvalidRequestError(
            f"This client asks {session.relay.id}, not {clean(relay, 60)!r}; make another with "
            "kling.with_options(relay=...).",
            argument="relay",
            relay=session.relay.id,
        )


def _hooks(on_event: Callable[[Event], object] | None, secret: Secret) -> Hooks | None:
    if on_event is None:
        return None
    from klingkit._hooks import Hooks  # loaded for those who listen

    return Hooks(on_event, secret)


class _SharedEngine(Engine):
    """An engine over the connections of another one, which alone closes them."""

    def __init__(self, owner: Engine, session: Session) -> None:
        super().__init__(session, owner.secret, None)
        self._owner = owner
        self.hooks = owner.hooks

    def close(self) -> None:
        """Leave the connections open: they are another's."""

    def _loaded(self) -> SyncDriver:
        return self._owner._loaded()


class _SharedAsyncEngine(AsyncEngine):
    """As `_SharedEngine`, for asyncio."""

    def __init__(self, owner: AsyncEngine, session: Session) -> None:
        super().__init__(session, owner.secret, None)
        self._owner = owner
        self.hooks = owner.hooks

    async def close(self) -> None:
        """Leave the connections open: they are another's."""

    def _loaded(self) -> AsyncDriver:
        return self._owner._loaded()


def creation(
    operation: str,
    extra: Mapping[str, Any] | None,
    extra_headers: Mapping[str, str] | None,
    validate: bool | None = None,
) -> Callable[[Session, Mapping[str, Any]], Flow[tuple[TaskState, Order]]]:
    """Return what makes the flow that creates a task from arguments, with a fresh id by which it can be found again.

    The id is the same at every relay: relays may share an account at Kling, which takes no id twice. `validate` says
    whether it is held against the relay's documents; None leaves that to the client.
    """
    fresh = minted(os.urandom(16))

    def ask(session: Session, arguments: Mapping[str, Any]) -> Flow[tuple[TaskState, Order]]:
        return create(
            lambda: order(session, find_operation(operation), arguments, extra, extra_headers, fresh, validate)
        )

    return ask
