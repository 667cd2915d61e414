"""`klingkit check --all-emulated --defect NAME`: which check found it at which relay."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from klingkit_contract.sightings import Sight, sightings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from klingkit_contract.events import Results

__all__ = ["show"]

_STYLES = {Sight.FOUND: "green", Sight.MISSED: "bold red"}


def show(results: Results, planted: Sequence[str], console: Console, *, forwards: bool) -> None:
    """Print what came of each planted defect at each relay; gateways that forward do not decide on all of them."""
    from klingkit_emulator.launch import DEFECTS, obstacle  # there, since it has just been started

    def hindrance(defect: str, relay: str) -> str | None:
        return obstacle(defect, relay, forwards=forwards)

    for defect, group in groupby(sightings(results, planted, hindrance), key=lambda sighting: sighting.defect):
        console.print()
        console.print(Text.assemble("Planted: ", (defect, "bold"), f", {DEFECTS[defect]}"))
        rows = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
        for sighting in group:
            style = "red" if sighting.others else _STYLES.get(sighting.sight, "dim")
            rows.add_row(f"  {sighting.relay}", Text(sighting.words, style))
        console.print(rows, highlight=False)
