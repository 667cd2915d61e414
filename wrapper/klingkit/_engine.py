"""What the groups, tasks and results of one client share: the session and the driver."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING, Any, TypeVar

from klingkit._driver import AsyncDriver, SyncDriver
from klingkit._flows import create, order
from klingkit._surface import find_operation

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from klingkit._answer import TaskState
    from klingkit._effects import Flow
    from klingkit._flows import Order
    from klingkit._network import Network
    from klingkit._request import Session
    from klingkit._secrets import Secret
    from klingkit._transport import AsyncHttpClient, SyncHttpClient

__all__ = ["AsyncEngine", "Engine", "creation"]

T = TypeVar("T")


class Engine:
    """Runs the flows of one `Kling`. The transport is loaded when the first flow runs."""

    def __init__(self, session: Session, secret: Secret, http_client: SyncHttpClient | Network | None) -> None:
        self.session = session
        self.secret = secret
        self._http_client = http_client
        self._driver: SyncDriver | None = None
        self._lock = threading.Lock()
        if http_client is not None:
            self._loaded()

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

                self._driver = SyncDriver(sync_sender(self.session.root, self.secret, self._http_client), self.secret)
            return self._driver


class AsyncEngine:
    """Runs the flows of one `AsyncKling`, as `Engine` does."""

    def __init__(self, session: Session, secret: Secret, http_client: AsyncHttpClient | Network | None) -> None:
        self.session = session
        self.secret = secret
        self._http_client = http_client
        self._driver: AsyncDriver | None = None
        if http_client is not None:
            self._loaded()

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

            self._driver = AsyncDriver(async_sender(self.session.root, self.secret, self._http_client), self.secret)
        return self._driver


class _SharedEngine(Engine):
    """An engine over the connections of another one, which alone closes them."""

    def __init__(self, owner: Engine, session: Session) -> None:
        super().__init__(session, owner.secret, None)
        self._owner = owner

    def close(self) -> None:
        """Leave the connections open: they are another's."""

    def _loaded(self) -> SyncDriver:
        return self._owner._loaded()


class _SharedAsyncEngine(AsyncEngine):
    """As `_SharedEngine`, for asyncio."""

    def __init__(self, owner: AsyncEngine, session: Session) -> None:
        super().__init__(session, owner.secret, None)
        self._owner = owner

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
    minted = f"klingkit-{uuid.uuid4()}"

    def prepare() -> Order:
        return order(session, find_operation(operation), arguments, extra, extra_headers, minted, validate)

    return create(prepare)
