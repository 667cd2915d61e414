"""Which keys may stand inside which kind of OpenAPI node, and what each key holds.

The table is what lets a document be rebuilt whose indentation is lost: it knows the grammar of OpenAPI 3 and JSON
Schema, and no vendor's field names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from klingkit_spec.reader.words import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "ANNOTATIONS",
    "ANY",
    "EXPECTED",
    "KINDS",
    "SCALAR",
    "Kind",
    "Spec",
    "clashes",
    "extension_fits",
    "is_keyword",
]


@dataclass(frozen=True, eq=False)
class Spec:
    """What a value may be: a scalar, a mapping of a named kind, a sequence of something, or several of these."""

    scalar: bool = False
    map: str | None = None
    seq: Spec | None = None

    def item(self) -> Spec | None:
        """Return what an item of the sequence may be; items of free data are free data."""
        return ANY if self is ANY else self.seq


@dataclass(frozen=True)
class Kind:
    """A kind of mapping: its fixed keys, and (for maps of names) which names are legal and what they hold."""

    keys: Mapping[str, Spec] = field(default_factory=dict)
    names: Callable[[str], bool] | None = None
    child: Spec | None = None


SCALAR = Spec(scalar=True)
ANY = Spec(scalar=True, map="any", seq=Spec(scalar=True))
SCALARS = Spec(seq=SCALAR)
FREE_LIST = Spec(seq=ANY)

ANNOTATIONS = frozenset(
    {"title", "description", "example", "examples", "default", "deprecated", "nullable", "readOnly", "writeOnly"}
)
"""Schema keywords that say nothing about the type, so they fit every schema."""

_BY_TYPE: Mapping[str, frozenset[str]] = {
    "array": frozenset({"items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"}),
    "object": frozenset(
        {
            *("properties", "patternProperties", "additionalProperties", "minProperties", "maxProperties"),
            *("propertyNames", "required", "x-apifox-orders"),
        }
    ),
    "string": frozenset({"minLength", "maxLength", "pattern", "contentEncoding", "contentMediaType"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
}
_NOT_FOR = {"enum": frozenset({"array", "object"}), "format": frozenset({"array", "object", "boolean"})}


@lru_cache(maxsize=4096)
def clashes(type_name: str, keyword: str) -> bool:
    """Say whether a schema of this type has no use for the keyword (``maxLength`` of an array)."""
    family = "number" if type_name == "integer" else type_name
    if type_name in _NOT_FOR.get(keyword, ()):
        return True
    return any(keyword in words for name, words in _BY_TYPE.items() if name != family)


def _node(kind: str) -> Spec:
    return Spec(map=kind)


def _nodes(kind: str) -> Spec:
    return Spec(seq=Spec(map=kind))


def _map_of(kind: str) -> Kind:
    return Kind(names=lambda name: True, child=Spec(map=kind))


def _fixed(scalars: str = "", **keys: Spec) -> Kind:
    return Kind(keys={**dict.fromkeys(scalars.split(), SCALAR), **keys})


_METHODS = words("get put post delete options head patch trace")
_STATUS = re.compile(r"(?:[1-5](?:\d\d|XX)|default|x-\d{3}.*)$")
_SCHEMA_OR_FLAG = Spec(scalar=True, map="schema")

_SCHEMA = Kind(
    keys={
        **dict.fromkeys(
            words(
                "title description format pattern $ref $id $schema $comment contentEncoding"
                " contentMediaType multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength"
                " minLength maxItems maxContains minContains $anchor $dynamicAnchor $dynamicRef minItems"
                " uniqueItems maxProperties minProperties nullable deprecated readOnly writeOnly"
            ),
            SCALAR,
        ),
        "type": Spec(scalar=True, seq=SCALAR),
        "enum": FREE_LIST,
        "required": Spec(scalar=True, seq=SCALAR),
        "const": ANY,
        "default": ANY,
        "example": ANY,
        "examples": FREE_LIST,
        **dict.fromkeys(["properties", "patternProperties", "$defs", "definitions"], _node("properties")),
        **dict.fromkeys(
            ["items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties"], _SCHEMA_OR_FLAG
        ),
        **dict.fromkeys(["not", "contains", "propertyNames", "if", "then", "else"], _node("schema")),
        **dict.fromkeys(["allOf", "anyOf", "oneOf", "prefixItems"], _nodes("schema")),
        "contentSchema": _node("schema"),
        "dependentRequired": _node("any"),
        "dependentSchemas": _node("properties"),
        "discriminator": _node("discriminator"),
        "externalDocs": _node("external docs"),
        "xml": _node("any"),
        "x-apifox-orders": SCALARS,
    }
)

KINDS: Mapping[str, Kind] = {
    "document": _fixed(
        "openapi swagger jsonSchemaDialect",
        info=_node("info"),
        tags=_nodes("tag"),
        paths=_node("paths"),
        webhooks=_node("any"),
        components=_node("components"),
        servers=_nodes("server"),
        security=_nodes("security requirement"),
        externalDocs=_node("external docs"),
    ),
    "info": _fixed(
        "title description version summary termsOfService", contact=_node("contact"), license=_node("license")
    ),
    "contact": _fixed("name url email"),
    "license": _fixed("name url identifier"),
    "external docs": _fixed("url description"),
    "tag": _fixed("name description", externalDocs=_node("external docs")),
    "server": _fixed("url description", variables=_node("server variables")),
    "server variables": _map_of("server variable"),
    "server variable": _fixed("default description", enum=SCALARS),
    "security requirement": Kind(names=lambda name: True, child=SCALARS),
    "paths": Kind(names=lambda name: name.startswith("/"), child=_node("path item")),
    "path item": _fixed(
        "summary description $ref",
        **{method: _node("operation") for method in _METHODS},
        parameters=_nodes("parameter"),
        servers=_nodes("server"),
    ),
    "operation": _fixed(
        "summary description operationId deprecated",
        tags=SCALARS,
        parameters=_nodes("parameter"),
        requestBody=_node("request body"),
        responses=_node("responses"),
        security=_nodes("security requirement"),
        servers=_nodes("server"),
        externalDocs=_node("external docs"),
        callbacks=_node("any"),
    ),
    "parameter": _fixed(
        "name in description required deprecated allowEmptyValue style explode allowReserved $ref",
        schema=_node("schema"),
        example=ANY,
        examples=_node("examples"),
        content=_node("content"),
    ),
    "header": _fixed(
        "description required deprecated style explode $ref",
        schema=_node("schema"),
        example=ANY,
        examples=_node("examples"),
        content=_node("content"),
    ),
    "request body": _fixed("description required $ref", content=_node("content")),
    "content": Kind(names=lambda name: "/" in name and not name.startswith("/"), child=_node("media type")),
    "media type": _fixed(schema=_node("schema"), example=ANY, examples=_node("examples"), encoding=_node("any")),
    "examples": _map_of("example object"),
    "example object": _fixed("summary description externalValue $ref", value=ANY),
    "responses": Kind(names=lambda name: _STATUS.match(name) is not None, child=_node("response")),
    "response": _fixed("description $ref", headers=_node("headers"), content=_node("content"), links=_node("any")),
    "headers": _map_of("header"),
    "schema": _SCHEMA,
    "properties": _map_of("schema"),
    "discriminator": _fixed("propertyName", mapping=_node("any")),
    "components": _fixed(
        schemas=_node("schemas"),
        parameters=_node("parameters"),
        responses=_node("named responses"),
        requestBodies=_node("request bodies"),
        headers=_node("headers"),
        examples=_node("examples"),
        securitySchemes=_node("security schemes"),
        links=_node("any"),
        callbacks=_node("any"),
        pathItems=_node("any"),
    ),
    "schemas": _map_of("schema"),
    "parameters": _map_of("parameter"),
    "named responses": _map_of("response"),
    "request bodies": _map_of("request body"),
    "security schemes": _map_of("security scheme"),
    "security scheme": _fixed("type description name in scheme bearerFormat openIdConnectUrl $ref", flows=_node("any")),
    "any": Kind(names=lambda name: True, child=ANY),
}

EXPECTED: Mapping[str, frozenset[str]] = {
    "document": frozenset({"info", "paths"}),
    "info": frozenset({"title", "version"}),
    "parameter": frozenset({"name", "in"}),
    "response": frozenset({"description"}),
    "server": frozenset({"url"}),
    "security scheme": frozenset({"type"}),
    "tag": frozenset({"name"}),
}
"""Keys that a node of the kind hardly ever lacks."""

_EXTENSION_HOME = {
    "x-apifox-orders": {"schema"},
    "x-apifox-mock": {"schema"},
    "x-apifox-enum": {"schema"},
    "x-apifox-refs": {"schema"},
    "x-apifox-name": {"response"},
    "x-apifox-ordering": {"response"},
    "x-apifox-folder": {"operation"},
    "x-apifox-status": {"operation"},
    "x-apifox-maintainer": {"operation"},
    "x-run-in-apifox": {"operation"},
}
_NO_EXTENSIONS = {"security requirement"}


def extension_fits(kind: str, key: str) -> bool:
    """Say whether an ``x-`` key may stand in a node of this kind; Apifox's own have one home each."""
    home = _EXTENSION_HOME.get(key)
    if home is not None:
        return kind in home
    return KINDS[kind].names is None and kind not in _NO_EXTENSIONS


def is_keyword(name: str) -> bool:
    """Say whether a property's name is also a keyword of JSON Schema."""
    return name in _SCHEMA.keys
