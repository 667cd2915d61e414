"""Compare two kept runs of a relay: what is new, gone, still there."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from klingkit_contract.cli.keeper import open_history
from klingkit_contract.history.comparison import Comparison, compare
from klingkit_contract.history.rows import write_time
from klingkit_contract.report.scores import count
from klingkit_contract.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from klingkit_contract.history.records import OldFinding, Run, Whole

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_STYLES = {"new": "red", "gone": "green", "still": "yellow", "not asked in both": "dim"}


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="RUN", help="A number of --history, or a relay: its newest run.")],
    after: Annotated[
        str, typer.Argument(metavar="RUN", help="The run to compare it with; anyapi~1: the last but one.")
    ],
    history_url: Annotated[str, typer.Option(help="Where the history is, as for `klingkit check`.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Compare two kept runs, of one relay or of two.

    Exit status: 0 nothing new in the second, 1 something is, 2 there is no
    such run.
    """
    from klingkit_contract.history.reading import find_run  # loads SQLAlchemy: not before it is needed

    database = open_history(history_url, os.environ)
    first, second = find_run(database, before), find_run(database, after)
    found = compare(first, second)
    if as_json:
        print(json.dumps(_document(first.run, second.run, found), ensure_ascii=False, indent=2))
    else:
        _show(first, second, found, Console())
    return 1 if found.new else 0


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit check diff ARGV`` and return its exit status."""
    status = app(args=list(argv), prog_name="klingkit check diff", standalone_mode=False)
    return int(status or 0)


def _show(first: Whole, second: Whole, found: Comparison, console: Console) -> None:
    console.print(Text.assemble(_named(first.run), " → ", _named(second.run)), highlight=False)
    for words, findings in _parts(found).items():
        if not findings:
            continue
        console.print()
        console.print(Text(f"{count(len(findings), 'finding')} {words}", "bold underline"))
        for finding in findings:
            _print(finding, words, console)
    console.print()
    counts = ", ".join(f"{len(findings):,} {words}" for words, findings in _parts(found).items())
    console.print(Text(f"{counts}.", "bold"), highlight=False)


def _print(finding: OldFinding, words: str, console: Console) -> None:
    accepted = "  (accepted)" if finding.accepted else ""
    head = Text.assemble(
        (finding.severity.upper(), _STYLES[words]), f"  {finding.operation}  {finding.check}{accepted}"
    )
    console.print(head, highlight=False)
    if words != "still":
        console.print(Padding(Text(one_line(finding.seen), "dim"), (0, 0, 0, 2)), highlight=False)


def _parts(found: Comparison) -> dict[str, tuple[OldFinding, ...]]:
    return {"new": found.new, "gone": found.gone, "still": found.still, "not asked in both": found.unasked}


def _named(run: Run) -> Text:
    return Text.assemble((f"{run.id}", "bold"), f" ({run.relay}, {run.began:%Y-%m-%d %H:%M})")


def _document(first: Run, second: Run, found: Comparison) -> dict[str, Any]:
    runs = {
        name: {"id": run.id, "relay": run.relay, "address": run.address, "began": write_time(run.began)}
        for name, run in (("before", first), ("after", second))
    }
    parts = {"new": found.new, "gone": found.gone, "still": found.still, "unasked": found.unasked}
    return {**runs, **{name: [asdict(finding) for finding in findings] for name, findings in parts.items()}}
