"""Where a planted defect can make a difference: said in advance, refused where it cannot, never silently ignored."""

from __future__ import annotations

import pytest

from klingkit_emulator.app import create_app
from klingkit_emulator.defects import DEFECTS
from klingkit_emulator.errors import UnknownNameError
from klingkit_emulator.launch import obstacle
from klingkit_emulator.reach import AT_KLING, IN_FILES
from klingkit_emulator.registry import known

GATEWAYS = sorted({*known()} - {*known(gateways=False)})


def test_the_official_relay_can_be_given_every_defect_that_needs_no_gateway() -> None:
    assert {why for name in DEFECTS if (why := obstacle(name, "official"))} <= {"it forwards to nobody"}


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_every_defect_can_be_planted_somewhere(name: str) -> None:
    assert not all(obstacle(name, relay) for relay in known())


@pytest.mark.parametrize("relay", known())
def test_most_defects_make_a_difference_at_every_relay(relay: str) -> None:
    reasons = [why for name in DEFECTS if (why := obstacle(name, relay))]
    assert len(reasons) < len(DEFECTS) / 2.5
    assert all(why == why.strip(". ") for why in reasons)


@pytest.mark.parametrize(
    ("defect", "relay", "reason"),
    [
        ("page-size-ignored", "xiexus", "it lists no tasks"),
        ("duplicate-accepted", "haoee", "external_task_id"),
        ("string-code", "newapi-b", "code"),
        ("unknown-path-page", "newapi-c", "page there anyway"),
        ("wrong-method-served", "newapi-a1", "page there anyway"),
    ],
)
def test_why_it_makes_none_is_told_in_words(defect: str, relay: str, reason: str) -> None:
    assert reason in (obstacle(defect, relay) or "")


@pytest.mark.parametrize("relay", GATEWAYS)
@pytest.mark.parametrize("defect", sorted(AT_KLING | IN_FILES))
def test_a_gateway_that_forwards_has_no_defects_of_whom_it_forwards_to(relay: str, defect: str) -> None:
    assert obstacle(defect, relay, forwards=True)


def test_a_relay_that_forwards_to_nobody_is_the_same_beside_gateways_that_do() -> None:
    assert obstacle("stuck", "official", forwards=True) is None
    assert obstacle("result-html", "official", forwards=True) is None


def test_names_that_nobody_knows_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="no defect 'nothing'"):
        obstacle("nothing", "official")
    with pytest.raises(UnknownNameError, match="no relay 'nowhere'"):
        obstacle("stuck", "nowhere")


@pytest.mark.parametrize(
    ("relays", "defect", "said"),
    [
        (["newapi-b"], "list-stale", "'list-stale' would make no difference here (newapi-b: it lists no tasks)."),
        (["official", "newapi-b"], "newapi-b:list-stale", "(newapi-b: it lists no tasks)."),
        (["official"], "anyapi:stuck", "'anyapi:stuck' cannot be planted: anyapi is not emulated here."),
    ],
)
def test_a_defect_that_would_be_ignored_is_refused_in_one_sentence(relays: list[str], defect: str, said: str) -> None:
    with pytest.raises(UnknownNameError) as refused:
        create_app(relays, defects=[defect])
    assert said in str(refused.value)
    assert str(refused.value).count(". ") == 0


def test_a_defect_is_planted_where_it_can_be_and_the_state_says_where() -> None:
    app = create_app(["official", "newapi-b"], defects=["list-stale", "official:stuck"])
    assert app.state()["planted"] == {"newapi-b": [], "official": ["list-stale", "stuck"]}
    app.close()
