"""A document seen as operations: what each asks for, answers and refuses with, ready to be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec.fields import Facets, flatten, resolve
from klingkit_spec.reader.json_text import BrokenJsonError, decode
from klingkit_spec.relay_document import operations

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PAGE", "Operation", "json_content", "normalised", "read_operations"]

PAGE = "x-klingkit-page"
"""Where an extracted operation says which page it was read from."""

AUTH = "x-klingkit-auth"
"""Where the reader leaves what a page says of its authorisation header, which OpenAPI keeps out of parameters."""

# Relays call a task's id this and that; the model in a path of the new standard is no id.
_PARAMETER = re.compile(r"\{(?!model\})[^}/]+\}")
_TRANSPORT_HEADERS = {"content-type", "accept", "authorization"}


@dataclass(frozen=True)
class Operation:
    """One operation in the terms of the one spec.

    `request`, `answer` (HTTP 200) and the values of `errors` are flat tables of fields; None means that the document
    holds no schema there. `auth` is ``bearer``, ``none`` (an empty list), ``optional`` or ``unsaid``.
    """

    path: str
    method: str
    title: str
    page: str
    auth: str
    body_required: bool | None
    request: dict[str, Facets] | None
    headers: dict[str, Facets]
    answer: dict[str, Facets] | None
    errors: dict[str, dict[str, Facets] | None]
    example: Any = None


def normalised(path: str, prefix: str) -> str:
    """Return `path` without a relay's `prefix`, its parameters named as the one spec names them."""
    if prefix and path.startswith(f"{prefix}/"):
        path = path[len(prefix) :]
    return _PARAMETER.sub("{task_id}", path)


def read_operations(document: Mapping[str, Any], *, prefix: str) -> dict[tuple[str, str], Operation]:
    """Return the operations of `document` by their path in the one spec and their method."""
    flat = _Flat(document)
    return {
        (normalised(path, prefix), method): _operation(document, normalised(path, prefix), method, node, flat)
        for path, method, node in operations(document)
    }


class _Flat:
    """Flat tables of a document's schemas, each named one laid flat once: most operations refuse in the same words."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._named: dict[str, dict[str, Facets]] = {}

    def __call__(self, schema: Any) -> dict[str, Facets]:
        """Return the fields of `schema`; the table may be shared, so it is not to be changed."""
        if not (isinstance(schema, dict) and schema.keys() == {"$ref"}):
            return flatten(self._document, schema)
        name = str(schema["$ref"])
        if name not in self._named:
            self._named[name] = flatten(self._document, schema)
        return self._named[name]


def json_content(holder: Any) -> dict[str, Any] | None:
    """Return the JSON media type of a request body or response, or None."""
    content = holder.get("content") if isinstance(holder, dict) else None
    if not isinstance(content, dict):
        return None
    for kind, media in content.items():
        if "json" in kind and isinstance(media, dict):
            return media
    return None


def _operation(document: Mapping[str, Any], path: str, method: str, node: dict[str, Any], flat: _Flat) -> Operation:
    body = resolve(document, node.get("requestBody"))
    media = json_content(body)
    parameters = [resolve(document, parameter) for parameter in node.get("parameters", ())]
    responses = {str(status): resolve(document, response) for status, response in node.get("responses", {}).items()}
    return Operation(
        path=path,
        method=method,
        title=node.get("summary", ""),
        page=node.get(PAGE, ""),
        auth=_auth(document, node),
        body_required=body.get("required") if isinstance(body, dict) else None,
        request=None if media is None else flat(media.get("schema", {})),
        headers=_headers(document, parameters),
        answer=_shape(responses.get("200"), flat),
        errors={status: _shape(response, flat) for status, response in responses.items() if status[0] in "45"},
        example=None if media is None else _example(media),
    )


def _shape(response: Any, flat: _Flat) -> dict[str, Facets] | None:
    media = json_content(response)
    return None if media is None else flat(media.get("schema", {}))


def _example(media: Mapping[str, Any]) -> Any:
    if "example" in media:
        return _value(media["example"])
    for example in media.get("examples", {}).values():
        return _value(example.get("value"))
    schema = media.get("schema", {})
    return _value(schema.get("example")) if isinstance(schema, dict) else None


def _value(example: Any) -> Any:
    """Return what an example says; some documents hold it as a text, with comments and trailing commas."""
    if not isinstance(example, str):
        return example
    try:
        return decode(example)[0]
    except BrokenJsonError:
        return example


def _headers(document: Mapping[str, Any], parameters: list[Any]) -> dict[str, Facets]:
    table: dict[str, Facets] = {}
    for parameter in parameters:
        if parameter.get("in") != "header" or parameter.get("name", "").lower() in _TRANSPORT_HEADERS:
            continue
        schema = resolve(document, parameter.get("schema", {}))
        table[parameter["name"]] = {"type": schema.get("type", "string")}
        if "required" in parameter:
            table[parameter["name"]]["required"] = parameter["required"]
    return table


def _auth(document: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    security = node.get("security", document.get("security"))
    if security is None:
        return "unsaid"
    if not security or {} in security:
        return "optional" if security else "none"
    schemes = document.get("components", {}).get("securitySchemes", {})
    kinds = {schemes.get(name, {}).get("scheme") for requirement in security for name in requirement}
    if kinds != {"bearer"}:
        return "another scheme"
    return "optional" if node.get(AUTH, {}).get("marked_required") is False else "bearer"
