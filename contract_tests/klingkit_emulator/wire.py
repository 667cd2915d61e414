"""The connection under a request, so that an answer can break off: what ASGI has no message for."""

from __future__ import annotations

import asyncio
import struct
from socket import SO_LINGER, SOL_SOCKET
from typing import TYPE_CHECKING, Any, Protocol, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

__all__ = ["EXTENSION", "BreakableProtocol", "Connection", "connection_of"]

EXTENSION = "klingkit.connection"


class Connection(Protocol):
    """What the emulator can do to a connection besides answering."""

    def close(self) -> None:
        """End the connection at once, as a server does that goes down in good order."""

    def reset(self) -> None:
        """Break the connection off, as a network does."""


class _Joined:
    """A transport that sends what is written in one turn of the event loop in one piece.

    The server writes the head of an answer and its body one after the other: two calls of the system, and two packets,
    where one will do.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._written: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not data:
            return
        if not self._written:
            self._loop.call_soon(self.flush)
        self._written.append(data)

    def flush(self) -> None:
        written, self._written = self._written, []
        if written and not self._transport.is_closing():
            self._transport.write(written[0] if len(written) == 1 else b"".join(written))

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        self.flush()
        self._transport.abort()


class _Socket:
    def __init__(self, transport: _Joined) -> None:
        self._transport = transport

    def close(self) -> None:
        self._transport.abort()

    def reset(self) -> None:
        # Lingering for no time turns the close into a reset.
        self._transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


class BreakableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, with the connection in ``scope["extensions"]``."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the transport of the new connection."""
        joined = _Joined(transport)
        super().connection_made(cast("asyncio.Transport", joined))
        answer, connection = self.app, _Socket(joined)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[EXTENSION] = connection
            await answer(scope, receive, send)

        self.app = app


class _InProcess:
    """Stands in where there is no connection: the caller of the application sees the error itself."""

    def close(self) -> None:
        raise ConnectionResetError("the emulator closed the connection without an answer")

    def reset(self) -> None:
        raise ConnectionResetError("the emulator reset the connection")


def connection_of(scope: Scope) -> Connection:
    """Return the connection under `scope`; in process, one whose methods raise ConnectionResetError."""
    found: Connection | None = scope.get("extensions", {}).get(EXTENSION)
    return found if found is not None else _InProcess()


async def gone(receive: Receive) -> None:
    """Return when the other side has hung up or the connection is closed."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def record(app: Any, scope: Scope, receive: Receive) -> tuple[dict[str, Any], bytes]:
    """Return the start message and the whole body that `app` answers with, sending nothing."""
    start: dict[str, Any] = {}
    body = bytearray()

    async def keep(message: Any) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            body.extend(message.get("body", b""))

    send: Send = keep
    await app(scope, receive, send)
    return start, bytes(body)
