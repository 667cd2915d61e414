"""Which relays there are, where they live, and which key opens them. Data: relays.toml, and the user's own."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import klingkit_data
from klingkit._checks import is_text
from klingkit._errors import ConfigurationError, UnknownRelayError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Relay", "find_relay", "registered", "relay_ids", "root_url"]


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay. `path_prefix` stands between `base_url` and the paths of the one spec.

    Attributes:
        base_url: scheme and host; empty for gateway software that many relays run.
        reviewed: the day a person last held the vendor's pages against the sources, as YYYY-MM-DD; empty if unknown.
        documents_of: id of the registered relay whose documents say what this one offers: of a registered one its
            own, of a user's own the one it is like, empty without.
        access_key_variable: with `secret_key_variable` the environment variables of the pair that tokens are signed
            with; empty where the relay takes no signed tokens.
    """

    id: str
    title: str
    base_url: str
    path_prefix: str
    key_variable: str
    dialect: str
    docs: str
    reviewed: str = ""
    documents_of: str = ""
    access_key_variable: str = ""
    secret_key_variable: str = ""


@functools.cache
def registered() -> Mapping[str, Relay]:
    """Return the relays of the registry by id. Shared: do not change it."""
    table = klingkit_data.load("relays.toml")["relay"]
    return {
        name: Relay(
            id=name,
            title=row["title"],
            base_url=row["base_url"],
            path_prefix=row["path_prefix"],
            key_variable=row["key_variable"],
            dialect=row["dialect"],
            docs=row.get("docs", ""),
            reviewed=row.get("reviewed", ""),
            documents_of=name,
            access_key_variable=row.get("access_key_variable", ""),
            secret_key_variable=row.get("secret_key_variable", ""),
        )
        for name, row in table.items()
    }


def relay_ids() -> tuple[str, ...]:
    """Return the ids of the relays klingkit comes with, in the order of the registry; not the user's own."""
    return tuple(registered())


def find_relay(relay: str, environ: Mapping[str, str] | None = None) -> Relay:
    """Return the relay with this id, from the registry or else from the user's configuration file.

    Args:
        relay: its id.
        environ: read instead of the environment, to find the configuration file.

    Raises:
        UnknownRelayError: there is none.
        ConfigurationError: it is not in the registry, and the configuration file is broken.
    """
    found = registered().get(relay) if is_text(relay) else None
    if found is not None:
        return found
    from klingkit._settings import read_settings  # not needed, and not loaded, for a relay of the registry

    own = read_settings(os.environ if environ is None else environ).relays
    if is_text(relay) and relay in own:
        return own[relay]
    raise UnknownRelayError(f"There is no relay {relay!r}; choose one of: {', '.join([*relay_ids(), *own])}.")


def root_url(relay: Relay, base_url: str | None) -> str:
    """Return the address that the paths of the one spec are appended to, without a trailing slash.

    `base_url` replaces scheme and host of the registry; that it ends in the relay's path prefix, or in ``/v1``, does
    no harm.

    Raises:
        ConfigurationError: it is not an http(s) address, or it carries credentials, a query or a fragment, or there is
            none: the relay is software that anyone may run.
    """
    address = (base_url or relay.base_url).strip().rstrip("/")
    if not address:
        raise ConfigurationError(
            f"{relay.id} is software that many relays run, and no place: say where yours is with --base-url or "
            f"Kling({relay.id!r}, base_url=...), or give it a name of its own in the settings, with "
            f'like = "{relay.id}".',
            relay=relay.id,
        )
    try:
        parts = urlsplit(address)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_fine = urlsplit(""), False
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_fine or " " in address:
        raise ConfigurationError(
            "base_url has to be an address such as https://relay.example; leave it out to use the one in the registry.",
            relay=relay.id,
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError(
            "base_url carries credentials, a query or a fragment; give scheme, host and port alone, and the key as "
            "api_key.",
            relay=relay.id,
        )
    for tail in ("/v1", relay.path_prefix):
        address = address.removesuffix(tail).rstrip("/")
    return address + relay.path_prefix
