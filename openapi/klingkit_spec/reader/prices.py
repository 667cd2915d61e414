"""What it costs to place a key or a value: 0 for what the grammar plainly allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_spec.reader.grammar import ANNOTATIONS, ANY, EXPECTED, KINDS, Spec, clashes, extension_fits, is_keyword
from klingkit_spec.reader.shape_hints import UNKNOWN, Shape, hint_for_response, key_cost, scalar_shape, value_cost

if TYPE_CHECKING:
    from klingkit_spec.reader.open_node import Facts, Node
    from klingkit_spec.reader.tokens import Token

__all__ = ["AMBIGUOUS", "HOPELESS", "closing", "guide", "inline", "legal", "schema_key", "schema_shape"]

AMBIGUOUS = 50
HOPELESS = 5000
_NULL_VALUE = 400
_NULL_DATA = 150
_MISFIT = 200
_NOT_A_MEMBER = 300
_MISSING = 60
_UNUSUAL = 60
_RARE = 100
_UNTYPED = 40
_NAMELESS = 30

_SAYS_WHAT = frozenset({"type", "$ref", "allOf", "anyOf", "oneOf", "not", "const", "properties", "items"})
"""Keywords of which a schema hardly ever lacks all."""
_NONE: frozenset[str] = frozenset()


def legal(kind_name: str, key: str, referenced: frozenset[str]) -> tuple[Spec, int] | None:
    """Return what `key` holds in a mapping of this kind, and what it costs to find it there; None if it cannot be."""
    kind = KINDS[kind_name]
    if key in kind.keys:
        # operations with servers of their own are rarer than documents that name theirs last
        rare = key == "servers" and kind_name in {"operation", "path item"}
        return kind.keys[key], _RARE if rare else 0
    if key.startswith("x-") and extension_fits(kind_name, key):
        return ANY, 0
    if kind.names is None or kind.child is None or not kind.names(key):
        return None
    cost = 0
    if kind_name == "properties":
        cost = 40 if is_keyword(key) else 150 if key in referenced else 0
    if kind_name in {"properties", "schemas"} and not key.isascii():
        cost += 20
    if " " in key:
        cost += 100
    return kind.child, cost


def inline(spec: Spec, token: Token) -> int | None:
    """Return the price of the value on the key's own line, or None when the key cannot hold such a value."""
    value = token.value
    if value == "empty":
        return 0 if token.form == "key" else None
    if value == "map":
        return 0 if spec.map else _MISFIT if spec.scalar else None
    if value == "seq":
        return 0 if spec.item() is not None else _MISFIT if spec.scalar else None
    if spec.scalar:
        return 0
    return _MISFIT if token.text in {"null", "~", "true", "false"} else None


def guide(node: Node, token: Token, spec: Spec) -> tuple[Shape, int, bool]:
    """Return what is known of a free value before it is read, and the price of this key among free data.

    The last member says whether only the usual envelope of an answer guides.
    """
    if node.kind == "schema" and token.key == "examples":
        return schema_shape(node.facts).array(), 0, False
    if spec is not ANY:
        return UNKNOWN, 0, False
    if node.kind == "any":
        known = node.facts.guide
        shape = known.child(token.key)
        cost = key_cost(known, token.key)
        return shape, cost + (value_cost(shape, token.value, token.text) if token.value != "empty" else 0), False
    if node.kind == "media type" and token.key == "example":
        shape = node.facts.schema or UNKNOWN
        if shape is not UNKNOWN or not _inside(node, "response"):
            return shape, 0, False
        return hint_for_response(), 0, token.value == "empty"
    if node.kind == "schema" and token.key in {"example", "default", "const"}:
        shape = schema_shape(node.facts)
        return shape, value_cost(shape, token.value, token.text) if token.value != "empty" else 0, False
    return UNKNOWN, 0, False


def _inside(node: Node, kind: str) -> bool:
    current: Node | None = node
    while current is not None:
        if current.kind == kind:
            return True
        current = current.parent
    return False


def schema_key(node: Node, token: Token, type_name: str) -> int:
    """Return the price of a keyword in a schema; `type_name` is its type as far as it is known before the line."""
    cost = 0
    key = token.key
    if key == "type" and token.value in {"plain", "quoted"}:
        cost += sum(_MISFIT for word in node.seen if clashes(token.text.strip("'\""), word))
    elif type_name and clashes(type_name, key):
        cost += _MISFIT
    if _belongs_outside(node, key):
        cost += AMBIGUOUS
    if key in {"required", "x-apifox-orders"} and node.facts.annotated and "properties" in node.seen:
        cost += _UNUSUAL
    if key == "required" and "x-apifox-orders" in node.seen:
        cost += _UNUSUAL
    if key == "x-apifox-orders" and "properties" not in node.seen:
        cost += _MISFIT
    return cost


def _belongs_outside(node: Node, key: str) -> bool:
    """Say whether page generators write this annotation beside the schema rather than in it."""
    parent = node.parent
    if parent is None:
        return False
    if node.slot == "items" and parent.kind == "schema":
        return key in ANNOTATIONS or key in {"minItems", "maxItems", "uniqueItems"}
    return parent.kind == "media type" and key in {"example", "examples"}


def closing(node: Node) -> int:
    """Return the price of what does not add up in a node that closes."""
    if node.form == "pending":
        return _NULL_DATA if node.spec.scalar else _NULL_VALUE
    if node.form in {"text", "plain"}:
        return _MISFIT if node.form == "text" and not node.facts.text else 0
    cost = _MISSING * len(EXPECTED.get(node.kind, _NONE) - node.seen)
    if node.kind != "schema":
        return cost
    if node.seen and not node.seen & _SAYS_WHAT:
        cost += _UNTYPED
    facts = node.facts
    if facts.orders is None and facts.required is None:
        return cost
    names = facts.properties.by_name.keys() if facts.properties is not None else _NONE
    if facts.orders is not None:
        cost += _NOT_A_MEMBER * len(set(facts.orders) ^ names)
    if facts.required is not None:
        cost += (_MISFIT if names else _NAMELESS) * len(set(facts.required) - names)
    return cost


def schema_shape(facts: Facts) -> Shape:
    """Return the shape of what a schema describes."""
    if facts.properties:
        return facts.properties.object
    if facts.items is not None:
        return facts.items.array()
    return UNKNOWN if facts.type in {"", "object", "array"} else scalar_shape(facts.type)
