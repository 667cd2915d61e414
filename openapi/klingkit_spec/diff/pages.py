"""A vendor's page of today against what was read from the relay's pages before."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from klingkit_spec.diff.inputs import Given, from_file
from klingkit_spec.diff.parts import part_against_extracted
from klingkit_spec.document import PAGE, normalised
from klingkit_spec.merge import OFFICIAL
from klingkit_spec.reader import Note, read_file
from klingkit_spec.relay_document import METHODS, operations, prune
from klingkit_spec.source_marks import without_sources
from klingkit_spec.sources import of_one_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["page_against_extracted"]

_OF_ALL_PAGES = ("info", "tags")  # put together from all pages of a relay: no single page can be held against them


def page_against_extracted(
    page: Path, home: Path, relay: str, entry: Mapping[str, Any]
) -> tuple[Given, Given, tuple[Note, ...]]:
    """Return what is committed of the operations on `page`, what the page says now, and what the reader noted.

    Of the committed document every operation counts that was read from the same page as one on `page`: what the page
    no longer has is gone. Fixes are not applied, on either side.

    Raises:
        PageError: the page cannot be read.
        DiffInputError: `extracted/` lacks the relay's document.
    """
    if relay == OFFICIAL:  # no page, but a document of ours, which the build does not put through the reader either
        return *part_against_extracted(page, home), ()
    known = from_file(home / "extracted" / f"{relay}.openapi.yaml")
    reading = read_file(page, relay=relay)
    new = of_one_page(entry, reading.document, page.name)
    old = _of_same_pages(without_sources(known.document), new, entry["path_prefix"])
    _align(old, new)
    shown = f"extracted/{relay}.openapi.yaml"
    return Given(old, shown, known.text, known.file), Given(new, str(page), file=page), reading.notes


def _of_same_pages(known: dict[str, Any], new: dict[str, Any], prefix: str) -> dict[str, Any]:
    places = {(normalised(path, prefix), method) for path, method, _ in operations(new)}
    pages = {node.get(PAGE) for path, method, node in operations(known) if (normalised(path, prefix), method) in places}
    old = copy.deepcopy(known)
    for item in old["paths"].values():
        for method in METHODS:
            if isinstance(item.get(method), dict) and item[method].get(PAGE) not in pages:
                del item[method]
    return old


def _align(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Take out of both documents what says nothing about this page."""
    for document in (old, new):
        prune(document)
        for key in _OF_ALL_PAGES:
            document.pop(key, None)
    schemes = [document.get("components", {}).get("securitySchemes", {}) for document in (old, new)]
    for name in schemes[0].keys() & schemes[1].keys():  # each page words them, the first one counts
        for scheme in schemes:
            scheme[name].pop("description", None)
    ours, theirs = old.get("servers", []), new.get("servers", [])
    common = [server for server in ours if server in theirs]
    if not theirs:  # a page without an address does not move the relay
        new["servers"] = ours
    elif common:
        old["servers"] = common
