"""Every defect the emulator can be given is found by the one check that owns it, and an honest relay by none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from klingkit_contract import catalogue, events
from klingkit_contract.catalogue import CATALOGUE
from klingkit_contract.emulated import BUDGET, emulated_tap
from klingkit_contract.findings import Verdict
from klingkit_contract.planted import BEHIND, FOUND_BY, RELAY, operations_for
from klingkit_contract.runner import Options, run
from klingkit_contract.targets import known_relays
from klingkit_emulator.defects import Defects
from klingkit_emulator.launch import DEFECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PICTURES = frozenset(f"image_multi_image2image_{verb}" for verb in ("create", "get", "list"))
# Of the new standard, where tasks share a query and creates answer in other shapes; and calls that make no task.
OTHERS = frozenset({"solution_virtual_try_on_create", "solution_task_get", "solution_task_query"})
CALLS = frozenset({"account_balance_run", "account_package_run", "solution_task_query"})
SELECTION = frozenset(
    f"video_multi_elements_selection_{verb}" for verb in ("init", "add", "delete", "clear", "preview")
)
NEVER_FOLLOWED_TO_AN_END = {"html-200", "id-changes", "stuck", "wrong-task"}
WITHOUT_A_DEFECT = {"tls"}  # on this machine nobody is on the way who could read a key


def test_every_defect_has_an_owner() -> None:
    assert FOUND_BY.keys() == DEFECTS.keys()


def test_every_check_has_a_defect_that_it_finds() -> None:
    assert {entry.check.id for entry in CATALOGUE} - set(FOUND_BY.values()) == WITHOUT_A_DEFECT


@pytest.mark.parametrize("defect", sorted(DEFECTS.keys() - BEHIND.keys()))
def test_a_defect_turns_the_cells_of_its_own_check_red_and_no_others(
    on_emulator: Callable[..., object], defect: str
) -> None:
    ran = on_emulator(
        [RELAY],
        defects=[defect],
        wait=0.3 if defect in NEVER_FOLLOWED_TO_AN_END else 5.0,
        operations=operations_for(defect),
        speed=600.0,
    )
    assert ran.red == {RELAY: {FOUND_BY[defect]}}


@pytest.mark.parametrize(
    ("defect", "operations"),
    [
        ("missing-task-id", OTHERS),
        ("result-missing", OTHERS),
        ("type-ignored", CALLS | SELECTION),
        ("required-ignored", SELECTION | PICTURES),
    ],
)
def test_a_defect_is_as_plain_where_answers_have_other_shapes_and_where_no_task_is_made(
    on_emulator: Callable[..., object], defect: str, operations: frozenset[str]
) -> None:
    ran = on_emulator(["official"], defects=[defect], operations=operations, speed=600.0)
    assert ran.red == {"official": {FOUND_BY[defect]}}


@pytest.mark.parametrize("defect", sorted(BEHIND))
def test_a_defect_behind_a_relay_shows_where_there_is_a_tap(defect: str) -> None:
    for planted in ([], [defect]):
        with emulated_tap([BEHIND[defect]], planted) as (targets, tap):
            results = events.collect(run(targets, Options(catalogue.select(()), budget=BUDGET, tap=tap)))
        red = {cell.check for cell in results.cells.values() if cell.verdict is Verdict.FINDING}
        assert red == {FOUND_BY[name] for name in planted}


def test_a_defect_of_one_relay_is_not_blamed_on_another(on_emulator: Callable[..., object]) -> None:
    ran = on_emulator(["haoee", "xiexus"], defects=["xiexus:status-word"])
    assert ran.red == {"xiexus": {"status-known"}}


# The larger ones are held against their documents by `nox -s contracts`, which asks the same.
@pytest.mark.parametrize("relay", sorted({*known_relays()} - {"anyapi", "haoee", "official"}))
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
    ran = on_emulator(["haoee"], defects=["status-word"], seed=7, wait=0.5, operations=PICTURES, examples=3)
    finding = next(finding for cell in ran.results.cells.values() for finding in cell.findings)
    assert finding.pointer == "/components/schemas/TaskStatus/enum"
    assert "finished_ok" in finding.seen
    assert "--relay haoee --check status-known --budget 25 --seed 7 --examples 3" in finding.reproduce
    assert "$KLINGKIT_API_KEY" in finding.curl
    assert finding.exchange is not None
    assert (finding.exchange.status, finding.exchange.method) == (200, "GET")
    assert "sk-emulator" not in repr(finding)


def test_a_callback_that_comes_again_a_moment_later_is_seen(
    on_emulator: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(_: Defects, honest: Sequence[int]) -> list[int]:
        return [*honest, honest[-1] + 120]  # milliseconds

    monkeypatch.setattr(Defects, "moments", late)
    ran = on_emulator([RELAY], operations=PICTURES, speed=600.0)
    assert ran.red == {RELAY: {"callback-once"}}
