"""new-api gateways through the client: bodies that every generation reads, answers of each, and what is never sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import klingkit
from klingkit_emulator.launch import Emulator, Forward, launch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GATEWAYS = ["newapi-a1", "newapi-a2", "newapi-b", "newapi-c"]
SOMEWHERE = "https://gateway.example"
ROOT = f"{SOMEWHERE}/kling/v1/videos"
PICTURE = "https://example.com/fox.png"
ANSWER = {"id": "task_1", "task_id": "task_1", "object": "video", "status": "queued", "created_at": 1766374262}
MODEL = "kling-v1-6"


def text_to_video(either: Any, kling: Any, prompt: str = "A fox", **more: Any) -> Any:
    return either.run(kling.video.text_to_video(prompt, model_name=MODEL, **more))


def sent(respx_mock: Any, either: Any, relay: str, **more: Any) -> Any:
    route = respx_mock.post(f"{ROOT}/text2video").respond(json=ANSWER)
    text_to_video(either, either.open(relay, base_url=SOMEWHERE), external_task_id="mine", **more)
    return either.sent(route)


# ---------------------------------------------------------------------------------------------- requests


@pytest.mark.parametrize("relay", ["newapi-a2", "newapi-b"])
def test_where_top_level_fields_get_lost_they_travel_twice(respx_mock: Any, either: Any, relay: str) -> None:
    lost = {"aspect_ratio": "9:16", "negative_prompt": "rain", "cfg_scale": 0.8, "external_task_id": "mine"}
    asked = {name: value for name, value in lost.items() if name != "external_task_id"}
    body = sent(respx_mock, either, relay, duration=10, mode="pro", **asked)
    kept = {"model": MODEL, "model_name": MODEL, "prompt": "A fox", "duration": "10", "mode": "pro"}
    assert body == {**kept, **lost, "metadata": lost}


@pytest.mark.parametrize("relay", ["newapi-a1", "newapi-c"])
def test_where_nothing_gets_lost_fields_travel_once(respx_mock: Any, either: Any, relay: str) -> None:
    body = sent(respx_mock, either, relay, negative_prompt="rain")
    assert "metadata" not in body
    assert body["negative_prompt"] == "rain"


@pytest.mark.parametrize("relay", GATEWAYS)
def test_the_ratio_is_said_since_the_gateway_would_choose_another(respx_mock: Any, either: Any, relay: str) -> None:
    assert sent(respx_mock, either, relay)["aspect_ratio"] == "16:9"


@pytest.mark.parametrize("relay", ["newapi-a1", "newapi-a2", "newapi-b"])
@pytest.mark.parametrize(
    ("field", "value"), [("sound", "on"), ("watermark_info", {"enabled": True}), ("cfg_scale", 0), ("cfg_scale", 0.0)]
)
def test_what_is_known_to_be_dropped_is_refused_before_money_is_spent(
    respx_mock: Any, either: Any, relay: str, field: str, value: Any
) -> None:
    route = respx_mock.post(f"{ROOT}/text2video").respond(json=ANSWER)
    with pytest.raises(klingkit.UnsupportedByRelayError, match="allow_dropped=True") as caught:
        text_to_video(either, either.open(relay, base_url=SOMEWHERE, validate=False), **{field: value})
    assert field in str(caught.value)
    assert (caught.value.relay, caught.value.argument) == (relay, field)
    assert not route.called


def test_what_is_dropped_can_be_sent_all_the_same(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(f"{ROOT}/text2video").respond(json=ANSWER)
    kling = either.open("newapi-b", base_url=SOMEWHERE, allow_dropped=True, validate=False)
    text_to_video(either, kling, sound="on")
    assert either.sent(route)["sound"] == "on"


def test_the_newest_generation_drops_nothing(respx_mock: Any, either: Any) -> None:
    assert sent(respx_mock, either, "newapi-c", sound="on", cfg_scale=0, validate=False)["cfg_scale"] == 0


@pytest.mark.parametrize("relay", GATEWAYS)
def test_software_without_an_address_is_refused_with_what_to_say(either: Any, relay: str) -> None:
    with pytest.raises(klingkit.ConfigurationError, match="--base-url") as caught:
        either.open(relay)
    assert f'like = "{relay}"' in str(caught.value)


# ---------------------------------------------------------------------------------------------- emulated


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(GATEWAYS, speed=600) as running:
        yield running


def opened(either: Any, emulator: Emulator, relay: str) -> Any:
    return either.open(relay, api_key=emulator.api_key, base_url=emulator.base_url(relay))


@pytest.mark.parametrize("relay", GATEWAYS)
def test_a_task_that_fails_says_why_and_what_was_held_is_given_back(
    emulator: Emulator, either: Any, relay: str
) -> None:
    before = emulator.charges(relay)
    task = text_to_video(either, opened(either, emulator, relay), "A fox [fail: too shy]")
    assert emulator.charges(relay) == before + 1
    with pytest.raises(klingkit.TaskFailedError) as caught:
        either.run(task.wait(timeout=30, poll_interval=0.02))
    assert caught.value.reason == "too shy"
    assert emulator.charges(relay) == before


@pytest.mark.parametrize("relay", GATEWAYS)
def test_an_unknown_model_is_a_permanent_refusal_whatever_its_status(
    emulator: Emulator, either: Any, relay: str
) -> None:
    kling = opened(either, emulator, relay)
    before = emulator.charges(relay), emulator.requests(relay)
    refused = (klingkit.NotFoundError, klingkit.RequestRefusedError)
    with pytest.warns(klingkit.KlingWarning, match="kling-v99"), pytest.raises(refused) as caught:
        either.run(kling.video.text_to_video("A fox", model_name="kling-v99"))
    assert not caught.value.retryable
    assert (emulator.charges(relay), emulator.requests(relay)) == (before[0], before[1] + 1)


@pytest.mark.parametrize("relay", GATEWAYS)
def test_klings_own_refusal_comes_through_in_klings_words(emulator: Emulator, either: Any, relay: str) -> None:
    kling = opened(either, emulator, relay)
    before = emulator.charges(relay)
    mine = f"twice-{relay}-{either.kind}"
    text_to_video(either, kling, external_task_id=mine)
    with pytest.raises(klingkit.RequestRefusedError, match="already exists"):
        text_to_video(either, kling, external_task_id=mine)
    assert emulator.charges(relay) == before + 1


@pytest.mark.parametrize("relay", GATEWAYS)
def test_through_a_gateway_over_http_kling_makes_what_was_asked_for(either: Any, tmp_path: Path, relay: str) -> None:
    with launch(["official"], speed=600) as kling, launch([relay], speed=600, upstream=Forward(kling.url)) as gateway:
        client = opened(either, gateway, relay)
        task = text_to_video(either, client, duration=10, aspect_ratio="9:16")
        done = either.run(task.wait(timeout=30, poll_interval=0.02))
        (file,) = either.run(done.download_all(tmp_path))
        (row,) = kling.state()["relays"]["official"]["newest"]
        assert (kling.charges("official"), gateway.charges(relay)) == (1, 1)
    assert done.files[0].url.startswith(kling.url)
    assert done.files[0].duration == 10.0
    assert file.stat().st_size > 1000
    assert (task.task_id == row["task_id"]) == (relay in {"newapi-a1", "newapi-a2"})
    assert (row["external_task_id"] is None) == (relay == "newapi-b")
    assert json.loads(task.to_json())["task_id"] == task.task_id
