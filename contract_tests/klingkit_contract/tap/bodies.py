"""Creates worth sending through a relay: with as many fields as go together, at values that no default has.

They are valid by the relay's documents, named rules and models included. They are found by trying: the documented
example, then one field after the other, as long as the request stays one that has to be accepted.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from klingkit_contract.rules import broken, offers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from klingkit_contract.contract import Contract, Operation
    from klingkit_contract.samples import Samples

__all__ = ["Maker"]

_MOST_TRIES = 120  # values of one field
_MOST_MEMBERS = 6  # values of one member of an object
_MOST_BODIES = 6  # of one operation
_MODELS = ("model_name", "model")
_PROMPT = "prompt"
# Where nobody listens: by a name that there is not, or, for a relay on this machine, on the machine.
_NOWHERE, _NOWHERE_HERE = "https://klingkit.invalid/", "http://127.0.0.1:9/"
_LEFT_OUT = object()


class Maker:
    """Makes bodies for one create. `near` tells whether the relay is on this machine: callbacks then stay there."""

    def __init__(self, contract: Contract, samples: Samples, operation: Operation, *, near: bool = False) -> None:
        self._address = _NOWHERE_HERE if near else _NOWHERE
        self._contract, self._samples, self._operation = contract, samples, operation
        self._schema = contract.request_schema(operation)
        self._pointer, node = contract.resolve(self._schema)
        self.names: tuple[str, ...] = tuple(node.get("properties", {}))
        self._members: Mapping[str, Any] = node.get("properties", {})
        self.example = samples.body(operation)
        self._path = contract.path_values(operation, samples.path(operation))

    def valid(self, body: Mapping[str, Any]) -> bool:
        """Tell whether a relay that keeps its documents accepts `body`."""
        keeps = self._contract.valid(self._schema, body)
        return keeps and not broken(self._contract, self._operation, body, self._path)

    def marked(self, body: Mapping[str, Any], mark: str) -> dict[str, Any]:
        """Return `body` with `mark` in its prompt and as its external id, as far as it may have them."""
        tried = self._samples.marked(self._operation, body, mark)
        bodies = [{**tried, _PROMPT: f"{body[_PROMPT]} {mark}"}] if isinstance(body.get(_PROMPT), str) else []
        return next((one for one in [*bodies, tried] if self.valid(one)), dict(body))

    def full(self) -> list[dict[str, Any]]:
        """Return bodies that together have every field that can be had, the one with the most fields first."""
        body, gained = self._grown(self.example, self.names)
        found, left = [body], [name for name in self.names if name not in gained]
        starts = list(self._starts())
        for name in list(left):
            begun = self._begun(name, starts) if name in left and len(found) < _MOST_BODIES else None
            if begun is not None:
                body, gained = self._grown(begun, self.names)
                found.append(body)
                left = [other for other in left if other not in gained]
        return found

    def bare(self, enough: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
        """Return the body with the fewest fields that is still `enough`, and 0 in those that may be 0.

        Gateways fill in what is not there, and take a 0 for nothing said.
        """
        body = dict(self.example)
        for name in self.names:
            shorter = {key: value for key, value in body.items() if key != name}
            if name in body and name not in (_PROMPT, *_MODELS) and self.valid(shorter) and enough(shorter):
                body = shorter
        for name in self.names:
            node = self._contract.resolve(f"{self._pointer}/properties/{name}")[1]
            if node.get("minimum", 1) <= 0 and self.valid({**body, name: 0}):
                body = {**body, name: 0}
        return body

    def _starts(self) -> Iterator[dict[str, Any]]:
        """Yield the example as it is, then for each model, in each of the modes and lengths listed for it."""
        yield self.example
        fields = [name for name in _MODELS if name in self.example]
        table = offers_of(self._operation)
        if not fields or "path" in table:
            return
        for model in list(table.get("models", ())) or self._words(fields[0]):
            body = {**self.example, **dict.fromkeys(fields, model)}
            for row in table.get("models", {}).get(model, ()) or [{}]:
                ends = [kind for kind in table.get("dimensions", ()) if kind["of"] in row and "." not in kind["field"]]
                made = {**body, **{kind["field"]: row[kind["of"]][0] for kind in ends}}
                if self.valid(made):
                    yield made

    def _words(self, field: str | None) -> list[Any]:
        node = self._contract.resolve(f"{self._pointer}/properties/{field}")[1] if field else {}
        return list(node.get("enum", ()))

    def _begun(self, name: str, starts: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Return a start with the field, alone or with another one that it cannot be without; None when none has it."""
        for begin in (self._alone, self._pairs):
            for start in starts:
                body = next((body for body in begin(start, name) if self.valid(body)), None)
                if body is not None:
                    return body
        return None

    def _alone(self, start: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
        return ({**start, name: value} for value in itertools.islice(self._values(name, start), _MOST_TRIES))

    def _pairs(self, start: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
        values = list(itertools.islice(self._values(name, start), _MOST_MEMBERS))
        for other in self.names:
            if other != name:
                others = list(itertools.islice(self._values(other, start), _MOST_MEMBERS))
                yield from ({**start, name: one, other: two} for one in values for two in others)

    def _grown(self, start: Mapping[str, Any], names: tuple[str, ...]) -> tuple[dict[str, Any], set[str]]:
        """Return `start` with as many fields of `names` as it can have, and which fields tell something in it."""
        body = dict(start)
        gained = {name for name in body if name in self.names and not self._is_usual(name, body[name])}
        waiting = [name for name in names if name not in gained or name in self.example]
        progress = True
        while progress:
            progress = False
            for name in list(waiting):
                value = self._fitting(name, body)
                if value is not _LEFT_OUT:
                    body[name] = value
                    gained.add(name)
                    waiting.remove(name)
                    progress = True
        return body, gained

    def _fitting(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return the value for a field that goes with `body` and tells most."""
        values = itertools.islice(self._values(name, body), _MOST_TRIES)
        fitting = (value for value in values if self.valid({**body, name: value}))
        first = next(fitting, _LEFT_OUT)
        return max([first, *fitting], key=_leaves) if isinstance(first, dict) else first

    def _values(self, name: str, body: Mapping[str, Any]) -> Iterator[Any]:
        if name in _MODELS:
            yield from (body[other] for other in _MODELS if other in body)
            return
        values = self._of(f"{self._pointer}/properties/{name}", name, self._members[name], body.get(name))
        yield from (value for value in values if not self._is_usual(name, value))

    def _is_usual(self, name: str, value: Any) -> bool:
        """Tell whether a value is the one that counts when the field is left out: its loss would change nothing."""
        node = self._contract.resolve(f"{self._pointer}/properties/{name}")[1]
        return any("default" in one and one["default"] == value for one in (self._members[name], node))

    def _of(self, pointer: str, name: str, beside: Any, now: Any) -> Iterator[Any]:
        """Yield values for the schema at `pointer`, those that tell most first; `now` is the value it has."""
        where, node = self._contract.resolve(pointer)
        usual = beside.get("default", node.get("default", now)) if isinstance(beside, dict) else now
        kind = _type(node)
        if "enum" in node:
            yield from sorted(node["enum"], key=lambda word: word in (usual, now))
        elif kind == "boolean":
            yield from (value for value in (True, False) if value is not usual)
        elif kind in {"number", "integer"}:
            yield from _numbers(node, usual, whole=kind == "integer")
        elif kind == "object" or "properties" in node:
            yield from self._objects(where, node, now if isinstance(now, dict) else {})
        elif kind == "array" and "items" in node:
            count = max(int(node.get("minItems", 1)), 1)
            yield from ([value] * count for value in self._of(f"{where}/items", name, {}, None))
        elif kind == "string":
            yield from self._texts(name, pointer, node, now)
        for key in ("anyOf", "oneOf"):
            for index in range(len(node.get(key, ()))):
                branch = self._contract.resolve(f"{where}/{key}/{index}")[1]
                if "type" in branch or "properties" in branch:
                    yield from self._of(f"{where}/{key}/{index}", name, {}, None)

    def _objects(self, where: str, node: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        members, required = node.get("properties", {}), node.get("required", ())
        options = {}
        for name, beside in members.items():
            found = list(
                itertools.islice(self._of(f"{where}/properties/{name}", name, beside, now.get(name)), _MOST_MEMBERS)
            )
            options[name] = found if name in required else [*found, _LEFT_OUT]
        firsts = {name: found[0] for name, found in options.items() if found and found[0] is not _LEFT_OUT}
        needed = {name: firsts[name] for name in required if name in firsts}
        if firsts:
            yield firsts
        yield from ({**needed, name: value} for name, value in firsts.items())
        for chosen in itertools.islice(itertools.product(*options.values()), _MOST_TRIES):
            whole = {name: value for name, value in zip(options, chosen, strict=True) if value is not _LEFT_OUT}
            if whole:
                yield whole

    def _texts(self, name: str, pointer: str, node: Mapping[str, Any], now: Any) -> Iterator[Any]:
        if isinstance(now, str):
            yield now
        if name.endswith("callback_url") or node.get("format") == "uri":
            yield f"{self._address}{name}"
        smallest = self._samples.smallest(pointer)
        words = f"klingkit {name.replace('_', ' ')}"[: node.get("maxLength", 100)]
        plain = isinstance(smallest, str) and smallest.startswith("klingkit"[: node.get("maxLength", 8)])
        yield from (words, smallest) if plain else (smallest, words)


def _type(node: Mapping[str, Any]) -> str:
    kind = node.get("type", "")
    return next((name for name in kind if name != "null"), "") if isinstance(kind, list) else str(kind)


def _leaves(value: Any) -> int:
    """Return how many single values there are in a value."""
    if isinstance(value, dict):
        return sum(map(_leaves, value.values()))
    return sum(map(_leaves, value)) if isinstance(value, list) else 1


def _numbers(node: Mapping[str, Any], usual: Any, *, whole: bool) -> Iterator[float | int]:
    """Yield numbers between the limits that are neither 0 nor usual."""
    least, most = node.get("minimum", 0), node.get("maximum", max(10, node.get("minimum", 0) + 1))
    for part in (0.7, 0.3, 1.0, 0.0):
        value = least + (most - least) * part
        number = round(value) if whole else round(value, 1)
        if number not in {0, usual} and least <= number <= most:
            yield number
