"""Show who offers what: operation by relay, field by relay."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated, Any

import typer
from rich.console import Console

import klingkit_data
from klingkit_spec import yamlio
from klingkit_spec.cli.read import known_relay
from klingkit_spec.errors import SpecError
from klingkit_spec.matrix.model import Documents, Locator, build
from klingkit_spec.matrix.page import render
from klingkit_spec.matrix.sources import PageLocator
from klingkit_spec.matrix.table import print_matrix
from klingkit_spec.outputs import write_whole

__all__ = ["UnknownOperationError", "matrix"]

_RELAY_HELP = "Only this relay; may be given several times."
_OPERATION_HELP = "Only this operation, or all whose name begins so; may be given several times."


class UnknownOperationError(SpecError):
    """An operation that the one spec does not have."""


def matrix(
    relay: Annotated[list[str] | None, typer.Option("--relay", metavar="ID", help=_RELAY_HELP)] = None,
    operation: Annotated[list[str] | None, typer.Option("--operation", metavar="ID", help=_OPERATION_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", dir_okay=False, help="Write a page.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Leave nothing out.")] = False,
) -> int:
    """Show who offers what: operation by relay, field by relay.

    Each relay's document is held against the one spec. In a clone, each difference has its line on the vendor's page.
    Exit status: 0 shown, 2 there is no such relay or operation.
    """
    documents = _documents(relay or [])
    home = klingkit_data.path("relays.toml").parent
    has_pages = (home / "sources").is_dir() and (home / "extracted").is_dir()
    result = build(documents, PageLocator(home, documents.registry) if has_pages else Locator())
    if operation:
        chosen = _chosen(list(result.operations), operation)
        result.operations = {name: result.operations[name] for name in chosen}
        result.fields = {name: result.fields[name] for name in chosen if name in result.fields}
    if html is not None:
        write_whole(html, render(result))
        typer.echo(f"{html} written.", err=as_json)
    if as_json:
        typer.echo(yamlio.dump_json(result.as_dict()), nl=False)
    elif html is None:
        print_matrix(result, Console(highlight=False, markup=False, emoji=False), everything=everything)
    return 0


def _documents(relays: list[str]) -> Documents:
    for relay in relays:
        known_relay(relay)
    registry: dict[str, dict[str, Any]] = klingkit_data.load("relays.toml")["relay"]
    surface = klingkit_data.load("resolved/surface.json")["relays"]
    chosen = [relay for relay in registry if not relays or relay in relays]
    return Documents(
        spec=klingkit_data.load("resolved/kling.openapi.yaml"),
        relays={relay: klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml") for relay in chosen},
        registry=registry,
        dialects=klingkit_data.load("dialects.toml"),
        claims={relay: surface[relay]["claims"] for relay in chosen},
    )


def _chosen(known: list[str], asked: list[str]) -> list[str]:
    for name in asked:
        if not any(operation.startswith(name) for operation in known):
            raise UnknownOperationError(f"there is no operation {name!r}; choose one of: {', '.join(known)}.")
    return [operation for operation in known if any(operation.startswith(name) for name in asked)]
