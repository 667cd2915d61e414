"""The conditions of named rules and of what models make: what stands at a dotted path, and what is asked of it.

The judge has its own reading of them, as the client and the emulator have theirs: a shared mistake would stay unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["as_number", "at", "meets"]


def at(body: Any, path: str) -> list[Any]:
    """Return every value at `path`; ``name[]`` stands for all entries of a list."""
    found = [body]
    for step in path.split("."):
        name = step.removesuffix("[]")
        found = [value[name] for value in found if isinstance(value, Mapping) and name in value]
        if step.endswith("[]"):
            found = [entry for value in found if isinstance(value, list) for entry in value]
    return found


def as_number(value: object) -> float | None:
    """Return the number that a value is or says; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def meets(body: Mapping[str, Any], conditions: Mapping[str, Any]) -> bool:
    """Tell whether `body` meets all `conditions`; a test nobody here knows counts as met, so it accuses no one."""
    return all(_meets(at(body, path), test) for path, test in conditions.items())


def _meets(values: list[Any], test: Any) -> bool:
    if isinstance(test, Mapping):
        return all(_TESTS[name](values, wanted) for name, wanted in test.items() if name in _TESTS)
    return _any_of(values, test if isinstance(test, list) else [test])


def _equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _any_of(values: list[Any], words: list[Any]) -> bool:
    return any(_equal(value, word) for value in values for word in words)


def _given(values: list[Any], wanted: Any) -> bool:
    return any(value is not None and value not in ("", [], {}) for value in values) is bool(wanted)


def _only(values: list[Any], words: Any) -> bool:
    return all(_any_of([value], words) for value in values)


def _longest(values: list[Any], most: Any) -> bool:
    return all(len(value) <= most for value in values if isinstance(value, str))


def _members(values: list[Any], names: Any) -> bool:
    return all(set(value) <= set(names) for value in values if isinstance(value, Mapping))


_TESTS: dict[str, Callable[[list[Any], Any], bool]] = {
    "given": _given,
    "only": _only,
    "none": lambda values, words: not _any_of(values, words),
    "all": lambda values, words: all(_any_of(values, [word]) for word in words),
    "least": lambda values, count: len(values) >= count,
    "most": lambda values, count: len(values) <= count,
    "longest": _longest,
    "members": _members,
    "lacks": lambda values, name: any(isinstance(value, Mapping) and name not in value for value in values),
}
