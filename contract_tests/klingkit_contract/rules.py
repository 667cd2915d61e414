"""Which named rules a request breaks, and what it asks of a model that the model does not make.

Both stand in the resolved document: ``x-kling-rules`` at a request's schema and at its operation, ``x-kling-offers``
at the operation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from klingkit_contract.conditions import as_number, at, meets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from klingkit_contract.contract import Contract, Operation

__all__ = ["MODEL_LIMITS", "RULES", "Broken", "broken", "model_of", "offers_of", "rules_of"]

RULES = "rules"
MODEL_LIMITS = "model-limits"
_ROUNDING = 1e-9
_MODEL_MEMBERS = ("model_name", "model")


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that is broken, or something a model does not make: its check, the field, where it stands."""

    check: str
    field: str
    pointer: str
    sentence: str


def rules_of(contract: Contract, operation: Operation) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the named rules of a request with their pointers."""
    found = [(operation.pointer, operation.definition)]
    if schema := contract.request_schema(operation):
        found.append(contract.resolve(schema))
    return [
        (f"{pointer}/x-kling-rules/{index}", row)
        for pointer, node in found
        for index, row in enumerate(node.get("x-kling-rules", ()))
    ]


def offers_of(operation: Operation) -> Mapping[str, Any]:
    """Return what the document says models make of an operation; empty where it says nothing."""
    table: Mapping[str, Any] = operation.definition.get("x-kling-offers", {})
    return table


def model_of(contract: Contract, operation: Operation, body: Mapping[str, Any], path: Mapping[str, str]) -> str:
    """Return the model that a request asks for, by its path, its body or the document's default."""
    table = offers_of(operation)
    if "path" in table:
        return path.get(table["path"], "")
    full = {**_defaults(contract, operation), **body}
    found = next((full[name] for name in _MODEL_MEMBERS if name in full), "")
    return found if isinstance(found, str) else ""


def broken(contract: Contract, operation: Operation, body: Mapping[str, Any], path: Mapping[str, str]) -> list[Broken]:
    """Return the rules that a request, which keeps its schema, breaks.

    Args:
        contract: the relay's document.
        operation: what is asked for.
        body: the request's body.
        path: the values in the request's path.
    """
    full = {**_defaults(contract, operation), **body}
    model = model_of(contract, operation, body, path)
    found = [
        Broken(_check(row), _outer(row["fields"][0]), pointer, f"{', '.join(row['fields'])}: {row['text']}")
        for pointer, row in rules_of(contract, operation)
        if row["kind"] in _KINDS and not _holds(row, full, model)
    ]
    table = offers_of(operation)
    if field := _not_made(table, body, model) if table else "":
        sentence = f"{field}: {model} does not make that, by what the documents list of it"
        found.append(
            Broken(MODEL_LIMITS, _outer(field), f"{operation.pointer}/x-kling-offers/models/{model}", sentence)
        )
    return found


def _check(row: Mapping[str, Any]) -> str:
    """Return the check of a rule: one about single models belongs to what models make."""
    about_models = "models" in row or any(name in row.get("when", {}) for name in _MODEL_MEMBERS)
    return MODEL_LIMITS if about_models else RULES


def _defaults(contract: Contract, operation: Operation) -> dict[str, Any]:
    pointer, schema = contract.resolve(contract.request_schema(operation))
    members = {name: contract.resolve(f"{pointer}/properties/{name}")[1] for name in schema.get("properties", {})}
    beside = {name: part for name, part in schema.get("properties", {}).items() if "default" in part}
    return {name: part["default"] for name, part in {**members, **beside}.items() if "default" in part}


def _outer(path: str) -> str:
    return path.partition(".")[0].removesuffix("[]")


def _holds(row: Mapping[str, Any], body: Mapping[str, Any], model: str) -> bool:
    if row["kind"] != "only_models" and model not in row.get("models", [model]):
        return True
    return not meets(body, row.get("when", {})) or _KINDS[row["kind"]](row, body, model)


def _sum_equals(row: Mapping[str, Any], body: Mapping[str, Any], _: str) -> bool:
    parts, whole = ([as_number(value) for value in at(body, path)] for path in row["fields"])
    if None in parts or None in whole or not whole:
        return True
    return sum(part for part in parts if part is not None) == whole[0]


def _one_nonzero(row: Mapping[str, Any], body: Mapping[str, Any], _: str) -> bool:
    return all(sum(bool(as_number(value)) for value in group.values()) == 1 for group in at(body, row["fields"][0]))


def _product(row: Mapping[str, Any], body: Mapping[str, Any], _: str) -> bool:
    sums = [1 + sum(as_number(value) or 0 for path in factor for value in at(body, path)) for factor in row["factors"]]
    return bool(prod(sums) <= row["most"] + _ROUNDING)


def _difference(row: Mapping[str, Any], body: Mapping[str, Any], _: str) -> bool:
    upper, lower = (at(body, path) for path in row["fields"])
    pairs = [(as_number(high), as_number(low)) for high, low in zip(upper, lower, strict=False)]
    return all(high is None or low is None or high - low >= row["least"] for high, low in pairs)


_KINDS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], str], bool]] = {
    "difference_at_least": _difference,
    "exactly_one_nonzero": _one_nonzero,
    "only_models": lambda row, _, model: not model or model in row["models"],
    "product_at_most": _product,
    "requires": lambda row, body, _: meets(body, row["must"]),
    "sum_equals": _sum_equals,
    "total_at_most": lambda row, body, _: sum(len(at(body, path)) for path in row["fields"]) <= row["most"],
}


def _not_made(table: Mapping[str, Any], body: Mapping[str, Any], model: str) -> str:
    """Return the field by which a request asks for what no row of its model has; empty when a row has it all."""
    rows: Sequence[Mapping[str, Any]] = table["models"].get(model, ())
    start = next((row["name"] for row in table["inputs"] if meets(body, row["when"])), None)
    if not rows or start is None:
        return ""
    fields = [list(_lacks(table, row, body)) for row in rows if start in row["inputs"]]
    if not fields:
        return str(table.get("model", table.get("path", "")))
    closest = min(fields, key=len)
    return closest[0] if closest else ""


def _lacks(table: Mapping[str, Any], row: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[str]:
    for kind in table["dimensions"]:
        value = next(iter(at(body, kind["field"])), kind.get("default"))
        if kind["of"] in row and value is not None and value not in row[kind["of"]]:
            yield str(kind["field"])
    used = [feature for feature in table["features"] if meets(body, feature["when"])]
    for feature in used:
        if not set(feature["name"]) & {*row["features"], *row.get("always", ())}:
            yield str(feature["field"])
    if "needs_any" in row and not any(set(feature["name"]) & set(row["needs_any"]) for feature in used):
        yield str(table.get("model", table.get("path", "")))
