"""The two clients: `Kling`, and `AsyncKling` for asyncio."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self

from klingkit._engine import AsyncEngine, Engine
from klingkit._methods.attributes import AsyncGroups, Groups
from klingkit._setup import Opening, branched, elsewhere, optioned
from klingkit._transports import way_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence

    from klingkit._methods.types import OperationName
    from klingkit._network import Network
    from klingkit._outcome import Outcome
    from klingkit._prices import Estimate
    from klingkit._raw import AsyncRaw, Raw
    from klingkit._result import AsyncResult, Result
    from klingkit._routing import Policy
    from klingkit._task import AsyncTask, Task
    from klingkit._tasks import AsyncTasks, Tasks
    from klingkit._timeouts import Timeouts
    from klingkit._tracing import Tracing
    from klingkit._transport import AsyncHttpClient, SyncHttpClient
    from klingkit.events import Event

__all__ = ["AsyncKling", "Kling"]


class _Client:
    """What both clients share: they say who they are without the key, and are not pickled."""

    _engine: Any  # of each its own kind
    _environ: Mapping[str, str] | None

    @property
    def relay(self) -> str:
        """The id of the relay. Raises InvalidRequestError where there are several."""
        relay: str = self._engine.session.relay.id
        return relay

    @property
    def relays(self) -> tuple[str, ...]:
        """The ids of the relays, in the order they were named."""
        return tuple(one.session.relay.id for one in self._engine.members())

    @property
    def base_url(self) -> str:
        """The address that paths of the one spec are appended to. Raises InvalidRequestError if there are several."""
        root: str = self._engine.session.root
        return root

    def estimate(self, operation: OperationName | str, **arguments: Any) -> Estimate:
        """Return what a create is expected to cost at this relay; of several, at the one that would be asked first.

        Nothing is sent, and no file is read.

        Args:
            operation: such as ``text_to_video`` or ``video_text2video``.
            **arguments: those of the method; what sets the price is enough: model_name, mode, duration, sound, n.

        Raises:
            InvalidRequestError: there is no such operation, or a duration is none.
            ConfigurationError: the configuration file, which may hold prices, is broken.
        """
        from klingkit._pricing import price_of  # few ask, and it loads the table of prices

        relay = self._engine.first(operation, arguments).session.relay.id
        return price_of(relay, operation, arguments, self._environ)

    def __repr__(self) -> str:
        if len(self.relays) > 1:
            return f"{type(self).__name__}(relays={list(self.relays)!r}, policy={self._engine.policy!r})"
        one = self._engine.members()[0].session
        return f"{type(self).__name__}(relay={one.relay.id!r}, base_url={one.root!r})"

    def __reduce__(self) -> Any:
        raise TypeError("a client holds an API key and is not pickled; pickle the task, or pass task.to_json() on")


class Kling(Groups, _Client):
    """A client of one relay, or of several.

    ```python
    with Kling(relay="anyapi") as kling:
        task = kling.video.text_to_video("A fox in snow", model_name="kling-v3", duration=5)
        task.wait(timeout=900).download("fox.mp4")
    ```

    A client may be used by several threads at once.

    Args:
        relay: id of the relay, such as ``anyapi``; see `relay_ids`. Your own ones, from the configuration file, are
            taken as well.
        relays: instead, the ids of several; a call that starts a task is served by one of them. If it is certain that
            a relay took, and charged, nothing, the next one is asked.
        policy: of several relays, which is asked first: ``order``, the one named first; ``cheapest``, by the price
            table; ``least_busy``, the one with the fewest open tasks of this client.
        api_key: the key; of several relays, a mapping from relay to key. Without one, the relay's own variable (such
            as ``KLINGKIT_ANYAPI_API_KEY``) and then ``KLINGKIT_API_KEY`` is read from the environment, then the
            system's keyring (service ``klingkit``, user the relay's id) if the extra ``[keyring]`` is installed.
        access_key: with `secret_key`, in place of a key where the relay takes signed tokens (``official``; not for
            its new-standard paths). Their variables are ``KLINGKIT_OFFICIAL_ACCESS_KEY`` and
            ``KLINGKIT_OFFICIAL_SECRET_KEY``. Needs the extra ``[official]``.
        secret_key: signs the tokens, which are made anew before they expire; never sent.
        base_url: another address, without the relay's path prefix: a mirror, a proxy, the emulator; of several relays,
            a mapping from relay to address.
        timeout: `Timeouts`, or one number of seconds for reading and writing.
        http_client: your own httpx.Client, for HTTP/2, hooks or transports of your own. It is not closed.
        network: proxy, certificates, number of connections, and which transport is used; see `Network`.
        max_retries: how often something is tried again that is safe to repeat: queries, downloads, and creates of
            which nothing was sent or which Kling put off (codes 1302 and 1303). 0 to 10.
        allow_undocumented: whether operations may be called that the relay's documents do not list. They are said in
            the words of the one spec; an id to find a lost task by is not sent.
        validate: whether arguments are checked before anything is sent; every create can say otherwise for itself.
        max_cost: the most that one call may cost: a number of US dollars, or a text such as ``"3.50 CNY"``. What
            costs more by the price table, or has no price in it, is refused before anything is sent.
        allow_dropped: whether a create may be sent, and paid for, of which a field is known not to reach Kling. Gateway
            software drops some (``klingkit relays show newapi-b``); without this such a create is refused.
        environ: read instead of the environment.
        on_event: called with everything that happens; see `klingkit.events`.
        tracing: True gives OpenTelemetry spans of everything, by the global tracer provider; a `Tracing` says more.
            None asks ``KLINGKIT_TRACING`` (1 or 0). Needs the extra ``[otel]``.

    Raises:
        UnknownRelayError: there is no such relay.
        MissingKeyError: there is no key.
        ConfigurationError: another argument is wrong.
    """

    def __init__(
        self,
        relay: str | None = None,
        *,
        relays: Sequence[str] | None = None,
        policy: Policy = "order",
        api_key: str | Mapping[str, str] | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        base_url: str | Mapping[str, str] | None = None,
        timeout: Timeouts | float | None = None,
        http_client: SyncHttpClient | None = None,
        network: Network | None = None,
        max_retries: int = 2,
        allow_undocumented: bool = False,
        validate: bool = True,
        max_cost: float | str | None = None,
        allow_dropped: bool = False,
        environ: Mapping[str, str] | None = None,
        on_event: Callable[[Event], object] | None = None,
        tracing: Tracing | bool | None = None,
    ) -> None:
        self._environ = environ
        self._http_client = way_of(http_client, network)
        self._on_event = on_event
        opened = Opening(
            {"api_key": api_key, "access_key": access_key, "secret_key": secret_key, "base_url": base_url},
            timeout=timeout,
            max_retries=max_retries,
            allow_undocumented=allow_undocumented,
            validate=validate,
            max_cost=max_cost,
            allow_dropped=allow_dropped,
            environ=environ,
            tracing=tracing,
        )
        self._engine = opened.engine(relay, relays, policy, self._http_client, on_event)

    @cached_property
    def tasks(self) -> Tasks:
        """Finds tasks again."""
        from klingkit._tasks import Tasks

        return Tasks(self._engine)

    @cached_property
    def raw(self) -> Raw:
        """Calls of your own, for what the one spec does not know."""
        from klingkit._raw import Raw

        return Raw(self._engine)

    def with_options(
        self,
        *,
        relay: str | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: Timeouts | float | None = None,
        max_retries: int | None = None,
        allow_undocumented: bool | None = None,
        validate: bool | None = None,
        max_cost: float | str | None = None,
        allow_dropped: bool | None = None,
    ) -> Kling:
        """Return a client that differs in what is given; what is None stays as it is.

        With the same relay, key and address it uses the connections of this client, which alone closes them. Another
        relay has a key and connections of its own; your own `http_client` serves both.

        Args:
            relay: another relay; its key is looked for as by `Kling`, unless `api_key` is given. Of several relays, one
                of them: the client is of that one alone, and over the same connections.
            api_key: another key.
            base_url: another address.
            timeout: as of `Kling`.
            max_retries: as of `Kling`.
            allow_undocumented: as of `Kling`.
            validate: as of `Kling`.
            max_cost: as of `Kling`.
            allow_dropped: as of `Kling`.

        Raises:
            UnknownRelayError, MissingKeyError, ConfigurationError: as by `Kling`.
        """
        change = partial(
            optioned,
            timeout=timeout,
            max_retries=max_retries,
            allow_undocumented=allow_undocumented,
            validate=validate,
            max_cost=max_cost,
            allow_dropped=allow_dropped,
            environ=self._environ,
        )
        other = object.__new__(type(self))
        other._environ, other._http_client = self._environ, self._http_client
        other._on_event = self._on_event
        shared = branched(self._engine, change, relay, api_key, base_url)
        if shared is None:
            found = elsewhere(self._engine, change, relay, api_key, base_url, self._environ)
            shared = Engine(*found, self._http_client, self._on_event)
        other._engine = shared
        return other

    def wait_many(
        self,
        tasks: Iterable[Task],
        timeout: float = 600.0,
        poll_interval: float | None = None,
        on_update: Callable[[Task], object] | None = None,
    ) -> Iterator[Outcome[Task, Result]]:
        """Wait for many tasks at once, and yield the outcome of each as its wait ends.

        Each task given comes out exactly once, whatever becomes of it: a task that fails, or that has not ended by the
        deadline, is an outcome with an error and ends nothing else. Where the relay has a list, one call looks at all
        tasks of an operation. To stop waiting, leave the loop; the tasks go on.

        Args:
            tasks: what to wait for, of any operation.
            timeout: the deadline of all, in seconds from this call; 0 asks once.
            poll_interval: seconds from poll to poll; None lets klingkit choose.
            on_update: called with a task whenever its status changed.

        Raises:
            InvalidRequestError: a number is wrong, or something in `tasks` is no task of this relay.
        """
        from klingkit._outcome import outcomes

        return outcomes(self._engine, tasks, timeout, poll_interval, on_update)

    def close(self) -> None:
        """Close the connections; calls after that are refused. Tasks go on at the relay."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncKling(AsyncGroups, _Client):
    """A client for asyncio: as `Kling`, and everything that sends is awaited.

    ```python
    async with AsyncKling(relay="anyapi") as kling:
        task = await kling.video.text_to_video("A fox in snow", model_name="kling-v3", duration=5)
        result = await task.wait(timeout=900)
        await result.download("fox.mp4")
    ```
    """

    def __init__(
        self,
        relay: str | None = None,
        *,
        relays: Sequence[str] | None = None,
        policy: Policy = "order",
        api_key: str | Mapping[str, str] | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        base_url: str | Mapping[str, str] | None = None,
        timeout: Timeouts | float | None = None,
        http_client: AsyncHttpClient | None = None,
        network: Network | None = None,
        max_retries: int = 2,
        allow_undocumented: bool = False,
        validate: bool = True,
        max_cost: float | str | None = None,
        allow_dropped: bool = False,
        environ: Mapping[str, str] | None = None,
        on_event: Callable[[Event], object] | None = None,
        tracing: Tracing | bool | None = None,
    ) -> None:
        self._environ = environ
        self._http_client = way_of(http_client, network)
        self._on_event = on_event
        opened = Opening(
            {"api_key": api_key, "access_key": access_key, "secret_key": secret_key, "base_url": base_url},
            timeout=timeout,
            max_retries=max_retries,
            allow_undocumented=allow_undocumented,
            validate=validate,
            max_cost=max_cost,
            allow_dropped=allow_dropped,
            environ=environ,
            tracing=tracing,
        )
        self._engine = opened.async_engine(relay, relays, policy, self._http_client, on_event)

    @cached_property
    def tasks(self) -> AsyncTasks:
        """Finds tasks again."""
        from klingkit._tasks import AsyncTasks

        return AsyncTasks(self._engine)

    @cached_property
    def raw(self) -> AsyncRaw:
        """Calls of your own, for what the one spec does not know."""
        from klingkit._raw import AsyncRaw

        return AsyncRaw(self._engine)

    def with_options(
        self,
        *,
        relay: str | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: Timeouts | float | None = None,
        max_retries: int | None = None,
        allow_undocumented: bool | None = None,
        validate: bool | None = None,
        max_cost: float | str | None = None,
        allow_dropped: bool | None = None,
    ) -> AsyncKling:
        """Return a client that differs in what is given, as `Kling.with_options` does. Nothing is awaited."""
        change = partial(
            optioned,
            timeout=timeout,
            max_retries=max_retries,
            allow_undocumented=allow_undocumented,
            validate=validate,
            max_cost=max_cost,
            allow_dropped=allow_dropped,
            environ=self._environ,
        )
        other = object.__new__(type(self))
        other._environ, other._http_client = self._environ, self._http_client
        other._on_event = self._on_event
        shared = branched(self._engine, change, relay, api_key, base_url)
        if shared is None:
            found = elsewhere(self._engine, change, relay, api_key, base_url, self._environ)
            shared = AsyncEngine(*found, self._http_client, self._on_event)
        other._engine = shared
        return other

    def wait_many(
        self,
        tasks: Iterable[AsyncTask],
        timeout: float = 600.0,
        poll_interval: float | None = None,
        on_update: Callable[[AsyncTask], object] | None = None,
    ) -> AsyncIterator[Outcome[AsyncTask, AsyncResult]]:
        """Wait for many tasks at once, as `Kling.wait_many` does; for ``async for``. `on_update` may be awaitable."""
        from klingkit._outcome import outcomes_async

        return outcomes_async(self._engine, tasks, timeout, poll_interval, on_update)

    async def close(self) -> None:
        """Close the connections; calls after that are refused. Tasks go on at the relay."""
        await self._engine.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
