"""The client profile: the one spec as the generator of `klingkit_api` needs it.

Derived in memory on every run, never written to the repository: the one spec stays strict for the judge, and the
generated client becomes a tolerant reader that sends nothing the caller did not say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.client_schemas import ProfileError, answered, asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Read = Callable[[Mapping[str, Any], str], "Node"]

__all__ = ["METHODS", "client_profile", "operations"]

METHODS = ("delete", "get", "patch", "post", "put")
_OPERATION_KEYS = ("operationId", "tags", "summary", "description", "deprecated", "security")
_JSON = "application/json"

Node = dict[str, Any]


def client_profile(document: Mapping[str, Any]) -> Node:
    """Return the client profile of an OpenAPI 3.1 `document`, which is left as it is.

    Callbacks, links, webhooks, examples, response headers and unused components are left out. A schema that a
    request reaches is read by `asked`, one that a response reaches by `answered`.

    Raises:
        ProfileError: a schema is used on both sides, a reference leads nowhere, or an operation has no id.
    """
    security = document.get("security", [])
    paths = {path: _path_item(item, path, security) for path, item in document["paths"].items()}
    components = document.get("components", {})
    sent = _gathered(components, [op.get(key) for op in _each(paths) for key in ("parameters", "requestBody")], asked)
    received = _gathered(components, [op["responses"] for op in _each(paths)], answered)
    shared = sorted(name for kind, name in sent.keys() & received.keys() if kind == "schemas")
    if shared:
        raise ProfileError(
            f"the schemas {', '.join(shared)} are used in requests and in answers; give each side its own schema, "
            f"since a request keeps its limits and an answer must not."
        )
    _lend_descriptions({name: node for (kind, name), node in received.items() if kind == "schemas"})
    kept: Node = {"securitySchemes": components.get("securitySchemes", {}), "schemas": {}}
    for (kind, name), node in sorted({**sent, **received}.items()):
        kept.setdefault(kind, {})[name] = node
    return {
        "openapi": document["openapi"],
        "info": {key: document["info"][key] for key in ("title", "version")},
        "paths": paths,
        "components": kept,
    }


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Node]]:
    """Yield path, method and operation of everything `document` offers."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _path_item(item: Mapping[str, Any], path: str, security: list[Node]) -> Node:
    """Return the operations of a path, each with what the generator does not look up: shared parameters, security."""
    kept: Node = {}
    for method in METHODS:
        if method in item:
            operation = {"security": security, **item[method]}
            operation["parameters"] = [*item.get("parameters", []), *operation.get("parameters", [])]
            kept[method] = _operation(operation, f"{method.upper()} {path}")
    return kept


def _operation(operation: Mapping[str, Any], where: str) -> Node:
    if not operation.get("operationId"):
        raise ProfileError(f"{where}: the operation has no operationId; the generated module is named after it.")
    kept: Node = {key: operation[key] for key in _OPERATION_KEYS if key in operation}
    name = operation["operationId"]
    kept["parameters"] = [_request_part(parameter, name) for parameter in operation["parameters"]]
    if "requestBody" in operation:
        kept["requestBody"] = _request_part(operation["requestBody"], name)
    kept["responses"] = {
        str(status): _response(response, f"{name} {status}") for status, response in operation["responses"].items()
    }
    return kept


def _request_part(part: Mapping[str, Any], where: str) -> Node:
    """Return a parameter or a request body as it is sent."""
    if "$ref" in part:
        return {"$ref": part["$ref"]}
    kept: Node = {key: part[key] for key in ("name", "in", "required", "style", "explode") if key in part}
    if "schema" in part:
        # The generator shows the description of a parameter's schema, not the parameter's own.
        text = " ".join(node["description"] for node in (part, part["schema"]) if node.get("description"))
        told = {"description": text} if text else {}
        kept["schema"] = asked({**part["schema"], **told}, f"{where}: {part.get('name', 'body')}")
    if "content" in part:
        kept["content"] = _content(part["content"], asked, where)
    return kept


def _response(response: Mapping[str, Any], where: str) -> Node:
    if "$ref" in response:
        return {"$ref": response["$ref"]}
    kept: Node = {"description": response.get("description", "")}
    if "content" in response:
        kept["content"] = _content(response["content"], answered, where)
    return kept


def _content(content: Mapping[str, Any], read: Read, where: str) -> Node:
    """Return the media types to generate for: JSON alone where it is offered, since the generator takes the first."""
    kinds = [_JSON] if _JSON in content else sorted(content)
    return {kind: {"schema": read(content[kind].get("schema", {}), where)} for kind in kinds}


def _each(paths: Mapping[str, Any]) -> Iterator[Node]:
    for item in paths.values():
        yield from item.values()


def _gathered(components: Mapping[str, Any], roots: list[Any], read: Read) -> dict[tuple[str, str], Node]:
    """Return, by kind and name, every component the `roots` refer to, directly or through others, as it is read."""
    found: dict[tuple[str, str], Node] = {}
    waiting = list(roots)
    while waiting:
        for ref in _refs(waiting.pop()):
            kind, name = _target(components, ref)
            if (kind, name) in found:
                continue
            raw = components[kind][name]
            if kind == "schemas":
                found[kind, name] = read(raw, name)
            else:
                found[kind, name] = _response(raw, name) if kind == "responses" else _request_part(raw, name)
            waiting.append(found[kind, name])
    return found


def _refs(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from _refs(value)


def _target(components: Mapping[str, Any], ref: str) -> tuple[str, str]:
    head, _, rest = ref.partition("#/components/")
    kind, _, name = rest.partition("/")
    if head or name not in components.get(kind, {}):
        raise ProfileError(f"the reference {ref} leads nowhere; refer to something under #/components.")
    return kind, name


def _lend_descriptions(received: Mapping[str, Node]) -> None:
    """Describe a property that only refers to a schema as that schema is: the generator shows nothing else."""
    for schema in received.values():
        for value in schema.get("properties", {}).values():
            refs = [part["$ref"] for part in value.get("anyOf", []) if "$ref" in part]
            if len(refs) == 1 and "description" not in value:
                text = received[refs[0].rpartition("/")[2]].get("description")
                value.update({"description": text} if text else {})
