"""What the groups, tasks and results of one client share: the session and the driver."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING, Any, TypeVar

from klingkit._compact import MINTED, Recent
from klingkit._driver import AsyncDriver, SyncDriver
from klingkit._flows import create, order
from klingkit._surface import find_operation

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from klingkit._answer import TaskState
    from klingkit._effects import Flow
    from klingkit._flows import Order
    from klingkit._hooks import Hooks
    from klingkit._network import Network
    from klingkit._poller import Poller
    from klingkit._poller_async import AsyncPoller
    from klingkit._request import Session
    from klingkit._secrets import Secret
    from klingkit._transport import AsyncHttpClient, SyncHttpClient
    from klingkit.events import Event

__all__ = ["AsyncEngine", "Engine", "creation"]

T = TypeVar("T")


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
        self.homes: dict[str, Any] = {}
        self.recent = Recent()
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
        self.homes: dict[str, Any] = {}
        self.recent = Recent()
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
    session: Session,
    operation: str,
    arguments: Mapping[str, Any],
    extra: Mapping[str, Any] | None,
    extra_headers: Mapping[str, str] | None,
    validate: bool | None = None,
) -> Flow[tuple[TaskState, Order]]:
    """Return the flow that creates a task, with a fresh id by which it can be found again.

    `validate` says whether it is held against the relay's documents; None leaves that to the client.
    """
    minted = f"{MINTED}{uuid.uuid4()}"

    def prepare() -> Order:
        return order(session, find_operation(operation), arguments, extra, extra_headers, minted, validate)

    return create(prepare)
