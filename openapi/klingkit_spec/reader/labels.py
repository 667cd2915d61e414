"""The words a rendered page prints around its facts, in Chinese and in English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from klingkit_spec.reader.words import words

__all__ = [
    "Heading",
    "TypeWord",
    "constraints",
    "heading",
    "is_furniture",
    "is_status_word",
    "required_mark",
    "status_line",
    "type_word",
    "value_label",
]

Heading = Literal["request", "header", "query", "path", "cookie", "body", "example", "code", "response", "none"]

_HEADINGS: tuple[tuple[Heading, re.Pattern[str]], ...] = (
    ("request", re.compile(r"请求参数|请求|Request(?: Param(?:eter)?s)?|Parameters", re.IGNORECASE)),
    ("header", re.compile(r"(?:Headers?|请求头)\s*(?:参数|Param(?:eter)?s?)?", re.IGNORECASE)),
    ("query", re.compile(r"(?:Query|查询)\s*(?:参数|Param(?:eter)?s?)", re.IGNORECASE)),
    ("path", re.compile(r"(?:Path|路径)\s*(?:参数|Param(?:eter)?s?)", re.IGNORECASE)),
    ("cookie", re.compile(r"Cookies?\s*(?:参数|Param(?:eter)?s?)", re.IGNORECASE)),
    (
        "body",
        re.compile(
            r"(?:(?:Request )?Body|请求体)\s*(?:参数|Param(?:eter)?s?)?\s*(?P<media>[a-z]+/[\w.+-]+)?", re.IGNORECASE
        ),
    ),
    (
        "code",
        re.compile(
            r"(?:请求示例代码|示例代码|请求示例|Code samples?|Request (?:samples?|examples?|code))+", re.IGNORECASE
        ),
    ),
    ("example", re.compile(r"示例|Examples?", re.IGNORECASE)),
    ("response", re.compile(r"返回响应|返回结果|返回参数|响应|Responses?", re.IGNORECASE)),
)
_STATUS_LINE = re.compile(r"[^\w\s]*\s*(?:HTTP\s*)?(?P<status>[1-5]\d\d)(?!\d)\s*(?P<words>[^{}\[\]:]{0,40})")
_STATUS_WORDS = frozenset(
    words(
        "开发中 测试中 已发布 待定 已废弃 将废弃 联调中 模拟中 调试 运行 复制"
        " 开发环境 正式环境 测试环境 生产环境 预发布环境"
        " developing testing released deprecated production development staging run debug copy"
    )
)
_FURNITURE = re.compile(r"(?:修改于|上一页|下一页|Built with|Previous$|Next$|Powered by|Last (?:modified|updated))")
_REQUIRED = {"必需": True, "必填": True, "必须": True, "required": True}
_OPTIONAL = {"可选": False, "选填": False, "非必填": False, "非必需": False, "optional": False}
_VALUE_LABEL = re.compile(
    r"(?:(?P<enum>枚举值|可选值|Enum(?: values?)?|Allowed values?)|(?P<default>默认值?|Default(?: value)?)"
    r"|(?P<example>示例值|示例|Example(?: value)?s?)|(?P<pattern>匹配(?:正则表达式)?|正则|Match(?: pattern)?|Pattern))"
    r"\s*[:：]\s*(?P<value>.*)",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?P<sign>>=|<=|>|<|≥|≤|=)\s*(?P<number>-?\d+(?:\.\d+)?)\s*(?P<unit>items?|项|个元素|字符|characters?|chars?)?\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:(?:且|and|&&|,|，)\s*)?", re.IGNORECASE)
_TYPE = re.compile(
    r"(?P<word>string|integer|number|boolean|object|array|null|any|enum|file)"
    r"\s*(?:<\s*(?P<angle>[\w-]+(?:<[\w-]+>)?)\s*>|\[\s*(?P<square>.+)\s*\])?"
    r"\s*(?:[(（]\s*(?P<title>[^()（）{}]+?)\s*(?:\{(?P<inner>\d+)\}\s*)?[)）])?\s*(?:\{(?P<count>\d+)\})?"
    r"\s*(?P<nullable>(?:\||or|或)\s*null)?",
    re.IGNORECASE,
)
_JSON_TYPES = {"string", "integer", "number", "boolean", "object", "array", "null"}


@dataclass(frozen=True)
class TypeWord:
    """A printed type: ``array [object {1}]`` is an array whose items are objects with one direct field."""

    type: str | None
    format: str | None = None
    title: str | None = None
    count: int | None = None
    is_enum: bool = False
    nullable: bool = False
    item: TypeWord | None = None

    def container(self) -> TypeWord | None:
        """Return the object whose fields follow in the table: this type, or its items, or theirs."""
        if self.type == "object":
            return self
        return self.item.container() if self.item is not None else None


def heading(line: str) -> tuple[Heading, str | None]:
    """Return which section the line opens (``none`` for no heading), and the media type printed with it."""
    for name, pattern in _HEADINGS:
        match = pattern.fullmatch(line)
        if match is not None:
            return name, match.groupdict().get("media")
    return "none", None


def status_line(line: str) -> tuple[str, str] | None:
    """Return status code and words of a line such as ``🟢200成功``, or None."""
    match = _STATUS_LINE.fullmatch(line)
    return (match["status"], match["words"].strip()) if match else None


def is_status_word(line: str) -> bool:
    """Say whether the line is a document status or an environment's name, not a title."""
    return line.lower() in _STATUS_WORDS


def is_furniture(line: str) -> bool:
    """Say whether the line is the page's footer, after which nothing of the document follows."""
    return _FURNITURE.match(line) is not None


def required_mark(line: str) -> bool | None:
    """Return True for a required mark, False for an optional one, None for anything else."""
    word = line.strip().lower()
    return _REQUIRED.get(word, _OPTIONAL.get(word))


def value_label(line: str) -> tuple[str, str] | None:
    """Return (``enum`` | ``default`` | ``example`` | ``pattern``, the value on the same line or ""), or None."""
    match = _VALUE_LABEL.fullmatch(line)
    if match is None:
        return None
    name = next(name for name in ("enum", "default", "example", "pattern") if match[name])
    return name, match["value"].strip()


def constraints(line: str) -> list[tuple[str, Any]] | None:
    """Return the schema keywords of a line such as ``>= 1 items<= 4 items``, or None if it is no such line."""
    found: list[tuple[str, Any]] = []
    at = 0
    while at < len(line):
        match = _BOUND.match(line, at)
        if match is None:
            return None
        found.extend(_keywords(match))
        at = match.end()
        between = _BETWEEN.match(line, at)
        at = between.end() if between else at
    return found or None


def _keywords(match: re.Match[str]) -> list[tuple[str, Any]]:
    number: Any = float(match["number"]) if "." in match["number"] else int(match["number"][:18])
    unit = (match["unit"] or "").lower()
    sign = {"≥": ">=", "≤": "<="}.get(match["sign"], match["sign"])
    if unit:
        ending = "Items" if unit in {"item", "items", "项", "个元素"} else "Length"
        number = int(number) + {">": 1, "<": -1}.get(sign, 0)
        ends = {"=": ("min", "max"), ">": ("min",), ">=": ("min",), "<": ("max",), "<=": ("max",)}[sign]
        return [(end + ending, number) for end in ends]
    names = {
        "=": ("minimum", "maximum"),
        ">=": ("minimum",),
        "<=": ("maximum",),
        ">": ("exclusiveMinimum",),
        "<": ("exclusiveMaximum",),
    }
    return [(name, number) for name in names[sign]]


def type_word(line: str) -> TypeWord | None:
    """Return the printed type, or None if the line is none."""
    match = _TYPE.fullmatch(line.strip())
    if match is None:
        return None
    word = match["word"].lower()
    count = match["count"] or match["inner"]
    nullable = bool(match["nullable"])
    angle, square = match["angle"], match["square"]
    if word == "array":
        inner = type_word(square or angle) if square or angle else TypeWord(None)
        return TypeWord("array", item=inner, nullable=nullable) if inner else None
    if word == "enum":
        return TypeWord(
            angle.lower() if angle and angle.lower() in _JSON_TYPES else "string", is_enum=True, nullable=nullable
        )
    if square:
        return None
    if word == "file":
        return TypeWord("string", format="binary")
    return TypeWord(
        word if word in _JSON_TYPES else None,
        format=angle,
        title=match["title"],
        count=int(count[:6]) if count else None,
        nullable=nullable,
    )
