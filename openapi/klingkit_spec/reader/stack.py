"""The open nodes of a document that is being rebuilt: where a line may go, and what is open after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.reader import prices
from klingkit_spec.reader.grammar import ANNOTATIONS, ANY, SCALAR, Spec
from klingkit_spec.reader.open_node import NO_FACTS, Facts, Form, Node, Step
from klingkit_spec.reader.shape_hints import UNKNOWN, Members, Shape, value_cost

if TYPE_CHECKING:
    from klingkit_spec.reader.tokens import Token

__all__ = ["Line", "Stack"]

DEEPEST_COLUMN = 120
_EMPTY: frozenset[str] = frozenset()
_NAMES_LISTED = frozenset({"required", "x-apifox-orders"})


class Line:
    """One line that is being placed, the one behind it, and what was found so far, by the nodes it was asked of.

    `hasty` leaves out every place from which the following line could go nowhere. `limit` is what a step may cost at
    most to be of use: as much as the cheapest reading after the line, and the slack.
    """

    __slots__ = ("following", "hasty", "limit", "reached", "reached_next", "steps", "token")

    def __init__(self, token: Token, following: Token, *, hasty: bool) -> None:
        self.token = token
        self.following = following
        self.hasty = hasty
        self.limit = prices.HOPELESS
        self.steps: dict[int, list[Step]] = {}
        self.reached: dict[int, bool] = {}
        self.reached_next: dict[int, bool] = {}


class Stack:
    """Makes and changes interned nodes."""

    def __init__(self, referenced: frozenset[str], slack: int = prices.HOPELESS) -> None:
        """`referenced` are names that ``$ref`` leads to; a step that costs `slack` more than another is left out."""
        self._pool: dict[tuple[Any, ...], Node] = {}
        self._outlines: dict[tuple[Any, ...], int] = {}
        self._referenced = referenced
        self._slack = slack
        self._closed: dict[int, tuple[Node | None, int]] = {}
        self._places: dict[tuple[str, str], tuple[Spec, int] | None] = {}
        self._no_members = Members()
        self.root = self._make(None, "map", Spec(map="document"), "document", "", 0, _EMPTY, NO_FACTS)

    def steps(self, top: Node, line: Line, spent: int) -> list[Step]:
        """Return every way to place a key or an item, innermost node first.

        The readings of a page share most of their open nodes, so `line` keeps the answer of each. `spent` is how much
        dearer than the cheapest reading it was to come here.
        """
        steps = line.steps.get(top.uid)
        if steps is None:
            step = self._accept(top, line)
            steps = [] if step is None else [step]
            if step is not None and spent + step.cost + self._slack < line.limit:
                line.limit = spent + step.cost + self._slack
            if top.parent is not None and self._reaches(top.parent, line.token, line.reached):
                parent, price = self.close(top)
                if parent is not None and price <= line.limit:
                    outer = self.steps(parent, line, spent + price)
                    steps += [step._replace(cost=step.cost + price) for step in outer] if price else outer
            line.steps[top.uid] = steps
        return steps

    def _reaches(self, node: Node, token: Token, reached: dict[int, bool]) -> bool:
        """Say whether this node or one around it could take the token: closing nodes for nothing takes most time."""
        passed: list[int] = []
        current: Node | None = node
        answer = False
        while current is not None:
            known = reached.get(current.uid)
            answer = self._could_take(current, token) if known is None else known
            passed.append(current.uid)
            if answer or known is not None:
                break
            current = current.parent
        for uid in passed:
            reached[uid] = answer
        return answer

    def _could_take(self, node: Node, token: Token) -> bool:
        if token.form == "key":
            if node.form == "map":
                return token.key not in node.seen and self._legal(node.kind, token.key) is not None
            return node.form == "pending" and node.spec.map is not None
        return token.form == "item" and (
            node.form == "seq" or (node.form == "pending" and node.spec.item() is not None)
        )

    def _legal(self, kind: str, key: str) -> tuple[Spec, int] | None:
        place = (kind, key)
        if place not in self._places:
            self._places[place] = prices.legal(kind, key, self._referenced)
        return self._places[place]

    def with_text(self, node: Node) -> Node:
        """Return the open block scalar after a line of text."""
        return self._changed(node, node.seen, node.facts._replace(text=True))

    def close(self, node: Node) -> tuple[Node | None, int]:
        """Close the innermost node: its parent as it is afterwards, and what that costs."""
        known = self._closed.get(node.uid)
        if known is None:
            parent = node.parent
            told = None if parent is None else self._told(node, parent)
            if parent is not None and told is not None and told != parent.facts:
                parent = self._changed(parent, parent.seen, told)
            known = self._closed[node.uid] = parent, 0 if parent is None else prices.closing(node)
        return known

    def _told(self, node: Node, parent: Node) -> Facts | None:
        """Return what the parent knows when `node` has closed; None where that is nothing new."""
        if node.form not in {"map", "seq"}:
            return None
        facts = node.facts
        if node.kind == "schema":
            shape = prices.schema_shape(facts)
            if parent.kind == "properties":
                return parent.facts._replace(members=self._members(parent.facts).plus(node.slot, shape))
            if parent.kind == "schema" and node.slot == "items":
                return parent.facts._replace(items=shape)
            if parent.kind == "media type" and node.slot == "schema":
                return parent.facts._replace(schema=shape)
        elif parent.kind == "schema" and node.kind == "properties" and node.slot == "properties":
            return parent.facts._replace(properties=self._members(facts))
        elif parent.kind == "schema" and node.form == "seq" and node.slot == "required":
            return parent.facts._replace(required=facts.values)
        elif parent.kind == "schema" and node.form == "seq" and node.slot == "x-apifox-orders":
            return parent.facts._replace(orders=facts.values)
        return None

    def _members(self, facts: Facts) -> Members:
        return self._no_members if facts.members is None else facts.members

    def _make(
        self,
        parent: Node | None,
        form: Form,
        spec: Spec,
        kind: str,
        slot: str,
        column: int,
        seen: frozenset[str],
        facts: Facts,
    ) -> Node:
        above = -1 if parent is None else parent.uid
        key = (above, form, spec, kind, slot, column, seen, facts)
        node = self._pool.get(key)
        if node is None:
            place = (-1 if parent is None else parent.outline, form, kind, slot, column)
            outline = self._outlines.setdefault(place, len(self._outlines))
            node = self._pool[key] = Node(len(self._pool), outline, parent, form, spec, kind, slot, column, seen, facts)
        return node

    def _changed(self, node: Node, seen: frozenset[str], facts: Facts) -> Node:
        return self._make(node.parent, node.form, node.spec, node.kind, node.slot, node.column, seen, facts)

    def _accept(self, node: Node, line: Line) -> Step | None:
        """Return how this node takes the line, if it does."""
        token = line.token
        if node.column > DEEPEST_COLUMN or (line.hasty and self._leads_nowhere(node, line)):
            return None
        if token.form == "key":
            if node.form == "map":
                return self._key(node, token, line)
            if node.form == "pending" and node.spec.map:
                return self._key(self._open_map(node), token, line)
        elif token.form == "item":
            if node.form == "seq":
                return self._item(node, token, line)
            if node.form == "pending" and node.spec.item() is not None:
                return self._item(self._open_seq(node), token, line)
        return None

    def _leads_nowhere(self, node: Node, line: Line) -> bool:
        """Say whether a key with its value here would leave no place for the key on the following line."""
        return (
            line.token.form == "key"
            and line.token.value in {"plain", "quoted"}
            and line.following.form == "key"
            and not self._reaches(node, line.following, line.reached_next)
        )

    def _open_map(self, node: Node) -> Node:
        kind = node.spec.map or "any"
        indent = 2 if node.parent is not None and node.slot != "-" else 0
        return self._make(node.parent, "map", node.spec, kind, node.slot, node.column + indent, _EMPTY, node.facts)

    def _open_seq(self, node: Node) -> Node:
        return self._make(node.parent, "seq", node.spec, "", node.slot, node.column + 2, _EMPTY, node.facts)

    def _key(self, node: Node, token: Token, line: Line) -> Step | None:
        legal = self._legal(node.kind, token.key) if token.key not in node.seen else None
        fit = None if legal is None else prices.inline(legal[0], token)
        if legal is None or fit is None:
            return None
        spec, cost = legal
        guide, guide_cost, hinted = prices.guide(node, token, spec)
        facts = node.facts
        if node.kind == "schema":
            cost += prices.schema_key(node, token, facts.type)
        elif node.kind in {"parameter", "header"} and token.key in ANNOTATIONS and "schema" in node.seen:
            cost += prices.AMBIGUOUS
        cost += fit + guide_cost
        if cost > line.limit:
            return None
        if node.kind == "schema":
            kind = token.text.strip("'\"") if token.key == "type" and token.value in {"plain", "quoted"} else facts.type
            if kind != facts.type or facts.annotated is not (token.key in ANNOTATIONS):
                facts = facts._replace(type=kind, annotated=token.key in ANNOTATIONS)
        elif node.kind == "properties" and token.value != "empty":
            facts = facts._replace(members=self._members(facts).plus(token.key, UNKNOWN))
        owner = self._changed(node, node.seen | {token.key}, facts)
        top = self._value(owner, token, spec, token.key, node.column, guide, line)
        return Step(top, node.column, cost, hinted)

    def _item(self, node: Node, token: Token, line: Line) -> Step | None:
        rest = token.rest
        spec = node.spec.item()
        if rest is None or spec is None:
            return None
        guide = node.facts.guide.item() if spec is ANY else UNKNOWN
        facts = _guided(guide)
        if rest.form == "text":
            return self._listed(node, rest, spec, guide, line)
        if rest.form == "blank":
            pending = self._make(node, "pending", spec, "", "-", node.column + 2, _EMPTY, facts)
            return Step(pending, node.column, 0)
        if rest.form == "key" and spec.map:
            empty = self._make(node, "map", spec, spec.map, "-", node.column + 2, _EMPTY, facts)
            step = self._key(empty, rest, line)
        elif rest.form == "item" and spec is ANY:
            inner = self._make(node, "seq", spec, "", "-", node.column + 2, _EMPTY, facts)
            step = self._item(inner, rest, line)
        else:
            return None
        more = value_cost(guide, "map" if rest.form == "key" else "seq")
        return None if step is None else Step(step.node, node.column, step.cost + more, step.hinted)

    def _listed(self, node: Node, rest: Token, spec: Spec, guide: Shape, line: Line) -> Step | None:
        fit = prices.inline(spec, rest)
        if fit is None:
            return None
        owner = node
        if node.slot in _NAMES_LISTED:
            values = (*node.facts.values, rest.text.strip("'\""))
            owner = self._changed(node, node.seen, node.facts._replace(values=values))
        top = self._value(owner, rest, spec, "-", node.column, guide, line)
        return Step(top, node.column, fit + value_cost(guide, rest.value, rest.text))

    def _value(self, owner: Node, token: Token, spec: Spec, slot: str, column: int, guide: Shape, line: Line) -> Node:
        if token.value == "empty" and token.form == "key":
            return self._make(owner, "pending", spec, "", slot, column, _EMPTY, _guided(guide))
        if token.value == "block":
            return self._make(owner, "text", SCALAR, "", slot, column, _EMPTY, NO_FACTS)
        if token.value == "plain" and line.following.form != "key":  # a text may go on, but never on a key's line
            return self._make(owner, "plain", SCALAR, "", slot, column, _EMPTY, NO_FACTS)
        return owner


def _guided(guide: Shape) -> Facts:
    return NO_FACTS if guide is UNKNOWN else Facts(guide=guide)
