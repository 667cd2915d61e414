"""Findings as the lines that GitHub Actions turns into annotations: one per finding, and one that sums up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.findings import Severity
from klingkit_contract.report.grid import Grid
from klingkit_contract.report.scores import count, run_sentence, score, total
from klingkit_contract.report.text import one_line, printable

if TYPE_CHECKING:
    from klingkit_contract.events import Results
    from klingkit_contract.findings import Finding

__all__ = ["render"]

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}


def render(results: Results) -> str:
    """Return one workflow command per line.

    Findings come worst first, because GitHub shows ten of a level and step and drops the rest; then accepted ones that
    are gone, then what the run came to, the untested included.
    """
    grid = Grid(results)
    whole = total(score(results, grid, relay) for relay in grid.relays)
    lines = [_finding(finding, grid) for finding in grid.findings()]
    for gone in results.gone:
        place = f"{gone.relay} {gone.operation} {gone.check}"
        lines.append(_command("notice", "accepted deviation gone", f"{place}: {gone.signature}"))
    untested = [f"{count(group.cells, 'cell')} not tested: {group.reason}" for group in grid.untested()]
    lines.append(_command("notice", "klingkit check", "\n".join([run_sentence(whole, results.seconds), *untested])))
    return "".join(f"{line}\n" for line in lines)


def _finding(finding: Finding, grid: Grid) -> str:
    title = f"{finding.relay}, {finding.operation}: {grid.checks[finding.check].title}"
    parts = [one_line(finding.seen), f"Promised: {one_line(finding.promised)}", one_line(finding.reproduce)]
    return _command(_LEVELS[finding.severity], title, "\n".join(part for part in parts if part))


def _command(level: str, title: str, message: str) -> str:
    return f"::{level} title={_property(title)}::{_data(message)}"


def _data(value: str) -> str:
    return printable(value).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(one_line(value)).replace(":", "%3A").replace(",", "%2C")
