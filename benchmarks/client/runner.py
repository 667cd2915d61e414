"""Starts the server and the measurements: each in a process of its own, rounds interleaved."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.client.pinning import two_cpus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.client.contenders import Contender

__all__ = ["BenchError", "Figures", "Runner", "serving"]

ROOT = Path(__file__).parents[2]
Figures = dict[str, Any]
_SECONDS = 240.0


class BenchError(Exception):
    """The run cannot go on; its words say what to do."""


@dataclass
class Runner:
    """Runs measurements against one server.

    Attributes:
        api: the address of the server's API.
        files: the addresses of the large file, by scheme.
        folder: where temporary files are put.
        cpu: the CPU of the measurements; None leaves it to the system.
        problems: what went wrong, in words, by measure and contender.
    """

    api: str
    files: dict[str, str]
    folder: Path
    cpu: int | None
    problems: dict[tuple[str, str], str] = field(default_factory=dict)

    def rounds(
        self, measure: str, names: Sequence[Contender], count: int, run: Callable[[Contender], Figures]
    ) -> dict[str, Figures]:
        """Run `count` rounds over all contenders, each beginning with another one; return the medians by name."""
        gathered: dict[str, list[Figures]] = {contender.name: [] for contender in names}
        for number in range(count):
            start = number * 3 % max(1, len(names))
            for contender in [*names[start:], *names[:start]]:
                try:
                    gathered[contender.name].append(run(contender))
                except (BenchError, subprocess.TimeoutExpired) as error:
                    self.problems[measure, contender.name] = str(error).splitlines()[-1][:200]
            print(f"  {measure}: round {number + 1} of {count}, load {_load()}", file=sys.stderr, flush=True)
        return {name: _medians(rows) for name, rows in gathered.items() if rows}

    def work(self, measure: str, contender: Contender, **details: Any) -> Figures:
        """Run one measurement of the worker and return its figures."""
        task = {"measure": measure, "name": contender.name, "api": self.api, "cpu": self.cpu, **details}
        return self._python("-m", "benchmarks.client.worker", json.dumps(task))

    def script(self, code: str) -> Figures:
        """Run a script that prints its figures as JSON."""
        pinning = f"import os; os.sched_setaffinity(0, {{{self.cpu}}})\n" if self.cpu is not None else ""
        return self._python("-c", pinning + code)

    def _python(self, *arguments: str) -> Figures:
        environ = {**os.environ, "PYTHONWARNINGS": "ignore"}
        done = subprocess.run(  # noqa: S603 - this interpreter, with our own code
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode:
            raise BenchError(done.stderr.strip() or f"ended with status {done.returncode}")
        figures: Figures = json.loads(done.stdout.strip().splitlines()[-1])
        return figures


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Runner]:
    """Start the server, and stop it at the end.

    Raises:
        BenchError: it does not start.
    """
    mine, other = two_cpus()
    command = [sys.executable, "-m", "benchmarks.client.server", "--folder", str(folder)]
    if other is not None:
        command += ["--cpu", str(other)]
    server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - likewise
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        if not line:
            raise BenchError("The local server did not start; what it says stands above. It needs the command openssl.")
        ready = json.loads(line)
        yield Runner(ready["api"], ready["files"], folder, mine)
    finally:
        server.stdin.close()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()


def _medians(rows: Sequence[Figures]) -> Figures:
    merged: Figures = dict(rows[-1])
    for name, value in rows[-1].items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            merged[name] = statistics.median(row[name] for row in rows)
    return merged


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?"
