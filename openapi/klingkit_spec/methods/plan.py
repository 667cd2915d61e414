"""What the one spec says about each method: its arguments, where each is sent, and what holds for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec.methods.table import MethodsError
from klingkit_spec.relay_document import operations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from klingkit_spec.methods.table import Group, Row, Table

__all__ = ["Argument", "Method", "plan_methods", "resolved"]

_LAST = ("watermark_info", "watermark", "callback_url", "external_task_id")


@dataclass(frozen=True)
class Argument:
    """One argument of a method.

    Attributes:
        name: its name in Python.
        sent_as: its name in the request.
        place: ``body``, ``query`` or ``path``; ``body.settings`` for a member of that object.
        schema: its schema, references in place.
        required: whether the call cannot do without it.
    """

    name: str
    sent_as: str
    place: str
    schema: Mapping[str, Any]
    required: bool


@dataclass(frozen=True)
class Method:
    """One method of one group. `operation` is an operationId, of a create without the verb."""

    operation: str
    group: Group
    row: Row
    verb: str
    path: str
    node: Mapping[str, Any]
    arguments: tuple[Argument, ...]
    body: Mapping[str, Any]

    @property
    def is_create(self) -> bool:
        """Whether it starts a task."""
        return not self.row.returns

    @property
    def is_paid(self) -> bool:
        """Whether a call may cost something."""
        return bool(self.node.get("x-klingkit-billable"))


def plan_methods(spec: Mapping[str, Any], table: Table) -> list[Method]:
    """Return every method, in the order of the table.

    Raises:
        MethodsError: a row names an argument that the operation does not have, a tag has no group, or two commands
            have one name.
    """
    nodes = {node["operationId"]: (path, verb, node) for path, verb, node in operations(dict(spec))}
    rows = [(f"{name}_create", row) for name, row in table.creates.items()] + list(table.calls.items())
    methods = [_method(spec, table, name, row, *nodes[name]) for name, row in rows]
    aliases = [method.row.alias for method in methods if method.is_paid or method.is_create]
    if twice := sorted({alias for alias in aliases if aliases.count(alias) > 1}):
        raise MethodsError(f"methods.toml: {', '.join(twice)} names several commands; give one of them another alias.")
    return methods


def resolved(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what `schema` refers to, or the schema itself."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return spec["components"]["schemas"][name] if name else schema


def _method(
    spec: Mapping[str, Any], table: Table, name: str, row: Row, path: str, verb: str, node: Mapping[str, Any]
) -> Method:
    (tag,) = node["tags"]
    group = next((group for group in table.groups if group.tag == tag), None)
    if group is None:
        raise MethodsError(f"methods.toml: there is no group for the tag {tag}; add one.")
    content = node.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = resolved(spec, content.get("schema", {}))
    found = [*_parameters(spec, path, node), *_body(spec, body, row)]
    arguments = [argument for argument in found if argument.sent_as not in row.omit]
    names = [argument.name for argument in arguments]
    for wanted in (*row.positional, *row.omit):
        if wanted not in {argument.name for argument in found}:
            raise MethodsError(f"methods.toml: {row.operation} has no argument {wanted!r}; correct or remove it.")
    if len(set(names)) != len(names):
        raise MethodsError(f"methods.toml: {row.operation} has two arguments of one name; do not flatten them.")
    return Method(row.operation, group, row, verb, path, node, _ordered(arguments, row), body)


def _ordered(arguments: list[Argument], row: Row) -> tuple[Argument, ...]:
    """Put first what is positional, then the model, then what is required, and last what every operation has."""

    def rank(argument: Argument) -> tuple[int, int]:
        if argument.name in row.positional:
            return 0, row.positional.index(argument.name)
        if argument.name in {"model_name", "model"}:
            return 1, 0
        if argument.name in _LAST:
            return 4, _LAST.index(argument.name)
        return (2 if argument.required else 3), 0

    return tuple(sorted(arguments, key=rank))


def _parameters(spec: Mapping[str, Any], path: str, node: Mapping[str, Any]) -> Iterator[Argument]:
    shared = spec["paths"][path].get("parameters", [])
    for entry in [*shared, *node.get("parameters", [])]:
        name = str(entry.get("$ref", "")).rpartition("/")[2]
        parameter = spec["components"]["parameters"][name] if name else entry
        if parameter["in"] not in {"path", "query"}:
            continue
        schema = {**parameter["schema"], "description": parameter.get("description", "")}
        python = {"pageNum": "page", "pageSize": "page_size"}.get(parameter["name"], _snake(parameter["name"]))
        required = bool(parameter.get("required"))
        yield Argument(python, parameter["name"], parameter["in"], schema, required)


def _body(spec: Mapping[str, Any], body: Mapping[str, Any], row: Row) -> Iterator[Argument]:
    required = set(body.get("required", ()))
    for name, schema in body.get("properties", {}).items():
        if name not in row.flatten:
            # The documented default of the model is retired: relays bill whatever they choose.
            yield Argument(name, name, "body", schema, name in required or name == "model_name")
            continue
        inner = resolved(spec, schema)
        needed = set(inner.get("required", ())) if name in required else set()
        for member, part in inner["properties"].items():
            yield Argument(member, member, f"body.{name}", part, member in needed)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
