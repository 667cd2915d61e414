"""One client over several emulated relays: whatever befalls the first, nothing is charged twice, and what is certain
goes on elsewhere.

`nox -s crash` draws more faults, and repeats them over httpx.
"""

from __future__ import annotations

import json
import os
import pickle
import random
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

import klingkit
import klingkit_data
from klingkit import KlingError, NoRelayError, OutcomeUnknownError
from klingkit._belongings import found_bound
from klingkit._methods.table import METHODS, ROWS
from klingkit.events import RelayPassedOver
from klingkit_emulator.faults import KINDS
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RELAYS = ["anyapi", "haoee", "official"]
OFFICIAL = klingkit_data.load("resolved/relays/official.openapi.yaml")
FINDS = {"anyapi", "official"}  # whose documents let a query carry the caller's own id
TAKEN = {"close-mid-body", "drop-after-accept", "read-timeout", "reset-mid-body", "status-500-after-accept"}
TAKEN |= {"truncated-json"}
TRANSPORTS = ["builtin", "httpx"] if "KLINGKIT_CRASH_SEEDS" in os.environ else ["builtin"]
SEEDS = 3 * int(os.environ.get("KLINGKIT_CRASH_SEEDS", "0")) or 1
FOX = {"prompt": "A fox", "model_name": "kling-v3"}


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with launch(RELAYS, speed=50_000) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Iterator[Emulator]:
    yield running
    running.clear_faults()


@pytest.fixture(scope="module")
def nowhere() -> Iterator[str]:
    """An address where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def opened(either: Any, emulator: Emulator, *relays: str, roots: dict[str, str] | None = None, **more: Any) -> Any:
    keys = dict.fromkeys(relays, emulator.api_key) | more.pop("keys", {})
    roots = {relay: emulator.base_url(relay) for relay in relays if relay in RELAYS} | (roots or {})
    more.setdefault("environ", {})
    return either.open(None, relays=list(relays), api_key=keys, base_url=roots, **more)


def create(either: Any, kling: Any, **more: Any) -> Any:
    return either.run(kling.video.text_to_video(**{**FOX, **more}))


def counted(emulator: Emulator) -> dict[str, tuple[int, int]]:
    """Return how many creates were posted to each relay, and how many were charged."""
    rows = emulator.state()["relays"]
    return {
        relay: (
            sum(n for name, n in rows[relay]["requests_by_operation"].items() if name.endswith("_create")),
            rows[relay]["charges"],
        )
        for relay in RELAYS
    }


def since(emulator: Emulator, before: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    now = counted(emulator)
    return {relay: (now[relay][0] - before[relay][0], now[relay][1] - before[relay][1]) for relay in RELAYS}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("first", ["anyapi", "haoee"])
def test_under_every_fault_at_the_first_relay_at_most_one_of_them_charges(
    emulator: Emulator, either: Any, waits: Any, first: str, kind: str, transport: Any
) -> None:
    before = counted(emulator)
    limits = klingkit.Timeouts(read=0.3) if kind == "read-timeout" else None
    kling = opened(either, emulator, first, "official", timeout=limits, network=klingkit.Network(transport))
    seconds = {"slow-drip": 0.1, "read-timeout": 5.0}.get(kind)
    emulator.plant(kind, relay=first, operation="create", seconds=seconds)
    task = error = None
    try:
        task = create(either, kling)
    except KlingError as caught:
        error = caught
    sums = since(emulator, before)
    assert sum(charges for _, charges in sums.values()) <= 1
    if kind == "redirect":  # nobody looked at the request
        assert (task.relay, sums[first], sums["official"]) == ("official", (1, 0), (1, 1))
        assert [(one.relay, one.kind) for one in task.route.passed_over] == [(first, "RedirectError")]
    elif kind in {"slow-drip", "status-429"} or (kind in TAKEN and first in FINDS):
        assert task is not None, error
        assert (task.relay, sums[first][1], sums["official"]) == (first, 1, (0, 0))
        assert task.route.passed_over == ()
    else:  # nobody knows: that is told, and no other relay is asked
        assert isinstance(error, OutcomeUnknownError)
        assert (error.relay, sums[first], sums["official"]) == (first, (1, int(kind in TAKEN)), (0, 0))
    if task is not None:
        assert either.run(task.wait(timeout=600)).files


def served_late(emulator: Emulator, relay: str, before: dict[str, tuple[int, int]]) -> None:
    """Wait until a request that was given up is served, lest it be counted with the next one."""
    for _ in range(200):
        if since(emulator, before)[relay][1]:
            return
        time.sleep(0.01)


@pytest.mark.parametrize("policy", ["order", "least_busy"])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_under_faults_at_all_relays_no_call_is_charged_twice_and_every_charge_is_known(
    emulator: Emulator, either: Any, waits: Any, policy: str, seed: int
) -> None:
    dice, told, charged = random.Random(f"{policy}-{seed}"), 0, 0
    kinds = sorted(set(KINDS) - {"slow-drip"})
    for number in range(30):
        if number % 5 == 0:
            kling = opened(either, emulator, *RELAYS, policy=policy, timeout=klingkit.Timeouts(read=0.15))
        emulator.clear_faults()
        for relay in RELAYS:
            if dice.random() < 0.7:
                times = dice.choice([1, 2, 9])
                emulator.plant(dice.choice(kinds), relay=relay, operation="create", times=times, seconds=1.0)
        before = counted(emulator)
        try:
            task = create(either, kling)
            where, sure = task.relay, True
        except OutcomeUnknownError as error:
            where, sure = error.relay, False
            if isinstance(error.__cause__, klingkit.AnswerTimeoutError):
                served_late(emulator, str(where), before)
        except NoRelayError:
            where, sure = None, False
        charges = {relay: n for relay, (_, n) in since(emulator, before).items() if n}
        assert charges in ([{where: 1}] if sure else [{}, {where: 1}] if where else [{}])
        told, charged = told + (where is not None), charged + sum(charges.values())
    assert told >= charged > 0


def test_too_many_tasks_at_one_relay_go_to_the_next_after_its_retries(
    emulator: Emulator, either: Any, waits: Any
) -> None:
    before = counted(emulator)
    emulator.plant("status-429", relay="anyapi", operation="create", times=50)
    task = create(either, opened(either, emulator, "anyapi", "haoee", max_retries=1))
    assert task.relay == "haoee"
    assert since(emulator, before)["anyapi"] == (2, 0)
    assert task.route.passed_over[0].kind == "RateLimitError"


def test_a_key_that_is_not_taken_is_no_reason_to_fail(emulator: Emulator, either: Any) -> None:
    told: list[Any] = []
    kling = opened(either, emulator, "anyapi", "official", keys={"anyapi": "sk-wrong-0123456789"}, on_event=told.append)
    result = either.run(create(either, kling).wait(timeout=600))
    assert result.task.relay == "official"
    assert [(one.relay, one.kind) for one in result.route.skipped] == [("anyapi", "AuthenticationError")]
    switches = [event for event in told if isinstance(event, RelayPassedOver)]
    assert [(event.relay, event.following, event.kind) for event in switches] == [
        ("anyapi", "official", "AuthenticationError")
    ]
    assert "sk-wrong" not in repr(switches) + repr(result.route)


def test_a_relay_that_is_down_is_left_alone_after_three_times_and_comes_back(
    emulator: Emulator, either: Any, waits: Any, nowhere: str
) -> None:
    kling = opened(either, emulator, "anyapi", "official", roots={"anyapi": nowhere}, max_retries=0)
    kinds = [create(either, kling).route.passed_over[0].kind for _ in range(4)]
    assert kinds == ["ConnectionFailedError"] * 3 + [""]
    assert "left alone for 30 more seconds" in create(either, kling).route.passed_over[0].reason
    kling._engine.member("anyapi").session = mended = (
        opened(either, emulator, "anyapi")._engine.member("anyapi").session
    )
    kling._engine.member("anyapi")._driver = None
    waits.sleep(31)
    task = create(either, kling)
    assert (task.relay, mended.root) == ("anyapi", f"{emulator.base_url('anyapi')}/kling")
    assert create(either, kling).route.passed_over == ()


def test_when_all_are_down_the_error_tells_so_of_each_and_may_be_repeated(
    emulator: Emulator, either: Any, waits: Any, nowhere: str
) -> None:
    kling = opened(either, emulator, "anyapi", "haoee", roots={"anyapi": nowhere, "haoee": nowhere})
    with pytest.raises(NoRelayError, match=r"none charged for it.*anyapi: .*haoee: ") as caught:
        create(either, kling)
    assert [type(one).__name__ for one in caught.value.errors] == ["ConnectionFailedError"] * 2
    assert caught.value.retryable


def test_a_mistake_in_the_request_is_told_once_and_nothing_is_sent(emulator: Emulator, either: Any) -> None:
    before = counted(emulator)
    with pytest.raises(klingkit.InvalidRequestError) as caught:
        create(either, opened(either, emulator, *RELAYS), prompt="x" * 2501)
    assert caught.value.problems[0].field == "prompt"
    assert before == counted(emulator)


def test_a_relay_that_does_not_document_a_field_is_passed_over_at_no_cost(emulator: Emulator, either: Any) -> None:
    before = counted(emulator)
    kling = opened(either, emulator, "haoee", "official")
    task = create(either, kling, external_task_id=f"mine-{either.kind}")
    assert (task.relay, since(emulator, before)["haoee"]) == ("official", (0, 0))
    assert task.route.passed_over[0].kind == "UnsupportedByRelayError"
    pinned = kling.with_options(relay="haoee")
    assert create(either, pinned, external_task_id=f"other-{either.kind}").relay == "haoee"  # it was chosen


def test_the_cheapest_is_asked_first_by_the_users_own_prices(emulator: Emulator, either: Any, tmp_path: Path) -> None:
    price = '[[price]]\nrelay = "{}"\noperations = ["text_to_video"]\nper = "call"\namount = {}\ncurrency = "USD"\n'
    path = tmp_path / "config.toml"
    path.write_text(price.format("anyapi", 0.5) + price.format("haoee", 0.2), encoding="utf-8")
    environ = {"KLINGKIT_CONFIG": str(path)}
    kling = opened(either, emulator, "anyapi", "haoee", policy="cheapest", environ=environ)
    task = create(either, kling)
    assert (task.relay, str(kling.estimate("text_to_video", **FOX))) == ("haoee", "0.20 USD")
    assert "0.50 USD" in task.route.skipped[0].reason
    thrifty = kling.with_options(max_cost=0.3)
    assert create(either, thrifty).relay == "haoee"
    with pytest.raises(klingkit.TooExpensiveError, match="None of haoee, anyapi"):
        create(either, kling.with_options(max_cost=0.1))


def test_the_least_busy_policy_spreads_tasks_and_counts_those_no_more_that_have_ended(
    emulator: Emulator, either: Any, waits: Any
) -> None:
    kling = opened(either, emulator, *RELAYS, policy="least_busy")
    tasks = [create(either, kling) for _ in range(6)]
    assert sorted(task.relay for task in tasks) == sorted(RELAYS * 2)
    for task in tasks:
        if task.relay == "haoee":
            either.run(task.wait(timeout=600))
    assert [create(either, kling).relay for _ in range(2)] == ["haoee", "haoee"]


def test_tasks_of_several_relays_are_waited_for_together(emulator: Emulator, either: Any, waits: Any) -> None:
    kling = opened(either, emulator, *RELAYS, policy="least_busy")
    tasks = [create(either, kling) for _ in range(12)]

    async def gather() -> list[Any]:
        return [outcome async for outcome in kling.wait_many(tasks, timeout=600)]

    ended = list(kling.wait_many(tasks, timeout=600)) if either.kind == "sync" else either.run(gather())
    assert sorted(outcome.task.task_id for outcome in ended) == sorted(task.task_id for task in tasks)
    assert all(outcome.error is None and outcome.result().files for outcome in ended)
    assert {outcome.task.relay for outcome in ended} == set(RELAYS)


def test_a_stranger_of_another_relay_is_not_waited_for(emulator: Emulator, either: Any) -> None:
    kling = opened(either, emulator, "anyapi", "haoee")
    stranger = create(either, opened(either, emulator, "official"))
    with pytest.raises(klingkit.InvalidRequestError, match="lives at official"):
        kling.wait_many([stranger])


def test_the_route_goes_through_json_and_pickles_and_is_shown(emulator: Emulator, either: Any, nowhere: str) -> None:
    kling = opened(either, emulator, "anyapi", "official", roots={"anyapi": nowhere}, max_retries=0)
    task = create(either, kling)
    again = [kling.tasks.resume(task.to_json()), pickle.loads(pickle.dumps(task)), type(task).from_json(task.to_json())]
    assert all(one.route == task.route for one in again)
    assert repr(task).endswith(", instead of anyapi)")
    assert "instead of" in task._repr_html_()
    old = {name: value for name, value in json.loads(task.to_json()).items() if name != "route"}
    assert kling.tasks.resume(json.dumps(old)).route is None
    assert either.run(kling.tasks.resume(json.dumps(old)).wait(timeout=600)).route is None


def test_tasks_are_found_again_at_the_relay_that_is_named_and_listed_at_all(
    emulator: Emulator, either: Any, waits: Any
) -> None:
    kling = opened(either, emulator, "official", "haoee", policy="least_busy")
    tasks = [create(either, kling) for _ in range(4)]
    for task in tasks:
        found = either.run(kling.tasks.get(task.task_id, operation="text_to_video", relay=task.relay))
        assert (found.relay, found.task_id) == (task.relay, task.task_id)
    with pytest.raises(klingkit.InvalidRequestError, match=r"has several relays \(official, haoee\)"):
        either.run(kling.tasks.get(tasks[0].task_id, operation="text_to_video"))
    with pytest.raises(klingkit.InvalidRequestError, match="none of this client's relays"):
        either.run(kling.tasks.get(tasks[0].task_id, operation="text_to_video", relay="anyapi"))

    async def gather() -> list[Any]:
        return [task async for task in kling.tasks.iter("text_to_video")]

    listed = list(kling.tasks.iter("text_to_video")) if either.kind == "sync" else either.run(gather())
    able = {one for one in ("official", "haoee") if kling._engine.member(one).session.offer(_operation()).lists}
    assert {task.relay for task in listed} == able
    assert {task.task_id for task in tasks if task.relay in able} <= {task.task_id for task in listed}


def _operation() -> Any:
    from klingkit._surface import find_operation

    return find_operation("text_to_video")


def test_what_is_about_one_relay_says_how_to_name_it(emulator: Emulator, either: Any) -> None:
    kling = opened(either, emulator, *RELAYS)
    calls = [
        lambda: either.run(kling.voices.presets()),
        lambda: either.run(kling.raw.get("/v1/videos/text2video")),
        lambda: kling.relay,
        lambda: kling.base_url,
        lambda: kling.with_options(api_key="sk-other-0123456789"),
    ]
    for call in calls:
        with pytest.raises(klingkit.InvalidRequestError, match=r"with_options\(relay='anyapi'\)"):
            call()
    assert either.run(kling.with_options(relay="official").voices.presets()) is not None
    assert kling.relays == tuple(RELAYS)


def test_a_video_made_before_is_taken_to_the_relay_that_made_it(emulator: Emulator, either: Any, waits: Any) -> None:
    kling = opened(either, emulator, "official", "anyapi", policy="least_busy")
    create(either, kling)
    task = create(either, kling, model_name="kling-v1-6")
    assert task.relay == "anyapi"
    result = either.run(task.wait(timeout=600))
    before = counted(emulator)
    with pytest.raises(klingkit.InvalidRequestError, match=r"video_id is known at the relay that made it alone"):
        either.run(kling.video.extend(result.files[0].id, "Snow"))
    assert counted(emulator) == before
    for given in (result, task):
        longer = either.run(kling.video.extend(given, "It begins to snow"))
        assert (longer.relay, longer.route) == ("anyapi", None)  # there was no choice
    assert either.run(kling.video.identify_face(video_id=result)).session_id
    single = kling.with_options(relay="anyapi")
    assert either.run(single.video.extend(result, "It begins to snow")).relay == "anyapi"
    with pytest.raises(klingkit.InvalidRequestError, match="asks official"):
        either.run(kling.with_options(relay="official").video.extend(result, "Snow"))


def test_an_open_file_is_read_anew_for_every_relay(
    emulator: Emulator, either: Any, nowhere: str, tmp_path: Path
) -> None:
    side = (640).to_bytes(4)
    path = tmp_path / "fox.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + side + side + bytes(392))
    kling = opened(either, emulator, "anyapi", "official", roots={"anyapi": nowhere}, max_retries=0)
    with path.open("rb") as stream:
        task = either.run(kling.video.image_to_video(stream, model_name="kling-v3"))
    assert task.relay == "official"


def test_speech_is_served_by_the_next_relay_as_well(emulator: Emulator, either: Any, nowhere: str) -> None:
    kling = opened(either, emulator, "anyapi", "official", roots={"anyapi": nowhere}, max_retries=0)
    result = either.run(kling.audio.tts("Hello", voice_id="oversea_male1", voice_language="en"))
    assert result.route.relay == "official"
    assert [one.relay for one in result.route.passed_over] == ["anyapi"]


def arguments_of(operation: str) -> dict[str, Any]:
    """Return the official example as arguments of the method."""
    row = ROWS[operation]
    nodes = (node for item in OFFICIAL["paths"].values() for node in item.values() if isinstance(node, dict))
    node = next(node for node in nodes if node.get("operationId") == f"{operation}_create")
    arguments: dict[str, Any] = {}
    for name, value in node["requestBody"]["content"]["application/json"]["example"].items():
        arguments |= value if name in row.flattened else {name: value}
    if "model" in row.paths:
        rows = klingkit_data.load("resolved/kling.openapi.yaml")["x-kling-standard-models"]
        arguments["model"] = next(row["model"] for row in rows if row["operation"] == f"{operation}_create")
    return {name: value for name, value in arguments.items() if name not in ("callback_url", "external_task_id")}


@pytest.mark.parametrize("operation", list(METHODS))
def test_every_operation_goes_to_the_relay_that_is_up(
    emulator: Emulator, either: Any, nowhere: str, tmp_path: Path, operation: str
) -> None:
    path, row, given = tmp_path / "config.toml", ROWS[operation], arguments_of(operation)
    path.write_text(f'[relay.down]\nlike = "official"\nbase_url = "{nowhere}"\n', encoding="utf-8")
    kling = opened(either, emulator, "down", "official", environ={"KLINGKIT_CONFIG": str(path)}, max_retries=0)
    before = counted(emulator)
    if found_bound(f"{operation}_create", given) is not None:
        with pytest.raises(klingkit.InvalidRequestError, match="is known at the relay that made it alone"):
            either.run(getattr(getattr(kling, row.group), row.method)(**given))
        kling = kling.with_options(relay="official")
    task = either.run(getattr(getattr(kling, row.group), row.method)(**given))
    assert (task.relay, task.operation) == ("official", operation)
    assert since(emulator, before)["official"] == (1, 1)
    assert either.run(task.refresh()) is task
