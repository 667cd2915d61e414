"""What is known of free data (an example) before it is read: the shape its schema gives it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

__all__ = ["UNKNOWN", "Members", "Shape", "hint_for_response", "key_cost", "scalar_shape", "value_cost"]

Form = Literal["unknown", "scalar", "array", "object"]

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


class Shape:
    """The shape of a value. There is one object for each shape, so that nodes that hold shapes compare at once."""

    def __init__(self, form: Form, type_name: str = "", item: Shape | None = None, members: Members | None = None):
        self.form = form
        self.type_name = type_name
        self._item = item
        self._members = members
        self._array: Shape | None = None

    def array(self) -> Shape:
        """Return the shape of a list of such values."""
        if self._array is None:
            self._array = Shape("array", item=self)
        return self._array

    def item(self) -> Shape:
        """Return the shape of an item of the list."""
        return self._item or UNKNOWN

    def child(self, key: str) -> Shape:
        """Return the shape of the member `key`."""
        return self._members.by_name.get(key, UNKNOWN) if self._members is not None else UNKNOWN

    def has(self, key: str) -> bool:
        """Say whether an object of this shape has the member `key`."""
        return self._members is not None and key in self._members.by_name


class Members:
    """The members of an object in the order they were read, one object for each list of them.

    Each list knows the one it continues, so that adding a member takes the same time however many there are.
    """

    def __init__(self, before: Members | None = None, name: str = "", shape: Shape | None = None) -> None:
        self._before = before
        self._name = name
        self._shape = shape
        self._longer: dict[tuple[str, Shape], Members] = {}

    def __bool__(self) -> bool:
        return self._before is not None

    def plus(self, name: str, shape: Shape) -> Members:
        """Return the list with one more member."""
        key = (name, shape)
        found = self._longer.get(key)
        if found is None:
            found = self._longer[key] = Members(self, name, shape)
        return found

    @cached_property
    def by_name(self) -> dict[str, Shape]:
        """The members by name; of two with one name, the first."""
        found: dict[str, Shape] = {}
        current: Members | None = self
        while current is not None:
            if current._shape is not None:
                found[current._name] = current._shape
            current = current._before
        return found

    @cached_property
    def object(self) -> Shape:
        """The shape of an object with these members."""
        return Shape("object", members=self)


UNKNOWN = Shape("unknown")
_STRANGE = Shape("scalar", "?")
_SCALARS = {name: Shape("scalar", name) for name in ("", "string", "integer", "number", "boolean", "null")}


def key_cost(shape: Shape, key: str) -> int:
    """Return the price of finding `key` in a mapping of this shape."""
    if shape.form == "unknown":
        return UNGUIDED
    return 0 if shape.has(key) else STRANGER


def scalar_shape(type_name: str) -> Shape:
    """Return the shape of a scalar of this JSON type; of a type that JSON has not, nothing is known but that."""
    return _SCALARS.get(type_name, _STRANGE)


def value_cost(shape: Shape, value: str, text: str = "") -> int:
    """Return the price of a value of this form (and, for a scalar, of this text) where this shape is expected."""
    if shape.form == "scalar" and shape.type_name and value in {"plain", "quoted"}:
        return 0 if shape.type_name in _types_of(value, text) else WRONG_TYPE
    expected = _EXPECTED.get(shape.form)
    return 0 if expected is None or value in expected else WRONG_FORM


_EXPECTED = {"object": {"map"}, "array": {"seq"}, "scalar": {"plain", "quoted", "block"}}


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
    members = Members()
    for name in names.split():
        members = members.plus(name, _SCALARS[""])
    for name, shape in nested.items():
        members = members.plus(name, shape)
    return members.object


_ENVELOPE = _plain(
    "code message request_id",
    data=_plain(
        "task_id task_status task_status_msg created_at updated_at",
        task_info=_plain("external_task_id"),
        task_result=_plain("", videos=_plain("id url duration").array(), images=_plain("index url").array()),
    ),
)
