"""The overlay that leads from one document to another: what `overlay.apply` undoes is written here.

Few actions, each about one thing: what goes is removed together with what goes beside it, and the changes of one
operation or component are one update.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from klingkit_spec import overlay
from klingkit_spec.derive_edits import Edit, Parts, about, edits
from klingkit_spec.derive_words import describe
from klingkit_spec.equality import same
from klingkit_spec.errors import SpecError
from klingkit_spec.relay_document import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Action", "DeriveError", "derive"]

Kind = Literal["remove", "append", "update"]
_RANK: dict[Kind, int] = {"remove": 0, "append": 1, "update": 2}

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_NAMES_AN_ENTRY = ("name", "id", "$ref")


class DeriveError(SpecError):
    """Two documents that no overlay can connect."""


@dataclass
class Action:
    """One action on its way: `holder` is what it targets; `steps` are the edits it carries out."""

    kind: Kind
    holder: Parts
    steps: list[Edit] = field(default_factory=list)


def derive(old: dict[str, Any], new: dict[str, Any], *, title: str) -> dict[str, Any]:
    """Return the overlay that turns `old` into `new`; `title` names whose document `new` is.

    Applying it to `old` gives `new` exactly, but for the order of keys. This is tried before it is returned.

    Raises:
        DeriveError: no overlay leads there, or nothing differs.
    """
    steps = edits(old, new)
    if steps is None:
        raise DeriveError("no overlay can remove a plain value from the root of a document; keep it in both.")
    if not steps:
        raise DeriveError("the two documents are the same, and an overlay needs at least one action.")
    everywhere, steps = _everywhere(old, steps)
    actions = [*everywhere, *(_written(action, old, new) for action in _grouped(steps))]
    info = {"title": f"{title} on top of the one spec", "version": "1"}
    document = {"overlay": "1.0.0", "info": info, "actions": actions}
    changed, _ = overlay.apply(old, document, shown="the derived overlay")
    if not same(changed, new):
        raise DeriveError("the derived overlay does not lead to the document; report this as a bug of klingkit.")
    return document


# ------------------------------------------------------------------------------------------------- edits to actions
def _grouped(steps: Iterable[Edit]) -> list[Action]:
    """Return actions in the order of the document; about one thing, removals stand before updates."""
    actions: dict[tuple[Any, ...], Action] = {}
    seen: dict[Parts, int] = {}
    for step in steps:
        holder = step.parts if step.kind == "append" else step.parts[:-1]
        thing = about(holder)
        seen.setdefault(thing, len(seen))
        kind: Kind = "update" if step.kind == "set" else step.kind
        key: tuple[Any, ...] = (seen[thing], _RANK[kind])
        if kind != "update":
            key += (len(actions),) if kind == "append" else (-1, holder)
        action = actions.setdefault(key, Action(kind, holder))
        action.steps.append(step)
        action.holder = _common(action.holder, holder)
    return [actions[key] for key in sorted(actions, key=lambda key: key[:2])]


def _common(one: Parts, other: Parts) -> Parts:
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return one[:length]


def _written(action: Action, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    target = _target(old, action.holder)
    description = describe(action.kind, action.holder, action.steps, old, new)
    if action.kind == "remove":
        target += _selection(_node(old, action.holder), [step.parts[-1] for step in action.steps])
        return {"target": target, "description": description, "remove": True}
    if action.kind == "append":
        return {"target": target, "description": description, "update": action.steps[0].value}
    update: dict[str, Any] = {}
    for step in action.steps:
        node = update
        for part in step.parts[len(action.holder) : -1]:
            node = node.setdefault(str(part), {})
        node[str(step.parts[-1])] = step.value
    return {"target": target, "description": description, "update": update}


def _everywhere(old: dict[str, Any], steps: list[Edit]) -> tuple[list[dict[str, Any]], list[Edit]]:
    """Split off, as one action, the keys that every operation loses which has them."""
    gone = {step.parts for step in steps if step.kind == "remove"}
    put_back = {step.parts for step in steps if step.kind == "set"}
    lost = Counter(str(parts[-1]) for parts in gone if _in_operation(parts) and parts not in put_back)
    staying = [(path, method) for path, method in _second_level(old) if not _prefixed(("paths", path, method), gone)]
    keys = [
        key
        for key, count in sorted(lost.items())
        if count > 1 and count == sum(key in old["paths"][path][method] for path, method in staying)
    ]
    if not keys:
        return [], steps
    rest = [step for step in steps if not (step.parts in gone and _in_operation(step.parts) and step.parts[-1] in keys)]
    description = f"Every operation loses {' and '.join(keys)}."
    action = {"target": f"$.paths.*.*{_names(keys)}", "description": description, "remove": True}
    return [action], rest


def _in_operation(parts: Parts) -> bool:
    return len(parts) == 4 and parts[0] == "paths" and parts[2] in METHODS


def _second_level(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what ``$.paths.*.*`` selects, lists aside."""
    for path, item in document.get("paths", {}).items():
        if isinstance(item, dict):
            yield from ((path, key) for key, node in item.items() if isinstance(node, dict))


def _prefixed(parts: Parts, places: set[Parts]) -> bool:
    return any(parts[:length] in places for length in range(1, len(parts) + 1))


# ---------------------------------------------------------------------------------------------------- as JSONPath
def _target(document: dict[str, Any], parts: Parts) -> str:
    text = "$"
    node: Any = document
    for part in parts:
        text += _selection(node, [part])
        node = node[part]
    return text


def _selection(node: Any, parts: list[str | int]) -> str:
    """Return the selector of the members `parts` of `node`: one name, several, or entries of a list."""
    if all(isinstance(part, str) for part in parts):
        names = [str(part) for part in parts]
        return f".{names[0]}" if len(names) == 1 and _PLAIN_NAME.match(names[0]) else _names(names)
    selectors = [_entry(node, int(part)) for part in parts]
    return f"[{', '.join(selectors)}]"


def _entry(entries: list[Any], index: int) -> str:
    """Return the selector of one entry: by its name where it alone has that name, else by its place."""
    entry = entries[index]
    for key in _NAMES_AN_ENTRY:
        value = entry.get(key) if isinstance(entry, dict) else None
        alike = [other for other in entries if isinstance(other, dict) and other.get(key) == value]
        if isinstance(value, str) and len(alike) == 1:
            step = f".{key}" if _PLAIN_NAME.match(key) else f"[{_quoted(key)}]"
            return f"?@{step} == {_quoted(value)}"
    return str(index)


def _names(names: list[str]) -> str:
    return f"[{', '.join(_quoted(name) for name in names)}]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + "".join(f"\\u{ord(char):04x}" if ord(char) < 0x20 else char for char in escaped) + "'"


def _node(document: dict[str, Any], parts: Parts) -> Any:
    node: Any = document
    for part in parts:
        node = node[part]
    return node
