"""From the spec's descriptions to what a docstring says: in Python's terms, wrapped, nothing twice."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["argument_text", "told", "wrapped"]

_WIDTH = 120
_FILE = re.compile(
    r"Public URL or[^;.]*?Base64 without a `data:` prefix|(?<=\bas )bare Base64 without a `data:` prefix"
)
_AS_TEXT = re.compile(r", as a (?:string|text of digits)\b")
_EMPTY = re.compile(r" ?Empty means (?:no callback|none)\.")
_TWO_WORDS = re.compile(r"; a number, unlike the durations of videos\b")
_SEND_IT = re.compile(r"The model\.(?: Always send it:.*)?")
_RETIRED = re.compile(r"(?:(\w[^.]*?) (?:was|were)|both) retired on (\d{4}-\d\d-\d\d)")
_SAYS_DEFAULT = re.compile(r"\bdefault\b")
_MILLISECONDS = re.compile(r",? Unix milliseconds(?:, as a number or in digits)?")


def told(text: str) -> str:
    """Return a description in one line, in Python's terms."""
    text = " ".join(text.split())
    text = _FILE.sub("a path, bytes, a binary file, an address or Base64", text)
    text = _AS_TEXT.sub("", _EMPTY.sub("", _TWO_WORDS.sub("", text)))
    text = _MILLISECONDS.sub(" (a datetime, or Unix milliseconds)", text)
    text = re.sub(r"(^|[.] )a path", lambda found: f"{found[1]}A path", text)
    return text.replace("\\", "\\\\").replace('"""', "'''").strip()


def argument_text(name: str, schema: Mapping[str, Any], described: Mapping[str, Any], fixed: Mapping[str, str]) -> str:
    """Return what is said of an argument: `fixed` text by name, else the description, else that of its type.

    Args:
        name: its name.
        schema: its schema as it stands in the request, with a description of its own.
        described: the schema it refers to.
        fixed: texts that replace the spec's, by name.
    """
    if name in fixed:
        return fixed[name]
    text = str(schema.get("description") or described.get("description", ""))
    if _SEND_IT.match(text):
        return _model_text(described)
    text = told(text)
    default = schema.get("default", described.get("default"))
    if default is not None and not _SAYS_DEFAULT.search(text) and name not in {"page", "page_size"}:
        text = f"{text} Kling's default is {_shown(default)}."
    if "maxItems" in schema and not re.search(r"\d", text):
        text = f"{text} At most {schema['maxItems']}."
    return text


def wrapped(text: str, indent: int, *, hanging: int = 0) -> list[str]:
    """Return `text` as lines of at most 120 characters, the first `indent` deep, the others `hanging` deeper."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _model_text(described: Mapping[str, Any]) -> str:
    text = str(described.get("description", ""))
    retired = _RETIRED.search(text.partition(". ")[2] or text)
    gone = f" Retired on {retired[2]}: {retired[1] or 'all that are known'}." if retired else ""
    return f"The model; names klingkit does not know yet are sent as they are.{gone}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
