"""From the signature of a method that costs something to the parameters of a command.

A new operation, or a new argument of one, appears by itself; what it is called, what it takes and how it is explained
all come from the method.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from klingkit._inputs import ImageInput, Made
from klingkit._surface import row_of
from klingkit.cli._options import dashed

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Parameter", "method_of", "parameters_of", "spec_fields"]

_SHORT = {"model_name": "--model"}
_MADE = frozenset(typing.get_args(Made))
_PLAIN = {str: "TEXT", int: "INTEGER", float: "NUMBER"}
_ENTRY = re.compile(r"(\w+): (.*)")
# What can be given in Python alone.
_PYTHON_ONLY = re.compile(r"\b(?:bytes|an? binary file|binary files),? ")
_MARKUP = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a command: its name in the method, and what the command-line parser is told."""

    name: str
    annotation: Any
    default: Any

    def declared(self) -> inspect.Parameter:
        """Return it as the parser reads it from a function."""
        return inspect.Parameter(
            self.name, inspect.Parameter.KEYWORD_ONLY, default=self.default, annotation=self.annotation
        )


def method_of(operation: str) -> Callable[..., Any]:
    """Return the method of `operation`: of a create by its id without verb, else by the whole one."""
    row = row_of(operation)
    group = getattr(importlib.import_module(f"klingkit._methods.{row.group}"), row.group.capitalize())
    found: Callable[..., Any] = getattr(group, row.method)
    return found


def spec_fields(operation: str) -> tuple[str, ...]:
    """Return the request fields of `operation` in the one spec."""
    return row_of(operation).fields


def parameters_of(operation: str, *, any_word: bool = False) -> list[Parameter]:
    """Return the parameters of the command for `operation`. `any_word`: where words are listed, others pass as well."""
    method = method_of(operation)
    from klingkit._methods import records
    from klingkit._methods import types as sent

    names = {"t": sent, "r": records, "Any": Any, "Mapping": Mapping, "Sequence": Sequence}
    names |= {"Result": Any, "Task": Any}
    hints = typing.get_type_hints(method, globalns=names)
    told = _explanations(method)
    return [
        _parameter(parameter, hints[name], told.get(name, ""), any_word=any_word)
        for name, parameter in inspect.signature(method).parameters.items()
        if name != "self"
    ]


def _parameter(parameter: inspect.Parameter, hint: Any, told: str, *, any_word: bool) -> Parameter:
    name = parameter.name
    required = parameter.default is inspect.Parameter.empty
    default = parameter.default if required else None
    kinds = [kind for kind in _alternatives(hint) if kind is not type(None) and kind not in _MADE]
    if any_word and all(typing.get_origin(kind) is Literal for kind in kinds):
        kinds.append(str)
    if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and kinds == [str]:
        held: Any = Annotated[
            str if required else str | None, typer.Argument(help=told, metavar=name.upper(), show_default=False)
        ]
        return Parameter(name, held, default)
    if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and required and not _takes_files(kinds):
        argument = typer.Argument(help=f"{told} As JSON, or @FILE.", metavar=name.upper(), parser=_json)
        return Parameter(name, Annotated[str, argument], default)
    return Parameter(name, _option(name, kinds, told, required=required), default)


def _option(name: str, kinds: list[Any], told: str, *, required: bool) -> Any:
    flags = [_SHORT[name], f"--{dashed(name)}"] if name in _SHORT else [f"--{dashed(name)}"]
    more: dict[str, Any] = {"help": told, "show_default": False}
    words = [str(word) for kind in kinds if typing.get_origin(kind) is Literal for word in typing.get_args(kind)]
    held: Any = str
    if _is_picture(kinds):
        more["metavar"] = "FILE|URL"
    elif _is_list_of_pictures(kinds):
        flags = [f"--{dashed(name.removesuffix('_list'))}", f"--{dashed(name)}"] if name.endswith("_list") else flags
        more.update(metavar="FILE|URL|JSON", help=f"{told} May be repeated.", parser=_file_or_json)
        held = list[str]
    elif words and int in kinds:
        more.update(metavar=f"NUMBER|{'|'.join(words)}", parser=_number_or_word)
    elif words and str in kinds:
        more.update(metavar="NAME", help=f"{told} Known: {', '.join(words)}.", autocompletion=lambda: words)
    elif words:
        held = kinds[0]
    elif int in kinds and str in kinds:
        more["metavar"] = _PLAIN[int]
    elif kinds[0] is bool:
        held = bool
    elif kinds[0] in _PLAIN:
        held = kinds[0]
        more["metavar"] = _PLAIN[held]
    else:
        more.update(metavar="JSON|@FILE", parser=_json, help=f"{told} As JSON.")
    if held is bool:
        flags = [f"{flag}/--no-{flag.removeprefix('--')}" for flag in flags]
    return Annotated[held if required else held | None, typer.Option(*flags, **more)]


def _alternatives(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        return typing.get_args(hint)
    return (hint,)


def _is_picture(kinds: Sequence[Any]) -> bool:
    return set(_alternatives(ImageInput)) <= set(kinds)


def _is_list_of_pictures(kinds: Sequence[Any]) -> bool:
    return (
        len(kinds) == 1
        and typing.get_origin(kinds[0]) is Sequence
        and _is_picture(_alternatives(typing.get_args(kinds[0])[0]))
    )


def _takes_files(kinds: Sequence[Any]) -> bool:
    return _is_picture(kinds) or _is_list_of_pictures(kinds)


def _file_or_json(text: str) -> Any:
    """Return a file as it was named, or the object that says more than which file it is."""
    return _json(text) if text.lstrip().startswith("{") else text


def _json(text: str) -> Any:
    """Return the value that `text`, or the file behind its @, holds."""
    source = text
    if text.startswith("@"):
        try:
            source = Path(text[1:]).read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is no UTF-8 text"
            raise typer.BadParameter(f"{text[1:]} cannot be read: {why}.") from error
    try:
        return json.loads(source)
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"that is no JSON ({error}).") from error


def _number_or_word(text: str) -> int | str:
    return int(text) if text.strip().isdigit() else text.strip()


def _explanations(method: Callable[..., Any]) -> dict[str, str]:
    """Return what the docstring says of each argument."""
    return {name: _worded(said) for name, said in _section(inspect.getdoc(method) or "", "Args:").items()}


def _section(doc: str, title: str) -> dict[str, str]:
    _, _, rest = doc.partition(f"{title}\n")
    entries: dict[str, str] = {}
    last = ""
    for line in rest.splitlines():
        if not line.strip():
            break
        entry = _ENTRY.fullmatch(line.strip())
        if entry and line.startswith("    ") and not line.startswith("     "):
            last = entry[1]
            entries[last] = entry[2]
        elif last:
            entries[last] += f" {line.strip()}"
    return entries


def _worded(said: str) -> str:
    said = _MARKUP.sub("", _PYTHON_ONLY.sub("", said))
    return said[:1].upper() + said[1:]
