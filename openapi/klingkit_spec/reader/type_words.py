"""Types as pages print them: ``array [object {1}]``, ``Array of strings``, ``enum<string>``, ``string · enum``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from klingkit_spec.reader.bounds import constraints

__all__ = ["TypeLine", "TypeWord", "required_mark", "type_line", "type_word"]

_TYPE = re.compile(
    r"(?P<word>string|integer|number|boolean|object|array|null|any|enum|file)"
    r"\s*(?:<\s*(?P<angle>[\w-]+(?:<[\w-]+>)?)\s*>|\[\s*(?P<square>.+)\s*\])?"
    r"\s*(?:[(（]\s*(?P<title>[^()（）{}]+?)\s*(?:\{(?P<inner>\d+)\}\s*)?[)）])?\s*(?:\{(?P<count>\d+)\})?"
    r"\s*(?P<nullable>(?:\||or|或)\s*null)?",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"(?:array|list)\s+of\s+(?P<of>\w+?)s?(?P<rest>\s*[<(（].*)?", re.IGNORECASE)
_SUFFIX = re.compile(r"(?P<of>\w+(?:<[\w-]+>)?)\s*\[\s*\](?P<null>\s*\|\s*null)?", re.IGNORECASE)
_JSON_TYPES = frozenset({"string", "integer", "number", "boolean", "object", "array", "null"})
_ALIASES = {
    **dict.fromkeys(("str", "text", "字符串", "文本", "varchar", "url", "uri", "base64"), "string"),
    **dict.fromkeys(("int", "int32", "int64", "long", "整数", "整型", "整形"), "integer"),
    **dict.fromkeys(("float", "double", "decimal", "数字", "数值", "浮点数", "浮点型", "小数"), "number"),
    **dict.fromkeys(("bool", "布尔", "布尔值", "布尔型"), "boolean"),
    **dict.fromkeys(("dict", "map", "json", "struct", "对象"), "object"),
    **dict.fromkeys(("list", "数组", "列表"), "array"),
    "枚举": "enum",
    "文件": "file",
}
_FORMATS = {"int32": "int32", "int64": "int64", "long": "int64", "double": "double", "url": "uri", "uri": "uri"}
_REQUIRED = {"必需": True, "必填": True, "必须": True, "必选": True, "required": True}
_OPTIONAL = {"可选": False, "选填": False, "非必填": False, "非必需": False, "非必须": False, "optional": False}
_CHIP = re.compile(
    r"(?P<before>.*?)[\s|,，、·•]*[(（]?\s*(?P<chip>必需|必填|必选|可选|选填|required|optional|nullable|deprecated|enum|read-?only|write-?only"
    r"|可为空|可为 ?null|may be null|已废弃)\s*[)）]?",
    re.IGNORECASE,
)
_ENUM_FIRST = re.compile(r"enum\s*[·•|,]\s*(?P<type>\w+)", re.IGNORECASE)
_LISTED = re.compile(
    r"(?:list|array|数组)\s*[<\[(（]\s*(?P<of>.+?)\s*[>\])）]|(?P<before>\S+)\s*(?:数组|列表|list|array)"
)
_LIMITS = re.compile(r"(?P<before>.*?[^\s<=\[(·•])\s*[·•,]?\s+(?P<limits>(?:[<>≥≤]=?|=|\[|\()\s*-?\d.*)")
_MOST_CHIPS = 6
_LONGEST_TYPE = 160


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

    def holding(self, count: int) -> TypeWord:
        """Return the type as one whose object has `count` direct fields; a plain type becomes such an object."""
        if self.type == "array":
            inner = self.item or TypeWord("object")
            return replace(self, item=inner.holding(count))
        return replace(self, type="object", count=count, is_enum=False, format=None)


@dataclass(frozen=True)
class TypeLine:
    """A line that prints a type and perhaps marks and limits behind it."""

    type: TypeWord
    required: bool | None = None
    deprecated: bool = False
    keywords: tuple[tuple[str, Any], ...] = field(default=())


def required_mark(line: str) -> bool | None:
    """Return True for a required mark, False for an optional one, None for anything else."""
    word = line.strip().lower()
    return _REQUIRED.get(word, _OPTIONAL.get(word))


@lru_cache(maxsize=4096)
def type_line(text: str) -> TypeLine | None:
    """Return what ``string <uri> · enum · required`` or ``integer [ 1 .. 9 ]`` says, or None if it is no type."""
    rest = text.strip()
    if len(rest) > _LONGEST_TYPE:
        return None
    marks: list[str] = []
    keywords: list[tuple[str, Any]] = []
    for _ in range(_MOST_CHIPS):
        first = _ENUM_FIRST.fullmatch(rest)
        kind = type_word(f"enum<{first['type']}>" if first else rest)
        if kind is not None:
            return _line_of(kind, marks, keywords)
        chip = _CHIP.fullmatch(rest)
        if chip is not None and chip["before"]:
            marks.append(chip["chip"].lower())
            rest = chip["before"].strip()
            continue
        limits = _LIMITS.fullmatch(rest)
        bounds = constraints(limits["limits"]) if limits else None
        if limits is None or bounds is None:
            return None
        keywords = [*bounds, *keywords]
        rest = limits["before"].strip()
    return None


def _line_of(kind: TypeWord, marks: list[str], keywords: list[tuple[str, Any]]) -> TypeLine:
    required = next((mark for mark in map(required_mark, marks) if mark is not None), None)
    if "enum" in marks:
        kind = replace(kind, is_enum=True)
    if {"nullable", "可为空", "可为null", "可为 null", "may be null"} & set(marks):
        kind = replace(kind, nullable=True)
    return TypeLine(kind, required, bool({"deprecated", "已废弃"} & set(marks)), tuple(keywords))


def type_word(line: str, *, loose: bool = False) -> TypeWord | None:
    """Return the printed type, or None if the line is none; `loose` takes programming languages' names, too."""
    text = line.strip()
    plural = _PLURAL.fullmatch(text) or _SUFFIX.fullmatch(text)
    if plural is not None:
        inner = type_word(plural["of"] + (plural.groupdict().get("rest") or ""), loose=loose)
        nullable = bool(plural.groupdict().get("null"))
        return TypeWord("array", item=inner, nullable=nullable) if inner is not None else None
    match = _TYPE.fullmatch(text)
    if match is None:
        return _aliased(text) if loose else None
    return _matched(match, loose=loose)


def _matched(match: re.Match[str], *, loose: bool) -> TypeWord | None:
    word = match["word"].lower()
    count = match["count"] or match["inner"]
    nullable = bool(match["nullable"])
    angle, square = match["angle"], match["square"]
    if word == "array":
        of = square or angle or (match["title"] if loose else None)
        inner = type_word(of, loose=loose) if of else TypeWord(None)
        return TypeWord("array", item=inner, nullable=nullable) if inner else None
    if word == "enum":
        of = (angle or match["title"] or "").lower()
        return TypeWord(of if of in _JSON_TYPES else "string", is_enum=True, nullable=nullable)
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


def _aliased(text: str) -> TypeWord | None:
    """Read ``List[str]``, ``int64``, ``字符串数组``, ``string/null``, ``String?``."""
    lowered = text.lower().strip("`* ")
    nullable = re.fullmatch(r"(?P<of>.+?)\s*(?:[/|]\s*null|\?|或空)", lowered)
    if nullable is not None:
        inner = type_word(nullable["of"], loose=True)
        return replace(inner, nullable=True) if inner is not None else None
    listed = _LISTED.fullmatch(lowered)
    if listed is not None:
        inner = type_word(listed["of"] or listed["before"], loose=True)
        return TypeWord("array", item=inner) if inner is not None else None
    known = _ALIASES.get(lowered)
    if known is None:
        return None
    kind = type_word(known)
    return replace(kind, format=_FORMATS[lowered]) if kind is not None and lowered in _FORMATS else kind
