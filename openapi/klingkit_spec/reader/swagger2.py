"""Swagger 2.0 to OpenAPI 3: the parts vendor pages use."""

from __future__ import annotations

from typing import Any

__all__ = ["to_openapi3"]

_BESIDE_SCHEMA = frozenset({"name", "in", "description", "required", "example", "x-example"})
_FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")


def to_openapi3(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document as OpenAPI 3: body parameters become request bodies, ``definitions`` components."""
    turned = {key: value for key, value in document.items() if key in {"info", "tags", "security"}}
    turned["openapi"] = "3.0.3"
    if document.get("host"):
        scheme = (_list(document.get("schemes")) or ["https"])[0]
        turned["servers"] = [{"url": f"{scheme}://{document['host']}{str(document.get('basePath') or '').rstrip('/')}"}]
    turned["paths"] = {
        path: {
            key: _operation(value, document, _list(item.get("parameters")))
            for key, value in item.items()
            if key != "parameters"
        }
        for path, item in _dict(document.get("paths")).items()
        if isinstance(item, dict)
    }
    turned["components"] = {
        "schemas": _dict(document.get("definitions")),
        "securitySchemes": {
            name: {"type": "http", "scheme": "basic"} if _dict(scheme).get("type") == "basic" else scheme
            for name, scheme in _dict(document.get("securityDefinitions")).items()
        },
    }
    moved: dict[str, Any] = _moved(turned)
    return moved


def _operation(operation: Any, document: dict[str, Any], shared: list[Any]) -> Any:
    """Turn one operation; `shared` are the parameters of its path, which give way to its own of the same name."""
    if not isinstance(operation, dict):
        return operation
    turned = {key: value for key, value in operation.items() if key not in {"consumes", "produces", "schemes"}}
    consumes = _list(operation.get("consumes")) or _list(document.get("consumes")) or ["application/json"]
    produces = _list(operation.get("produces")) or _list(document.get("produces")) or ["application/json"]
    form: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    parameters = []
    own = [_meant(parameter, document) for parameter in _list(operation.get("parameters"))]
    named = {(parameter.get("in"), parameter.get("name")) for parameter in own}
    above = [_meant(parameter, document) for parameter in shared]
    for parameter in [*own, *(each for each in above if (each.get("in"), each.get("name")) not in named)]:
        if not parameter:
            continue
        if parameter.get("in") == "body":
            turned["requestBody"] = {
                "required": bool(parameter.get("required", False)),
                "content": {str(consumes[0]): {"schema": parameter.get("schema", {})}},
            }
        elif parameter.get("in") == "formData":
            form["properties"][str(parameter.get("name"))] = _schema_of(parameter, keep_description=True)
            if parameter.get("required"):
                form["required"].append(str(parameter.get("name")))
        else:
            parameters.append(
                {key: value for key, value in parameter.items() if key in _BESIDE_SCHEMA}
                | {"schema": _schema_of(parameter, keep_description=False)}
            )
    if form["properties"]:
        media = next((kind for kind in consumes if kind in _FORM_TYPES), _FORM_TYPES[0])
        turned["requestBody"] = {"content": {media: {"schema": form if form["required"] else _without_required(form)}}}
    turned["parameters"] = parameters
    turned["responses"] = {
        status: _response(_meant(response, document), str(produces[0]))
        for status, response in _dict(operation.get("responses")).items()
    }
    return turned


def _meant(part: Any, document: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter or response, or the one of the document that it refers to."""
    reference = str(_dict(part).get("$ref", ""))
    section, _, name = reference.removeprefix("#/").partition("/")
    if section in {"parameters", "responses"}:
        return _dict(_dict(document.get(section)).get(name))
    return _dict(part)


def _without_required(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "required"}


def _schema_of(parameter: dict[str, Any], *, keep_description: bool) -> dict[str, Any]:
    hidden = _BESIDE_SCHEMA - {"description"} if keep_description else _BESIDE_SCHEMA
    schema = {key: value for key, value in parameter.items() if key not in hidden | {"collectionFormat", "schema"}}
    if schema.get("type") == "file":
        return {**schema, "type": "string", "format": "binary"}
    return schema


def _response(response: Any, media: str) -> Any:
    if not isinstance(response, dict):
        return response
    turned = {key: value for key, value in response.items() if key not in {"schema", "examples"}}
    body = {}
    if "schema" in response:
        body["schema"] = response["schema"]
    if media in _dict(response.get("examples")):
        body["example"] = response["examples"][media]
    return turned | ({"content": {media: body}} if body else {})


def _moved(value: Any) -> Any:
    """Point references at their new place."""
    if isinstance(value, dict):
        return {
            key: str(member).replace("#/definitions/", "#/components/schemas/") if key == "$ref" else _moved(member)
            for key, member in value.items()
        }
    return [_moved(member) for member in value] if isinstance(value, list) else value


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
