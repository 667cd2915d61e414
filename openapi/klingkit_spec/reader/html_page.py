"""Saved HTML: its OpenAPI document where a script holds one, else its text with tables, lists and samples kept."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

from selectolax.lexbor import LexborHTMLParser

from klingkit_spec.reader.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_spec.reader.page import Page

__all__ = ["as_text", "is_html"]

_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*)*(?:<!doctype html|<html[\s>]|<\?xml|<(?:body|head|table|div|main|article)[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_DOCUMENT = re.compile(r'"(?:openapi|swagger)"\s*:\s*"[23]')
_IN_STRING = re.compile(r'\\"(?:openapi|swagger)\\"\s*:\s*\\"[23]')
_IN_ENTITIES = re.compile(r"&quot;(?:openapi|swagger)&quot;\s*:\s*&quot;[23]")
_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])")
_LINE = "data-klingkit-line"
_DEEPEST = 150

_SKIPPED = frozenset(words("script style noscript template nav footer aside svg head button select input iframe"))
_INLINE = frozenset(
    words("a abbr b bdi br code em i kbd label mark q s samp small span strong sub sup time u var wbr font del ins")
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def is_html(page: Page) -> bool:
    """Say whether the page is HTML source."""
    return _HTML.match(page.text) is not None


def as_text(page: Page) -> Page:
    """Return the page to read instead: the same one where a script holds a document, else the page's text."""
    if _DOCUMENT.search(page.text):
        return page
    if _IN_ENTITIES.search(page.text):
        return page.rewritten([html.unescape(line).replace("\n", " ") for line in page.lines])
    escaped = _IN_STRING.search(page.text)
    if escaped is not None:
        document = _string_around(page.text, escaped.start())
        if document is not None:
            lines = document.split("\n")
            return page.rewritten(lines, [page.line_at(escaped.start())] * len(lines))
    tree = LexborHTMLParser(_numbered(page))
    root = tree.body or tree.root
    written = list(_Writer().block(root, 0, 1)) if root is not None else []
    return page.rewritten([text for text, _ in written] or [""], [line for _, line in written] or [1])


def _string_around(text: str, at: int) -> str | None:
    """Return the value of the JavaScript string literal that holds offset `at`."""
    start = at
    while True:
        start = text.rfind('"', 0, start)
        if start < 0:
            return None
        if text[start - 1 : start] != "\\":
            break
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (json.JSONDecodeError, RecursionError):
        return None
    return value if isinstance(value, str) else None


def _numbered(page: Page) -> str:
    """Return the HTML with the line of every tag written into it: the parser itself keeps no positions."""
    return "\n".join(_TAG.sub(rf'<\1 {_LINE}="{number}"', line) for number, line in enumerate(page.lines, start=1))


def _line_of(node: Any, otherwise: int) -> int:
    number = (node.attributes or {}).get(_LINE) or ""
    return int(number) if number.isdigit() else otherwise


class _Writer:
    """Writes nodes as (text, line): tables as Markdown rows, headings behind ``#``, samples between fences."""

    def block(self, node: Any, depth: int, line: int) -> Iterator[tuple[str, int]]:
        """Write what a block element holds."""
        line = _line_of(node, line)
        gathered: list[str] = []
        began, last = line, ""
        for child in node.iter(include_text=True):
            tag = child.tag or ""
            if tag == "-text" or (tag in _INLINE and not _holds_block(child)):
                text = _inline(child)
                if not gathered:
                    began = _line_of(child, line) if tag != "-text" else line
                if gathered and tag != "-text" and last != "-text" and not gathered[-1].endswith("\n"):
                    gathered.append(" ")  # chips side by side are words of their own
                gathered.append(text)
                last = tag
                continue
            yield from _lines(gathered, began)
            gathered, last = [], ""
            if tag not in _SKIPPED and not tag.startswith("-") and depth < _DEEPEST:
                yield from self._element(child, tag, depth + 1, _line_of(child, line))
        yield from _lines(gathered, began)

    def _element(self, node: Any, tag: str, depth: int, line: int) -> Iterator[tuple[str, int]]:
        if tag == "table":
            yield from self._table(node, line)
        elif tag in {"pre", "textarea"}:
            yield "```", line
            for number, text in enumerate(_code(node).strip("\n").split("\n")):
                yield text, line + number
            yield "```", line
        elif tag in _HEADINGS:
            text = " ".join(_inline(node).split())
            if text:
                yield f"{'#' * _HEADINGS[tag]} {text}", line
        else:
            yield from self.block(node, depth, line)

    def _table(self, node: Any, line: int) -> Iterator[tuple[str, int]]:
        for number, row in enumerate(node.css("tr")):
            cells = [" ".join(_cell(cell).split(" ")) for cell in row.css("th, td")]
            at = _line_of(row, line)
            if cells:
                yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |", at
            if cells and number == 0:
                yield "|" + " --- |" * len(cells), at
        yield "", line


def _holds_block(node: Any) -> bool:
    return node.css_first("div, p, table, pre, ul, ol, dl, h1, h2, h3, h4, h5, h6, section") is not None


def _lines(gathered: list[str], line: int) -> Iterator[tuple[str, int]]:
    for text in "".join(gathered).split("\n"):
        text = " ".join(text.split())
        if text:
            yield text, line


def _inline(node: Any) -> str:
    """Return the text of an inline node; its line breaks are those of ``<br>``."""
    tag = node.tag or ""
    if tag == "-text":
        return " ".join(node.text_content.replace("\u00a0", "\u3000").split(" ")).replace("\n", " ")
    if tag == "br":
        return "\n"
    if tag in _SKIPPED:
        return ""
    pieces: list[str] = []
    last = "-text"
    for child in node.iter(include_text=True):
        if pieces and last != "-text" and child.tag not in {"-text", "br"}:
            pieces.append(" ")
        pieces.append(_inline(child))
        last = child.tag or ""
    return "".join(pieces)


def _cell(node: Any) -> str:
    """Return a cell on one line: breaks and list items are parted by ``<br>``, as Markdown does it."""
    text = re.sub(r"[ \t]*\n[ \t]*", "<br>", "\n".join(_cell_pieces(node)).strip(" \t\n"))
    return re.sub(r"(?:<br>)+", "<br>", text)


def _cell_pieces(node: Any) -> Iterator[str]:
    gathered: list[str] = []
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text" or tag in _INLINE:
            gathered.append(_inline(child))
            continue
        yield "".join(gathered)
        gathered = []
        if tag not in _SKIPPED:
            yield from _cell_pieces(child)
    yield "".join(gathered)


def _code(node: Any) -> str:
    text: str = node.text(deep=True, separator="")
    return text
