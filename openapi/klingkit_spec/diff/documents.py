"""Two OpenAPI documents: which operations they have, where they are served, and what is said beside them."""

from __future__ import annotations

import copy
import datetime
import re
from typing import TYPE_CHECKING, Any

from klingkit_spec.diff.operations import compare_operation
from klingkit_spec.diff.security import compare_schemes
from klingkit_spec.diff.sides import Sides
from klingkit_spec.diff.views import Loc
from klingkit_spec.diff.words import compare_words, members
from klingkit_spec.equality import same
from klingkit_spec.relay_document import operations, prune
from klingkit_spec.source_marks import without_sources

if TYPE_CHECKING:
    from klingkit_spec.diff.changes import Change

__all__ = ["compare", "normal"]

_ROOT = Loc((), ())
_PARAMETER = re.compile(r"\{[^}/]+\}")
_ALL_OF_INFO = frozenset({"title", "version", "contact", "license", "termsOfService"})
_BESIDE = frozenset({"openapi", "jsonSchemaDialect", "tags"})
_ONE = 1

Place = tuple[str, str]


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Return every change between two OpenAPI 3 documents, worst first, each once."""
    sides = Sides(_framed(normal(without_sources(old))), _framed(normal(without_sources(new))))
    info = _ROOT.child("info")
    before, after = sides.before(info), sides.after(info)
    compare_words(sides.changes, None, members(before, info), members(after, info), also=_ALL_OF_INFO)
    compare_words(sides.changes, None, members(sides.old, _ROOT), members(sides.new, _ROOT), also=_BESIDE)
    _servers(sides)
    compare_schemes(sides)
    _operations(sides)
    _unused(sides)
    return sides.changes.rated()


def normal(value: Any) -> Any:
    """Return a copy in which what JSON does not tell apart is written alike: keys are text, 1.0 is 1, no dates."""
    if isinstance(value, dict):
        return {str(key): normal(member) for key, member in value.items()}
    if isinstance(value, list):
        return [normal(member) for member in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def _framed(document: dict[str, Any]) -> dict[str, Any]:
    """Return `document` without what stands where OpenAPI has an object; other slips are passed over where they are."""
    paths = {path: item for path, item in _objects(document.get("paths")).items() if isinstance(item, dict)}
    framed = {**document, "paths": paths}
    if "components" in document:
        framed["components"] = {name: _objects(part) for name, part in _objects(document["components"]).items()}
    if "servers" in document:
        servers = document["servers"] if isinstance(document["servers"], list) else []
        framed["servers"] = [server for server in servers if isinstance(server, dict)]
    return framed


def _objects(value: Any) -> dict[str, Any]:
    members = value.items() if isinstance(value, dict) else ()
    return {key: member for key, member in members if isinstance(member, dict | bool)}


def _servers(sides: Sides) -> None:
    home = _ROOT.child("servers")
    before, after = _urls(sides.old.get("servers")), _urls(sides.new.get("servers"))
    gone = [url for url in before if url not in after]
    come = [url for url in after if url not in before]
    if len(gone) == _ONE and len(come) == _ONE:
        place = home.child(after[come[0]], "url").shown
        sides.changes.add("server-changed", None, place, gone[0], come[0])
        gone, come = [], []
    for url in gone:
        sides.changes.add("server-removed", None, home.child(before[url]).shown, url, gone=True)
    for url in come:
        sides.changes.add("server-added", None, home.child(after[url]).shown, None, url)
    for url in before:
        if url in after:
            old, new = home.child(before[url]), home.child(after[url])
            one, other = members(sides.before(old), old), members(sides.after(new), new)
            compare_words(sides.changes, None, one, other, also=frozenset({"variables"}))


def _urls(servers: Any) -> dict[str, int]:
    return {str(server.get("url", "")).rstrip("/"): index for index, server in enumerate(servers or ())}


# ------------------------------------------------------------------------------------------------------ operations
def _operations(sides: Sides) -> None:
    old, new = _table(sides.old), _table(sides.new)
    moved = _moved(sides, old, new)
    for key, place in old.items():
        other = new.get(key, moved.get(place))
        if other is None:
            name = _name(sides.old, place)
            sides.changes.add("operation-removed", (name, None), _loc(place).shown, _address(place), gone=True)
            continue
        name = _name(sides.new, other)
        if key not in new:
            sides.changes.add("path-changed", (name, None), _loc(other).shown, _address(place), _address(other))
        _items(sides, place, other, name)
        compare_operation(sides, _loc(place), _loc(other), name)
    for key, place in new.items():
        if key not in old and place not in moved.values():
            name = _name(sides.new, place)
            sides.changes.add("operation-added", (name, None), _loc(place).shown, None, _address(place))


def _items(sides: Sides, place: Place, other: Place, name: str) -> None:
    """Compare what is said about the path, for all its operations."""
    old, new = Loc(_loc(place).parts[:-1], _loc(place).shown[:-1]), Loc(_loc(other).parts[:-1], _loc(other).shown[:-1])
    compare_words(sides.changes, (name, None), members(sides.before(old), old), members(sides.after(new), new))


def _table(document: dict[str, Any]) -> dict[Place, Place]:
    """Return path and method of every operation, by what makes it the same operation: parameters may be renamed."""
    return {(_PARAMETER.sub("{}", path), method): (path, method) for path, method, _ in operations(document)}


def _moved(sides: Sides, old: dict[Place, Place], new: dict[Place, Place]) -> dict[Place, Place]:
    """Return the operations that have another address under the same operationId, by their old address."""
    ids: dict[str, Place] = {}
    for key, place in new.items():
        name = sides.new["paths"][place[0]][place[1]].get("operationId")
        if key not in old and name:
            ids[name] = place
    moved: dict[Place, Place] = {}
    for key, place in old.items():
        name = sides.old["paths"][place[0]][place[1]].get("operationId")
        if key not in new and name in ids:
            moved[place] = ids.pop(name)
    return moved


def _loc(place: Place) -> Loc:
    return _ROOT.child("paths", *place)


def _address(place: Place) -> str:
    return f"{place[1].upper()} {place[0]}"


def _name(document: dict[str, Any], place: Place) -> str:
    return str(document["paths"][place[0]][place[1]].get("operationId") or _address(place))


# ------------------------------------------------------------------------------------------------------ components
def _unused(sides: Sides) -> None:
    """Note components that differ though no operation, before or after, leads to them."""
    used = [_used(document) for document in (sides.old, sides.new)]
    home = _ROOT.child("components")
    old, new = sides.before(home) or {}, sides.after(home) or {}
    for section in dict.fromkeys([*old, *new]):
        before, after = old.get(section) or {}, new.get(section) or {}
        if section == "securitySchemes":
            continue
        for name in dict.fromkeys([*before, *after]):
            if any((section, name) in one for one in used) or same(before.get(name), after.get(name)):
                continue
            words = ["present" if name in one else None for one in (before, after)]
            gone = name not in after
            place = home.child(section, name).shown
            sides.changes.add("unused-component-changed", None, place, *words, gone=gone, words=name)


def _used(document: dict[str, Any]) -> set[tuple[str, str]]:
    kept = copy.deepcopy(document)
    try:
        prune(kept)
    except ValueError:  # a reference that leads nowhere; nothing is known to be unused then
        kept = document
    return {(section, name) for section, parts in (kept.get("components") or {}).items() for name in parts}
