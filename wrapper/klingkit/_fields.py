"""From the arguments of a call to the fields of a request, in words of the one spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from klingkit._errors import InvalidRequestError
from klingkit._images import encode_image
from klingkit._rules import whole_seconds

if TYPE_CHECKING:
    from klingkit._surface import Offer

__all__ = ["request_fields"]

_PICTURES = ("image", "image_tail", "static_mask", "scene_image", "style_image")
# Lists whose entries hold a picture, and the member that holds it.
_PICTURE_LISTS = {"image_list": "image", "subject_image_list": "subject_image", "dynamic_masks": "mask"}
_PICTURE_ALONE = ("image_list", "subject_image_list")


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
        InvalidRequestError: an argument is wrong, or a picture unusable.
    """
    fields = {name: value for name, value in arguments.items() if value is not None}
    for name in [*_PICTURE_LISTS, "multi_prompt"]:
        if name in fields:
            fields[name] = _entries(fields[name], name)
    if "duration" in fields:
        fields["duration"] = whole_seconds(fields["duration"], "duration")
    if "multi_prompt" in fields:
        fields["multi_prompt"] = [_shot(shot, f"multi_prompt[{at}]") for at, shot in enumerate(fields["multi_prompt"])]
    for name in _PICTURES:
        if name in fields:
            fields[name] = encode_image(fields[name], name)
    for name, member in _PICTURE_LISTS.items():
        if name in fields:
            fields[name] = [_pictured(item, name, at, member) for at, item in enumerate(fields[name])]
    if "external_task_id" in offer.fields:
        fields.setdefault("external_task_id", external_task_id)
    for name, default in offer.fill_in.items():
        fields.setdefault(name, default)
    return {**fields, **_extra(extra or {})}


def _entries(value: object, name: str) -> list[Any]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence):
        _refuse(name, f"has to be a list, not {type(value).__name__}.")
    return list(value)


def _shot(shot: object, argument: str) -> dict[str, Any]:
    if not isinstance(shot, Mapping) or "duration" not in shot:
        _refuse(argument, "has to be a shot: {'index': 1, 'prompt': ..., 'duration': 5}.")
    return {**shot, "duration": whole_seconds(shot["duration"], f"{argument}.duration")}


def _pictured(item: object, name: str, at: int, member: str) -> dict[str, Any]:
    argument = f"{name}[{at}]"
    if isinstance(item, Mapping):
        if member not in item:
            _refuse(argument, f"has no member {member!r}, which holds the picture.")
        return {**item, member: encode_image(item[member], f"{argument}.{member}")}
    if name not in _PICTURE_ALONE:
        _refuse(argument, f"has to be an object with the member {member!r}, not {type(item).__name__}.")
    return {member: encode_image(item, argument)}


def _extra(extra: object) -> dict[str, Any]:
    if not isinstance(extra, Mapping) or not all(isinstance(name, str) for name in extra):
        _refuse("extra", "has to be a mapping of field names to values.")
    return dict(extra)


def _refuse(argument: str, problem: str) -> NoReturn:
    raise InvalidRequestError(f"{argument} {problem}", argument=argument)
