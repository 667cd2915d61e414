"""What is to be checked: relay ids become addresses, documents and keys, or one clear sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import klingkit_data
from klingkit_contract.credentials import opened
from klingkit_contract.errors import DocumentError, MissingKeyError, OptionError, UnknownRelayError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from klingkit_contract.credentials import SignedKey

__all__ = ["COMMON_KEY", "Target", "check_address", "known_relays", "narrowed", "one_spec_operations", "read_targets"]

COMMON_KEY = "KLINGKIT_API_KEY"
COMMON_OTHER_KEY = "KLINGKIT_OTHER_API_KEY"


@dataclass(frozen=True, slots=True)
class Target:
    """One relay to check.

    Attributes:
        relay: its id.
        url: where the paths of its document hang, path prefix included.
        document: its resolved document.
        dialect: its table of dialects.toml.
        key: the key to ask with; empty where tokens are signed.
        other_key: a key of another account, or empty.
        command: the command that checks it again, without check, budget and seed.
        signed: what signs tokens in place of a key, or None.
    """

    relay: str
    url: str
    document: Mapping[str, Any]
    dialect: Mapping[str, Any]
    key: str
    other_key: str
    command: str
    signed: SignedKey | None = None

    @property
    def opener(self) -> str | SignedKey:
        """What the relay is asked with."""
        return self.key if self.signed is None else self.signed

    @property
    def sensitive(self) -> list[str]:
        """What lets its reader in, tokens that were made so far among it."""
        return [self.key, self.other_key, *(self.signed.sensitive if self.signed else ())]

    @property
    def hidden(self) -> list[str]:
        """What is written down nowhere: what is sensitive, and the access key, which names the account."""
        return [self.key, self.other_key, *(self.signed.hidden if self.signed else ())]


def known_relays() -> tuple[str, ...]:
    """Return the ids of all relays of the registry, the official API first."""
    return tuple(sorted(klingkit_data.load("relays.toml")["relay"], key=lambda relay: (relay != "official", relay)))


def one_spec_operations() -> tuple[str, ...]:
    """Return the operationIds of the one spec in its order: what a relay could offer."""
    return tuple(klingkit_data.load("resolved/surface.json")["order"])  # the document itself takes long to read


def read_targets(
    relays: Sequence[str],
    environment: Mapping[str, str],
    *,
    base_url: str = "",
    api_key: str = "",
    other_api_key: str = "",
    command: str = "",
) -> list[Target]:
    """Return the targets for `relays`, each once.

    Args:
        relays: relay ids.
        environment: where keys are looked up: the relay's own variable first, then the common one.
        base_url: scheme and host that stand in for the registry's; the relay's path prefix is added.
        api_key: the key, before any variable.
        other_api_key: a key of another account, before its variable.
        command: how the command that checks again begins; `klingkit check --relay ID` and the address by default.

    Raises:
        UnknownRelayError: a relay id is not in the registry.
        OptionError: the address is no address, or it or a key is given for several relays.
        MissingKeyError: there is no key for a relay, or the only one is the common one of several relays.
        DocumentError: a relay has no resolved document.
    """
    ids = list(dict.fromkeys(relays))
    if (base_url or api_key or other_api_key) and len(ids) > 1:
        raise OptionError(
            "--base-url and keys on the command line go with one --relay: run one check for each, or set each relay's "
            "own variable."
        )
    _refuse_sharing(ids, environment)
    return [_target(relay, environment, base_url, api_key, other_api_key, command) for relay in ids]


def _refuse_sharing(relays: Sequence[str], environment: Mapping[str, str]) -> None:
    """Refuse to show one key to several companies because it stands in the common variable."""
    table = klingkit_data.load("relays.toml")["relay"]
    own = {relay: table[relay]["key_variable"] for relay in relays if relay in table}
    borrowing = [
        name
        for relay, name in own.items()
        if not any(environment.get(variable, "").strip() for variable in (name, *_pair(table[relay])))
    ]
    if len(borrowing) > 1 and environment.get(COMMON_KEY, "").strip():
        raise MissingKeyError(
            f"{COMMON_KEY} holds one relay's key and is not shown to several relays; set {' and '.join(borrowing)}."
        )


def _pair(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the variables of the pair that tokens are signed with, where the relay takes such tokens."""
    return tuple(row[name] for name in ("access_key_variable", "secret_key_variable") if name in row)


def _target(
    relay: str, environment: Mapping[str, str], base_url: str, api_key: str, other_api_key: str, command: str
) -> Target:
    table = klingkit_data.load("relays.toml")["relay"]
    if relay not in table:
        raise UnknownRelayError(f"there is no relay {relay!r}; choose from {', '.join(known_relays())}.")
    row = table[relay]
    try:
        document = klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")
    except FileNotFoundError as error:
        raise DocumentError(f"relay {relay!r} has no resolved document; run `klingkit spec build`.") from error
    key, signed = opened(relay, environment, api_key=api_key)
    address = (base_url or row["base_url"]).rstrip("/")
    if not address:
        raise OptionError(f"{relay} is software that many relays run; say where yours is with --base-url.")
    check_address(address)
    again = command or "klingkit check" + (f" --base-url {address}" if base_url else "")
    return Target(
        relay=relay,
        url=address + row.get("path_prefix", "").rstrip("/"),
        document=document,
        dialect=klingkit_data.load("dialects.toml")["dialect"][row["dialect"]],
        key=key,
        other_key=(other_api_key or environment.get(COMMON_OTHER_KEY, "")).strip(),
        command=f"{again} --relay {relay}",
        signed=signed,
    )


def narrowed(document: Mapping[str, Any], operations: AbstractSet[str]) -> Mapping[str, Any]:
    """Return `document` with `operations` alone."""
    paths: dict[str, Mapping[str, Any]] = {}
    for path, item in document["paths"].items():
        methods = {name: row for name, row in item.items() if isinstance(row, dict) and "operationId" in row}
        gone = {name for name, row in methods.items() if row["operationId"] not in operations}
        if gone != methods.keys():
            paths[path] = {name: row for name, row in item.items() if name not in gone}
    return {**document, "paths": paths}


def check_address(address: str) -> None:
    """Refuse what is no address of a relay.

    Raises:
        OptionError: it is none.
    """
    try:
        parts = urlsplit(address)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query and not parts.fragment
        credentials = "@" in parts.netloc
        _ = parts.port
    except ValueError:
        sound, credentials = False, False
    if not sound or credentials:
        raise OptionError(
            f"{address.rpartition('@')[2]!r} is no address to check; give scheme and host such as https://example.com."
        )
