"""Check what relays keep of their promises; free unless told to pay."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path  # noqa: TC003 - the command-line parser reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from klingkit_contract import catalogue, events, spending
from klingkit_contract.cli import identification, listing, planting, tapping
from klingkit_contract.cli.keeper import Keeper, open_history
from klingkit_contract.cli.outcome import Format, Outcome
from klingkit_contract.emulated import BUDGET, WAIT
from klingkit_contract.errors import OptionError, ReportFolderError
from klingkit_contract.runner import Options, run
from klingkit_contract.targets import Target, read_targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from klingkit_contract.events import Event

_RATE = re.compile(r"(\d+(?:\.\d+)?)(?:/(s|m))?")

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def check(
    relay: Annotated[list[str] | None, typer.Option(help="A relay to check; may be repeated.")] = None,
    base_url: Annotated[
        str, typer.Option(help="Where that relay is, instead of its own address; the path prefix is added.")
    ] = "",
    api_key: Annotated[
        str, typer.Option(help="The key; better in the relay's variable or KLINGKIT_API_KEY, which are read too.")
    ] = "",
    other_api_key: Annotated[
        str, typer.Option(help="A key of another account, to see that it reads nothing (KLINGKIT_OTHER_API_KEY).")
    ] = "",
    budget: Annotated[
        int | None, typer.Option(help="Creates each relay may charge; 0 sends nothing that could be charged.")
    ] = None,
    max_cost: Annotated[
        str,
        typer.Option(
            metavar="AMOUNT",
            help="What the creates of each relay may cost together, as 5 (US dollars) or '20 CNY'; what has no known "
            "price is not sent. Without --budget: 100 creates at most.",
        ),
    ] = "",
    report: Annotated[
        Path | None,
        typer.Option(help="A folder for index.html, matrix.json, junit.xml, findings.sarif and report.md; it is made."),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="What goes to stdout; github: annotations, markdown: for a comment.")
    ] = Format.TABLE,
    baseline: Annotated[
        Path | None, typer.Option(help="A file of accepted findings: they are told apart, and the run passes.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(help="Accept what is found: write it there. Reasons that are there already stay.")
    ] = None,
    only_new: Annotated[
        bool, typer.Option("--only-new", help="Print what the baseline does not accept, a line each, or nothing.")
    ] = False,
    check: Annotated[
        list[str] | None, typer.Option(help="A check to run, by its id; may be repeated. Without it: all.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What generated requests grow from; the same seed, the same requests.")] = 0,
    examples: Annotated[
        int | None, typer.Option(help="Generated requests for each operation. Usual: 6 creates, 4 queries.", min=1)
    ] = None,
    rate: Annotated[
        str, typer.Option(help="Requests per second as 5/s or 30/m, or 0: no limit. Usual: 5/s, none on this machine.")
    ] = "",
    wait: Annotated[
        float | None, typer.Option(help="Seconds a task may take. Usual: 900; 60 on this machine, 8 if emulated.")
    ] = None,
    all_emulated: Annotated[
        bool, typer.Option("--all-emulated", help="Emulate the relays (all, or each --relay) and check them, for free.")
    ] = False,
    defect: Annotated[
        list[str] | None, typer.Option(help="A defect to plant when emulated, as NAME or RELAY:NAME; may be repeated.")
    ] = None,
    tap: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="The control address of a `klingkit tap` behind the relay: tell which fields get lost on the way. "
            "With --all-emulated: emulated.",
        ),
    ] = "",
    fields: Annotated[
        bool, typer.Option("--fields", help="Show where documents, answers and needs of the client differ.")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Show the kept runs, of each --relay or of all, then stop.")
    ] = False,
    history_url: Annotated[
        str, typer.Option(help="Where runs are kept: a file or postgresql://… (KLINGKIT_HISTORY_URL).")
    ] = "",
    no_history: Annotated[bool, typer.Option("--no-history", help="Do not keep this run.")] = False,
    keep_emulated: Annotated[bool, typer.Option("--keep-emulated", help="Keep an emulated run as well.")] = False,
    identify: Annotated[
        str, typer.Option(metavar="URL", help="Tell what software runs at this address, for free, then stop.")
    ] = "",
    list_checks: Annotated[bool, typer.Option("--list", help="Show every check, then stop.")] = False,
) -> int:
    """Check what relays really keep of their documents.

    Nothing is spent unless --budget or --max-cost says so: with a budget of 0
    no create leaves with a key. Exit status: 0 all kept or accepted, 1 findings, 2 could
    not run.

    `klingkit check diff RUN RUN` compares two runs of the history, and
    `klingkit check prune` removes old ones; `klingkit check can-switch --from
    ID --to ID` tells whether code works on another relay.
    """
    console = Console()
    entries = catalogue.select(tuple(check or ()))
    if list_checks:
        listing.show(entries, console)
        return 0
    if identify:
        return identification.show(identify, api_key, os.environ, console, as_json=format_ is Format.JSON)
    relays = relay or []
    if history:
        return _show_history(relays, history_url, format_, console)
    _refuse_contradictions(relays, base_url, api_key, all_emulated=all_emulated, defects=defect or [])
    entries = tapping.entries(entries, tap, named=bool(check), all_emulated=all_emulated)
    if budget is not None and budget < 0:
        raise OptionError("--budget is the number of creates that may be charged: 0 or more.")
    if wait is not None and wait <= 0:
        raise OptionError("--wait is a number of seconds above 0.")
    limit, own_prices = spending.read(max_cost, os.environ)
    more: dict[str, Any] = {"max_cost": limit, "own_prices": own_prices, "examples": examples}
    pace = _read_rate(rate)
    if report is not None:
        _try_folder(report)
    outcome = Outcome.read(format_, report, baseline, write_baseline, date.today(), only_new=only_new)
    outcome = replace(outcome, fields=fields)
    keeps = not no_history and (keep_emulated or not all_emulated)
    if all_emulated:
        if keeps:
            outcome = replace(outcome, keeper=Keeper.ready(history_url, os.environ, emulated=True))
        allowed = BUDGET if budget is None else budget
        asked = Options(entries, allowed, seed, pace, WAIT if wait is None else wait, **more)
        with tapping.emulated(relays, defect or [], tap) as (targets, emulated_tap):
            if not outcome.plain:
                console.print(f"{len(targets)} emulated, budget {allowed} each: the emulator is free.", style="dim")
            return _report(targets, replace(asked, tap=emulated_tap), outcome, defect or ())
    targets = read_targets(relays, os.environ, base_url=base_url, api_key=api_key, other_api_key=other_api_key)
    if keeps:
        outcome = replace(outcome, keeper=Keeper.ready(history_url, os.environ, emulated=False))
    with tapping.behind(targets, tap) as (targets, live_tap):
        allowed = (BUDGET if limit else 0) if budget is None else budget
        asked = Options(entries, allowed, seed, pace, wait, tap=live_tap, **more)
        return _report(targets, asked, outcome)


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit check ARGV`` and return its exit status."""
    if argv[:1] == ["diff"]:
        from klingkit_contract.cli import diff

        return diff.main(argv[1:])
    if argv[:1] == ["prune"]:
        from klingkit_contract.cli import prune

        return prune.main(argv[1:])
    if argv[:1] == ["can-switch"]:
        from klingkit_contract.cli import can_switch

        return can_switch.main(argv[1:])
    status = app(args=list(argv), prog_name="klingkit check", standalone_mode=False)
    return int(status or 0)


def _show_history(relays: list[str], history_url: str, format_: Format, console: Console) -> int:
    from klingkit_contract.cli import runs
    from klingkit_contract.history import reading  # loads SQLAlchemy: not before it is needed

    database = open_history(history_url, os.environ)
    kept = reading.runs(database, relays)
    if format_ is Format.JSON:
        sys.stdout.write(runs.as_json(kept))
    else:
        runs.show(kept, str(database.name), console)
    return 0


def _report(targets: list[Target], options: Options, outcome: Outcome, planted: Sequence[str] = ()) -> int:
    """Run the checks, show and write what they found, also of what was `planted`, and return the exit status."""
    seen: list[Event] = []
    interrupted = False
    try:
        _follow(run(targets, options), seen)
    except KeyboardInterrupt:
        interrupted = True
        if not seen:
            raise
    results = events.collect(seen)
    status = outcome.tell(results, whole=not interrupted)
    if planted and not outcome.only_new:
        planting.show(results, planted, Console(stderr=outcome.plain), forwards=options.tap is not None)
    if interrupted:
        raise KeyboardInterrupt
    return status


def _follow(stream: Iterator[Event], seen: list[Event]) -> None:
    """Collect the stream in `seen` while telling on stderr, if a person is there, what is being asked."""
    errors = Console(stderr=True)
    status = errors.status("Starting …") if errors.is_terminal else None
    with status or nullcontext():
        for event in stream:
            seen.append(event)
            if status is not None and isinstance(event, events.StageStarted):
                status.update(f"{event.relay}: {event.stage} …")


def _refuse_contradictions(
    relays: list[str], base_url: str, api_key: str, *, all_emulated: bool, defects: list[str]
) -> None:
    if all_emulated and (base_url or api_key):
        raise OptionError("--all-emulated brings its own address and key; leave out --base-url and --api-key.")
    if defects and not all_emulated:
        raise OptionError("--defect plants a defect in an emulated relay; it goes with --all-emulated.")
    if not relays and not all_emulated:
        raise OptionError("name what to check: --relay ID, or --all-emulated to check emulated relays for free.")


def _read_rate(text: str) -> float | None:
    """Return requests per second, 0 for no limit, None for the usual."""
    if not text:
        return None
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise OptionError(f"{text!r} is no rate; write it as 5/s or 30/m, or 0 for no limit.")
    return float(found[1]) / (60 if found[2] == "m" else 1)


def _try_folder(folder: Path) -> None:
    """Make the folder and a file in it before anything is asked: a report that cannot be written helps nobody."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportFolderError(
            f"the reports cannot be written to {folder} ({reason}); choose another folder."
        ) from error
