"""Watch an application's real traffic to a relay, changing nothing."""

from __future__ import annotations

import asyncio
import signal
from contextlib import ExitStack
from pathlib import Path  # noqa: TC003 - the command-line parser reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from klingkit_contract.errors import OptionError
from klingkit_contract.proxy.forwarding import Forwarder
from klingkit_contract.proxy.har import HarFile
from klingkit_contract.proxy.journal import JournalFile
from klingkit_contract.proxy.serving import listen, server_for, url_of
from klingkit_contract.proxy.upstream import read_upstream
from klingkit_contract.proxy.watching import Watcher
from klingkit_contract.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from klingkit_contract.findings import Finding
    from klingkit_contract.proxy.traffic import Traffic
    from klingkit_contract.redaction import Redactor

    Writer = Callable[[Traffic, Sequence[Finding], Redactor], None]

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def proxy(
    relay: Annotated[str, typer.Option(help="The relay the traffic goes to.")],
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.")] = 8643,
    host: Annotated[str, typer.Option(help="The address to listen on; whoever reaches it uses your network.")] = (
        "127.0.0.1"
    ),
    base_url: Annotated[str, typer.Option(help="Where that relay is, instead of its own address.")] = "",
    findings: Annotated[
        Path | None, typer.Option(help="A file to append findings to, one line of JSON each, as they are seen.")
    ] = None,
    har: Annotated[Path | None, typer.Option(help="A file for all exchanges as HAR 1.2; it is replaced.")] = None,
) -> int:
    """Watch an application's real traffic to a relay, changing nothing.

    Give your application the printed address as its base URL. Requests and
    answers pass as they are; each is then held against the relay's documents.
    No key is written down. Exit status after Ctrl-C: 0 all kept, 1 findings, 2
    could not run.
    """
    upstream = read_upstream(relay, base_url)
    console, errors = Console(), Console(stderr=True)
    with ExitStack() as stack:
        writers: list[Writer] = []
        for path, kind in ((findings, JournalFile), (har, lambda where: HarFile(where, upstream.address))):
            if path is not None:
                file = _opened(kind, path)
                stack.callback(file.close)
                writers.append(file.write)
        told: set[tuple[str, str, str]] = set()

        def tell(traffic: Traffic, found: Sequence[Finding], _: Redactor) -> None:
            for finding in found:
                place = (finding.operation, finding.check, finding.signature)
                if place not in told:
                    told.add(place)
                    errors.print(f"{finding.severity}: {_sentence(finding)}", markup=False, highlight=False)

        watcher = Watcher(upstream, [*writers, tell])
        with listen(host, port) as listener:
            console.print(
                f"{url_of(listener)} → {upstream.address}\nGive the first to your application as its base URL. Stop "
                "with Ctrl-C.",
                markup=False,
                highlight=False,
            )
            watcher.start()
            _serve(Forwarder(upstream, watcher.see), listener)
        watcher.finish()
    return _conclude(watcher, console, relay)


def _opened(kind: Callable[[Path], JournalFile | HarFile], path: Path) -> JournalFile | HarFile:
    try:
        return kind(path)
    except OSError as error:
        raise OptionError(f"{path} cannot be written ({error.strerror or error}); choose another file.") from error


def _serve(forwarder: Forwarder, listener: object) -> None:
    server = server_for(forwarder)
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        asyncio.run(server.serve(sockets=[listener]))  # type: ignore[list-item]
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _sentence(finding: Finding) -> str:
    return one_line(f"{finding.operation} {finding.check}: {finding.seen}")


def _conclude(watcher: Watcher, console: Console, relay: str) -> int:
    """Print what was seen, and return the exit status."""
    if watcher.failure is not None:
        raise OptionError(f"what was seen could not all be written: {watcher.failure}.") from watcher.failure
    judged = watcher.exchanges - watcher.unknown
    console.print(f"\n{watcher.exchanges} exchanges, {judged} of them operations that {relay} documents.")
    if watcher.unseen:
        console.print(f"{watcher.unseen} more passed too fast to be looked at.")
    if not watcher.findings:
        console.print("Nothing broke the documents.")
        return 0
    table = Table("times", "severity", "operation", "check", "what was seen", box=None, pad_edge=False)
    table.columns[0].justify = "right"
    for place, times in watcher.counts.most_common():
        finding = watcher.findings[place]
        table.add_row(str(times), finding.severity, finding.operation, finding.check, one_line(finding.seen))
    console.print(table)
    return 1


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit proxy ARGV`` and return its exit status."""
    status = app(args=list(argv), prog_name="klingkit proxy", standalone_mode=False)
    return int(status or 0)
