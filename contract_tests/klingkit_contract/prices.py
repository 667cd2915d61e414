"""What a create of a run costs at most at one relay, by the price table and the user's own rows. Pure.

Data: prices.toml, the one place that the client reads as well, and `[[price]]` of the user's configuration file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from klingkit._prices import estimate
from klingkit._values import integer
from klingkit_contract.flaws import parse_body
from klingkit_contract.purse import Price

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Set

    from klingkit_contract.contract import Contract, Operation
    from klingkit_contract.exchanges import Request
    from klingkit_contract.flaws import Flaw

__all__ = ["Prices"]

_FIELD = {"second": "duration", "image": "n"}  # what tells how many of the unit there are
# Flaws that leave every other field as it stands; with any other kind, a relay may make anything of the request.
_OF_A_FIELD = frozenset(
    {"enum", "const", "type", "required", "pattern", "format", "minimum", "maximum", "exclusiveMinimum"}
    | {"exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems", "additionalProperties"}
)
_BESIDE = frozenset({"auth", "media type"})  # not of the body at all
_BY_RESULT = "it is charged by what comes"
_SETTINGS = "settings"  # where the new standard has what concerns the result


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices at one relay.

    Attributes:
        relay: its id.
        contract: its document, for how much a field may ask for.
        dialect: its table of dialects.toml, for how fields are called there.
        table: prices.toml.
        own: the user's rows, tried first.
    """

    relay: str
    contract: Contract
    dialect: Mapping[str, Any] = field(default_factory=dict)
    table: Mapping[str, Any] = field(default_factory=dict)
    own: Sequence[Mapping[str, Any]] = ()

    def of(self, operation: Operation, request: Request, flaws: tuple[Flaw, ...] = ()) -> Price:
        """Return what `request` costs at most if it is accepted.

        What is wrong may be overlooked or replaced in any way: a field with one of `flaws` counts as the dearest that
        the operation's document allows, or as it says itself.
        """
        value = parse_body(request.body)
        said = self._words(operation, value if isinstance(value, dict) else {})
        if flaws:
            return self._dearest(operation, said, self._open(operation, flaws))
        found = estimate(self.relay, operation.family, said, self.table, self.own)
        if found.amount is not None:
            return Price(found.amount, found.currency)
        return _unknown(_BY_RESULT if found.rate is not None else "")

    def most(self, operation: Operation) -> Price:
        """Return what the dearest create costs that the document of `operation` allows."""
        return self._dearest(operation, {}, None)

    def _words(self, operation: Operation, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a request in words of the one spec."""
        wording = self._wording(operation)
        said = dict(body)
        for inner in (str(wording.get("rest")), _SETTINGS):
            if isinstance(said.get(inner), dict):
                said = {**said[inner], **said}
        for name, here in wording.get("rename", {}).items():
            if here in said:
                said.setdefault(name, said[here])
        return said

    def _wording(self, operation: Operation) -> Mapping[str, Any]:
        own = self.dialect.get("operation", {}).get(operation.family, {})
        return {**self.dialect.get("request", {}), **own.get("request", {})}

    def _open(self, operation: Operation, flaws: tuple[Flaw, ...]) -> Set[str] | None:
        """Return the fields that a relay may take for anything, in words of the one spec; None when all may be."""
        wording = self._wording(operation)
        names = {here: name for name, here in wording.get("rename", {}).items()} | dict(wording.get("headers", {}))
        found = set()
        for flaw in flaws:
            if flaw.kind in _BESIDE:
                continue
            if flaw.kind not in _OF_A_FIELD or flaw.place in (wording.get("rest"), _SETTINGS):
                return None
            found.add(names.get(flaw.place, flaw.place))
        return found

    def _dearest(self, operation: Operation, said: Mapping[str, Any], free: Set[str] | None) -> Price:
        """Return the highest price of all rows that may fit when the fields in `free` (None: all) say anything."""
        dearest: Price | None = None
        for row in self._rows(operation, said, free):
            price = self._limit_of(operation, row, said, free)
            if price.amount is None:
                return price
            if dearest is not None and dearest.currency != price.currency:
                return _unknown("its rows are in different currencies")
            if dearest is None or price.amount > (dearest.amount or Decimal()):
                dearest = price
        return dearest or _unknown()

    def _rows(
        self, operation: Operation, said: Mapping[str, Any], free: Set[str] | None
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the rows that may price such a create: up to the first that fits whatever the free fields say."""
        stated = {**self.table.get("assumed", {}).get(operation.family, {}), **said}
        for row in [*self.own, *self.table.get("price", ())]:
            if row["relay"] != self.relay or operation.family not in row["operations"]:
                continue
            when, without = row.get("when", {}), row.get("without", ())
            fixed = {name: values for name, values in when.items() if free is not None and name not in free}
            absent = [name for name in without if free is not None and name not in free]
            if any(said.get(name) for name in absent):
                continue
            if all(str(stated.get(name)) in map(str, values) for name, values in fixed.items()):
                yield row
                if len(fixed) == len(when) and len(absent) == len(without):
                    return

    def _limit_of(
        self, operation: Operation, row: Mapping[str, Any], said: Mapping[str, Any], free: Set[str] | None
    ) -> Price:
        """Return the most that one row may come to."""
        name = _FIELD.get(row["per"])
        if name is None and row["per"] != "call":
            return _unknown(_BY_RESULT)
        count = 1 if name is None else self._count(operation, name, said, is_free=free is None or name in free)
        if count is None:
            return _unknown(f"the documents set no limit to {name}")
        alone = {**row, "when": {}, "without": []}
        found = estimate(self.relay, operation.family, {name: count} if name else {}, {**self.table, "price": [alone]})
        assert found.amount is not None  # a number of units at a known rate
        return Price(found.amount, found.currency)

    def _count(self, operation: Operation, name: str, said: Mapping[str, Any], *, is_free: bool) -> int | None:
        """Return the largest number that `name` may come to, None when nothing limits it."""
        stated = integer(said.get(name, self.table.get("assumed", {}).get(operation.family, {}).get(name)))
        if not is_free:
            return stated
        allowed = [number for schema in self._schemas(operation, name) for number in self._numbers(schema)]
        return max([*allowed, *([] if stated is None else [stated])]) if allowed else None

    def _schemas(self, operation: Operation, name: str) -> Iterator[str]:
        """Yield where the document describes the field `name` of the operation's request."""
        top = self.contract.request_schema(operation)
        wording = self._wording(operation)
        here = wording.get("rename", {}).get(name, name)
        for pointer in (top, *(f"{top}/properties/{inner}" for inner in (wording.get("rest"), _SETTINGS) if inner)):
            try:
                found, schema = self.contract.resolve(pointer)
            except KeyError:
                continue
            if here in schema.get("properties", {}):
                yield f"{found}/properties/{here}"

    def _numbers(self, pointer: str) -> Iterator[int]:
        schema = self.contract.resolve(pointer)[1]
        for value in (schema.get("maximum"), *schema.get("enum", ())):
            number = integer(value)
            if number is not None:
                yield number
        for key in ("anyOf", "oneOf", "allOf"):
            for index in range(len(schema.get(key, ()))):
                yield from self._numbers(f"{self.contract.resolve(pointer)[0]}/{key}/{index}")


def _unknown(why: str = "") -> Price:
    """Return the price that nobody knows; the words are the same for all operations, so that they are told once."""
    reason, per = (f"price unknown: {why}; ", " per call") if why else ("price unknown: ", "")
    return Price(unknown=f"{reason}add a [[price]]{per} to the settings")
