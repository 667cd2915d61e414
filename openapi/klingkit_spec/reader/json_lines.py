"""Where each member of a JSON text stands: one pass over the text, comments and trailing commas allowed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from klingkit_spec.reader.core_yaml import Pointer

__all__ = ["offsets"]

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<mark>[{}\[\],:])|//[^\n]*|/\*.*?\*/|(?P<bare>[^\s{}\[\],:"'/]+)|/""",
    re.DOTALL,
)


def offsets(text: str, at: int) -> dict[Pointer, int]:
    """Return the offset of every key and list item of the JSON value that starts at offset `at`, by pointer."""
    found: dict[Pointer, int] = {(): at}
    path: list[str] = []
    counts: list[int] = []  # -1 for an object, else the next index of a list
    key: tuple[str, int] | None = None
    for token in _TOKEN.finditer(text, at):
        mark = token["mark"]
        word = token["text"] or token["bare"]
        if mark in {"}", "]"}:
            if not counts:
                break
            counts.pop()
            if path:
                path.pop()
            if not counts:
                break
        elif mark == ",":
            key = None
        elif word is not None and counts and counts[-1] < 0 and key is None:
            key = (_name(word), token.start())
        elif mark in {"{", "["} or word is not None:
            if counts:
                step = _step(counts, key, token.start())
                found.setdefault((*path, step[0]), step[1])
                key = None
                if mark is not None:
                    path.append(step[0])
            if mark is not None:
                counts.append(-1 if mark == "{" else 0)
            elif not counts:
                break
    return found


def _step(counts: list[int], key: tuple[str, int] | None, at: int) -> tuple[str, int]:
    if counts[-1] < 0:
        return key or ("", at)
    counts[-1] += 1
    return str(counts[-1] - 1), at


def _name(word: str) -> str:
    if word[0] == '"':
        try:
            return str(json.loads(word, strict=False))
        except json.JSONDecodeError:
            return word[1:-1]
    return word[1:-1] if word[0] == "'" else word
