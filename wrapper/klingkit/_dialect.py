"""How a relay wants a request worded. Pure: fields in, body and headers out. Data: dialects.toml."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import klingkit_data
from klingkit._errors import ConfigurationError, InvalidRequestError

__all__ = ["Wording", "say", "wording_of"]


@dataclass(frozen=True, slots=True)
class Wording:
    """How one relay words one operation.

    Attributes:
        rename: name in the one spec to the relay's name.
        numbers: fields sent as JSON numbers, by either name.
        unwrap: lists of objects sent as lists of one member's values: name in the one spec to that member.
        top_level: the relay's names of fields it takes at top level; empty means all.
        rest: the object that every other field travels in; empty means none.
        headers: header to the field whose value it carries, by its name in the one spec.
        header_values: header to those values of the field that are said differently.
        query_path: where a task is asked for, with ``{task_id}`` in it, when that is not below where it was made.
    """

    rename: Mapping[str, str]
    numbers: frozenset[str]
    unwrap: Mapping[str, str]
    top_level: frozenset[str]
    rest: str
    headers: Mapping[str, str]
    header_values: Mapping[str, Mapping[str, str]]
    query_path: str = ""


@functools.cache
def wording_of(dialect: str, operation: str) -> Wording:
    """Return how `dialect` words a create of `operation` (its id without verb).

    Raises:
        ConfigurationError: there is no such dialect.
    """
    table = klingkit_data.load("dialects.toml")["dialect"].get(dialect)
    if table is None:
        raise ConfigurationError(
            f"The registry names the dialect {dialect!r}, which klingkit does not know; reinstall."
        )
    general = table.get("request", {})
    own = table.get("operation", {}).get(operation, {})
    special = own.get("request", {})

    def merged(name: str) -> dict[str, Any]:
        return {**general.get(name, {}), **special.get(name, {})}

    def chosen(name: str) -> Any:
        return special.get(name, general.get(name, ()))

    return Wording(
        rename=merged("rename"),
        numbers=frozenset(chosen("numbers")),
        unwrap=merged("unwrap"),
        top_level=frozenset(chosen("top_level")),
        rest=chosen("rest") or "",
        headers=merged("headers"),
        header_values=merged("header_values"),
        query_path=own.get("query_path", ""),
    )


def say(wording: Wording, fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the JSON body and the extra headers of a request whose `fields` are in words of the one spec.

    Raises:
        InvalidRequestError: a field cannot be said in this dialect.
    """
    headers = {header: _header(wording, header, name, fields) for header, name in wording.headers.items()}
    body: dict[str, Any] = {}
    for name, value in fields.items():
        said = _unwrapped(value, wording.unwrap[name]) if name in wording.unwrap else value
        renamed = wording.rename.get(name, name)
        if name in wording.numbers or renamed in wording.numbers:
            said = _number(said)
        body[renamed] = said
    return _packed(wording, body), {header: value for header, value in headers.items() if value}


def _header(wording: Wording, header: str, name: str, fields: Mapping[str, Any]) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise InvalidRequestError(
            f"{name} travels in the header {header} at this relay and has to be printable ASCII.", argument=name
        )
    return wording.header_values.get(header, {}).get(value, value)


def _unwrapped(value: object, member: str) -> object:
    if not isinstance(value, list):
        return value
    return [item[member] if isinstance(item, Mapping) and member in item else item for item in value]


def _number(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        return value


def _packed(wording: Wording, body: dict[str, Any]) -> dict[str, Any]:
    if not wording.rest or not wording.top_level:
        return body
    top = {name: value for name, value in body.items() if name in wording.top_level}
    rest = {name: value for name, value in body.items() if name not in wording.top_level}
    if not rest:
        return top
    given = top.get(wording.rest, {})
    if not isinstance(given, Mapping):
        raise InvalidRequestError(
            f"{wording.rest} has to be an object: {', '.join(sorted(rest))} travel inside it at this relay.",
            argument=wording.rest,
        )
    return {**top, wording.rest: {**rest, **given}}
