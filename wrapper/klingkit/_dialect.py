"""How a relay wants a request worded. Pure: fields in, body and headers out. Data: dialects.toml."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import klingkit_data
from klingkit._errors import ConfigurationError, InvalidRequestError, UnsupportedByRelayError

__all__ = ["Wording", "refuse_dropped", "say", "wording_of"]


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
        repeat: fields that are sent once more: the relay's name to the other name.
        also_at_top: whether what travels in `rest` stands at top level too, so that gateways which read either do.
        explicit: what is sent where the caller says nothing, since the relay would fill in something else than Kling.
        forwards: the only fields that reach Kling, by their names in the one spec; empty means all.
        zeros_lost: fields of which a 0 does not reach Kling.
        is_plain: whether bodies are as the one spec has them.
    """

    rename: Mapping[str, str]
    numbers: frozenset[str] = frozenset()
    unwrap: Mapping[str, str] = field(default_factory=dict)
    top_level: frozenset[str] = frozenset()
    rest: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    header_values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    query_path: str = ""
    repeat: Mapping[str, str] = field(default_factory=dict)
    also_at_top: bool = False
    explicit: Mapping[str, Any] = field(default_factory=dict)
    forwards: frozenset[str] = frozenset()
    zeros_lost: frozenset[str] = frozenset()
    is_plain: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Note whether there is nothing to do."""
        changes = (self.rename, self.numbers, self.unwrap, self.rest, self.headers, self.repeat, self.explicit)
        object.__setattr__(self, "is_plain", not any(changes))


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
        repeat=merged("repeat"),
        also_at_top=bool(chosen("also_at_top")),
        explicit=merged("explicit"),
        forwards=frozenset(chosen("forwards")),
        zeros_lost=frozenset(chosen("zeros_lost")),
    )


def refuse_dropped(wording: Wording, relay: str, operation: str, fields: Mapping[str, Any]) -> None:
    """Refuse a request of which a part is known not to reach Kling: the answer would be right, and the video wrong.

    Raises:
        UnsupportedByRelayError: a field, or a 0 in it, is dropped on the way; the sentence names them all.
    """
    known = wording.forwards | wording.top_level | {wording.rest}
    lost = [name for name in sorted(fields) if name not in known] if wording.forwards else []
    zeros = [f"{name}=0" for name in sorted(wording.zeros_lost) if name in fields and fields[name] in (0, "0")]
    if lost or zeros:
        raise UnsupportedByRelayError(
            f"{relay} drops {', '.join([*lost, *zeros])} of {operation} on the way to Kling, and bills all the same. "
            f"Leave that out, choose another relay, or pass allow_dropped=True to {relay}'s client to send it anyway.",
            relay=relay,
            operation=f"{operation}_create",
            argument=(lost or [zeros[0].removesuffix("=0")])[0],
        )


def say(wording: Wording, fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the JSON body and the extra headers of a request whose `fields` are in words of the one spec.

    Raises:
        InvalidRequestError: a field cannot be said in this dialect.
    """
    if wording.is_plain:
        return dict(fields), {}
    fields = {**wording.explicit, **fields}
    headers = {header: _header(wording, header, name, fields) for header, name in wording.headers.items()}
    body: dict[str, Any] = {}
    rename, unwrap, numbers = wording.rename, wording.unwrap, wording.numbers
    for name, value in fields.items():
        said = _unwrapped(value, unwrap[name]) if name in unwrap else value
        renamed = rename.get(name, name)
        if name in numbers or renamed in numbers:
            said = _number(said)
        body[renamed] = said
    body.update({other: body[name] for name, other in wording.repeat.items() if name in body})
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
    repeated = set(wording.repeat.values())
    top = {name: value for name, value in body.items() if name in wording.top_level or name in repeated}
    rest = {name: value for name, value in body.items() if name not in top}
    if not rest:
        return top
    given = top.get(wording.rest, {})
    if not isinstance(given, Mapping):
        raise InvalidRequestError(
            f"{wording.rest} has to be an object: {', '.join(sorted(rest))} travel inside it at this relay.",
            argument=wording.rest,
        )
    return {**(rest if wording.also_at_top else {}), **top, wording.rest: {**rest, **given}}
