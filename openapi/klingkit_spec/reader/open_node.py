"""One open node of a document that is being rebuilt, and one way to place a line in it.

A node is immutable and interned, so two ways of reading the lines so far that leave the same open nodes meet again
in one object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from klingkit_spec.reader.shape_hints import UNKNOWN, Members, Shape

if TYPE_CHECKING:
    from klingkit_spec.reader.grammar import Spec

__all__ = ["NO_FACTS", "Facts", "Form", "Node", "Step"]

Form = Literal["map", "seq", "pending", "text", "plain"]


class Facts(NamedTuple):
    """What the lines inside a node have told that later lines may be held against."""

    guide: Shape = UNKNOWN
    """What is known of free data here before it is read."""
    type: str = ""
    annotated: bool = False
    """Whether the last key was an annotation."""
    text: bool = False
    """Whether a block scalar has a line yet."""
    values: tuple[str, ...] = ()
    """The values of a list."""
    members: Members | None = None
    """The members of a map of properties."""
    properties: Members | None = None
    items: Shape | None = None
    schema: Shape | None = None
    """What the schema beside an example told."""
    required: tuple[str, ...] | None = None
    orders: tuple[str, ...] | None = None


NO_FACTS = Facts()


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
    facts: Facts


class Step(NamedTuple):
    """One way to place a line: the stack after it, the column it stands in, and the price."""

    node: Node
    column: int
    cost: int
    hinted: bool = False
