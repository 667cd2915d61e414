"""The tests that ``pytest --klingkit-relay`` adds: what there is to ask, the one run that asks it, the verdicts."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from klingkit_contract import baseline, baseline_file, catalogue, events, spending
from klingkit_contract.catalogue import WHOLE_RELAY, Role, Stage, roles_of
from klingkit_contract.contract import Contract
from klingkit_contract.emulated import BUDGET
from klingkit_contract.errors import CheckRunError
from klingkit_contract.findings import Verdict
from klingkit_contract.report.grid import fresh
from klingkit_contract.report.text import printable
from klingkit_contract.runner import Options, run
from klingkit_contract.targets import read_targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from klingkit_contract.events import Results
    from klingkit_contract.findings import Cell, Deviation, Finding
    from klingkit_contract.targets import Target

__all__ = ["BrokenPromiseError", "CheckItem", "Plan", "prepare"]


class BrokenPromiseError(AssertionError):
    """A relay broke a promise; `cell` has the findings."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(cell.findings[0].seen if cell.findings else "the relay broke a promise")
        self.cell = cell


def prepare(config: pytest.Config) -> Plan:
    """Return what the options ask for.

    Raises:
        pytest.UsageError: a relay is unknown or has no key, the baseline is none, or the budget makes no sense.
    """
    budget, accepting = config.getoption("--klingkit-budget"), config.getoption("--klingkit-baseline")
    if budget is not None and budget < 0:
        raise pytest.UsageError("--klingkit-budget is the number of creates that may be charged: 0 or more.")
    try:
        base_url = config.getoption("--klingkit-base-url")
        targets = read_targets(config.getoption("--klingkit-relay"), os.environ, base_url=base_url)
        accepted = baseline_file.read(Path(accepting)) if accepting else ()
        limit, own_prices = spending.read(config.getoption("--klingkit-max-cost"), os.environ)
    except CheckRunError as error:
        raise pytest.UsageError(str(error).replace("--max-cost", "--klingkit-max-cost")) from error
    if budget is None:
        budget = BUDGET if limit else 0
    return Plan(targets, Options((), budget, max_cost=limit, own_prices=own_prices), accepted)


@dataclass(slots=True)
class Plan:
    """The relays to ask, and, once they were asked, what came of it."""

    targets: Sequence[Target]
    options: Options
    accepted: tuple[Deviation, ...]
    results: Results | None = None
    problem: str = field(default="", init=False)

    def items(self, session: pytest.Session) -> Iterator[CheckItem]:
        """Yield a test per check and operation that it applies to."""
        for target in self.targets:
            name = f"klingkit[{target.relay}]"
            group = RelayGroup.from_parent(session, name=name, nodeid=name)
            offered = tuple(Contract(target.document).operations)
            roles = {**roles_of(offered), WHOLE_RELAY: Role.RELAY}
            for operation, role in roles.items():
                for entry in catalogue.CATALOGUE:
                    if role in entry.roles and entry.stages != {Stage.TAP}:  # no tap stands behind these relays
                        place = (target.relay, operation, entry.check.id)
                        yield CheckItem.from_parent(
                            group, name=f"{operation}::{entry.check.id}", plan=self, place=place
                        )

    def run(self, items: Sequence[pytest.Item]) -> None:
        """Ask what `items` want to know, all in one run; what keeps it from running becomes their error."""
        places = [item.place for item in items if isinstance(item, CheckItem)]
        relays, checks = {relay for relay, _, _ in places}, {check for _, _, check in places}
        if not places:
            return
        entries = tuple(entry for entry in catalogue.CATALOGUE if entry.check.id in checks)
        try:
            stream = run(
                [target for target in self.targets if target.relay in relays], replace(self.options, entries=entries)
            )
            self.results = baseline.accept(events.collect(stream), self.accepted, date.today())
        except CheckRunError as error:
            self.problem = str(error)


class RelayGroup(pytest.Collector):
    """All tests of one relay."""

    def collect(self) -> list[pytest.Item]:
        """Return nothing: the tests are added once everything else is collected."""
        return []


class CheckItem(pytest.Item):
    """One check of one operation of one relay."""

    def __init__(self, *, plan: Plan, place: tuple[str, str, str], **others: Any) -> None:
        super().__init__(**others)
        self.plan, self.place = plan, place

    def setup(self) -> None:
        """Fail where the run did: nothing is known then."""
        if self.plan.results is None:
            pytest.fail(self.plan.problem or "the relay was not asked", pytrace=False)

    def runtest(self) -> None:
        """Pass, skip or fail, as the verdict says."""
        results = self.plan.results
        cell = results.cells.get(self.place) if results else None
        if cell is None:
            pytest.skip("the run gave no verdict")
        match cell.verdict:
            case Verdict.FINDING:
                raise BrokenPromiseError(cell)
            case Verdict.KNOWN:
                pytest.xfail("; ".join(finding.acceptance.reason for finding in cell.findings if finding.acceptance))
            case Verdict.NOT_TESTED | Verdict.NOT_APPLICABLE:
                pytest.skip(f"{cell.verdict}: {cell.reason}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what was promised and what came, in place of a traceback through klingkit."""
        if isinstance(excinfo.value, BrokenPromiseError):
            return "\n\n".join(map(_words, fresh(excinfo.value.cell)))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, None, str]:
        """Return how pytest calls the test."""
        relay, operation, check = self.place
        return (f"klingkit[{relay}]", None, f"{operation} {check}")


def _words(finding: Finding) -> str:
    lines = {
        "promised": finding.promised,
        "seen": finding.seen,
        "pointer": finding.pointer,
        "reproduce": finding.reproduce,
    }
    told = [f"{name}: {words}" for name, words in lines.items() if words]
    return printable("\n".join([f"{finding.severity}: {finding.relay} {finding.operation} {finding.check}", *told]))
