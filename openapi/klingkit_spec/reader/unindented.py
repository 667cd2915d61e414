"""OpenAPI YAML whose indentation was lost on the way: rebuild the columns, then read it as YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from klingkit_spec.reader.apifox_yaml import block_of
from klingkit_spec.reader.core_yaml import BrokenYamlError, YamlText, load
from klingkit_spec.reader.nesting import Placed, place
from klingkit_spec.reader.page import Page, RawDocument, locator
from klingkit_spec.reader.tokens import Token, Tokens, closes

if TYPE_CHECKING:
    from klingkit_spec.reader.notes import Notes

__all__ = ["read", "restore"]

_GIVE_UP_AFTER = 25
_NOT_PLAIN = re.compile(r"^[@`%&*!|>\"']|^\{\{|^[-?] |:(?:\s|$)")
_BLOCK_DIGIT = re.compile(r"([|>])([+-]?)[0-9]([+-]?)\s*$")


def read(page: Page, notes: Notes) -> RawDocument:
    """Read the page's OpenAPI block, whose lines all start at the margin.

    Raises:
        PageError: what is left after leaving out unreadable lines is no OpenAPI document.
    """
    first, lines = block_of(page, indented=False)
    parsed = restore(lines, notes, first, page)
    if not isinstance(parsed.value, dict):
        raise page.fault(
            "no OpenAPI document can be rebuilt from this block; check that the page was copied whole.", first
        )
    return RawDocument(parsed.value, locator(parsed.lines, first))


def restore(lines: list[str], notes: Notes, first: int, page: Page) -> YamlText:
    """Return the document in `lines` (which start at page line `first`), read by grammar instead of indentation."""
    tokens = Tokens(lines)
    placed = place(lines)
    _report(placed, tokens, notes, first)
    rebuilt = _indent(tokens, placed)
    for _ in range(_GIVE_UP_AFTER):
        try:
            parsed = load("\n".join(rebuilt))
        except BrokenYamlError as fault:
            index = _blamed(rebuilt, fault.line - 1)
            notes.warn(first + index, f"this line cannot be read ({fault.problem}): {_shorten(rebuilt[index])}")
            rebuilt[index] = ""
        else:
            for line, key in parsed.doubled:
                notes.warn(first + line - 1, f"'{key}' stands twice here; the last one is kept")
            return parsed
    raise page.fault("too many lines of this OpenAPI block cannot be read; copy the page again.", first)


def _report(placed: Placed, tokens: Tokens, notes: Notes, first: int) -> None:
    for index, column in sorted(placed.columns.items()):
        if column is None and tokens.lines[index]:
            notes.warn(first + index, f"this line fits nowhere in the document: {_shorten(tokens.lines[index])}")
    for index in placed.ambiguous:
        notes.warn(
            first + index,
            "without indentation this line fits in two places, the inner one was taken: "
            f"{_shorten(tokens.lines[index])}",
        )
    for index in placed.near:
        notes.info(
            first + index,
            "without indentation this line could also stand one level off, the usual place was taken: "
            f"{_shorten(tokens.lines[index])}",
        )
    for index in placed.hinted:
        notes.info(
            first + index,
            "no schema says how this example nests; the usual envelope (code, message, request_id, data) was taken",
        )


def _indent(tokens: Tokens, placed: Placed) -> list[str]:
    rebuilt = [""] * len(tokens)
    for index, column in placed.columns.items():
        line = tokens.lines[index]
        if column is None or not line:
            continue
        token = tokens.at(index)
        if token.form != "text":
            line = _as_yaml(_BLOCK_DIGIT.sub(r"\1\2\3", line), token)
        rebuilt[index] = " " * column + line
        for extra in range(index + 1, index + token.span):
            if extra not in placed.columns:
                rebuilt[extra] = " " * (column + 2) + tokens.lines[extra]
    return rebuilt


def _as_yaml(line: str, token: Token) -> str:
    """Quote a value that reads as text but is no plain scalar of YAML (a colon that was full-width once)."""
    while token.form == "item" and token.rest is not None:
        token = token.rest
    if token.span > 1 or token.value in {"empty", "block"} or not _NOT_PLAIN.search(token.text):
        return line
    if token.value == "quoted" and closes(token.text):
        return line
    if token.value in {"map", "seq"} and not token.text.startswith("{{"):
        return line
    return line[: len(line) - len(token.text)] + "'" + token.text.replace("'", "''") + "'"


def _blamed(lines: list[str], index: int) -> int:
    index = min(index, len(lines) - 1)
    while index > 0 and not lines[index].strip():
        index -= 1
    return index


def _shorten(line: str) -> str:
    line = line.strip()
    return line if len(line) <= 60 else line[:57] + "..."
