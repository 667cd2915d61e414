"""One connection of the built-in transport, blocking: over a proxy, with TLS, with a limit for each step."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from typing import TYPE_CHECKING, Any

from klingkit._http1 import ProtocolError, read_start, request_head

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from klingkit._network import Origin, Proxy
    from klingkit._timeouts import Timeouts

__all__ = ["Link", "ProxyRefusedError", "check_tunnel", "host_name", "quiet_check", "tunnel_head"]

_READ = 64 * 1024


class ProxyRefusedError(OSError):
    """The proxy did not connect."""


class Link:
    """A connection to `origin`, in use by one call at a time.

    Attributes:
        sock: the socket, or the TLS socket.
        idle_since: when it was last put aside, on the clock that only goes forward.
    """

    __slots__ = ("_limit", "_poll", "idle_since", "origin", "sock")

    def __init__(self, origin: Origin, sock: socket.socket) -> None:
        self.origin = origin
        self.sock = sock
        self.idle_since = 0.0
        self._limit: float | None = None
        self._poll: Callable[[], bool] | None = None

    @classmethod
    def open(cls, origin: Origin, proxy: Proxy | None, tls: ssl.SSLContext | None, timeouts: Timeouts) -> Link:
        """Connect. Raises OSError; nothing was sent then, but to the proxy whom to connect to."""
        host, port = (proxy.host, proxy.port) if proxy else (origin.host, origin.port)
        sock = socket.create_connection((host_name(host), port), timeouts.connect)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if proxy and origin.scheme == "https":
                _tunnel(sock, origin, proxy, timeouts.connect)
            if tls is not None:
                sock = tls.wrap_socket(sock, server_hostname=host_name(origin.host))
        except BaseException:
            sock.close()
            raise
        return cls(origin, sock)

    def send(self, data: bytes | memoryview, seconds: float) -> None:
        """Send all of `data`. Raises OSError."""
        self._within(seconds)
        self.sock.sendall(data)

    def receive(self, seconds: float) -> bytes:
        """Return the next bytes, empty at the end of the connection. Raises OSError."""
        self._within(seconds)
        return self.sock.recv(_READ)

    def receive_into(self, buffer: memoryview, seconds: float) -> int:
        """Fill the beginning of `buffer`; return how many bytes came, 0 at the end. Raises OSError."""
        self._within(seconds)
        return self.sock.recv_into(buffer)

    def is_stale(self) -> bool:
        """Whether the other side closed it, or sent something nobody asked for."""
        self._poll = self._poll or quiet_check(self.sock)
        return not self._poll()

    def rest(self) -> None:
        """Note that it is put aside."""
        self.idle_since = time.monotonic()

    def wake(self) -> None:
        """End what another thread is waiting for on this connection."""
        with contextlib.suppress(OSError):
            # Not the method of the TLS socket, which would take the encryption off under the other thread's hands.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it."""
        with contextlib.suppress(OSError):
            self.sock.close()

    def _within(self, seconds: float) -> None:
        if seconds != self._limit:
            self.sock.settimeout(seconds)
            self._limit = seconds


def quiet_check(sock: Any) -> Callable[[], bool]:
    """Return the function that tells whether nothing has come from `sock`, neither data nor the end."""
    if not hasattr(select, "poll"):

        def by_select() -> bool:
            try:
                return not select.select([sock], [], [], 0)[0]
            except (OSError, ValueError):
                return False

        return by_select
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return lambda: not poll.poll(0)


def host_name(host: str) -> str:
    """Return `host` as it is looked up: international names coded. Raises OSError when that cannot be done."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, "the name of the host is malformed") from error


def tunnel_head(origin: Origin, proxy: Proxy) -> bytes:
    """Return the head that asks `proxy` to connect to `origin`."""
    headers = {"proxy-authorization": proxy.credentials} if proxy.credentials else {}
    return request_head("CONNECT", origin.authority, origin.authority, headers, None)


def check_tunnel(buffer: bytes) -> bool:
    """Return whether the proxy's answer is there, and good. Raises ProxyRefusedError if it is not good."""
    try:
        found = read_start(buffer, "HEAD")
    except ProtocolError as error:
        raise ProxyRefusedError(f"the proxy answered with {error}") from error
    if found is None:
        return False
    start, _ = found
    if not 200 <= start.status < 300:
        raise ProxyRefusedError(f"the proxy answered HTTP {start.status}")
    return True


def _tunnel(sock: socket.socket, origin: Origin, proxy: Proxy, seconds: float) -> None:
    sock.sendall(tunnel_head(origin, proxy))
    until = time.monotonic() + seconds
    buffer = b""
    while not check_tunnel(buffer):
        if time.monotonic() > until:
            raise TimeoutError("the proxy took too long")
        # Byte by byte: what follows the answer already belongs to the TLS connection.
        data = sock.recv(1)
        if not data:
            raise ProxyRefusedError("the proxy hung up")
        buffer += data
