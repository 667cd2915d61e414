"""The small table that the wrapper reads at run time: which operations there are, and what each relay asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.dialect import base_name, dialect_for
from klingkit_spec.document import read_operations
from klingkit_spec.relay_document import EVIDENCE, operations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit_spec.fields import Facets
    from klingkit_spec.merge import Claim

__all__ = ["surface"]

_CREATE, _GET = "_create", "_get"
_EXTERNAL_IDS = "x-klingkit-external-ids"
_PICTURE_SOLUTION = "solution_virtual_try_on_create"
_LIFE = {"create", "get", "list"}


def surface(
    spec: dict[str, Any],
    documents: Mapping[str, dict[str, Any]],
    registry: Mapping[str, Mapping[str, Any]],
    dialects: Mapping[str, Any],
    claims: Mapping[str, Sequence[Claim]],
) -> dict[str, Any]:
    """Return the table for the one spec and the resolved `documents` of all relays.

    ``operations`` has every object that can be created, under its operationId without the verb: the create's path,
    its area, and the kind of what it makes. ``calls`` has every other operation of the one spec that is not the get
    or the list of such an object, under its operationId: method, path, and whether it costs something. ``order`` has
    the operationIds of all, as they stand in the one spec.

    ``fields`` are the top-level fields of a create in the one spec's names: ``required`` says whether this relay wants
    the field, ``default`` is what the one spec gives for it. ``external_ids`` of a get is false where a task
    cannot be asked for by the caller's own id although the create takes one.
    """
    creates = {node["operationId"]: path for path, _, node in operations(spec) if _is_create(node)}
    whole = read_operations(spec, prefix="")
    defaults = {
        node["operationId"]: whole[path, method].request or {}
        for path, method, node in operations(spec)
        if _is_create(node)
    }
    relays: dict[str, Any] = {}
    for relay, document in documents.items():
        table = read_operations(document, prefix="")
        offered: dict[str, Any] = {}
        for path, method, node in operations(document):
            operation = node["operationId"]
            offered[operation] = {"evidence": node[EVIDENCE]}
            if operation.endswith(_GET) and node.get(_EXTERNAL_IDS) is False:
                offered[operation]["external_ids"] = False
            if operation.endswith(_CREATE):
                dialect = dialect_for(dialects, registry[relay]["dialect"], operation)
                named = {dialect.to_spec(name): facets for name, facets in (table[path, method].request or {}).items()}
                offered[operation]["fields"] = _fields(named, defaults[operation])
        relays[relay] = {"operations": offered, "claims": [_claim(claim) for claim in claims.get(relay, ())]}
    return {
        "operations": {
            base_name(operation): {"create_path": path, "area": _area(operation), "media": _media(operation)}
            for operation, path in creates.items()
        },
        "order": [
            node["operationId"]
            for item in spec["paths"].values()
            for node in item.values()
            if isinstance(node, dict) and "operationId" in node
        ],
        "calls": _calls(spec, {base_name(operation) for operation in creates}),
        "relays": relays,
    }


def _area(operation: str) -> str:
    return operation.split("_", 1)[0]


def _media(operation: str) -> str:
    """Return what a task makes; the new standard has videos only, and solutions but one end in a video."""
    area = _area(operation)
    if operation == _PICTURE_SOLUTION:
        return "image"
    return area if area in {"image", "audio", "voice", "element"} else "video"


def _calls(spec: dict[str, Any], objects: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, method, node in operations(spec):
        operation = node["operationId"]
        if base_name(operation) in objects and operation.rpartition("_")[2] in _LIFE:
            continue
        billable = bool(node.get("x-klingkit-billable", False))
        found[operation] = {"method": method.upper(), "path": path, "billable": billable}
    return found


def _is_create(node: Mapping[str, Any]) -> bool:
    return str(node["operationId"]).endswith(_CREATE)


def _fields(named: Mapping[str, Facets], spec: Mapping[str, Facets]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, facets in named.items():
        if "." in name or "[]" in name:
            continue
        fields[name] = {"required": facets.get("required") is True}
        if "default" in spec.get(name, {}):
            fields[name]["default"] = spec[name]["default"]
    return fields


def _claim(claim: Claim) -> dict[str, Any]:
    return {"operation": claim.operation, "path": claim.path, "title": claim.title}
