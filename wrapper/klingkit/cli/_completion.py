"""Shell completion for ``klingkit`` as a whole: of the commands, and of what each of them takes.

The shell's script calls ``klingkit`` with a variable set, and prints what comes. Only the command that is named is
loaded, so that completing stays quick.
"""

from __future__ import annotations

import importlib
import shlex
from typing import TYPE_CHECKING, Any

import shellingham  # type: ignore[import-untyped]  # it ships no types
import typer
from typer._completion_shared import get_completion_script, install
from typer.main import get_command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.metadata import EntryPoint

__all__ = ["SHELLS", "answer", "set_up", "shell_named"]

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")

_PROGRAM = "klingkit"
_WORDS = ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")


def shell_named(argv: Sequence[str]) -> str | None:
    """Return the shell that ``OPTION [SHELL]`` names, else the one this runs in; None for one that is not known.

    A name that is given counts: in a service or a container's build there is no shell around us to be recognised.
    """
    name = argv[1] if len(argv) > 1 else None
    if name is None:
        try:
            name, _ = shellingham.detect_shell()
        except shellingham.ShellDetectionFailure:
            return None
    return name if name in SHELLS and len(argv) <= 2 else None


def set_up(option: str, shell: str, variable: str) -> int:
    """Show or install the script of that shell, and return the exit status.

    Raises:
        OSError: the shell's own files cannot be written.
    """
    if option == "--show-completion":
        print(get_completion_script(prog_name=_PROGRAM, complete_var=variable, shell=shell))
        return 0
    _, path = install(shell=shell, prog_name=_PROGRAM, complete_var=variable)
    print(f"{shell} completion installed in {path}; it works in the next terminal you open.")
    return 0


def answer(commands: Mapping[str, EntryPoint], variable: str, environ: Mapping[str, str]) -> int:
    """Complete what the shell asks about, and return the exit status. `variable` is what its script sets to ask."""
    words = _typed(environ)
    named = words[1] if len(words) > 1 else ""
    root = typer.Typer(help=_PROGRAM, no_args_is_help=True, rich_markup_mode=None)
    for name in sorted({*commands, "help"}):
        root.command(name)(_nothing)
    group: Any = get_command(root)
    if named in commands:
        group.commands[named] = _command_of(commands[named], words[2:])
    try:
        group.main(args=[], prog_name=_PROGRAM, complete_var=variable)
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
