"""The field table of a rendered page: name, type and marks, one under the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from klingkit_spec.reader.address import operation_at
from klingkit_spec.reader.json_text import BrokenJsonError, decode
from klingkit_spec.reader.labels import (
    TypeWord,
    constraints,
    heading,
    is_furniture,
    required_mark,
    status_line,
    type_word,
    value_label,
)

__all__ = ["Field", "field_at", "take"]

_NAME = re.compile(r"[A-Za-z_$@][\w$.@-]*(?:\[\])?$", re.ASCII)
_INLINE = re.compile(r"(?P<name>[A-Za-z_$@][\w$.@-]*)[\s|]+(?P<rest>\S.*)$", re.ASCII)
_MARK_AT_END = re.compile(r"(?P<type>.*?)[\s|,]*(?P<mark>必需|必填|可选|选填|required|optional)$", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"[a-z]+/[\w.+-]+")
_LONGEST_EXAMPLE = 60
_NULLABLE = frozenset({"允许空值", "可为空", "可为 null", "nullable"})
_DEPRECATED = frozenset({"已废弃", "deprecated"})


@dataclass
class Field:
    """One row of a table; `line` is the 1-based page line of its name."""

    name: str
    type: TypeWord
    line: int
    required: bool | None = None
    keywords: dict[str, Any] = field(default_factory=dict)
    enum_lines: list[str] = field(default_factory=list)
    enum_line: int = 0
    default: str | None = None
    example: str | None = None
    description: list[str] = field(default_factory=list)
    nullable: bool = False
    deprecated: bool = False


def field_at(lines: list[str], index: int) -> tuple[Field, int] | None:
    """Return the row that starts at `index` and the index behind its name and type, or None."""
    line = lines[index]
    if _NAME.match(line):
        following = _next_text(lines, index + 1)
        if following is not None:
            kind, mark = _type_and_mark(lines[following])
            if kind is not None:
                return Field(line, kind, index + 1, required=mark), following + 1
    inline = _INLINE.match(line)
    if inline is not None:
        kind, mark = _type_and_mark(inline["rest"])
        if kind is not None:
            return Field(inline["name"], kind, index + 1, required=mark), index + 1
    return None


def _next_text(lines: list[str], index: int) -> int | None:
    for at in range(index, min(index + 3, len(lines))):
        if lines[at]:
            return at
    return None


def _type_and_mark(text: str) -> tuple[TypeWord | None, bool | None]:
    kind = type_word(text)
    if kind is not None:
        return kind, None
    match = _MARK_AT_END.fullmatch(text)
    if match is not None and match["type"]:
        return type_word(match["type"]), required_mark(match["mark"])
    return None, None


def take(lines: list[str], index: int, *, in_answer: bool = False) -> tuple[Field, int] | None:
    """Return the row that starts at `index` with all its marks, and the index of the first line behind it.

    In an answer's table a row ends at the next answer's status line, too.
    """
    started = field_at(lines, index)
    if started is None:
        return None
    row, at = started
    label = ""
    while at < len(lines):
        line = lines[at]
        if line and not (label == "example" and line.startswith("{")) and _ends_row(lines, at, label, in_answer):
            break
        if label == "example" and line.startswith(("{", "[")):
            row.example, at = _json_lines(lines, at)
            label = ""
            continue
        if line:
            label = _mark(row, line, label, at + 1)
        at += 1
    return row, at


def _json_lines(lines: list[str], index: int) -> tuple[str, int]:
    """Return the JSON text that starts on this line, and the index behind it; one line where it never ends."""
    gathered = ""
    for at in range(index, min(index + _LONGEST_EXAMPLE, len(lines))):
        gathered += lines[at] + "\n"
        try:
            decode(gathered)
        except BrokenJsonError:
            continue
        return gathered.strip(), at + 1
    return lines[index], index + 1


def _ends_row(lines: list[str], index: int, label: str, in_answer: bool) -> bool:
    line = lines[index]
    if line.startswith(("{", "curl ")) or is_furniture(line) or operation_at(lines, index) is not None:
        return True
    if field_at(lines, index) is not None and not (label and _only_value(lines, index)):
        return True
    if heading(line)[0] != "none":
        return True
    return in_answer and status_line(line) is not None and (not line[0].isalnum() or _opens_answer(lines, index))


def _opens_answer(lines: list[str], index: int) -> bool:
    """Say whether what follows a number is what follows a status code: a media type, or the body's heading."""
    following = _next_text(lines, index + 1)
    return following is not None and (
        heading(lines[following])[0] == "body" or _MEDIA_TYPE.fullmatch(lines[following]) is not None
    )


def _only_value(lines: list[str], index: int) -> bool:
    """Say whether a one-line row (``any string``) is really a value that a label announced."""
    following = _next_text(lines, index + 1)
    return not (_NAME.match(lines[index]) and following is not None and type_word(lines[following]))


def _mark(row: Field, line: str, label: str, number: int) -> str:
    """Put one line into the row; return the label that the next line belongs to."""
    labelled = value_label(line)
    if labelled is not None:
        name, value = labelled
        if name == "enum":
            row.enum_line = number
        if not value:
            return name
        _valued(row, name, value)
        return ""
    mark = required_mark(line)
    if mark is not None:
        row.required = mark
        return ""
    bounds = constraints(line)
    if bounds is not None:
        row.keywords.update(bounds)
        return ""
    if line.lower() in _NULLABLE:
        row.nullable = True
        return ""
    if line.lower() in _DEPRECATED:
        row.deprecated = True
        return ""
    if label:
        return _valued(row, label, line)
    row.description.append(line)
    return ""


def _valued(row: Field, label: str, value: str) -> str:
    if label == "enum":
        row.enum_lines.append(value)
        return "enum"  # one value a line: the next line may be another
    if label == "default":
        row.default = value
    elif label == "example":
        row.example = value
    elif label == "pattern":
        row.keywords["pattern"] = value
    return ""
