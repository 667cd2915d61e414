"""Show the runs that the history keeps."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table

from klingkit_contract.history.records import EMULATED
from klingkit_contract.history.rows import write_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from klingkit_contract.history.records import Run

__all__ = ["as_json", "show"]

_NUMBERS = ("cases", "found", "known", "new", "gone", "spent")


def show(runs: Sequence[Run], name: str, console: Console) -> None:
    """Print one line per run, the newest first: number, when, relay, cases, findings, what changed, creates spent."""
    if not runs:
        console.print(f"No run is kept at {name} yet: `klingkit check --relay ID` keeps one.", highlight=False)
        return
    rows = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    rows.add_column("run", justify="right", no_wrap=True)
    rows.add_column("began (UTC)", no_wrap=True)
    rows.add_column("relay", overflow="fold")
    for head in _NUMBERS:
        rows.add_column(head, justify="right", no_wrap=True)
    for run in runs:
        first = run.previous is None
        place = f"{run.relay} ({EMULATED})" if run.address == EMULATED else run.relay
        numbers = (
            f"{run.cases:,}" + ("" if run.seconds is not None else "…"),
            f"{run.found:,}",
            f"{run.known:,}",
            "" if first else f"{run.new:,}",
            "" if first else f"{run.gone:,}",
            "?" if run.paid is None else f"{run.paid:,}",
        )
        rows.add_row(str(run.id), f"{run.began:%Y-%m-%d %H:%M}", place, *numbers)
    console.print(rows, highlight=False)
    console.print()
    words = "new, gone: since the run before it of that relay. known: accepted by a baseline. spent: creates charged."
    stopped = " …: stopped before it was through." if any(run.seconds is None for run in runs) else ""
    console.print(words + stopped, style="dim", highlight=False)


def as_json(runs: Sequence[Run]) -> str:
    """Return `runs` as a JSON list."""
    return json.dumps([_row(run) for run in runs], ensure_ascii=False, indent=2) + "\n"


def _row(run: Run) -> dict[str, Any]:
    row = asdict(run)
    del row["operations"], row["checks"]
    return {**row, "began": write_time(run.began)}
