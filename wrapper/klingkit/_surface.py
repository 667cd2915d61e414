"""What the client can ask for of what the one spec knows, and which part of it each relay offers.

Data: resolved/surface.json.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit._errors import InvalidRequestError, UnsupportedByRelayError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._answer import Media
    from klingkit._registry import Relay

__all__ = ["METHODS", "Offer", "Operation", "find_operation", "offer_of", "offers"]

# The public method that creates a task of each operation; it is also taken for the operation's name.
METHODS = {
    "video_text2video": "text_to_video",
    "video_image2video": "image_to_video",
    "video_multi_image2video": "multi_image_to_video",
    "image_multi_image2image": "multi_image_to_image",
}
_NO_GET = {"external_ids": False}
_VERBS = ("_create", "_get", "_list")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the one spec: its id without verb, its area (``video``, ``image``), what it makes."""

    id: str
    area: str
    media: Media


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
    table = klingkit_data.load("resolved/surface.json")["operations"]
    return {name: Operation(name, table[name]["area"], table[name]["media"]) for name in table if name in METHODS}


def find_operation(name: str) -> Operation:
    """Return the operation of this id (``video_text2video``, with or without verb) or method (``text_to_video``).

    Raises:
        InvalidRequestError: there is none.
    """
    known = _operations()
    base = str(name)
    for verb in _VERBS:
        base = base.removesuffix(verb)
    for operation, method in METHODS.items():
        if base == method:
            base = operation
    if base not in known:
        raise InvalidRequestError(
            f"There is no operation {name!r}; choose one of: {', '.join(known)}.", argument="operation"
        )
    return known[base]


@functools.cache
def offers(relay_id: str) -> Mapping[str, Offer]:
    """Return what the relay offers: operation id to offer. A relay without documents offers nothing."""
    rows = klingkit_data.load("resolved/surface.json")["relays"].get(relay_id, {}).get("operations", {})
    return {name: _offer(rows, name) for name in _operations() if f"{name}_create" in rows}


def _offer(rows: Mapping[str, Any], name: str) -> Offer:
    fields = rows[f"{name}_create"].get("fields", {})
    return Offer(
        fields=frozenset(fields),
        fill_in={key: row["default"] for key, row in fields.items() if row.get("required") and "default" in row},
        finds_external_ids="external_task_id" in fields and rows.get(f"{name}_get", _NO_GET).get("external_ids", True),
        lists=f"{name}_list" in rows,
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
