"""Lines of YAML without their indentation, one token each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

__all__ = ["Token", "Tokens", "closes"]

Form = Literal["key", "item", "text", "blank", "comment"]
Value = Literal["empty", "plain", "quoted", "map", "seq", "block"]

_KEY = re.compile(
    r"""(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[\]{},#&*!|>%@`?:-][^#]*?|[-?:][^\s:][^#]*?)\s*:(?:\s+(?P<rest>.*))?$"""
)
_BLOCK = re.compile(r"[|>](?:[0-9]?[+-]?|[+-][0-9])\s*$")
_LONGEST_SCALAR = 200
_MOST_DASHES = 12


@dataclass(frozen=True)
class Token:
    """One logical line: what it is, its key, what its value looks like, and how many page lines it takes."""

    form: Form
    key: str = ""
    value: Value = "empty"
    text: str = ""
    rest: Token | None = None
    span: int = 1


class Tokens:
    """Reads tokens at any line; a scalar left open by its quote or bracket takes the lines that close it."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = [line.strip() for line in lines]
        self._known: dict[int, Token] = {}

    def __len__(self) -> int:
        return len(self.lines)

    def at(self, index: int) -> Token:
        """Return the token that starts at the line with 0-based `index`; behind the last line all is blank."""
        if index >= len(self.lines):
            return Token("blank")
        if index not in self._known:
            self._known[index] = self._read(self.lines[index], index)
        return self._known[index]

    def _read(self, line: str, index: int, nested: int = 0) -> Token:
        if line and line[0] != "-" and not nested:
            alone = _alone(line)
            if alone is not None:
                return alone
        if not line:
            return Token("blank")
        if line.startswith("#"):
            return Token("comment", text=line)
        if (line == "-" or line.startswith("- ")) and nested < _MOST_DASHES:
            rest = self._read(line[1:].strip(), index, nested + 1) if line != "-" else Token("blank")
            if rest.form == "comment":
                rest = Token("blank")
            return Token("item", rest=rest, span=rest.span)
        match = _KEY.match(line)
        if match and ": " not in _unquoted_key(match["key"]):
            value, span = self._value(match["rest"] or "", index)
            return Token("key", key=_name(match["key"]), value=value, text=(match["rest"] or "").strip(), span=span)
        value, span = self._value(line, index)
        return Token("text", value=value, text=line, span=span)

    def _value(self, text: str, index: int) -> tuple[Value, int]:
        text = text.strip()
        if not text or text.startswith("#"):
            return "empty", 1
        if _BLOCK.match(text):
            return "block", 1
        if text[0] in "\"'":
            return "quoted", self._span(text, index, closes)
        if text[0] in "{[":
            value: Value = "map" if text[0] == "{" else "seq"
            return value, self._span(text, index, _brackets_closed)
        return "plain", 1

    def _span(self, text: str, index: int, closed: object) -> int:
        assert callable(closed)
        gathered = text
        for count in range(1, min(_LONGEST_SCALAR, len(self.lines) - index) + 1):
            if closed(gathered):
                return count
            if index + count < len(self.lines):
                gathered += "\n" + self.lines[index + count]
        return 1


@lru_cache(maxsize=20_000)
def _alone(line: str) -> Token | None:
    """Return the token of a line that no other line can change: a key with nothing or plain text behind it.

    Pages repeat such lines over and over.
    """
    match = _KEY.match(line) if line[0] != "#" else None
    if match is None or ": " in _unquoted_key(match["key"]):
        return None
    text = (match["rest"] or "").strip()
    if text and (text[0] in "\"'{[" or _BLOCK.match(text)):
        return None
    value: Value = "plain" if text and text[0] != "#" else "empty"
    return Token("key", key=_name(match["key"]), value=value, text=text)


def _unquoted_key(key: str) -> str:
    return "" if key[0] in "\"'" else key


def _name(key: str) -> str:
    if key[0] == "'":
        return key[1:-1].replace("''", "'")
    return key[1:-1] if key[0] == '"' else key


def closes(text: str) -> bool:
    """Say whether a text that starts with a quote is one quoted scalar."""
    if text[0] == "'":
        return re.fullmatch(r"'(?:[^']|'')*'\s*(?:#.*)?", text) is not None
    return re.fullmatch(r'"(?:[^"\\]|\\.)*"\s*(?:#.*)?', text, re.DOTALL) is not None


def _brackets_closed(text: str) -> bool:
    depth, quote, index = 0, "", 0
    while index < len(text):
        letter = text[index]
        if quote:
            if letter == "\\" and quote == '"':
                index += 1
            elif letter == quote:
                quote = ""
        elif letter in "\"'":
            quote = letter
        elif letter in "{[":
            depth += 1
        elif letter in "}]":
            depth -= 1
            if depth == 0:
                return True
        index += 1
    return False
