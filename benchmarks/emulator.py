"""How many requests a second the emulator answers while it keeps 100,000 tasks.

    python -m benchmarks.emulator [--tasks 100000] [--seconds 8] [--rounds 3] [--quick]

For each relay a real `klingkit emulate` process is started on a database that holds that many tasks, and asked over
keep-alive connections by a process of its own that does nothing else. Queries are by random id over all tasks, each by
its own answer: the status and the id in it are looked at. CPU is the server's, user and system time together.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.emulated.asking import CONNECTIONS, Load, measure
from benchmarks.emulated.seeding import seed
from benchmarks.emulated.serving import BARE, emulating

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks-emulator.md"
RELAYS = ("official", "anyapi", "newapi-b", BARE)
LISTING = ("official", "anyapi")
AIM = 2000
COMMAND = "python -m benchmarks.emulator"
SEED = 1

Row = tuple[str, str, float, float, float, float]


def rows_of(relay: str, tasks: int, seconds: float, rounds: int) -> list[Row]:
    """Return relay, what was asked, requests a second, median and 99th percentile in ms, CPU in µs a request."""
    kinds = ["get"] if relay == BARE else ["get", *(["list"] if relay in LISTING else []), "create"]
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "tasks.db")
        ids = seed(database, relay, tasks if relay != BARE else 100, SEED)
        with emulating(relay, database) as server:
            for kind in kinds:
                # A create makes the database larger, so it comes last and once.
                runs = [
                    measure(server, Load(relay, kind, seconds, ids, SEED + number))
                    for number in range(1 if kind == "create" else rounds)
                ]
                best = [statistics.median(column) for column in zip(*runs, strict=True)]
                found.append((relay, kind, *best))  # type: ignore[arg-type]
                print(_line(found[-1]), flush=True)
    return found


def _line(row: Row) -> str:
    relay, kind, rate, median, slow, cpu = row
    return f"| {relay:<9} | {kind:<6} | {rate:>8,.0f} | {median:>6.2f} | {slow:>6.2f} | {cpu:>6,.0f} |"


def page(rows: list[Row], tasks: int, seconds: float, rounds: int) -> str:
    """Return the page."""
    queries = [row for row in rows if row[1] == "get" and row[0] != BARE]
    holds = all(row[2] >= AIM for row in queries)
    alone = min(1e6 / row[5] for row in queries)
    return "\n".join(
        [
            "# The emulator under load",
            "",
            f"Written by `{COMMAND}`; do not edit it by hand. A `klingkit emulate` process, a database of",
            f"{tasks:,} tasks of the relay, and a second process that asks over {CONNECTIONS} keep-alive connections,",
            "each waiting for its answer before it asks again. `get` asks for random tasks of all, `list` for a random",
            "page of 30 of the first hundred, `create` makes tasks. CPU is that of the server, and says more than the",
            "rate where the machine is shared; `(none)` is the same server with a fixed answer and nothing behind it.",
            "",
            f"- {rounds} rounds of {seconds:g} seconds (create: one); medians over the rounds",
            f"- {_machine()}",
            f"- at least {AIM:,} queries by id a second: {'yes' if holds else 'NO'}",
            f"- by its CPU, with a core of its own: {alone:,.0f} a second of the slowest kind of query by id",
            "",
            "| relay | request | a second | median, ms | 99 %, ms | CPU, µs |",
            "| --- | --- | ---: | ---: | ---: | ---: |",
            *map(_line, rows),
            "",
        ]
    )


def _machine() -> str:
    """Return what the figures were measured on; others may use it, too."""
    load = f"load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else "load unknown"
    priority = os.getpriority(os.PRIO_PROCESS, 0) if hasattr(os, "getpriority") else 0
    nice = f", run with nice {priority}" if priority else ""
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"CPython {platform.python_version()}, {system}; {load}{nice}"


def main() -> int:
    """Measure, print, write the page; 1 when the aim is missed."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("relays", nargs="*", default=list(RELAYS), help=f"(default {', '.join(RELAYS)})")
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one round of two seconds; writes no page")
    asked = parser.parse_args()
    seconds, rounds = (2.0, 1) if asked.quick else (asked.seconds, asked.rounds)
    rows = [row for relay in asked.relays for row in rows_of(relay, asked.tasks, seconds, rounds)]
    if not asked.quick and asked.relays == list(RELAYS):
        PAGE.write_text(page(rows, asked.tasks, seconds, rounds), encoding="utf-8")
        print(f"{PAGE} written.")
    missed = [
        f"{row[0]} ({row[2]:.0f}/s)" for row in rows if row[:2] != (BARE, "get") and row[1] == "get" and row[2] < AIM
    ]
    if missed:
        print(f"under {AIM} queries a second: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
