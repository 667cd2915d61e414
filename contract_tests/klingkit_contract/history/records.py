"""What the history holds, as its readers see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from klingkit_contract.findings import Severity

__all__ = ["EMULATED", "Observed", "OldCell", "OldFinding", "Run", "Whole"]

EMULATED = "emulated"  # the address of every emulated relay: its port is another one each time


@dataclass(frozen=True, slots=True)
class Run:
    """One kept run of one relay.

    `cases` counts the cells to which their check applies and that were asked, `found` the findings that counted,
    `known` those that a baseline accepted, `new` and `gone` what changed since the `previous` run of the same relay at
    the same address. `paid` and `seconds` are None where the run was stopped before it was through.
    """

    id: int
    relay: str
    address: str
    began: datetime
    seconds: float | None
    requests: int | None
    paid: int | None
    budget: int
    seed: int
    operations: tuple[str, ...]
    checks: tuple[str, ...]
    previous: int | None
    cases: int
    found: int
    known: int
    new: int
    gone: int


@dataclass(frozen=True, slots=True)
class OldCell:
    """The verdict of one cell of a kept run, in the words of `klingkit_contract.findings.Verdict`."""

    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class OldFinding:
    """One finding of a kept run. `carried`: found earlier, and not asked again since."""

    fingerprint: str
    operation: str
    check: str
    signature: str
    severity: Severity
    seen: str
    accepted: bool
    carried: bool

    @property
    def place(self) -> tuple[str, str, str]:
        """Operation, check and signature: what the same finding of another relay shares with it."""
        return (self.operation, self.check, self.signature)


@dataclass(frozen=True, slots=True)
class Observed:
    """What a kept run saw of one field of an operation's answers."""

    types: tuple[str, ...]
    present: int
    answers: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A kept run with what it found: cells by (operation, check), fields by (operation, place)."""

    run: Run
    cells: Mapping[tuple[str, str], OldCell] = field(default_factory=dict)
    findings: tuple[OldFinding, ...] = ()
    fields: Mapping[tuple[str, str], Observed] = field(default_factory=dict)
