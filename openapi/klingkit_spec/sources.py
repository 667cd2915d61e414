"""Vendor pages into one document per relay: every page is read, and what they say is put side by side.

A relay's folder under ``sources/`` holds its pages, ``provenance.toml`` with a ``[[file]]`` for each of them, and
perhaps ``claims.yaml``: operations that the vendor lists without describing them. A page that nobody has seen at this
relay (a relay may republish the pages of its software) says ``evidence = "claimed"`` in its ``[[file]]``. The official
folder holds the parts of one OpenAPI document instead of pages.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec import official_parts, yamlio
from klingkit_spec.document import PAGE, normalised
from klingkit_spec.errors import SpecError
from klingkit_spec.merge import OFFICIAL, Claim
from klingkit_spec.reader import Note, read_file
from klingkit_spec.relay_document import operations
from klingkit_spec.source_marks import SOURCE, without_sources

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CLAIMS", "OFFICIAL_FILE", "Extraction", "SourceError", "addresses", "extract", "of_one_page"]

OFFICIAL_FILE = official_parts.MAIN_FILE
CLAIMS = "claims.yaml"
_PROVENANCE = "provenance.toml"
_CLAIM_KEYS = {"order", "title", "method", "path", "operation", "shared", "evidence", "note", "duplicate_of"}
_EVIDENCE = ("documented", "claimed")


class SourceError(SpecError):
    """A relay's folder of pages that is not in order."""


@dataclass(frozen=True)
class Extraction:
    """What a relay's pages say together, with ``x-source`` in every part; `notes` are (page, note), in page order.

    `unseen` are the pages that are taken to be the relay's without having been seen there.
    """

    document: dict[str, Any]
    notes: tuple[tuple[str, Note], ...] = ()
    claims: tuple[Claim, ...] = ()
    unseen: frozenset[str] = frozenset()


def extract(sources: Path, relay: str, entry: Mapping[str, Any], ids: Mapping[tuple[str, str], str]) -> Extraction:
    """Read every page of `relay`; `ids` are the operations of the one spec by path and method, empty when they do not
    matter.

    Raises:
        PageError: a page cannot be read at all.
        PartError: the parts of the official document do not fit together.
        SourceError: pages and provenance do not fit, or two pages say different things of one operation.
    """
    folder = sources / relay
    tables = _listed(folder, relay)
    pages = list(tables)
    if relay == OFFICIAL:
        return Extraction(official_parts.join(folder, pages, shown=f"sources/{relay}", sources=True))
    document = _empty(entry)
    notes: list[tuple[str, Note]] = []
    for page in pages:
        if page != CLAIMS:
            shown = f"sources/{relay}/{page}"
            reading = read_file(folder / page, name=shown, relay=relay, sources=True)
            notes.extend((page, note) for note in reading.notes)
            _add(document, reading.document, page, shown)
    claims = _claims(folder, relay, entry, ids) if CLAIMS in pages else ()
    unseen = frozenset(page for page, table in tables.items() if table.get("evidence") == "claimed")
    return Extraction(_filled(document), tuple(notes), claims, unseen)


def of_one_page(entry: Mapping[str, Any], page_document: dict[str, Any], page: str) -> dict[str, Any]:
    """Return what `extract` would make of one page alone; `page` is its name."""
    document = _empty(entry)
    _add(document, page_document, page, page)
    return _filled(document)


def addresses(
    sources: Path, relay: str, document: Mapping[str, Any], entry: Mapping[str, Any]
) -> dict[tuple[str, str], str]:
    """Return the address of the page that documents each operation of a relay's `document`, by path and method."""
    tables = yamlio.load_toml(sources / relay / _PROVENANCE, shown=f"sources/{relay}/{_PROVENANCE}")
    pages = {str(table.get("name", "")): str(table.get("address", "")).partition(" ")[0] for table in tables["file"]}
    return {
        (normalised(path, entry["path_prefix"]), method): pages[node[PAGE]]
        for path, method, node in operations(document)
        if pages.get(node.get(PAGE, ""), "").startswith("https://")
    }


def _filled(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value != []}


def _listed(folder: Path, relay: str) -> dict[str, Mapping[str, Any]]:
    """Return the entries of provenance.toml by file, in its order, after holding it against the folder."""
    shown = f"sources/{relay}/{_PROVENANCE}"
    tables = yamlio.load_toml(folder / _PROVENANCE, shown=shown).get("file", ())
    names = [str(table.get("name", "")) for table in tables]
    present = {file.name for file in folder.iterdir() if not file.name.startswith(".")} - {_PROVENANCE}
    for name in names:
        if name not in present:
            raise SourceError(f"{shown} lists {name!r}, which is not there; restore the page or delete its entry.")
    for name in sorted(present):
        if name not in names:
            raise SourceError(f"sources/{relay}/{name} has no [[file]] in {shown}; say where it comes from.")
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise SourceError(f"{shown} lists {doubled!r} twice; delete one entry.")
    for name, table in zip(names, tables, strict=True):
        if table.get("evidence", _EVIDENCE[0]) not in _EVIDENCE:
            raise SourceError(f"{shown}: the evidence of {name!r} is one of {', '.join(_EVIDENCE)}.")
    return dict(zip(names, tables, strict=True))


def _empty(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Kling at {entry['title']}, as its pages say", "version": "1"},
        "servers": [],
        "tags": [],
        "paths": {},
        "components": {},
    }


def _add(document: dict[str, Any], page_document: dict[str, Any], page: str, shown: str) -> None:
    """Put what one page says into `document`, in place."""
    for key in ("servers", "tags"):
        known = without_sources(document[key])
        document[key].extend(
            _of(page, item) for item in page_document.get(key, ()) if without_sources(item) not in known
        )
    for section, parts in page_document.get("components", {}).items():
        home = document["components"].setdefault(section, {})
        for name, part in parts.items():
            _once(home, name, _of(page, part), f"{shown}: the component {section}/{name}")
    for path, method, operation in operations(page_document):
        operation = {**copy.deepcopy(operation), PAGE: page}
        if "security" in page_document:  # what a page says for all its operations must not spread to other pages
            operation.setdefault("security", page_document["security"])
        item = document["paths"].setdefault(path, {})
        if method in item:
            raise SourceError(
                f"{shown}: {method.upper()} {path} is on the page {item[method][PAGE]!r} as well; keep one of the two."
            )
        item[method] = operation


def _of(page: str, part: Any) -> Any:
    """Return a part that stands beside those of other pages, with the page it is from."""
    if not isinstance(part, dict) or SOURCE not in part:
        return part
    return {**part, SOURCE: {"page": page, **part[SOURCE]}}


def _once(home: dict[str, Any], name: str, part: Any, what: str) -> None:
    known = home.setdefault(name, part)
    if _words(without_sources(known)) != _words(without_sources(part)):
        raise SourceError(f"{what} is defined otherwise on another page; rename it on one of them.")


def _words(part: Any) -> Any:
    return {key: value for key, value in part.items() if key != "description"} if isinstance(part, dict) else part


def _claims(
    folder: Path, relay: str, entry: Mapping[str, Any], ids: Mapping[tuple[str, str], str]
) -> tuple[Claim, ...]:
    shown = f"sources/{relay}/{CLAIMS}"
    claims = yamlio.load_yaml(folder / CLAIMS, shown=shown).get("operations")
    if not isinstance(claims, list) or not all(isinstance(claim, dict) for claim in claims):
        raise SourceError(f"{shown} needs a list 'operations'.")
    return tuple(_claim(claim, shown, entry["path_prefix"], ids) for claim in claims)


def _claim(claim: Mapping[str, Any], shown: str, prefix: str, ids: Mapping[tuple[str, str], str]) -> Claim:
    wrong = sorted({"title", "method", "path"} - claim.keys()) or sorted(claim.keys() - _CLAIM_KEYS)
    if wrong:
        raise SourceError(f"{shown}: the key {wrong[0]!r} is missing from, or unknown in, the claim {dict(claim)!r}.")
    title, method, path, shared = claim["title"], claim["method"], claim["path"], claim.get("shared", False)
    if not isinstance(title, str) or not isinstance(method, str | None) or not isinstance(path, str | None):
        raise SourceError(
            f"{shown}: title, method and path are texts in the claim {dict(claim)!r}; method and path may be null."
        )
    if not isinstance(shared, bool):
        raise SourceError(f"{shown}: shared is true or false in the claim {dict(claim)!r}.")
    method = None if method is None else method.lower()
    path = None if path is None else normalised(path, prefix)
    operation = claim.get("operation")
    if operation is None and path is not None and method is not None:
        operation = ids.get((path, method))
    elif operation is not None and ids and operation not in ids.values():
        raise SourceError(f"{shown}: the one spec has no operation {operation!r}; see the claim {dict(claim)!r}.")
    return Claim(title, method, path, operation, shared)
