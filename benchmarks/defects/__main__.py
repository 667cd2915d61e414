"""Plant each defect, check the relay with `klingkit check`'s engine and with the Schemathesis command line, compare.

Both are given the same document (the few operations that are enough to show the defect), the same server and the same
key, one after the other in the same run. Schemathesis runs all its checks and phases. What it reports of an honest
relay is subtracted, so that only what the defect brought counts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from klingkit_contract import catalogue, events
from klingkit_contract.catalogue import Stage
from klingkit_contract.emulated import emulated_tap, emulated_targets
from klingkit_contract.findings import Verdict
from klingkit_contract.planted import BEHIND, FOUND_BY, RELAY, narrowed, operations_for
from klingkit_contract.runner import Options, run
from klingkit_emulator.launch import DEFECTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from klingkit_contract.tap.client import Tap
    from klingkit_contract.targets import Target

PAGE = Path(__file__).resolve().parents[2] / "docs" / "defects.md"
EXAMPLES = 20
SEED = 1
HONEST = ""
LONGEST = 300  # seconds


@dataclass(frozen=True)
class Row:
    """What both found of one defect: our red checks, their failures, requests and seconds of each."""

    defect: str
    ours: frozenset[str]
    theirs: frozenset[tuple[str, str]]
    ours_asked: int
    theirs_asked: int
    ours_seconds: float
    theirs_seconds: float


@dataclass(frozen=True)
class Setting:
    """What a defect is shown on: a relay, the operations that are enough, and whether a tap lies behind it."""

    relay: str
    operations: Set[str]
    tapped: bool = False

    @classmethod
    def of(cls, defect: str) -> Setting:
        """Return where `defect` shows."""
        return cls(BEHIND.get(defect, RELAY), frozenset(operations_for(defect)), defect in BEHIND)

    @contextmanager
    def emulated(self, defects: list[str]) -> Iterator[tuple[Target, Tap | None]]:
        """Start the relay with `defects`, and yield it."""
        around = emulated_tap([self.relay], defects) if self.tapped else emulated_targets([self.relay], defects)
        with around as found:
            (target,), tap = found if isinstance(found, tuple) else (found, None)
            yield narrowed(target, self.operations), tap


def compare(defect: str, setting: Setting, examples: int) -> Row:
    """Check one relay with one defect (none: honest) in both ways."""
    with setting.emulated([defect] if defect else []) as (target, tap):
        began = time.monotonic()
        entries = tuple(row for row in catalogue.CATALOGUE if row.stages == {Stage.TAP} or not setting.tapped)
        results = events.collect(run([target], Options(entries, budget=100, wait=4.0, tap=tap)))
        between = time.monotonic()
        theirs, asked = schemathesis(target, examples)
        ended = time.monotonic()
    red = {cell.check for cell in results.cells.values() if cell.verdict is Verdict.FINDING}
    ours_asked = results.relays[setting.relay].requests
    return Row(defect, frozenset(red), theirs, ours_asked, asked, between - began, ended - between)


def schemathesis(target: Target, examples: int) -> tuple[frozenset[tuple[str, str]], int]:
    """Return what the Schemathesis command line reports, as (operation, check), and how many cases it made."""
    with tempfile.TemporaryDirectory() as folder:
        document, report = Path(folder, "openapi.json"), Path(folder, "report.ndjson")
        document.write_text(json.dumps({**target.document, "servers": [{"url": target.url}]}), encoding="utf-8")
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", target.url),
            *("--header", f"Authorization: Bearer {target.key}", "--checks", "all", "--continue-on-failure"),
            *("--max-examples", str(examples), "--seed", str(SEED), "--no-shrink", "--generation-deterministic"),
            *("--report-ndjson-path", str(report)),
        ]
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=folder, capture_output=True, text=True, timeout=LONGEST, check=False
        )
        if not report.exists():
            raise SystemExit(f"schemathesis wrote no report (exit status {done.returncode}):\n{done.stderr[-2000:]}")
        return read_report(report.read_text(encoding="utf-8"))


def read_report(text: str) -> tuple[frozenset[tuple[str, str]], int]:
    """Return the failures of an NDJSON report as (operation and kind, check), and the number of cases."""
    failures: set[tuple[str, str]] = set()
    cases = 0
    for line in text.splitlines():
        finished = json.loads(line).get("ScenarioFinished")
        if finished is None:
            continue
        recorder: dict[str, Any] = finished["recorder"]
        cases += len(recorder.get("cases", ()))
        for nodes in recorder.get("checks", {}).values():
            wrong = [node for node in nodes if node["status"] == "failure"]
            failures |= {(f"{recorder['label']} {_title(node)}", node["name"]) for node in wrong}
    return frozenset(failures), cases


def _title(node: dict[str, Any]) -> str:
    """Return what kind of failure this is: an honest relay may have one kind, and a defect bring another."""
    failure = (node.get("failure_info") or {}).get("failure") or {}
    return str(failure.get("title", "")) if isinstance(failure, dict) else str(failure)[:80]


def page(rows: list[Row], honest: dict[Setting, Row], examples: int) -> str:
    """Return the table as Markdown."""
    lines, ours, theirs, both = [], 0, 0, 0
    for row in rows:
        found = row.ours == {FOUND_BY[row.defect]}
        more = sorted({name for _, name in row.theirs - honest[Setting.of(row.defect)].theirs})
        ours, theirs, both = ours + found, theirs + bool(more), both + (found and bool(more))
        here = ", ".join(f"`{check}`" for check in sorted(row.ours)) or "–"
        there = ", ".join(f"`{check}`" for check in more) or "–"
        lines.append(f"| `{row.defect}` | {DEFECTS[row.defect]} | {here} | {there} |")
    noise = sorted({name for row in honest.values() for _, name in row.theirs})
    usual = [*rows, *honest.values()]
    rate = [
        sum(row.ours_asked for row in usual) / sum(row.ours_seconds for row in usual),
        sum(row.theirs_asked for row in usual) / sum(row.theirs_seconds for row in usual),
    ]
    behind = ", ".join(f"`{name}` as `{relay}` with `--tap emulated`" for name, relay in BEHIND.items())
    return "\n".join(
        [
            "# Planted defects, and what finds them",
            "",
            "Written by `nox -s defects`; do not edit. The emulator is told to break one promise at a time",
            f"(`klingkit check --all-emulated --defect NAME`), as relay `{RELAY}`; {behind}.",
            "The third column is every check of `klingkit check` that turned red; the fourth is what the Schemathesis",
            "command line reported of the same server and document in the same run: all its checks and phases,",
            f"`--max-examples {examples}`, minus what it reports of the honest relay.",
            "",
            f"- Of {len(rows)} defects our checks find **{ours}**, each by its own check and no other.",
            f"- Schemathesis finds **{theirs}** of them ({both} in common).",
            f"- Of the honest relay we report nothing; Schemathesis reports {', '.join(noise) or 'nothing'}.",
            f"- Cases a second over the whole run: ours {rate[0]:.0f}, theirs {rate[1]:.0f}.",
            "",
            "| defect | what is wrong | found by our check | found by Schemathesis |",
            "| --- | --- | --- | --- |",
            *lines,
            "",
        ]
    )


def main() -> int:
    """Run the comparison, print the table and write the page; 1 when a defect is not found as it should be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.defects", description=__doc__)
    parser.add_argument("names", nargs="*", help="defects; without any all of them, and the page is written")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help=f"of Schemathesis (default {EXAMPLES})")
    parser.add_argument("--jobs", type=int, default=2, help="comparisons at a time (default 2)")
    asked = parser.parse_args()
    names = asked.names or sorted(DEFECTS)
    settings = list(dict.fromkeys(map(Setting.of, names)))
    with ThreadPoolExecutor(asked.jobs) as pool:
        blank = pool.map(lambda setting: compare(HONEST, setting, asked.examples), settings)
        honest = dict(zip(settings, blank, strict=True))
        rows = []
        for row in pool.map(lambda name: compare(name, Setting.of(name), asked.examples), names):
            rows.append(row)
            more = sorted({name for _, name in row.theirs - honest[Setting.of(row.defect)].theirs})
            print(f"{row.defect:26} {', '.join(sorted(row.ours)) or '-':22} {', '.join(more) or '-'}", flush=True)
    text = page(rows, honest, asked.examples)
    if asked.names:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")
        print(f"\n{PAGE} written.")
    wrong = [row.defect for row in rows if row.ours != {FOUND_BY[row.defect]}]
    wrong += ["(honest)"] * any(row.ours for row in honest.values())
    if wrong:
        print(f"not found by its own check alone: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
