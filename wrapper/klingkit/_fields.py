"""From the arguments of a call to the fields of a request, in words of the one spec."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from klingkit._errors import InvalidRequestError
from klingkit._images import encode_image
from klingkit._placing import as_list, changed, encoded, placed
from klingkit._rules import whole_seconds
from klingkit._sounds import encode_sound
from klingkit._surface import row_of

if TYPE_CHECKING:
    from klingkit._shapes import Row
    from klingkit._surface import Offer

__all__ = ["call_fields", "request_fields"]

_TIMES = ("start_time", "end_time")


def request_fields(
    operation: str,
    arguments: Mapping[str, Any],
    extra: Mapping[str, Any] | None,
    offer: Offer,
    external_task_id: str,
) -> dict[str, Any]:
    """Return the fields of a create in words of the one spec.

    Args:
        operation: its id, without verb.
        arguments: what the caller gave; None means not given.
        extra: merged on top, as it is.
        offer: what the relay takes: required fields with a default are filled in, no other default is sent.
        external_task_id: the id to send when the caller gave none and the relay takes one.

    Raises:
        InvalidRequestError: an argument is wrong, or a file unusable.
    """
    row = row_of(operation)
    fields = _listed(_given(arguments, row), row)
    for path in row.seconds:
        if path[0] in fields:
            fields = _in_seconds(fields, path)
    fields = _coded(fields, row)
    if row.external_id and row.external_id[0] in offer.fields:
        fields = placed(fields, row.external_id, external_task_id)
    for name, default in offer.fill_in.items():
        fields.setdefault(name, default)
    return _merged(fields, extra, row)


def call_fields(operation: str, arguments: Mapping[str, Any], extra: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the fields of a call that makes no task, in words of the one spec.

    Args:
        operation: its id.
        arguments: what the caller gave; None means not given.
        extra: merged on top, as it is.

    Raises:
        InvalidRequestError: an argument is wrong, or a file unusable.
    """
    row = row_of(operation)
    fields = _coded(_listed(_given(arguments, row), row), row)
    for name in _TIMES:
        if isinstance(fields.get(name), datetime):
            fields[name] = round(fields[name].timestamp() * 1000)
    kinds = [name for name in row.queries if name.endswith("task_ids")]
    if kinds and sum(name in fields for name in kinds) != 1:
        _refuse(kinds[0], f"or {kinds[1]} is needed, and not both.")
    for name in kinds:
        if name in fields:
            fields[name] = _ids(as_list(fields[name], name), name)
    return _merged(fields, extra, row)


def _given(arguments: Mapping[str, Any], row: Row) -> dict[str, Any]:
    """Return what was given; of the objects whose members are arguments, those that hold any."""
    fields = {name: value for name, value in arguments.items() if value is not None}
    for name in row.flattened:
        inner = {member: value for member, value in fields.get(name, {}).items() if value is not None}
        fields.pop(name, None)
        if inner:
            fields[name] = inner
    return fields


def _listed(fields: dict[str, Any], row: Row) -> dict[str, Any]:
    for name in row.lists:
        if name in fields:
            fields[name] = as_list(fields[name], name)
    return fields


def _in_seconds(fields: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    if "*" not in path:
        return changed(fields, path, whole_seconds)
    star = path.index("*")

    def entry(shot: object, argument: str) -> dict[str, Any]:
        name = path[star + 1]
        if not isinstance(shot, Mapping) or name not in shot:
            _refuse(argument, "has to be a shot: {'index': 1, 'prompt': ..., 'duration': 5}.")
        return {**shot, name: whole_seconds(shot[name], f"{argument}.{name}")}

    return changed(fields, path[: star + 1], entry)


def _coded(fields: dict[str, Any], row: Row) -> dict[str, Any]:
    for medium in row.media:
        if medium[0][0] not in fields:
            continue
        limits = medium[-1]
        encode = encode_sound if limits is None else partial(encode_image, limits=limits)
        fields = encoded(fields, medium, encode)
    return fields


def _ids(ids: list[Any], name: str) -> str:
    if not 1 <= len(ids) <= 20 or not all(isinstance(one, str) and one.strip() and "," not in one for one in ids):
        _refuse(name, "has to be a list of 1 to 20 ids.")
    return ",".join(one.strip() for one in ids)


def _merged(fields: dict[str, Any], extra: object, row: Row) -> dict[str, Any]:
    if extra is None:
        return fields
    if not isinstance(extra, Mapping) or not all(isinstance(name, str) for name in extra):
        _refuse("extra", "has to be a mapping of field names to values.")
    for name, value in extra.items():
        # A member of an object whose members are arguments is added to it, and does not replace the others.
        both = name in row.flattened and isinstance(value, Mapping) and isinstance(fields.get(name), Mapping)
        fields[name] = {**fields[name], **value} if both else value
    return fields


def _refuse(argument: str, problem: str) -> NoReturn:
    raise InvalidRequestError(f"{argument} {problem}", argument=argument)
