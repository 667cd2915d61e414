"""Conditions on a request as the documents' tables have them: a dotted path and what has to stand there. Pure.

``name[]`` walks a list. The test is a value (some value there equals it), a list of values (some value there is one of
them), or an object: ``given``, ``only``, ``none``, ``all``, ``least``, ``most``, ``longest``, ``members``, ``lacks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from klingkit._schemas import same

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["compile_conditions", "compile_path"]

_EMPTY: tuple[Any, ...] = ("", None)


def compile_path(path: str) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Return the function that finds every value at `path`."""
    if "." not in path and not path.endswith("[]"):
        return lambda body: (body[path],) if path in body else ()
    steps = [(step.removesuffix("[]"), step.endswith("[]")) for step in path.split(".")]
    first = steps[0][0]

    def find(body: Mapping[str, Any]) -> Sequence[Any]:
        if first not in body:
            return ()  # as with most of what a request may have
        found: list[Any] = [body]
        for name, many in steps:
            inner = [value[name] for value in found if isinstance(value, dict | Mapping) and name in value]
            found = [entry for value in inner if isinstance(value, list | tuple) for entry in value] if many else inner
        return found

    return find


def compile_conditions(conditions: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], bool]:
    """Return the function that tells whether a body meets every one of `conditions`."""
    tests = [(compile_path(path), test) for path, said in conditions.items() for test in _tests(said)]
    if not tests:
        return lambda _: True
    if len(tests) == 1:
        find, test = tests[0]
        return lambda body: test(find(body))

    def met(body: Mapping[str, Any]) -> bool:
        for find, test in tests:  # noqa: SIM110 - a generator costs twice as much, and every request comes here often
            if not test(find(body)):
                return False
        return True

    return met


def _tests(said: Any) -> list[Callable[[Sequence[Any]], bool]]:
    if not isinstance(said, dict):
        among = _one_of(said if isinstance(said, list) else [said])

        def found(values: Sequence[Any]) -> bool:
            for value in values:  # noqa: SIM110 - as above
                if among(value):
                    return True
            return False

        return [found]
    return [_TESTS[name](wanted) for name, wanted in said.items()]


def _one_of(words: Sequence[Any]) -> Callable[[Any], bool]:
    if all(isinstance(word, str) for word in words):
        texts = frozenset(words)
        return lambda value: isinstance(value, str) and value in texts
    return lambda value: _among(value, words)


def _among(value: Any, words: Sequence[Any]) -> bool:
    return any(same(value, word) for word in words)


def _is_there(value: Any) -> bool:
    return value not in _EMPTY if isinstance(value, str) or value is None else value not in ([], {}, ())


def _given(wanted: bool) -> Callable[[Sequence[Any]], bool]:
    return lambda values: (bool(values) and any(_is_there(value) for value in values)) is wanted


def _only(words: Sequence[Any]) -> Callable[[Sequence[Any]], bool]:
    among = _one_of(words)
    return lambda values: all(among(value) for value in values)


def _none(words: Sequence[Any]) -> Callable[[Sequence[Any]], bool]:
    among = _one_of(words)
    return lambda values: not any(among(value) for value in values)


def _all(words: Sequence[Any]) -> Callable[[Sequence[Any]], bool]:
    return lambda values: all(_among(word, values) for word in words)


def _least(count: int) -> Callable[[Sequence[Any]], bool]:
    return lambda values: len(values) >= count


def _most(count: int) -> Callable[[Sequence[Any]], bool]:
    return lambda values: len(values) <= count


def _longest(count: int) -> Callable[[Sequence[Any]], bool]:
    return lambda values: all(len(value) <= count for value in values if isinstance(value, str))


def _members(names: Sequence[str]) -> Callable[[Sequence[Any]], bool]:
    return lambda values: all(value.keys() <= set(names) for value in values if isinstance(value, dict | Mapping))


def _lacks(name: str) -> Callable[[Sequence[Any]], bool]:
    return lambda values: any(isinstance(value, dict | Mapping) and name not in value for value in values)


_TESTS: dict[str, Callable[[Any], Callable[[Sequence[Any]], bool]]] = {
    "given": _given,
    "only": _only,
    "none": _none,
    "all": _all,
    "least": _least,
    "most": _most,
    "longest": _longest,
    "members": _members,
    "lacks": _lacks,
}
