"""Take a vendor's page of today in: show what changed, write it as a source, rebuild, list what is left to decide."""

from __future__ import annotations

import datetime
import importlib.util
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from klingkit_spec.cli.build import clone_home
from klingkit_spec.errors import SpecError
from klingkit_spec.ingest_page import noise

if TYPE_CHECKING:
    from klingkit_spec.ingest import Outcome, Plan

__all__ = ["ingest"]

LEFT_OPEN = 1
_SPEC = "resolved/kling.openapi.yaml"
_OFFICIAL_SOURCE = "sources/official/kling.openapi.yaml"
_GENERATOR = "openapi_python_client"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHOWN_NOISE = 3
_ROOT_HELP = "The openapi folder of a clone; by default the one klingkit was installed from."
_NAME_HELP = "What to call the page; by default the page it replaces, else a name made of the path."
_ADDRESS_HELP = "Where the page is on the web; by default what provenance.toml says of it."
_DATE_HELP = "The day the page was saved; by default today."
_STRIP_HELP = "Take the query off every signed link; without it such a page is refused."
_PARTIAL_HELP = "Write the page even where parts of it were not understood."


def ingest(
    page: Annotated[Path, typer.Argument(metavar="PAGE", help="The vendor's page, as you saved it.")],
    relay: Annotated[str, typer.Option("--relay", metavar="ID", help="The relay the page belongs to.")],
    name: Annotated[str | None, typer.Option("--name", metavar="FILE", help=_NAME_HELP)] = None,
    address: Annotated[str | None, typer.Option("--address", metavar="URL", help=_ADDRESS_HELP)] = None,
    date: Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help=_DATE_HELP)] = None,
    strip_links: Annotated[bool, typer.Option("--strip-links", help=_STRIP_HELP)] = False,
    partial: Annotated[bool, typer.Option("--partial", help=_PARTIAL_HELP)] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; show what would come of it.")] = False,
    root: Annotated[Path | None, typer.Option("--root", help=_ROOT_HELP, file_okay=False, metavar="DIR")] = None,
) -> int:
    """Take a vendor's page of today in, when it is new or has changed.

    Shows what changed against extracted/, writes the page and where it comes from into sources/, rebuilds spec and
    client, and lists what a person must decide.

    Exit status: 0 written and built, 1 partly read, or written but the build waits for a decision, 2 nothing to read.
    """
    from klingkit_spec import ingest as work  # the validator behind it takes half a second to load

    home = clone_home(root)
    day = _day(date)
    try:
        planned = work.plan(home, work.Request(page, relay, day, name, address, strip_links))
    except work.NewRelayError as error:
        typer.echo("\n".join(error.lines))
        raise
    console = Console(highlight=False, markup=False, emoji=False)
    _show(planned, console)
    if planned.recorded is not None:
        _wrapped(console, f"{planned.source} was made of this very page on {planned.recorded}; nothing is written.")
        _wrapped(console, "To build what it holds by now, run: klingkit spec build")
        return 0
    if planned.reworded:
        _wrapped(console, f"Only the vendor's words changed, so {planned.source} keeps ours.")
    if not planned.complete and not partial:
        _wrapped(console, "Parts of the page were not understood; nothing is written. With --partial it is.")
        return LEFT_OPEN
    outcome = work.rehearsal(home, planned) if dry_run else work.carry_out(home, planned)
    _tell(outcome, console, dry_run=dry_run)
    spec_changed = any(change.path == _SPEC for change in outcome.outputs)
    refusal = _client(home, console, dry_run=dry_run) if spec_changed else None
    _decisions(home, planned, outcome, console, refusal)
    return 0 if outcome.built and refusal is None else LEFT_OPEN


def _day(given: str | None) -> str:
    if given is None:
        return datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    try:
        if _DAY.fullmatch(given):
            return datetime.date.fromisoformat(given).isoformat()
    except ValueError:
        pass
    raise typer.BadParameter(f"{given!r} is no day; write it as 2026-11-22", param_hint="--date")


def _show(planned: Plan, console: Console) -> None:
    from klingkit_spec.diff import render

    for note in planned.notes:
        print(note.render(planned.new.shown), file=sys.stderr)
    render.print_text(planned.old, planned.new, list(planned.changes), console)
    console.print()


def _tell(outcome: Outcome, console: Console, *, dry_run: bool) -> None:
    if dry_run:
        _wrapped(console, "A dry run: nothing is written. It would be:")
    for path in outcome.sources:
        typer.echo(f"written  {path}")
    for change in outcome.outputs:
        typer.echo(f"{change.kind:<8} {change.path}")
    if not outcome.built:
        _wrapped(console, "The build waits for a decision, so the outputs stay as they were.")
    elif not outcome.outputs:
        _wrapped(console, "No output changes.")


def _client(home: Path, console: Console, *, dry_run: bool) -> str | None:
    """Generate the client anew, or say why not; return what refused it, if anything did."""
    from klingkit_spec.cli.client import client
    from klingkit_spec.client_generator import CONFIG

    if dry_run:
        _wrapped(console, "The client would be generated anew.")
    elif importlib.util.find_spec(_GENERATOR) is None:
        _wrapped(console, "The client stays: its generator is not installed. Run later: klingkit spec client")
    elif not (home / CONFIG).is_file() or not (home.parent / "generated_client").is_dir():
        _wrapped(console, f"The client stays: there is none beside {home}.")
    else:
        typer.echo("\nThe client:")
        try:
            client(root=home)
        except SpecError as error:
            return str(error)
    return None


def _decisions(home: Path, planned: Plan, outcome: Outcome, console: Console, refusal: str | None) -> None:
    listed = [
        *_about_the_page(planned, _from_here(home / planned.source)),
        *((one.file, one.text, one.write) for one in outcome.questions),
    ]
    for operation in outcome.outside:
        text = f"{operation} is not in the one spec, so it is only reported; does it belong into {_OFFICIAL_SOURCE}?"
        listed.append((planned.source, text, ()))
    if refusal is not None:
        listed.append(("client.yaml", f"{refusal} Then run: klingkit spec client", ()))
    if not listed:
        return
    console.print()
    typer.echo(f"To decide ({len(listed)}):")
    for number, (file, text, lines) in enumerate(listed, start=1):
        head = f"{number:>3}. "
        _wrapped(console, file or "(the inputs together)", head)
        _wrapped(console, text, " " * len(head))
        for line in lines:
            typer.echo(f"{' ' * (len(head) + 2)}{line}")
    if not outcome.built:
        console.print()
        _wrapped(console, "What is settled may settle, or uncover, others. Then run: klingkit spec build")


def _about_the_page(planned: Plan, source: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what is always left to a person: words that are not the vendor's, and where they come from."""
    provenance = f"sources/{planned.relay}/provenance.toml"
    found: list[tuple[str, str, tuple[str, ...]]] = []
    if planned.text is not None:
        check = f"klingkit spec read --relay {planned.relay} {source}"
        text = (
            "Reword it: these are the vendor's sentences. Shape and facts stay; before and after it must read the same:"
        )
        found.append((planned.source, text, (check,)))
        found.extend(_noise(planned))
    if planned.stripped_links:
        lines = ", ".join(dict.fromkeys(str(link.line) for link in planned.stripped_links))
        text = f"Signed links lost their query (line {lines}); put links of example.com in their place."
        found.append((planned.source, text, ()))
    if not planned.address_known:
        text = "The page's own address is not known; write it into the entry, or give --address."
        found.append((provenance, text, ()))
    if planned.note:
        found.append((provenance, f"See whether the note on {planned.name} still holds: {planned.note}", ()))
    warnings = [note for note in planned.notes if note.level == "warning"]
    found.extend((planned.source, f"Not understood on line {note.line}: {note.message}.", ()) for note in warnings)
    return found


def _from_here(file: Path) -> str:
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def _noise(planned: Plan) -> list[tuple[str, str, tuple[str, ...]]]:
    found = noise(planned.text or "")
    if not found:
        return []
    shown = ", ".join(f"{each.text} (line {each.line})" for each in found[:_SHOWN_NOISE])
    more = f" and {len(found) - _SHOWN_NOISE} more" if len(found) > _SHOWN_NOISE else ""
    return [(planned.source, f"Leave the site's navigation out: {shown}{more}.", ())]


def _wrapped(console: Console, text: str, head: str = "") -> None:
    """Print `text` behind `head`, its further lines below its first."""
    for index, line in enumerate(Text(text).wrap(console, max(console.width - len(head), 20))):
        line.rstrip()
        console.print(Text(head if index == 0 else " " * len(head)) + line)
