"""What is measured, how often, and in which order."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.client.startup import first_client, many_clients

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benchmarks.client.contenders import Contender
    from benchmarks.client.runner import Figures, Runner

__all__ = ["FULL", "MEASURES", "QUICK", "Scale", "measure_all"]

_PICTURE_BYTES = 10_000_000
# The beginning of a png of 1920 x 1080 pixels: the client looks at the size before it sends a picture.
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (1920).to_bytes(4) + (1080).to_bytes(4) + b"\x08\x02\0\0\0"
Results = dict[str, dict[str, "Figures"]]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is done: rounds over all contenders, and how often within one measurement."""

    name: str
    rounds: int
    calls: int
    status_rounds: int
    handles: int
    waits: int
    repeats: int


QUICK = Scale("quick", rounds=1, calls=200, status_rounds=2, handles=1_000, waits=5_000, repeats=1)
FULL = Scale("full", rounds=4, calls=800, status_rounds=20, handles=10_000, waits=10_000, repeats=2)
CONCURRENT = 200


def measure_all(runner: Runner, taking_part: Sequence[Contender], scale: Scale, only: Sequence[str]) -> Results:
    """Run what `only` names, everything if it names nothing; return the medians by measure and contender."""
    results: Results = {}
    for name, measure in MEASURES.items():
        if not only or name in only:
            results |= measure(runner, taking_part, scale)
    return results


def _startup(runner: Runner, taking_part: Sequence[Contender], scale: Scale) -> Results:
    def first(contender: Contender) -> Figures:
        assert contender.snippets is not None
        return runner.script(first_client(contender.snippets, runner.api))

    names = [contender for contender in taking_part if contender.snippets]
    return {"startup": runner.rounds("startup", names, scale.rounds, first)}


def _clients(runner: Runner, taking_part: Sequence[Contender], scale: Scale) -> Results:
    def many(contender: Contender) -> Figures:
        assert contender.snippets is not None
        return runner.script(many_clients(contender.snippets, runner.api))

    names = [contender for contender in taking_part if contender.snippets]
    return {"clients": runner.rounds("clients", names, max(1, scale.rounds - 1), many)}


def _calls(runner: Runner, taking_part: Sequence[Contender], scale: Scale) -> Results:
    names = [contender for contender in taking_part if contender.sync]
    return {
        "calls": runner.rounds(
            "calls", names, scale.rounds, lambda contender: runner.work("calls", contender, count=scale.calls)
        )
    }


def _concurrent(runner: Runner, taking_part: Sequence[Contender], scale: Scale) -> Results:
    names = [contender for contender in taking_part if contender.aio]
    return {
        "concurrent": runner.rounds(
            "concurrent",
            names,
            1,  # long as it is
            lambda contender: runner.work("concurrent", contender, many=CONCURRENT, count=scale.status_rounds),
        )
    }


def _handles(runner: Runner, taking_part: Sequence[Contender], scale: Scale) -> Results:
    libraries = [contender for contender in taking_part if contender.sync and contender.name not in _BARE]
    ours = [contender for contender in taking_part if contender.name == "klingkit"]
    return {
        "handles": runner.rounds(
            "handles", libraries, 1, lambda contender: runner.work("handles", contender, count=scale.handles)
        ),
        "waits": runner.rounds("waits", ours, 1, lambda contender: runner.work("waits", contender, count=scale.waits)),
    }


def _inline(runner: Runner, taking_part: Sequence[Contender], scale: Scale) -> Results:
    picture = _picture(runner.folder / "large.png", _PICTURE_BYTES)
    small = _picture(runner.folder / "small.png", 10_000)
    names = [contender for contender in taking_part if contender.sync]
    details = {"picture": str(picture), "small_picture": str(small), "count": scale.repeats}
    return {
        "inline": runner.rounds(
            "inline", names, scale.rounds, lambda contender: runner.work("inline", contender, **details)
        )
    }


def _download(runner: Runner, taking_part: Sequence[Contender], scale: Scale) -> Results:
    from benchmarks.client.server import FILE_BYTES

    names = [contender for contender in taking_part if contender.download]
    details = {"trusted": str(runner.folder / "local.crt"), "folder": str(runner.folder), "size": FILE_BYTES}

    def over(scheme: str) -> Callable[[Contender], Figures]:
        return lambda contender: runner.work("download", contender, url=runner.files[scheme], **details)

    return {
        "download": runner.rounds("download", names, scale.rounds, over("http")),
        "download_tls": runner.rounds("download over TLS", names, scale.rounds, over("https")),
    }


def _faults(runner: Runner, taking_part: Sequence[Contender], scale: Scale) -> Results:
    names = [contender for contender in taking_part if contender.sync and contender.name not in _BARE]
    return {"faults": runner.rounds("faults", names, 1, lambda contender: runner.work("faults", contender))}


def _picture(path: Path, size: int) -> Path:
    path.write_bytes(_PNG + os.urandom(size - len(_PNG)))
    return path


# Used without any check of the answer: there is no handle, and no error either.
_BARE = frozenset({"http.client", "pyqwest"})
MEASURES: dict[str, Callable[[Runner, Sequence[Contender], Scale], Results]] = {
    "startup": _startup,
    "clients": _clients,
    "calls": _calls,
    "concurrent": _concurrent,
    "handles": _handles,
    "inline": _inline,
    "download": _download,
    "faults": _faults,
}
