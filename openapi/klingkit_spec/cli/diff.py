"""Tell what changed between two documents, and whom it hurts."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

import klingkit_data
from klingkit_spec.cli.read import known_relay
from klingkit_spec.diff import Change, Rating, compare, inputs, render
from klingkit_spec.diff.changes import reaches

if TYPE_CHECKING:
    from klingkit_spec.diff.inputs import Given

__all__ = ["Form", "diff"]

FOUND = 1
_ROOT_HELP = "The openapi folder of a clone; by default the one klingkit was installed from."
_RELAY_HELP = "Compare this relay's documents; with one file, hold this page against what was read before."
_FAIL_HELP = "Exit 1 when there is a change of this rating or a worse one."


class Form(StrEnum):
    """How the changes are written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    GITHUB = "github"


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A file, a git revision, or REV:path.")],
    new: Annotated[
        str | None, typer.Argument(metavar="[NEW]", help="The same; left out, it is the document as it lies here.")
    ] = None,
    relay: Annotated[str | None, typer.Option("--relay", metavar="ID", help=_RELAY_HELP)] = None,
    fail_on: Annotated[Rating | None, typer.Option("--fail-on", help=_FAIL_HELP)] = None,
    form: Annotated[Form, typer.Option("--format", help="How to write the changes.")] = Form.TEXT,
    root: Annotated[Path | None, typer.Option("--root", help=_ROOT_HELP, file_okay=False, metavar="DIR")] = None,
) -> int:
    """Tell what changed between two documents, and whom it hurts.

    Each change is rated breaking, compatible or documentation, for those who send requests and those who read answers.
    A revision without a path means the one spec at that revision, or the relay's document with --relay.

    Exit status: 0 compared, 1 --fail-on was reached, 2 there is nothing to compare.
    """
    home = (root if root is not None else klingkit_data.path("relays.toml").parent).resolve()
    before, after = _documents(old, new, relay, home, root)
    changes = compare(before.document, after.document)
    _tell(form, before, after, changes)
    return FOUND if fail_on is not None and reaches(changes, fail_on) else 0


def _documents(old: str, new: str | None, relay: str | None, home: Path, root: Path | None) -> tuple[Given, Given]:
    entry = None if relay is None else known_relay(relay)
    one_file, two_files = Path(old).exists(), new is not None and Path(old).exists() and Path(new).exists()
    if entry is not None and two_files:
        raise inputs.DiffInputError("--relay has nothing to choose between two files; leave it out.")
    if new is not None:
        return inputs.given(old, home, relay), inputs.given(new, home, relay)
    if entry is None or relay is None or not one_file:
        return inputs.given(old, home, relay), inputs.committed(home, relay)
    from klingkit_spec.cli.build import clone_home
    from klingkit_spec.diff.pages import page_against_extracted

    before, after, notes = page_against_extracted(Path(old), clone_home(root), relay, entry)
    for note in notes:
        print(note.render(old), file=sys.stderr)
    return before, after


def _tell(form: Form, old: Given, new: Given, changes: list[Change]) -> None:
    if form is Form.TEXT:
        render.print_text(old, new, changes, Console(highlight=False, markup=False, emoji=False))
    elif form is Form.MARKDOWN:
        typer.echo(render.as_markdown(old, new, changes), nl=False)
    elif form is Form.JSON:
        typer.echo(render.as_json(old, new, changes), nl=False)
    else:
        typer.echo(render.as_github(new, changes), nl=False)
