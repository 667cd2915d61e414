"""A part of the official document, as edited, against what is committed of the same part."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from klingkit_spec.diff.inputs import DiffInputError, Given, from_file, part_from_file
from klingkit_spec.merge import OFFICIAL
from klingkit_spec.relay_document import METHODS
from klingkit_spec.source_marks import SOURCE, without_sources

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["part_against_extracted"]

_OF_THE_WHOLE = ("openapi", "info", "servers", "security", "jsonSchemaDialect")
"""What the main file says for all parts."""


def part_against_extracted(part: Path, home: Path) -> tuple[Given, Given]:
    """Return what is committed of the files whose operations or components `part` has, and the part itself.

    `part` may be one file of ``sources/official/``, several in one, or the whole. What it leaves to other files
    (shared components, servers) is the same on both sides.

    Raises:
        DiffInputError: there is no document in `part`, nothing in it belongs to the official one, or ``extracted/``
            lacks that.
    """
    name = f"extracted/{OFFICIAL}.openapi.yaml"
    known = from_file(home / name)
    new = part_from_file(part)
    files = _files(known.document, new.document)
    if not files:
        raise DiffInputError(
            f"{part} shares no operation and no component with {name}; a relay's page needs the relay's --relay ID."
        )
    old, rest = _split(known.document, files)
    whole = {key: rest[key] for key in _OF_THE_WHOLE if key in rest}
    before = {**whole, **without_sources(old)}
    after = {**whole, **without_sources(new.document)}
    shared = without_sources(rest.get("components", {}))
    for document in (before, after):
        document.setdefault("paths", {})
        document["components"] = _joined(shared, document.get("components") or {})
    return Given(before, name, known.text, known.file), Given(after, new.shown, new.text, new.file)


def _files(known: dict[str, Any], part: dict[str, Any]) -> set[str]:
    """Return the files from which the operations and components of `part` were joined."""
    files = {_file(value) for place, value in _pieces(known) if _lookup(part, place) is not None}
    return {file for file in files if file}


def _pieces(document: dict[str, Any]) -> list[tuple[tuple[str, ...], Any]]:
    """Return everything of a document that belongs to one file: operations and components."""
    found: list[tuple[tuple[str, ...], Any]] = []
    for path, item in document.get("paths", {}).items():
        found.extend((("paths", path, method), item[method]) for method in METHODS if method in item)
    for section, parts in document.get("components", {}).items():
        found.extend((("components", section, name), value) for name, value in parts.items())
    return found


def _file(value: Any) -> str:
    return str(value.get(SOURCE, {}).get("page", "")) if isinstance(value, dict) else ""


def _lookup(document: dict[str, Any], place: tuple[str, ...]) -> Any:
    node: Any = document
    for step in place:
        node = node.get(step) if isinstance(node, dict) else None
    return node


def _split(known: dict[str, Any], files: set[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what of the committed document is from these files, and the rest of it."""
    inside: dict[str, Any] = {"paths": {}, "components": {}}
    rest = copy.deepcopy(known)
    for (first, second, third), value in _pieces(known):
        if _file(value) in files:
            inside[first].setdefault(second, {})[third] = value
            del rest[first][second][third]
    tags = [tag for tag in known.get("tags", ()) if _file(tag) in files]
    if tags:
        inside["tags"] = tags
    for key, mark in known.get(SOURCE, {}).get("keywords", {}).items():
        if mark.get("page") in files:
            inside[key] = known[key]
    if known.get(SOURCE, {}).get("page") in files:
        inside |= {key: known[key] for key in _OF_THE_WHOLE if key in known}
    return inside, rest


def _joined(shared: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    return {name: {**shared.get(name, {}), **own.get(name, {})} for name in dict.fromkeys([*shared, *own])}
