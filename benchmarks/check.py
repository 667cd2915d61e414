"""How fast relays are checked: cases a second beside the Schemathesis command line, and how long whole runs take.

    python -m benchmarks.check [--relay ID ...] [--rounds 3] [--examples 10] [--usual-rounds 1] [--no-runs] [--write]

Both commands are real ones, started anew each time, and are given the same document and the same emulated relay, which
runs in a process of its own; they take turns, and every round begins with another relay without tasks. A case is a
request that was sent. Wall time is from the start of the command to its end; the time of asking is what each says of
itself, without start-up and reports; CPU is user and system time of the command alone.
`--write` writes docs/benchmarks-check.md.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.defects.__main__ import read_report

import klingkit_data
from klingkit_contract.targets import known_relays
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks-check.md"
COMMAND = "python -m benchmarks.check --write"
LONGEST = 900  # seconds
COMPILED = str(Path(tempfile.gettempdir(), f"klingkit-benchmark-{sys.implementation.cache_tag}"))
RELAYS = ("haoee", "anyapi")
WARM_UP = "xiexus"  # the smallest
SPEED = 600.0  # tasks end at once: Schemathesis waits for none
ONE_RELAY, ALL_RELAYS = 60.0, 300.0  # seconds that runs may take


@dataclass(frozen=True)
class Took:
    """One command: the cases it sent, its wall time, its CPU time and how long it asked, in seconds."""

    cases: int
    wall: float
    cpu: float
    asking: float


def serve(relay: str, told: Connection) -> None:
    """Emulate `relay` until told to stop."""
    with launch([relay], speed=SPEED) as emulator:
        told.send((emulator.base_url(relay), emulator.api_key, emulator.other_api_key))
        told.recv()


@contextmanager
def emulated(relay: str) -> Iterator[tuple[str, str, str]]:
    """Run the relay in a process of its own; yield its address and the keys of two accounts."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=serve, args=(relay, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join(30)


def timed(command: Sequence[str], allowed: frozenset[int]) -> tuple[subprocess.CompletedProcess[str], float, float]:
    """Run a command; return what came of it, its wall time and its CPU time.

    Compiled modules are kept between the runs, as they are wherever something is installed.
    """
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environ["PYTHONPYCACHEPREFIX"] = COMPILED
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own commands
        command, capture_output=True, text=True, timeout=LONGEST, check=False, env=environ
    )
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in allowed:
        raise SystemExit(f"{' '.join(command[:5])} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ours(relay: str, examples: int | None) -> Took:
    """Check an emulated relay with `klingkit check`, everything included."""
    with emulated(relay) as (address, key, other):
        command = [
            *(sys.executable, "-m", "klingkit.cli", "check", "--relay", relay, "--base-url", address),
            *("--api-key", key, "--other-api-key", other, "--budget", "100", "--wait", "8"),
            *("--no-history", "--format", "json"),
            *(("--examples", str(examples)) if examples else ()),
        ]
        done, wall, cpu = timed(command, frozenset({0}))
    told = json.loads(done.stdout)
    return Took(told["summary"]["requests"], wall, cpu, told["relays"][relay]["seconds"])


def theirs(relay: str, examples: int | None) -> Took:
    """Check the same relay with the Schemathesis command line: all its checks and phases."""
    document = klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")
    prefix = klingkit_data.load("relays.toml")["relay"][relay]["path_prefix"]
    with emulated(relay) as (address, key, _), tempfile.TemporaryDirectory() as folder:
        url, report = address + prefix, Path(folder, "report.ndjson")
        written = Path(folder, "openapi.json")
        written.write_text(json.dumps({**document, "servers": [{"url": url}]}), encoding="utf-8")
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(written), "--url", url, "--checks", "all"),
            *("--header", f"Authorization: Bearer {key}", "--continue-on-failure", "--no-shrink"),
            *("--seed", "1", "--generation-deterministic", "--report-ndjson-path", str(report)),
            *(("--max-examples", str(examples)) if examples else ()),
        ]
        _, wall, cpu = timed(command, frozenset({0, 1}))
        told = report.read_text(encoding="utf-8")
    return Took(read_report(told)[1], wall, cpu, _asking(told))


def _asking(report: str) -> float:
    """Return how long Schemathesis' engine ran, by its report."""
    rows = [json.loads(line) for line in report.splitlines()]
    times = {name: row["timestamp"] for each in rows for name, row in each.items() if name.startswith("Engine")}
    return float(times["EngineFinished"] - times["EngineStarted"])


def rates(relay: str, rounds: int, examples: int | None) -> dict[str, list[Took]]:
    """Let both take turns and return what each round took; with `examples` None each makes up its usual number."""
    ways: dict[str, Callable[[str, int | None], Took]] = {"klingkit check": ours, "schemathesis run": theirs}
    found: dict[str, list[Took]] = {name: [] for name in ways}
    for check in ways.values():
        check(WARM_UP, 1)
    for number in range(rounds):
        for name, check in ways.items():
            took = check(relay, examples)
            found[name].append(took)
            print(f"round {number + 1}: {name:17} {took.cases:6,} cases, {took.wall:6.1f} s", file=sys.stderr)
    return found


COLUMNS: dict[str, Callable[[Took], float]] = {
    "cases": lambda took: took.cases,
    "wall": lambda took: took.wall,
    "rate": lambda took: took.cases / took.wall,
    "asking": lambda took: took.cases / took.asking,
    "of CPU": lambda took: took.cases / took.cpu,
}


def median(took: Sequence[Took], column: str) -> float:
    """Return the median of one of `COLUMNS`."""
    return statistics.median(COLUMNS[column](row) for row in took)


def whole_runs() -> list[tuple[str, float, Took]]:
    """Return runs with their aims: the widest relay and all of them, without and with paid checks."""
    check = [sys.executable, "-m", "klingkit.cli", "check", "--all-emulated", "--no-history", "--format", "json"]
    one, every = ["--relay", "official"], f"all {len(known_relays())} relays"
    runs = [
        ("official, free and query checks", ONE_RELAY, [*check, *one, "--budget", "0"]),
        ("official, all checks", ONE_RELAY, [*check, *one]),
        (f"{every}, free and query checks", ALL_RELAYS, [*check, "--budget", "0"]),
        (f"{every}, all checks", ALL_RELAYS, check),
    ]
    found = []
    for name, aim, command in runs:
        done, wall, cpu = timed(command, frozenset({0}))
        told = json.loads(done.stdout)["summary"]
        took = Took(told["requests"], wall, cpu, told["seconds"])
        print(f"{name}: {wall:.1f} s", file=sys.stderr)
        found.append((name, aim, took))
    return found


Rates = dict[str, dict[str, list[Took]]]


def table(found: Rates) -> list[str]:
    """Return the rates of both commands at each relay."""
    lines = [
        "| relay | command | cases | seconds | a second | asking | per second of CPU |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for relay, ways in found.items():
        for name, took in ways.items():
            cells = [median(took, "cases"), median(took, "wall"), median(took, "rate"), median(took, "asking")]
            words = [f"{cells[0]:,.0f}", f"{cells[1]:.1f}", f"{cells[2]:.0f}", f"{cells[3]:.0f}"]
            lines.append(f"| {relay} | `{name}` | {' | '.join(words)} | {median(took, 'of CPU'):.0f} |")
    return lines


def page(examples: int, usual: Rates, alike: Rates, runs: list[tuple[str, float, Took]]) -> str:
    """Return the tables as Markdown: `usual` as both come, `alike` with the same number of examples."""
    lines = [
        "# How fast relays are checked",
        "",
        f"Written by `{COMMAND}`; do not edit. {os.cpu_count()} cores, Python {platform.python_version()},",
        f"load {os.getloadavg()[2]:.1f} over the last 15 minutes: read the ratios.",
        "",
        "The same document and the same emulated relay in a process of its own, both commands in turns, after a run at",
        "another relay. A case is a request that was sent. Schemathesis runs all its checks and phases, and follows no",
        "task, so tasks end at once here. `a second` is over the whole command with start-up and report, `asking` over",
        "the time of asking alone.",
        "",
        f"Both as they come ({_rounds(usual)}): Schemathesis makes up to 100 random requests for each operation,",
        "klingkit 4 to 6, since at a real relay each takes its time.",
        "",
        *table(usual),
        "",
        f"As many random requests for each operation ({_rounds(alike)}): `--examples {examples}` and",
        f"`--max-examples {examples}`. Schemathesis makes them for both, and they cost most; most of its own cases are",
        "not random then, but each limit of the document in turn.",
        "",
        *table(alike),
    ]
    if runs:
        lines += [
            "",
            "Whole runs of `klingkit check --all-emulated`, emulator and start-up included, once each:",
            "",
            "| run | aim | seconds | of CPU | requests |",
            "|---|--:|--:|--:|--:|",
            *(
                f"| {name} | {aim:.0f} | {took.wall:.1f} | {took.cpu:.1f} | {took.cases:,} |"
                for name, aim, took in runs
            ),
        ]
    return "\n".join([*lines, ""])


def _rounds(found: Rates) -> str:
    rounds = len(next(iter(next(iter(found.values())).values())))
    return f"medians of {rounds} rounds" if rounds > 1 else "one round"


def main() -> int:
    """Measure, print the tables, and return 1 when Schemathesis asked faster or a run took longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--relay", action="append", choices=known_relays(), help="may be repeated")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--usual-rounds", type=int, default=1, help="of both as they come; a minute or two each")
    parser.add_argument("--examples", type=int, default=10, help="generated requests for each operation (default 10)")
    parser.add_argument("--no-runs", action="store_true", help="leave out the whole runs")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    asked = parser.parse_args()
    relays = asked.relay or RELAYS
    alike = {relay: rates(relay, asked.rounds, asked.examples) for relay in relays}
    usual = {relay: rates(relay, asked.usual_rounds, None) for relay in relays}
    runs = [] if asked.no_runs else whole_runs()
    text = page(asked.examples, usual, alike, runs)
    print(text)
    if asked.write:
        PAGE.write_text(text, encoding="utf-8")
    slow = [
        f"{relay}: Schemathesis asks faster ({how})"
        for how, found in (("as they come", usual), (f"{asked.examples} examples", alike))
        for relay, ways in found.items()
        if median(ways["klingkit check"], "asking") < median(ways["schemathesis run"], "asking")
    ]
    slow += [f"{name}: too slow" for name, aim, took in runs if took.wall > aim]
    for complaint in slow:
        print(complaint, file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
