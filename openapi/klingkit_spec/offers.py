"""What depends on the model, put to the operations: rows of the vendor's tables, in the words of one relay's requests.

A schema of a body cannot say what one model takes. The vendor's tables can: `x-kling-capabilities` with
`x-kling-capability-words`, and `x-kling-standard-models`. The build writes what concerns an operation to the operation:
``x-kling-offers``, a row for everything a model makes, and more ``x-kling-rules``. Whoever holds a request against a
document needs the document alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.dialect import base_name, dialect_for
from klingkit_spec.errors import SpecError
from klingkit_spec.fields import effective
from klingkit_spec.pointer import MISSING, lookup
from klingkit_spec.relay_document import operations
from klingkit_spec.standard_rules import standard_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["OFFERS", "RULES", "OfferError", "put_offers"]

OFFERS = "x-kling-offers"
RULES = "x-kling-rules"
_CAPABILITIES = "x-kling-capabilities"
_WORDS = "x-kling-capability-words"
_SURFACES = ("legacy_video", "standard_video", "image")
# What a request that leaves it out is refused for, or not: a ratio of its own accord is the model's choice.
_COUNTS_WHEN_LEFT_OUT = frozenset({"modes", "durations", "resolutions"})
_DURATIONS = "durations"
_JSON = ("requestBody", "content", "application/json", "schema")


class OfferError(SpecError):
    """Tables of what models offer that do not fit each other."""


def put_offers(
    document: dict[str, Any], spec: dict[str, Any], dialects: Mapping[str, Any] | None = None, dialect: str = ""
) -> None:
    """Write rows and rules to the operations of `document`, in place.

    A relay whose requests have a container for whatever it does not name promises nothing about what is in there: its
    document gets no rows.

    Args:
        document: the one spec, or a relay's document.
        spec: the one spec, which has the tables.
        dialects: the tables of dialects.toml, and `dialect` the relay's; without them the words stay as they are.

    Raises:
        OfferError: a table names an operation, a model or a feature that another one does not have.
    """
    words = spec.get(_WORDS, {})
    _check(spec)
    ours = {node["operationId"]: node for _, _, node in operations(spec)}
    for _, _, node in operations(document):
        name = node["operationId"]
        place = _place(dialects, dialect, name)
        if place is None:
            continue
        rules = standard_rules(spec, name)
        if rules:
            node[RULES] = [_placed(rule, place) for rule in rules]
        said = words.get("operations", {}).get(name)
        rows = _rows(spec, name) if said else {}
        if rows:
            usual = {path: row.get("default") for path, row in _members(spec, ours[name]).items()}
            heard = _heard(said, dialects, dialect, name)
            found = _offers(heard, place, usual, _number(_members(document, node), said, place))
            node[OFFERS] = {"sources": list(words["sources"]), **found, "models": _worded(rows, found)}


def _rows(spec: Mapping[str, Any], operation: str) -> dict[str, Any]:
    """Return the rows of every model for `operation`."""
    table = spec.get(_CAPABILITIES, {})
    return {
        model: entry["operations"][operation]
        for surface in _SURFACES
        for model, entry in table.get(surface, {}).items()
        if operation in entry.get("operations", {})
    }


def _heard(
    said: Mapping[str, Any], dialects: Mapping[str, Any] | None, dialect: str, operation: str
) -> Mapping[str, Any]:
    """Return the words without features that never arrive: a relay which drops a field refuses nothing for it.

    Where only a 0 of it is dropped, a 0 asks for nothing.
    """
    if dialects is None:
        return said
    whole = dialects["dialect"][dialect]
    special = whole.get("operation", {}).get(base_name(operation), {}).get("request", {})
    request = {**whole.get("request", {}), **special}
    if not request.get("forwards"):
        return said
    arriving = []
    for row in said["features"]:
        field, when = row["field"].partition(".")[0].removesuffix("[]"), row["when"]
        if field in request.get("zeros_lost", ()) and isinstance(when.get(field), dict):
            when = {**when, field: {**when[field], "none": [*when[field].get("none", ()), 0]}}
        if field in request["forwards"]:
            arriving.append({**row, "when": when})
    return {**said, "features": arriving}


def _offers(
    said: Mapping[str, Any], place: Callable[[str], str], usual: Mapping[str, Any], number: bool
) -> dict[str, Any]:
    """Return how the words of the rows show in a request; `usual` are the defaults of the one spec."""
    dimensions = []
    for kind, path in said["dimensions"].items():
        row = {"of": kind, "field": place(path)}
        if kind in _COUNTS_WHEN_LEFT_OUT and usual.get(path) is not None:
            row["default"] = int(usual[path]) if number and kind == _DURATIONS else usual[path]
        dimensions.append(row)
    return {
        **({"model": place(said["model"])} if "model" in said else {"path": said["path"]}),
        "dimensions": dimensions,
        "inputs": [{**row, "when": _conditions(row["when"], place)} for row in said["inputs"]],
        "features": [
            {**row, "field": place(row["field"]), "when": _conditions(row["when"], place)} for row in said["features"]
        ],
    }


def _number(members: Mapping[str, Any], said: Mapping[str, Any], place: Callable[[str], str]) -> bool:
    """Tell whether this relay has seconds as numbers where the one spec has texts."""
    schema = members.get(place(said["dimensions"].get(_DURATIONS, "")), {})
    return schema.get("type") in {"number", "integer"}


def _worded(rows: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rows with seconds as the defaults of `found` have them."""
    usual = next((row.get("default") for row in found["dimensions"] if row["of"] == _DURATIONS), None)
    kind = int if isinstance(usual, int) else lambda value: value
    return {
        model: [
            {**row, _DURATIONS: [kind(value) for value in row[_DURATIONS]]} if _DURATIONS in row else dict(row)
            for row in entries
        ]
        for model, entries in rows.items()
    }


def _place(dialects: Mapping[str, Any] | None, dialect: str, operation: str) -> Callable[[str], str] | None:
    """Return what gives the name of a field of the one spec in this relay's requests; None where some have none."""
    if dialects is None:
        return lambda path: path
    whole = dialects["dialect"][dialect]
    special = whole.get("operation", {}).get(base_name(operation), {}).get("request", {})
    if {**whole.get("request", {}), **special}.get("rest"):
        return None
    return dialect_for(dialects, dialect, operation).to_relay


def _conditions(when: Mapping[str, Any], place: Callable[[str], str]) -> dict[str, Any]:
    return {place(path): test for path, test in when.items()}


def _placed(rule: Mapping[str, Any], place: Callable[[str], str]) -> dict[str, Any]:
    moved = {**rule, "fields": [place(path) for path in rule["fields"]]}
    for key in ("when", "must"):
        if key in rule:
            moved[key] = _conditions(rule[key], place)
    return moved


def _members(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Return the members of the request of `node`, and those of its objects, by dotted name."""
    schema = lookup(node, _JSON)
    if schema is MISSING:
        return {}
    found: dict[str, Any] = {}
    for name, member in effective(document, schema).get("properties", {}).items():
        found[name] = whole = effective(document, member)
        found |= {f"{name}.{inner}": effective(document, part) for inner, part in whole.get("properties", {}).items()}
    return found


def _check(spec: Mapping[str, Any]) -> None:
    """Refuse tables that speak of what the other tables, or the document, do not have."""
    known = {node["operationId"] for _, _, node in operations(spec)}
    words = spec.get(_WORDS, {}).get("operations", {})
    capabilities = spec.get(_CAPABILITIES, {})
    for operation in words:
        if operation not in known:
            raise OfferError(f"{_WORDS} names the operation {operation!r}, which the official document does not have.")
    for surface in _SURFACES:
        for model, entry in capabilities.get(surface, {}).items():
            for operation, rows in entry.get("operations", {}).items():
                where = f"{_CAPABILITIES}, {surface}, {model}: {operation}"
                if operation not in known:
                    raise OfferError(f"{where} is no operation of the official document; correct the table.")
                if operation in words:
                    _check_rows(rows, words[operation], where)


def _check_rows(rows: Sequence[Mapping[str, Any]], said: Mapping[str, Any], where: str) -> None:
    inputs = {row["name"] for row in said["inputs"]}
    for row in rows:
        if strange := sorted(set(row["inputs"]) - inputs - {"last_frame"}):
            raise OfferError(f"{where} has the input {strange[0]!r}, which {_WORDS} does not tell from others; add it.")
