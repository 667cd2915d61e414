"""A request to a relay, and how its parameters and its body are read; what cannot be read is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from klingkit_emulator.contract import JSON
from klingkit_emulator.refusals import Reason, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.datastructures import Headers

    from klingkit_emulator.contract import Operation, Parameter

__all__ = ["Ask", "check_path", "own_text", "read_body", "read_parameters", "refuse_value"]

_MESSAGE = 240
_OPTIONS = "options"


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to a relay: `segments` is the path below the relay, percent-decoded; `origin` is scheme and host."""

    method: str
    segments: Sequence[str]
    query: Sequence[tuple[str, str]]
    headers: Headers
    body: bytes
    origin: str


def read_parameters(operation: Operation, ask: Ask) -> dict[str, Any]:
    """Return the values of query and header parameters, defaults filled in, or refuse."""
    values = {}
    for parameter in operation.parameters:
        if parameter.where in {"query", "header"}:
            values[parameter.name], wrong = parameter.read(_occurrences(parameter, ask))
            if wrong:
                refuse_value(wrong[0].path, wrong[0].message)
    return values


def check_path(operation: Operation, values: Mapping[str, str]) -> None:
    """Refuse a path in which a name, such as the model's, is none of those documented."""
    for parameter in operation.parameters:
        if parameter.where == "path":
            _, wrong = parameter.read([values[parameter.name]])
            if wrong:
                raise RefusedError(Reason.NO_SUCH_PATH, f"{wrong[0].path}: {wrong[0].message}"[:_MESSAGE])


def _occurrences(parameter: Parameter, ask: Ask) -> list[str]:
    if parameter.where == "header":
        return ask.headers.getlist(parameter.name)
    return [value for name, value in ask.query if name == parameter.name]


def read_body(operation: Operation, ask: Ask, *, any_type: bool = False) -> dict[str, Any]:
    """Return the JSON object of the body, or refuse; `any_type` overlooks what the Content-Type says."""
    if not ask.body and not operation.body_required:
        return {}
    media_type = ask.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON and not any_type:
        raise RefusedError(Reason.BAD_REQUEST, f"Content-Type must be {JSON}")
    try:
        body = json.loads(ask.body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RefusedError(Reason.BAD_REQUEST, "the body is not JSON") from error
    if not isinstance(body, dict):
        raise RefusedError(Reason.BAD_REQUEST, "the body is not a JSON object")
    if b"\\ud" in ask.body.lower() and not _is_text(body):
        raise RefusedError(Reason.BAD_REQUEST, "the body holds half a surrogate pair")
    return body


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _is_text(body: object) -> bool:
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def own_text(operation: Operation, body: Mapping[str, Any], name: str) -> str | None:
    """Return a member the relay documents at top level, or among the new standard's options.

    Empty means absent, as in the vendor's own examples.
    """
    value = body.get(name) if name in operation.members else None
    options = body.get(_OPTIONS) if _OPTIONS in operation.members else None
    if value is None and isinstance(options, dict):
        value = options.get(name)
    return value if isinstance(value, str) and value else None


def refuse_value(path: str, message: str) -> NoReturn:
    """Refuse what is wrong with the member or parameter at the dotted `path`."""
    said = f"{path}: {message}" if path else message
    raise RefusedError(Reason.BAD_VALUE, said[:_MESSAGE], param=path or None)
