"""One form for what all shapes give: OpenAPI 3.1, without a generator's own keys, headers where they belong."""

from __future__ import annotations

from typing import Any

from klingkit_spec.reader.swagger2 import to_openapi3
from klingkit_spec.source_marks import SOURCE

__all__ = ["METHODS", "NOT_DOCUMENTED", "normalise", "settle_headers"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
NOT_DOCUMENTED = "Not documented."
_ORDER = ("openapi", "info", "servers", "tags", "paths", "components", "security")
_DROPPED_HEADERS = {"content-type", "accept"}
_MAPS_OF_NAMES = frozenset(
    {"properties", "patternProperties", "$defs", "schemas", "example", "examples", "default", "enum"}
)
_DEEPEST = 120


def normalise(document: dict[str, Any], *, title: str | None) -> dict[str, Any]:
    """Return the document in the reader's one form; `title` is the page's heading, for documents without a title."""
    if str(document.get("swagger", "")).startswith("2"):
        document = to_openapi3(document)
    cleaned: dict[str, Any] = _clean(document, "document", 0)
    info = cleaned.get("info") if isinstance(cleaned.get("info"), dict) else {}
    operations = list(_operations(cleaned))
    heading = title or next((str(op["summary"]) for op in operations if op.get("summary")), "")
    assert isinstance(info, dict)
    info = {**info, "title": str(info.get("title") or heading), "version": str(info.get("version") or "")}
    for operation in operations:
        if heading and len(operations) == 1 and not operation.get("summary"):
            operation["summary"] = heading
        if not isinstance(operation.get("responses"), dict) or not operation["responses"]:
            operation["responses"] = {"default": {"description": NOT_DOCUMENTED}}  # OpenAPI wants at least one
        for response in operation["responses"].values():
            if isinstance(response, dict) and "$ref" not in response:
                response.setdefault("description", "")
    cleaned |= {
        "openapi": "3.1.0",
        "info": {key: value for key, value in info.items() if value != "" or key != "description"},
    }
    ordered = {key: cleaned[key] for key in _ORDER if key in cleaned}
    return ordered | {key: value for key, value in cleaned.items() if key not in ordered}


def settle_headers(document: dict[str, Any]) -> None:
    """Drop Content-Type, turn Authorization into a note on the operation, keep every other parameter; in place."""
    for operation in _operations(document):
        _headers(operation)


def _operations(document: dict[str, Any]) -> Any:
    paths = document.get("paths")
    for item in paths.values() if isinstance(paths, dict) else ():
        for method in METHODS:
            if isinstance(item, dict) and isinstance(item.get(method), dict):
                yield item[method]


def _clean(value: Any, key: str, depth: int) -> Any:
    """Copy without ``x-apifox-…``; schemas lose what only OpenAPI 3.0 has. Example data is copied as it is."""
    if depth > _DEEPEST or key in {"example", "default", "enum", "const", "value"}:
        return value
    if isinstance(value, list):
        return [_clean(item, "[]", depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    names_are_free = key in _MAPS_OF_NAMES
    copy = {
        name: _clean(member, "member" if names_are_free else name, depth + 1)
        for name, member in value.items()
        if names_are_free or not _generators_own(name)
    }
    return copy if names_are_free else _to_31(copy)


def _generators_own(name: str) -> bool:
    return name.startswith("x-apifox-") or name == "x-run-in-apifox"


def _to_31(schema: dict[str, Any]) -> dict[str, Any]:
    """Replace what OpenAPI 3.0 says its own way; other nodes pass unchanged."""
    if isinstance(schema.get("nullable"), bool):
        nullable = schema.pop("nullable")
        if nullable and isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
            if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
                schema["enum"] = [*schema["enum"], None]
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and bound in schema:
            schema[exclusive] = schema.pop(bound)
    return schema


def _headers(operation: dict[str, Any]) -> None:
    parameters = operation.get("parameters")
    if not isinstance(parameters, list):
        operation.pop("parameters", None)
        return
    kept = []
    for parameter in parameters:
        name = str(parameter.get("name", "")).lower() if isinstance(parameter, dict) else ""
        in_header = isinstance(parameter, dict) and parameter.get("in") == "header"
        if in_header and name == "authorization":
            operation["x-klingkit-auth"] = {
                "header": "Authorization",
                "marked_required": bool(parameter.get("required", False)),
                **({SOURCE: parameter[SOURCE]} if SOURCE in parameter else {}),
            }
        elif isinstance(parameter, dict) and not (in_header and name in _DROPPED_HEADERS):
            kept.append(parameter)
    if kept:
        operation["parameters"] = kept
    else:
        del operation["parameters"]
