"""List the relays; show what one offers, requires and lacks."""

from __future__ import annotations

import json
import os
import textwrap
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from klingkit._credentials import ANY_RELAY_VARIABLE
from klingkit._registry import find_relay
from klingkit._surface import METHODS
from klingkit.cli import _options  # noqa: TC001 - the command-line parser reads the annotations
from klingkit.cli._relay_facts import all_relays, relay_facts, relay_summary
from klingkit.cli._running import run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_LISTED = 6

app: typer.Typer = typer.Typer(help=__doc__, add_completion=False, rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def overview(context: typer.Context, as_json: _options.JSON = False) -> int:
    """List the relays; show what one offers, requires and lacks."""
    if context.invoked_subcommand is not None:
        return 0
    rows = [relay_summary(relay, os.environ) for relay in all_relays()]
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("Relay", "Title, address, operations", "Dialect", "Key", "Reviewed"):
        table.add_column(title, overflow="fold")
    for row in rows:
        offered = row["operations"] or ["(no documents: --allow-undocumented)"]
        if len(offered) > _MOST_LISTED:
            offered = [f"{len(offered)} of {len(METHODS)} operations"]
        called = [row["title"]] if row["title"] != row["id"] else []
        place = Text(
            "\n".join(
                [
                    *called,
                    row["base_url"] or "software: yours is at --base-url",
                    *(f"  {operation}" for operation in offered),
                ]
            )
        )
        table.add_row(row["id"], place, row["dialect"], _key(row), row["reviewed"] or "never")
    console = Console()
    console.print(table)
    console.print("\n`klingkit relays show ID` tells more.", style="dim", markup=False, highlight=False)
    return 0


@app.command(no_args_is_help=True)
def show(relay: Annotated[str, typer.Argument(metavar="ID", help="The relay.")], as_json: _options.JSON = False) -> int:
    """Show what a relay offers, how that is known, and how it differs from the one spec."""
    facts = relay_facts(find_relay(relay, os.environ), os.environ)
    if as_json:
        print(json.dumps(facts, indent=2, ensure_ascii=False))
        return 0
    console = Console(highlight=False)
    console.print(Text(f"{facts['title']} ({facts['id']})" if facts["title"] != facts["id"] else facts["id"], "bold"))
    found = facts["key_found_in"]
    _lines(
        console,
        [
            ("address", facts["base_url"] or "software that many relays run: give --base-url"),
            ("documents", facts["docs"] or ""),
            ("like", facts["like"] or ""),
            ("reviewed", facts["reviewed"] or "never"),
            ("key", f"in {found}" if found else f"none: set {facts['key_variable']} or {ANY_RELAY_VARIABLE}"),
            ("dialect", f"{facts['dialect']}: {facts['dialect_title']}"),
        ],
    )
    for name, offer in facts["operations"].items():
        if offer is None:
            continue
        console.print()
        console.print(Text(name, "bold"))
        _lines(console, _offer_lines(offer))
    if lacking := ", ".join(name for name, offer in facts["operations"].items() if offer is None):
        console.print()
        console.print(Text("not offered", "bold"))
        _lines(console, [("", lacking)])
    if claims := facts["claims_without_documents"]:
        console.print()
        console.print(Text("pages it lists without saying more", "bold"))
        _lines(console, [("", claim) for claim in claims])
    return 0


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit relays ARGV`` and return its exit status."""
    return run(app, "relays", argv)


def _offer_lines(offer: Mapping[str, Any]) -> list[tuple[str, str]]:
    filled = ", ".join(f"{name}={json.dumps(value)}" for name, value in offer["filled_in"].items())
    return [
        ("evidence", ", ".join(f"{verb} {how or 'not offered'}" for verb, how in offer["evidence"].items())),
        ("takes", ", ".join(offer["takes"])),
        ("requires", ", ".join(offer["requires"])),
        ("filled in", filled and f"{filled} (sent when left out)"),
        ("differs", "; ".join(offer["differs"])),
        ("lacks", ", ".join(offer["lacks"])),
        ("has more", ", ".join(offer["beyond_the_spec"])),
    ]


def _lines(console: Console, rows: list[tuple[str, str]]) -> None:
    for name, value in rows:
        if value:
            first = f"  {name:<10}" if name else "  "
            later = " " * len(first)
            wrapped = textwrap.wrap(
                value, console.width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False
            )
            print(*wrapped, sep="\n")


def _key(row: Mapping[str, Any]) -> str:
    if row["key_found_in"] is None:
        return "no"
    return "yes" if row["key_found_in"] == row["key_variable"] else "shared"
