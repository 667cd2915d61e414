"""Give the rows of a field table their nesting back and make a schema of them.

A rendered table lists the fields of inner objects right behind their parent, with no sign of depth. ``object {n}``
tells how many direct fields follow; where it is not printed, the example beside the table tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.enums import from_prose, split, typed
from klingkit_spec.reader.examples import infer, json_type
from klingkit_spec.reader.json_text import BrokenJsonError, decode
from klingkit_spec.reader.line_marks import FROM, LINE
from klingkit_spec.reader.type_words import TypeWord

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_spec.reader.core_yaml import Pointer
    from klingkit_spec.reader.fields import Field
    from klingkit_spec.reader.notes import Notes

__all__ = ["ABSENT", "object_schema"]

_DEEPEST = 40
_TYPES = {"integer": ("integer", "number"), "number": ("number",), "string": ("string",), "boolean": ("boolean",)}

ABSENT: Any = object()
"""Stands for 'the example has no such member'."""


def object_schema(
    fields: list[Field], example: Any, notes: Notes, lines: Callable[[Pointer], int] | None = None
) -> dict[str, Any]:
    """Return the object schema of a table; `example` is the JSON beside it, or ABSENT; `lines` tells its page lines."""
    builder = _Builder(fields, notes, lines)
    schema = builder.members(None, example, [])
    if builder.unmarked:
        names = ", ".join(row.name for row in builder.unmarked)
        count = len(builder.unmarked)
        notes.info(
            builder.unmarked[0].line,
            f"{count} field(s) marked neither required nor optional, read as optional: {names}",
        )
    return schema


class _Builder:
    def __init__(self, fields: list[Field], notes: Notes, lines: Callable[[Pointer], int] | None) -> None:
        self._lines = lines
        self._fields = fields
        self._notes = notes
        self._at = 0
        self.unmarked: list[Field] = []

    def members(self, count: int | None, example: Any, outer: list[Any], path: Pointer = ()) -> dict[str, Any]:
        """Take the rows of one object; `outer` holds the examples of the objects around it, innermost last."""
        properties: dict[str, Any] = {}
        required: list[str] = []
        while self._at < len(self._fields) and (count is None or len(properties) < count):
            row = self._fields[self._at]
            if count is None and outer and not self._is_member(row, properties, example, outer):
                break
            self._at += 1
            if row.name in properties:
                self._notes.warn(row.line, f"'{row.name}' is listed twice in one object; the last row is kept")
            properties[row.name] = self._schema(row, _member(example, row.name), [*outer, example], (*path, row.name))
            if row.required:
                required.append(row.name)
            elif row.required is None:
                self.unmarked.append(row)
        if count is not None and len(properties) < count:
            line = self._fields[-1].line if self._fields else 1
            self._notes.warn(line, f"the table announces {count} fields here and lists {len(properties)}")
        self._only_in_example(properties, example, path)
        schema: dict[str, Any] = {"type": "object", "properties": properties}
        if required:
            schema["required"] = required
            schema[FROM] = {"required": "label"}
        return schema

    def _is_member(self, row: Field, properties: dict[str, Any], example: Any, outer: list[Any]) -> bool:
        """Decide by the examples whether the row belongs to the innermost object."""
        if row.name in properties:
            return False
        if _member(example, row.name) is not ABSENT:
            return True
        if any(_member(around, row.name) is not ABSENT for around in outer):
            return False
        if isinstance(example, dict) and example and not any(isinstance(around, dict) for around in outer):
            return True
        self._notes.warn(
            row.line, f"neither count nor example tells which object '{row.name}' belongs to; the outer one was taken"
        )
        return False

    def _only_in_example(self, properties: dict[str, Any], example: Any, path: Pointer) -> None:
        shown = _as_object(example)
        for name in shown:
            if name in properties or not self._fields:
                continue
            properties[name] = infer(shown[name], self._lines, (*path, name))
            self._notes.info(self._fields[0].line, f"'{name}' is no row of the table; it was read from the example")

    def _schema(self, row: Field, example: Any, outer: list[Any], path: Pointer) -> dict[str, Any]:
        schema = self._typed(row.type, example, outer, row, path)
        _put(schema, "deprecated", True if row.deprecated else None, "label")
        for keyword, value in row.keywords.items():
            _put(schema, keyword, value, "label")
        target = schema["items"] if row.type.type == "array" and row.type.item and row.type.item.is_enum else schema
        self._values(row, target, example)
        if row.description:
            schema["description"] = "\n".join(row.description)
        if row.nullable or row.type.nullable:
            schema["type"] = [schema["type"], "null"] if "type" in schema else "null"
        return schema

    def _typed(self, kind: TypeWord, example: Any, outer: list[Any], row: Field, path: Pointer) -> dict[str, Any]:
        schema: dict[str, Any] = {LINE: row.line}
        if kind.type is not None:
            _put(schema, "type", kind.type, "label")
        _put(schema, "format", kind.format, "label")
        if kind.title:
            schema["title"] = kind.title
        if kind.type == "array":
            item = kind.item or TypeWord(None)
            first = example[0] if isinstance(example, list) and example else ABSENT
            schema["items"] = self._typed(item, first, outer, row, (*path, "0"))
        elif kind.type == "object" and len(outer) > _DEEPEST:
            self._notes.warn(row.line, f"'{row.name}' is nested too deeply; what it holds was left out")
        elif kind.type == "object" and (kind.count or (kind.count is None and _as_object(example))):
            inner = self.members(kind.count, example, outer, path)
            schema["properties"] = inner["properties"]
            if "required" in inner:
                _put(schema, "required", inner["required"], "label")
        elif kind.type == "object" and kind.count is None and example is ABSENT:
            self._maybe_a_parent(row, outer)
        return schema

    def _maybe_a_parent(self, row: Field, outer: list[Any]) -> None:
        """Say it when nothing tells whether the rows behind an object are its members or its neighbours."""
        following = self._fields[self._at] if self._at < len(self._fields) else None
        if following is not None and all(_member(around, following.name) is ABSENT for around in outer):
            self._notes.warn(
                following.line,
                f"neither count nor example tells whether '{following.name}' belongs to '{row.name}'; "
                "it was put beside it",
            )

    def _values(self, row: Field, schema: dict[str, Any], example: Any) -> None:
        type_name = schema.get("type")
        if row.default is not None:
            value = typed(row.default, type_name)
            if type_name is None or type_name in _TYPES.get(json_type(value), ()):
                _put(schema, "default", value, "label")
            else:
                self._notes.warn(
                    row.line, f"the default of '{row.name}' is no {type_name}; it was left out: {value[:40]}"
                )
        if row.example is not None:
            schema["example"] = _example(row.example, type_name)
        if not row.enum_lines:
            listed = row.type.is_enum or (row.type.item is not None and row.type.item.is_enum)
            if listed and not from_prose("\n".join(row.description)):
                self._notes.warn(row.line, f"'{row.name}' is printed as an enum without its values")
            return
        if len(row.enum_lines) > 1 or row.enum_sure:
            values: tuple[str, ...] | None = tuple(dict.fromkeys(row.enum_lines))
        else:
            seen = [str(shown) for shown in _as_list(example) if isinstance(shown, (str, int, float)) and shown != ""]
            cut = split(row.enum_lines[0], default=row.default, seen=seen)
            values = cut.values
            if values is None:
                ways = " or ".join(" | ".join(way) for way in cut.candidates) or "none holds"
                self._notes.warn(
                    row.enum_line,
                    f"the values of '{row.name}' run together, '{row.enum_lines[0][:60]}' could be read as: {ways}",
                )
        if values is not None:
            self._enum(row, schema, [typed(value, type_name) for value in values])

    def _enum(self, row: Field, schema: dict[str, Any], values: list[Any]) -> None:
        strangers = [value for value in values if schema.get("type") not in _TYPES.get(json_type(value), ())]
        if strangers and "type" in schema:
            shown = ", ".join(str(value)[:40] for value in strangers)
            self._notes.warn(
                row.enum_line, f"not all values of '{row.name}' are of its type, they were left out: {shown}"
            )
            return
        _put(schema, "enum", values, "label")
        if "default" in schema and schema["default"] not in values:
            self._notes.warn(row.line, f"the default of '{row.name}' is none of its values; it was left out")
            del schema["default"], schema[FROM]["default"]


def _example(text: str, type_name: str | None) -> Any:
    if type_name in {"object", "array"}:
        try:
            return decode(text)[0]
        except BrokenJsonError:
            return text
    return typed(text, type_name)


def _put(schema: dict[str, Any], keyword: str, value: Any, source: str) -> None:
    if value is None:
        return
    schema[keyword] = value
    schema.setdefault(FROM, {})[keyword] = source


def _as_object(example: Any) -> dict[str, Any]:
    return example if isinstance(example, dict) else {}


def _as_list(example: Any) -> list[Any]:
    if example is ABSENT or example is None:
        return []
    return example if isinstance(example, list) else [example]


def _member(example: Any, name: str) -> Any:
    return _as_object(example).get(name, ABSENT)
