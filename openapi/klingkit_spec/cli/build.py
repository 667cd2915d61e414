"""Build the one spec and every relay's document from the vendors' pages."""

from __future__ import annotations

import time
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

import klingkit_data
from klingkit_spec.errors import SpecError
from klingkit_spec.outputs import Difference, differences, write

if TYPE_CHECKING:
    from klingkit_spec.pipeline import Build

__all__ = ["CloneNeededError", "build", "clone_home"]

OUT_OF_DATE = 1
_ROOT_HELP = "The openapi folder of a clone; by default the one klingkit was installed from."


class CloneNeededError(SpecError):
    """The inputs of the build are not part of an installed klingkit."""


def build(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; list what is out of date.")] = False,
    root: Annotated[Path | None, typer.Option("--root", help=_ROOT_HELP, file_okay=False, metavar="DIR")] = None,
) -> int:
    """Build the one spec and every relay's document from the vendors' pages.

    Reads sources/, fixes/, overlays/ and the tables beside them; writes extracted/ and resolved/.
    Exit status: 0 all up to date or written, 1 --check found a difference, 2 the inputs do not fit together.
    """
    from klingkit_spec import pipeline  # the validator behind it takes half a second to load

    started = time.monotonic()
    home = clone_home(root)
    result = pipeline.build(home)
    changes = differences(home, result.outputs)
    if not check:
        write(home, result.outputs, changes)
    _tell(result, changes, check=check, seconds=time.monotonic() - started)
    return OUT_OF_DATE if check and changes else 0


def clone_home(root: Path | None) -> Path:
    """Return the openapi folder of a clone: `root`, or the one klingkit was installed from.

    Raises:
        CloneNeededError: the vendors' pages are not there.
    """
    home = root if root is not None else klingkit_data.path("relays.toml").parent
    if not (home / "sources").is_dir():
        raise CloneNeededError(
            f"there are no sources in {home}: the pages are part of a clone of klingkit, not of an installation; "
            "clone it, and give its openapi folder with --root."
        )
    return home.resolve()


def _tell(result: Build, changes: list[Difference], *, check: bool, seconds: float) -> None:
    for change in changes:
        typer.echo(f"{change.kind:<8} {change.path}")
    typer.echo(
        f"{result.relays} relays, {result.operations} operations, {len(result.fixes)} fixes, "
        f"{result.conflicts} conflicts settled, {seconds:.1f} s"
    )
    if not changes:
        typer.echo("Everything is up to date.")
    elif check:
        typer.echo("Out of date. Run: klingkit spec build")
    else:
        typer.echo(f"{len(changes)} of {len(result.outputs)} outputs changed.")
