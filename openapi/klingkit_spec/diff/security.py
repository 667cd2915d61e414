"""How callers prove who they are: the ways an operation accepts, whatever the schemes are called."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from klingkit_spec.diff.views import Loc
from klingkit_spec.diff.words import compare_words, is_words, members

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_spec.diff.sides import Sides

__all__ = ["compare_schemes", "compare_security"]

_HINTS = frozenset({"bearerFormat"})  # says how a key looks to people; no client depends on it
_NO_KEY = "no key"


def compare_security(sides: Sides, old: Loc, new: Loc, operation: str) -> None:
    """Note how the ways of auth of the operation at `old` and `new` differ."""
    before, left = _ways(sides.old, old)
    after, right = _ways(sides.new, new)
    if before.keys() == after.keys():
        return
    lost = [shown for key, shown in before.items() if key not in after]
    won = [shown for key, shown in after.items() if key not in before]
    if _NO_KEY in before and _NO_KEY not in after:
        kind = "auth-added"
    elif _NO_KEY in after and _NO_KEY not in before:
        kind = "auth-removed"
    elif lost and won:
        kind = "auth-changed"
    else:
        kind = "auth-option-removed" if lost else "auth-option-added"
    place = right or left or Loc(("security",), ("security",))
    shown = [" or ".join(sorted(ways.values())) for ways in (before, after)]
    sides.changes.add(kind, (operation, None), place.shown, *shown, gone=right is None)


def compare_schemes(sides: Sides) -> None:
    """Note what is said to people about schemes of one name."""
    home = Loc(("components", "securitySchemes"), ("components", "securitySchemes"))
    old, new = sides.before(home) or {}, sides.after(home) or {}
    for name in old:
        if name in new:
            loc = home.child(name)
            compare_words(sides.changes, None, members(old[name], loc), members(new[name], loc), also=_HINTS)


def _ways(document: Mapping[str, Any], operation: Loc) -> tuple[dict[str, str], Loc | None]:
    """Return the ways by what they ask for, and where they are listed."""
    node: Any = document
    for part in operation.parts:
        node = node[part]
    place: Loc | None = operation.child("security")
    listed = node.get("security")
    if listed is None:
        place = Loc(("security",), ("security",)) if "security" in document else None
        listed = document.get("security")
    schemes = document.get("components", {}).get("securitySchemes", {})
    listed = listed if isinstance(listed, list) and listed else [{}]
    ways = [_way(requirement, schemes) for requirement in listed if isinstance(requirement, dict)]
    return dict(ways), place


def _way(requirement: Mapping[str, Any], schemes: Mapping[str, Any]) -> tuple[str, str]:
    if not requirement:
        return _NO_KEY, _NO_KEY
    asked, shown = {}, []
    for name, listed in sorted(requirement.items()):
        scopes = sorted(map(str, listed)) if isinstance(listed, list) else []
        scheme = schemes.get(name)
        scheme = scheme if isinstance(scheme, dict) else {"unknown": name}
        asks = {key: value for key, value in scheme.items() if not is_words(key) and key not in _HINTS}
        asked[json.dumps(asks, sort_keys=True, default=str)] = scopes
        words = [str(scheme[key]) for key in ("type", "scheme", "in", "name") if key in scheme]
        shown.append(" ".join([*words, *(f"[{scope}]" for scope in scopes)]) or name)
    return json.dumps(asked, sort_keys=True), " with ".join(shown)
