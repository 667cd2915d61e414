"""What a run really costs, by the relay's own count, on honest relays and on relays that check nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from klingkit_contract.findings import Verdict
from klingkit_contract.targets import known_relays

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDE = ("official", "anyapi", "haoee")
RELAYS = [tuple(relay for relay in known_relays() if relay not in _WIDE), _WIDE]
# All operations of all relays would take minutes, and each is asked alike: one of every sort, with and without a list.
OPERATIONS = frozenset(
    f"{family}_{verb}"
    for family in ("video_text2video", "video_effects", "image_expand", "audio_tts", "voice_custom")
    for verb in ("create", "get", "list", "run", "delete")
)
# Together they take what carries no key, what is too long, what was sent before, and money for what they refuse.
CARELESS = ("missing-auth-accepted", "long-prompt-accepted", "duplicate-accepted")
GREEDY = (*CARELESS, "charged-refusal")


@pytest.mark.parametrize("relays", RELAYS)
def test_a_budget_of_nothing_costs_nothing_whatever_the_relay_overlooks(
    on_emulator: Callable[..., object], relays: tuple[str, ...]
) -> None:
    ran = on_emulator(relays, defects=GREEDY, budget=0, operations=OPERATIONS)
    assert ran.charges == dict.fromkeys(relays, 0)


@pytest.mark.parametrize("relays", RELAYS)
def test_a_budget_of_two_costs_two_at_most(on_emulator: Callable[..., object], relays: tuple[str, ...]) -> None:
    ran = on_emulator(relays, defects=CARELESS, budget=2, operations=OPERATIONS)
    assert max(ran.charges.values()) <= 2
    assert {relay: ran.results.relays[relay].paid for relay in relays} == ran.charges


def test_a_relay_that_charges_what_it_refuses_is_caught_at_the_first_one(on_emulator: Callable[..., object]) -> None:
    ran = on_emulator(["haoee"], defects=["charged-refusal"], budget=2)
    assert ran.red == {"haoee": {"refused-free"}}
    assert ran.charges["haoee"] <= 2
    assert ran.results.relays["haoee"].paid == ran.charges["haoee"]


def test_what_a_budget_of_nothing_leaves_open_says_what_it_needs(on_emulator: Callable[..., object]) -> None:
    ran = on_emulator(["haoee"], budget=0)
    cell = ran.results.cells["haoee", "image_multi_image2image_create", "limits"]
    assert (cell.verdict, cell.reason) == (Verdict.NOT_TESTED, "needs --budget 1 or more")


def test_what_is_free_is_asked_without_a_budget(on_emulator: Callable[..., object]) -> None:
    ran = on_emulator(["haoee"], defects=["missing-auth-accepted", "unknown-id-200"], budget=0)
    assert ran.red == {"haoee": {"auth-missing", "unknown-id"}}
