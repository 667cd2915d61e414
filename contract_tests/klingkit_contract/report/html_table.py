"""The matrix of the page at a glance: one row per operation, one column per relay.

The rows of the checks are many, and few are looked at: the script makes those that are, from the data of the page.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from klingkit_contract.findings import Verdict
from klingkit_contract.report.grid import WORST_FIRST, fresh, not_offered
from klingkit_contract.report.html_words import SIGNS, badge
from klingkit_contract.report.markup import Markup, element, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from klingkit_contract.findings import Cell
    from klingkit_contract.report.grid import Grid

__all__ = ["bodies"]

_NOT_OFFERED = "not offered"


def bodies(grid: Grid) -> Markup:
    """Return one table body per operation: its name, and one cell per relay that sums its checks up."""
    return join(*(_body(operation, grid) for operation in grid.operations))


def _body(operation: str, grid: Grid) -> Markup:
    sums = [_sum(grid.of_operation(relay, operation)) for relay in grid.relays]
    name = element("span", *_breakable(operation), class_="name")
    return element("tbody", element("tr", element("th", name, scope="rowgroup"), *sums, class_="head"))


def _breakable(operation: str) -> list[str]:
    """Let a narrow column break an operationId after its underscores."""
    first, *others = operation.split("_")
    return [first, *(part for word in others for part in ("_", element("wbr"), word))]


def _sum(cells: Sequence[Cell]) -> Markup:
    """Return one operation of one relay at a glance: its findings first, and never a pass without what is open."""
    verdicts = Counter(cell.verdict for cell in cells)
    passed, untested = verdicts[Verdict.PASS], verdicts[Verdict.NOT_TESTED]
    known = verdicts[Verdict.KNOWN]
    if passed and not untested and not known and not verdicts[Verdict.FINDING]:
        words = f"all {passed} passed" if passed > 1 else "passed"
        return element("td", badge(Verdict.PASS, SIGNS[Verdict.PASS], words), class_="sum")
    levels = Counter(finding.severity for cell in cells for finding in fresh(cell))
    found = [badge(level, SIGNS[Verdict.FINDING], f"{levels[level]} {level}") for level in WORST_FIRST if levels[level]]
    if verdicts[Verdict.FINDING] and not found:
        found = [badge(Verdict.FINDING, SIGNS[Verdict.FINDING], f"{verdicts[Verdict.FINDING]} {Verdict.FINDING}")]
    if known:
        found.append(badge(Verdict.KNOWN, SIGNS[Verdict.KNOWN], f"{known} known"))
    rest = {"passed": passed, "not tested": untested}
    words = ", ".join(f"{number} {word}" for word, number in rest.items() if number)
    if not found and not words:
        words = _NOT_OFFERED if any(not_offered(cell) for cell in cells) else Verdict.NOT_APPLICABLE.value
    parts = [*found, element("span", words, class_="rest")] if words else found
    return element("td", *parts, class_="sum")
