"""OpenAPI Overlay 1.0, applied strictly: an action that no longer fits stops the build.

The standard leaves three things open that would let a mistake pass unseen; here each of them is refused: a target
that matches nothing, an update that merges a list into a list (remove the list first, or target it to append one
entry), and two actions that write the same key. ``x-expect`` is ours: what the target must hold before the action.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Never

from jsonpath import JSONPathEnvironment, JSONPathError

from klingkit_spec import pointer
from klingkit_spec.errors import SpecError

__all__ = ["Applied", "OverlayError", "apply"]

_TOP_KEYS = {"overlay", "info", "extends", "actions"}
_ACTION_KEYS = {"target", "description", "update", "remove", "x-expect"}

Parts = tuple[str | int, ...]

# RFC 9535 and nothing beside it: another applier must be able to read our overlays.
_JSONPATH = JSONPathEnvironment(strict=True)


class OverlayError(SpecError):
    """An overlay that does not fit the document it is applied to."""


@dataclass(frozen=True)
class Applied:
    """One action that was carried out: its place in the file, its target, why, and the pointers it touched."""

    index: int
    target: str
    description: str
    kind: str
    pointers: tuple[str, ...]


def apply(document: dict[str, Any], overlay: dict[str, Any], *, shown: str) -> tuple[dict[str, Any], list[Applied]]:
    """Return a changed copy of `document` and what was done; `shown` is what errors call the overlay.

    Raises:
        OverlayError: the overlay is malformed, or one of its actions does not fit.
    """
    actions = _actions(overlay, shown)
    changed = copy.deepcopy(document)
    written: dict[Parts, int] = {}
    log = [_Action(action, index, shown, changed, written).run() for index, action in enumerate(actions)]
    return changed, log


def _actions(overlay: dict[str, Any], shown: str) -> list[dict[str, Any]]:
    unknown = sorted(key for key in overlay if key not in _TOP_KEYS and not key.startswith("x-"))
    if unknown:
        raise OverlayError(f"{shown} has the unknown key {unknown[0]!r}; remove it.")
    if not str(overlay.get("overlay", "")).startswith("1.0."):
        raise OverlayError(f"{shown} must say 'overlay: 1.0.0'.")
    info = overlay.get("info")
    if not isinstance(info, dict) or not {"title", "version"} <= info.keys():
        raise OverlayError(f"{shown} needs an info with title and version.")
    actions = overlay.get("actions")
    if not isinstance(actions, list) or not actions or not all(isinstance(action, dict) for action in actions):
        raise OverlayError(f"{shown} needs a list of at least one action.")
    return actions


class _Action:
    """One action on its way: `document` is changed in place, `written` remembers who wrote what."""

    def __init__(
        self, action: dict[str, Any], index: int, shown: str, document: dict[str, Any], written: dict[Parts, int]
    ) -> None:
        self._action = action
        self._index = index
        self._shown = shown
        self._document = document
        self._written = written

    def run(self) -> Applied:
        self._check_form()
        matches = self._matches()
        self._check_expected(matches)
        if self._action.get("remove") is True:
            kind, touched = "remove", self._remove([parts for parts, _ in matches])
        else:
            kind, touched = "update", self._update(matches)
        target, why = self._action["target"], self._action.get("description", "")
        return Applied(self._index, target, why, kind, tuple(pointer.join(parts) for parts in touched))

    def _refuse(self, sentence: str, cause: Exception | None = None) -> Never:
        raise OverlayError(f"{self._shown}, actions[{self._index}]: {sentence}") from cause

    def _check_form(self) -> None:
        unknown = sorted(key for key in self._action if key not in _ACTION_KEYS)
        if unknown:
            self._refuse(f"unknown key {unknown[0]!r}; remove it.")
        if not isinstance(self._action.get("target"), str):
            self._refuse("it has no target; give a JSONPath.")
        removes = self._action.get("remove", False)
        if not isinstance(removes, bool):
            self._refuse("remove is true or false.")
        if removes == ("update" in self._action):
            self._refuse("give either an update or 'remove: true'.")

    def _matches(self) -> list[tuple[Parts, Any]]:
        target = self._action["target"]
        try:
            found = [(tuple(match.parts), match.obj) for match in _JSONPATH.finditer(target, self._document)]
        except JSONPathError as error:
            self._refuse(f"{target!r} is no JSONPath ({str(error).splitlines()[0]}); correct it.", error)
        if not found:
            self._refuse(f"{target} matches nothing; the one spec has changed, so correct or delete the action.")
        for parts, value in found:
            if not isinstance(value, dict | list):
                self._refuse(f"{pointer.join(parts)} is neither object nor list; target the object that holds it.")
        return found

    def _check_expected(self, matches: list[tuple[Parts, Any]]) -> None:
        if "x-expect" not in self._action:
            return
        for parts, value in matches:
            if value != self._action["x-expect"]:
                self._refuse(
                    f"{pointer.join(parts)} no longer holds what x-expect says; look at what changed, "
                    "then correct the action and its x-expect."
                )

    def _remove(self, places: list[Parts]) -> list[Parts]:
        # Deepest and last first, so that an index still means the same entry when its turn comes.
        for parts in sorted(places, key=lambda parts: tuple((str(type(part)), part) for part in parts), reverse=True):
            if not parts:
                self._refuse("the whole document cannot be removed.")
            for other, index in self._written.items():
                shared = min(len(other), len(parts))
                if other[:shared] == parts[:shared]:
                    self._refuse(f"it removes {pointer.join(parts)}, which actions[{index}] wrote; join the two.")
            parent = self._node(parts[:-1])
            del parent[parts[-1]]
            if isinstance(parent, list):
                self._forget(parts[:-1])
        return places

    def _forget(self, parts: Parts) -> None:
        """Drop what is known about a list whose entries have moved."""
        for other in [other for other in self._written if other[: len(parts)] == parts]:
            del self._written[other]

    def _update(self, matches: list[tuple[Parts, Any]]) -> list[Parts]:
        touched: list[Parts] = []
        update = self._action["update"]
        for parts, node in matches:
            if isinstance(node, list):
                node.append(copy.deepcopy(update))
                touched.append((*parts, len(node) - 1))
            elif isinstance(update, dict):
                self._merge(node, update, parts, touched)
            else:
                self._refuse(f"{pointer.join(parts)} is an object, so update must be one too.")
        for place in touched:
            if isinstance(place[-1], str):  # an appended entry is new: nobody else can have written it
                self._claim(place)
        return touched

    def _merge(self, node: dict[str, Any], update: dict[str, Any], parts: Parts, touched: list[Parts]) -> None:
        for key, value in update.items():
            here = (*parts, key)
            if key not in node:
                node[key] = copy.deepcopy(value)
                touched.append(here)
            elif isinstance(node[key], dict) and isinstance(value, dict):
                self._merge(node[key], value, here, touched)
            elif isinstance(node[key], dict | list) or isinstance(value, dict | list):
                self._refuse(f"{pointer.join(here)} is there already; remove it in an action before this one.")
            elif node[key] == value and type(node[key]) is type(value):
                self._refuse(f"{pointer.join(here)} is {value!r} already; delete this part of the action.")
            else:
                node[key] = value
                touched.append(here)

    def _claim(self, place: Parts) -> None:
        other = self._written.setdefault(place, self._index)
        if other != self._index:
            self._refuse(f"actions[{other}] wrote {pointer.join(place)} before; join the two.")

    def _node(self, parts: Parts) -> Any:
        node: Any = self._document
        for part in parts:
            node = node[part]
        return node
