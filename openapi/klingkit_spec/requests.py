"""The tables that the wrapper holds requests against before they cost something: documents without their prose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec import yamlio
from klingkit_spec.offers import OFFERS, RULES
from klingkit_spec.pointer import MISSING, lookup
from klingkit_spec.relay_document import operations, references

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["requests_table"]

_JSON = ("content", "application/json", "schema")
_PROSE = frozenset({"description", "title", "example", "examples", "discriminator", "x-kling-rules", "x-source"})
_SCHEMAS = "schemas"


def requests_table(document: Mapping[str, Any]) -> str:
    """Return, as JSON text, what `document` says about its requests.

    ``operations`` has every operation that takes a body, or else a query: its ``schema`` (of a query: of an object with
    the parameters for members), the ``rules`` of schema and operation, what each model ``offers``, and the ``source``
    where a person can read it. ``schemas`` are those they refer to, as ``#/schemas/<name>``.
    """
    found: dict[str, Any] = {}
    used: set[str] = set()
    for path, _, node in operations(document):
        body = _followed(document, node.get("requestBody", {}))
        schema = lookup(body, _JSON)
        if schema is MISSING:
            schema = _query(document, path, node)
        if not schema:
            continue
        rules = [*_rules(document, schema), *node.get(RULES, ())]
        found[node["operationId"]] = {
            "schema": _bare(schema),
            **({"rules": rules} if rules else {}),
            **({"offers": node[OFFERS]} if OFFERS in node else {}),
            **({"source": node["externalDocs"]["url"]} if "externalDocs" in node else {}),
        }
        used |= {name for section, name in references(schema) if section == _SCHEMAS}
    schemas = document.get("components", {}).get(_SCHEMAS, {})
    queue, kept = sorted(used), {}
    while queue:
        name = queue.pop()
        if name not in kept:
            kept[name] = _bare(schemas[name])
            queue += [name for section, name in references(schemas[name]) if section == _SCHEMAS]
    return yamlio.dump_compact_json({"operations": found, _SCHEMAS: kept})


def _query(document: Mapping[str, Any], path: str, node: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object with the parameters of a query for members; empty where there is no query."""
    entries = [*document["paths"][path].get("parameters", ()), *node.get("parameters", ())]
    parameters = [one for entry in entries if (one := _followed(document, entry))["in"] == "query"]
    if not parameters:
        return {}
    required = sorted(one["name"] for one in parameters if one.get("required"))
    return {
        "type": "object",
        "properties": {one["name"]: one.get("schema", {}) for one in parameters},
        **({"required": required} if required else {}),
    }


def _rules(document: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Any]:
    whole = _followed(document, schema)
    own = list(whole.get(RULES, ()))
    return own + [rule for part in whole.get("allOf", ()) for rule in _rules(document, part)]


def _followed(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    while isinstance(node.get("$ref"), str):
        _, section, name = node["$ref"][1:].rsplit("/", 2)
        node = document["components"][section][name]
    return node


def _bare(node: Any, *, names: bool = False) -> Any:
    """Return a schema without its prose; `names` tells that the keys are names of members, not keywords."""
    if isinstance(node, list):
        return [_bare(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    found = {}
    for key, value in node.items():
        if names:
            found[key] = _bare(value)
        elif key == "$ref":
            found[key] = "#/schemas/" + value.rpartition("/")[2]
        elif key in {"default", "enum", "const", "required"}:
            found[key] = value
        elif key not in _PROSE:
            found[key] = _bare(value, names=key == "properties")
    return found
