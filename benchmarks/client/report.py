"""The tables, and which targets hold: as text that reads well both in a terminal and as Markdown."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.client.fault_server import FAULTS, NOT_TAKEN
from benchmarks.client.faults import OUTAGE_SECONDS
from benchmarks.client.plan import CONCURRENT
from benchmarks.client.startup import MANY_CLIENTS
from benchmarks.client.targets import verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from benchmarks.client.contenders import Contender
    from benchmarks.client.plan import Scale
    from benchmarks.client.runner import Figures

__all__ = ["Run", "write_page"]

_INTRODUCTION = """\
# The client against its peers

Written by one run of one command, `{command}`; do not edit it by hand.

All contenders talk to the same local server, which has a CPU of its own. Every measurement is a new process on another
CPU; rounds are interleaved, and figures are medians over the rounds. CPU is user and system time of the measuring
process. The libraries run with their defaults, but for address, key and timeout.

**Read the ratios, not the absolute figures.** They come from a shared machine: a neighbour moves times and rates by
half and more, and CPU by up to a third where the load is above the number of cores. Differences below that mean
nothing.
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A run, ready to be told: medians by measure and contender, what went wrong, and who took part."""

    command: str
    scale: Scale
    results: dict[str, dict[str, Figures]]
    problems: dict[tuple[str, str], str]
    taking_part: Sequence[Contender]
    missing: Sequence[str]
    seconds: float


def write_page(run: Run) -> str:
    """Return the page."""
    parts = [
        _INTRODUCTION.format(command=run.command),
        _circumstances(run),
    ]
    parts.append(f"## Targets\n\n{_targets(run)}")
    for measure, write in _SECTIONS.items():
        if measure in run.results:
            parts.append(write(run))
    if run.problems:
        lines = [f"- {measure}, {name}: {problem}" for (measure, name), problem in sorted(run.problems.items())]
        parts.append("## What did not run\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _circumstances(run: Run) -> str:
    versions = ", ".join(f"{one.name} {one.version}".strip() for one in run.taking_part if "(" not in one.name)
    missing = ", ".join(run.missing) or "none"
    lines = [
        f"- {run.scale.name} run, {run.seconds / 60:.0f} minutes; rounds over all contenders: up to {run.scale.rounds}",
        f"- {_machine()}{_load()}",
        f"- versions: {versions}",
        f"- not installed: {missing}",
    ]
    return "\n".join(lines) + "\n"


def _machine() -> str:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def _load() -> str:
    return f"; load {os.getloadavg()[2]:.1f} over the last 15 minutes" if hasattr(os, "getloadavg") else ""


def _targets(run: Run) -> str:
    rows = [
        [verdict.target, verdict.measured, "yes" if verdict.holds else "**not yet**"]
        for verdict in verdicts(run.results)
    ]
    return _table(["What is aimed at", "measured", "holds"], rows, left=2)


def _startup(run: Run) -> str:
    rows = run.results["startup"]
    head = ["", "import", "+ first client", "x httpx", "+ first answer", "x httpx", "modules"]
    lines = [
        [
            name,
            f"{row['import_ms']:.0f}",
            f"{row['client_ms']:.0f}",
            _ratio(row, rows, "client_ms"),
            f"{row['first_call_ms']:.0f}",
            _ratio(row, rows, "first_call_ms"),
            f"{row['modules']:.0f}",
        ]
        for name, row in _sorted(rows, "client_ms")
    ]
    return (
        "## Import and first client\n\n"
        "CPU ms in a new interpreter; what a contender's own installation does not bring is hidden from it. The first\n"
        "answer is that to one status query: what is loaded late is paid there.\n\n"
        f"{_table(head, lines)}"
    )


def _clients(run: Run) -> str:
    lines = [
        [name, f"{row['made_ms']:.1f}", f"{row['asked_ms']:.1f}"]
        for name, row in _sorted(run.results["clients"], "made_ms")
    ]
    head = ["", "made", "made, and each asked once"]
    return f"## {MANY_CLIENTS} more clients after the first\n\nCPU ms for all {MANY_CLIENTS}.\n\n{_table(head, lines)}"


def _calls(run: Run) -> str:
    rows = run.results["calls"]
    lines = []
    for name, row in _sorted(rows, "get_cpu_us"):
        line = [name]
        for verb in ("create", "get"):
            key = f"{verb}_cpu_us"
            fastest = min(other[key] for other in rows.values())
            line += [
                f"{row[key]:.0f}",
                _ratio(row, rows, key),
                f"{row[key] / fastest:.2f}",
                f"{row[f'{verb}_wall_us']:.0f}",
            ]
        lines.append(line)
    head = [
        "",
        *(f"{verb}{what}" for verb in ("create", "get") for what in (" CPU", " x httpx", " x fastest", " wall")),
    ]
    title = "## Create and get on a warm connection\n\nSynchronous, one after the other; µs per call."
    return f"{title}\n\n{_table(head, lines)}"


def _concurrent(run: Run) -> str:
    rows = run.results["concurrent"]
    lines = [
        [name, f"{row['per_second']:,.0f}", f"{row['cpu_us']:.0f}", _ratio(row, rows, "cpu_us")]
        for name, row in _sorted(rows, "cpu_us")
    ]
    lines += [
        [
            f"{name}, one list call",
            f"{row['page_per_second']:,.0f}",
            f"{row['page_cpu_us']:.0f}",
            _ratio(row, rows, "cpu_us", "page_cpu_us"),
        ]
        for name, row in rows.items()
        if "page_per_second" in row
    ]
    return (
        f"## {CONCURRENT} status queries at once\n\n"
        f"{run.scale.status_rounds} rounds of {CONCURRENT} queries with asyncio; httpx and aiohttp may open 512\n"
        f"connections.\n\n{_table(['', 'updates/s', 'CPU µs each', 'x httpx'], lines)}"
    )


def _handles(run: Run) -> str:
    rows = run.results["handles"]
    lines = [
        [
            name,
            str(row["type"]),
            f"{row['bytes_each']:,.0f}",
            "no" if row["pickle"] is None else f"{row['pickle']} bytes",
        ]
        for name, row in _sorted(rows, "bytes_each")
    ]
    waits = run.results.get("waits", {}).get("klingkit")
    said = (
        f"\nWith its wait, {run.scale.waits:,} of them in one `wait_many`, a task of klingkit has "
        f"{waits['bytes_each']:,.0f} bytes, as Python allocates them.\n"
        if waits
        else ""
    )
    return (
        f"## {run.scale.handles:,} outstanding tasks\n\nResident memory per handle, as its create returned it.\n\n"
        f"{_table(['', 'type', 'bytes each', 'pickled'], lines, left=2)}{said}"
    )


def _inline(run: Run) -> str:
    rows = run.results["inline"]
    lines = [
        [
            name,
            f"{row['cpu_ms']:.0f}",
            _ratio(row, rows, "cpu_ms"),
            f"{row['wall_ms']:.0f}",
            f"{max(0.0, row['extra_mb']):.1f}",
        ]
        for name, row in _sorted(rows, "cpu_ms")
    ]
    head = ["", "CPU ms", "x httpx json=", "wall ms", "extra MB"]
    title = "## A picture of 10 MB inside the JSON\n\nRead from a file, coded as Base64, sent; memory at its highest."
    return f"{title}\n\n{_table(head, lines)}"


def _download(run: Run) -> str:
    parts = ["## Download of 200 MB\n"]
    for measure, title in (("download", "Plain HTTP over loopback:"), ("download_tls", "TLS over loopback:")):
        rows = run.results.get(measure, {})
        curl = rows.get("curl")
        lines = [
            [
                name,
                f"{row['mb_s']:.0f}",
                f"{row['mb_s'] / curl['mb_s']:.2f}" if curl else "",
                f"{row['cpu_ms']:.0f}",
                f"{row['cpu_ms'] / curl['cpu_ms']:.2f}" if curl else "",
                f"{max(0.0, row['extra_mb']):.1f}",
            ]
            for name, row in sorted(rows.items(), key=lambda item: -item[1]["mb_s"])
        ]
        head = ["", "MB/s", "x curl", "CPU ms", "CPU x curl", "extra MB"]
        parts.append(f"{title}\n\n{_table(head, lines)}")
    parts.append("runwayml, lumaai and fal-client download nothing; curl's own memory is not counted.\n")
    return "\n".join(parts)


def _faults(run: Run) -> str:
    rows = run.results["faults"]
    counts = [
        [
            f"{fault}{' (not taken)' if fault in NOT_TAKEN else ''}",
            *(f"{row['faults'][fault]['posts']} / {row['faults'][fault]['taken']}" for row in rows.values()),
        ]
        for fault in FAULTS
    ]
    counts.append(["all", *(_sums(row["faults"].values()) for row in rows.values())])
    outages = [
        [name, "yes" if row["outage"]["survived"] else "no", f"{row['outage']['seconds']}", row["outage"]["got"]]
        for name, row in rows.items()
        if row["outage"]
    ]
    outcomes = [_outcomes(name, row["faults"]) for name, row in rows.items()]
    return (
        "## A create whose answer is lost\n\n"
        "POSTs sent by one call / tasks made by them, each of which is billed. Faults come after the server took the\n"
        "create, but for the two marked ones; after that every query is answered.\n\n"
        f"{_table(['One create, then', *rows], counts)}\n"
        "What the caller then holds, of the faults after which there is a task:\n\n"
        f"{_table(['', 'the task', 'or else'], outcomes, left=3)}\n"
        f"A wait while every query is dropped for {OUTAGE_SECONDS:.0f} s (skipped, not waited for); httpx and lumaai\n"
        f"have nothing that waits.\n\n{_table(['', 'survives', 'asks for so many s', 'ends in'], outages)}"
    )


def _sums(faults: Iterable[Figures]) -> str:
    seen = list(faults)
    return f"{sum(row['posts'] for row in seen)} / {sum(row['taken'] for row in seen)}"


def _outcomes(name: str, faults: dict[str, Figures]) -> list[str]:
    made = [row["got"] for row in faults.values() if row["taken"]]
    others = sorted({got for got in made if got != "the task"})
    return [name, f"{made.count('the task')} of {len(made)}", ", ".join(others)]


def _ratio(row: Figures, rows: dict[str, Figures], key: str, own: str = "") -> str:
    return f"{row[own or key] / rows['httpx'][key]:.2f}" if "httpx" in rows else ""


def _sorted(rows: dict[str, Figures], key: str) -> list[tuple[str, Figures]]:
    return sorted(rows.items(), key=lambda item: float(item[1][key]))


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]], left: int = 1) -> str:
    shown = [
        [f"**{cell}**" if cell.startswith("klingkit") else cell for cell in map(str, row)] for row in [head, *rows]
    ]
    widths = [max(3, *(len(row[column]) for row in shown)) for column in range(len(head))]
    lines = [
        "| "
        + " | ".join(c.ljust(w) if n < left else c.rjust(w) for n, (c, w) in enumerate(zip(row, widths, strict=True)))
        + " |"
        for row in shown
    ]
    rule = "|" + "|".join("-" * (w + 2) if n < left else "-" * (w + 1) + ":" for n, w in enumerate(widths)) + "|"
    return "\n".join([lines[0], rule, *lines[1:]]) + "\n"


_SECTIONS: dict[str, Callable[[Run], str]] = {
    "startup": _startup,
    "clients": _clients,
    "calls": _calls,
    "concurrent": _concurrent,
    "handles": _handles,
    "inline": _inline,
    "download": _download,
    "faults": _faults,
}
