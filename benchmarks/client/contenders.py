"""Who takes part: one `Contender` each, all with the same calls, whatever their own words for them are."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

__all__ = ["KEY", "AsyncCalls", "Calls", "Contender", "Snippets", "Source", "contenders"]

KEY = "bench-key-of-nobody"


@dataclass(frozen=True, slots=True)
class Calls:
    """A client in use.

    Attributes:
        create: makes a task and returns its handle.
        get: asks once for a task.
        inline: makes a task from a picture file, which goes along in the JSON.
        page: asks for so many tasks with one call.
        follow: asks once for a task, and returns the function that waits for its end.
    """

    create: Callable[[], Any]
    get: Callable[[str], Any]
    inline: Callable[[Path], Any] | None = None
    page: Callable[[int], Any] | None = None
    follow: Callable[[str], Callable[[], Any]] | None = None


@dataclass(frozen=True, slots=True)
class AsyncCalls:
    """As `Calls`, awaited.

    Attributes:
        page: asks for so many tasks at once and returns them.
        many: waits for many tasks at once: handles and limits to an asynchronous iterator.
    """

    create: Callable[[], Awaitable[Any]]
    get: Callable[[str], Awaitable[Any]]
    close: Callable[[], Awaitable[Any]]
    page: Callable[[int], Awaitable[Any]] | None = None
    many: Callable[..., AsyncIterator[Any]] | None = None


@dataclass(frozen=True, slots=True)
class Snippets:
    """What a new process runs: the import, a client (an expression), a first status query with it.

    BASE is the address of the local server. `needs` names optional modules it cannot do without.
    """

    imports: str
    client: str
    first: str
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """The large file: its address, the API that tells of it, and the certificate to trust."""

    api: str
    url: str
    trusted: str

    @property
    def scheme(self) -> str:
        """``http`` or ``https``."""
        return self.url.partition(":")[0]

    @property
    def host(self) -> str:
        """Host and port."""
        return self.url.split("/")[2]

    @property
    def path(self) -> str:
        """What follows the host."""
        return self.url.partition(self.host)[2]

    @property
    def root(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.host}"


@dataclass(frozen=True, slots=True)
class Contender:
    """One contender.

    Attributes:
        name: as the tables show it.
        package: the distribution, for the version; None for what comes with Python or the system.
        module: what has to be importable, or for `curl` found on the path.
        sync: makes the client from the server's address and a read timeout in seconds.
        aio: the same for asyncio.
        download: gets ready (imports, client), and returns what fetches the large file to a path.
    """

    name: str
    package: str | None
    module: str
    snippets: Snippets | None = None
    sync: Callable[[str, float], Calls] | None = None
    aio: Callable[[str], Awaitable[AsyncCalls]] | None = None
    download: Callable[[Source], Callable[[Path], Any]] | None = None

    @property
    def installed(self) -> bool:
        """Whether it can take part here."""
        if self.module == "curl":
            return shutil.which("curl") is not None
        return all(importlib.util.find_spec(name) is not None for name in self.module.split())

    @property
    def version(self) -> str:
        """Its version, empty for what comes with Python."""
        try:
            return version(self.package) if self.package else ""
        except PackageNotFoundError:
            return "not installed"


def contenders() -> dict[str, Contender]:
    """Return all contenders by name: ours first."""
    from benchmarks.client import ours, peers, raw

    return {contender.name: contender for module in (ours, raw, peers) for contender in module.CONTENDERS}
