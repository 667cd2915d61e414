"""Undo what copying does to a page's characters: entities, tabs, full-width punctuation, smart quotes, bullets.

Each repair is made only where the page shows that it is needed, and is said in a note; text that happens to hold
such characters (a description with a bullet list) stays as it is.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from klingkit_spec.reader.apifox_yaml import START

if TYPE_CHECKING:
    from klingkit_spec.reader.notes import Notes
    from klingkit_spec.reader.page import Page

__all__ = ["BULLETS", "straightened"]

BULLETS = "●○•◦▪■·"
_ENTITY = re.compile(r"&(?:quot|lt|gt|amp|nbsp|apos|#0?3[49]|#x2[27]);", re.IGNORECASE)
_WIDE_START = re.compile(r"^\s*[\"'“‘]?(?:openapi|swagger)[\"'”’]?\s*[:：]\s*[\"'“‘]?[23](?:\.\d+)*[\"'”’]?\s*$")
_WIDE_KEY = re.compile(
    r"^(?P<lead>\s*(?:- )*)(?P<key>[\"'“‘]?[A-Za-z0-9_$./{}\-]+[\"'”’]?)\s*：\s*(?P<value>.*)$", re.ASCII
)
_KEYED = re.compile(r"^(?P<lead>\s*(?:- )*[^\s:：]+:\s+|\s*(?:- )+)(?P<value>[“‘].*[”’])\s*$")
_BULLET = re.compile(rf"^(?P<margin>\s*)[{BULLETS}]\s*(?P<rest>\S.*)$")
_LIST_KEY = re.compile(
    r"^\s*(?:parameters|required|enum|tags|servers|security|x-apifox-orders|oneOf|anyOf|allOf)\s*:\s*$"
)
_QUOTES = str.maketrans("“”‘’", "\"\"''")


def straightened(page: Page, notes: Notes) -> Page:
    """Return the page with its characters repaired; its lines stay where they are."""
    start = next((index for index, line in enumerate(page.lines) if _WIDE_START.match(line)), None)
    if start is not None:
        return _yaml(page, start, notes)
    first = next((index for index, line in enumerate(page.lines) if _ENTITY.search(line)), None)
    if first is None:
        return page
    notes.info(first + 1, "this page holds HTML entities (&quot; and the like); they were turned back into characters")
    return page.rewritten([html.unescape(line).replace("\n", " ") for line in page.lines])


def _yaml(page: Page, start: int, notes: Notes) -> Page:
    lines = list(page.lines)
    if not START.match(lines[start]) or any(re.match(r"^\s*(?:info|paths)\s*：\s*$", line) for line in lines[start:]):
        lines[start:] = [_narrow(line) for line in lines[start:]]
        notes.info(start + 1, "full-width colons and curly quotes were read as the plain ones of YAML")
    tabbed = next((at for at in range(start, len(lines)) if lines[at][:1] == "\t"), None)
    if tabbed is not None and not any(re.match(r" +\t|\t+ ", line) for line in lines[start:]):
        lines[start:] = [_untabbed(line) for line in lines[start:]]
        notes.info(tabbed + 1, "tabs indent this document; each was read as one level")
    bulleted = _first_bullet(lines, start)
    if bulleted is not None:
        lines[start:] = [_BULLET.sub(r"\g<margin>- \g<rest>", line) for line in lines[start:]]
        notes.info(bulleted + 1, "bullets stand for the dashes of this document's lists")
    return page if lines == page.lines else page.rewritten(lines)


def _narrow(line: str) -> str:
    match = _WIDE_KEY.match(line)
    if match is not None:
        line = f"{match['lead']}{match['key'].translate(_QUOTES)}: {match['value']}".rstrip()
    match = _KEYED.match(line)
    return match["lead"] + match["value"].translate(_QUOTES) if match is not None else line.rstrip()


def _untabbed(line: str) -> str:
    body = line.lstrip("\t")
    return "  " * (len(line) - len(body)) + body


def _first_bullet(lines: list[str], start: int) -> int | None:
    """Return where bullets stand for dashes: right under a key that holds a list, in a document without dashes."""
    if any(line.lstrip().startswith("- ") for line in lines[start:]):
        return None
    for at in range(start, len(lines) - 1):
        if _LIST_KEY.match(lines[at]) and _BULLET.match(lines[at + 1]):
            return at + 1
    return None
