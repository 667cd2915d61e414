"""The two clients: `Kling`, and `AsyncKling` for asyncio."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from klingkit._checks import is_whole
from klingkit._engine import AsyncEngine, Engine
from klingkit._errors import ConfigurationError
from klingkit._methods.attributes import AsyncGroups, Groups
from klingkit._registry import find_key, find_relay, root_url
from klingkit._request import Session
from klingkit._secrets import Secret
from klingkit._timeouts import timeouts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._raw import AsyncRaw, Raw
    from klingkit._tasks import AsyncTasks, Tasks
    from klingkit._timeouts import Timeouts
    from klingkit._transport import AsyncHttpClient, SyncHttpClient

__all__ = ["AsyncKling", "Kling"]

_MOST_RETRIES = 10


class _Client:
    """What both clients share: they say who they are without the key, and are not pickled."""

    _session: Session

    @property
    def relay(self) -> str:
        """The id of the relay."""
        return self._session.relay.id

    @property
    def base_url(self) -> str:
        """The address that the paths of the one spec are appended to."""
        return self._session.root

    def __repr__(self) -> str:
        return f"{type(self).__name__}(relay={self.relay!r}, base_url={self.base_url!r})"

    def __reduce__(self) -> Any:
        raise TypeError("a client holds an API key and is not pickled; pickle the task, or pass task.to_json() on")

    def _optioned(
        self,
        timeout: Timeouts | float | None,
        max_retries: int | None,
        allow_undocumented: bool | None,
        validate: bool | None,
    ) -> Session:
        session = self._session
        return replace(
            session,
            timeouts=session.timeouts if timeout is None else timeouts_of(timeout),
            max_retries=session.max_retries if max_retries is None else _retries(max_retries),
            allow_undocumented=session.allow_undocumented if allow_undocumented is None else bool(allow_undocumented),
            validate=session.validate if validate is None else bool(validate),
        )


class Kling(_Client, Groups):
    """A client of one relay.

    ```python
    with Kling(relay="anyapi") as kling:
        task = kling.video.text_to_video("A fox in snow", model_name="kling-v3", duration=5)
        task.wait(timeout=900).download("fox.mp4")
    ```

    A client may be used by several threads at once.

    Args:
        relay: id of the relay, such as ``anyapi``; see `relay_ids`. Your own ones, from the configuration file, are
            taken as well.
        api_key: the key. Without one, the relay's own variable (such as ``KLINGKIT_ANYAPI_API_KEY``) and then
            ``KLINGKIT_API_KEY`` is read from the environment.
        base_url: another address, without the relay's path prefix: a mirror, a proxy, the emulator.
        timeout: `Timeouts`, or one number of seconds for reading and writing.
        http_client: your own httpx.Client, for proxies, certificates or transports. It is not closed.
        max_retries: how often something is tried again that is safe to repeat: queries, downloads, and creates of
            which nothing was sent or which Kling put off (codes 1302 and 1303). 0 to 10.
        allow_undocumented: whether operations may be called that the relay's documents do not list. They are said in
            the words of the one spec; an id to find a lost task by is not sent.
        validate: whether arguments are checked before anything is sent; every create can say otherwise for itself.
        environ: read instead of the environment.

    Raises:
        UnknownRelayError: there is no such relay.
        MissingKeyError: there is no key.
        ConfigurationError: another argument is wrong.
    """

    def __init__(
        self,
        relay: str,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: Timeouts | float | None = None,
        http_client: SyncHttpClient | None = None,
        max_retries: int = 2,
        allow_undocumented: bool = False,
        validate: bool = True,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._session, secret = _session(
            relay, api_key, base_url, timeout, max_retries, allow_undocumented, validate, environ
        )
        self._environ = environ
        self._http_client = http_client
        self._engine = Engine(self._session, secret, http_client)

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
    ) -> Kling:
        """Return a client that differs in what is given; what is None stays as it is.

        With the same relay, key and address it uses the connections of this client, which alone closes them. Another
        relay has a key and connections of its own; your own `http_client` serves both.

        Args:
            relay: another relay; its key is looked for as by `Kling`, unless `api_key` is given.
            api_key: another key.
            base_url: another address.
            timeout: as of `Kling`.
            max_retries: as of `Kling`.
            allow_undocumented: as of `Kling`.
            validate: as of `Kling`.

        Raises:
            UnknownRelayError, MissingKeyError, ConfigurationError: as by `Kling`.
        """
        session = self._optioned(timeout, max_retries, allow_undocumented, validate)
        other = object.__new__(type(self))
        other._environ, other._http_client = self._environ, self._http_client
        if relay is None and api_key is None and base_url is None:
            other._session = session
            other._engine = self._engine.sharing(session)
            return other
        other._session, secret = _elsewhere(session, relay, api_key, base_url, self._engine, self._environ)
        other._engine = Engine(other._session, secret, self._http_client)
        return other

    def close(self) -> None:
        """Close the connections; calls after that are refused. Tasks go on at the relay."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncKling(_Client, AsyncGroups):
    """A client of one relay for asyncio: as `Kling`, and everything that sends is awaited.

    ```python
    async with AsyncKling(relay="anyapi") as kling:
        task = await kling.video.text_to_video("A fox in snow", model_name="kling-v3", duration=5)
        result = await task.wait(timeout=900)
        await result.download("fox.mp4")
    ```
    """

    def __init__(
        self,
        relay: str,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: Timeouts | float | None = None,
        http_client: AsyncHttpClient | None = None,
        max_retries: int = 2,
        allow_undocumented: bool = False,
        validate: bool = True,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._session, secret = _session(
            relay, api_key, base_url, timeout, max_retries, allow_undocumented, validate, environ
        )
        self._environ = environ
        self._http_client = http_client
        self._engine = AsyncEngine(self._session, secret, http_client)

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
    ) -> AsyncKling:
        """Return a client that differs in what is given, as `Kling.with_options` does. Nothing is awaited."""
        session = self._optioned(timeout, max_retries, allow_undocumented, validate)
        other = object.__new__(type(self))
        other._environ, other._http_client = self._environ, self._http_client
        if relay is None and api_key is None and base_url is None:
            other._session = session
            other._engine = self._engine.sharing(session)
            return other
        other._session, secret = _elsewhere(session, relay, api_key, base_url, self._engine, self._environ)
        other._engine = AsyncEngine(other._session, secret, self._http_client)
        return other

    async def close(self) -> None:
        """Close the connections; calls after that are refused. Tasks go on at the relay."""
        await self._engine.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _session(
    relay: str,
    api_key: str | None,
    base_url: str | None,
    timeout: Timeouts | float | None,
    max_retries: int,
    allow_undocumented: bool,
    validate: bool,
    environ: Mapping[str, str] | None,
) -> tuple[Session, Secret]:
    variables = os.environ if environ is None else environ
    found = find_relay(relay, variables)
    secret = Secret(find_key(found, api_key, variables))
    return Session(
        found,
        root_url(found, base_url),
        timeouts_of(timeout),
        _retries(max_retries),
        bool(allow_undocumented),
        bool(validate),
    ), secret


def _elsewhere(
    session: Session,
    relay: str | None,
    api_key: str | None,
    base_url: str | None,
    engine: Engine | AsyncEngine,
    environ: Mapping[str, str] | None,
) -> tuple[Session, Secret]:
    """Return `session` at another relay, under another key or address. A key never goes to another relay."""
    variables = os.environ if environ is None else environ
    if relay is None or relay == session.relay.id:
        found, secret = session.relay, engine.secret
        root = session.root if base_url is None else root_url(found, base_url)
        if api_key is not None:
            secret = Secret(find_key(found, api_key, variables))
        return replace(session, root=root), secret
    found = find_relay(relay, variables)
    return replace(session, relay=found, root=root_url(found, base_url)), Secret(find_key(found, api_key, variables))


def _retries(most: int) -> int:
    if not is_whole(most, 0, _MOST_RETRIES):
        raise ConfigurationError(f"max_retries has to be a whole number from 0 to {_MOST_RETRIES}.")
    return most
