"""What is known of free data (an example) before it is read: the shape its schema gives it."""

from __future__ import annotations

import re
from typing import Any

__all__ = [
    "UNKNOWN",
    "Shape",
    "array_shape",
    "child_shape",
    "hint_for_response",
    "item_shape",
    "key_cost",
    "object_shape",
    "scalar_shape",
    "value_cost",
]

Shape = tuple[Any, ...]
"""``("unknown",)``, ``("scalar", type or "")``, ``("array", item)`` or ``("object", ((name, shape), …))``; hashable."""

UNKNOWN: Shape = ("unknown",)
_SCALAR: Shape = ("scalar", "")

STRANGER = 250
UNGUIDED = 20
WRONG_FORM = 60
WRONG_TYPE = 30

_PLAIN_TYPES = (
    ("integer", re.compile(r"[-+]?\d+$")),
    ("number", re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$")),
    ("boolean", re.compile(r"true$|false$")),
    ("", re.compile(r"null$|~$")),
)


def object_shape(members: tuple[tuple[str, Shape], ...]) -> Shape:
    """Return the shape of an object with these members."""
    return ("object", members)


def array_shape(item: Shape) -> Shape:
    """Return the shape of a list of such items."""
    return ("array", item)


def child_shape(shape: Shape, key: str) -> Shape:
    """Return the shape of the member `key`."""
    if shape[0] == "object":
        for name, child in shape[1]:
            if name == key:
                found: Shape = child
                return found
    return UNKNOWN


def item_shape(shape: Shape | None) -> Shape:
    """Return the shape of an item of the list."""
    return shape[1] if shape is not None and shape[0] == "array" else UNKNOWN


def key_cost(shape: Shape, key: str) -> int:
    """Return the price of finding `key` in a mapping of this shape."""
    if shape[0] == "unknown":
        return UNGUIDED
    if shape[0] != "object":
        return STRANGER
    return 0 if any(name == key for name, _ in shape[1]) else STRANGER


def scalar_shape(type_name: str) -> Shape:
    """Return the shape of a scalar of this JSON type."""
    return ("scalar", type_name)


def value_cost(shape: Shape, value: str, text: str = "") -> int:
    """Return the price of a value of this form (and, for a scalar, of this text) where this shape is expected."""
    if shape[0] == "scalar" and shape[1] and value in {"plain", "quoted"}:
        return 0 if shape[1] in _types_of(value, text) else WRONG_TYPE
    expected = {"object": {"map"}, "array": {"seq"}, "scalar": {"plain", "quoted", "block"}}.get(shape[0])
    return 0 if expected is None or value in expected else WRONG_FORM


def _types_of(value: str, text: str) -> set[str]:
    if value == "plain":
        for name, pattern in _PLAIN_TYPES:
            if pattern.match(text):
                return {name, "number"} if name == "integer" else {name}
    return {"string"}


def hint_for_response() -> Shape:
    """Return the envelope that Kling-like services answer with: a hint for examples whose schema says nothing."""
    return _ENVELOPE


def _plain(names: str, **nested: Shape) -> Shape:
    return object_shape((*((name, _SCALAR) for name in names.split()), *nested.items()))


_ENVELOPE = _plain(
    "code message request_id",
    data=_plain(
        "task_id task_status task_status_msg created_at updated_at",
        task_info=_plain("external_task_id"),
        task_result=_plain("", videos=array_shape(_plain("id url duration")), images=array_shape(_plain("index url"))),
    ),
)
