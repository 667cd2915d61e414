"""The matrix of the page: one body per operation, one row per check, one cell with its own address per relay."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from klingkit_contract.findings import Cost, Verdict
from klingkit_contract.report.grid import WORST_FIRST, Grid, fresh, not_offered, worst
from klingkit_contract.report.html_words import SIGNS, badge, fragment
from klingkit_contract.report.markup import Markup, element, join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit_contract.findings import Cell, Check

__all__ = ["Rows"]

_NOT_OFFERED = "not offered"
_SHORT = {Verdict.NOT_APPLICABLE.value: "n/a", Verdict.KNOWN.value: "known"}
_COSTS = {Cost.QUERY: "reads", Cost.PAID: "paid"}


class Rows:
    """The rows of the matrix.

    Attributes:
        numbers: where a cell (relay, operation, check) stands in the document that the page carries.
    """

    def __init__(self, grid: Grid, cells: Sequence[Mapping[str, Any]]) -> None:
        self._grid = grid
        self.numbers = {(cell["relay"], cell["operation"], cell["check"]): n for n, cell in enumerate(cells)}

    def bodies(self) -> Markup:
        """Return one table body per operation."""
        return join(*(self._body(operation) for operation in self._grid.operations))

    def _body(self, operation: str) -> Markup:
        sums = [_sum(relay, self._grid.of_operation(relay, operation)) for relay in self._grid.relays]
        name = element("span", *_breakable(operation))
        fold = element("button", name, type="button", class_="fold", aria_expanded="true")
        head = element("tr", element("th", fold, scope="rowgroup"), *sums, class_="head")
        rows = (self._row(operation, check) for check in self._grid.checks.values())
        return element("tbody", head, *rows, data_operation=operation)

    def _row(self, operation: str, check: Check) -> Markup:
        cost = [element("span", _COSTS[check.cost], class_="cost")] if check.cost in _COSTS else []
        name = element("th", element("span", check.title), element("code", check.id), *cost, scope="row")
        cells = (self._cell(self._grid.cell(relay, operation, check.id), check) for relay in self._grid.relays)
        return element("tr", name, *cells, class_="check")

    def _cell(self, cell: Cell, check: Check) -> Markup:
        found = fresh(cell)
        first = worst(found)
        more = f" +{len(found) - 1}" if len(found) > 1 else ""
        words = f"{first.severity}{more}" if first else _NOT_OFFERED if not_offered(cell) else cell.verdict.value
        spoken = f"finding, {words}" if first else words
        shown = _SHORT.get(words, words)
        place = fragment(cell.relay, cell.operation, cell.check)
        link = element(
            "a",
            badge(first.severity if first else cell.verdict, SIGNS[cell.verdict], shown),
            href=f"#{place}",
            aria_label=f"{cell.relay}, {check.title}: {spoken}",
        )
        number = str(self.numbers[cell.relay, cell.operation, cell.check])
        return element("td", link, id=place, data_relay=cell.relay, data_cell=number)


def _breakable(operation: str) -> list[str]:
    """Let a narrow column break an operationId after its underscores."""
    first, *others = operation.split("_")
    return [first, *(part for word in others for part in ("_", element("wbr"), word))]


def _sum(relay: str, cells: Sequence[Cell]) -> Markup:
    """Return one operation of one relay at a glance: its findings first, and never a pass without what is open."""
    verdicts = Counter(cell.verdict for cell in cells)
    passed, untested = verdicts[Verdict.PASS], verdicts[Verdict.NOT_TESTED]
    known = verdicts[Verdict.KNOWN]
    if passed and not untested and not known and not verdicts[Verdict.FINDING]:
        return _sum_cell(
            relay, badge(Verdict.PASS, SIGNS[Verdict.PASS], f"all {passed} passed" if passed > 1 else "passed")
        )
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
    return _sum_cell(relay, *found, element("span", words, class_="rest"))


def _sum_cell(relay: str, *parts: Markup) -> Markup:
    return element("td", *parts, class_="sum", data_relay=relay)
