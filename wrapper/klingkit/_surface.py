"""What the client can ask for of what the one spec knows, and which part of it each relay offers.

Data: resolved/surface.json.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit._errors import InvalidRequestError, UnsupportedByRelayError
from klingkit._methods.table import METHODS, ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._answer import Media
    from klingkit._registry import Relay
    from klingkit._shapes import Row

__all__ = [
    "METHODS",
    "Offer",
    "Operation",
    "base_of",
    "check_offered",
    "find_operation",
    "offer_of",
    "offers",
    "row_of",
]

_NO_GET = {"external_ids": False}
_VERBS = ("_create", "_get", "_list")
# What can be fetched of a voice is a sample of it, and of an element a picture.
_MADE_OF: Mapping[str, Media] = {"voice": "audio", "element": "image"}


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the one spec that makes tasks.

    Attributes:
        id: its id without verb.
        area: the part of the spec it is in: ``video``, ``image``, ...
        media: what it makes.
        shared: where its tasks are asked for together with those of other operations: what those queries are called,
            ``standard_task`` or ``solution_task``; empty where it has queries of its own.
    """

    id: str
    area: str
    media: Media
    shared: str = ""

    @property
    def row(self) -> Row:
        """What its request looks like."""
        return row_of(self.id)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one relay offers of one operation.

    Attributes:
        fields: the request fields its documents know, by their names in the one spec.
        fill_in: required fields for which the one spec has a default, with that default.
        finds_external_ids: a create may carry an external_task_id, and a query exists to find it by.
        lists: tasks can be listed.
        documented: whether the relay has documents of it at all.
    """

    fields: frozenset[str]
    fill_in: Mapping[str, Any]
    finds_external_ids: bool
    lists: bool
    documented: bool = True


_UNDOCUMENTED = Offer(frozenset(), {}, finds_external_ids=False, lists=True, documented=False)


@functools.cache
def _operations() -> dict[str, Operation]:
    data = klingkit_data.load("resolved/surface.json")
    found: dict[str, Operation] = {}
    for name, row in data["operations"].items():
        if name in METHODS:
            shared = f"{row['area']}_task"
            media = _MADE_OF.get(row["media"], row["media"])
            found[name] = Operation(name, row["area"], media, shared if f"{shared}_get" in data["calls"] else "")
    return found


def row_of(operation: str) -> Row:
    """Return what is known of the request of an operation: of a create by its id without verb, else by the whole one.

    Raises:
        InvalidRequestError: there is none.
    """
    try:
        return ROWS[operation]
    except KeyError as error:
        raise InvalidRequestError(f"There is no operation {operation!r}.", argument="operation") from error


def find_operation(name: str) -> Operation:
    """Return the operation of this id (``video_text2video``, with or without verb) or name (``text_to_video``).

    A name may also be that of the method with its group: ``video.extend``.

    Raises:
        InvalidRequestError: there is none.
    """
    known = _operations()
    base = str(name)
    for verb in _VERBS:
        base = base.removesuffix(verb)
    if base not in known:
        named = (name for name, method in METHODS.items() if base in (method, ".".join(ROWS[name][:2])))
        base = next(named, base)
    if base not in known:
        raise InvalidRequestError(
            f"There is no operation {name!r}; choose one of: {', '.join(known)}.", argument="operation"
        )
    return known[base]


def base_of(name: str) -> str:
    """Return the id without verb of a create or of a call, by its id or its method: ``tts`` is ``audio_tts``.

    Raises:
        InvalidRequestError: there is none.
    """
    try:
        return find_operation(name).id
    except InvalidRequestError:
        for known, row in ROWS.items():
            base = known.rpartition("_")[0]
            if known not in METHODS and name in (known, base, row[1], f"{row[0]}.{row[1]}"):
                return base
        raise


@functools.cache
def offers(relay_id: str) -> Mapping[str, Offer]:
    """Return what the relay offers: operation id to offer. A relay without documents offers nothing."""
    rows = klingkit_data.load("resolved/surface.json")["relays"].get(relay_id, {}).get("operations", {})
    return {name: _offer(rows, name) for name in _operations() if f"{name}_create" in rows}


def _offer(rows: Mapping[str, Any], name: str) -> Offer:
    fields = rows[f"{name}_create"].get("fields", {})
    shared = _operations()[name].shared
    external = ROWS[name].external_id
    gets, lists = (f"{shared}_get", f"{shared}_query") if shared else (f"{name}_get", f"{name}_list")
    return Offer(
        fields=frozenset(fields),
        fill_in={key: row["default"] for key, row in fields.items() if row.get("required") and "default" in row},
        finds_external_ids=bool(external)
        and external[0] in fields
        and rows.get(gets, _NO_GET).get("external_ids", True),
        lists=lists in rows,
    )


def offer_of(relay: Relay, operation: Operation, *, allow_undocumented: bool = False) -> Offer:
    """Return what `relay` offers of `operation`.

    Args:
        relay: the relay.
        operation: the operation.
        allow_undocumented: take an operation without documents for one that says everything as the one spec does.

    Raises:
        UnsupportedByRelayError: it does not offer the operation.
    """
    there = offers(relay.documents_of)
    if operation.id not in there:
        if allow_undocumented:
            return _UNDOCUMENTED
        others = ", ".join(METHODS.get(name, name) for name in there) or "nothing klingkit knows"
        raise UnsupportedByRelayError(
            f"{relay.id} documents no {METHODS.get(operation.id, operation.id)}, only {others}. Choose another relay, "
            f"or pass allow_undocumented=True to {relay.id}'s client to try it nevertheless.",
            relay=relay.id,
            operation=f"{operation.id}_create",
            argument="relay",
        )
    return there[operation.id]


def check_offered(relay: Relay, operation: str, *, allow_undocumented: bool = False) -> None:
    """Refuse a call that makes no task, and that `relay` does not document.

    Args:
        relay: the relay.
        operation: the whole id of the call.
        allow_undocumented: refuse nothing.

    Raises:
        UnsupportedByRelayError: it does not offer the call.
    """
    rows = klingkit_data.load("resolved/surface.json")["relays"]
    if allow_undocumented or operation in rows.get(relay.documents_of, {}).get("operations", {}):
        return
    row = row_of(operation)
    others = ", ".join(name for name in rows if operation in rows[name].get("operations", {})) or "no relay"
    raise UnsupportedByRelayError(
        f"{relay.id} documents no {row.group}.{row.method}; {others} does. Choose another relay, or pass "
        f"allow_undocumented=True to {relay.id}'s client to try it nevertheless.",
        relay=relay.id,
        operation=operation,
        argument="relay",
    )
