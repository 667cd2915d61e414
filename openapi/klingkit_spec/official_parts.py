"""The official document out of its parts: one file describes the API as a whole, each other file some of its paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec import yamlio
from klingkit_spec.errors import SpecError
from klingkit_spec.lines import Lines
from klingkit_spec.relay_document import METHODS
from klingkit_spec.source_marks import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["MAIN_FILE", "PartError", "join"]

MAIN_FILE = "kling.openapi.yaml"
_SECTIONS = ("paths", "components", "tags")
_TABLES = "x-"


class PartError(SpecError):
    """A part of the official document that does not fit the others."""


def join(folder: Path, names: Sequence[str], *, shown: str, sources: bool = False) -> dict[str, Any]:
    """Return the document that the files `names` in `folder` make together, the main file first.

    A part adds operations, components, tags and ``x-`` tables. What two parts define is refused: neither file would
    be wrong by itself, and no order between them means anything.

    Args:
        folder: where the files are.
        names: the files; one of them is `MAIN_FILE`.
        shown: the folder as errors call it.
        sources: whether every operation, component, tag and table says in ``x-source`` which line of which file it is.

    Raises:
        PartError: the main file is missing, a part holds something else, or two parts define the same thing.
        SpecError: a file cannot be read.
    """
    if MAIN_FILE not in names:
        raise PartError(f"{shown}/{MAIN_FILE} is missing; it holds what concerns the API as a whole.")
    document: dict[str, Any] = {}
    owners: dict[tuple[str, ...], str] = {}
    for name in sorted(names, key=lambda name: name != MAIN_FILE):
        part = yamlio.load_yaml(folder / name, shown=f"{shown}/{name}")
        lines = Lines((folder / name).read_text(encoding="utf-8")) if sources else None
        if name == MAIN_FILE:
            document = {key: value for key, value in part.items() if key not in _SECTIONS and not _is_table(key)}
            document |= {"tags": [], "paths": {}, "components": {}}
            document = _sourced(document, name, None if lines is None else 1)
        else:
            _refuse_other_keys(part, f"{shown}/{name}")
        for place, value in _pieces(part, f"{shown}/{name}"):
            if place in owners:
                raise PartError(
                    f"{shown}: {' '.join(place)} stands in {owners[place]} and in {name}; keep it in one of the two."
                )
            owners[place] = name
            line = None if lines is None else _line(lines, place, part)
            if line is not None and _is_table(place[0]):
                document[SOURCE].setdefault("keywords", {})[place[0]] = _source(name, line)
                line = None
            _put(document, place, _sourced(value, name, line))
    tables = {key: document.pop(key) for key in list(document) if _is_table(key)}
    return {**document, **tables}


def _is_table(key: str) -> bool:
    return key.startswith(_TABLES)


def _refuse_other_keys(part: dict[str, Any], shown: str) -> None:
    for key in part:
        if key not in _SECTIONS and not _is_table(key):
            raise PartError(
                f"{shown} has a key {key!r}; a part has only {', '.join(_SECTIONS)} and x- tables, "
                f"everything else is said once, in {MAIN_FILE}."
            )


def _pieces(part: dict[str, Any], shown: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield everything a part defines, with the place that two parts must not share."""
    for tag in part.get("tags", ()):
        yield ("tags", str(tag.get("name", ""))), tag
    for path, item in _mapping(part, "paths", shown).items():
        for key, value in item.items():
            if key not in METHODS:
                raise PartError(f"{shown}: {path} has a key {key!r}; say it in each of its operations.")
            yield ("paths", path, key), value
    for section, members in _mapping(part, "components", shown).items():
        for name, value in members.items():
            yield ("components", section, name), value
    for key, value in part.items():
        if _is_table(key):
            yield (key,), value


def _mapping(part: dict[str, Any], key: str, shown: str) -> dict[str, dict[str, Any]]:
    found = part.get(key) or {}
    if not isinstance(found, dict) or not all(isinstance(value, dict) for value in found.values()):
        raise PartError(f"{shown}: {key} is no mapping of mappings.")
    return found


def _line(lines: Lines, place: tuple[str, ...], part: dict[str, Any]) -> int | None:
    if place[0] == "tags":
        position = next(index for index, tag in enumerate(part["tags"]) if str(tag.get("name", "")) == place[1])
        place = ("tags", str(position))
    return lines.line(place)


def _sourced(value: Any, name: str, line: int | None) -> Any:
    if line is None or not isinstance(value, dict):
        return value
    return {**value, SOURCE: _source(name, line)}


def _source(name: str, line: int) -> dict[str, Any]:
    return {"page": name, "line": line, "from": "schema"}


def _put(document: dict[str, Any], place: tuple[str, ...], value: Any) -> None:
    if place[0] == "tags":
        document["tags"].append(value)
        return
    node = document
    for key in place[:-1]:
        node = node.setdefault(key, {})
    node[place[-1]] = value
