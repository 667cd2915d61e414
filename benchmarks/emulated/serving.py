"""A real `klingkit emulate` process for the length of a block, and how much CPU it has used."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BARE", "Server", "emulating"]

BARE = "(none)"

_URL = re.compile(r"(http://127\.0\.0\.1:(\d+))/")
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class Server:
    """A running emulator."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Return the CPU time it has used so far; nan where the system does not tell."""
        told = Path(f"/proc/{self.pid}/stat")
        if not told.exists():
            return float("nan")
        user, system = told.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / _TICKS


@contextmanager
def emulating(relay: str, database: Path) -> Iterator[Server]:
    """Run `klingkit emulate` on `database` at the speed of life, or the server without an emulator (`BARE`)."""
    command = [
        *(sys.executable, "-c", "from klingkit.cli import main; raise SystemExit(main())"),
        *("emulate", "--relay", relay),
        *("--port", "0", "--database", str(database), "--speed", "1"),
    ]
    if relay == BARE:
        command = [sys.executable, "-m", "benchmarks.emulated.bare"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    assert process.stdout is not None
    try:
        url = next((said for line in process.stdout if (said := _URL.search(line))), None)
        if url is None:
            raise SystemExit(f"klingkit emulate did not start (exit status {process.wait()}).")
        for line in process.stdout:
            if line.startswith("Stop"):
                break
        yield Server(int(url[2]), process.pid)
    finally:
        process.terminate()
        process.communicate()
