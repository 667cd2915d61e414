"""OpenAPI JSON inside page text: find the object, decode it, find its lines again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_spec.reader.json_lines import offsets
from klingkit_spec.reader.json_text import BrokenJsonError, doubled_keys, find_document
from klingkit_spec.reader.page import Locate, Page, RawDocument

if TYPE_CHECKING:
    from klingkit_spec.reader.core_yaml import Pointer
    from klingkit_spec.reader.notes import Notes

__all__ = ["read", "seek"]


def read(page: Page, notes: Notes) -> RawDocument:
    """Read the OpenAPI object that the page's text holds.

    Raises:
        PageError: the object does not end, or is no JSON.
    """
    try:
        found = find_document(page.text)
    except BrokenJsonError as fault:
        line = page.line_at(fault.offset)
        raise page.fault(
            f"the OpenAPI JSON of this page breaks off here ({fault.problem}); copy the page whole.", line
        ) from fault
    if found is None:
        raise page.fault("the page's OpenAPI JSON cannot be found; copy the page whole.")
    document, offset = found
    for key in doubled_keys(page.text, offset):
        notes.warn(page.line_at(offset), f"'{key}' stands twice in an object of this JSON; the last one is kept")
    return RawDocument(document, seek(page, offset))


def seek(page: Page, offset: int) -> Locate:
    """Return a locator over the JSON that starts at `offset`; the text is gone through once, when first asked."""
    known: dict[Pointer, int] = {}

    def locate(pointer: Pointer) -> int:
        if not known:
            known.update(offsets(page.text, offset))
        for length in range(len(pointer), -1, -1):
            at = known.get(pointer[:length])
            if at is not None:
                return page.line_at(at)
        return page.line_at(offset)

    return locate
