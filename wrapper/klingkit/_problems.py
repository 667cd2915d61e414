"""One thing that is wrong with a request, and the error that tells all of them at once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from klingkit._errors import InvalidRequestError
from klingkit._text import clean, elide

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ABSENT", "KlingWarning", "Problem", "as_problems", "error_of", "listed", "outermost", "shown"]

_LONGEST = 60


class KlingWarning(UserWarning):
    """Something about a request that klingkit cannot judge, such as a model it does not know. It is sent as it is."""


class _Absent:
    """The given value of a field that was left out."""

    def __repr__(self) -> str:
        return "nothing"

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a request that was not sent.

    Attributes:
        field: the field in words of the one spec, such as ``prompt`` or ``multi_prompt[1].duration``.
        sentence: what is wrong and what would be right; it begins with the field.
        value: what was given; long texts are only described, and what was left out is `ABSENT`.
        allowed: the values that are allowed, where they can be listed.
        source: the address of the page that says so; empty where it is klingkit's own caution.
        rule: the keyword or the name of the rule that is broken, such as ``maxLength`` or ``sound_needs_pro``.
    """

    field: str
    sentence: str
    value: Any = ABSENT
    allowed: tuple[Any, ...] = ()
    source: str = ""
    rule: str = ""


def outermost(field: str) -> str:
    """Return the argument that a field is in: ``multi_prompt`` of ``multi_prompt[1].duration``."""
    return field.partition(".")[0].partition("[")[0]


def shown(value: Any) -> str:
    """Return a value as a person would write it, in a few words."""
    if value is True or value is False or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, str):
        return f"'{clean(value, _LONGEST)}'" if len(value) <= _LONGEST else f"a text of {len(value)} characters"
    if isinstance(value, int | float):
        return clean(value, _LONGEST)
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return "an object" if isinstance(value, dict) else f"a {type(value).__name__}"


def listed(values: Sequence[Any], word: str = "or") -> str:
    """Return values in a row: ``std, pro or 4k``; whole numbers one after the other become ``3 to 15``."""
    numbers = [int(value) for value in values if str(value).isdecimal()]
    if len(numbers) == len(values) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    said = [clean(value, _LONGEST) if isinstance(value, str) else shown(value) for value in values]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {word} {said[-1]}"


def error_of(problems: Sequence[Problem], **context: Any) -> InvalidRequestError:
    """Return the one error for `problems`, of which there is at least one: a line each."""
    problems = [replace(problem, value=elide(problem.value)) for problem in problems]
    sources = list(dict.fromkeys(problem.source for problem in problems if problem.source))
    where = f" See {' and '.join(sources)}." if sources else ""
    if len(problems) == 1:
        text = f"{problems[0].sentence}{where}"
    else:
        lines = "\n".join(f"- {problem.sentence}" for problem in problems)
        text = f"{len(problems)} things are wrong; nothing was sent:\n{lines}"
        text += f"\n{where.strip()}" if where else ""
    return InvalidRequestError(text, argument=problems[0].field or None, problems=tuple(problems), **context)


def as_problems(error: InvalidRequestError) -> tuple[Problem, ...]:
    """Return what an error tells as problems."""
    found: tuple[Problem, ...] = error.problems
    return found or (Problem(error.argument or "", str(error), rule="argument"),)
