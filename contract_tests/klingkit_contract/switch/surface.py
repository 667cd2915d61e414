"""What one relay documents, in the words of the one spec, so that two relays can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit_contract.contract import Contract
from klingkit_contract.errors import DocumentError, UnknownRelayError
from klingkit_contract.fields.documented import request_places
from klingkit_contract.targets import known_relays

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_contract.fields.documented import Place

__all__ = ["Surface", "Worded", "surface_of"]


@dataclass(frozen=True, slots=True)
class Worded:
    """A documented field: how the relay words its place, and what its documents say of it."""

    there: str
    says: Place


class Surface:
    """One relay: its document, its dialect, and what its pages claim without documenting it."""

    def __init__(self, relay: str, contract: Contract, dialect: Mapping[str, Any], claims: frozenset[str]) -> None:
        self.relay, self.contract, self.dialect, self.claims = relay, contract, dialect, claims
        self._requests: dict[str, dict[str, Worded]] = {}

    def request(self, operation: str) -> dict[str, Worded]:
        """Return the fields of a request by their places in the one spec."""
        if operation not in self._requests:
            found = request_places(self.contract, self.contract.operations[operation])
            rows = {place: Worded(place, says) for place, says in found.items()}
            own = {self.ours(operation, place): worded for place, worded in rows.items()}
            entries = {place: worded for place, worded in rows.items() if place.endswith("[]")}  # also when unwrapped
            self._requests[operation] = {**entries, **own}
        return self._requests[operation]

    def ours(self, operation: str, place: str) -> str:
        """Return how the one spec words a place that this relay words `place`."""
        rules = self.rules(operation)
        head, _, _ = place.partition(".")
        name = head.removesuffix("[]")
        own = {theirs: ours for ours, theirs in rules.get("rename", {}).items()}
        if name in own:
            place = own[name] + place[len(name) :]
            name = own[name]
        member = rules.get("unwrap", {}).get(name)
        return f"{place}.{member}" if member and place == f"{name}[]" else place

    def words_itself(self, operation: str, place: str) -> bool:
        """Tell whether klingkit words the value at `place` as this relay wants it: as a number, or unwrapped."""
        rules = self.rules(operation)
        name = place.partition(".")[0].removesuffix("[]")
        return name in rules.get("numbers", ()) or name in rules.get("unwrap", {})

    def rest(self, operation: str) -> str:
        """Return the field into which klingkit puts what the documents do not know, or an empty string."""
        rest = str(self.rules(operation).get("rest", ""))
        return rest if rest in self.request(operation) else ""

    def headers(self, operation: str) -> list[str]:
        """Return the headers that a request needs beside the key."""
        rows = self.contract.parameters(self.contract.operations[operation], "header")
        return sorted(name for name, (_, row) in rows.items() if row.get("required"))

    @cached_property
    def operations(self) -> tuple[str, ...]:
        """The operationIds that the documents offer."""
        return tuple(self.contract.operations)

    def rules(self, operation: str) -> Mapping[str, Any]:
        """Return the dialect's table for requests of `operation`: its own, else that of all."""
        family = operation.rpartition("_")[0]
        own = self.dialect.get("operation", {}).get(family, {}).get("request", {})
        return {**self.dialect.get("request", {}), **own}


def surface_of(relay: str) -> Surface:
    """Return what `relay` documents.

    Raises:
        UnknownRelayError: no relay goes by that id.
        DocumentError: it has no resolved document.
    """
    rows = klingkit_data.load("relays.toml")["relay"]
    if relay not in rows:
        raise UnknownRelayError(f"there is no relay {relay!r}; choose from {', '.join(known_relays())}.")
    try:
        document = klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")
    except FileNotFoundError as error:
        raise DocumentError(f"relay {relay!r} has no resolved document; run `klingkit spec build`.") from error
    dialect = klingkit_data.load("dialects.toml")["dialect"][rows[relay]["dialect"]]
    table = klingkit_data.load("resolved/surface.json")["relays"].get(relay, {})
    claims = frozenset(str(row["operation"]) for row in table.get("claims", ()) if row.get("operation"))
    return Surface(relay, Contract(document), dialect, claims)
