"""Requests that are wrong in one way: each takes a valid body one step outside one promise of the schema.

A field that another field switches on (a storyboard without its switch is ignored) is first switched on, by the
conditions of the schema itself, so that a relay which ignores it is not accused.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from klingkit_contract.contract import Contract, Operation
    from klingkit_contract.samples import Samples

__all__ = ["Mutation", "body_mutations", "query_mutations"]

_NOT_A_WORD = "klingkit-none"
_MARGIN = 0.1  # one step outside the range of a number that is no integer


@dataclass(frozen=True, slots=True)
class Mutation:
    """A body with one flaw; `field` and `words` say which."""

    field: str
    words: str
    body: dict[str, Any]


def body_mutations(contract: Contract, samples: Samples, operation: Operation) -> list[Mutation]:
    """Return every single-flaw body for a create, in a stable order; all of them break the request schema."""
    schema = contract.request_schema(operation)
    base = samples.body(operation)
    maker = _Maker(contract, samples, schema, base)
    made = [*maker.values(), *maker.removals(), *maker.exclusions()]
    wrong = {(m.field, m.words): m for m in reversed(made) if not contract.valid(schema, m.body)}
    return list(reversed(wrong.values()))


def query_mutations(contract: Contract, operation: Operation) -> list[tuple[str, str, str]]:
    """Return (parameter, value, words) for query parameters one step outside what the document allows."""
    found = []
    for name, (pointer, _) in contract.parameters(operation, "query").items():
        rules = contract.resolve(f"{pointer}/schema")[1]
        found += [(name, str(value), words) for value, words in _outside(rules, None)]
        if rules.get("type") in {"integer", "number"}:
            found.append((name, _NOT_A_WORD, "a word for a number"))
    return found


class _Maker:
    def __init__(self, contract: Contract, samples: Samples, schema: str, base: dict[str, Any]) -> None:
        self.contract, self.samples, self.base = contract, samples, base
        self.pointer, self.rules = contract.resolve(schema)
        self.schema = schema

    def values(self) -> Iterator[Mutation]:
        """Yield bodies in which one field has a value outside its limits or of another type."""
        for name in self.rules.get("properties", {}):
            pointer, rules = self.contract.resolve(f"{self.pointer}/properties/{name}")
            body = self.with_field(name)
            if body is None:
                continue
            for value, words in [*_outside(rules, body[name]), *_wrong_type(rules)]:
                yield Mutation(name, words, {**body, name: value})
            yield from self.nested(name, pointer, rules, body)

    def nested(self, name: str, pointer: str, rules: Mapping[str, Any], body: dict[str, Any]) -> Iterator[Mutation]:
        """Yield bodies in which a member of a field's object, or of its list's first object, is outside its limits."""
        inside = body[name]
        if rules.get("type") == "array" and isinstance(inside, list) and inside and isinstance(inside[0], dict):
            pointer, rules = self.contract.resolve(f"{pointer}/items")
            members, place = inside[0], f"{name}[0]"
        elif isinstance(inside, dict):
            members, place = inside, name
        else:
            return
        for member in members:
            if member not in rules.get("properties", {}):
                continue
            inner = self.contract.resolve(f"{pointer}/properties/{member}")[1]
            for value, words in _outside(inner, members[member]):
                changed = copy.deepcopy(body)
                target = changed[name][0] if isinstance(inside, list) else changed[name]
                target[member] = value
                yield Mutation(f"{place}.{member}", words, changed)

    def removals(self) -> Iterator[Mutation]:
        """Yield bodies that lack a field; those that are still valid are dropped by the caller."""
        bodies = [self.base, *filter(None, (self.activated(name) for name in self.switched()))]
        for body in bodies:
            for name in body:
                yield Mutation(name, "left out", {key: value for key, value in body.items() if key != name})
        for name, inside in self.base.items():
            if isinstance(inside, list) and inside and isinstance(inside[0], dict):
                for member in inside[0]:
                    changed = copy.deepcopy(self.base)
                    del changed[name][0][member]
                    yield Mutation(f"{name}[0].{member}", "left out", changed)

    def exclusions(self) -> Iterator[Mutation]:
        """Yield bodies with two fields that the schema keeps apart."""
        for rule in self.rules.get("allOf", ()):
            names = rule.get("not", {}).get("required", ())
            body = dict(self.base)
            for name in names:
                body.setdefault(name, self.samples.smallest(f"{self.pointer}/properties/{name}"))
            if names:
                yield Mutation(names[0], f"together with {' and '.join(names[1:])}", body)

    def switched(self) -> list[str]:
        """Return the fields that a condition of the schema requires."""
        then = [rule.get("then", {}).get("required", ()) for rule in self.rules.get("allOf", ()) if "if" in rule]
        return list(dict.fromkeys(name for names in then for name in names if name not in self.base))

    def activated(self, name: str) -> dict[str, Any] | None:
        """Return the base with `name` switched on by the values of the condition that requires it, if that is valid."""
        for rule in self.rules.get("allOf", ()):
            if name not in rule.get("then", {}).get("required", ()):
                continue
            switches = {
                key: value["const"] for key, value in rule["if"].get("properties", {}).items() if "const" in value
            }
            body = {**self.base, **switches}
            for choice in self.choices(name):
                if switches and self.contract.valid(self.schema, {**body, name: choice}):
                    return {**body, name: choice}
        return None

    def choices(self, name: str) -> list[Any]:
        """Return values to try for a field: all words of a list of words, else the smallest value."""
        pointer, rules = self.contract.resolve(f"{self.pointer}/properties/{name}")
        return list(rules.get("enum", ())) or [self.samples.smallest(pointer)]

    def with_field(self, name: str) -> dict[str, Any] | None:
        """Return a valid body that has `name` and in which it counts, or None when there is none."""
        if name in self.base:
            return self.base
        if (body := self.activated(name)) is not None:
            return body
        if name in self.switched():
            return None
        body = {**self.base, name: self.samples.smallest(f"{self.pointer}/properties/{name}")}
        return body if self.contract.valid(self.schema, body) else None


def _outside(rules: Mapping[str, Any], valid: object) -> Iterator[tuple[Any, str]]:
    """Yield values one step outside the limits in `rules`; `valid` is a value inside them, where one is known."""
    if "enum" in rules or "const" in rules:
        yield _NOT_A_WORD, "a value that is not in the list"
    if "maxLength" in rules:
        limit = int(rules["maxLength"])
        yield (
            (valid if isinstance(valid, str) and valid else "a").ljust(limit + 1, "a")[: limit + 1],
            (f"{limit + 1} characters where {limit} are allowed"),
        )
    if int(rules.get("minLength", 0)) > 0:
        yield "a" * (int(rules["minLength"]) - 1), f"shorter than {rules['minLength']} characters"
    step = 1 if rules.get("type") == "integer" else _MARGIN
    if "minimum" in rules:
        yield rules["minimum"] - step, f"less than {rules['minimum']}"
    if "maximum" in rules:
        yield rules["maximum"] + step, f"more than {rules['maximum']}"
    if "maxItems" in rules and isinstance(valid, list) and valid:
        count = int(rules["maxItems"]) + 1
        yield (valid * count)[:count], f"{count} entries where {count - 1} are allowed"
    if int(rules.get("minItems", 0)) > 0 and isinstance(valid, list):
        yield valid[: int(rules["minItems"]) - 1], f"fewer than {rules['minItems']} entries"
    if "pattern" in rules:
        yield "!", "text that does not match the pattern"


def _wrong_type(rules: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    """Yield a value of a JSON type that nobody converts silently: an object for a scalar, a word for anything else."""
    kinds = rules.get("type", "object" if "properties" in rules else None)
    if kinds is None:
        return
    if kinds == "string":
        yield {}, "an object where text belongs"
    elif isinstance(kinds, str):
        yield _NOT_A_WORD, f"text where {'an' if kinds[0] in 'aeiou' else 'a'} {kinds} belongs"
