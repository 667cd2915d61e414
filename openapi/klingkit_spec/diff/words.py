"""What is said to people beside the contract: descriptions, titles, examples, extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.equality import same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_spec.diff.changes import Changes, Use
    from klingkit_spec.diff.views import Loc

__all__ = ["RULES", "compare_words", "is_words", "members"]

RULES = "x-kling-rules"
"""The one extension that is no mere words: conditions that the wrapper and the emulator execute."""

_WORDS = {"description", "summary", "title", "example", "examples", "$comment", "$schema", "$id", "externalDocs", "xml"}
# Where a value was read from is no part of what is said.
_PROVENANCE = {"x-klingkit-from", "x-klingkit-page", "x-source"}


def is_words(key: str) -> bool:
    """Say whether the member `key` of an object of OpenAPI is for people alone."""
    return key in _WORDS or (key.startswith("x-") and key != RULES)


def members(node: Any, loc: Loc) -> dict[str, tuple[Any, Loc]]:
    """Return the members of an object and where each stands."""
    return {key: (value, loc.child(key)) for key, value in node.items()} if isinstance(node, dict) else {}


def compare_words(
    changes: Changes,
    use: Use | None,
    old: Mapping[str, tuple[Any, Loc]],
    new: Mapping[str, tuple[Any, Loc]],
    *,
    also: frozenset[str] = frozenset(),
) -> None:
    """Note every member that is words, or one of `also`, and differs."""
    for key in dict.fromkeys([*old, *new]):
        if key in _PROVENANCE or not (is_words(key) or key in also):
            continue
        if key not in new:
            value, loc = old[key]
            changes.add("words-changed", use, loc.shown, value, None, gone=True, words=key)
        elif key not in old or not same(old[key][0], new[key][0]):
            before = old[key][0] if key in old else None
            changes.add("words-changed", use, new[key][1].shown, before, new[key][0], words=key)
