"""CPU time and memory of the measuring process."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

__all__ = ["child_cpu", "cpu", "has_peak", "peak", "reset_peak", "resident"]

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def cpu() -> float:
    """Return the seconds of CPU used so far, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def child_cpu() -> float:
    """Return the seconds of CPU that ended child processes used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def has_peak() -> bool:
    """Whether the memory figures can be told here: Linux alone resets the highest mark."""
    return sys.platform == "linux" and _CLEAR.exists()


def resident() -> int:
    """Return the bytes in memory now."""
    return _field("VmRSS")


def reset_peak() -> None:
    """Begin a new highest mark."""
    if has_peak():
        _CLEAR.write_text("5")


def peak() -> int:
    """Return the most bytes in memory since `reset_peak`."""
    return _field("VmHWM")


def _field(name: str) -> int:
    if not _STATUS.exists():
        return 0
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024
