"""What is checked before money is spent: only what a relay would otherwise get wrong silently, or refuse anyway.

The fields are in words of the one spec, without absent ones. Limits that only cost a refusal (lengths, ranges, which
model takes what) are left to the relay, which knows better than a release of klingkit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from klingkit._errors import InvalidRequestError
from klingkit._surface import row_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

__all__ = ["check_fields", "whole_seconds"]

_TEXTS = ("model_name", "prompt", "negative_prompt", "mode", "sound", "shot_type", "aspect_ratio")
_TEXTS_NOT_EMPTY = ("model_name", "external_task_id")
_LISTS = {"subject_image_list": 4, "multi_prompt": 6, "dynamic_masks": 6}
_LISTS_OF = {"video_multi_image2video": {**_LISTS, "image_list": 4}}
_DEFAULT_DURATION = "5"
_MOST_DIGITS = 6


def check_fields(operation: str, fields: Mapping[str, Any]) -> None:
    """Check the `fields` of a create of `operation` (its id without verb).

    Raises:
        InvalidRequestError: they cannot mean what the caller wants.
    """
    for name in _TEXTS:
        if name in fields and not isinstance(fields[name], str):
            _refuse(name, f"has to be a text, not {type(fields[name]).__name__}.")
    for name in _TEXTS_NOT_EMPTY:
        if name in fields and (not isinstance(fields[name], str) or not fields[name].strip()):
            _refuse(name, "has to be a text that is not empty.")
    if "model_name" not in fields and row_of(operation).needs_model:
        _refuse("model_name", "is needed: the documented default is retired, and relays bill whatever they choose.")
    for name, most in _LISTS_OF.get(operation, _LISTS).items():
        if name in fields and not 1 <= len(fields[name]) <= most:
            _refuse(name, f"takes 1 to {most} entries, not {len(fields[name])}.")
    if operation == "video_text2video":
        _check_prompt(fields)
    if operation == "video_image2video" and not fields.get("image") and not fields.get("image_tail"):
        _refuse("image", "or image_tail is needed: without a picture some relays make, and bill, a text to video.")
    _check_storyboard(fields)


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


def _check_prompt(fields: Mapping[str, Any]) -> None:
    storyboard = fields.get("multi_shot") is True and fields.get("shot_type") == "customize"
    if not storyboard and not str(fields.get("prompt", "")).strip():
        _refuse("prompt", "is needed, unless multi_shot=True and shot_type='customize' replace it by a storyboard.")


def _check_storyboard(fields: Mapping[str, Any]) -> None:
    if "multi_shot" in fields and not isinstance(fields["multi_shot"], bool):
        _refuse("multi_shot", "has to be True or False.")
    if not fields.get("multi_shot"):
        for name in ("shot_type", "multi_prompt"):
            if name in fields:
                _refuse(name, "is ignored, and the video still billed, unless multi_shot=True; add it.")
        return
    if "shot_type" not in fields:
        _refuse("shot_type", "is needed with multi_shot=True: 'customize' or 'intelligence'.")
    if fields["shot_type"] != "customize":
        return
    if "multi_prompt" not in fields:
        _refuse("multi_prompt", "is needed with shot_type='customize': 1 to 6 shots.")
    whole = int(fields.get("duration", _DEFAULT_DURATION))
    parts = [int(shot["duration"]) for shot in fields["multi_prompt"]]
    if sum(parts) != whole:
        _refuse("multi_prompt", f"lasts {sum(parts)} seconds in sum, but duration is {whole}; make them equal.")


def _refuse(argument: str, problem: str) -> NoReturn:
    raise InvalidRequestError(f"{argument} {problem}", argument=argument)
