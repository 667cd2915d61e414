"""What a derived action says about itself: one sentence for the person who reads the overlay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from klingkit_spec.markdown import shorten
from klingkit_spec.pointer import MISSING
from klingkit_spec.relay_document import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from klingkit_spec.derive_edits import Edit, Parts

__all__ = ["describe"]

_SHOWN = 6
_LONGEST_VALUE = 40


def describe(kind: str, holder: Parts, steps: Sequence[Edit], old: dict[str, Any], new: dict[str, Any]) -> str:
    """Return the sentence for an action that carries out `steps` on `holder`, between the documents `old` and `new`."""
    if kind == "append":
        return f"One more entry of {holder[-1]}: {_short(steps[0].value)}."
    if kind == "update":
        return _update(holder, steps, old)
    return _remove(holder, steps, old, new)


def _remove(holder: Parts, steps: Sequence[Edit], old: dict[str, Any], new: dict[str, Any]) -> str:
    replaced = [step for step in steps if isinstance(step.parts[-1], str) and _at(new, step.parts) is not MISSING]
    gone = [step for step in steps if step not in replaced]
    sentences = []
    if gone and holder[:1] == ("paths",) and len(holder) < 3:
        sentences.append(f"Not offered: {_list(_operation_names(gone, old))}.")
    elif gone and holder[:1] == ("components",) and len(holder) < 3:
        sentences.append(f"No operation uses {_list(_name(step, old) for step in gone)}.")
    elif gone:
        sentences.append(f"Without {_list(_name(step, old) for step in gone)}.")
    if replaced:
        sentences.append(f"An action below writes {_list(_name(step, old) for step in replaced)} anew.")
    return " ".join(sentences)


def _operation_names(steps: Iterable[Edit], old: dict[str, Any]) -> Iterable[str]:
    for step in steps:
        node = _at(old, step.parts)
        holders = [node] if step.parts[-1] in METHODS else [node.get(method) for method in METHODS]
        names = [holder["operationId"] for holder in holders if isinstance(holder, dict) and "operationId" in holder]
        yield from names or [str(step.parts[-1])]


def _update(holder: Parts, steps: Sequence[Edit], old: dict[str, Any]) -> str:
    added: list[str] = []
    changed: dict[str, list[str]] = {}
    for step in steps:
        name = ".".join(str(part) for part in step.parts[len(holder) :] if part != "properties")
        before = _at(old, step.parts)
        if before is MISSING:
            added.append(name)
        else:
            changed.setdefault(_way(before, step.value), []).append(name)
    sentences = [f"Adds {_list(added)}."] if added else []
    sentences += [f"Changes {_list(names)}{way}." for way, names in changed.items()]
    return " ".join(sentences)


def _way(before: Any, after: Any) -> str:
    """Return from what to what, if that is short enough to help."""
    values = [json.dumps(value, ensure_ascii=False, default=str).strip('"') for value in (before, after)]
    plain = not isinstance(before, dict | list) and not isinstance(after, dict | list)
    return f" from {values[0]} to {values[1]}" if plain and max(map(len, values)) <= _LONGEST_VALUE else ""


def _name(step: Edit, old: dict[str, Any]) -> str:
    last = step.parts[-1]
    if isinstance(last, str):
        return last
    entry = _at(old, step.parts)
    if isinstance(entry, dict):
        return str(entry.get("name", entry.get("id", entry.get("$ref", _short(entry)))))
    return _short(entry)


def _at(document: Any, parts: Parts) -> Any:
    for part in parts:
        there = part in document if isinstance(document, dict) else isinstance(part, int) and part < len(document)
        if not there:
            return MISSING
        document = document[part]
    return document


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return shorten(" ".join(text.split()), _LONGEST_VALUE)


def _list(names: Iterable[str]) -> str:
    names = list(names)
    if len(names) > _SHOWN:
        names = [*names[: _SHOWN - 1], f"{len(names) - _SHOWN + 1} others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
