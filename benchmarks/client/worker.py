"""One measurement in a process of its own: reads what to do as JSON from its argument, prints the figures as JSON."""

from __future__ import annotations

import asyncio
import gc
import json
import pickle
import statistics
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.client import gauges
from benchmarks.client.contenders import Contender, Source, contenders
from benchmarks.client.pinning import pin

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_TIMEOUT = 30.0
_WARM_UP = 50


def _calls(contender: Contender, task: dict[str, Any]) -> dict[str, Any]:
    """Create and get, one after the other, on a warm connection: microseconds per call."""
    assert contender.sync is not None
    calls = contender.sync(task["api"], _TIMEOUT)
    figures: dict[str, Any] = {}
    for name, call in (("create", calls.create), ("get", lambda: calls.get("7-task"))):
        for _ in range(_WARM_UP):
            call()
        gc.collect()
        walls, used = [], gauges.cpu()
        for _ in range(task["count"]):
            begun = time.perf_counter()
            call()
            walls.append(time.perf_counter() - begun)
        figures[f"{name}_cpu_us"] = (gauges.cpu() - used) / task["count"] * 1e6
        figures[f"{name}_wall_us"] = statistics.median(walls) * 1e6
    return figures


def _concurrent(contender: Contender, task: dict[str, Any]) -> dict[str, Any]:
    """Many status queries at once, in rounds."""
    assert contender.aio is not None
    aio, many = contender.aio, task["many"]

    async def run() -> dict[str, Any]:
        calls = await aio(task["api"])
        names = [f"{number:012d}-task" for number in range(many)]
        for _ in range(2):
            await asyncio.gather(*map(calls.get, names))
        gc.collect()
        used, begun = gauges.cpu(), time.perf_counter()
        for _ in range(task["count"]):
            await asyncio.gather(*map(calls.get, names))
        wall, used, updates = time.perf_counter() - begun, gauges.cpu() - used, many * task["count"]
        figures = {"per_second": updates / wall, "cpu_us": used / updates * 1e6}
        if calls.page is not None:
            figures |= await _paged(calls.page, many, task["count"])
        await calls.close()
        return figures

    return asyncio.run(run())


async def _paged(page: Callable[[int], Any], many: int, count: int) -> dict[str, Any]:
    """Ask for the same tasks with one list call a round."""
    assert len(await page(many)) == many
    gc.collect()
    used, begun = gauges.cpu(), time.perf_counter()
    for _ in range(count):
        await page(many)
    wall, used, updates = time.perf_counter() - begun, gauges.cpu() - used, many * count
    return {"page_per_second": updates / wall, "page_cpu_us": used / updates * 1e6}


def _handles(contender: Contender, task: dict[str, Any]) -> dict[str, Any]:
    """What one outstanding task weighs, in bytes, as its create returned it."""
    assert contender.sync is not None
    calls, kept = contender.sync(task["api"], _TIMEOUT), []
    for _ in range(200):
        calls.create()
    gc.collect()
    before = gauges.resident()
    for _ in range(task["count"]):
        kept.append(calls.create())  # noqa: PERF401 - a comprehension would measure the same, and hide it
    gc.collect()
    figures: dict[str, Any] = {"bytes_each": (gauges.resident() - before) / task["count"]}
    figures["type"] = type(kept[0]).__name__
    try:
        figures["pickle"] = len(pickle.dumps(kept[0]))
    except (pickle.PicklingError, TypeError, AttributeError):  # how handles that hold a lock or a local class say no
        figures["pickle"] = None
    return figures


def _waits(contender: Contender, task: dict[str, Any]) -> dict[str, Any]:
    """What a handle and its wait weigh together, when one call waits for all of them.

    Counted as Python allocates it: so little is hidden in the room that the warm-up has left behind.
    """
    assert contender.aio is not None
    aio, count = contender.aio, task["count"]

    async def run() -> dict[str, Any]:
        calls = await aio(task["api"])
        assert calls.many is not None
        many, seen = calls.many, list[None]()
        async for _ in many([await calls.create() for _ in range(_WARM_UP)], timeout=0):  # imports and connections
            pass
        gc.collect()
        tracemalloc.start()
        handles = [await calls.create() for _ in range(count)]
        limits = {"timeout": 7200, "poll_interval": 3600, "on_update": lambda _: seen.append(None)}

        async def wait() -> None:
            async for _ in many(handles, **limits):
                pass

        waiting = asyncio.create_task(wait())
        while len(seen) < count:  # each has been looked at once by then
            await asyncio.sleep(0.05)
        seen.clear()
        gc.collect()
        weight, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await calls.close()
        return {"bytes_each": weight / count}

    return asyncio.run(run())


def _inline(contender: Contender, task: dict[str, Any]) -> dict[str, Any]:
    """A picture of 10 MB that goes along in the JSON of a create."""
    assert contender.sync is not None
    calls = contender.sync(task["api"], _TIMEOUT)
    assert calls.inline is not None
    picture, small = Path(task["picture"]), Path(task["small_picture"])
    calls.inline(small)  # imports and the connection are not what is measured here
    gc.collect()
    gauges.reset_peak()
    before, used = gauges.resident(), gauges.cpu()
    calls.inline(picture)
    figures = {"cpu_ms": (gauges.cpu() - used) * 1e3, "extra_mb": (gauges.peak() - before) / 1e6}
    walls = []
    for _ in range(task["count"]):
        begun = time.perf_counter()
        calls.inline(picture)
        walls.append(time.perf_counter() - begun)
    return {**figures, "wall_ms": statistics.median(walls) * 1e3}


def _download(contender: Contender, task: dict[str, Any]) -> dict[str, Any]:
    """The large file to disk."""
    assert contender.download is not None
    source = Source(task["api"], task["url"], task["trusted"])
    fetch = contender.download(source)
    with tempfile.TemporaryDirectory(dir=task["folder"]) as folder:
        path = Path(folder) / "saved.mp4"
        gc.collect()
        gauges.reset_peak()
        before, used, begun = gauges.resident(), gauges.cpu() + gauges.child_cpu(), time.perf_counter()
        fetch(path)
        wall = time.perf_counter() - begun
        used = gauges.cpu() + gauges.child_cpu() - used
        size = path.stat().st_size
    assert size == task["size"], f"{size} bytes came"
    return {"mb_s": size / wall / 1e6, "cpu_ms": used * 1e3, "extra_mb": (gauges.peak() - before) / 1e6}


def _faults(contender: Contender, task: dict[str, Any]) -> dict[str, Any]:
    from benchmarks.client.faults import run_faults

    return run_faults(contender)


_MEASURES = {
    "calls": _calls,
    "concurrent": _concurrent,
    "handles": _handles,
    "waits": _waits,
    "inline": _inline,
    "download": _download,
    "faults": _faults,
}


def main() -> None:
    """Measure what the first argument says."""
    task = json.loads(sys.argv[1])
    pin(task["cpu"])
    print(json.dumps(_MEASURES[task["measure"]](contenders()[task["name"]], task)))


if __name__ == "__main__":
    main()
