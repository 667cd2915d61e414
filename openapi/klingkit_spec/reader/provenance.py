"""Where every value of a document was read: page line, and whether from schema, label, prose, example, sample, path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.normalise import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_spec.reader.core_yaml import Pointer
    from klingkit_spec.reader.page import Locate, Page, RawDocument

__all__ = ["SOURCE", "annotate", "inner_schemas", "schemas"]

SOURCE = "x-source"
"""``{line, from}`` of a schema; ``keywords`` holds those that were read elsewhere, as keyword: ``{line, from}``."""

_FROM = "x-klingkit-from"
_ONE = ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else")
_MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "$defs")
_DEEPEST = 60
_NEAR = 12


def annotate(document: dict[str, Any], page: Page, raw: RawDocument, *, drawn: bool) -> None:
    """Put ``x-source`` into every schema that says something, in place.

    `drawn` says that the page has tables and examples instead of schemas. Lines are those of the saved page.
    """
    locate = _through_swagger(raw) if "swagger" in raw.document else raw.locate
    for pointer, schema in schemas(document):
        if set(schema) - {_FROM, "description", "title", "x-kling-rules"}:
            schema[SOURCE] = _source(pointer, schema, page, locate, drawn=drawn)


def _source(pointer: Pointer, schema: dict[str, Any], page: Page, locate: Locate, *, drawn: bool) -> dict[str, Any]:
    read_from = schema.get(_FROM) if isinstance(schema.get(_FROM), dict) else {}
    assert isinstance(read_from, dict)
    main = str(read_from.get("type") or ("label" if drawn else "schema"))
    source: dict[str, Any] = {"line": page.original(locate(pointer)), "from": main}
    others = {
        keyword: {"line": page.original(_line(pointer, keyword, schema, came_from, page, locate)), "from": came_from}
        for keyword, came_from in read_from.items()
        if came_from != main and keyword in schema
    }
    return source | ({"keywords": others} if others else {})


def _line(pointer: Pointer, keyword: str, schema: dict[str, Any], came_from: str, page: Page, locate: Locate) -> int:
    """Return the line of a keyword; one that prose states stands on the line of the text that shows its value."""
    if came_from != "prose":
        return locate((*pointer, keyword))
    start = locate((*pointer, "description"))
    value = schema[keyword][0] if isinstance(schema[keyword], list) and schema[keyword] else schema[keyword]
    for line in range(start, min(start + _NEAR, len(page.lines)) + 1):
        if str(value) in page.lines[line - 1]:
            return line
    return start


def schemas(document: dict[str, Any]) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield pointer and schema of everything a document describes, each schema before its members."""
    pending: list[tuple[Pointer, Any, bool]] = [
        (("components", part), value, False) for part, value in _dict(document.get("components")).items()
    ]
    for path, item in _dict(document.get("paths")).items():
        pending.extend((("paths", path, key), value, False) for key, value in _dict(item).items())
    pending.reverse()
    while pending:
        pointer, value, is_schema = pending.pop()
        if is_schema and isinstance(value, dict):
            yield pointer, value
            pending.extend(reversed(list(_members(pointer, value))))
        elif len(pointer) < _DEEPEST:
            pending.extend(reversed(list(_outside(pointer, value))))


def inner_schemas(pointer: Pointer, schema: dict[str, Any]) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield a schema and everything inside it."""
    pending: list[tuple[Pointer, Any, bool]] = [(pointer, schema, True)]
    while pending:
        at, value, _ = pending.pop()
        if isinstance(value, dict):
            yield at, value
            pending.extend(reversed(list(_members(at, value))))


def _members(pointer: Pointer, schema: dict[str, Any]) -> Iterator[tuple[Pointer, Any, bool]]:
    if len(pointer) > _DEEPEST:
        return
    for key in _ONE:
        if isinstance(schema.get(key), dict):
            yield (*pointer, key), schema[key], True
    for key in _MANY:
        for index, member in enumerate(schema[key] if isinstance(schema.get(key), list) else []):
            yield (*pointer, key, str(index)), member, True
    for key in _NAMED:
        for name, member in _dict(schema.get(key)).items():
            yield (*pointer, key, str(name)), member, True


def _outside(pointer: Pointer, value: Any) -> Iterator[tuple[Pointer, Any, bool]]:
    if isinstance(value, list):
        yield from (((*pointer, str(index)), item, False) for index, item in enumerate(value))
    for key, member in _dict(value).items():
        if key not in {"example", "examples"} and not str(key).startswith("x-"):
            yield (*pointer, str(key)), member, key == "schema" or pointer == ("components", "schemas")


def _through_swagger(raw: RawDocument) -> Locate:
    """Return a locator that takes pointers of the OpenAPI 3 document which a Swagger 2 page became."""

    def locate(pointer: Pointer) -> int:
        if pointer[:2] == ("components", "schemas"):
            return raw.locate(("definitions", *pointer[2:]))
        if pointer[:1] == ("paths",) and pointer[2:3] and pointer[2] in METHODS:
            return raw.locate((*pointer[:3], *_in_operation(raw.document, pointer)))
        return raw.locate(pointer)

    return locate


def _in_operation(document: dict[str, Any], pointer: Pointer) -> Pointer:
    """Return the rest of a pointer behind the method, as Swagger 2 writes it."""
    rest = pointer[3:]
    if rest[:1] == ("responses",) and rest[2:3] == ("content",):
        return (*rest[:2], *rest[4:])
    operation = _dict(_dict(_dict(document.get("paths")).get(pointer[1])).get(pointer[2]))
    listed = operation.get("parameters")
    if rest[:1] == ("parameters",) and rest[1:] and isinstance(listed, list):
        kept = [at for at, each in enumerate(listed) if _dict(each).get("in") not in {"body", "formData"}]
        position = int(rest[1])
        return ("parameters", str(kept[position])) if position < len(kept) else rest
    if rest[:1] != ("requestBody",):
        return rest
    for index, parameter in enumerate(listed if isinstance(listed, list) else []):
        if _dict(parameter).get("in") == "body":
            return ("parameters", str(index), *rest[3:])
        if rest[4:5] == ("properties",) and _dict(parameter).get("name") == rest[5]:
            return ("parameters", str(index), *rest[6:])
    return ("parameters",)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
