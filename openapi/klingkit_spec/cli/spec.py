"""Read vendor pages, build the one spec, show what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from klingkit_spec.cli import build, client, diff, ingest, matrix, overlay, read

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
app.command("read")(read.read)
app.command("build")(build.build)
app.command("client")(client.client)
app.command("diff")(diff.diff)
app.command("ingest")(ingest.ingest)
app.command("matrix")(matrix.matrix)
app.command("overlay")(overlay.overlay)


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit spec ARGV`` and return its exit status."""
    status = app(args=list(argv), prog_name="klingkit spec", standalone_mode=False)
    return int(status or 0)
