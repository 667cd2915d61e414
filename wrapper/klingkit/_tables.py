"""The tables that answers are read by, compiled once. Data: dialects.toml."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit._values import integer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Envelope", "Path", "Refusals", "Shape", "Tables", "tables"]

Path = tuple[tuple[str, bool], ...]
"""A dotted path: each step is a name, and whether every entry of the list under it is walked."""

_PATHS = (
    "task_id",
    "status",
    "reason",
    "videos",
    "images",
    "audios",
    "outputs",
    "urls",
    "external_task_id",
    "created_at",
    "updated_at",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """When an object has a shape: the members it holds, their JSON types, and what some of them equal.

    Attributes:
        names: of all those members.
        tests: what each of them has to pass, one after the other.
    """

    when: tuple[str, ...]
    type: Mapping[str, str]
    equals: Mapping[str, str]
    names: frozenset[str]
    tests: tuple[tuple[str, Callable[[object], bool]], ...]

    def fits(self, document: Mapping[str, Any]) -> bool:
        """Tell whether `document` has this shape."""
        if not document.keys() >= self.names:
            return False
        for name, test in self.tests:  # noqa: SIM110 - a plain loop: every answer goes through all shapes
            if not test(document[name]):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Envelope:
    """A shape of an answer about tasks, and where in it things stand. `is_list`: the tasks are the entries of data."""

    id: str
    shape: Shape
    paths: Mapping[str, tuple[Path, ...]]
    milliseconds: bool
    is_list: bool


@dataclass(frozen=True, slots=True)
class Refusals:
    """A shape of a refusal, and where in it things stand."""

    id: str
    shape: Shape
    code: tuple[Path, ...]
    message: tuple[Path, ...]
    request_id: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything answers are read by. `success_words` are the texts a top-level code may be when nothing is wrong."""

    envelopes: tuple[Envelope, ...]
    refusals: tuple[Refusals, ...]
    states: Mapping[str, str]
    success_words: frozenset[str]


@functools.cache
def tables() -> Tables:
    """Return the tables of this installation."""
    data = klingkit_data.load("dialects.toml")
    envelopes = tuple(_envelope(row) for row in data["envelope"])
    return Tables(
        envelopes=envelopes,
        refusals=tuple(_refusal(row) for row in data["error"]),
        states=dict(data["status_words"]),
        success_words=frozenset(
            envelope.shape.equals["code"].casefold() for envelope in envelopes if "code" in envelope.shape.equals
        ),
    )


def _shape(row: Mapping[str, Any]) -> Shape:
    when, kinds, equals = tuple(row["when"]), dict(row.get("type", {})), dict(row.get("equals", {}))
    tests = dict.fromkeys(when, _TESTS["any"]) | {name: _TESTS[kind] for name, kind in kinds.items()}
    words = tuple((name, _equal_to(word)) for name, word in equals.items())
    return Shape(when, kinds, equals, frozenset((*tests, *equals)), (*tests.items(), *words))


_TESTS: Mapping[str, Callable[[object], bool]] = {
    "any": lambda value: value is not None,
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "integer": lambda value: integer(value) is not None,
    "string": lambda value: isinstance(value, str),
}


def _equal_to(word: str) -> Callable[[object], bool]:
    wanted = word.casefold()
    return lambda value: isinstance(value, str) and value.strip().casefold() == wanted


def _envelope(row: Mapping[str, Any]) -> Envelope:
    return Envelope(
        id=row["id"],
        shape=_shape(row),
        paths={name: _paths(row, name) for name in _PATHS},
        milliseconds=row.get("time_unit", "s") == "ms",
        is_list=row.get("type", {}).get("data") == "array",
    )


def _refusal(row: Mapping[str, Any]) -> Refusals:
    return Refusals(row["id"], _shape(row), _paths(row, "code"), _paths(row, "message"), _paths(row, "request_id"))


def _paths(row: Mapping[str, Any], name: str) -> tuple[Path, ...]:
    return tuple(
        tuple((step.removesuffix("[]"), step.endswith("[]")) for step in path.split(".")) for path in row.get(name, ())
    )
