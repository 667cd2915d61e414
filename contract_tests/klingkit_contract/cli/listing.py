"""Show the catalogue of checks as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

    from klingkit_contract.catalogue import Entry

__all__ = ["show"]

_ORDER = ("create", "get", "list", "call", "relay")


def show(entries: tuple[Entry, ...], console: Console) -> None:
    """Print one line per check: id, what is promised, what asking may cost, how bad a breach is, where it applies."""
    rows = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in ("check", "what it holds a relay to", "cost", "severity", "asked of"):
        rows.add_column(head, no_wrap=head in {"check", "cost", "severity"}, overflow="fold")
    for entry in entries:
        check = entry.check
        roles = sorted((role.value for role in entry.roles), key=_ORDER.index)
        rows.add_row(check.id, check.title, check.cost.value, check.severity.value, ", ".join(roles))
    console.print(rows, highlight=False)
    console.print()
    console.print(
        "cost: free is refused by a relay that keeps the promise (a create still needs a --budget to be asked at "
        "all), query only reads, paid creates a task.",
        style="dim",
        highlight=False,
    )
