"""Find the subcommand, run it, and end with the right sentence and exit status.

Exit statuses: 0 fine, 1 findings, 2 misuse or something the user has to mend, 130 interrupted.

A subcommand is a module with ``main(argv) -> int`` named in the entry-point group ``klingkit.commands``. The
packages that bring subcommands do not know this module: an exception that carries an integer ``exit_status`` is
shown as one sentence, and so is what the command-line parser or the operating system refuses.
"""

from __future__ import annotations

import ast
import errno
import importlib.util
import os
import sys
import textwrap
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GROUP = "klingkit.commands"
MISUSE = 2
INTERRUPTED = 130
_COLUMNS = 80
_COMPLETION = "_KLINGKIT_COMPLETE"
_COMPLETION_OPTIONS = ("--install-completion", "--show-completion")

_OS_ADVICE = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder.",
    errno.EACCES: "permission denied; choose a place you may read and write.",
    errno.EPERM: "permission denied; choose a place you may read and write.",
    errno.EROFS: "the file system is read-only; choose another folder.",
    errno.ENOENT: "no such file or folder; check the path.",
    errno.EISDIR: "that is a folder, a file is needed.",
    errno.ENOTDIR: "a part of that path is a file, not a folder.",
    errno.EADDRINUSE: "the port is in use; choose another with --port, or 0 for a free one.",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``klingkit ARGV`` and return its exit status."""
    args = list(sys.argv[1:] if argv is None else argv)
    commands = {entry.name: entry for entry in entry_points(group=GROUP)}
    if _COMPLETION in os.environ:
        return _complete([], commands)
    if not args or args[0] in {"-h", "--help", "help"}:
        print(_overview(commands))
        return 0 if args else MISUSE
    if args[0] in _COMPLETION_OPTIONS:
        return _complete(args, commands)
    if args[0] in {"-V", "--version"}:
        print(f"klingkit {version('klingkit')}")
        return 0
    name, *rest = args
    if name not in commands:
        known = ", ".join(sorted(commands))
        return _fail("klingkit", f"there is no command {name!r}; choose one of: {known}.")
    return _run(commands[name], rest)


def _complete(argv: Sequence[str], commands: Mapping[str, EntryPoint]) -> int:
    try:
        from klingkit.cli import _completion
    except ModuleNotFoundError as error:
        return _fail(
            "klingkit", f"completion needs more packages: pip install 'klingkit[cli]' (missing: {error.name})."
        )
    if not argv:
        return _completion.answer(commands, _COMPLETION, os.environ)
    shell = _completion.shell_named(argv)
    if shell is None:
        return _fail("klingkit", f"say for which shell: {argv[0]} {'|'.join(_completion.SHELLS)}.")
    try:
        return _completion.set_up(argv[0], shell, _COMPLETION)
    except OSError as error:
        return _fail("klingkit", _os_sentence(error))


def _run(entry: EntryPoint, argv: Sequence[str]) -> int:
    label = f"klingkit {entry.name}"
    try:
        command = entry.load()
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0].startswith("klingkit"):
            raise
        extra = entry.extras[0] if entry.extras else "all"
        return _fail(
            label,
            f"this command needs more packages: pip install 'klingkit[{extra}]' (missing: {error.name}).",
        )
    try:
        status = command(list(argv))
    except KeyboardInterrupt:
        return _fail(label, "interrupted.", status=INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output (`| head`) has left; what it wanted is written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(label, _os_sentence(error))
    except Exception as error:  # noqa: BLE001 - the outermost frame: what is not ours is raised again below
        return _ours_or_raise(label, error)
    return int(status or 0)


def _ours_or_raise(label: str, error: Exception) -> int:
    """Show an error that names its exit status as one sentence; anything else is a bug and keeps its traceback."""
    status = getattr(error, "exit_status", None)
    if isinstance(status, int):
        return _fail(label, str(error), status=status)
    said, code = getattr(error, "format_message", None), getattr(error, "exit_code", None)
    if callable(said) and isinstance(code, int):  # the command-line parser's own errors
        sentence = str(said()).strip().rstrip(".")
        if not sentence or "\n" in sentence:  # called without arguments: the help is all there is to say
            print(sentence, file=sys.stderr, end="\n" if sentence else "")
            return code
        return _fail(label, f"{sentence}. `{_command_of(label, error)} --help` tells more.", status=code)
    raise error


def _command_of(label: str, error: Exception) -> str:
    """Return the command the error is about, subcommand included, as the parser knows it."""
    return str(getattr(getattr(error, "ctx", None), "command_path", "") or label)


def _os_sentence(error: OSError) -> str:
    advice = _OS_ADVICE.get(error.errno or 0, f"{error.strerror or error}.")
    return f"{error.filename}: {advice}" if error.filename else advice


def _fail(label: str, sentence: str, *, status: int = MISUSE) -> int:
    print(f"{label}: {sentence}", file=sys.stderr)
    return status


def _overview(commands: Mapping[str, EntryPoint]) -> str:
    width = max((len(name) for name in commands), default=0)
    rows = [_row(f"  {name:<{width}}  ", _summary(entry)) for name, entry in sorted(commands.items())]
    return "\n".join(
        [
            "Usage: klingkit COMMAND [OPTIONS]",
            "",
            "One client, one spec and one judge for every relay of the Kling AI API.",
            "",
            "Commands:",
            *rows,
            "",
            "klingkit COMMAND --help tells more; klingkit --version prints the version;",
            "klingkit --install-completion lets your shell complete commands and options.",
        ]
    )


def _row(name: str, summary: str) -> str:
    return textwrap.fill(summary, _COLUMNS, initial_indent=name, subsequent_indent=" " * len(name)) or name.rstrip()


def _summary(entry: EntryPoint) -> str:
    """Return the first line of the command module's docstring, read without importing the module."""
    try:
        spec = importlib.util.find_spec(entry.module)
    except ModuleNotFoundError:
        spec = None
    if spec is None or spec.origin is None:
        return ""
    doc = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return doc.partition("\n")[0]
