"""Where the operations of a rendered page begin and end, so that each is read from its own lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from klingkit_spec.reader import curl
from klingkit_spec.reader.address import base_url, is_address, operation_at
from klingkit_spec.reader.bounds import constraints
from klingkit_spec.reader.labels import heading, is_furniture, is_status_word
from klingkit_spec.reader.type_words import required_mark, type_line

__all__ = ["Segment", "is_bullet", "segments"]

_AUTHORISATIONS = re.compile(r"AUTHORIZATIONS\s*:", re.IGNORECASE)
_BULLET = re.compile(r"(?:[-•*·◦▪]|\d+\.)\s")
_NO_TITLE = re.compile(r"[{}\[\]|`<>]|[。;；,，]$|\.\s*$")
_LONGEST_TITLE = 70
_LOOK_BACK = 6


@dataclass(frozen=True)
class Segment:
    """The lines of one operation: `opening` is the index behind method and address, `end` behind its last line."""

    method: str | None
    address: str | None
    address_line: int
    title: str | None
    opening: int
    end: int


def is_bullet(line: str) -> bool:
    """Say whether the line is an item of a list."""
    return _BULLET.match(line) is not None


def segments(lines: list[str]) -> tuple[list[Segment], str | None]:
    """Return the page's operations in order, and the server its prose names."""
    last = next((at for at, line in enumerate(lines) if line and is_furniture(line)), len(lines))
    named = _named(lines, last)
    server = next((url for url in map(base_url, lines[:last]) if url), None)
    if not named:
        return [_unnamed(lines, last)], server
    tables = [at for at, line in enumerate(lines[:last]) if line and _opens_tables(line)]
    if tables and tables[0] < named[0][0]:
        return _columns(lines, named, tables, last), server
    starts = [0, *(_title_before(lines, index, pair)[1] for index, pair in named[1:])]
    found = []
    for position, (index, pair) in enumerate(named):
        end = starts[position + 1] if position + 1 < len(named) else last
        title = _title_before(lines, index, pair)[0] if position else _nearest_title(lines, index)
        found.append(Segment(pair[0], pair[1], pair[2], title, pair[2], end))
    return found, server


def _opens_tables(line: str) -> bool:
    name, media = heading(line)
    return (
        name in {"query", "path"} or (name == "body" and media is not None) or _AUTHORISATIONS.match(line) is not None
    )


def _columns(
    lines: list[str], named: list[tuple[int, tuple[str, str, int]]], tables: list[int], last: int
) -> list[Segment]:
    """Read a layout of two columns: copied, an operation's tables stand before its method and address."""
    openings: list[int] = []
    behind = -1
    for index, _ in named:
        openings.append(next((at for at in tables if behind < at < index), index))
        behind = index
    found = []
    for position, (_, pair) in enumerate(named):
        start, end = openings[position], last
        if position + 1 < len(named):
            end = openings[position + 1]
            while end > start and not (lines[end] and _is_title(lines[end]) and end < openings[position + 1]):
                end -= 1
        found.append(Segment(pair[0], pair[1], pair[2], _nearest_title(lines, start), start, end))
    return found


def _named(lines: list[str], last: int) -> list[tuple[int, tuple[str, str, int]]]:
    """Return the lines that name an operation; what a code sample shows is none, nor is one named before."""
    found: list[tuple[int, tuple[str, str, int]]] = []
    known: set[tuple[str, str]] = set()
    fenced, at = False, 0
    while at < last:
        fenced = fenced != lines[at].startswith("```")
        pair = operation_at(lines, at) if lines[at] else None
        if pair is not None and pair[:2] not in known and (not fenced or not found):
            known.add(pair[:2])
            found.append((at, pair))
            at = pair[2]
            continue
        at += 1
    return found


def _unnamed(lines: list[str], last: int) -> Segment:
    """Return the one operation of a page that names none: its fields or its cURL sample start it."""
    opening = {"request", "body", "code"}
    start = next((at for at, line in enumerate(lines[:last]) if line and heading(line)[0] in opening), last)
    sample = next((at for at, line in enumerate(lines[:last]) if curl.starts(line)), last)
    if sample < start:  # text around a sample: its first line is the title, the rest introduces the sample
        title = next((_words(line) for line in lines[:sample] if _is_title(line)), None)
        return Segment(None, None, 0, title, sample, last)
    return Segment(None, None, 0, _nearest_title(lines, start) if start < last else None, start, last)


def _nearest_title(lines: list[str], index: int) -> str | None:
    for at in range(index - 1, -1, -1):
        line = lines[at]
        if is_bullet(line):
            return None
        if _is_title(line):
            return _words(line)
    return None


def _title_before(lines: list[str], index: int, pair: tuple[str, str, int]) -> tuple[str | None, int]:
    """Return the title of an operation that is not the page's first, and the index where its lines begin."""
    own = lines[index].startswith("#")
    start, seen = index, 0
    for at in range(index - 1, max(index - 1 - _LOOK_BACK, -1), -1):
        line = lines[at]
        if not line:
            continue
        seen += 1
        if line.startswith("#") and _is_title(line):
            return _words(line), at
        if is_status_word(line) or is_address(line) or line == pair[0] or line == "---":
            start = at
            continue
        if own or seen > 3 or not _is_title(line) or _NO_TITLE.search(line) or len(line) > _LONGEST_TITLE:
            break
        above = next((lines[before] for before in range(at - 1, -1, -1) if lines[before]), "")
        if (
            type_line(line) is not None
            or required_mark(line) is not None
            or constraints(line) is not None
            or above.endswith((":", "："))
        ):
            break
        return _words(line), at
    return None, start


def _words(line: str) -> str:
    return line.lstrip("#").strip(" *")


def _is_title(line: str) -> bool:
    text = line.lstrip("#").strip()
    noise = not text or is_address(text) or is_status_word(text) or heading(line)[0] != "none"
    return not noise and not is_bullet(text) and base_url(text) is None and not text.startswith(("```", "|", "---"))
