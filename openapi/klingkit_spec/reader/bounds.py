"""Limits as pages print them beside a field: ``>= 0<= 1``, ``[ 1 .. 4 ] items``, ``Required range: 0 <= x <= 1``."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["constraints"]

_NUMBER = r"-?\d+(?:\.\d+)?"
_ITEMS = r"items?|elements?|entries|项|个元素"
_LETTERS = r"字符|characters?|chars?"
_BOUND = re.compile(
    rf"(?P<sign>>=|<=|>|<|≥|≤|=)\s*(?P<number>{_NUMBER})\s*(?P<unit>{_ITEMS}|{_LETTERS})?\s*", re.IGNORECASE
)
_INTERVAL = re.compile(
    rf"(?P<open>[\[(])\s*(?P<low>{_NUMBER})\s*(?:\.\.|…|,|~)\s*(?P<high>{_NUMBER})\s*(?P<close>[\])])\s*"
    rf"(?P<unit>{_ITEMS}|{_LETTERS})?\s*",
    re.IGNORECASE,
)
_AROUND = re.compile(
    rf"(?:(?P<low>{_NUMBER})\s*(?P<above><=|<|≤)\s*)?(?:x|value|值)\s*(?:(?P<below><=|<|≤|>=|>|≥)\s*(?P<high>{_NUMBER}))?\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:(?:且|and|&&|,|，)\s*)?", re.IGNORECASE)
_RANGE_LABEL = re.compile(r"(?:Required range|Value range|Range|取值范围|范围)\s*[:：]\s*", re.IGNORECASE)
_SPAN_LABEL = re.compile(
    rf"Required (?P<what>string|array) length\s*[:：]\s*(?P<low>\d+)(?:\s*[-–~]\s*(?P<high>\d+))?"
    rf"\s*(?:{_ITEMS}|{_LETTERS})?",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"(?P<end>max(?:imum)?|min(?:imum)?|最大|最小|最长|最短|最多|最少)\s*"
    rf"(?P<what>string length|array length|length|items?|value|长度|值|数量|项数)?\s*[:：]\s*(?P<number>{_NUMBER})"
    rf"\s*(?P<unit>{_ITEMS}|{_LETTERS})?",
    re.IGNORECASE,
)
_SIGNS = {"≥": ">=", "≤": "<="}

Found = list[tuple[str, Any]]


def constraints(line: str) -> Found | None:
    """Return the schema keywords of a line that prints nothing but limits, or None if it is no such line."""
    text = line.strip()
    named = _NAMED.fullmatch(text)
    if named is not None:
        return _named(named)
    span = _SPAN_LABEL.fullmatch(text)
    if span is not None:
        ending = "Items" if span["what"].lower() == "array" else "Length"
        return [(f"min{ending}", int(span["low"])), (f"max{ending}", int(span["high"] or span["low"]))]
    label = _RANGE_LABEL.match(text)
    if label is not None:
        return _around(text[label.end() :]) or _bounds(text[label.end() :])
    return _bounds(text)


def _bounds(text: str) -> Found | None:
    found: Found = []
    at = 0
    while at < len(text):
        match = _BOUND.match(text, at)
        if match is not None:
            found.extend(_keywords(match["sign"], match["number"], match["unit"]))
        else:
            match = _INTERVAL.match(text, at)
            if match is None:
                return None
            found.extend(_keywords(">=" if match["open"] == "[" else ">", match["low"], match["unit"]))
            found.extend(_keywords("<=" if match["close"] == "]" else "<", match["high"], match["unit"]))
        at = match.end()
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
    return found or None


def _around(text: str) -> Found | None:
    match = _AROUND.fullmatch(text.strip())
    if match is None or (match["low"] is None and match["high"] is None):
        return None
    found: Found = []
    if match["low"] is not None:
        found += _keywords(">" if match["above"] == "<" else ">=", match["low"], None)
    if match["high"] is not None:
        found += _keywords(match["below"], match["high"], None)
    return found


def _named(match: re.Match[str]) -> Found:
    what = (match["what"] or "").lower()
    end = "max" if match["end"].lower().startswith("max") or match["end"] in {"最大", "最长", "最多"} else "min"
    unit = (match["unit"] or "").lower()
    if what in {"array length", "item", "items", "数量", "项数"} or re.fullmatch(_ITEMS, unit):
        return [(f"{end}Items", int(float(match["number"])))]
    if "length" in what or what == "长度" or unit or match["end"] in {"最长", "最短"}:
        return [(f"{end}Length", int(float(match["number"])))]
    return [(f"{end}imum", _number(match["number"]))]


def _number(text: str) -> Any:
    return float(text) if "." in text else int(text[:18])


def _keywords(sign: str, text: str, unit: str | None) -> Found:
    sign = _SIGNS.get(sign, sign)
    number = _number(text)
    if unit:
        ending = "Items" if re.fullmatch(_ITEMS, unit, re.IGNORECASE) else "Length"
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
