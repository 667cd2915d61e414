"""What people decide about the methods: methods.toml, read and held against the one spec."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TABLE", "Group", "MethodsError", "Row", "Table", "read_table"]

TABLE = "methods.toml"
_CREATE_KEYS = {"method", "alias", "summary", "positional", "flatten", "omit"}
_CALL_KEYS = {"method", "alias", "summary", "positional", "returns", "at"}


class MethodsError(SpecError):
    """The methods cannot be written; the sentence says what stands in the way."""


@dataclass(frozen=True)
class Group:
    """A group of methods: the attribute of a client, the tag of the spec, what it does."""

    name: str
    tag: str
    title: str

    def class_name(self, *, asynchronous: bool) -> str:
        """Return the name of the class that has its methods."""
        return f"{'Async' if asynchronous else ''}{self.name.capitalize()}"


@dataclass(frozen=True)
class Row:
    """What is decided about one operation.

    Attributes:
        alias: the name of its command, unique among all operations that may cost something.
        returns: what a call answers; empty for a create.
    """

    operation: str
    method: str
    alias: str
    summary: str
    positional: tuple[str, ...]
    flatten: tuple[str, ...]
    omit: tuple[str, ...]
    returns: str
    at: str


@dataclass(frozen=True)
class Table:
    """The whole of methods.toml. `creates` are by the operationId without verb, `calls` by the whole one."""

    groups: tuple[Group, ...]
    types: Mapping[str, str]
    texts: Mapping[str, str]
    creates: Mapping[str, Row]
    calls: Mapping[str, Row]


def read_table(data: Mapping[str, Any], operations: set[str]) -> Table:
    """Return the table in `data`, held against the operationIds of the one spec.

    Raises:
        MethodsError: an operation has no row, a row no operation, a key is unknown, or an alias is not unique.
    """
    creates = {name: _row(name, row, _CREATE_KEYS) for name, row in data.get("create", {}).items()}
    calls = {name: _row(name, row, _CALL_KEYS) for name, row in data.get("call", {}).items()}
    named = {f"{name}_create" for name in creates} | set(calls)
    # Getting and listing the tasks of a create is what kling.tasks does for all of them.
    through_tasks = {f"{name}_{verb}" for name in creates for verb in ("get", "list")}
    if missing := sorted(operations - named - through_tasks):
        raise MethodsError(f"{TABLE}: {', '.join(missing)} of the one spec has no row; say what its method is called.")
    if stale := sorted(named - operations):
        raise MethodsError(f"{TABLE}: {', '.join(stale)} is no operation of the one spec; remove the row.")
    aliases = [row.alias for row in creates.values()]
    if twice := sorted({alias for alias in aliases if aliases.count(alias) > 1}):
        raise MethodsError(f"{TABLE}: {', '.join(twice)} names several operations; give one of them another alias.")
    groups = tuple(Group(name, row["tag"], row["title"]) for name, row in data.get("group", {}).items())
    return Table(groups, dict(data.get("types", {})), dict(data.get("texts", {})), creates, calls)


def _row(operation: str, row: Mapping[str, Any], keys: set[str]) -> Row:
    if unknown := sorted(set(row) - keys):
        raise MethodsError(f"{TABLE}: {operation} has no setting {', '.join(unknown)}; correct or remove it.")
    for key in ("method", "summary", *(("returns",) if "returns" in keys else ())):
        if not isinstance(row.get(key), str) or not row[key]:
            raise MethodsError(f"{TABLE}: {operation} lacks {key!r}; add it.")
    return Row(
        operation=operation,
        method=row["method"],
        alias=row.get("alias", row["method"]),
        summary=row["summary"],
        positional=tuple(row.get("positional", ())),
        flatten=tuple(row.get("flatten", ())),
        omit=tuple(row.get("omit", ())),
        returns=row.get("returns", ""),
        at=row.get("at", ""),
    )
