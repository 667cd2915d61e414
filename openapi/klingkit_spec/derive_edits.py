"""The way from one document to another in the steps an overlay can take: remove, set, append.

OpenAPI Overlay 1.0 addresses objects and lists alone. So a plain value can be replaced (by an update of the object
that holds it) but not removed, and nothing can be put into the middle of a list: what holds it is then written anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from klingkit_spec.equality import same

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Edit", "Parts", "about", "edits"]

Parts = tuple[str | int, ...]

_ACTION_COST = 60  # about what an action costs the reader, in characters, beside the values it carries
_KEY_COST = 6


@dataclass(frozen=True)
class Edit:
    """One step. `parts` is where: the thing removed, the key set, or the list appended to."""

    kind: Literal["remove", "set", "append"]
    parts: Parts
    value: Any = None


def edits(old: dict[str, Any], new: dict[str, Any]) -> list[Edit] | None:
    """Return the steps from `old` to `new`, or None when no overlay leads there (a plain value of the root is gone).

    Of several ways the shortest to read is taken. The order of keys is not kept; the order of lists is.
    """
    return _inside(old, new, ())


def about(holder: Parts) -> Parts:
    """Return the operation or component that `holder` is part of; inside a list, the entry it is part of."""
    depth = {"paths": 3, "components": 3}.get(str(holder[0]), 1) if holder else 0
    inside_list = max((index + 1 for index, part in enumerate(holder) if isinstance(part, int)), default=0)
    return holder[: max(depth, inside_list)]


def _value(old: Any, new: Any, parts: Parts) -> list[Edit] | None:
    """Return the steps that turn the value of a key into another."""
    if same(old, new):
        return []
    return _cheapest([_inside(old, new, parts), _whole(old, new, parts)])


def _inside(old: Any, new: Any, parts: Parts) -> list[Edit] | None:
    """Return the steps within a value that stays where it is."""
    if isinstance(old, dict) and isinstance(new, dict):
        return _object(old, new, parts)
    if isinstance(old, list) and isinstance(new, list):
        return _cheapest([_shortened(old, new, parts), _entries(old, new, parts)])
    return None


def _whole(old: Any, new: Any, parts: Parts) -> list[Edit] | None:
    if isinstance(old, dict | list):
        return [Edit("remove", parts), Edit("set", parts, new)]
    if isinstance(new, dict | list):
        return None
    return [Edit("set", parts, new)]


def _object(old: dict[str, Any], new: dict[str, Any], parts: Parts) -> list[Edit] | None:
    found: list[Edit] = []
    for key, value in old.items():
        here = (*parts, key)
        if key in new:
            steps = _value(value, new[key], here)
            if steps is None:
                return None
            found.extend(steps)
        elif isinstance(value, dict | list):
            found.append(Edit("remove", here))
        else:
            return None
    found.extend(Edit("set", (*parts, key), value) for key, value in new.items() if key not in old)
    return found


def _shortened(old: list[Any], new: list[Any], parts: Parts) -> list[Edit] | None:
    """Take entries out, then put others at the end."""
    found: list[Edit] = []
    kept = 0
    for index, entry in enumerate(old):
        if kept < len(new) and same(entry, new[kept]):
            kept += 1
        elif isinstance(entry, dict | list):
            found.append(Edit("remove", (*parts, index)))
        else:
            return None
    return [*found, *(Edit("append", parts, entry) for entry in new[kept:])]


def _entries(old: list[Any], new: list[Any], parts: Parts) -> list[Edit] | None:
    """Change entries where they stand."""
    if len(old) != len(new):
        return None
    found: list[Edit] = []
    for index, (one, other) in enumerate(zip(old, new, strict=True)):
        steps = [] if same(one, other) else _inside(one, other, (*parts, index))
        if steps is None:
            return None
        found.extend(steps)
    return found


def _cheapest(ways: Sequence[list[Edit] | None]) -> list[Edit] | None:
    possible = [way for way in ways if way is not None]
    return min(possible, key=_cost) if possible else None


def _cost(steps: list[Edit]) -> int:
    # an update takes in all that is set in one operation or component, a removal only what goes side by side
    actions = {(step.kind, about(step.parts[:-1]) if step.kind == "set" else step.parts[:-1]) for step in steps}
    return len(actions) * _ACTION_COST + sum(_KEY_COST + _length(step) for step in steps)


def _length(step: Edit) -> int:
    return 0 if step.kind == "remove" else len(json.dumps(step.value, ensure_ascii=False, default=str))
