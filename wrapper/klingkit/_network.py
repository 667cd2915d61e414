"""How klingkit reaches the network: by which transport, over which proxy, trusting whom, with how many connections."""

from __future__ import annotations

import base64
import functools
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from klingkit._checks import is_whole
from klingkit._errors import ConfigurationError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

__all__ = ["Network", "Origin", "Proxy", "no_proxy_for", "proxies_of", "tls_context", "uses_httpx"]

_TRANSPORTS = ("auto", "builtin", "httpx")
# Whoever mocks httpx in a test must not reach the network by another way: a create there would cost money.
_MOCKS = ("respx", "pytest_httpx", "vcr")


@dataclass(frozen=True, slots=True)
class Network:
    """How a client reaches the network.

    Args:
        transport: ``builtin`` is klingkit's own HTTP/1.1 transport, which needs a fraction of the CPU; ``httpx``
            speaks to SOCKS and https proxies as well. ``auto`` takes the variable ``KLINGKIT_TRANSPORT``, else
            ``httpx`` where the proxy needs it or a test library that mocks httpx (respx, pytest-httpx, vcr) is
            loaded, else ``builtin``.
        proxy: address of a proxy, such as ``http://user:password@proxy.example:3128``; None takes HTTPS_PROXY,
            HTTP_PROXY, ALL_PROXY and NO_PROXY from the environment, an empty text takes none.
        ca_file: file with the certificates to trust, in PEM; None takes SSL_CERT_FILE and SSL_CERT_DIR from the
            environment, else the certificates Mozilla trusts.
        max_connections: how many connections a client may have at once; more calls wait for ``Timeouts.pool``.

    Raises:
        ConfigurationError: one of these is wrong.
    """

    transport: Literal["auto", "builtin", "httpx"] = "auto"
    proxy: str | None = field(default=None, repr=False)
    ca_file: str | os.PathLike[str] | None = None
    max_connections: int = 64

    def __post_init__(self) -> None:
        if self.transport not in _TRANSPORTS:
            raise ConfigurationError(f"transport has to be one of: {', '.join(_TRANSPORTS)}.")
        if not is_whole(self.max_connections, 1, 10_000):
            raise ConfigurationError("max_connections has to be a whole number from 1 to 10000.")
        if self.proxy is not None and not isinstance(self.proxy, str):
            raise ConfigurationError("proxy has to be the address of a proxy as a text, or None.")
        if self.proxy:
            Proxy.of(self.proxy)
        if self.ca_file is not None:
            tls_context(os.fspath(self.ca_file))


class Origin(NamedTuple):
    """Where a connection leads."""

    scheme: str
    host: str
    port: int

    @property
    def shown(self) -> str:
        """The host as it stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"

    @property
    def authority(self) -> str:
        """Host and port as they stand after CONNECT."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Proxy(NamedTuple):
    """A proxy: where it is, and the credentials it wants, as the value of a header."""

    scheme: str
    host: str
    port: int
    credentials: str

    @classmethod
    def of(cls, address: str) -> Proxy:
        """Return the proxy at `address`. Raises ConfigurationError."""
        try:
            parts = urlsplit(address if "://" in address else f"http://{address}")
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
            parts = urlsplit("")
        if not host or parts.scheme not in {"http", "https", "socks5", "socks5h"}:
            raise ConfigurationError("The address of the proxy has to look like http://proxy.example:3128.")
        credentials = ""
        if parts.username:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
            credentials = f"Basic {base64.b64encode(pair).decode()}"
        default = {"http": 80, "https": 443}.get(parts.scheme, 1080)
        return cls(parts.scheme, host, port or default, credentials)


def proxies_of(network: Network, environ: Mapping[str, str]) -> dict[str, Proxy]:
    """Return the proxy to use by scheme of the address; none for a scheme that is missing.

    Raises:
        ConfigurationError: an address is malformed.
    """
    if network.proxy is not None:
        return dict.fromkeys(("http", "https"), Proxy.of(network.proxy)) if network.proxy else {}
    found: dict[str, Proxy] = {}
    lower = {name.lower(): value for name, value in sorted(environ.items())}  # lower-case names win
    # In a CGI program the header "Proxy" of a visitor becomes HTTP_PROXY.
    names = {"https": ("https_proxy", "all_proxy"), "http": ("http_proxy", "all_proxy")}
    for scheme, variables in names.items():
        for name in variables:
            if name == "http_proxy" and "REQUEST_METHOD" in environ and name not in environ:
                continue
            if lower.get(name):
                found[scheme] = Proxy.of(lower[name])
                break
    if not found and sys.platform in {"darwin", "win32"}:
        from urllib.request import getproxies  # the settings of the system; slow to load

        found = {scheme: Proxy.of(there) for scheme, there in getproxies().items() if scheme in names and there}
    return found


def no_proxy_for(host: str, environ: Mapping[str, str]) -> bool:
    """Whether NO_PROXY excepts `host`: by its name, a domain it is in, its address, a network, or ``*``."""
    lower = {name.lower(): value for name, value in sorted(environ.items())}
    host = host.lower()
    for entry in lower.get("no_proxy", "").lower().split(","):
        rule = entry.strip()
        bare = rule.partition("://")[2] or rule
        bare = bare.rsplit(":", 1)[0] if bare.count(":") == 1 else bare
        bare = bare.strip("[]").removeprefix("*").lstrip(".")
        if rule == "*" or (bare and (host == bare or host.endswith(f".{bare}"))):
            return True
        if "/" in bare and _within(host, bare):
            return True
    return False


def _within(host: str, network: str) -> bool:
    import ipaddress  # few name networks

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def uses_httpx(network: Network, environ: Mapping[str, str]) -> bool:
    """Whether a client without an HTTP client of the caller's own is to use httpx.

    Raises:
        ConfigurationError: ``KLINGKIT_TRANSPORT`` is none of the transports, or a proxy is malformed.
    """
    chosen = network.transport
    if chosen == "auto":
        chosen = environ.get("KLINGKIT_TRANSPORT", "").strip().lower() or "auto"  # type: ignore[assignment]
        if chosen not in _TRANSPORTS:
            raise ConfigurationError(f"KLINGKIT_TRANSPORT has to be one of: {', '.join(_TRANSPORTS)}.")
    proxies = proxies_of(network, environ)
    beyond = next((proxy for proxy in proxies.values() if proxy.scheme != "http"), None)
    if chosen == "builtin" and beyond is not None:
        raise ConfigurationError(
            f"The built-in transport takes http proxies only, not {beyond.scheme} ones; leave transport at 'auto'."
        )
    return chosen == "httpx" or beyond is not None or (chosen == "auto" and any(name in sys.modules for name in _MOCKS))


@functools.lru_cache(maxsize=8)
def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Return the TLS context for `ca_file`: one per process, for making one takes longer than all else of a client.

    Raises:
        ConfigurationError: the file cannot be read, or holds no certificate.
    """
    import ssl

    folder = None
    if ca_file is None:
        ca_file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if ca_file is None and folder is None:
        import certifi

        ca_file = certifi.where()
    try:
        return ssl.create_default_context(cafile=ca_file, capath=folder)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The certificates in {ca_file or folder} cannot be read ({getattr(error, 'strerror', None) or error}); "
            "name a PEM file that exists."
        ) from error
