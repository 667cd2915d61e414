"""The table of checks."""

from __future__ import annotations

import pytest

from klingkit_contract.catalogue import CATALOGUE, Role, Stage, entry, select, stages_of
from klingkit_contract.errors import UnknownCheckError


def test_ids_are_unique_and_written_alike() -> None:
    ids = [row.check.id for row in CATALOGUE]
    assert len(set(ids)) == len(ids)
    assert all(check == check.lower() and " " not in check for check in ids)


def test_every_check_is_asked_somewhere_and_says_what_it_promises() -> None:
    for row in CATALOGUE:
        assert row.roles
        assert row.stages
        assert row.check.title
        assert row.check.promise.endswith(".")


def test_only_what_concerns_no_operation_is_asked_of_the_whole_relay() -> None:
    assert [row.check.id for row in CATALOGUE if Role.RELAY in row.roles] == [
        "unknown-path",
        "secret-echoed",
        "retry-after",
        "tls",
        "charged-as-told",
    ]


def test_a_selection_keeps_the_order_of_the_table() -> None:
    assert [row.check.id for row in select(("limits", "html-page", "limits"))] == ["html-page", "limits"]
    assert select(()) == CATALOGUE


def test_an_unknown_check_is_refused() -> None:
    with pytest.raises(UnknownCheckError, match="there is no check 'limit'"):
        select(("limits", "limit"))


def test_only_the_stages_that_are_needed_run_and_in_their_order() -> None:
    assert stages_of((entry("unknown-path"),)) == (Stage.PATHS,)
    assert stages_of((entry("other-account"), entry("auth-wrong"))) == (Stage.PATHS, Stage.AUTH, Stage.LIFECYCLE)
    assert stages_of(CATALOGUE) == tuple(Stage)


def test_tasks_come_last_because_they_may_use_up_the_budget() -> None:
    assert list(Stage)[-1] is Stage.LIFECYCLE
