"""Look for what is wrong: settings, keys, clock, a relay's answers."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from klingkit._credentials import ANY_RELAY_VARIABLE
from klingkit._errors import ConfigurationError
from klingkit._settings import RELAY_VARIABLE, read_settings
from klingkit.cli import _options  # noqa: TC001 - the command-line parser reads the annotations
from klingkit.cli._diagnosis import Line, diagnose
from klingkit.cli._options import Where
from klingkit.cli._relay_facts import all_relays, key_source
from klingkit.cli._running import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

app: typer.Typer = typer.Typer(add_completion=False, rich_markup_mode=None)

FINDINGS = 1
_MARKS = {True: "✓", False: "✗", None: "·"}
_ASCII_MARKS = {True: "ok", False: "NO", None: "- "}


@app.command()
def doctor(
    relay: Annotated[
        list[str] | None,
        typer.Option("--relay", metavar="ID", help="A relay to ask; may be repeated. Else those with a key."),
    ] = None,
    base_url: _options.BASE_URL = None,
    as_json: _options.JSON = False,
) -> int:
    """Look for what is wrong: settings, keys, clock, a relay's answers.

    Sends GET requests alone, so nothing is charged. Exit status: 0 all is
    well, 1 something is wrong.
    """
    chosen = relay or []
    if base_url and len(chosen) != 1:
        raise ConfigurationError("--base-url is the address of one relay; give one --relay with it.")
    told: list[dict[str, object]] = []
    sick = False
    for about, line in _lines(chosen, base_url):
        sick = sick or line.fine is False
        if as_json:
            told.append({"about": about, "fine": line.fine, "what": line.what, "advice": line.advice})
        else:
            _show(about, line)
    if as_json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
    return FINDINGS if sick else 0


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit doctor ARGV`` and return its exit status."""
    return run(app, "doctor", argv)


def _lines(chosen: list[str], base_url: str | None) -> Iterator[tuple[str, Line]]:
    """Yield what is found, and what it is about: ``klingkit`` or a relay's id."""
    try:
        settings = read_settings(os.environ)
    except ConfigurationError as error:
        yield "klingkit", Line(False, "the configuration file is broken", str(error))
        return
    own = f", {len(settings.relays)} relays of your own" if settings.relays else ""
    yield "klingkit", Line(None if not settings.found else True, _config(str(settings.path), settings.found) + own)
    default = os.environ.get(RELAY_VARIABLE, "").strip() or settings.default_relay
    if default:
        yield "klingkit", Line(None, f"commands use {default} unless told otherwise")
    keyed = [relay.id for relay in all_relays() if relay.key_variable == key_source(relay, os.environ)]
    asked = chosen or list(dict.fromkeys([*([default] if default else []), *keyed]))
    if not asked and os.environ.get(ANY_RELAY_VARIABLE, "").strip():
        yield "klingkit", Line(None, f"{ANY_RELAY_VARIABLE} serves any relay", "name one with --relay to have it asked")
    elif not asked:
        yield "klingkit", Line(False, "no relay has a key", "see `klingkit relays show ID` for the variable to set")
    for name in asked:
        try:
            for line in diagnose(Where(name, base_url, allow_undocumented=True)):
                yield name, line
        except ConfigurationError as error:
            yield name, Line(False, "it cannot be asked", str(error))


def _config(path: str, found: bool) -> str:
    return f"configuration file {path}" if found else f"no configuration file (it would be {path})"


def _show(about: str, line: Line) -> None:
    encoding = sys.stdout.encoding or "ascii"
    marks = _MARKS
    try:
        "".join(_MARKS.values()).encode(encoding)
    except (UnicodeError, LookupError):
        marks = _ASCII_MARKS
    text = f"{about}: {line.what}" + (f": {line.advice.rstrip('.')}." if line.advice else "")
    width = Console().width
    print(*textwrap.wrap(text, width, initial_indent=f"{marks[line.fine]} ", subsequent_indent="  "), sep="\n")
