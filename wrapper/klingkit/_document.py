"""From the bytes of an answer to a JSON document, or to the reason why there is none. Pure."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Document", "Unreadable", "read_document"]

_DEEPEST = 100
_CHARSETS = frozenset({"gbk", "gb2312", "gb18030", "big5", "shift_jis", "iso-8859-1", "latin-1", "windows-1252"})
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)
_PAGE = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON document."""

    value: Any


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A body that is no JSON document: why, and how it begins."""

    why: Literal["empty", "html", "not json", "too deep"]
    beginning: str


def read_document(body: bytes, content_type: str) -> Document | Unreadable:
    """Return the document in `body`.

    The declared media type does not count when the body is JSON: a paid answer is not thrown away for a wrong header.
    Bytes that are no UTF-8 are read by the declared character set, or with replacements, for the same reason.
    """
    text = _text(body, content_type)
    if not text.strip():
        return Unreadable("empty", "")
    try:
        value = json.loads(text)
    except RecursionError:
        return Unreadable("too deep", text[:1000])
    except ValueError:
        page = _PAGE.match(text[:4096]) is not None or content_type.partition(";")[0].strip().lower() == "text/html"
        return Unreadable("html" if page else "not json", text[:1000])
    if _too_deep(text, value):
        return Unreadable("too deep", text[:1000])
    return Document(value)


def _text(body: bytes, content_type: str) -> str:
    try:
        return body.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        pass
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return body.decode("utf-16", "replace")
    declared = _CHARSET.search(content_type)
    charset = declared.group(1).lower() if declared else ""
    return body.decode(charset if charset in _CHARSETS else "utf-8", "replace")


def _too_deep(text: str, value: object) -> bool:
    """Whether objects and lists are nested so deep that ordinary code (repr, copy, pickle) may fail on them."""
    if text.count("[") + text.count("{") <= _DEEPEST or not isinstance(value, dict | list):
        return False
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for item in level
            for inner in (item.values() if type(item) is dict else item)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True
