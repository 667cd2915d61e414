"""Hold a document that was read against the grammar: keys with no meaning where they stand, values of a wrong kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.grammar import EXPECTED, KINDS, Spec

if TYPE_CHECKING:
    from klingkit_spec.reader.core_yaml import Pointer
    from klingkit_spec.reader.notes import Notes
    from klingkit_spec.reader.page import Locate

__all__ = ["check"]

_DEEPEST = 80


def check(document: dict[str, Any], notes: Notes, locate: Locate) -> None:
    """Warn of everything in `document` that OpenAPI has no place for; free data (examples) is left alone."""
    _Checker(notes, locate).node(document, "document", ())


class _Checker:
    def __init__(self, notes: Notes, locate: Locate) -> None:
        self._notes = notes
        self._locate = locate

    def node(self, value: dict[str, Any], kind: str, pointer: Pointer) -> None:
        """Check one mapping of this kind."""
        if kind == "any" or len(pointer) > _DEEPEST:
            return
        grammar = KINDS[kind]
        for key, member in value.items():
            here = (*pointer, key)
            if key in grammar.keys:
                self._value(member, grammar.keys[key], here)
            elif grammar.child is not None and grammar.names is not None and grammar.names(key):
                self._value(member, grammar.child, here)
            elif not key.startswith("x-"):
                self._notes.warn(self._locate(here), f"'{key}' has no meaning in a {kind}; it was kept as it is")
        if "$ref" not in value:
            for key in sorted(EXPECTED.get(kind, frozenset()) - value.keys()):
                self._notes.warn(self._locate(pointer), f"this {kind} has no '{key}'")

    def _value(self, value: Any, spec: Spec, pointer: Pointer) -> None:
        if isinstance(value, dict) and spec.map:
            self.node(value, spec.map, pointer)
        elif isinstance(value, list) and spec.seq is not None:
            for index, item in enumerate(value):
                self._value(item, spec.seq if spec.map != "any" else spec, (*pointer, str(index)))
        elif isinstance(value, dict | list) or not spec.scalar:
            wanted = "a mapping" if spec.map else "a list" if spec.seq else "a single value"
            self._notes.warn(self._locate(pointer), f"'{pointer[-1]}' should hold {wanted} here")
