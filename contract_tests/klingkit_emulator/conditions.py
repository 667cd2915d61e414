"""The conditions of the documents' rules and rows: dotted paths, and tests on what stands there.

`name[]` walks a list. A test is a value or a list of values, one of which has to stand there, or a mapping of named
tests; the table of them is in `x-kling-capability-words`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from klingkit_emulator.errors import DataError

__all__ = ["applies", "number", "values_at"]

_NAMED = ("given", "only", "none", "all", "least", "most", "longest", "members", "lacks")


def applies(conditions: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Tell whether `body` meets all `conditions`.

    Raises:
        DataError: a test has a name that this version does not know.
    """
    return all(_met(test, list(values_at(body, path))) for path, test in conditions.items())


def values_at(value: Any, path: str) -> Iterator[Any]:
    """Yield what stands at a dotted path."""
    head, _, rest = path.partition(".")
    name, many = head.removesuffix("[]"), head.endswith("[]")
    if not isinstance(value, Mapping) or name not in value:
        return
    members = value[name] if many else [value[name]]
    for member in members if isinstance(members, list) else []:
        if rest:
            yield from values_at(member, rest)
        else:
            yield member


def number(value: object) -> float | None:
    """Return the number that a JSON value, or a text, is; None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None


def _met(test: Any, found: list[Any]) -> bool:
    if not isinstance(test, Mapping):
        wanted = test if isinstance(test, list) else [test]
        return any(_equal(value, word) for value in found for word in wanted)
    return all(_named(name, asked, found) for name, asked in test.items())


def _named(name: str, asked: Any, found: list[Any]) -> bool:
    if name == "given":
        return any(value not in ("", None, [], {}) for value in found) is bool(asked)
    if name in {"only", "none"}:
        listed = [any(_equal(value, word) for word in asked) for value in found]
        return all(listed) if name == "only" else not any(listed)
    if name == "all":
        return all(any(_equal(value, word) for value in found) for word in asked)
    if name == "least":
        return len(found) >= int(asked)
    if name == "most":
        return len(found) <= int(asked)
    if name == "longest":
        return max((len(value) for value in found if isinstance(value, str)), default=0) <= int(asked)
    objects = [value for value in found if isinstance(value, Mapping)]
    if name == "members":
        return not any(set(value) - set(asked) for value in objects)
    if name == "lacks":
        return any(str(asked) not in value for value in objects)
    raise DataError(f"a rule tests {name!r}, which the emulator cannot; it knows {', '.join(_NAMED)}.")


def _equal(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
