"""From the signature of a method that creates tasks to the parameters of a command.

A new operation, or a new argument of one, appears by itself; what it is called, what it takes and how it is explained
all come from the method.
"""

from __future__ import annotations

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

from klingkit import _operations, _types
from klingkit._surface import METHODS
from klingkit.cli._options import dashed

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Parameter", "method_of", "parameters_of", "spec_fields"]

_SHORT = {"model_name": "--model"}
_PLAIN = {str: "TEXT", int: "INTEGER", float: "NUMBER"}
_NOT_FIELDS = frozenset({"self", "extra", "extra_headers"})
_ELSEWHERE = re.compile(r"see (?:the class|`?VideoOperations`?)\.")
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
    """Return the method that creates tasks of `operation` (its id without verb)."""
    for group in vars(_operations).values():
        if isinstance(group, type) and METHODS[operation] in vars(group):
            found: Callable[..., Any] = vars(group)[METHODS[operation]]
            return found
    raise LookupError(f"no group has the method {METHODS[operation]}")


def spec_fields(operation: str) -> tuple[str, ...]:
    """Return the request fields of `operation` in the one spec."""
    return tuple(name for name in inspect.signature(method_of(operation)).parameters if name not in _NOT_FIELDS)


def parameters_of(operation: str) -> list[Parameter]:
    """Return the parameters of the command for `operation`."""
    method = method_of(operation)
    names = {**vars(_operations), "t": _types, "Mapping": Mapping, "Sequence": Sequence}
    hints = typing.get_type_hints(method, globalns=names)
    told = _explanations(method)
    return [
        _parameter(parameter, hints[name], told.get(name, ""))
        for name, parameter in inspect.signature(method).parameters.items()
        if name != "self"
    ]


def _parameter(parameter: inspect.Parameter, hint: Any, told: str) -> Parameter:
    name = parameter.name
    required = parameter.default is inspect.Parameter.empty
    default = parameter.default if required else None
    kinds = [kind for kind in _alternatives(hint) if kind is not type(None)]
    if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and kinds == [str]:
        held: Any = Annotated[
            str if required else str | None, typer.Argument(help=told, metavar=name.upper(), show_default=False)
        ]
        return Parameter(name, held, default)
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
        more.update(metavar="FILE|URL", help=f"{told} May be repeated.")
        held = list[str]
    elif words and str in kinds:
        more.update(metavar="NAME", help=f"{told} Known: {', '.join(words)}.")
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
    return set(_alternatives(_types.ImageInput)) <= set(kinds)


def _is_list_of_pictures(kinds: Sequence[Any]) -> bool:
    return (
        len(kinds) == 1
        and typing.get_origin(kinds[0]) is Sequence
        and _is_picture(_alternatives(typing.get_args(kinds[0])[0]))
    )


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


def _explanations(method: Callable[..., Any]) -> dict[str, str]:
    """Return what the docstring says of each argument, and what its class, or the first class, says of all."""
    general = _section(inspect.getdoc(_operations.VideoOperations) or "", "All methods take:")
    own = _section(inspect.getdoc(method) or "", "Args:")
    chosen = {name: general.get(name, "") if _ELSEWHERE.fullmatch(said) else said for name, said in own.items()}
    return {name: _worded(said) for name, said in chosen.items()}


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
