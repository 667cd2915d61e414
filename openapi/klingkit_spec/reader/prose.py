"""Limits that stand in a field's description only: they become keywords of its schema.

The text is read clause by clause. A clause about *each* member of a list (``每个分镜…``, ``each shot…``) does not
limit the list itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.enums import from_prose, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Clause", "Limits", "clauses", "limits_of"]

_SENTENCE = re.compile(r"[\n。；;!！●○•◦▪■]+|(?<=[a-z])\.\s+")
_COMMA = re.compile(r"(?<!\d)[,，]|[,，](?!\d)")
_EACH = re.compile(r"每(?:一)?(?:个|张|条|段|组|项|幅|镜)|单个|单张|\beach\b|\bevery\b|\bper\b", re.IGNORECASE)
_ALL = re.compile(r"所有|全部|总共|合计|\ball\b|\btotal\b|\baltogether\b", re.IGNORECASE)

_N = r"(\d{1,3}(?:,\d{3})+(?!\d)|\d{1,9})"
_AT_MOST = (
    r"(?:不能?(?:多于|大于|高于)|不(?:能|得|可|要|应|允许)?(?:超过|超出|超)|最多|至多|最长|最大|上限|以内|限制?(?:在|为)"
    r"|\bup to\b|\bat most\b|\b(?:no|not) more than\b|\b(?:must|can)(?:not| not) exceed\b|\bmax(?:imum)?(?: of)?\b"
    r"|\blimited to\b)"
)
_AT_LEAST = (
    r"(?:不能?(?:少于|小于|低于)|不(?:得|可|应)?(?:少于|小于|低于)|最少|至少|最小|最短|最低|下限|\bat least\b"
    r"|\b(?:no|not) (?:less|fewer) than\b|\bmin(?:imum)?(?: of)?\b)"
)
_GAP = r"[^\d,，]{0,14}?"
_CHARS = r"\s*个?\s*(?:字符|汉字|字\b|字(?![段典])|characters?\b|chars?\b)"
_PIECES = r"\s*(?:张|个(?!字)|组|条|项|段|幅|副|枚|images?\b|pictures?\b|items?\b|shots?\b|entries\b|elements?\b)"
_TO = r"\s*(?:~|～|-|–|—|至|到|\bto\b)\s*"
_LENGTH_WORD = re.compile(r"长度|字数|length", re.IGNORECASE)

_MAX_CHARS = re.compile(
    rf"{_AT_MOST}{_GAP}{_N}{_CHARS}|{_N}{_CHARS}(?:以内|之内|内|为限|以下)|limit(?: is|:)? {_N}{_CHARS}", re.IGNORECASE
)
_MIN_CHARS = re.compile(rf"{_AT_LEAST}{_GAP}{_N}{_CHARS}", re.IGNORECASE)
_CHARS_BETWEEN = re.compile(rf"{_N}{_TO}{_N}{_CHARS}", re.IGNORECASE)
_LENGTH_AT_MOST = re.compile(
    rf"(?:长度|字数|length){_GAP}{_AT_MOST}{_GAP}{_N}"
    rf"|{_AT_MOST}(?:长度|字数|\s*length)(?:\s*(?:为|是|:|：|of|is))?{_GAP}{_N}",
    re.IGNORECASE,
)
_MAX_PIECES = re.compile(rf"{_AT_MOST}{_GAP}{_N}{_PIECES}|{_N}{_PIECES}(?:以内|之内|为限|以下)", re.IGNORECASE)
_MIN_PIECES = re.compile(rf"{_AT_LEAST}{_GAP}{_N}{_PIECES}", re.IGNORECASE)
_PIECES_BETWEEN = re.compile(rf"{_N}{_TO}{_N}{_PIECES}", re.IGNORECASE)

_F = r"(-?\d{1,9}(?:\.\d{1,9})?)"
_INTERVAL = re.compile(
    r"(?:取值范围|取值区间|范围|区间|取值|介于|\brange\b|\bbetween\b|\bfrom\b)"
    rf"[^\d\[(（\-]{{0,8}}(?P<open>[\[(（]?)\s*{_F}\s*"
    rf"(?:[,，~～]|-|–|—|至|到|与|和|\bto\b|\band\b|\.\.)\s*{_F}(?!\d|\.\d)\s*(?P<close>[\])）]?)(?!\s*(?:[KMG]i?B\b|px\b|像素|[:：]\d))",
    re.IGNORECASE,
)
_BARE_INTERVAL = re.compile(rf"(?P<open>[\[(])\s*{_F}\s*[,，~～]\s*{_F}\s*(?P<close>[\])])")
_MAXIMUM = re.compile(rf"{_AT_MOST}(?:值|数)?(?:\s*(?:为|是|:|：|is|of))?\s*{_F}(?!\s*[:：\d])", re.IGNORECASE)
_MINIMUM = re.compile(rf"{_AT_LEAST}(?:值|数)?(?:\s*(?:为|是|:|：|is|of))?\s*{_F}(?!\s*[:：\d])", re.IGNORECASE)
_DEFAULT = re.compile(
    r"(?:(?:默认值|缺省值|默认|缺省|[Dd]efaults?(?: value)?)\s*(?:为|是|:|：|is|to)\s*[`'\"“]?"
    r"|(?:默认值|缺省值|[Dd]efault)(?=\d))"
    r"((?:\d+:\d+)|[A-Za-z0-9][\w.\-]*)",
    re.ASCII,
)


@dataclass(frozen=True)
class Clause:
    """A piece of a description and whether it speaks of each member of a list."""

    text: str
    of_each: bool


@dataclass(frozen=True)
class Limits:
    """Keywords for the schema itself, for its items, and a numeric range that its type cannot carry."""

    own: dict[str, Any]
    of_each: dict[str, Any]
    numeric: tuple[float | int, float | int] | None = None


def clauses(text: str) -> Iterator[Clause]:
    """Yield the clauses of a description; *each* holds until the sentence ends or turns to *all*."""
    for sentence in _SENTENCE.split(text):
        of_each = False
        for piece in _COMMA.split(sentence):
            if _ALL.search(piece):
                of_each = False
            elif _EACH.search(piece):
                of_each = True
            if piece.strip():
                yield Clause(piece.strip(), of_each)


def limits_of(text: str, type_name: str | None) -> Limits:
    """Return what a description says about a field of this JSON type."""
    own: dict[str, Any] = {}
    of_each: dict[str, Any] = {}
    numeric = None
    values = from_prose(text)
    if values:
        target = of_each if type_name == "array" else own
        target["enum"] = values
    for clause in clauses(text):
        if type_name == "array":
            (of_each if clause.of_each else own).update(
                _lengths(clause.text) if clause.of_each else _pieces(clause.text)
            )
        elif type_name in {"integer", "number"}:
            own |= _numbers(clause.text, type_name)
        elif type_name == "string":
            own |= _lengths(clause.text)
    if type_name in {"integer", "number"}:
        own |= _interval(text, type_name, bare=True) or {}
    elif type_name == "string":
        numeric = _string_range(text)
    default = _DEFAULT.search(text)
    if default is not None and type_name not in {"array", "object", None}:
        value = typed(default[1].rstrip(".-"), type_name)
        if _is_of(value, type_name):
            own["default"] = value
    return Limits(own, of_each, numeric)


def _is_of(value: Any, type_name: str | None) -> bool:
    if type_name == "boolean":
        return isinstance(value, bool)
    if type_name in {"integer", "number"}:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str)


def _first(match: re.Match[str] | None) -> int | None:
    return _count(next(group for group in match.groups() if group is not None)) if match else None


def _count(text: str) -> int:
    return int(text.replace(",", ""))


def _kept(**keywords: int | None) -> dict[str, Any]:
    return {name: value for name, value in keywords.items() if value is not None}


def _lengths(text: str) -> dict[str, Any]:
    between = _CHARS_BETWEEN.search(text)
    if between is not None:
        return {"minLength": _count(between[1]), "maxLength": _count(between[2])}
    longest = _first(_MAX_CHARS.search(text))
    if longest is None and _LENGTH_WORD.search(text):
        longest = _first(_LENGTH_AT_MOST.search(text))
    return _kept(minLength=_first(_MIN_CHARS.search(text)), maxLength=longest)


def _pieces(text: str) -> dict[str, Any]:
    between = _PIECES_BETWEEN.search(text)
    if between is not None:
        return {"minItems": _count(between[1]), "maxItems": _count(between[2])}
    return _kept(minItems=_first(_MIN_PIECES.search(text)), maxItems=_first(_MAX_PIECES.search(text)))


def _number(text: str, type_name: str | None) -> Any:
    return int(text) if type_name == "integer" and "." not in text else typed(text.lstrip("+"), "number")


def _numbers(text: str, type_name: str | None) -> dict[str, Any]:
    found = _interval(text, type_name, bare=False)
    if found is not None:
        return found
    largest, smallest = _MAXIMUM.search(text), _MINIMUM.search(text)
    return _kept(
        minimum=_number(smallest[1], type_name) if smallest else None,
        maximum=_number(largest[1], type_name) if largest else None,
    )


def _interval(text: str, type_name: str | None, *, bare: bool) -> dict[str, Any] | None:
    match = _INTERVAL.search(text) or (_BARE_INTERVAL.search(text) if bare else None)
    if match is None:
        return None
    low, high = (_number(group, type_name) for group in match.groups() if group and group[-1].isdigit())
    if low > high:
        return None
    brackets = match["open"] + match["close"]  # "()" are brackets around a range, "(]" and "[)" are half-open intervals
    return {
        "exclusiveMinimum" if brackets == "(]" else "minimum": low,
        "exclusiveMaximum" if brackets == "[)" else "maximum": high,
    }


def _string_range(text: str) -> tuple[float | int, float | int] | None:
    for clause in clauses(text):
        if _LENGTH_WORD.search(clause.text) or _CHARS_BETWEEN.search(clause.text):
            continue
        found = _interval(clause.text, "number", bare=False)
        if found is not None:
            low, high = found.values()
            return low, high
    return None
