"""Keeps a process on one CPU, where the system allows it."""

from __future__ import annotations

import os

__all__ = ["pin", "two_cpus"]


def pin(cpu: int | None) -> None:
    """Run on `cpu` alone from now on; None, or a system that cannot, changes nothing."""
    if cpu is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {cpu})


def two_cpus() -> tuple[int | None, int | None]:
    """Return the CPU for the measurements and the one for the server; None where there is no choice."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0], allowed[1]) if len(allowed) > 1 else (None, None)
