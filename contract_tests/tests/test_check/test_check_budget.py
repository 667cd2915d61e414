"""The bookkeeping of paid creates, without any request."""

from __future__ import annotations

from klingkit_contract.budget import Budget, Outcome, Purpose


def test_a_budget_of_nothing_reserves_nothing() -> None:
    assert not Budget(0).reserve(Purpose.PURCHASE)
    assert not Budget(0).reserve(Purpose.PROBE)


def test_a_refused_create_gives_its_unit_back() -> None:
    budget = Budget(1)
    assert budget.reserve(Purpose.PROBE)
    assert not budget.reserve(Purpose.PROBE)
    budget.settle(Outcome.REFUSED, reserved=True)
    assert budget.reserve(Purpose.PROBE)


def test_an_accepted_create_keeps_its_unit() -> None:
    budget = Budget(1)
    budget.reserve(Purpose.PURCHASE)
    budget.settle(Outcome.ACCEPTED, reserved=True)
    assert (budget.spent, budget.room(Purpose.PURCHASE)) == (1, 0)


def test_an_answer_that_never_came_counts_as_accepted() -> None:
    budget = Budget(2)
    budget.reserve(Purpose.PROBE)
    budget.settle(Outcome.UNKNOWN, reserved=True)
    assert budget.spent == 1


def test_probes_leave_the_kept_units_to_purchases() -> None:
    budget = Budget(5)
    budget.keep(4)
    assert budget.room(Purpose.PROBE) == 1
    assert budget.room(Purpose.PURCHASE) == 5


def test_one_unit_always_stays_for_probes() -> None:
    budget = Budget(2)
    budget.keep(4)
    assert budget.room(Purpose.PROBE) == 1


def test_a_create_that_was_accepted_without_a_unit_overspends() -> None:
    budget = Budget(0)
    budget.settle(Outcome.ACCEPTED, reserved=False)
    assert budget.overspent


def test_a_charge_that_showed_later_is_booked() -> None:
    budget = Budget(1)
    budget.charge()
    assert budget.room(Purpose.PURCHASE) == 0


def test_a_relay_that_takes_what_it_ought_to_refuse_is_stopped_at_the_budget_and_not_one_later() -> None:
    budget = Budget(2)
    for _ in range(2):
        assert not budget.overspent
        budget.settle(Outcome.ACCEPTED, reserved=False)
    assert budget.overspent


def test_a_budget_that_was_used_as_meant_is_not_overspent() -> None:
    budget = Budget(1)
    assert budget.reserve(Purpose.PURCHASE)
    budget.settle(Outcome.ACCEPTED, reserved=True)
    assert (budget.spent, budget.overspent) == (1, False)
