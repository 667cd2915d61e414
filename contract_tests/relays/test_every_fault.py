"""One create under every fault at every profile: posted once, charged once at most, found again wherever the relay lets
it; a long outage while waiting costs nothing but time.

`nox -s crash` repeats it over httpx.
"""

from __future__ import annotations

import json
import os
import pickle
from typing import TYPE_CHECKING, Any

import pytest

import klingkit
from klingkit import OutcomeUnknownError, RateLimitError, RedirectError, WaitTimeoutError
from klingkit.events import RequestSent
from klingkit_emulator.faults import KINDS
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Iterator

PROFILES = klingkit.relay_ids()
MODELS = {"official": "kling-v3", "anyapi": "kling-v3", "haoee": "kling-v3"}
OPERATION = "video_text2video"
TRANSPORTS = ["builtin", "httpx"] if "KLINGKIT_CRASH_SEEDS" in os.environ else ["builtin"]
FINDS = {"official", "anyapi", "openai-next"}  # whose documents let a query carry the caller's own id
# Faults that strike after the task was taken, and before. The others are told one by one.
TAKEN = {"close-mid-body", "drop-after-accept", "read-timeout", "reset-mid-body", "status-500-after-accept"}
TAKEN |= {"truncated-json"}
NOT_TAKEN = {"drop-before", "html-200", "status-500", "status-502", "status-503", "status-504"}
ALONE = {"redirect", "slow-drip", "status-429"}


def test_every_fault_of_the_emulator_is_in_one_of_the_lists() -> None:
    assert sorted([*TAKEN, *NOT_TAKEN, *ALONE]) == sorted(KINDS)


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with launch(PROFILES, speed=50_000) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Iterator[Emulator]:
    yield running
    running.clear_faults()


@pytest.fixture(params=TRANSPORTS)
def network(request: pytest.FixtureRequest) -> klingkit.Network:
    """The transports, one after the other."""
    return klingkit.Network(request.param)


def opened(either: Any, emulator: Emulator, relay: str, **more: Any) -> Any:
    return either.open(relay, api_key=emulator.api_key, base_url=emulator.base_url(relay), **more)


def create(either: Any, kling: Any, **more: Any) -> Any:
    model = MODELS.get(kling.relay, "kling-v1-6")
    return either.run(kling.video.text_to_video("A fox", model_name=model, **more))


def counted(emulator: Emulator, relay: str) -> tuple[int, int]:
    """Return how many creates were posted and how many were charged."""
    row = emulator.state()["relays"][relay]
    posted = sum(n for name, n in row["requests_by_operation"].items() if name.endswith("_create"))
    return posted, row["charges"]


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("relay", PROFILES)
def test_a_create_under_a_fault_is_charged_once_at_most_and_nobody_is_left_in_the_dark(
    emulator: Emulator, either: Any, waits: Any, network: klingkit.Network, relay: str, kind: str
) -> None:
    before, asked = counted(emulator, relay), emulator.requests(relay)
    limits = klingkit.Timeouts(read=0.3) if kind == "read-timeout" else None
    kling = opened(either, emulator, relay, timeout=limits, network=network)
    seconds = {"slow-drip": 0.1, "read-timeout": 5.0}.get(kind)
    emulator.plant(kind, relay=relay, operation="create", seconds=seconds)
    task = error = None
    mine = f"mine-{kind}-{either.kind}-{network.transport}"
    try:
        task = create(either, kling, external_task_id=mine)
    except klingkit.KlingError as caught:
        error = caught
    after = counted(emulator, relay)
    posted, charged = after[0] - before[0], after[1] - before[1]
    if kind == "slow-drip" or (kind in TAKEN and relay in FINDS):
        assert (posted, charged) == (1, 1)
        assert task is not None, error
        assert either.run(task.wait(timeout=600)).files
    elif kind == "redirect":
        assert (type(error), posted, charged) == (RedirectError, 1, 0)
        assert emulator.state()["landings"] == []
    elif kind == "status-429":  # Kling's own words say that nothing was taken; a gateway's 429 says nothing of it
        assert (posted, charged) == ((2, 1) if task is not None else (1, 0))
        assert error is None or isinstance(error, RateLimitError)
    else:
        assert (posted, charged) == (1, int(kind in TAKEN))
        assert isinstance(error, OutcomeUnknownError)
        assert (emulator.requests(relay) > asked + 1) == (relay in FINDS)  # it was looked for
        has_all_it_takes_to_reconcile(error, relay, mine)


def has_all_it_takes_to_reconcile(error: OutcomeUnknownError, relay: str, external: str) -> None:
    again = pickle.loads(pickle.dumps(error))
    for one in (error, again):
        assert (one.relay, one.operation) == (relay, f"{OPERATION}_create")
        assert one.external_task_id == external
        assert one.when.tzinfo is not None
        assert one.fields["prompt"] == "A fox"
        assert one.seen
        assert "before you create" in str(one)
        assert not one.retryable
    assert error.__cause__ is not None


@pytest.mark.parametrize("kind", ["drop-before", "drop-after-accept", "html-200", "status-429", "status-503"])
@pytest.mark.parametrize("relay", PROFILES)
def test_a_wait_survives_five_minutes_without_a_usable_answer(
    emulator: Emulator, either: Any, waits: Any, network: klingkit.Network, relay: str, kind: str
) -> None:
    asked = []

    def watch(event: Any) -> None:
        if isinstance(event, RequestSent) and event.method == "GET":
            asked.append(waits.seconds)
            if waits.seconds >= 300:
                emulator.clear_faults()

    kling = opened(either, emulator, relay, on_event=watch, network=network)
    task = create(either, kling)
    handle, before = task.to_json(), counted(emulator, relay)
    emulator.plant(kind, relay=relay, times=100_000)
    result = either.run(task.wait(timeout=900))
    assert asked[-1] >= 300
    assert len(asked) < 200  # it does not hammer a relay that is down
    assert (result.task is task, task.to_json() == handle) == (True, True)
    assert counted(emulator, relay) == before


@pytest.mark.parametrize("relay", PROFILES)
def test_an_outage_longer_than_the_wait_leaves_a_handle_that_waits_on_elsewhere(
    emulator: Emulator, either: Any, waits: Any, relay: str
) -> None:
    task = create(either, opened(either, emulator, relay))
    before = counted(emulator, relay)
    emulator.plant("drop-before", relay=relay, times=100_000)
    with pytest.raises(WaitTimeoutError) as caught:
        either.run(task.wait(timeout=300))
    assert 300 <= waits.seconds < 320
    kept = caught.value.task.to_json()
    assert json.loads(kept)["task_id"] == task.task_id
    emulator.clear_faults()
    again = opened(either, emulator, relay).tasks.resume(kept)
    assert either.run(again.wait(timeout=600)).files
    assert counted(emulator, relay) == before
