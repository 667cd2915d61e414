"""What one create sends when its answer is lost, and how long a wait outlives a relay that does not answer."""

from __future__ import annotations

import contextlib
import logging
import time
import warnings
from typing import TYPE_CHECKING, Any, SupportsIndex

from benchmarks.client.fault_server import FAULTS, FaultServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.client.contenders import Calls, Contender

__all__ = ["OUTAGE_SECONDS", "PATIENCE", "run_faults"]

PATIENCE = 0.25
"""The read timeout all contenders get, in seconds."""
OUTAGE_SECONDS = 300.0
_ENOUGH_SECONDS = 500.0


class _Enough(BaseException):
    """Ends a wait that would go on for ever; no contender catches it."""


class _Skipped:
    """Time that passes without being waited for: back-off costs none, but is counted."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def sleep(self, seconds: float | SupportsIndex, /) -> None:
        self.seconds += float(seconds)
        if self.seconds > _ENOUGH_SECONDS:
            raise _Enough


@contextlib.contextmanager
def _skipping(name: str) -> Iterator[Any]:
    """Let waits take no time: ours by the library's own means for tests, the others' by taking `time.sleep` away."""
    if name.startswith("klingkit"):
        from klingkit.testing import instant_waits

        with instant_waits() as waited:
            yield waited
        return
    skipped, real = _Skipped(), time.sleep
    time.sleep = skipped.sleep
    try:
        yield skipped
    finally:
        time.sleep = real


def run_faults(contender: Contender) -> dict[str, Any]:
    """Return, per fault, the POSTs one create sent, the tasks they made and what the caller got; and the outage."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    assert contender.sync is not None
    server = FaultServer(PATIENCE)
    base = server.start()
    rows: dict[str, Any] = {}
    for fault in FAULTS:
        calls = contender.sync(base, PATIENCE)
        server.begin(fault)
        with _skipping(contender.name) as waited:
            got = _outcome(calls, server)
            rows[fault] = {"posts": server.posts, "taken": server.taken, "got": got, "slept": round(waited.seconds, 1)}
    outage = _outage(contender, server, base)
    if server.troubles:
        raise RuntimeError(f"the fault server failed: {server.troubles[0]}")
    return {"faults": rows, "outage": outage}


def _outcome(calls: Calls, server: FaultServer) -> str:
    try:
        handle = calls.create()
    except _Enough:
        return "endless"
    except Exception as error:  # noqa: BLE001 - whatever the caller gets is the result
        return type(error).__name__
    if isinstance(handle, str):
        return "a str"
    lost = isinstance(getattr(handle, "task_id", None), str) and handle.task_id not in server.task_ids
    return "a wrong task" if lost else "the task"


def _outage(contender: Contender, server: FaultServer, base: str) -> dict[str, Any] | None:
    """Let a wait begin, and the relay drop every query for five minutes; None where there is nothing to wait with."""
    assert contender.sync is not None
    calls = contender.sync(base, PATIENCE)
    if calls.follow is None:
        return None
    server.begin("")
    wait = calls.follow("7-task")
    with _skipping(contender.name) as waited:
        server.answered = 0
        server.outage = lambda: waited.seconds < OUTAGE_SECONDS
        try:
            wait()
            got = "returned"
        except _Enough:
            got = "still waiting"
        except Exception as error:  # noqa: BLE001 - whatever the caller gets is the result
            got = type(error).__name__
    return {"survived": server.answered > 0, "seconds": round(min(waited.seconds, OUTAGE_SECONDS)), "got": got}
