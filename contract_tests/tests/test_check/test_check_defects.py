"""Every defect the emulator can be given is found by the one check that owns it, and an honest relay by none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from klingkit_contract.emulated import BUDGET
from klingkit_contract.findings import Verdict
from klingkit_contract.targets import known_relays
from klingkit_emulator.launch import DEFECTS

if TYPE_CHECKING:
    from collections.abc import Callable

OWNER = {
    "capability-not-enforced": "model-limits",
    "charged-refusal": "refused-free",
    "duplicate-accepted": "external-id-unique",
    "error-500-on-bad-request": "server-error",
    "expired-result": "result-media",
    "html-200": "html-page",
    "id-as-number": "task-id-present",
    "long-prompt-accepted": "limits",
    "missing-auth-accepted": "auth-missing",
    "missing-task-id": "task-id-present",
    "other-account-visible": "other-account",
    "page-size-ignored": "list-pages",
    "result-html": "result-media",
    "rule-not-enforced": "rules",
    "short-video": "result-length",
    "status-word": "status-known",
    "stuck": "task-ends",
    "text-plain": "content-type",
    "unknown-id-200": "unknown-id",
    "wrong-task": "asked-id",
}


def test_every_defect_has_an_owner() -> None:
    assert OWNER.keys() == DEFECTS.keys()


@pytest.mark.parametrize("defect", sorted(DEFECTS))
def test_a_defect_turns_the_cells_of_its_own_check_red_and_no_others(
    on_emulator: Callable[..., object], defect: str
) -> None:
    ran = on_emulator(["anyapi"], defects=[defect], wait=1.0 if defect == "stuck" else 5.0)
    assert ran.red == {"anyapi": {OWNER[defect]}}


def test_a_defect_of_one_relay_is_not_blamed_on_another(on_emulator: Callable[..., object]) -> None:
    ran = on_emulator(["haoee", "xiexus"], defects=["xiexus:status-word"])
    assert ran.red == {"xiexus": {"status-known"}}


@pytest.mark.parametrize("relay", known_relays())
def test_an_honest_relay_has_no_finding_and_with_a_budget_nothing_stays_untested(
    on_emulator: Callable[..., object], relay: str
) -> None:
    ran = on_emulator([relay], budget=BUDGET)
    assert ran.red == {}
    open_cells = [(key, cell.reason) for key, cell in ran.results.cells.items() if cell.verdict is Verdict.NOT_TESTED]
    assert open_cells == []
    assert {relay: ran.results.relays[relay].paid} == ran.charges


def test_a_finding_says_what_was_promised_what_came_and_how_to_see_it_again(
    on_emulator: Callable[..., object],
) -> None:
    ran = on_emulator(["haoee"], defects=["status-word"], seed=7)
    finding = next(finding for cell in ran.results.cells.values() for finding in cell.findings)
    assert finding.pointer == "/components/schemas/TaskStatus/enum"
    assert "finished_ok" in finding.seen
    assert "--relay haoee --check status-known --budget 25 --seed 7" in finding.reproduce
    assert "$KLINGKIT_API_KEY" in finding.curl
    assert finding.exchange is not None
    assert (finding.exchange.status, finding.exchange.method) == (200, "GET")
    assert "sk-emulator" not in repr(finding)
