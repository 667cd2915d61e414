"""The open nodes of a document that is being rebuilt: what each accepts next and what it costs to close it.

A node is immutable and interned, so two ways of reading the lines so far that leave the same open nodes meet again
in one object. Costs are preferences: 0 for what the grammar plainly allows, more for what it allows grudgingly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from klingkit_spec.reader.grammar import (
    ANNOTATIONS,
    ANY,
    EXPECTED,
    KINDS,
    SCALAR,
    Spec,
    clashes,
    extension_fits,
    is_keyword,
)
from klingkit_spec.reader.shape_hints import (
    UNKNOWN,
    Shape,
    array_shape,
    child_shape,
    hint_for_response,
    item_shape,
    key_cost,
    object_shape,
    scalar_shape,
    value_cost,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_spec.reader.tokens import Token

__all__ = ["Node", "Stack", "Step"]

NULL_VALUE = 400
NULL_DATA = 150
MISFIT = 200
NOT_A_MEMBER = 300
AMBIGUOUS = 50
MISSING = 60
UNUSUAL = 60
RARE = 100
UNTYPED = 40
HOPELESS = 5000
DEEPEST_COLUMN = 120

SAYS_WHAT = frozenset({"type", "$ref", "allOf", "anyOf", "oneOf", "not", "const", "properties", "items"})
"""Keywords of which a schema hardly ever lacks all."""

Form = Literal["map", "seq", "pending", "text", "plain"]


class Node(NamedTuple):
    """One open node; `slot` is the key it is the value of, `facts` what its closed children told.

    Nodes with the same `outline` are open at the same place of the document, whatever was read before.
    """

    uid: int
    outline: int
    parent: Node | None
    form: Form
    spec: Spec
    kind: str
    slot: str
    column: int
    seen: frozenset[str]
    facts: tuple[tuple[str, Any], ...]

    def fact(self, name: str) -> Any:
        """Return what is known under `name`, or None."""
        for key, value in self.facts:
            if key == name:
                return value
        return None


class Step(NamedTuple):
    """One way to place a line: the stack after it, the column it stands in, and the price."""

    node: Node
    column: int
    cost: int
    hinted: bool = False


class Stack:
    """Makes and changes interned nodes."""

    def __init__(self, referenced: frozenset[str]) -> None:
        self._pool: dict[tuple[Any, ...], Node] = {}
        self._outlines: dict[tuple[Any, ...], int] = {}
        self._referenced = referenced
        self._closed: dict[int, tuple[Node | None, int]] = {}
        self.root = self._make(None, "map", Spec(map="document"), "document", "", 0, frozenset(), ())

    def steps(self, top: Node, token: Token, known: dict[int, list[Step]]) -> list[Step]:
        """Return every way to place a key or an item, innermost node first.

        `known` holds the answers for this token so far: the readings of a page share most of their open nodes.
        """
        steps = known.get(top.uid)
        if steps is None:
            steps = list(self._accept(top, token))
            parent, price = self.close(top)
            if parent is not None and price < HOPELESS:
                outer = self.steps(parent, token, known)
                steps += [step._replace(cost=step.cost + price) for step in outer] if price else outer
            known[top.uid] = steps
        return steps

    def with_text(self, node: Node) -> Node:
        """Return the open block scalar after a line of text."""
        return self._changed(node, node.seen, {"text": True})

    def close(self, node: Node) -> tuple[Node | None, int]:
        """Close the innermost node: its parent as it is afterwards, and what that costs."""
        known = self._closed.get(node.uid)
        if known is None:
            known = self._closed[node.uid] = self._close(node)
        return known

    def _close(self, node: Node) -> tuple[Node | None, int]:
        parent = node.parent
        if parent is None:
            return None, 0
        if node.form == "pending":
            cost = NULL_DATA if node.spec.scalar else NULL_VALUE
            return parent, cost
        if node.form in {"text", "plain"}:
            return parent, MISFIT if node.form == "text" and not node.facts else 0
        told, cost = _summary(node)
        cost += MISSING * len(EXPECTED.get(node.kind, frozenset()) - node.seen)
        return (self._tell(parent, node.slot, told) if told is not None else parent), cost

    def _make(self, *parts: Any) -> Node:
        parent = parts[0]
        key = (parent.uid if parent is not None else -1, *parts[1:])
        node = self._pool.get(key)
        if node is None:
            place = (parent.outline if parent is not None else -1, *parts[1:2], *parts[3:6])
            outline = self._outlines.setdefault(place, len(self._outlines))
            node = self._pool[key] = Node(len(self._pool), outline, *parts)
        return node

    def _changed(self, node: Node, seen: frozenset[str], facts: dict[str, Any]) -> Node:
        ordered = tuple(sorted(facts.items(), key=lambda fact: fact[0]))
        return self._make(node.parent, node.form, node.spec, node.kind, node.slot, node.column, seen, ordered)

    def _tell(self, parent: Node, slot: str, told: Any) -> Node:
        facts = dict(parent.facts)
        if parent.kind == "properties":
            facts["members"] = (*facts.get("members", ()), (slot, told))
        elif parent.form == "seq":
            return parent
        elif parent.kind in {"schema", "media type"}:
            facts[f"of {slot}"] = told
        else:
            return parent
        return self._changed(parent, parent.seen, facts)

    def _accept(self, node: Node, token: Token) -> Iterator[Step]:
        if node.column > DEEPEST_COLUMN:
            return
        if token.form == "key":
            if node.form == "map":
                yield from self._key(node, token)
            elif node.form == "pending" and node.spec.map:
                yield from self._key(self._open_map(node), token)
        elif token.form == "item":
            if node.form == "seq":
                yield from self._item(node, token)
            elif node.form == "pending" and node.spec.item() is not None:
                yield from self._item(self._open_seq(node), token)

    def _open_map(self, node: Node) -> Node:
        kind = node.spec.map or "any"
        indent = 2 if node.parent is not None and node.slot != "-" else 0
        return self._make(node.parent, "map", node.spec, kind, node.slot, node.column + indent, frozenset(), node.facts)

    def _open_seq(self, node: Node) -> Node:
        return self._make(node.parent, "seq", node.spec, "", node.slot, node.column + 2, frozenset(), node.facts)

    def _key(self, node: Node, token: Token) -> Iterator[Step]:
        if token.key in node.seen:
            return
        legal = _legal(node, token.key, self._referenced)
        if legal is None:
            return
        spec, cost = legal
        fit = _inline_cost(spec, token)
        if fit is None:
            return
        guide, guide_cost, hinted = _guide(node, token, spec)
        facts = dict(node.facts)
        if node.kind == "schema":
            cost += _schema_cost(node, token, facts)
        elif node.kind in {"parameter", "header"} and token.key in ANNOTATIONS and "schema" in node.seen:
            cost += AMBIGUOUS
        elif node.kind == "properties" and token.value != "empty":
            facts["members"] = (*facts.get("members", ()), (token.key, UNKNOWN))
        owner = self._changed(node, node.seen | {token.key}, facts)
        top = self._value(owner, token, spec, token.key, node.column, guide)
        yield Step(top, node.column, cost + fit + guide_cost, hinted)

    def _item(self, node: Node, token: Token) -> Iterator[Step]:
        rest = token.rest
        spec = node.spec.item()
        if rest is None or spec is None:
            return
        guide = item_shape(node.fact("guide")) if spec is ANY else UNKNOWN
        facts = (("guide", guide),) if guide is not UNKNOWN else ()
        if rest.form == "key" and spec.map:
            empty = self._make(node, "map", spec, spec.map, "-", node.column + 2, frozenset(), facts)
            for step in self._key(empty, rest):
                yield Step(step.node, node.column, step.cost + value_cost(guide, "map"), step.hinted)
        elif rest.form == "item" and spec is ANY:
            inner = self._make(node, "seq", spec, "", "-", node.column + 2, frozenset(), facts)
            for step in self._item(inner, rest):
                yield Step(step.node, node.column, step.cost + value_cost(guide, "seq"))
        elif rest.form == "blank":
            pending = self._make(node, "pending", spec, "", "-", node.column + 2, frozenset(), facts)
            yield Step(pending, node.column, 0)
        elif rest.form == "text":
            fit = _inline_cost(spec, rest)
            if fit is not None:
                owner = self._changed(
                    node,
                    node.seen,
                    {**dict(node.facts), "values": (*(node.fact("values") or ()), rest.text.strip("'\""))},
                )
                top = self._value(owner, rest, spec, "-", node.column, guide)
                yield Step(top, node.column, fit + value_cost(guide, rest.value, rest.text))

    def _value(self, owner: Node, token: Token, spec: Spec, slot: str, column: int, guide: Shape) -> Node:
        facts = (("guide", guide),) if guide is not UNKNOWN else ()
        if token.value == "empty" and token.form == "key":
            return self._make(owner, "pending", spec, "", slot, column, frozenset(), facts)
        if token.value == "block":
            return self._make(owner, "text", SCALAR, "", slot, column, frozenset(), ())
        if token.value == "plain":
            return self._make(owner, "plain", SCALAR, "", slot, column, frozenset(), ())
        return owner


def _legal(node: Node, key: str, referenced: frozenset[str]) -> tuple[Spec, int] | None:
    kind = KINDS[node.kind]
    if key in kind.keys:
        # operations with servers of their own are rarer than documents that name theirs last
        rare = key == "servers" and node.kind in {"operation", "path item"}
        return kind.keys[key], RARE if rare else 0
    if key.startswith("x-") and extension_fits(node.kind, key):
        return ANY, 0
    if kind.names is None or kind.child is None or not kind.names(key):
        return None
    cost = 0
    if node.kind == "properties":
        cost = 40 if is_keyword(key) else 150 if key in referenced else 0
    if node.kind in {"properties", "schemas"} and not key.isascii():
        cost += 20
    if " " in key:
        cost += 100
    return kind.child, cost


def _inline_cost(spec: Spec, token: Token) -> int | None:
    """Return the price of the value on the key's own line, or None when the key cannot hold such a value."""
    value = token.value
    if value == "empty":
        return 0 if token.form == "key" else None
    if value == "map":
        return 0 if spec.map else MISFIT if spec.scalar else None
    if value == "seq":
        return 0 if spec.item() is not None else MISFIT if spec.scalar else None
    if spec.scalar:
        return 0
    return MISFIT if token.text in {"null", "~", "true", "false"} else None


def _guide(node: Node, token: Token, spec: Spec) -> tuple[Shape, int, bool]:
    """Return what is known of a free value before it is read, and the price of this key among free data."""
    if node.kind == "schema" and token.key == "examples":
        return array_shape(_schema_shape(node)), 0, False
    if spec is not ANY:
        return UNKNOWN, 0, False
    if node.kind == "any":
        known = node.fact("guide") or UNKNOWN
        shape = child_shape(known, token.key)
        cost = key_cost(known, token.key)
        return shape, cost + (value_cost(shape, token.value, token.text) if token.value != "empty" else 0), False
    if node.kind == "media type" and token.key == "example":
        shape = node.fact("of schema") or UNKNOWN
        if shape[0] != "unknown" or not _inside(node, "response"):
            return shape, 0, False
        return hint_for_response(), 0, token.value == "empty"
    if node.kind == "schema" and token.key in {"example", "default", "const"}:
        shape = _schema_shape(node)
        return shape, value_cost(shape, token.value, token.text) if token.value != "empty" else 0, False
    return UNKNOWN, 0, False


def _inside(node: Node, kind: str) -> bool:
    current: Node | None = node
    while current is not None:
        if current.kind == kind:
            return True
        current = current.parent
    return False


def _schema_cost(node: Node, token: Token, facts: dict[str, Any]) -> int:
    cost = 0
    key = token.key
    if key == "type" and token.value in {"plain", "quoted"}:
        name = token.text.strip("'\"")
        facts["type"] = name
        cost += sum(MISFIT for word in node.seen if clashes(name, word))
    elif facts.get("type") and clashes(facts["type"], key):
        cost += MISFIT
    if _belongs_outside(node, key):
        cost += AMBIGUOUS
    if key in {"required", "x-apifox-orders"} and facts.get("last") in ANNOTATIONS and "properties" in node.seen:
        cost += UNUSUAL
    if key == "required" and "x-apifox-orders" in node.seen:
        cost += UNUSUAL
    if key == "x-apifox-orders" and "properties" not in node.seen:
        cost += MISFIT
    facts["last"] = key
    return cost


def _belongs_outside(node: Node, key: str) -> bool:
    """Say whether page generators write this annotation beside the schema rather than in it."""
    parent = node.parent
    if parent is None:
        return False
    if node.slot == "items" and parent.kind == "schema":
        return key in ANNOTATIONS or key in {"minItems", "maxItems", "uniqueItems"}
    return parent.kind == "media type" and key in {"example", "examples"}


def _summary(node: Node) -> tuple[Any, int]:
    """Return what a closing node tells its parent, and the price of what does not add up in it."""
    if node.kind == "schema":
        names = {name for name, _ in node.fact("of properties") or ()}
        cost = 0 if node.seen & SAYS_WHAT or not node.seen else UNTYPED
        orders = node.fact("of x-apifox-orders")
        if orders is not None:
            cost += NOT_A_MEMBER * len(set(orders) ^ names)
        required = node.fact("of required")
        if required is not None:
            price = MISFIT if names else 30
            cost += price * len(set(required) - names)
        return _schema_shape(node), cost
    if node.kind == "properties":
        return node.fact("members") or (), 0
    if node.form == "seq" and node.slot in {"required", "x-apifox-orders"}:
        return node.fact("values") or (), 0
    return None, 0


def _schema_shape(node: Node) -> Shape:
    members = node.fact("of properties")
    if members:
        return object_shape(members)
    item = node.fact("of items")
    if item is not None:
        return array_shape(item)
    kind = node.fact("type")
    return UNKNOWN if kind in {None, "object", "array"} else scalar_shape(kind)
