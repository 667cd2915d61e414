"""Where a proxied relay is, and what it is held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import klingkit_data
from klingkit_contract.errors import DocumentError, OptionError, UnknownRelayError
from klingkit_contract.targets import check_address, known_relays

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Upstream", "read_upstream"]


@dataclass(frozen=True, slots=True)
class Upstream:
    """A relay that traffic is forwarded to. `path` is what its address has before every path that is asked for.

    Attributes:
        relay: its id.
        scheme: ``http`` or ``https``.
        host: its name, for the connection.
        port: None for the usual one.
        path: without a slash at its end.
        prefix: the path prefix below which the paths of its document hang.
        document: its resolved document.
    """

    relay: str
    scheme: str
    host: str
    port: int | None
    path: str
    prefix: str
    document: Mapping[str, Any]

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def address(self) -> str:
        """Scheme, host and path."""
        return f"{self.scheme}://{self.authority}{self.path}"


def read_upstream(relay: str, base_url: str = "") -> Upstream:
    """Return where `relay` is.

    Args:
        relay: its id.
        base_url: scheme and host that stand in for the registry's.

    Raises:
        UnknownRelayError: the registry has no such relay.
        OptionError: the address is none.
        DocumentError: the relay has no resolved document.
    """
    table = klingkit_data.load("relays.toml")["relay"]
    if relay not in table:
        raise UnknownRelayError(f"there is no relay {relay!r}; choose from {', '.join(known_relays())}.")
    row = table[relay]
    address = (base_url or row.get("base_url", "")).rstrip("/")
    if not address:
        raise OptionError(f"{relay} has no address of its own; give --base-url.")
    check_address(address)
    try:
        document = klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")
    except FileNotFoundError as error:
        raise DocumentError(f"relay {relay!r} has no resolved document; run `klingkit spec build`.") from error
    prefix = row.get("path_prefix", "").rstrip("/")
    parts = urlsplit(address.removesuffix(prefix) if prefix else address)
    host = parts.hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode()
    return Upstream(relay, parts.scheme, host, parts.port, parts.path.rstrip("/"), prefix, document)
