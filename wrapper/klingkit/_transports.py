"""Which transport a client uses: the caller's own httpx client, httpx, or klingkit's own. Loaded when needed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol, TypeVar

from klingkit._errors import ConfigurationError
from klingkit._network import Network, uses_httpx

if TYPE_CHECKING:
    from klingkit._effects import Call, Fetch, Head, Reply
    from klingkit._secrets import Secret
    from klingkit._transport import AsyncHttpClient, SyncHttpClient

__all__ = ["AsyncSender", "SyncSender", "async_sender", "sync_sender", "way_of"]

C = TypeVar("C")


class SyncSender(Protocol):
    """What every transport for `Kling` does."""

    def headers(self, call: Call) -> dict[str, str]:
        """Return the headers `call` is sent with, the key among them."""

    def send(self, call: Call) -> Reply:
        """Send `call` and return the whole reply. Raises TransportError."""

    def open(self, fetch: Fetch) -> Head:
        """Begin to fetch a file. Raises TransportError."""

    def chunk(self, head: Head) -> memoryview | bytes:
        """Return the next bytes of a file, good until the next call, empty at the end. Raises TransportError."""

    def release(self, head: Head) -> None:
        """Let go of a file."""

    def close(self) -> None:
        """Close the connections."""


class AsyncSender(Protocol):
    """What every transport for `AsyncKling` does: as `SyncSender`, awaited."""

    def headers(self, call: Call) -> dict[str, str]:
        """Return the headers `call` is sent with, the key among them."""

    async def send(self, call: Call) -> Reply:
        """Send `call` and return the whole reply. Raises TransportError."""

    async def open(self, fetch: Fetch) -> Head:
        """Begin to fetch a file. Raises TransportError."""

    async def chunk(self, head: Head) -> memoryview | bytes:
        """Return the next bytes of a file, good until the next call, empty at the end. Raises TransportError."""

    async def release(self, head: Head) -> None:
        """Let go of a file."""

    async def close(self) -> None:
        """Close the connections."""


def way_of(http_client: C | None, network: Network | None) -> C | Network | None:
    """Return the one of the two that was given.

    Raises:
        ConfigurationError: both were, or `network` is none.
    """
    if network is not None and not isinstance(network, Network):
        raise ConfigurationError("network has to be a klingkit.Network.")
    if http_client is not None and network is not None:
        raise ConfigurationError("Give http_client or network, not both: a client of your own has its own settings.")
    return network if http_client is None else http_client


def sync_sender(root: str, secret: Secret, way: SyncHttpClient | Network | None) -> SyncSender:
    """Return the transport for a `Kling`.

    Args:
        root: the address that calls have to begin with to be sent with the key.
        secret: the key.
        way: the caller's own httpx.Client, or how to reach the network.

    Raises:
        ConfigurationError: the way makes no sense.
    """
    network = way if isinstance(way, Network) else Network()
    client = None if isinstance(way, Network) else way
    if client is not None or uses_httpx(network, os.environ):
        from klingkit._transport import SyncTransport

        return SyncTransport(root, secret, client, network)
    from klingkit._builtin import Builtin

    return Builtin(root, secret, network)


def async_sender(root: str, secret: Secret, way: AsyncHttpClient | Network | None) -> AsyncSender:
    """Return the transport for an `AsyncKling`, as `sync_sender` does."""
    network = way if isinstance(way, Network) else Network()
    client = None if isinstance(way, Network) else way
    if client is not None or uses_httpx(network, os.environ):
        from klingkit._transport import AsyncTransport

        return AsyncTransport(root, secret, client, network)
    from klingkit._builtin_async import BuiltinAsync

    return BuiltinAsync(root, secret, network)
