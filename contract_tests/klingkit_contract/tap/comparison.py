"""What was sent beside what arrived, field by field.

A relay may word a request in its own way. So what counts is what Kling is told in the end: a field that Kling knows has
to arrive under its name and with its value, and what nobody sent must not change what is made. A field that only the
relay knows may become another one, and a value that Kling would not take may become one that it does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from klingkit_contract.contract import Contract, Operation

__all__ = ["Comparison", "Difference", "Fields", "Kind", "compare"]

_OWN_OF_A_RELAY = frozenset({"callback_url", "external_task_id"})  # a relay may follow its tasks by its own
_NOTHING = object()
_LONGEST = 60


class Kind(StrEnum):
    """What became of a field."""

    DROPPED = "dropped"
    RENAMED = "renamed"
    RETYPED = "retyped"
    CHANGED = "changed"
    DEFAULTED = "defaulted"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that did not arrive as it was sent. `place` is its dotted path, `seen` a sentence."""

    place: str
    kind: Kind
    seen: str

    @property
    def field(self) -> str:
        """The outermost field that `place` is in."""
        return self.place.partition(".")[0].removesuffix("[]")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences of one request; `beside` are fields of the relay's own that Kling was not told."""

    differences: tuple[Difference, ...]
    beside: tuple[str, ...] = ()


class Fields:
    """The fields of a create by a document: their names, what they are when they are left out, what they take."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        self._contract = contract
        self._pointer, schema = contract.resolve(contract.request_schema(operation))
        self._members: Mapping[str, Any] = schema.get("properties", {})

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def default(self, name: str) -> Any:
        """Return the documented default of a field, wherever it stands, or a value that is equal to nothing."""
        for pointer, members in self._levels():
            if name in members:
                for node in (members[name], self._contract.resolve(f"{pointer}/properties/{name}")[1]):
                    if "default" in node:
                        return node["default"]
        return _NOTHING

    def takes(self, name: str, value: Any) -> bool:
        """Tell whether the document allows `value` in a field."""
        return name in self._members and self._contract.valid(f"{self._pointer}/properties/{name}", value)

    def _levels(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the fields, then those of the objects among them, with the pointer to the schema they belong to."""
        yield self._pointer, self._members
        for name in self._members:
            pointer, node = self._contract.resolve(f"{self._pointer}/properties/{name}")
            if node.get("properties"):
                yield pointer, node["properties"]


def compare(sent: Mapping[str, Any], arrived: Mapping[str, Any], kling: Fields | None, relay: Fields) -> Comparison:
    """Return how `arrived` differs from `sent`.

    Args:
        sent: the body of the create.
        arrived: the body that reached Kling.
        kling: what Kling documents of the operation; None where it does not have it, and every field counts.
        relay: what the relay documents of it.
    """
    known = {name: value for name, value in sent.items() if kling is None or name in kling}
    own = {name: value for name, value in sent.items() if name not in known}
    packed = {
        name: value
        for box in own.values()
        if isinstance(box, dict)
        for name, value in box.items()
        if kling is not None and name in kling
    }
    told = {**packed, **known}
    found = [
        difference
        for name, value in told.items()
        for difference in _of_field(name, [value, packed.get(name, value)], sent, arrived, kling)
    ]
    beside = [name for name, value in own.items() if not _passed_on(name, value, arrived, packed)]
    found += _added(told, own, arrived, kling, relay, translated=bool(beside))
    return Comparison(tuple(found), tuple(beside))


def _of_field(
    name: str, values: list[Any], sent: Mapping[str, Any], arrived: Mapping[str, Any], kling: Fields | None
) -> list[Difference]:
    value = values[0]
    if value is None:
        return []
    if name not in arrived:
        if kling is not None and _same(kling.default(name), value):
            return []  # left out, it means the same
        return [_missing(name, value, sent, arrived)]
    came = arrived[name]
    if any(_same(one, came) for one in values):
        return []
    if name in _OWN_OF_A_RELAY and isinstance(came, str) and came:
        return []
    if kling is not None and not kling.takes(name, value) and kling.takes(name, came):
        return []  # the relay's own wording became Kling's
    return list(_within(name, value, came))


def _missing(name: str, value: Any, sent: Mapping[str, Any], arrived: Mapping[str, Any]) -> Difference:
    others = [other for other, came in arrived.items() if other not in sent and _telling(value) and _same(came, value)]
    if others:
        return Difference(name, Kind.RENAMED, f"{name} was sent and arrived as {others[0]} instead.")
    return Difference(name, Kind.DROPPED, f"{name} was sent as {_shown(value)} and did not arrive.")


def _within(place: str, value: Any, came: Any) -> Iterator[Difference]:
    """Yield the differences within one value, as far inside as they are."""
    if _same(value, came):
        return
    if isinstance(value, dict) and isinstance(came, dict):
        for name, member in value.items():
            inner = f"{place}.{name}"
            if name in came:
                yield from _within(inner, member, came[name])
            elif member is not None:
                yield Difference(inner, Kind.DROPPED, f"{inner} was sent as {_shown(member)} and did not arrive.")
    elif isinstance(value, list) and isinstance(came, list) and len(value) == len(came):
        for one, other in zip(value, came, strict=True):
            yield from _within(f"{place}[]", one, other)
    else:
        retyped = not isinstance(value, dict | list) and _text(value) == _text(came)
        kind = Kind.RETYPED if retyped else Kind.CHANGED
        yield Difference(place, kind, f"{place} was sent as {_shown(value)} and arrived as {_shown(came)}.")


def _passed_on(name: str, value: Any, arrived: Mapping[str, Any], packed: Mapping[str, Any]) -> bool:
    """Tell whether a field that Kling does not know went on: under its name, unpacked, or as another field."""
    if name in arrived or (isinstance(value, dict) and all(member in packed for member in value)):
        return True
    return any(_text(value) == _text(came) for came in arrived.values())


def _added(
    told: Mapping[str, Any],
    own: Mapping[str, Any],
    arrived: Mapping[str, Any],
    kling: Fields | None,
    relay: Fields,
    *,
    translated: bool,
) -> Iterator[Difference]:
    """Yield what arrived unasked and changes what Kling makes, by what it documents for a field that is left out."""
    if kling is None or translated:  # a field of the relay's own that did not arrive may have become another one
        return
    for name, came in arrived.items():
        if name in told or name not in kling or name in _OWN_OF_A_RELAY or came in (None, "", [], {}):
            continue
        if any(_same(usual, came) for usual in (kling.default(name), relay.default(name))):
            continue
        if any(_text(value) == _text(came) for value in own.values()):
            continue
        usual = kling.default(name)
        instead = f"; left out, Kling takes {_shown(usual)}" if usual is not _NOTHING else ""
        yield Difference(name, Kind.DEFAULTED, f"{name} was not sent and arrived as {_shown(came)}{instead}.")


def _same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are the same: 1 is 1.0, but neither true nor the text 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    return type(one) is type(other) and bool(one == other)


def _telling(value: Any) -> bool:
    """Tell whether a value is unlike those of other fields, so that it is known again under another name."""
    return (isinstance(value, str) and len(value) > 2) or (isinstance(value, dict | list) and bool(value))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}… ({len(text)} characters)"
