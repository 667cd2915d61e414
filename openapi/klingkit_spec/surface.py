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

_CREATE = "_create"


def surface(
    spec: dict[str, Any],
    documents: Mapping[str, dict[str, Any]],
    registry: Mapping[str, Mapping[str, Any]],
    dialects: Mapping[str, Any],
    claims: Mapping[str, Sequence[Claim]],
) -> dict[str, Any]:
    """Return the table for the one spec and the resolved `documents` of all relays.

    ``fields`` are the top-level fields of a create in the one spec's names: ``required`` says whether this relay wants
    the field, ``default`` is what the one spec gives for it.
    """
    creates = {node["operationId"]: path for path, _, node in operations(spec) if _is_create(node)}
    defaults = {
        node["operationId"]: read_operations(spec, prefix="")[path, method].request or {}
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
            if operation.endswith(_CREATE):
                dialect = dialect_for(dialects, registry[relay]["dialect"], operation)
                named = {dialect.to_spec(name): facets for name, facets in (table[path, method].request or {}).items()}
                offered[operation]["fields"] = _fields(named, defaults[operation])
        relays[relay] = {"operations": offered, "claims": [_claim(claim) for claim in claims.get(relay, ())]}
    return {
        "operations": {
            base_name(operation): {
                "create_path": path,
                "area": operation.split("_", 1)[0],
                "media": "video" if path.startswith("/v1/videos/") else "image",
            }
            for operation, path in creates.items()
        },
        "relays": relays,
    }


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
