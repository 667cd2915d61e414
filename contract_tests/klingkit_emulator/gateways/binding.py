"""How generations A and B read JSON: field by field with strict types, as the language they are written in does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from klingkit_emulator.gateways.refused import by_task

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PAYLOAD", "Submitted", "TypeMismatchError", "parse", "read_submitted", "strict"]

STRING, FLOAT, INTEGER = "string", "float64", "int"
_LONGEST = 3600

# The request to Kling: each member's type, a table for an object, a list of one for a list.
_CAMERA = dict.fromkeys(("horizontal", "vertical", "pan", "tilt", "roll", "zoom"), FLOAT)
PAYLOAD: Mapping[str, Any] = {
    "prompt": STRING,
    "image": STRING,
    "image_tail": STRING,
    "negative_prompt": STRING,
    "mode": STRING,
    "duration": STRING,
    "aspect_ratio": STRING,
    "model_name": STRING,
    "model": STRING,
    "cfg_scale": FLOAT,
    "static_mask": STRING,
    "dynamic_masks": [{"mask": STRING, "trajectories": [{"x": INTEGER, "y": INTEGER}]}],
    "camera_control": {"type": STRING, "config": _CAMERA},
    "callback_url": STRING,
    "external_task_id": STRING,
}
_SUBMITTED: Mapping[str, Any] = {
    "prompt": STRING,
    "model": STRING,
    "mode": STRING,
    "image": STRING,
    "images": [STRING],
    "size": STRING,
    "input_reference": STRING,
}


class TypeMismatchError(Exception):
    """A JSON value has another type than its field; the text is the sentence that decoders of that language write."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A request as the gateway holds it; `duration` 0 means that none was given, or none that could be read."""

    model: str = ""
    prompt: str = ""
    mode: str = ""
    image: str = ""
    size: str = ""
    duration: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict)


def parse(raw: bytes) -> Any:
    """Return the JSON value of `raw`.

    Raises:
        ValueError: it is none.
    """
    try:
        return json.loads(raw, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _no_number(name: str) -> Any:
    raise ValueError(name)


def strict(value: Any, kind: Any, name: str) -> Any:
    """Return `value` as a field of type `kind` holds it: unknown members and nulls are left out.

    Raises:
        TypeMismatchError: it has another type.
    """
    if value is None:
        return None
    if isinstance(kind, list):
        if not isinstance(value, list):
            raise _mismatch(value, name, "[]" + _named(kind[0]))
        return [strict(entry, kind[0], name) for entry in value]
    if isinstance(kind, dict):
        if not isinstance(value, dict):
            raise _mismatch(value, name, "struct")
        inner = {key: strict(value[key], kind[key], f"{name}.{key}") for key in kind if key in value}
        return {key: said for key, said in inner.items() if said is not None}
    if not _is(value, kind):
        raise _mismatch(value, name, kind)
    return value


def read_submitted(document: Mapping[str, Any]) -> Submitted:
    """Return a request in the general format of the gateway.

    Raises:
        GatewayRefusalError: a field has another type, the prompt is blank, or the length is out of range.
    """
    try:
        said = {name: strict(document.get(name), kind, f".{name}") for name, kind in _SUBMITTED.items()}
        duration = _seconds(document.get("duration"))
        metadata = _metadata(document.get("metadata"))
    except TypeMismatchError as error:
        raise by_task(400, "invalid_request", str(error)) from error
    prompt = said["prompt"] or ""
    if not prompt.strip():
        raise by_task(400, "invalid_request", "prompt is required")
    if not 0 <= duration <= _LONGEST:
        raise by_task(400, "invalid_seconds", f"seconds must be between 1 and {_LONGEST}")
    return Submitted(
        model=said["model"] or "",
        prompt=prompt,
        mode=said["mode"] or "",
        image=said["image"] or "",
        size=said["size"] or "",
        duration=duration,
        metadata=metadata,
    )


def _seconds(value: Any) -> int:
    """Return whole seconds; what is no whole number counts as not given."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _mismatch(value, ".duration", INTEGER)
    try:
        return int(value) if isinstance(value, (int, str)) or value.is_integer() else 0
    except (OverflowError, ValueError):
        return 0


def _metadata(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = parse(value.encode()) if value else None
        except ValueError:
            raise _mismatch(value, ".metadata", "map[string]interface {}") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _mismatch(value, ".metadata", "map[string]interface {}")
    return value


def _is(value: Any, kind: str) -> bool:
    if kind == STRING:
        return isinstance(value, str)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (kind == FLOAT and isinstance(value, float))


def _named(kind: Any) -> str:
    return kind if isinstance(kind, str) else "struct"


def _mismatch(value: Any, name: str, kind: str) -> TypeMismatchError:
    found = {bool: "bool", str: "string", list: "array", dict: "object"}.get(type(value), "number")
    return TypeMismatchError(f"json: cannot unmarshal {found} into Go struct field {name} of type {kind}")
