"""Rules about schemas and the examples beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from klingkit_spec import pointer
from klingkit_spec.fields import effective

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["example_findings", "schema_findings"]

RULE_KINDS = (
    *("difference_at_least", "exactly_one_nonzero", "only_models"),
    *("product_at_most", "requires", "sum_equals", "total_at_most"),
)
_ROOT = "urn:klingkit:document"
_BRANCHES = ("allOf", "anyOf", "oneOf")
_TESTS = ("if", "then", "else", "not")

Parts = tuple[str | int, ...]


def schema_findings(document: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for every schema that has an unnamed object, an enum of other things than texts, or a
    condition about a field it does not have."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield from _schema(document, schema, ("components", "schemas", name), named=True)
        yield from _conditions(document, schema, name)
        yield from _rules(schema, name)
    for parts, schema in _inline(document):
        yield from _schema(document, schema, parts, named=False)


def _rules(schema: Mapping[str, Any], name: str) -> Iterator[str]:
    """Yield what is wrong with the named rules of `schema`: those who execute them stop at what they do not know."""
    for rule in schema.get("x-kling-rules", ()):
        where = f"components/schemas/{name}, rule {rule.get('id')!r}"
        for key in ("id", "kind", "text", "fields", "source"):
            if not rule.get(key):
                yield f"{where} has no {key}"
        if rule.get("kind") not in RULE_KINDS:
            yield f"{where} is of the kind {rule.get('kind')!r}; there are {', '.join(RULE_KINDS)}"


def _inline(document: dict[str, Any]) -> Iterator[tuple[Parts, Any]]:
    """Yield the schemas that stand outside components/schemas, with their places."""
    for parts, node in _walk(document, ()):
        if parts[:2] != ("components", "schemas") and parts[-1:] == ("schema",):
            yield parts, node


def _walk(node: Any, parts: Parts) -> Iterator[tuple[Parts, Any]]:
    yield parts, node
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in {"example", "examples"}:  # free data
                yield from _walk(value, (*parts, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _walk(value, (*parts, index))


def _schema(document: dict[str, Any], schema: Any, parts: Parts, *, named: bool) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    where = pointer.join(parts)
    if not named and (schema.get("type") == "object" or "properties" in schema):
        yield f"{where} is an object without a name of its own; move it to components/schemas"
    if not named and "enum" in schema:
        yield f"{where} is an enum without a name of its own; move it to components/schemas"
    if not all(isinstance(value, str) for value in schema.get("enum", ())):
        yield f"{where}/enum holds something else than texts"
    if "default" in schema:
        yield from _invalid(document, schema["default"], parts, f"{where}/default")
    for name, member in schema.get("properties", {}).items():
        yield from _schema(document, member, (*parts, "properties", name), named=False)
    for key in ("items", "additionalProperties"):
        yield from _schema(document, schema.get(key), (*parts, key), named=False)
    for key in ("oneOf", "anyOf"):  # conditions have no type, choices do
        for index, branch in enumerate(schema.get(key, ())):
            if isinstance(branch, dict) and branch.get("type") == "object":
                yield from _schema(document, branch, (*parts, key, index), named=False)


def _conditions(document: dict[str, Any], schema: Mapping[str, Any], name: str) -> Iterator[str]:
    properties = effective(document, schema).get("properties", {})
    asked = sorted({*schema.get("required", ()), *_asked(schema), *_ruled(schema)} - properties.keys())
    for field in asked:
        yield f"components/schemas/{name} speaks of the field {field!r}, which it does not have"


def _asked(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield every field that a condition of `schema` names."""
    nodes = [schema[key] for key in _TESTS if isinstance(schema.get(key), dict)]
    nodes += [branch for key in _BRANCHES for branch in schema.get(key, ()) if isinstance(branch, dict)]
    for node in nodes:
        yield from node.get("required", ())
        yield from node.get("properties", {})
        yield from _asked(node)


def _ruled(schema: Mapping[str, Any]) -> Iterator[str]:
    for rule in schema.get("x-kling-rules", ()):
        for path in [*rule.get("fields", ()), *rule.get("when", {}), *(rule.get("must") or {})]:
            yield path.partition(".")[0].removesuffix("[]")


def example_findings(document: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for every example that its schema does not allow: of a body, a parameter, or in a schema."""
    for parts, node in _walk(document, ()):
        if not isinstance(node, dict):
            continue
        if isinstance(node.get("schema"), dict) and parts[-1:] != ("properties",):
            for value, where in _examples(node):
                what = f"the example{where} of {pointer.join(_holder(parts))}"
                yield from _invalid(document, value, (*parts, "schema"), what)
        elif _is_schema(parts):
            for value, where in _examples(node):
                yield from _invalid(document, value, parts, f"the example{where} of {pointer.join(parts)}")


def _examples(node: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """Yield the examples of a body, parameter or schema, with a word on which one it is."""
    if "example" in node:
        yield node["example"], ""
    several = node.get("examples")
    if isinstance(several, list):
        yield from ((value, f" {index}") for index, value in enumerate(several, start=1))
    elif isinstance(several, dict):
        for name, example in several.items():
            if isinstance(example, dict) and "value" in example:
                yield example["value"], f" {name!r}"


def _holder(parts: Parts) -> Parts:
    """Return the place of the request, answer or parameter that a body belongs to."""
    return parts[: parts.index("content")] if "content" in parts else parts


def _is_schema(parts: Parts) -> bool:
    """Say whether a schema stands there that describes a value of its own: a component, a member, an item."""
    if parts[:2] == ("components", "schemas"):
        inside = parts[3:]
    elif "schema" in parts:
        inside = parts[parts.index("schema") + 1 :]
    else:
        return False
    steps = iter(inside)
    for step in steps:
        if step not in {"items", "additionalProperties"} and (step != "properties" or next(steps, None) is None):
            return False
    return parts != ("components", "schemas")


def _invalid(document: dict[str, Any], value: Any, parts: Parts, what: str) -> Iterator[str]:
    registry: Registry[Any] = Registry().with_resource(_ROOT, DRAFT202012.create_resource(document))
    validator = Draft202012Validator({"$ref": f"{_ROOT}#{_quoted(parts)}"}, registry=registry)
    for error in validator.iter_errors(value):
        yield f"{what} is not allowed by its own schema: {error.message.splitlines()[0][:160]}"


def _quoted(parts: Parts) -> str:
    """Return a pointer as it stands in a URI fragment."""
    return pointer.join(parts).replace("%", "%25").replace("{", "%7B").replace("}", "%7D")
