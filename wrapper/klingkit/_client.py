"""The two clients: `Kling`, and `AsyncKling` for asyncio."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self

from klingkit._checks import is_whole
from klingkit._engine import AsyncEngine, Engine
from klingkit._errors import ConfigurationError
from klingkit._groups import AsyncImage, AsyncTasks, AsyncVideo, Image, Tasks, Video
from klingkit._registry import find_key, find_relay, root_url
from klingkit._request import Session
from klingkit._secrets import Secret
from klingkit._timeouts import timeouts_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping

    from klingkit._outcome import Outcome
    from klingkit._result import AsyncResult, Result
    from klingkit._task import AsyncTask, Task
    from klingkit._timeouts import Timeouts
    from klingkit._transport import AsyncHttpClient, SyncHttpClient
    from klingkit.events import Event

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


class Kling(_Client):
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
        environ: read instead of the environment.
        on_event: called with everything that happens; see `klingkit.events`.

    Attributes:
        video: makes videos.
        image: makes pictures.
        tasks: finds tasks again.

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
        environ: Mapping[str, str] | None = None,
        on_event: Callable[[Event], object] | None = None,
    ) -> None:
        self._session, secret = _session(relay, api_key, base_url, timeout, max_retries, allow_undocumented, environ)
        self._engine = Engine(self._session, secret, http_client, on_event)
        self.video = Video(self._engine)
        self.image = Image(self._engine)
        self.tasks = Tasks(self._engine)

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


class AsyncKling(_Client):
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
        environ: Mapping[str, str] | None = None,
        on_event: Callable[[Event], object] | None = None,
    ) -> None:
        self._session, secret = _session(relay, api_key, base_url, timeout, max_retries, allow_undocumented, environ)
        self._engine = AsyncEngine(self._session, secret, http_client, on_event)
        self.video = AsyncVideo(self._engine)
        self.image = AsyncImage(self._engine)
        self.tasks = AsyncTasks(self._engine)

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


def _session(
    relay: str,
    api_key: str | None,
    base_url: str | None,
    timeout: Timeouts | float | None,
    max_retries: int,
    allow_undocumented: bool,
    environ: Mapping[str, str] | None,
) -> tuple[Session, Secret]:
    variables = os.environ if environ is None else environ
    found = find_relay(relay, variables)
    secret = Secret(find_key(found, api_key, variables))
    if not is_whole(max_retries, 0, _MOST_RETRIES):
        raise ConfigurationError(f"max_retries has to be a whole number from 0 to {_MOST_RETRIES}.")
    return Session(
        found, root_url(found, base_url), timeouts_of(timeout), max_retries, bool(allow_undocumented)
    ), secret
