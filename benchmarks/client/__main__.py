"""The command: measure, print the tables, write them to docs/benchmarks.md."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

if __package__ in {None, ""}:  # started by its path: the imports below begin at the repository
    sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.client.contenders import contenders
from benchmarks.client.plan import FULL, MEASURES, QUICK, measure_all
from benchmarks.client.report import Run, write_page
from benchmarks.client.runner import ROOT, BenchError, serving

_ROOM = 600_000_000


def main() -> int:
    """Run what the arguments ask for; 0 when it ran, whatever came out, 2 when it could not."""
    arguments = _parser().parse_args()
    scale = QUICK if arguments.quick else FULL
    if arguments.rounds:
        scale = dataclasses.replace(scale, rounds=arguments.rounds)
    everyone = list(contenders().values())
    taking_part = [contender for contender in everyone if contender.installed]
    missing = [contender.name for contender in everyone if not contender.installed]
    if not any(contender.name == "httpx" for contender in taking_part):
        print("Every ratio is to httpx, which is not installed here: use the session `nox -s bench`.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the large file is removed
    started = time.monotonic()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="klingkit-bench-", dir=_roomy()) as folder,
            serving(Path(folder)) as runner,
        ):
            results = measure_all(runner, taking_part, scale, arguments.only)
    except (BenchError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    run = Run(_command(arguments), scale, results, runner.problems, taking_part, missing, time.monotonic() - started)
    page = write_page(run)
    print(page)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    if not arguments.only and not arguments.no_write:
        replacement = arguments.output.with_suffix(".part")
        replacement.write_text(page, encoding="utf-8")
        os.replace(replacement, arguments.output)
    return 0


def _command(arguments: argparse.Namespace) -> str:
    rounds = f" --rounds {arguments.rounds}" if arguments.rounds else ""
    return f"python -m benchmarks.client{' --quick' if arguments.quick else ''}{rounds}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.client", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, under 2 minutes")
    parser.add_argument("--rounds", type=int, help="how often everything is repeated; 4, or 1 with --quick")
    parser.add_argument(
        "--only", action="append", default=[], choices=list(MEASURES), help="this measure alone; nothing is written"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks.md", help="the page to write")
    parser.add_argument("--no-write", action="store_true", help="print only")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    return parser


def _roomy() -> str | None:
    """Return a folder in memory if there is one with room: the speed of a disk is not what is measured."""
    memory = Path("/dev/shm")  # noqa: S108 - a new folder of our own is made in it
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM:
        return str(memory)
    return None


if __name__ == "__main__":
    sys.exit(main())
