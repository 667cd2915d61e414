"""Play Kling behind a relay and write down what really arrives there."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path  # noqa: TC003 - the command-line parser reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from klingkit_emulator.errors import AddressError
from klingkit_emulator.gateways.opening import CHANNEL_KEY
from klingkit_emulator.launch import listen, server_for, url_of
from klingkit_emulator.tap.app import TapApp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

_HERE = "127.0.0.1"

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def tap(
    port: Annotated[int, typer.Option(help="The port that the relay is pointed at; 0 takes a free one.")] = 8644,
    host: Annotated[str, typer.Option(help="The address it listens on.")] = _HERE,
    control_port: Annotated[
        int, typer.Option(help="The port, on this machine alone, that tells what has arrived; 0 takes a free one.")
    ] = 8645,
    database: Annotated[
        Path | None,
        typer.Option("--db", "--database", help="A file that keeps tasks and requests. Without it: in memory."),
    ] = None,
    speed: Annotated[float, typer.Option(help="How many times faster than in life tasks get done.")] = 60.0,
) -> int:
    """Play Kling behind a relay and write down what really arrives there.

    Point the relay's Kling channel at the printed address; any key will do.
    Then `klingkit check --relay ID --budget 9 --tap CONTROL` sends creates
    through the relay and tells which fields it dropped or changed on the way.
    No key is written down.
    """
    if port and port == control_port:
        raise AddressError("--port and --control-port are two: requests of the relay are kept apart from yours.")
    kling = TapApp(speed=speed, database=database)
    try:
        with listen(host, port) as listener, listen(_HERE, control_port) as control:
            kling.control_port = control.getsockname()[1]
            typer.echo(_greeting(url_of(listener), url_of(control), database))
            before = signal.signal(signal.SIGTERM, _interrupt)
            try:
                asyncio.run(server_for(kling).serve(sockets=[listener, control]))
            except KeyboardInterrupt:
                pass
            finally:
                signal.signal(signal.SIGTERM, before)
        typer.echo(f"Stopped. Requests that arrived: {kling.records.newest()}.")
    finally:
        kling.close()
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _greeting(url: str, control: str, database: Path | None) -> str:
    return "\n".join(
        [
            f"Kling:    {url}",
            "          for the relay's channel; any key will do, such as",
            f"          {CHANNEL_KEY}",
            f"Control:  {control}",
            "          for klingkit check --tap; /requests shows what arrived",
            f"Kept:     {database or 'in memory'}",
            "Stop with Ctrl-C.",
        ]
    )


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit tap ARGV`` and return its exit status."""
    status = app(args=list(argv), prog_name="klingkit tap", standalone_mode=False)
    return int(status or 0)
