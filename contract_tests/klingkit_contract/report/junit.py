"""junit.xml: the findings as failed tests, for the pages that build servers show.

One test suite per relay; a test case's class is ``<relay>.<operation>`` and its name the id of the check. What does not
apply is left out. What was not tested is skipped, with the reason, and so is a known deviation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from klingkit_contract.findings import Verdict
from klingkit_contract.report import text
from klingkit_contract.report.grid import Grid, fresh, worst
from klingkit_contract.report.scores import Score, accepted_words, score, total

if TYPE_CHECKING:
    from pathlib import Path

    from klingkit_contract.events import Results
    from klingkit_contract.findings import Cell, Finding

__all__ = ["write"]


def write(results: Results, path: Path) -> None:
    """Write `results` as junit.xml to `path`, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    grid = Grid(results)
    scores = [score(results, grid, relay) for relay in grid.relays]
    root = ET.Element("testsuites", _counts("klingkit check", total(scores), results.seconds))
    for found in scores:
        suite = ET.SubElement(root, "testsuite", _counts(found.relay, found, found.seconds or 0.0))
        _properties(suite, found)
        for cell in grid.of_relay(found.relay):
            if cell.verdict is not Verdict.NOT_APPLICABLE:
                _case(suite, cell)
    ET.indent(root)
    text.write(path, f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n')


def _counts(name: str, found: Score, seconds: float) -> dict[str, str]:
    return {
        "name": _attribute(name),
        "tests": str(found.applicable),
        "failures": str(found.verdicts[Verdict.FINDING]),
        "errors": "0",
        "skipped": str(found.verdicts[Verdict.NOT_TESTED] + found.verdicts[Verdict.KNOWN]),
        "time": f"{seconds:.3f}",
    }


def _properties(suite: ET.Element, found: Score) -> None:
    values = {"base_url": found.base_url, "requests": str(found.requests)}
    if found.paid is not None:
        values["paid"] = str(found.paid)
    if found.cost:
        values["cost"] = str(found.cost)
    properties = ET.SubElement(suite, "properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=_attribute(value))


def _case(suite: ET.Element, cell: Cell) -> None:
    names = {"classname": f"{cell.relay}.{cell.operation}", "name": cell.check}
    case = ET.SubElement(suite, "testcase", {key: _attribute(value) for key, value in names.items()})
    if cell.verdict is Verdict.NOT_TESTED:
        ET.SubElement(case, "skipped", message=_attribute(cell.reason))
    elif cell.verdict is Verdict.KNOWN:
        words = "; ".join(f"{finding.seen} ({accepted_words(finding.acceptance)})" for finding in cell.findings)
        ET.SubElement(case, "skipped", message=_attribute(f"{Verdict.KNOWN}: {words}"))
    elif cell.verdict is Verdict.FINDING:
        findings = fresh(cell)
        first = worst(findings)
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        message = f"{first.seen}{more}" if first else cell.reason or "a finding without details"
        failure = ET.SubElement(case, "failure", message=_attribute(message), type=first.severity if first else "")
        failure.text = text.printable("\n\n".join(_describe(finding) for finding in findings))


def _describe(finding: Finding) -> str:
    lines = [
        f"severity:  {finding.severity}",
        f"promised:  {finding.promised}",
        f"pointer:   {finding.pointer}",
        f"seen:      {finding.seen}",
        f"reproduce: {finding.reproduce}",
        f"curl:      {finding.curl}",
    ]
    if exchange := finding.exchange:
        answer = str(exchange.status) if exchange.status else "no answer"
        note = f" ({exchange.note})" if exchange.note else ""
        lines.append(f"exchange:  {exchange.method} {exchange.url} -> {answer}{note}")
    return "\n".join(line for line in lines if not line.endswith(" "))


def _attribute(value: str) -> str:
    return text.one_line(value)
