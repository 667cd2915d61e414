"""What is wrong with a request, and how many of a relay's checks would have to fail for it to be accepted.

Money hangs on this. A create with one flaw is accepted, and charged, by a relay that overlooks just that one thing;
a create with two independent flaws only by a relay that overlooks both. Two flaws are independent when they are of
different kinds and in different places: a relay that never counts characters overlooks two long texts at once, and a
relay that ignores a field overlooks everything in it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from klingkit_contract.exchanges import Auth
from klingkit_contract.rules import broken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from klingkit_contract.contract import Contract, Operation, SchemaError
    from klingkit_contract.exchanges import Request

__all__ = ["UNREADABLE", "Flaw", "find_flaws", "independent", "parse_body"]

UNREADABLE = object()
_NAMED_RULE = "named rule"
_INTEGER = re.compile(r"[+-]?\d+")
_KEYS = {
    Auth.NONE: "it carries no key",
    Auth.WRONG: "its key was never given out",
    Auth.ELSEWHERE: "its key is in no place for keys",
}
_CHECKS = {
    "required": "missing-required",
    "dependentRequired": "missing-required",
    "type": "wrong-type",
    "not": "conditions",
    "anyOf": "conditions",
    "oneOf": "conditions",
    "if": "conditions",
    "dependentSchemas": "conditions",
    "auth": "auth-missing",
    "unreadable": "wrong-type",
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One reason to refuse a request.

    `place` is the field or header at fault, `kind` the rule it breaks, `check` the check that the rule belongs to,
    `pointer` where the rule stands in the document, `sentence` the flaw in words.
    """

    place: str
    kind: str
    check: str
    pointer: str
    sentence: str


def find_flaws(contract: Contract, operation: Operation, request: Request) -> tuple[Flaw, ...]:
    """Return everything that is wrong with `request` by the document: key, headers, query, path, then body."""
    flaws = [
        *_auth_flaws(operation, request),
        *_parameter_flaws(contract, operation, "header", list(request.headers)),
        *_parameter_flaws(contract, operation, "query", parse_qsl(request.query, keep_blank_values=True)),
        *_parameter_flaws(contract, operation, "path", list(contract.path_values(operation, request.path).items())),
    ]
    if schema := contract.request_schema(operation):
        flaws.extend(_body_flaws(contract, operation, schema, request))
    if not flaws and schema:
        flaws.extend(_rule_flaws(contract, operation, request))
    return tuple(flaws)


def _rule_flaws(contract: Contract, operation: Operation, request: Request) -> Iterator[Flaw]:
    """Yield what breaks a named rule or is beyond the model, all of one kind: a relay that skips such checks skips all.

    They count only where nothing else is wrong, so that they never make two flaws, and a free request, out of one.
    """
    value = parse_body(request.body)
    if isinstance(value, dict):
        for found in broken(contract, operation, value, contract.path_values(operation, request.path)):
            yield Flaw(found.field, _NAMED_RULE, found.check, found.pointer, found.sentence)


def independent(flaws: tuple[Flaw, ...]) -> int:
    """Return how many independent flaws there are: as many as both the places and the kinds allow."""
    return min(len({flaw.place for flaw in flaws}), len({flaw.kind for flaw in flaws}))


def parse_body(body: bytes) -> Any:
    """Return the JSON value that an answer's body is, by the letter of the standard, or `UNREADABLE`."""
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return UNREADABLE


def _refuse(name: str) -> None:
    raise ValueError(name)


def _parse_leniently(body: bytes) -> tuple[Any, bool]:
    """Return the value a forgiving relay would make of a request's body, and whether the body is proper JSON.

    Some decoders replace broken characters and stop after the first value, so what follows it is no obstacle to
    accepting, and charging for, the request.
    """
    try:
        value, _ = json.JSONDecoder().raw_decode(body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n"))
    except (ValueError, RecursionError):
        return UNREADABLE, False
    return value, parse_body(body) is not UNREADABLE


def _auth_flaws(operation: Operation, request: Request) -> Iterator[Flaw]:
    if request.auth in {Auth.NONE, Auth.WRONG, Auth.ELSEWHERE}:
        words = _KEYS[request.auth]
        yield Flaw("Authorization", "auth", "auth-missing", operation.pointer, words)


def _parameter_flaws(
    contract: Contract, operation: Operation, location: str, given: list[tuple[str, str]]
) -> Iterator[Flaw]:
    for name, (pointer, parameter) in contract.parameters(operation, location).items():
        fold = str.lower if location == "header" else str
        values = [value for key, value in given if fold(key) == fold(name)]
        if not values and parameter.get("required"):
            words = f"it lacks the {location} parameter {name}"
            yield Flaw(name, "required", "missing-required", pointer, words)
        for value in values:
            typed = _typed(value, contract.resolve(f"{pointer}/schema")[1])
            for error in contract.errors(f"{pointer}/schema", typed):
                yield Flaw(name, error.keyword, _check(error), error.pointer, f"{name}: {error.message}")


def _typed(text: str, schema: Mapping[str, Any]) -> object:
    """Read a parameter's text as the JSON value it stands for where the schema wants a number."""
    kind = schema.get("type")
    if kind in {"integer", "number"} and _INTEGER.fullmatch(text):
        return int(text)
    return text


def _body_flaws(contract: Contract, operation: Operation, schema: str, request: Request) -> Iterator[Flaw]:
    body_pointer, definition = contract.resolve(f"{operation.pointer}/requestBody")
    if not request.body:
        if definition.get("required"):
            yield Flaw("body", "required", "missing-required", f"{body_pointer}/required", "it has no body")
        yield from _value_flaws(contract, schema, {})
        return
    value, proper = _parse_leniently(request.body)
    media_type = next((text for name, text in request.headers if name.lower() == "content-type"), "")
    if "json" not in media_type.lower():
        yield Flaw("Content-Type", "media type", "request-type", body_pointer, f"its Content-Type is {media_type!r}")
    if not proper or not isinstance(value, dict):
        what = "not a JSON object" if proper else "not JSON"
        yield Flaw("body", "unreadable", "wrong-type", schema, f"its body is {what}")
    # A relay that swallows what it cannot read is left with no fields at all: those flaws count as well.
    yield from _value_flaws(contract, schema, value if isinstance(value, dict) else {})


def _value_flaws(contract: Contract, schema: str, value: Mapping[str, Any]) -> Iterator[Flaw]:
    errors = contract.errors(schema, value)
    wrong_type = {error.place for error in errors if error.keyword == "type"}
    for error in errors:
        if error.place in wrong_type and error.keyword != "type":
            continue  # an object where a word belongs is not in the list of words either
        check = "missing-required" if _asks_for_fields(contract, error) else _check(error)
        yield Flaw(
            place=_field(error),
            kind=error.keyword,
            check=check,
            pointer=error.pointer,
            sentence=f"{error.dotted or 'the body'}: {error.message}",
        )


def _field(error: SchemaError) -> str:
    """Return the outermost field an error is about: a relay that ignores a field ignores everything in it."""
    if error.place:
        return str(error.place[0])
    return error.missing or f"the body as a whole, {error.pointer}"


def _asks_for_fields(contract: Contract, error: SchemaError) -> bool:
    """Tell whether the broken rule is "one of these fields is required"."""
    if error.keyword not in {"anyOf", "oneOf"}:
        return False
    return all(set(branch) == {"required"} for branch in contract.resolve(error.pointer)[1])


def _check(error: SchemaError) -> str:
    return _CHECKS.get(error.keyword, "limits")
