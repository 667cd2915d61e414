"""Where a call or a file leads, and how one gets there: origin, proxy, target, TLS context."""

from __future__ import annotations

import functools
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from klingkit._http1 import request_head
from klingkit._network import Network, Origin, Proxy, no_proxy_for, proxies_of, tls_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

__all__ = ["AddressError", "Route", "Router"]

_ADDRESS = re.compile(r"((https?)://([^/?#]*))([^#]*)", re.IGNORECASE | re.DOTALL)
_PORTS = {"http": 80, "https": 443}
# Everything that stands for itself in an address; percent signs are taken for codes that are there already.
_SAFE = "!#$%&'()*+,/:;=?@[]~"


class AddressError(OSError):
    """An address that cannot be connected to."""


class Route:
    """The way to one origin.

    Attributes:
        origin: where it leads.
        proxy: the proxy on the way, None for none.
    """

    __slots__ = ("_ca_file", "origin", "proxy")

    def __init__(self, origin: Origin, proxy: Proxy | None, ca_file: str | None) -> None:
        self.origin = origin
        self.proxy = proxy
        self._ca_file = ca_file

    @property
    def tls(self) -> ssl.SSLContext | None:
        """The TLS context, None for plain HTTP. Raises ConfigurationError."""
        return tls_context(self._ca_file) if self.origin.scheme == "https" else None

    def head(self, method: str, target: str, headers: Mapping[str, str], length: int | None) -> bytes:
        """Return the head of a request that goes this way. Raises ValueError as `request_head` does."""
        if self.proxy and self.origin.scheme == "http":
            target = f"http://{self.origin.shown}{target}"
            if self.proxy.credentials:
                headers = {**headers, "proxy-authorization": self.proxy.credentials}
        return request_head(method, target, self.origin.shown, headers, length)


class Router:
    """Finds the way for addresses, as `network` and the environment of now say."""

    def __init__(self, network: Network) -> None:
        self._environ = dict(os.environ)
        self._proxies = proxies_of(network, self._environ)
        self._from_environment = network.proxy is None
        self._ca_file = os.fspath(network.ca_file) if network.ca_file is not None else None
        self._routes: dict[str, Route] = {}

    def find(self, url: str) -> tuple[Route, str]:
        """Return the way to `url`, and the target to ask for there.

        Raises:
            AddressError: it is no http(s) address of a host.
        """
        parts = _ADDRESS.match(url)
        if parts is None:
            raise AddressError("no http(s) address of a host")
        root, scheme, authority, target = parts.groups()
        route = self._routes.get(root)
        if route is None:
            origin = _origin(scheme.lower(), authority)
            proxy = self._proxies.get(origin.scheme)
            if proxy and self._from_environment and no_proxy_for(origin.host, self._environ):
                proxy = None
            if len(self._routes) > 100:
                self._routes.clear()
            route = self._routes[root] = Route(origin, proxy, self._ca_file)
        return route, _target(target)


@functools.lru_cache(maxsize=256)
def _target(text: str) -> str:
    return quote(text if text.startswith("/") else f"/{text}", safe=_SAFE)


def _origin(scheme: str, authority: str) -> Origin:
    place = authority.rpartition("@")[2]
    host, colon, port = place.rpartition(":")
    if not colon or "]" in port:
        host, port = place, ""
    host = host.strip("[]").lower()
    number = int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else None
    if scheme not in _PORTS or not host or not host.isprintable() or " " in host or (port and number is None):
        raise AddressError("no http(s) address of a host")
    if not host.isascii():
        from klingkit._link import host_name

        host = host_name(host)
    return Origin(scheme, host, number or _PORTS[scheme])
