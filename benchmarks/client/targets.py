"""What the client aims at, and whether a run shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.client.runner import Figures

__all__ = ["Verdict", "verdicts"]

_OURS = "klingkit"
_RAW = ("http.client", "pyqwest")
Results = dict[str, dict[str, "Figures"]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One target: its words, what was measured, and whether that is good enough."""

    target: str
    measured: str
    holds: bool


def verdicts(results: Results) -> list[Verdict]:
    """Return a verdict on every target that `results` has the figures for."""
    found: list[Verdict] = []
    for judge in (_startup, _clients, _calls, _concurrent, _memory, _inline, _download, _faults):
        found += judge(results)
    return found


def _ours(results: Results, measure: str, against: str = "") -> tuple[dict[str, Any], dict[str, Any]] | None:
    rows = results.get(measure, {})
    if _OURS not in rows or (against and against not in rows):
        return None
    return rows[_OURS], rows.get(against, {})


def _startup(results: Results) -> Iterator[Verdict]:
    if both := _ours(results, "startup", "httpx"):
        ratio, later = (both[0][key] / both[1][key] for key in ("client_ms", "first_call_ms"))
        yield Verdict(
            "import and first client: CPU at most 1.15 x httpx",
            f"{ratio:.2f}",
            ratio <= 1.15,
        )
        yield Verdict("import to the first answer: CPU at most 1.3 x httpx", f"{later:.2f}", later <= 1.3)


def _clients(results: Results) -> Iterator[Verdict]:
    if both := _ours(results, "clients"):
        made = both[0]["made_ms"]
        yield Verdict("50 more clients: under 5 ms", f"{made:.1f} ms", made < 5)


def _calls(results: Results) -> Iterator[Verdict]:
    rows = results.get("calls", {})
    raw = [rows[name] for name in _RAW if name in rows]
    if not (both := _ours(results, "calls", "httpx")):
        return
    for verb in ("create", "get"):
        key = f"{verb}_cpu_us"
        ratio = both[0][key] / both[1][key]
        yield Verdict(f"warm {verb}: CPU at most 0.7 x httpx", f"{ratio:.2f}", ratio <= 0.7)
        if raw:
            ratio = both[0][key] / min(row[key] for row in raw)
            yield Verdict(f"warm {verb}: CPU at most 2 x the fastest bare transport", f"{ratio:.2f}", ratio <= 2)


def _concurrent(results: Results) -> Iterator[Verdict]:
    if both := _ours(results, "concurrent"):
        rate, paged = both[0]["per_second"], both[0]["page_per_second"]
        yield Verdict("200 status queries at once: at least 5,000 updates/s", f"{rate:,.0f}/s", rate >= 5_000)
        yield Verdict("with list calls: at least 100,000 updates/s", f"{paged:,.0f}/s", paged >= 100_000)


def _memory(results: Results) -> Iterator[Verdict]:
    handle, wait = _ours(results, "handles"), _ours(results, "waits")
    if handle and wait:
        alone, waiting = handle[0]["bytes_each"], wait[0]["bytes_each"]
        yield Verdict(
            "outstanding tasks: at most 400 bytes each, with its place in the poller",
            f"{waiting:,.0f} bytes ({alone:,.0f} for the handle alone)",
            waiting <= 400,
        )


def _inline(results: Results) -> Iterator[Verdict]:
    if both := _ours(results, "inline", "httpx"):
        ratio, extra = both[0]["cpu_ms"] / both[1]["cpu_ms"], both[0]["extra_mb"]
        yield Verdict("10 MB picture: CPU at most 0.35 x httpx json=", f"{ratio:.2f}", ratio <= 0.35)
        yield Verdict("10 MB picture: under 2 MB of extra memory", f"{extra:.1f} MB", extra < 2)


def _download(results: Results) -> Iterator[Verdict]:
    if both := _ours(results, "download_tls", "curl"):
        ratio, extra = both[0]["mb_s"] / both[1]["mb_s"], both[0]["extra_mb"]
        yield Verdict("200 MB over TLS: at least curl's rate", f"{ratio:.2f} x curl", ratio >= 1)
        yield Verdict("200 MB over TLS: under 5 MB of extra memory", f"{extra:.1f} MB", extra < 5)


def _faults(results: Results) -> Iterator[Verdict]:
    if not (both := _ours(results, "faults")):
        return
    seen, outage = both[0]["faults"], both[0]["outage"]
    most = max(row["taken"] for row in seen.values())
    made = [row for row in seen.values() if row["taken"]]
    found = sum(row["got"] == "the task" for row in made)
    yield Verdict(f"one create under {len(seen)} faults: at most 1 task made", f"{most}", most <= 1)
    yield Verdict("the task found again by its external_task_id", f"{found} of {len(made)}", found == len(made))
    yield Verdict("an outage of 5 minutes is survived", "yes" if outage["survived"] else "no", outage["survived"])
