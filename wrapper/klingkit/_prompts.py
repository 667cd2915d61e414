"""What the words of a request are: its prompt, wherever the operation has it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["prompt_of"]

_NAMES = ("prompt", "text", "script")
# The newer calls: a list of contents, each with its type.
_LISTS = ("contents", "multi_prompt")
_TYPES = frozenset({"goods_description", "prompt", "speech_script"})


def prompt_of(fields: Mapping[str, Any]) -> str:
    """Return the prompt among the arguments or the fields of a request; empty where there is none.

    A storyboard's prompts, and those among the contents of the newer calls, are told one to a line.
    """
    for name in _NAMES:
        said = fields.get(name)
        if isinstance(said, str) and said.strip():
            return said
    for name in _LISTS:
        entries = fields.get(name)
        if isinstance(entries, list | tuple):
            return "\n".join(said for entry in entries if isinstance(entry, Mapping) and (said := _said(entry)))
    return ""


def _said(entry: Mapping[str, Any]) -> str:
    if entry.get("type", "prompt") not in _TYPES:
        return ""
    said = entry.get("text", entry.get("prompt"))
    return said if isinstance(said, str) else ""
