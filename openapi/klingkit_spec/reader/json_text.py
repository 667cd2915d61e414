"""JSON that stands somewhere in page text."""

from __future__ import annotations

import json
import re
from typing import Any

import json5

__all__ = ["BrokenJsonError", "decode", "doubled_keys", "find_document", "first_value"]

_DOCUMENT_KEY = re.compile(r'"(?:openapi|swagger)"\s*:\s*"[23]')
_MOST_TRIES = 400
_DEEPEST = 80
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_LONGEST_JSON5 = 6_000  # json5 is thorough and slow
_TYPESET = str.maketrans("“”‘’：，｛｝［］", "\"\"'':,{}[]")
_DECODER = json.JSONDecoder(strict=False)


class BrokenJsonError(Exception):
    """No JSON value starts there; `offset` is where it breaks."""

    def __init__(self, offset: int, problem: str) -> None:
        super().__init__(problem)
        self.offset = offset
        self.problem = problem


def first_value(text: str, at: int) -> tuple[Any, int]:
    """Return the JSON value that starts at offset `at`, and the offset behind it.

    Raises:
        BrokenJsonError: there is none.
    """
    try:
        value, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise BrokenJsonError(error.pos, error.msg) from error
    except (RecursionError, ValueError) as error:
        raise BrokenJsonError(at, "nested too deeply, or a number too long") from error
    if _deeper_than(_DEEPEST, value):
        raise BrokenJsonError(at, "nested too deeply")
    return value, end


def _deeper_than(levels: int, value: Any) -> bool:
    layer = [value]
    for _ in range(levels):
        layer = [
            member
            for each in layer
            if isinstance(each, (dict, list))
            for member in (each.values() if isinstance(each, dict) else each)
        ]
        if not layer:
            return False
    return True


def decode(text: str) -> tuple[Any, bool]:
    """Return the JSON value `text` is, and whether it had to be read as JavaScript would.

    Raises:
        BrokenJsonError: it is none even so.
    """
    stripped = text.strip()
    start = len(text) - len(text.lstrip())
    try:
        return first_value(stripped, 0)[0], False
    except BrokenJsonError:
        pass
    try:
        return first_value(_lenient(stripped), 0)[0], True
    except BrokenJsonError as fault:
        value = _json5(stripped)
        if value is None:
            raise BrokenJsonError(start + fault.offset, fault.problem) from fault
        return value, True


def _json5(text: str) -> Any:
    """Return the object or list that `text` is to JavaScript (bare names, single or curly quotes), or None."""
    if len(text) > _LONGEST_JSON5 or text[:1] not in {"{", "["} or text[-1:] not in {"}", "]"}:
        return None
    for written in (text, text.translate(_TYPESET)):
        try:
            value = json5.loads(written)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict | list) and not _deeper_than(_DEEPEST, value) and _is_finite(value):
            return value
    return None


def _is_finite(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def _lenient(text: str) -> str:
    without_comments = _COMMENT.sub(lambda match: match[1] or " " * len(match[0]), text)
    return _TRAILING_COMMA.sub(lambda match: match[1] or " ", without_comments)


def doubled_keys(text: str, at: int) -> list[str]:
    """Return the keys that stand twice in one object of the JSON value at offset `at`; the last one counts."""
    doubled: list[str] = []

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in members]
        doubled.extend(name for name in dict.fromkeys(names) if names.count(name) > 1)
        return dict(members)

    json.JSONDecoder(strict=False, object_pairs_hook=pairs).raw_decode(text, at)
    return doubled


def find_document(text: str) -> tuple[dict[str, Any], int] | None:
    """Return the first OpenAPI object in `text` and its offset, or None where no text looks like one.

    Raises:
        BrokenJsonError: an object with an ``openapi`` key starts but cannot be decoded.
    """
    fault: BrokenJsonError | None = None
    for key in _DOCUMENT_KEY.finditer(text):
        at = key.start()
        for _ in range(_MOST_TRIES):
            at = text.rfind("{", 0, at)
            if at < 0:
                break
            try:
                value, end = first_value(text, at)
            except BrokenJsonError as error:
                fault = fault or error
                continue
            if end > key.start() and isinstance(value, dict) and ("openapi" in value or "swagger" in value):
                return value, at
    if fault is not None:
        raise fault
    return None
