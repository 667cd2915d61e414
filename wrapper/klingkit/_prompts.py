"""What the words of a request are: its prompt, wherever the operation, or a relay's answer, has it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from klingkit._compact import Recent

__all__ = ["Prompts", "prompt_in", "prompt_of"]

_NAMES = ("prompt", "text", "script")
# The newer calls: a list of contents, each with its type.
_LISTS = ("contents", "multi_prompt")
_TYPES = frozenset({"goods_description", "prompt", "speech_script"})
_INNER = "input"  # what some operations have around all the rest
_DEPTH = 4
_LONGEST = 2500
_MOST = 256
_SHOWN = 501  # characters; a notebook shows 500


class Prompts:
    """The prompts of a client's last creates, for a notebook to show: no handle of a task has to grow for that."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept = Recent(_MOST)

    def keep(self, operation: str, task_id: str | None, fields: Mapping[str, Any]) -> None:
        """Keep the prompt of a create: of its operation without verb, its task, and what was sent."""
        if prompt := prompt_of(fields):
            self._kept.keep((operation, task_id), prompt[:_SHOWN])

    def of(self, operation: str, task_id: str) -> str:
        """Return the prompt that made a task; empty if it is not there any more."""
        return self._kept.get((operation, task_id)) or ""


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
    inner = fields.get(_INNER)
    return prompt_of(inner) if isinstance(inner, Mapping) else ""


def prompt_in(answer: object, depth: int = _DEPTH) -> str:
    """Return the prompt that a relay repeats in its answer about a task; empty where it does not."""
    if not isinstance(answer, dict) or not depth:
        return ""
    said = answer.get("prompt")
    if isinstance(said, str) and said.strip():
        return said[:_LONGEST]
    return next((found for member in answer.values() if (found := prompt_in(member, depth - 1))), "")


def _said(entry: Mapping[str, Any]) -> str:
    if entry.get("type", "prompt") not in _TYPES:
        return ""
    said = entry.get("text", entry.get("prompt"))
    return said if isinstance(said, str) else ""
