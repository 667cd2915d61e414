"""The field table of a rendered page: name, type and marks, one under the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from klingkit_spec.reader.address import operation_at
from klingkit_spec.reader.bounds import constraints
from klingkit_spec.reader.json_text import BrokenJsonError, decode
from klingkit_spec.reader.labels import heading, is_furniture, is_status_word, status_line, value_label
from klingkit_spec.reader.type_words import TypeLine, TypeWord, required_mark, type_line, type_word
from klingkit_spec.reader.typography import BULLETS

__all__ = ["Field", "field_at", "take"]

_NAME = re.compile(r"[A-Za-z_$@][\w$.@-]*(?:\[\]\.?[\w$.@-]*)*$", re.ASCII)
_INLINE = re.compile(
    rf"(?:[{BULLETS}*-]\s+)?`?(?P<name>[A-Za-z_$@][\w$.@-]*(?:\[\]\.?[\w$.@-]*)*)`?\s*(?P<mark>[\s|:：(（]+)(?P<rest>\S.*)$",
    re.ASCII,
)
_DESCRIBED = re.compile(r"(?P<type>[^:：]{2,60}?)\s*(?:[)）]\s*[:：]?|[:：]|\s[-–—])\s*(?P<words>\S.*)$")
_TYPE_LABEL = re.compile(r"(?:Type|类型)\s*[:：]\s*", re.IGNORECASE)
_FORMAT_LABEL = re.compile(r"(?:Format|格式)\s*[:：]\s*(?P<format>[\w-]+)", re.IGNORECASE)
_QUOTED = re.compile(r"[\"`“]([^\"`”]*)[\"`”]")
_COMMAS = re.compile(r"\s*[,，、]\s*")
_CHIPS = frozenset({"header", "body", "query", "path", "cookie"})
_MEDIA_TYPE = re.compile(r"[a-z]+/[\w.+-]+")
_LONGEST_EXAMPLE = 60
_NULLABLE = frozenset({"允许空值", "可为空", "可为 null", "可为null", "nullable", "may be null", "or null", "null"})
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
    enum_sure: bool = False
    """The page shows where each value ends (quotes, cells), so that one value alone is not a list run together."""
    default: str | None = None
    example: str | None = None
    description: list[str] = field(default_factory=list)
    depth: int = 0
    """How far a table indents the row; dotted names say the same in the name itself."""
    nullable: bool = False
    deprecated: bool = False


def field_at(lines: list[str], index: int) -> tuple[Field, int] | None:
    """Return the row that starts at `index` and the index behind its name and type, or None."""
    line = lines[index].lstrip(f"{BULLETS} ") if lines[index][:1] in BULLETS else lines[index]
    if _NAME.match(line):
        following = _next_text(lines, index + 1)
        mark = required_mark(lines[following]) if following is not None else None
        if mark is not None and following is not None:  # some pages print the mark before the type
            following = _next_text(lines, following + 1)
        printed = _type_of(lines[following]) if following is not None else None
        if printed is not None and following is not None:
            return _row(line, printed, index, mark), following + 1
    return _inline(line, index)


def _inline(line: str, index: int) -> tuple[Field, int] | None:
    """Read a row on one line: ``prompt string required``, ``- `prompt` (string, required): what to show``."""
    inline = _INLINE.match(line)
    if inline is None:
        return None
    bracketed = "(" in inline["mark"] or "（" in inline["mark"]
    printed = _type_of(inline["rest"].rstrip(")）") if bracketed else inline["rest"])
    if printed is not None:
        return _row(inline["name"], printed, index, None), index + 1
    described = _DESCRIBED.match(inline["rest"]) if bracketed else None
    printed = _type_of(described["type"]) if described else None
    if described is None or printed is None:
        return None
    row = _row(inline["name"], printed, index, None)
    row.description.append(described["words"])
    return row, index + 1


def _row(name: str, printed: TypeLine, index: int, mark: bool | None) -> Field:
    row = Field(name, printed.type, index + 1, required=mark if printed.required is None else printed.required)
    row.keywords.update(printed.keywords)
    row.deprecated = printed.deprecated
    return row


def _type_of(text: str) -> TypeLine | None:
    return type_line(_TYPE_LABEL.sub("", text, count=1))


def _next_text(lines: list[str], index: int) -> int | None:
    for at in range(index, min(index + 3, len(lines))):
        if lines[at]:
            return at
    return None


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


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in '"`' else value


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
    if heading(line)[0] != "none" and line not in _CHIPS:
        return True
    if line[0] == "|" or line.startswith("```"):
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
        return name if name == "enum" and value.rstrip()[-1:] in {",", "，", "、"} else ""
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
    printed = _FORMAT_LABEL.fullmatch(line)
    if printed is not None and row.type.type is not None:
        row.keywords.setdefault("format", printed["format"])
    elif line not in _CHIPS and not is_status_word(line):
        row.description.append(line)
    return ""


def _valued(row: Field, label: str, value: str) -> str:
    if label == "enum":
        quoted = _QUOTED.findall(value)
        row.enum_sure = row.enum_sure or bool(quoted)
        row.enum_lines.extend(quoted or [piece for piece in _COMMAS.split(value) if piece] or [value])
        return "enum"  # one value a line: the next line may be another
    if label == "default":
        row.default = _unquoted(value)
    elif label == "example":
        row.example = _unquoted(value)
    elif label == "pattern":
        row.keywords["pattern"] = value
    return ""
