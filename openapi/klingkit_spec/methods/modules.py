"""The modules of `klingkit._methods`, as text: one for each group and client, the types, the records, the table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from klingkit_spec.methods.annotations import Types
from klingkit_spec.methods.attributes import HEADER, attributes_module
from klingkit_spec.methods.docstrings import docstring
from klingkit_spec.methods.places import places_of
from klingkit_spec.methods.plan import resolved
from klingkit_spec.methods.records import record_sources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit_spec.methods.docstrings import Facts
    from klingkit_spec.methods.places import Limits
    from klingkit_spec.methods.plan import Argument, Method
    from klingkit_spec.methods.table import Group, Table

__all__ = ["module_texts"]

_TASKS = {"Task", "Result"}
_COMMON = {
    "create": ("extra", "extra_headers", "validate"),
    "post": ("extra", "extra_headers", "validate"),
    "get": ("extra_headers", "validate"),
}
_COMMON_TYPES = {
    "extra": "Mapping[str, Any] | None",
    "extra_headers": "Mapping[str, str] | None",
    "validate": "bool | None",
}


def module_texts(spec: Mapping[str, Any], table: Table, methods: Sequence[Method], facts: Facts) -> dict[str, str]:
    """Return every module by its file name."""
    types = Types(spec, table.types)
    texts: dict[str, str] = {}
    for group in table.groups:
        own = [method for method in methods if method.group == group]
        for asynchronous in (False, True):
            name = f"async_{group.name}.py" if asynchronous else f"{group.name}.py"
            texts[name] = _group_module(group, own, facts, types, asynchronous=asynchronous)
    texts["attributes.py"] = attributes_module(table)
    texts["types.py"] = _types_module(types, methods)
    texts["records.py"] = _records_module(spec, methods)
    texts["table.py"] = _table_module(spec, methods)
    texts["__init__.py"] = HEADER + '"""The typed methods of the client: written from the one spec."""\n'
    return texts


def _group_module(group: Group, methods: Sequence[Method], facts: Facts, types: Types, *, asynchronous: bool) -> str:
    cls, base = group.class_name(asynchronous=asynchronous), "AsyncGroup" if asynchronous else "Group"
    which = "`AsyncKling`" if asynchronous else "`Kling`"
    bodies = [_method(method, facts, types, asynchronous=asynchronous) for method in methods]
    awaited = "Every call is awaited.\n\n    " if asynchronous else ""
    return f'''{HEADER}"""``kling.{group.name}`` of {which}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._groups import {base}

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping, Sequence

    from klingkit._methods import records as r
    from klingkit._methods import types as t
    from klingkit._result import AsyncResult, Result
    from klingkit._task import AsyncTask, Task

__all__ = ["{cls}"]


class {cls}({base}):
    """``kling.{group.name}``: {group.title}.

    {awaited}Nothing that is left out is sent, so the relay's defaults hold, except where a relay requires a
    field. Facts and limits are those of the official documentation; relays may take less.
    """

    __slots__ = ()

''' + "\n".join(bodies)


def _method(method: Method, facts: Facts, types: Types, *, asynchronous: bool) -> str:
    common = _COMMON["create" if method.is_create else method.verb]
    if method.row.returns == "Task":
        common = ()
    signature = _signature(method, types, common)
    returns = _returned(method, asynchronous=asynchronous)
    head = f"    {'async ' if asynchronous else ''}def {method.row.method}(self, {signature}) -> {returns}:"
    text = docstring(method, facts, common, asynchronous=asynchronous)
    return "\n".join([head, text, _run(method, common, asynchronous=asynchronous)]) + "\n"


def _signature(method: Method, types: Types, common: Sequence[str]) -> str:
    parts: list[str] = []
    starred = False
    for argument in method.arguments:
        if argument.name not in method.row.positional and not starred:
            parts.append("*")
            starred = True
        annotation = types.of(argument.name, argument.schema)
        if argument.name in {"task_ids", "external_task_ids"}:
            annotation = "Sequence[str]"
        default = "" if argument.required else " | None = None"
        if argument.name in {"page", "page_size"}:
            default = f" = {argument.schema['default']}"
        parts.append(f"{argument.name}: {annotation}{default}")
    if common and not starred:
        parts.append("*")
    parts += [f"{name}: {_COMMON_TYPES[name]} = None" for name in common]
    return ", ".join(parts)


def _returned(method: Method, *, asynchronous: bool) -> str:
    returns = method.row.returns or "Task"
    if returns in _TASKS:
        return f"Async{returns}" if asynchronous else returns
    return f"builtins.list[r.{returns}]" if "[]" in method.row.at else f"r.{returns}"


def _run(method: Method, common: Sequence[str], *, asynchronous: bool) -> str:
    wait = "await " if asynchronous else ""
    operation = method.operation
    given = ", ".join(["extra" if "extra" in common else "None", "extra_headers" if common else "None"])
    if common:
        given += ", validate=validate"
    if method.is_create:
        return f'        return {wait}self._create("{operation}", {_given(method)}, {given})'
    if method.row.returns == "Task":
        return f'        return {wait}self._get("{operation.removesuffix("_get")}", task_id)'
    if method.row.returns == "Result":
        return f'        return {wait}self._finished("{operation}", {_given(method)}, {given})'
    imported = f"        from klingkit._methods.records import {method.row.returns}\n\n"
    call = f'self._call("{operation}", {_given(method)}, {given})'
    answer = f"(await {call})" if asynchronous else call
    at = f"data{method.row.at}" if method.row.at.startswith("[") else "data"
    read = "many" if "[]" in at else "one"
    where = f', "{at}"' if read == "many" else ""
    return f"{imported}        return {answer}.{read}({method.row.returns}{where})"


def _given(method: Method) -> str:
    """Return the dictionary of fields; members of flattened objects stand in those."""
    plain = [argument for argument in method.arguments if "." not in argument.place]
    entries = [f'"{argument.sent_as}": {argument.name}' for argument in plain]
    for name in method.row.flatten:
        inner = [argument for argument in method.arguments if argument.place == f"body.{name}"]
        if inner:
            entries.append(f'"{name}": {{{_entries(inner)}}}')
    return "{" + ", ".join(entries) + "}"


def _entries(arguments: Sequence[Argument]) -> str:
    return ", ".join(f'"{argument.sent_as}": {argument.name}' for argument in arguments)


def _types_module(types: Types, methods: Sequence[Method]) -> str:
    names = json.dumps([*types.names(), "AudioInput", "ImageInput", "Made", "Moment", "OperationName"])
    known = ", ".join(json.dumps(method.operation) for method in methods if method.is_create)
    operation_name = f'OperationName = Literal[{known}]\n"""An operation that makes tasks."""\n'
    body = "\n\n".join([operation_name, *types.module()])
    return f'''{HEADER}"""What is sent, typed as the one spec has it. Models and voices nobody knows yet pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence  # noqa: TC003 - read when types are looked up at run time
from typing import Any, Literal, NotRequired, TypedDict

from klingkit._inputs import AudioInput, ImageInput, Made, Moment

__all__ = {names}

{body}
'''


def _records_module(spec: Mapping[str, Any], methods: Sequence[Method]) -> str:
    wanted = [method.row.returns for method in methods if method.row.returns and method.row.returns not in _TASKS]
    sources = dict(record_sources(spec, list(dict.fromkeys(wanted))))
    names = json.dumps(sorted(sources))
    body = "\n\n".join(sources.values())
    return f'''{HEADER}"""What calls answer: what is missing, or of another type, is None; `raw` is untouched."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from klingkit._records import Record, many, one, real, several, text, time, whole, yes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from klingkit._records import Reader

__all__ = {names}


{body}
'''


def _table_module(spec: Mapping[str, Any], methods: Sequence[Method]) -> str:
    creates = [method for method in methods if method.is_create]
    rows = []
    limits: dict[Limits | None, str] = {None: "None"}
    for method in methods:
        places = places_of(spec, method.body)
        media = [
            (
                medium.path,
                medium.kind,
                medium.types,
                medium.alone,
                _Name(limits.setdefault(medium.limits, f"L{len(limits)}")),
            )
            for medium in places.media
        ]
        external = _external_id(spec, method)
        apart = [
            tuple(argument.sent_as for argument in method.arguments if argument.place == place)
            for place in ("path", "query")
        ]
        body = tuple(method.body.get("properties", ()))
        values: list[object] = [method.group.name, method.row.method, method.group.tag, body]
        values += [tuple(media), places.seconds, places.lists, method.row.flatten, external, *apart]
        values.append(any(argument.sent_as == "model_name" for argument in method.arguments))
        values.append(method.is_paid)
        rows.append(f'    "{method.operation}": Row({", ".join(repr(value) for value in values)}),')
    calls = [method for method in methods if method.is_paid and not method.is_create]
    commands = [*creates, *calls]
    methods_ = "\n".join(f'    "{method.operation}": "{method.row.alias}",' for method in creates)
    calls_ = "\n".join(f'    "{method.operation}": "{method.row.alias}",' for method in calls)
    summaries = "\n".join(f'    "{method.operation}": {json.dumps(method.row.summary)},' for method in commands)
    table = "\n".join(rows)
    limits_ = "\n".join(f"{name} = Limits{told!r}" for told, name in limits.items() if told is not None)
    return f'''{HEADER}"""What the client needs to know of each operation before it loads the methods."""

from __future__ import annotations

from klingkit._shapes import Limits, Row

__all__ = ["CALLS", "METHODS", "ROWS", "SUMMARIES"]

{limits_}

METHODS = {{
{methods_}
}}
"""Every operation that can be created, and its name: that of the method, or one that is unique."""

CALLS = {{
{calls_}
}}
"""Every operation that may cost something and answers at once, and its name, likewise."""

SUMMARIES = {{
{summaries}
}}
"""What each of them does, in a line."""

ROWS = {{
{table}
}}
"""Every operation that has a method of its own."""
'''


class _Name(str):
    """A name, written without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _external_id(spec: Mapping[str, Any], method: Method) -> tuple[str, ...]:
    for name, part in method.body.get("properties", {}).items():
        if name == "external_task_id":
            return (name,)
        if "external_task_id" in resolved(spec, part).get("properties", {}):
            return (name, "external_task_id")
    return ()
