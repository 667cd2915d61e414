"""Requests that keep the schema and break one named rule, or ask one thing of a model that it does not make.

They are found by trying: the documented example, what the rule's own conditions ask for, then the values that the
schema allows in the rule's fields, until one request breaks that rule, and none of another check.
"""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_contract.rules import broken, offers_of, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from klingkit_contract.contract import Contract, Operation
    from klingkit_contract.samples import Samples

__all__ = ["Probe", "rule_probes"]

_MOST_TRIES = 400
_MODEL = "model_name"
_MOST_OF_A_KIND = 6  # models probed for the same thing, such as a duration; more would say nothing new


@dataclass(frozen=True, slots=True)
class Probe:
    """A request that breaks one rule: the body, and the words in the path."""

    body: dict[str, Any]
    path: Mapping[str, str]


def rule_probes(contract: Contract, samples: Samples, operation: Operation) -> list[Probe]:
    """Return a request for every named rule of `operation`, and for what its models do not make, in a stable order."""
    maker = _Maker(contract, samples, operation)
    wanted = [maker.against(pointer, row) for pointer, row in rules_of(contract, operation)]
    return [probe for probe in [*wanted, *maker.beyond_models()] if probe is not None]


class _Maker:
    def __init__(self, contract: Contract, samples: Samples, operation: Operation) -> None:
        self.contract, self.samples, self.operation = contract, samples, operation
        self.schema = contract.request_schema(operation)
        self.base = samples.body(operation)
        self.table = offers_of(operation)

    def against(self, pointer: str, row: Mapping[str, Any]) -> Probe | None:
        """Return a request that breaks the rule at `pointer` alone, or None when none was found."""
        models = ["", *self.models()]
        if row["kind"] == "only_models":
            models = [model for model in self.models() if model not in row["models"]]
        elif "models" in row:
            models = list(row["models"])
        starts = [start for model in models for start in self.starts(model)]
        fields = list(dict.fromkeys(path.removesuffix("[]") for path in [*row["fields"], *row.get("must", {})]))
        for begun in starts:
            for asked in self.meeting(begun.body, row.get("when", {})):
                for body in itertools.islice(self.varied(asked, fields, row), _MOST_TRIES):
                    if self.breaks_only(body, begun.path, pointer):
                        return Probe(body, begun.path)
        return None

    def beyond_models(self) -> Iterator[Probe]:
        """Yield requests that ask a model for a value or a feature that none of its rows has."""
        where = f"{self.operation.pointer}/x-kling-offers/models"
        for kind in self.table.get("dimensions", ()):
            probes = (self.first(model, self.choices(kind["field"]), kind["field"], where) for model in self.models())
            yield from itertools.islice(filter(None, probes), _MOST_OF_A_KIND)
        for feature in self.table.get("features", ()):
            for model in self.models():
                begun = self.with_model(self.base, model)
                bodies = self.meeting(begun.body, feature["when"])
                found = next((body for body in bodies if self.breaks_only(body, begun.path, f"{where}/{model}")), None)
                if found is not None:
                    yield Probe(found, begun.path)
                    break

    def models(self) -> list[str]:
        return list(self.table.get("models", ()))

    def first(self, model: str, choices: list[Any], field: str, where: str) -> Probe | None:
        begun = self.with_model(self.base, model)
        bodies = (put(begun.body, field, choice) for choice in choices)
        found = next((body for body in bodies if self.breaks_only(body, begun.path, f"{where}/{model}")), None)
        return None if found is None else Probe(found, begun.path)

    def starts(self, model: str) -> Iterator[Probe]:
        """Yield the example for a model: as it is, then with the mode and the length of each of the model's rows."""
        begun = self.with_model(self.base, model)
        yield begun
        for row in self.table.get("models", {}).get(model, ()):
            body = begun.body
            for kind in self.table["dimensions"]:
                if kind["of"] in row:
                    body = put(body, kind["field"], row[kind["of"]][0])
            yield Probe(body, begun.path)

    def with_model(self, body: Mapping[str, Any], model: str) -> Probe:
        if not model:
            return Probe(copy.deepcopy(dict(body)), {})
        if "path" in self.table:
            return Probe(copy.deepcopy(dict(body)), {self.table["path"]: model})
        return Probe(put(body, self.table.get("model", _MODEL), model), {})

    def breaks_only(self, body: dict[str, Any], path: Mapping[str, str], pointer: str) -> bool:
        if not self.contract.valid(self.schema, body):
            return False
        full = self.contract.path_values(self.operation, self.samples.path(self.operation, **path))
        found = broken(self.contract, self.operation, body, full)
        return pointer in {one.pointer for one in found} and len({one.check for one in found}) == 1

    def meeting(self, body: Mapping[str, Any], when: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield bodies that meet the conditions `when`, as far as setting a field does it."""
        options = []
        for path, test in when.items():
            if isinstance(test, dict):
                options.append([(path, choice) for choice in self.for_test(path, test)])
            else:
                options.append([(path, word) for word in (test if isinstance(test, list) else [test])])
        for chosen in itertools.islice(itertools.product(*options), _MOST_TRIES):
            changed = dict(body)
            for path, value in chosen:
                changed = put(changed, path, value, self.choices)
            yield changed
            yield from self.completed(changed)

    def completed(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield `body` with the fields that the schema misses in it, once what was set asks for them."""
        names = {error.missing for error in self.contract.errors(self.schema, body) if not error.place} - {""}
        for name in sorted(names):
            yield from ({**body, name: choice} for choice in self.choices(name))

    def for_test(self, path: str, test: Mapping[str, Any]) -> list[Any]:
        if test.get("given") is False or "most" in test:
            return [_GONE]
        if "all" in test:
            return [_Several(tuple(test["all"]))]
        if test.get("given") is True:
            return [choice for choice in self.choices(path) if choice not in test.get("none", ())] or [_GONE]
        return [_AS_IT_IS]

    def varied(self, body: dict[str, Any], fields: list[str], row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield bodies with every combination of the values that the schema allows in `fields`."""
        many = int(row.get("most", 0)) if row["kind"] == "total_at_most" else 0
        options = [[_AS_IT_IS, *self.choices(field, many, row)] for field in fields]
        for chosen in itertools.product(*options):
            changed = body
            for field, value in zip(fields, chosen, strict=True):
                changed = put(changed, field, value, self.choices)
            yield changed

    def choices(self, path: str, many: int = 0, row: Mapping[str, Any] | None = None) -> list[Any]:
        """Return values worth trying at `path`: the words of a list of words, the ends of a range, the smallest."""
        places = self.places(path)
        found: list[Any] = []
        for pointer in self.forms(places):
            node = self.contract.resolve(pointer)[1]
            found += list(node.get("enum", ()))
            found += [node[key] for key in ("const", "minimum", "maximum") if key in node]
            if node.get("type") == "boolean":
                found += [True, False]
            if node.get("type") == "object" and node.get("properties"):
                names = list(node["properties"])
                smallest = {name: self.samples.smallest(f"{pointer}/properties/{name}") for name in names}
                found += [smallest, *({name: smallest[name]} for name in names)]
            if node.get("type") == "string" and "enum" not in node:
                longest = (row or {}).get("must", {}).get(path, {})
                if isinstance(longest, dict) and "longest" in longest:
                    found.append("a" * (longest["longest"] + 1))
                found.append(self.samples.smallest(pointer))
            if node.get("type") == "array" and "items" in node:
                one = self.samples.smallest(f"{pointer}/items")
                found += [[copy.deepcopy(one) for _ in range(count)] for count in dict.fromkeys([1, 4, many + 1])]
        return found

    def places(self, path: str) -> list[str]:
        """Return the pointers of the schemas for a dotted path; the forms an entry may have count all."""
        found = [self.contract.resolve(self.schema)[0]]
        for step in path.split("."):
            name = step.removesuffix("[]")
            found = [
                self.contract.resolve(f"{pointer}/properties/{name}")[0]
                for pointer in self.forms(found)
                if name in self.contract.resolve(pointer)[1].get("properties", {})
            ]
            if step.endswith("[]"):
                found = [
                    self.contract.resolve(f"{pointer}/items")[0]
                    for pointer in found
                    if "items" in self.contract.resolve(pointer)[1]
                ]
        return found

    def forms(self, pointers: list[str]) -> list[str]:
        found = []
        for pointer in pointers:
            node = self.contract.resolve(pointer)[1]
            branches = [
                self.contract.resolve(f"{pointer}/{key}/{index}")[0]
                for key in ("anyOf", "oneOf")
                for index in range(len(node.get(key, ())))
                if "properties" in self.contract.resolve(f"{pointer}/{key}/{index}")[1]
            ]
            found += [pointer, *branches]
        return found


@dataclass(frozen=True, slots=True)
class _Several:
    words: tuple[Any, ...]


_GONE = object()
_AS_IT_IS = object()


def put(body: Mapping[str, Any], path: str, value: Any, choices: Any = None) -> dict[str, Any]:
    """Return a copy of `body` with `value` at a dotted path; what is missing on the way is made.

    In a list the value is that of its last entry, or of a new one where an entry of that kind has to be added.
    """
    changed: dict[str, Any] = copy.deepcopy(dict(body))
    if value is _AS_IT_IS:
        return changed
    if isinstance(value, _Several):
        for word in value.words:
            changed = put(changed, path, word, choices)
        return changed
    _put(changed, path.split("."), value, choices, "")
    return changed


def _put(node: dict[str, Any], steps: list[str], value: Any, choices: Any, before: str) -> None:
    step, *rest = steps
    name = step.removesuffix("[]")
    path = f"{before}.{step}" if before else step
    if not step.endswith("[]"):
        if not rest and value is _GONE:
            node.pop(name, None)
        elif not rest:
            node[name] = copy.deepcopy(value)
        else:
            inner = node.setdefault(name, {})
            if isinstance(inner, dict):
                _put(inner, rest, value, choices, path)
        return
    entries = node.setdefault(name, [])
    if value is _GONE or not isinstance(entries, list):
        node.pop(name, None)
    elif rest:
        forms = [one for one in (choices(path) if choices else []) if isinstance(one, dict)]
        kinds = {
            str(form[rest[0]]) for form in forms if rest[0] in form
        }  # more than one: the member tells what kind an entry is
        matching = [form for form in forms if form.get(rest[0]) == value and len(kinds) > 1]
        if matching and all(entry.get(rest[0]) != value for entry in entries if isinstance(entry, dict)):
            entries.append(copy.deepcopy(matching[0]))
        elif not entries:
            entries.append({**copy.deepcopy(forms[0] if forms else {}), rest[0]: value})
        elif isinstance(entries[-1], dict):
            _put(entries[-1], rest, value, choices, path)
    else:
        entries.append(copy.deepcopy(value))
