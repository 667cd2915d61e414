"""Where a page contradicts itself: marks against words, titles against addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.normalise import METHODS
from klingkit_spec.reader.promises import request_schemas
from klingkit_spec.reader.schema_walk import inner_schemas

if TYPE_CHECKING:
    from klingkit_spec.reader.notes import Notes
    from klingkit_spec.reader.page import Locate

__all__ = ["report"]

_OPTIONAL = re.compile(
    r"^\s*(?:[(（\[【]?(?:选填|可选|非必填|非必须|非必需|optional)[)）\]】]?)(?=[\s。，,.;；:：]|$)", re.IGNORECASE
)
_REQUIRED = re.compile(r"^\s*(?:[(（\[【]?(?:必填|必选|必需|required)[)）\]】]?)(?=[\s。，,.;；:：]|$)", re.IGNORECASE)


_FROM_TEXT = re.compile(r"文生|文本生成|text[ -]?(?:2|to)[ -]?(?:video|image)", re.IGNORECASE)
_FROM_IMAGE = re.compile(r"图生|图片生成|image[ -]?(?:2|to)[ -]?(?:video|image)", re.IGNORECASE)
_PATH = re.compile(r"(?P<source>text|image)(?:2|-to-)(?:video|image)")


def report(document: dict[str, Any], notes: Notes, locate: Locate) -> None:
    """Remark everything on which the page contradicts itself; what was read stays as it is."""
    _required(document, notes, locate)
    for path, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            title = operation.get("summary") if isinstance(operation, dict) else None
            if isinstance(title, str) and _is_of_another(title, str(path)):
                line = locate(("paths", path, method, "summary"))
                notes.info(line, f"the title '{title[:40]}' is of another operation than {path}; the title was kept")


def _is_of_another(title: str, path: str) -> bool:
    """Say whether the title names another kind of result, or of input, than the path."""
    medium = "video" if "/videos/" in path else "image" if "/images/" in path else None
    if medium is not None and _medium(title) not in {None, medium}:
        return True
    named = _PATH.search(path)
    if named is None:
        return False
    other = _FROM_IMAGE if named["source"] == "text" else _FROM_TEXT
    same = _FROM_TEXT if named["source"] == "text" else _FROM_IMAGE
    return other.search(title) is not None and same.search(title) is None


def _medium(title: str) -> str | None:
    words = title.lower()
    if "视频" in words or "video" in words:
        return "video"
    return "image" if any(word in words for word in ("生图", "图片", "图像", "image", "picture")) else None


def _required(document: dict[str, Any], notes: Notes, locate: Locate) -> None:
    """Remark required fields that no row describes, and descriptions that open with the opposite of their mark."""
    for base, root in request_schemas(document):
        for pointer, schema in inner_schemas(base, root):
            properties = schema.get("properties")
            listed = schema.get("required")
            if not isinstance(properties, dict):
                continue
            required = {name for name in listed if isinstance(name, str)} if isinstance(listed, list) else set()
            composed = any(key in schema for key in ("allOf", "anyOf", "oneOf", "$ref"))
            for name in sorted(required - properties.keys()) if not composed else ():
                notes.info(locate((*pointer, "required")), f"'{name}' is required, and no such field is described")
            for name, member in properties.items():
                text = member.get("description") if isinstance(member, dict) else None
                here = (*pointer, "properties", name)
                if isinstance(text, str) and name in required and _OPTIONAL.match(text):
                    notes.info(
                        locate(here), f"'{name}' is marked required, its text calls it optional; the mark was kept"
                    )
                elif isinstance(text, str) and name not in required and _REQUIRED.match(text):
                    notes.info(
                        locate(here), f"the text of '{name}' calls it required, its mark does not; the mark was kept"
                    )
