"""Derive the overlay that leads from the one spec to a relay's document."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

import klingkit_data
from klingkit_spec import yamlio
from klingkit_spec.cli.read import known_relay
from klingkit_spec.outputs import write_whole

__all__ = ["overlay"]

_HEADER = """\
Written by `klingkit spec overlay --from {relay}`.
Applied to resolved/kling.openapi.yaml it gives resolved/relays/{relay}.openapi.yaml, but for the order of keys."""


def overlay(
    relay: Annotated[str, typer.Option("--from", metavar="RELAY", help="The relay whose document is derived.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", dir_okay=False, help="Write here, not to stdout.")
    ] = None,
) -> int:
    """Derive the overlay that leads from the one spec to a relay's document.

    An OpenAPI Overlay 1.0, with all that the build does beside the relay's own overlay: it leaves out operations
    that are not offered and components that are not used, and puts in the relay's title and server.
    Exit status: 0 derived, 2 there is no such relay.
    """
    from klingkit_spec.derive import derive  # the JSONPath library takes a while to load

    title = known_relay(relay)["title"]
    spec = klingkit_data.load("resolved/kling.openapi.yaml")
    own = klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")
    derived = derive(spec, own, title=title)
    text = yamlio.dump_yaml(derived, header=_HEADER.format(relay=relay))
    if output is None:
        typer.echo(text, nl=False)
        return 0
    write_whole(output, text)
    typer.echo(f"{len(derived['actions'])} actions written to {output}.")
    return 0
