"""What the official document alone has, through the wrapper, against its emulator: one body for both clients."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

import klingkit_data
from klingkit import InvalidRequestError, NotFoundError, OutcomeUnknownError, TaskFailedError
from klingkit._methods.table import METHODS, ROWS
from klingkit._records import Record
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENT = klingkit_data.load("resolved/relays/official.openapi.yaml")
CALLS = [name for name in ROWS if name not in METHODS]
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4) + (480).to_bytes(4)


def node_of(operation: str) -> dict[str, Any]:
    wanted = {operation, f"{operation}_create"}
    for item in DOCUMENT["paths"].values():
        for node in item.values():
            if isinstance(node, dict) and node.get("operationId") in wanted:
                return node
    raise AssertionError(f"the official document has no {operation}")


def arguments_of(operation: str) -> dict[str, Any]:
    """Return the example of the document as arguments of the method."""
    row = ROWS[operation]
    content = node_of(operation).get("requestBody", {}).get("content", {}).get("application/json", {})
    arguments: dict[str, Any] = {}
    for name, value in content.get("example", {}).items():
        arguments |= value if name in row.flattened else {name: value}
    for name in ("callback_url", "external_task_id"):
        arguments.pop(name, None)
    if "model" in row.paths:
        arguments["model"] = model_of(operation)
    return arguments


def model_of(operation: str) -> str:
    rows = klingkit_data.load("resolved/kling.openapi.yaml")["x-kling-standard-models"]
    return str(next(row["model"] for row in rows if row["operation"] == f"{operation}_create"))


def called(either: Any, kling: Any, operation: str, **more: Any) -> Any:
    row = ROWS[operation]
    method = getattr(getattr(kling, row.group), row.method)
    return either.run(method(**{**arguments_of(operation), **more}))


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(["official"], speed=50_000) as running:
        yield running


@pytest.fixture
def kling(emulator: Emulator, either: Any, waits: Any) -> Any:
    return either.open("official", base_url=emulator.base_url("official"), api_key=emulator.api_key)


@pytest.mark.parametrize("operation", METHODS)
def test_a_task_is_found_again_by_both_its_ids_and_in_the_list(either: Any, kling: Any, operation: str) -> None:
    task = called(either, kling, operation, external_task_id=f"mine-{operation}-{either.kind}")
    assert task.external_task_id == f"mine-{operation}-{either.kind}"
    for task_id in (task.task_id, task.external_task_id):
        assert either.run(kling.tasks.get(task_id, operation=operation)).task_id == task.task_id
    assert task.task_id in [one.task_id for one in either.run(kling.tasks.list(operation))]


@pytest.mark.parametrize("area", ["video.text_to_video", "standard.text_to_video", "solutions.drama_subtitle"])
def test_all_tasks_are_gone_through_page_by_page(either: Any, kling: Any, area: str) -> None:
    operation = next(name for name in METHODS if ".".join(ROWS[name][:2]) == area)
    made = [called(either, kling, operation).task_id for _ in range(5)]

    async def listed() -> list[str]:
        return [task.task_id async for task in kling.tasks.iter(area, page_size=2)]

    if either.kind == "sync":
        found = [task.task_id for task in kling.tasks.iter(area, page_size=2)]
    else:
        found = either.run(listed())
    assert set(made) <= set(found)
    assert len(found) == len(set(found))
    second = either.run(kling.tasks.list(area, page=2, page_size=2))
    assert [task.task_id for task in second] == found[2:4]


@pytest.mark.parametrize("operation", ["standard_text2video", "video_text2video", "solution_drama_subtitle"])
def test_an_unknown_task_is_not_found(either: Any, kling: Any, operation: str) -> None:
    with pytest.raises(NotFoundError):
        either.run(kling.tasks.get("831000000000000999", operation=operation))


@pytest.mark.parametrize("operation", ["standard_text2video", "voice_custom", "image_generation"])
def test_a_lost_answer_is_reconciled_by_the_callers_own_id(
    emulator: Emulator, either: Any, kling: Any, operation: str
) -> None:
    before = emulator.charges("official")
    emulator.plant("drop-after-accept", relay="official", operation="create")
    task = called(either, kling, operation)
    assert emulator.charges("official") == before + 1
    assert either.run(task.wait()).files


def prepared(either: Any, kling: Any, operation: str) -> dict[str, Any]:
    """Return arguments that name what there really is."""
    if "selection" in operation and not operation.endswith("_init"):
        opened = {"session_id": called(either, kling, "video_multi_elements_selection_init").session_id}
        if not operation.endswith("_add"):
            marked = {**arguments_of("video_multi_elements_selection_delete"), **opened}
            either.run(kling.video.add_selection(**marked))
        return opened
    if operation in {"voice_custom_get", "element_custom_get"}:
        return {"task_id": called(either, kling, operation.removesuffix("_get")).task_id}
    if operation in {"voice_custom_delete", "element_custom_delete"}:
        made = either.run(called(either, kling, operation.removesuffix("_delete")).wait())
        row = (made.voices or made.elements)[0]
        return {"voice_id": row.voice_id} if operation.startswith("voice") else {"element_id": str(row.element_id)}
    if operation == "element_simple_delete":
        return {"element_id": str(called(either, kling, "element_simple_run").element_id)}
    if operation.endswith("task_get"):
        area = "standard_text2video" if operation.startswith("standard") else "solution_drama_subtitle"
        return {"task_ids": [called(either, kling, area).task_id]}
    if operation == "account_costs_get":
        return {"start_time": 1766287862370, "end_time": 1768879862370}
    return {}


@pytest.mark.parametrize("operation", CALLS)
def test_a_call_answers_with_what_its_method_promises(either: Any, kling: Any, operation: str) -> None:
    row = ROWS[operation]
    promised = inspect.signature(getattr(getattr(kling, row.group), row.method)).return_annotation
    answer = called(either, kling, operation, **prepared(either, kling, operation))
    if promised in {"Task", "AsyncTask", "Result", "AsyncResult"}:
        assert type(answer).__name__ == promised
    elif isinstance(answer, list):
        assert all(type(one).__name__ in promised for one in answer)
    else:
        assert isinstance(answer, Record)
        assert promised == f"r.{type(answer).__name__}"
        assert any(getattr(answer, name) not in (None, ()) for name in answer._fields)


def test_voices_and_elements_are_made_listed_and_deleted(either: Any, kling: Any) -> None:
    voice = either.run(called(either, kling, "voice_custom").wait()).voices[0]
    assert voice.voice_id in [one.voice_id for one in either.run(kling.voices.list(page_size=500))]
    either.run(kling.voices.delete(voice.voice_id))
    assert voice.voice_id not in [one.voice_id for one in either.run(kling.voices.list(page_size=500))]
    element = either.run(called(either, kling, "element_custom").wait()).elements[0]
    assert element.element_id in [one.element_id for one in either.run(kling.elements.list(page_size=500))]
    assert either.run(kling.voices.presets())
    assert either.run(kling.elements.presets())


def test_speech_is_there_at_once(either: Any, kling: Any, tmp_path: Path) -> None:
    result = called(either, kling, "audio_tts_run")
    saved = either.run(result.download(tmp_path / "speech.mp3"))
    assert saved.read_bytes()[:3] == b"ID3"


def test_a_call_that_may_cost_something_is_never_sent_twice(emulator: Emulator, either: Any, kling: Any) -> None:
    before = emulator.charges("official")
    emulator.plant("drop-after-accept", relay="official", operation="audio_tts_run")
    with pytest.raises(OutcomeUnknownError) as caught:
        called(either, kling, "audio_tts_run")
    assert emulator.charges("official") == before + 1
    assert caught.value.operation == "audio_tts_run"


def test_what_costs_nothing_is_asked_again(emulator: Emulator, either: Any, kling: Any) -> None:
    emulator.plant("status-500", relay="official", operation="account_balance_run", times=2)
    assert called(either, kling, "account_balance_run").raw


def test_pictures_are_sent_wherever_they_stand(either: Any, kling: Any, tmp_path: Path) -> None:
    picture = tmp_path / "fox.png"
    picture.write_bytes(PNG + bytes(400))
    omni = [{"type": "prompt", "text": "A fox"}, {"type": "first_frame", "url": picture}]
    either.run(kling.standard.omni_video(omni, model=model_of("standard_omni_video")))
    with pytest.raises(InvalidRequestError, match=r"contents\[0\]\.url"):
        either.run(kling.standard.image_to_video([{"type": "first_frame", "url": 7}], model="kling-3.0"))


def test_a_task_that_fails_says_why(either: Any, kling: Any) -> None:
    task = either.run(kling.standard.text_to_video("A fox [fail]", model="kling-3.0"))
    with pytest.raises(TaskFailedError) as caught:
        either.run(task.wait())
    assert caught.value.reason
