"""Field tables with columns: Markdown rows, or cells parted by tabs as browsers copy them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from klingkit_spec.reader.bounds import constraints
from klingkit_spec.reader.enums import split
from klingkit_spec.reader.fields import Field
from klingkit_spec.reader.type_words import TypeWord, required_mark, type_line, type_word

if TYPE_CHECKING:
    from klingkit_spec.reader.notes import Notes

__all__ = ["Table", "table_at"]

_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*|\|\s*:?-+:?\s*\|")
_CELL = re.compile(r"(?<!\\)\|")
_COLUMNS = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        (
            "name",
            (
                r"(?:参数|字段)(?:名称?)?|名称|属性名?|变量名"
                r"|Fields?(?: name)?|Name|Parameters?|Param|Key|Property|Attribute"
            ),
        ),
        ("type", r"(?:数据|字段|参数)?类型|Types?|Data type|Schema"),
        ("required", r"(?:是否)?(?:必填|必选|必须|必需|必传)(?:项)?|Required\??|Mandatory|Req\.?"),
        ("optional", r"(?:是否)?可选|Optional\??"),
        ("default", r"默认值?|缺省值?|Defaults?|Default value"),
        ("enum", r"枚举值?|可选值|取值|允许值|Values|(?:Allowed|Possible|Accepted) values?|Enum|Options"),
        ("example", r"示例值?|样例|Examples?|Example value"),
        ("in", r"(?:参数)?位置|In|Location|Position|Located in"),
        ("limits", r"约束|限制|(?:取值)?范围|长度限制|Constraints?|Limits?|Range"),
        (
            "description",
            r"(?:参数|字段|详细)?(?:描述|说明)|备注|含义|解释|Descriptions?|Desc|Notes?|Remarks?|Details|Meaning",
        ),
        ("header", r"(?:Request )?Headers?(?: name)?|请求头"),
        ("title", r"中文名|标题|Title"),
        ("status", r"(?:HTTP )?状态码|HTTP(?: status)?(?: code)?|Status(?: codes?)?|状态"),
        ("value", r"值|Value"),
    )
)
_YES = frozenset({"是", "yes", "y", "true", "✓", "✔", "√", "✅", "☑", "●", "1", "✔️", "☑️"})
_NO = frozenset({"否", "no", "n", "false", "✗", "✘", "×", "❌", "-", "—", "–", "", "○", "0", "/", "无"})
_NOTHING = frozenset({"", "-", "—", "–", "none", "/", "无", "n/a"})
_PREFIX = re.compile(r"(?P<indent>(?:[\s\u3000\u00a0>»└├─│┗┣━↳∟·|\\\-+]|&nbsp;|&emsp;)*)(?P<name>\S.*)?")
_NAME = re.compile(r"[A-Za-z_$@][\w$.@-]*(?:\[(?:\d+|\*|n|i)?\]\.?[\w$.@-]*)*", re.ASCII)
_MARKED = re.compile(
    r"(?P<name>[^\s*(（]+)\s*(?:(?P<star>\\?\*)|[(（]?(?P<mark>必需|必填|必选|required|可选|选填|optional)[)）]?)$",
    re.IGNORECASE,
)
_DECORATION = re.compile(r"`|\*\*|</?(?:code|b|strong|em|i|span)\b[^>]*>|\[(?=[^\]]+\]\()|(?<=\w)\]\([^)]*\)")
_BREAK = re.compile(r"<br\s*/?>|\\n", re.IGNORECASE)
_NULLABLE = re.compile(r"可为空|可为 ?null|允许为?空|\bnullable\b|\b(?:may|can) be null\b", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s*(?:[,，、|;；/\n]|(?<=[\"'”])\s+(?=[\"'“])|\s或\s?|\sor\s)\s*")
_PLACES = {"body": "body", "请求体": "body", "query": "query", "path": "path", "header": "header", "请求头": "header",
           "cookie": "cookie", "formdata": "body", "form": "body", "路径": "path", "查询": "query"}  # fmt: skip


@dataclass
class Table:
    """One table: its rows with the place each belongs to, or what else it lists."""

    rows: list[tuple[Field, str | None]] = field(default_factory=list)
    statuses: list[tuple[str, str, int]] = field(default_factory=list)
    values: list[tuple[str, str, int]] = field(default_factory=list)
    end: int = 0


def table_at(lines: list[str], index: int, notes: Notes) -> Table | None:
    """Return the table whose header is the line with this index, or None; `end` is the index behind it."""
    header = _cells(lines[index])
    if len(header) < 2:
        return None
    ruled = index + 1 < len(lines) and _RULE.fullmatch(lines[index + 1].strip()) is not None
    columns = [_column(cell) for cell in header]
    if not ruled and ("name" not in columns or "type" not in columns):
        return None
    at = index + (2 if ruled else 1)
    body: list[tuple[list[str], int]] = []
    while at < len(lines) and len(_cells(lines[at])) >= 2:
        body.append((_cells(lines[at]), at + 1))
        at += 1
    table = Table(end=at)
    if "name" in columns and {"type", "description", "required"} & set(columns):
        _fields(table, columns, body, notes)
    elif columns == ["header", "value"]:
        for row, line in body:
            table.rows.append((Field(_plain(row[0]), TypeWord("string"), line, example=_plain(row[1])), "header"))
    elif "name" in columns and "value" in columns:
        table.values = [(_plain(row[0]), _plain(row[1]), line) for row, line in body]
    elif columns[0] in {"status", "value"}:
        table.statuses = [(_plain(row[0]), _plain(row[1]), line) for row, line in body if _plain(row[0])[:3].isdigit()]
    return table


def _cells(line: str) -> list[str]:
    text = line.strip(" ")
    if text.startswith("|") or (text.count("|") > 1 and "\t" not in text):
        inside = text.removeprefix("|")
        inside = inside[:-1] if inside.rstrip().endswith("|") and not inside.rstrip().endswith("\\|") else inside
        return [cell.replace("\\|", "|").rstrip() for cell in _CELL.split(inside.rstrip())]
    return [cell.rstrip() for cell in text.split("\t")] if "\t" in text.strip() else []


def _column(cell: str) -> str:
    text = _plain(cell)
    return next((name for name, pattern in _COLUMNS if pattern.fullmatch(text)), "")


def _plain(cell: str) -> str:
    return html.unescape(_DECORATION.sub("", cell)).strip()


def _fields(table: Table, columns: list[str], body: list[tuple[list[str], int]], notes: Notes) -> None:
    for cells, line in body:
        row = dict(zip(columns, cells, strict=False))
        made = _field(row, line, notes)
        if made is None:
            notes.warn(line, f"this row of a table names no field: {' | '.join(cells)[:60]}")
            continue
        place = _PLACES.get(_plain(row.get("in", "")).lower())
        if made.name == "body" and place == "body" and made.type.type == "object" and not made.depth:
            continue  # the body itself; its fields follow, one step in
        table.rows.append((made, place))


def _field(row: dict[str, str], line: int, notes: Notes) -> Field | None:
    prefix = _PREFIX.match(_DECORATION.sub("", html.unescape(row["name"])).rstrip().removeprefix(" "))
    name = (prefix["name"] or "") if prefix else ""
    marked = _MARKED.fullmatch(name)
    name = marked["name"] if marked else name
    if prefix is None or not _NAME.fullmatch(name):
        return None
    text = _plain(row.get("type", ""))
    printed = type_line(text)
    kind = printed.type if printed else type_word(text, loose=True)
    if kind is None and text.lower() not in _NOTHING:
        notes.warn(line, f"the type of '{name}' was not understood: {text[:40]}")
    made = Field(name, kind or TypeWord(None), line, depth=len(re.sub(r"[ \t]", "", prefix["indent"])))
    if printed is not None:
        made.keywords.update(printed.keywords)
    made.required = _required(row, marked, printed.required if printed else None)
    _words(made, row)
    return made


def _required(row: dict[str, str], marked: re.Match[str] | None, in_type: bool | None) -> bool | None:
    if marked is not None:
        return True if marked["star"] else required_mark(marked["mark"])
    for column in ("required", "optional"):
        if column not in row:
            continue
        text = _plain(row[column]).lower()
        answer = True if text in _YES else False if text in _NO else required_mark(text)
        if answer is None:
            answer = False  # "on condition": the words go with the description
        return answer if column == "required" or required_mark(text) is not None else not answer
    return in_type


def _words(made: Field, row: dict[str, str]) -> None:
    """Take default, values, example, limits and description; what is no value becomes part of the description."""
    default = _plain(row.get("default", ""))
    if default.lower() not in _NOTHING:
        made.default = default.strip("\"'“”")
    example = _plain(row.get("example", ""))
    if example.lower() not in _NOTHING:
        made.example = example
    text = _BREAK.sub("\n", row.get("description", ""))
    condition = _plain(row.get("required", ""))
    extra = [condition] if condition.lower() not in _YES | _NO and required_mark(condition) is None else []
    listed = _values(_BREAK.sub("\n", row.get("enum", "")))
    if listed:
        made.enum_lines, made.enum_line, made.enum_sure = listed, made.line, True
    elif row.get("enum", "").strip():
        extra.append(_plain(row["enum"]))
    for piece in _BREAK.sub("\n", row.get("limits", "")).split("\n"):
        bounds = constraints(_plain(piece))
        if bounds is not None:
            made.keywords.update(bounds)
        elif _plain(piece).lower() not in _NOTHING:
            extra.append(_plain(piece))
    lines = [_plain(line) for line in [*text.split("\n"), *extra]]
    made.description = [line for line in lines if line.lower() not in _NOTHING]
    made.nullable = any(_NULLABLE.search(line) for line in made.description)


def _values(text: str) -> list[str]:
    """Return the values of a cell, or nothing where it holds a sentence."""
    pieces = [_plain(piece).strip("\"'“”‘’ ") for piece in _SEPARATORS.split(text.strip())]
    pieces = [piece for piece in pieces if piece.lower() not in _NOTHING]
    if len(pieces) == 1:
        pieces = list(split(pieces[0]).values or pieces)
    return list(dict.fromkeys(pieces)) if all(re.fullmatch(r"[\w.:+-]+", piece) for piece in pieces) else []
