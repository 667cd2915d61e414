"""Relays and their dialects, as the registry and the dialect table have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit_emulator.errors import DataError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Dialect", "RelayEntry", "entries", "known"]

STATES = ("queued", "running", "succeeded", "failed")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one relay words its answers and expects its requests.

    `words` maps each of `STATES` to the relay's word. `request` is the dialect's table on requests; `per_object`
    holds what differs for one object such as ``image_multi_image2image``. `generation` is that of the gateway software
    whose own behaviour the dialect is, empty for a relay that keeps to its document.
    """

    id: str
    create_envelope: str
    query_envelope: str
    error: str
    words: Mapping[str, str]
    request: Mapping[str, Any]
    per_object: Mapping[str, Mapping[str, Any]]
    generation: str = ""

    def request_table(self, obj: str) -> dict[str, Any]:
        """Return how requests about `obj` are worded: the dialect's table, overruled by the object's."""
        return {**self.request, **self.per_object.get(obj, {})}


@dataclass(frozen=True, slots=True)
class RelayEntry:
    """One relay of the registry. `path_prefix` stands between the relay's base URL and the paths of the spec.

    `signed` tells whether it takes a signed token in place of a key.
    """

    id: str
    title: str
    path_prefix: str
    dialect: Dialect
    signed: bool = False


def known(*, gateways: bool = True) -> tuple[str, ...]:
    """Return the ids of all relays in the registry, sorted; without `gateways` only those that keep to a document."""
    table = klingkit_data.load("relays.toml")["relay"]
    return tuple(
        sorted(relay for relay in table if gateways or not _dialect(relay, table[relay]["dialect"]).generation)
    )


def entries(ids: Sequence[str]) -> list[RelayEntry]:
    """Return the registry's entries for `ids`, in order, each once.

    Raises:
        UnknownNameError: an id is not in the registry, or no id was given.
        DataError: the registry names a dialect that the table does not have.
    """
    if not ids:
        raise UnknownNameError(f"name at least one relay; there are {', '.join(known())}.")
    return [_entry(relay) for relay in dict.fromkeys(ids)]


def _entry(relay: str) -> RelayEntry:
    table = klingkit_data.load("relays.toml")["relay"]
    if relay not in table:
        raise UnknownNameError(f"there is no relay {relay!r}; choose from {', '.join(known())}.")
    row = table[relay]
    return RelayEntry(
        id=relay,
        title=row.get("title", relay),
        path_prefix=row.get("path_prefix", "").rstrip("/"),
        dialect=_dialect(relay, row["dialect"]),
        signed="access_key_variable" in row,
    )


def _dialect(relay: str, name: str) -> Dialect:
    table = klingkit_data.load("dialects.toml")["dialect"]
    if name not in table:
        raise DataError(f"relay {relay!r} speaks the dialect {name!r}, which dialects.toml does not have; add it.")
    row = table[name]
    words = row["words"]
    if missing := [state for state in STATES if state not in words]:
        raise DataError(f"dialect {name!r} has no word for {', '.join(missing)}; add it to dialects.toml.")
    return Dialect(
        id=name,
        create_envelope=row["create_envelope"],
        query_envelope=row["query_envelope"],
        error=row["error"],
        words=words,
        request=row.get("request", {}),
        per_object={obj: operation.get("request", {}) for obj, operation in row.get("operation", {}).items()},
        generation=row.get("gateway", {}).get("generation", ""),
    )
