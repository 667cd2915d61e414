"""What is checked beyond the documents: what a relay would get wrong silently, and bill. Pure.

The fields are in words of the one spec, without absent ones. What the documents say is checked by `_validation`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn

from klingkit._errors import InvalidRequestError
from klingkit._problems import ABSENT, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["cautions", "whole_seconds"]

_NOT_EMPTY = ("model_name", "external_task_id")
_FROM_A_PICTURE = "video_image2video"
_FROM_A_TEXT = "video_text2video"
_STORYBOARD = ("shot_type", "multi_prompt")
_MOST_DIGITS = 6


def cautions(operation: str, fields: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with the `fields` of a create of `operation` (its id without verb).

    Args:
        operation: its id, without verb.
        fields: what is to be sent.
        defaults: the fields of the operation that have a documented default, with it.
    """
    return [
        Problem(field, f"{field} {words}", fields.get(field, ABSENT), rule="caution")
        for field, words in _cautions(operation, fields, defaults)
    ]


def _cautions(operation: str, fields: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _NOT_EMPTY:
        if name in fields and (not isinstance(fields[name], str) or not fields[name].strip()):
            yield name, "has to be a text that is not empty."
    if "model_name" in defaults and "model_name" not in fields:
        yield "model_name", "is needed: the documented default is retired, and relays bill whatever they choose."
    if operation == _FROM_A_TEXT and not _has_storyboard(fields):
        prompt = fields.get("prompt", "")
        if isinstance(prompt, str) and not prompt.strip():
            yield "prompt", "is needed, unless multi_shot=True and shot_type='customize' replace it by a storyboard."
    if operation == _FROM_A_PICTURE and not fields.get("image") and not fields.get("image_tail"):
        yield "image", "or image_tail is needed: without a picture some relays make, and bill, a text to video."
    if "multi_shot" in defaults and fields.get("multi_shot") in {None, False}:
        for name in _STORYBOARD:
            if name in fields:
                yield name, "is ignored, and the video still billed, unless multi_shot=True; add it."


def _has_storyboard(fields: Mapping[str, Any]) -> bool:
    return fields.get("multi_shot") is True and fields.get("shot_type") == "customize"


def whole_seconds(value: object, argument: str) -> str:
    """Return a duration as the one spec has it, a text of whole seconds: 5, 5.0 and "5" are all "5".

    Raises:
        InvalidRequestError: it is not a whole, positive number of seconds.
    """
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if 0 < value < 10**_MOST_DIGITS else ""
    text = value.strip() if isinstance(value, str) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text) > 0):
        _refuse(argument, "has to be a whole number of seconds, such as 5.")
    return text


def _refuse(argument: str, problem: str) -> NoReturn:
    raise InvalidRequestError(f"{argument} {problem}", argument=argument)
