"""Every operation of every profile, with one test body: created, resumed, waited for, downloaded, found again.

Profiles are the relays of the registry and the generations of gateway software. What one of them does not offer is
refused by name before anything is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import klingkit
import klingkit_data
from klingkit._methods.table import METHODS, ROWS
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROFILES = klingkit.relay_ids()
OFFERED = {relay: row["operations"] for relay, row in klingkit_data.load("resolved/surface.json")["relays"].items()}
OFFICIAL = klingkit_data.load("resolved/relays/official.openapi.yaml")
# What the tasks of an operation make, where it is not one file of the kind its area names.
MADE = {
    "image_multi_shot": ["image"] * 9,
    "image_omni_image": ["image"],
    "audio_text2audio": ["audio", "audio"],
    "audio_video2audio": ["video", "audio", "audio"],
    "voice_custom": ["audio"],
    "element_custom": ["image"],
    "solution_virtual_try_on": ["image"],
    "solution_clothing_dupe": ["image", "image", "video"],
    "solution_drama_subtitle": ["video", "text", "text"],
}
ENDINGS = {"video": {".mp4"}, "image": {".png"}, "audio": {".mp3", ".wav"}, "text": {".srt", ".ass"}}
# The models of the official examples are newer than what these know, or take other arguments there.
MODELS = {"openai-next": "kling-v2-master", **dict.fromkeys((p for p in PROFILES if "newapi" in p), "kling-v1-6")}
WHOLE = ("anyapi", "video_advanced_lip_sync")  # documents whole numbers for the volumes


def has(relay: str, operation: str) -> bool:
    return f"{operation}_create" in OFFERED[relay]


def arguments_of(relay: str, operation: str) -> dict[str, Any]:
    """Return the official example as arguments of the method, in what `relay` knows."""
    row = ROWS[operation]
    nodes = (node for item in OFFICIAL["paths"].values() for node in item.values() if isinstance(node, dict))
    node = next(node for node in nodes if node.get("operationId") == f"{operation}_create")
    arguments: dict[str, Any] = {}
    for name, value in node["requestBody"]["content"]["application/json"]["example"].items():
        arguments |= value if name in row.flattened else {name: value}
    for name in ("callback_url", "external_task_id"):
        arguments.pop(name, None)
    if "model" in row.paths:
        rows = klingkit_data.load("resolved/kling.openapi.yaml")["x-kling-standard-models"]
        arguments["model"] = next(row["model"] for row in rows if row["operation"] == f"{operation}_create")
    if relay in MODELS and operation in {"video_text2video", "video_image2video"}:
        arguments["model_name"] = MODELS[relay]
    if (relay, operation) == WHOLE:
        faces = arguments["face_choose"]
        arguments["face_choose"] = [{**face, "original_audio_volume": 1, "sound_volume": 1} for face in faces]
    return arguments


def create(either: Any, kling: Any, operation: str, **more: Any) -> Any:
    row = ROWS[operation]
    arguments = {**arguments_of(kling.relay, operation), **more}
    return either.run(getattr(getattr(kling, row.group), row.method)(**arguments))


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(PROFILES, speed=50_000) as running:
        yield running


def opened(either: Any, emulator: Emulator, relay: str) -> Any:
    return either.open(relay, api_key=emulator.api_key, base_url=emulator.base_url(relay))


def made_by(operation: str) -> list[str]:
    area = operation.partition("_")[0]
    return MADE.get(operation, [area if area in {"image", "audio"} else "video"])


@pytest.mark.parametrize(
    ("relay", "operation"), [(relay, name) for relay in PROFILES for name in METHODS if has(relay, name)]
)
def test_a_task_goes_from_create_to_files_and_is_charged_once(
    emulator: Emulator, either: Any, waits: Any, tmp_path: Path, relay: str, operation: str
) -> None:
    before = emulator.charges(relay)
    kling = opened(either, emulator, relay)
    task = create(either, kling, operation)
    assert (task.relay, task.operation) == (relay, operation)
    again = kling.tasks.resume(task.to_json())
    result = either.run(again.wait(timeout=600))
    kinds = [file.kind for file in result.files]
    expected = made_by(operation)
    assert set(kinds) == set(expected)
    assert len(kinds) >= len(expected)
    saved = either.run(result.download_all(tmp_path))
    assert [path.suffix in ENDINGS[kind] for path, kind in zip(saved, kinds, strict=True)] == [True] * len(kinds)
    assert all(path.stat().st_size for path in saved)
    assert result.raw is not None
    assert emulator.charges(relay) == before + 1
    assert either.run(kling.tasks.get(task.task_id, operation=operation)).state == "succeeded"
    if f"{operation}_list" in OFFERED[relay]:
        assert task.task_id in [one.task_id for one in either.run(kling.tasks.list(operation))]


@pytest.mark.parametrize("relay", [relay for relay in PROFILES if not all(has(relay, name) for name in METHODS)])
def test_what_a_profile_does_not_offer_is_refused_by_name_before_anything_is_sent(
    emulator: Emulator, either: Any, relay: str
) -> None:
    kling = opened(either, emulator, relay)
    before = emulator.requests(relay)
    for operation in (name for name in METHODS if not has(relay, name)):
        with pytest.raises(klingkit.UnsupportedByRelayError) as caught:
            create(either, kling, operation)
        assert caught.value.relay == relay
        assert (caught.value.operation or "").startswith(operation)
    assert emulator.requests(relay) == before


@pytest.mark.parametrize(
    ("relay", "operation"),
    [(p, name) for p in PROFILES for name in METHODS if has(p, name) and not OFFERED[p].get(f"{name}_list")],
)
def test_tasks_that_cannot_be_listed_say_so(emulator: Emulator, either: Any, relay: str, operation: str) -> None:
    if operation.startswith(("standard_", "solution_")):
        assert either.run(opened(either, emulator, relay).tasks.list(operation)) is not None  # one list for all
        return
    before = emulator.requests(relay)
    with pytest.raises(klingkit.UnsupportedByRelayError, match="keep the ids"):
        either.run(opened(either, emulator, relay).tasks.list(operation))
    assert emulator.requests(relay) == before
