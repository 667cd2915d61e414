"""A relay's document: the one spec, cut to what the relay offers, under the relay's name and address."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["EVIDENCE", "METHODS", "Evidence", "cut", "move", "operations", "prune", "references", "stamp"]

Evidence = Literal["documented", "claimed", "assumed"]
EVIDENCE = "x-klingkit-evidence"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")

# What only the one spec says: which relays document or claim an operation.
_ONE_SPEC_ONLY = ("x-klingkit-relays", "x-klingkit-claimed-by")
# Of the vendor's own tables, which tell of its models, voices and scenes, answers need the one of error codes alone.
_VENDOR_TABLES = "x-kling-"
_ERROR_TABLE = "x-kling-errors"


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and operation of `document`, in its order."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if isinstance(item.get(method), dict):
                yield path, method, item[method]


def cut(spec: dict[str, Any], evidence: Mapping[str, Evidence]) -> dict[str, Any]:
    """Return a copy of `spec` with the operations of `evidence` alone, each marked with how we know of it."""
    document = copy.deepcopy({key: value for key, value in spec.items() if not _is_left_out(key)})
    for path, item in list(document["paths"].items()):
        for method in METHODS:
            operation = item.get(method)
            if not isinstance(operation, dict):
                continue
            if operation["operationId"] not in evidence:
                del item[method]
                continue
            operation[EVIDENCE] = evidence[operation["operationId"]]
            for key in _ONE_SPEC_ONLY:
                operation.pop(key, None)
        if not any(method in item for method in METHODS):
            del document["paths"][path]
    used = {tag for _, _, operation in operations(document) for tag in operation.get("tags", ())}
    document["tags"] = [tag for tag in document.get("tags", ()) if tag["name"] in used]
    return document


def move(document: dict[str, Any], operation: str, path: str) -> None:
    """Put the operation with the id `operation`, in place, under `path`, which has no such method yet."""
    for old, method, node in list(operations(document)):
        if node["operationId"] == operation and old != path:
            del document["paths"][old][method]
            if not any(other in document["paths"][old] for other in METHODS):
                del document["paths"][old]
            document["paths"].setdefault(path, {})[method] = node


def _is_left_out(key: str) -> bool:
    return key.startswith(_VENDOR_TABLES) and key != _ERROR_TABLE


def stamp(document: dict[str, Any], entry: Mapping[str, Any]) -> None:
    """Give `document` the title and the server of a relay's registry `entry`, in place."""
    document["info"]["title"] = f"Kling AI API as offered by {entry['title']}"
    document["servers"] = [{"url": f"{entry['base_url']}{entry['path_prefix']}"}]


def prune(document: dict[str, Any]) -> None:
    """Take away every component that nothing refers to any more, in place. Security schemes stay."""
    components = document.get("components", {})
    used: set[tuple[str, str]] = set()
    queue = list(references({key: value for key, value in document.items() if key != "components"}))
    while queue:
        place = queue.pop()
        if place in used:
            continue
        used.add(place)
        section, name = place
        queue.extend(references(components.get(section, {}).get(name)))
    for section in [section for section in components if section != "securitySchemes"]:
        components[section] = {name: part for name, part in components[section].items() if (section, name) in used}
        if not components[section]:
            del components[section]


def references(node: Any) -> Iterator[tuple[str, str]]:
    """Yield section and name of every component that `node` refers to, once per reference."""
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith("#/components/"):
            section, name = target.removeprefix("#/components/").split("/", 1)
            yield section, name
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)
