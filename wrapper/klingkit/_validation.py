"""Everything that is wrong with a create, told at once, before it can cost anything.

The document of the relay decides; where it is silent, the one spec does, and a few cautions of klingkit's own.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from klingkit._dialect import say
from klingkit._documented import ONE_SPEC, documented
from klingkit._errors import InvalidRequestError, UnsupportedByRelayError
from klingkit._pictures import picture_problems
from klingkit._problems import KlingWarning, Problem, as_problems, error_of, outermost, shown
from klingkit._rules import cautions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from klingkit._dialect import Wording
    from klingkit._documented import Documented
    from klingkit._shapes import Medium

__all__ = ["checked_fields"]

_log = logging.getLogger("klingkit")
_READ_ALREADY = "https://example.invalid/read-already"
_MODELS = frozenset({"model_name", "model"})


def checked_fields(
    build: Callable[[Mapping[str, Any]], dict[str, Any]],
    arguments: Mapping[str, Any],
    *,
    operation: str,
    relay: str,
    documents_of: str,
    wording: Wording,
    extra: Mapping[str, Any] | None,
    media: Sequence[Medium] = (),
) -> dict[str, Any]:
    """Return what `build` makes of the arguments of a create, after holding it against what the relay documents.

    Args:
        build: makes the fields of the request, in words of the one spec; it may read pictures.
        arguments: what the caller gave.
        operation: its operationId.
        relay: the id of the relay, for what is said.
        documents_of: the id of the relay whose documents hold.
        wording: how the relay words the request.
        extra: fields that are sent as they are, whatever the documents say.
        media: where files stand in it.

    Raises:
        InvalidRequestError: something is wrong; `problems` has all of it.
    """
    fields, first, told = _built(build, arguments)
    free = {outermost(problem.field) for problem in told} | set(extra or ())
    own = documented(documents_of, operation)
    ours = documented(ONE_SPEC, operation)
    defaults = ours.defaults if ours is not None else {}
    source = ours.source if ours is not None else ""
    beyond = cautions(operation.removesuffix("_create"), fields, defaults) + picture_problems(fields, media, source)
    if beyond:
        told += [one for one in beyond if outermost(one.field) not in free]
        free |= {outermost(problem.field) for problem in told}
    known = own or ours
    if known is not None:
        found = known.problems(*_said(known, wording, fields))
        if found:
            found = _worded(found, wording)
        if wording.rest and ours is not None and own is not None:
            found += _beside(ours, own, wording, fields, found)
        for one in found:
            if outermost(one.field) not in free and not _is_unknown_model(one, known, ours, relay):
                told.append(one)
    if not told:
        return fields
    if first is not None and len(told) == len(as_problems(first)):
        first.problems = tuple(told)
        raise first
    raise error_of(told, relay=relay, operation=operation) from first


def _built(
    build: Callable[[Mapping[str, Any]], dict[str, Any]], arguments: Mapping[str, Any]
) -> tuple[dict[str, Any], InvalidRequestError | None, list[Problem]]:
    """Return the fields, the first error, and what is wrong with arguments that cannot be made into fields.

    An argument at fault is left out and the rest tried again, so that one bad picture does not hide a bad prompt.
    """
    told: list[Problem] = []
    first: InvalidRequestError | None = None
    given = dict(arguments)
    while True:
        try:
            return build(given), first, told
        except UnsupportedByRelayError:
            raise
        except InvalidRequestError as error:
            problems = as_problems(error)
            wrong = {outermost(problem.field) for problem in problems}
            if not any(given.get(name) is not None for name in wrong):
                raise
            first = first or error
            told.extend(problems)
            given = {name: _again(value) for name, value in given.items() if name not in wrong}


def _again(value: Any) -> Any:
    """Return an argument for another try: an open file was read to its end, so an address stands in for it."""
    if isinstance(value, list | tuple):
        return [_again(entry) for entry in value]
    if isinstance(value, Mapping):
        return {name: _again(member) for name, member in value.items()}
    return _READ_ALREADY if callable(getattr(value, "read", None)) else value


def _said(document: Documented, wording: Wording, fields: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None]:
    body, _ = say(wording, fields)
    return body, document.model_of(body, fields)


def _worded(problems: Sequence[Problem], wording: Wording) -> list[Problem]:
    """Return problems in words of the one spec, which are the names of the arguments."""
    if not wording.rename and not wording.rest:
        return list(problems)
    ours = {theirs: name for name, theirs in wording.rename.items()}
    return [_renamed(problem, ours, wording.rest) for problem in problems]


def _renamed(problem: Problem, ours: Mapping[str, str], rest: str) -> Problem:
    bare = problem.field.removeprefix(f"{rest}.") if rest else problem.field
    theirs = outermost(bare)
    field = ours.get(theirs, theirs) + bare[len(theirs) :]
    return replace(problem, field=field, sentence=problem.sentence.replace(problem.field, field))


def _beside(
    ours: Documented, own: Documented, wording: Wording, fields: Mapping[str, Any], found: Sequence[Problem]
) -> list[Problem]:
    """Return what the one spec says of what travels inside an object that the relay's document leaves open."""
    names = {theirs: name for name, theirs in wording.rename.items()}
    settled = {names.get(name, name) for name in own.members}
    told = {outermost(problem.field) for problem in found}
    problems = [one for one in ours.problems(fields, ours.model_of(fields, fields)) if outermost(one.field) not in told]
    return [one for one in problems if one.rule == "offers" or outermost(one.field) not in settled]


def _is_unknown_model(problem: Problem, known: Documented, ours: Documented | None, relay: str) -> bool:
    """Tell whether a problem is only that klingkit never heard of the model; then warn, and let it pass."""
    if problem.rule != "enum" or problem.field not in _MODELS or not isinstance(problem.value, str):
        return False
    if problem.value in known.models or (ours is not None and problem.value in ours.models):
        return False
    said = f"klingkit does not know the model {shown(problem.value)} at {relay}; it is sent as it is, unchecked."
    _log.info("%s", said)
    warnings.warn(said, KlingWarning, stacklevel=2)
    return True
