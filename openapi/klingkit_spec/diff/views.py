"""A schema as it works, however it is written: references followed, plain parts of ``allOf`` joined, null put apart.

Every keyword keeps its place, so that a change in a shared component is found in the component.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from klingkit_spec import pointer
from klingkit_spec.pointer import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Loc", "Parts", "View", "at", "follow", "is_condition", "view"]

Parts = tuple[str, ...]

_DEEPEST = 16
_OPTIONS = ("anyOf", "oneOf")
_CONDITION = ("if", "then", "else")
_NUMERIC_BOUNDS = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}


@dataclass(frozen=True)
class Loc:
    """A place in a document, and the place to name for it: they differ behind a reference that was exchanged."""

    parts: Parts
    shown: Parts

    def child(self, *parts: str | int) -> Loc:
        """Return the place below."""
        more = tuple(str(part) for part in parts)
        return Loc((*self.parts, *more), (*self.shown, *more))


@dataclass
class View:
    """What holds at one place: `keywords` by name, with where each stands; `null` says whether null is allowed."""

    keywords: dict[str, tuple[Any, Loc]] = field(default_factory=dict)
    properties: dict[str, Loc] = field(default_factory=dict)
    required: dict[str, Loc] = field(default_factory=dict)
    conditions: list[tuple[Any, Loc]] = field(default_factory=list)
    null: bool = False

    def value(self, keyword: str) -> Any:
        """Return the value of `keyword`, or None."""
        return self.keywords.get(keyword, (None, None))[0]

    @property
    def types(self) -> frozenset[str] | None:
        """The types that are allowed, null included; None when nothing is said."""
        declared = self.value("type")
        if declared is None:
            declared = "object" if self.properties else "array" if "items" in self.keywords else None
        if declared is None:
            return None
        kinds = {str(kind) for kind in declared} if isinstance(declared, list) else {str(declared)}
        return frozenset(kinds | {"null"} if self.null else kinds)

    @property
    def empty(self) -> bool:
        """Whether nothing is said about the value."""
        says = self.keywords.keys() - {"description", "title", "example", "examples", "default", "deprecated"}
        return not (
            self.properties or self.required or self.conditions or any(not key.startswith("x-") for key in says)
        )


def at(document: Mapping[str, Any], loc: Loc) -> Any:
    """Return what stands at `loc`, or `MISSING`."""
    return pointer.lookup(document, loc.parts)


def follow(document: Mapping[str, Any], loc: Loc) -> Loc | None:
    """Return where the reference at `loc` leads; None when there is none that leads anywhere in `document`."""
    node = at(document, loc)
    target = node.get("$ref") if isinstance(node, dict) else None
    if not isinstance(target, str) or not target.startswith("#/"):
        return None
    parts = pointer.split(target[1:])
    return None if pointer.lookup(document, parts) is MISSING else Loc(parts, parts)


def is_condition(part: Any) -> bool:
    """Say whether a part of ``allOf`` does more than add fields and limits."""
    return isinstance(part, dict) and bool({"if", "not", "anyOf", "oneOf"} & part.keys())


def view(document: Mapping[str, Any], loc: Loc, *, without_ref: bool = False) -> View:
    """Return the schema at `loc` as it works; `without_ref` leaves out what its reference leads to."""
    found = View()
    _collect(document, loc, found, 0, without_ref=without_ref)
    _bound_flags(found)
    return found


def _collect(document: Mapping[str, Any], loc: Loc, into: View, depth: int, *, without_ref: bool = False) -> None:
    node = at(document, loc)
    if node is False:
        into.conditions.append(({"not": {}}, loc))
    if not isinstance(node, dict) or depth > _DEEPEST:
        return
    joined: list[Loc] = []
    for key, value in node.items():
        here = loc.child(key)
        if key == "$ref":
            target = follow(document, loc)
            if target is None:
                into.keywords.setdefault(key, (value, here))
            elif not without_ref:
                joined.append(target)
        elif key == "allOf" and isinstance(value, list):
            joined.extend(_all_of(value, here, into))
        elif key in _OPTIONS and isinstance(value, list) and _nullable_option(value) is not None:
            into.null = True
            joined.append(here.child(_nullable_option(value) or 0))
        elif key == "nullable":
            into.null = into.null or value is True
        elif key not in _CONDITION:
            _keyword(key, value, here, into)
    if "if" in node:
        into.conditions.append(({key: node[key] for key in _CONDITION if key in node}, loc.child("if")))
    for place in joined:
        _collect(document, place, into, depth + 1)


def _all_of(parts: list[Any], here: Loc, into: View) -> Iterator[Loc]:
    for index, part in enumerate(parts):
        if is_condition(part):
            into.conditions.append((part, here.child(index)))
        else:
            yield here.child(index)


def _keyword(key: str, value: Any, here: Loc, into: View) -> None:
    if key == "properties" and isinstance(value, dict):
        for name in value:
            into.properties.setdefault(str(name), here.child(name))
    elif key == "required" and isinstance(value, list):
        for name in value:
            into.required.setdefault(str(name), here)
    elif key == "not":
        into.conditions.append(({"not": value}, here))
    else:
        into.keywords.setdefault(key, (value, here))


def _nullable_option(branches: list[Any]) -> int | None:
    """Return which of two branches is not ``type: null``, when the other is."""
    if len(branches) != 2 or {"type": "null"} not in branches:
        return None
    return 1 - branches.index({"type": "null"})


def _bound_flags(found: View) -> None:
    """Read the OpenAPI 3.0 form, in which ``exclusiveMinimum: true`` belongs to ``minimum``."""
    for bound, exclusive in _NUMERIC_BOUNDS.items():
        flag, place = found.keywords.get(exclusive, (None, None))
        if isinstance(flag, bool) and place is not None:
            del found.keywords[exclusive]
            if flag and bound in found.keywords:
                found.keywords[exclusive] = (found.keywords.pop(bound)[0], place)
