"""Remove old runs from the history: tell which, and with --yes do it."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from klingkit_contract.cli.keeper import open_history
from klingkit_contract.errors import OptionError
from klingkit_contract.history.records import EMULATED
from klingkit_contract.history.rows import write_time
from klingkit_contract.report.scores import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from klingkit_contract.history.records import Run

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_AGO = re.compile(r"(\d{1,5})([dw])")
_UNITS = ("bytes", "kB", "MB", "GB")


@app.command()
def prune(
    keep: Annotated[
        int | None, typer.Option(metavar="N", help="The newest N runs of each relay at each address stay.")
    ] = None,
    since: Annotated[
        str, typer.Option(metavar="DATE", help="Runs that began on this day (UTC) or later stay; or 90d, or 12w.")
    ] = "",
    relay: Annotated[
        list[str] | None, typer.Option(help="Only runs of this relay may go; may be repeated. Without it: of all.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them. Without it they are only told.")] = False,
    history_url: Annotated[str, typer.Option(help="Where the history is, as for `klingkit check`.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Remove old runs from the history.

    A run stays that --keep or --since keeps, and of each relay always the
    newest, with which the next is compared. Reports go on telling since when
    a finding is there.

    Exit status: 0 done or told, 2 misuse, or the history cannot be changed.
    """
    from klingkit_contract.history.pruning import Rules, old_runs  # loads SQLAlchemy: not before it is needed
    from klingkit_contract.history.pruning import prune as remove

    if keep is None and not since.strip():
        raise OptionError("say what stays: --keep N, --since DATE, or both.")
    if keep is not None and keep < 1:
        raise OptionError("--keep is a number of runs: 1 or more; the newest run of a relay stays in any case.")
    rules = Rules(keep or 0, _read_day(since, datetime.now(UTC)), tuple(relay or ()))
    database = open_history(history_url, os.environ)
    stay, go = old_runs(database, rules)
    if yes and go:
        go = remove(database, rules)
    freed = database.compact() if yes else 0
    if as_json:
        runs = [
            {"id": run.id, "relay": run.relay, "address": run.address, "began": write_time(run.began)} for run in go
        ]
        print(json.dumps({"removed": yes, "runs": runs, "bytes": freed}, ensure_ascii=False, indent=2))
    else:
        _show(stay, go, str(database.name), freed if yes else None, Console())
    return 0


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit check prune ARGV`` and return its exit status."""
    status = app(args=list(argv), prog_name="klingkit check prune", standalone_mode=False)
    return int(status or 0)


def _read_day(text: str, now: datetime) -> datetime | None:
    """Return when the day begins that `text` names, or how long ago it says; None for nothing."""
    text = text.strip()
    if not text:
        return None
    try:
        if ago := _AGO.fullmatch(text):
            return now - timedelta(days=int(ago[1]) * (7 if ago[2] == "w" else 1))
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise OptionError(f"{text!r} is no day; write it as 2026-03-31, or as 90d or 12w ago.") from error


def _show(stay: Sequence[Run], go: Sequence[Run], name: str, freed: int | None, console: Console) -> None:
    if not stay and not go:
        console.print(f"No run is kept at {name}.", highlight=False)
        return
    if not go:
        console.print(f"Nothing to remove: {count(len(stay), 'run')} at {name} {_stay(len(stay))}.", highlight=False)
        return
    left, gone = Counter(map(_series, stay)), Counter(map(_series, go))
    rows = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    rows.add_column("relay", overflow="fold")
    for head in ("runs that go" if freed is None else "removed", "stay"):
        rows.add_column(head, justify="right", no_wrap=True)
    rows.add_column("from", no_wrap=True)
    rows.add_column("to", no_wrap=True)
    for series in sorted(gone):
        days = [f"{run.began:%Y-%m-%d}" for run in go if _series(run) == series]
        rows.add_row(_named(*series), f"{gone[series]:,}", f"{left[series]:,}", min(days), max(days))
    console.print(rows, highlight=False)
    console.print()
    if freed is None:
        words = f"{count(len(go), 'run')} would be removed from {name}; --yes removes {_them(len(go))}."
    else:
        words = f"{count(len(go), 'run')} removed from {name}, {_size(freed)} freed."
    console.print(words, highlight=False)


def _series(run: Run) -> tuple[str, str]:
    return run.relay, run.address


def _named(relay: str, address: str) -> str:
    return f"{relay} ({EMULATED})" if address == EMULATED else relay


def _stay(number: int) -> str:
    return "stays" if number == 1 else "stay"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"


def _size(size: float) -> str:
    for unit in _UNITS[:-1]:
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} {_UNITS[-1]}"
