"""Tell whether code that works with one relay works with another."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path  # noqa: TC003 - the command-line parser reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from klingkit_contract.cli.keeper import open_history
from klingkit_contract.errors import OptionError
from klingkit_contract.report.scores import count
from klingkit_contract.report.text import one_line
from klingkit_contract.switch.judgement import Judgement, judge
from klingkit_contract.switch.paths import Paths
from klingkit_contract.switch.python_code import read_python
from klingkit_contract.switch.reasons import Evidence, Rating, Reason
from klingkit_contract.switch.recorded import read_json
from klingkit_contract.switch.surface import surface_of
from klingkit_contract.switch.usage import Usage, Use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from klingkit_contract.history.records import Whole
    from klingkit_contract.switch.surface import Surface

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_HEADS = {
    Rating.BLOCKS: ("Blocks: does not work there as it is", "bold red"),
    Rating.COSTS: ("Costs: works, but something is lost or has to be chosen anew", "bold yellow"),
    Rating.NOTE: ("Worth knowing", "bold"),
}
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
_MOST_BYTES = 64 * 1024 * 1024  # of one file
_MOST_PLACES = 3  # places in the code that a reason lists


@app.command(name="can-switch")
def can_switch(
    old: Annotated[str, typer.Option("--from", help="The relay in use.")],
    new: Annotated[str, typer.Option("--to", help="The relay to move to.")],
    used_by: Annotated[
        list[Path] | None,
        typer.Option(help="Code (.py, or a folder of it), a JSON body or a HAR recording; may be repeated."),
    ] = None,
    history_url: Annotated[str, typer.Option(help="Where the history is, as for `klingkit check`.")] = "",
    no_history: Annotated[bool, typer.Option("--no-history", help="Go by the documents alone.")] = False,
    emulated: Annotated[bool, typer.Option("--emulated", help="Go by kept runs of the emulator.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Tell whether code that works with one relay works with another.

    Without --used-by, everything that the relay in use documents counts as
    used. Documents are compared, and what the last kept run of `klingkit
    check` saw of both. Exit status: 0 it can, 1 it cannot, 2 misuse.
    """
    here, there = surface_of(old), surface_of(new)
    if old == new:
        raise OptionError("--from and --to name the same relay; name the one in use and the one to move to.")
    usage = _usage(used_by or [], here)
    judgement = judge(usage, here, there, None if no_history else _runs(old, new, history_url, emulated=emulated))
    if as_json:
        print(json.dumps(_document(judgement, used_by or []), ensure_ascii=False, indent=2))
    else:
        _show(judgement, used_by or [], Console())
    return 0 if judgement.can else 1


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit check can-switch ARGV`` and return its exit status."""
    status = app(args=list(argv), prog_name="klingkit check can-switch", standalone_mode=False)
    return int(status or 0)


def _runs(old: str, new: str, history_url: str, *, emulated: bool) -> tuple[Whole | None, Whole | None]:
    from klingkit_contract.history.reading import last_run  # loads SQLAlchemy: not before it is needed

    database = open_history(history_url, os.environ)
    return last_run(database, old, emulated=emulated), last_run(database, new, emulated=emulated)


def _usage(named: list[Path], surface: Surface) -> Usage:
    """Read what the files use.

    Raises:
        OptionError: a file cannot be read, is of no known kind, or nothing in all of them goes to a relay.
    """
    if not named:
        return Usage(everything=True)
    paths = Paths()
    uses: list[Use] = []
    remarks: list[str] = []
    for file in _files(named):
        found, told = _read(file, paths, surface)
        uses += found
        remarks += told
    if not uses:
        raise OptionError(
            "--used-by: no request to a relay was found: no call of a method such as text_to_video, no path such as "
            "/v1/videos/text2video."
        )
    return Usage(tuple(uses), remarks=tuple(dict.fromkeys(remarks)))


def _files(named: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in named:
        if path.is_dir():
            inside = sorted(path.rglob("*.py"))
            found += [file for file in inside if not _hidden(file.relative_to(path))]
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _hidden(file: Path) -> bool:
    return any(part in _SKIPPED or part.startswith(".") for part in file.parts)


def _read(file: Path, paths: Paths, surface: Surface) -> tuple[list[Use], list[str]]:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise OptionError(f"--used-by: {file} is larger than {_MOST_BYTES // 2**20} MB; record less.")
        content = file.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OptionError(f"--used-by: {file} cannot be read ({reason}).") from error
    if file.suffix.lower() in {".json", ".har"}:
        return read_json(content, file, paths, surface)
    if file.suffix.lower() not in {".py", ".pyi"}:
        raise OptionError(f"--used-by: {file} is neither .py nor .json nor .har.")
    try:
        return read_python(content.decode("utf-8-sig"), str(file), paths)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise OptionError(f"--used-by: {file} is no Python that this Python reads ({error}).") from error


def _show(judgement: Judgement, named: list[Path], console: Console) -> None:
    whose = "what " + ", ".join(map(str, named)) + (" uses" if len(named) == 1 else " use") if named else ""
    asked = whose or f"everything that {judgement.old} documents"
    answer = Text("Can switch", "bold green") if judgement.can else Text("Cannot switch", "bold red")
    console.print(Text.assemble(answer, f": {judgement.old} → {judgement.new}, for {asked}"), highlight=False)
    for rating, (words, style) in _HEADS.items():
        own = [reason for reason in judgement.reasons if reason.rating is rating]
        if own:
            console.print()
            console.print(Text(words, style))
            _reasons(own, console)
    if judgement.remarks:
        console.print()
        console.print(Text("Could not be read", "bold"))
        for remark in judgement.remarks:
            console.print(Padding(Text(one_line(remark)), (0, 0, 0, 2), expand=False), highlight=False)
    console.print()
    console.print(Text(_sum(judgement), "bold"), highlight=False)


def _reasons(reasons: list[Reason], console: Console) -> None:
    operation = None
    for reason in reasons:
        if reason.operation != operation:
            operation = reason.operation
            console.print(Padding(Text(operation or "the relay"), (0, 0, 0, 2), expand=False), highlight=False)
        seen = " (observed)" if reason.evidence is Evidence.OBSERVED else ""
        head = Text(" ".join(filter(None, (reason.place, reason.kind))), "cyan")
        line = Text.assemble(head, ": ", one_line(reason.words), (f"{seen}{_places(reason)}", "dim"))
        console.print(Padding(line, (0, 0, 0, 4), expand=False), highlight=False)


def _places(reason: Reason) -> str:
    if not reason.where:
        return ""
    more = len(reason.where) - _MOST_PLACES
    return f" [{', '.join(reason.where[:_MOST_PLACES])}{f' and {more} more' if more > 0 else ''}]"


def _sum(judgement: Judgement) -> str:
    numbers = {rating: sum(reason.rating is rating for reason in judgement.reasons) for rating in Rating}
    operations = len({use.operation for use in judgement.uses})
    return (
        f"{count(operations, 'operation')} in use: {numbers[Rating.BLOCKS]:,} blocking, {numbers[Rating.COSTS]:,} at a "
        f"cost, {numbers[Rating.NOTE]:,} worth knowing."
    )


def _document(judgement: Judgement, named: list[Path]) -> dict[str, Any]:
    return {
        "from": judgement.old,
        "to": judgement.new,
        "can": judgement.can,
        "used_by": [str(path) for path in named],
        "operations": sorted({use.operation for use in judgement.uses}),
        "reasons": [asdict(reason) for reason in judgement.reasons],
        "remarks": list(judgement.remarks),
    }
