"""OpenAPI YAML inside page text, indentation intact: cut it out and load it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from klingkit_spec.reader.core_yaml import BrokenYamlError, load
from klingkit_spec.reader.page import Page, RawDocument, locator

if TYPE_CHECKING:
    from klingkit_spec.reader.notes import Notes

__all__ = ["START", "block_of", "read"]

START = re.compile(r"""^(?P<indent>\s*)["']?(?:openapi|swagger)["']?\s*:\s*["']?[23](?:\.\d+)*["']?\s*$""")
_TOP_KEY = re.compile(r"""^(?:["']?[A-Za-z$][\w$.-]*["']?\s*:(?:\s|$)|- |-$|#|$)""")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_FURNITURE = re.compile(r"^(?:修改于|上一页|下一页|Built with|Previous|Next|Powered by|Last (?:modified|updated))")


def block_of(page: Page, *, indented: bool) -> tuple[int, list[str]]:
    """Return the 1-based first line of the page's OpenAPI block, and its lines.

    Text after the block (footers) is left out: with indentation, the first line at the margin that is no key ends
    it; without, the lines after the last key or list item.
    """
    start = next(index for index, line in enumerate(page.lines) if START.match(line))
    match = START.match(page.lines[start])
    margin = len(match["indent"]) if match else 0
    lines = page.lines[start:]
    fence = next((index for index, line in enumerate(lines) if _FENCE.match(line)), len(lines))
    lines = [line[margin:] if line[:margin].isspace() else line for line in lines[:fence]]
    end = _end_indented(lines) if indented else _end_unindented(lines)
    return start + 1, lines[:end]


def _end_indented(lines: list[str]) -> int:
    for index, line in enumerate(lines):
        if not _TOP_KEY.match(line) and not line[:1].isspace():
            return index
    return len(lines)


def _end_unindented(lines: list[str]) -> int:
    last_key = 0
    for index, line in enumerate(lines):
        text = line.strip()
        if index and _FURNITURE.match(text):
            return index
        if _TOP_KEY.match(text) or text.startswith(("'", '"', "/")):
            last_key = index if text else last_key
        elif lines[last_key].rstrip().endswith(("|", ">", "|-", ">-", "|+", ">+")) or _quote_open(lines[last_key]):
            continue
    tail = last_key + 1
    if lines[last_key].rstrip().endswith(("|", ">", "|-", ">-", "|+", ">+")) or _quote_open(lines[last_key]):
        return len(lines)
    return tail


def _quote_open(line: str) -> bool:
    value = line.partition(": ")[2].strip()
    return len(value) > 0 and value[0] in "\"'" and (len(value) == 1 or value[-1] != value[0])


def read(page: Page, notes: Notes) -> RawDocument:
    """Read the page's OpenAPI block; broken indentation is rebuilt and said.

    Raises:
        PageError: the block is no OpenAPI document.
    """
    from klingkit_spec.reader import unindented  # the two shapes share the cutting

    first, lines = block_of(page, indented=True)
    try:
        parsed = load("\n".join(lines))
    except BrokenYamlError as fault:
        line = min(first + fault.line - 1, len(page.lines))
        notes.warn(line, f"the YAML breaks here ({fault.problem}); nesting was rebuilt from the grammar")
        return unindented.read(page, notes)
    if not isinstance(parsed.value, dict):
        raise page.fault("the OpenAPI block that starts here is not a mapping; copy the page again.", first)
    for line, key in parsed.doubled:
        notes.warn(first + line - 1, f"'{key}' stands twice here; the last one is kept")
    return RawDocument(parsed.value, locator(parsed.lines, first))
