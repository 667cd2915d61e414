"""Run a relay on this machine: real tasks and files, planted defects."""

from __future__ import annotations

import asyncio
import signal
import textwrap
from pathlib import Path  # noqa: TC003 - the command-line parser reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from klingkit_emulator.app import API_KEY, OTHER_API_KEY, EmulatorApp, create_app
from klingkit_emulator.defects import DEFECTS
from klingkit_emulator.gateways.opening import CHANNEL_KEY, Forward
from klingkit_emulator.launch import listen, server_for, url_of
from klingkit_emulator.reach import obstacle
from klingkit_emulator.registry import entries, known
from klingkit_emulator.relay import account_of
from klingkit_emulator.tokens import secret_key_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

_WIDTH = 80

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def emulate(
    relay: Annotated[
        list[str] | None, typer.Option(help="A relay to emulate; may be repeated. Without it: all of them.")
    ] = None,
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.")] = 8642,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    speed: Annotated[float, typer.Option(help="How many times faster than in life tasks get done.")] = 60.0,
    defect: Annotated[
        list[str] | None,
        typer.Option(help="A defect to plant, as NAME or RELAY:NAME; may be repeated. See --list-defects."),
    ] = None,
    database: Annotated[
        Path | None, typer.Option(help="A file that keeps the tasks over restarts. Without it: in memory.")
    ] = None,
    api_key: Annotated[
        list[str] | None, typer.Option(help="A key to let in; may be repeated, each is an account of its own.")
    ] = None,
    upstream: Annotated[
        str | None, typer.Option(help="Where emulated gateways forward to. Without it: each plays Kling itself.")
    ] = None,
    upstream_key: Annotated[
        str, typer.Option(help="Their key there, access|secret, or sk-... of another gateway.")
    ] = CHANNEL_KEY,
    list_defects: Annotated[
        bool, typer.Option("--list-defects", help="Name the defects, then stop; with --relay also where one cannot be.")
    ] = False,
) -> int:
    """Run a relay on this machine: real tasks, real files, planted defects.

    A prompt with [fail] or [fail: reason] in it makes a task that fails.
    """
    if list_defects:
        typer.echo("\n".join(_paragraph(name, _about(name, relay or [])) for name in DEFECTS))
        return 0
    emulator = create_app(
        relay or known(),
        speed=speed,
        defects=defect or [],
        database=database,
        keys=api_key or [API_KEY, OTHER_API_KEY],
        upstream=Forward(upstream, upstream_key) if upstream else None,
    )
    try:
        with listen(host, port) as listener:
            typer.echo(_greeting(emulator, url_of(listener), database, upstream))
            server = server_for(emulator)
            # uvicorn hands the signal back when it is done; the default answer to SIGTERM would leave files behind.
            before = signal.signal(signal.SIGTERM, _interrupt)
            try:
                asyncio.run(server.serve(sockets=[listener]))
            except KeyboardInterrupt:
                pass
            finally:
                signal.signal(signal.SIGTERM, before)
        charges = sum(emulator.charges(name) for name in emulator.relays)
        typer.echo(f"Stopped. Charged tasks: {charges}.")
    finally:
        emulator.close()
    return 0


def _pair(key: str) -> str:
    return f"Signed:    access key {account_of(key)},\n           secret key\n           {secret_key_of(key)}"


def _about(defect: str, relays: Sequence[str]) -> str:
    """Return what a defect breaks, and at which of `relays` it makes no difference."""
    reasons = {entry.id: obstacle(defect, entry.id) for entry in (entries(relays) if relays else [])}
    return DEFECTS[defect] + "".join(f" (not at {relay}: {reason})" for relay, reason in reasons.items() if reason)


def _paragraph(name: str, text: str) -> str:
    column = max(map(len, DEFECTS)) + 2
    indent = " " * column
    return textwrap.fill(text, _WIDTH, initial_indent=f"{name:<{column}}", subsequent_indent=indent)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _greeting(emulator: EmulatorApp, url: str, database: Path | None, upstream: str | None) -> str:
    width = max(map(len, emulator.relays))
    state = emulator.state()
    return "\n".join(
        [
            "Base URLs:",
            *(f"  {relay:<{width}}  {url}/{relay}" for relay in emulator.relays),
            f"Keys:      {', '.join(emulator.keys)}",
            *(_pair(key) for key in emulator.keys[:1] if any(entry.signed for entry in entries(emulator.relays))),
            f"Tasks:     {database or 'in memory'}, {emulator.speed:g} times faster than in life",
            *([f"Upstream:  {upstream}, for gateways"] if upstream else []),
            *_planted(state["planted"]),
            f"State:     {url}/_emulator",
            "Stop with Ctrl-C.",
        ]
    )


def _planted(defects: Mapping[str, Sequence[str]]) -> list[str]:
    """Return which defects are planted, and where if that is not everywhere."""
    lines: list[str] = []
    for name in sorted({name for names in defects.values() for name in names}):
        where = [relay for relay in defects if name in defects[relay]]
        text = name if len(where) == len(defects) else f"{name} (at {', '.join(where)})"
        title = "           " if lines else "Defects:   "
        lines.append(textwrap.fill(text, _WIDTH, initial_indent=title, subsequent_indent=" " * 11))
    return lines


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit emulate ARGV`` and return its exit status."""
    status = app(args=list(argv), prog_name="klingkit emulate", standalone_mode=False)
    return int(status or 0)
