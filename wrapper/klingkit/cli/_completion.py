"""Shell completion for ``klingkit`` as a whole: of the commands, and of what each of them takes.

The shell's script calls ``klingkit`` with a variable set, and prints what comes. Only the command that is named is
loaded, so that completing stays quick.
"""

from __future__ import annotations

import importlib
import shlex
from typing import TYPE_CHECKING, Any

import typer
from typer.main import get_command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.metadata import EntryPoint

__all__ = ["run"]

_WORDS = ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")


def run(argv: Sequence[str], commands: Mapping[str, EntryPoint], variable: str, environ: Mapping[str, str]) -> int:
    """Complete what the shell asks about, or show or install its script, and return the exit status.

    `variable` is what the script sets when it asks.
    """
    words = _typed(environ)
    named = words[1] if len(words) > 1 else ""
    root = typer.Typer(help="klingkit", no_args_is_help=True, rich_markup_mode=None)
    for name in sorted({*commands, "help"}):
        root.command(name)(_nothing)
    group: Any = get_command(root)
    if named in commands:
        group.commands[named] = _command_of(commands[named], words[2:])
    try:
        group.main(args=list(argv), prog_name="klingkit", complete_var=variable)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _typed(environ: Mapping[str, str]) -> list[str]:
    text = next((environ[name] for name in _WORDS if name in environ), "")
    try:
        return shlex.split(text)
    except ValueError:  # a quotation mark that is still open
        return text.split()


def _command_of(entry: EntryPoint, words: Sequence[str]) -> Any:
    """Return the parser of a subcommand: its module's `application(words)`, or `app`; else one that takes nothing."""
    try:
        module = importlib.import_module(entry.module)
    except ModuleNotFoundError:  # an extra that is not installed: there is nothing to complete
        return get_command(_empty())
    build = getattr(module, "application", None)
    app = build(words) if callable(build) else getattr(module, "app", None)
    return get_command(app if isinstance(app, typer.Typer) else _empty())


def _empty() -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.command()(_nothing)
    return app


def _nothing() -> None:
    """Stand in for what is not run."""
