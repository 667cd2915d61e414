"""Calls that make no task are held against the same documents as creates: all that is wrong at once, nothing sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from klingkit import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = "https://api-singapore.klingai.com"

WRONG: dict[str, tuple[Callable[[Any], Any], set[str]]] = {
    "a speech": (
        lambda kling: kling.audio.tts("", voice_id="v", voice_language="xx", voice_speed=9),
        {"text", "voice_language", "voice_speed"},
    ),
    "an element of the older library": (
        lambda kling: kling.elements.create_simple(
            "n" * 21, "d" * 101, element_frontal_image="no picture", element_refer_list=[]
        ),
        {"element_name", "element_description", "element_frontal_image", "element_refer_list"},
    ),
    "points of a selection": (
        lambda kling: kling.video.add_selection("s", frame_index=-1, points=[{"x": 2}]),
        {"frame_index", "points[0].x", "points[0].y"},
    ),
    "a clip given twice": (
        lambda kling: kling.video.identify_face(video_id="a", video_url="https://example.com/a.mp4"),
        {"video_id"},
    ),
    "an element to delete": (lambda kling: kling.elements.delete("five"), {"element_id"}),
    "a page of voices": (lambda kling: kling.voices.presets(page=0, page_size=1001), {"page", "page_size"}),
    "a page of tasks": (lambda kling: kling.tasks.list("text_to_video", page=0, page_size=501), {"page", "page_size"}),
    "a page of tasks by cursor": (
        lambda kling: kling.tasks.list("standard_text_to_video", page_size=501),
        {"page_size"},
    ),
    "what was paid": (
        lambda kling: kling.account.balance(1, 2, limit=501, filters=[{"key": "z"}]),
        {"limit", "filters[0].key", "filters[0].values"},
    ),
    "what was paid, without a time": (lambda kling: kling.account.balance(), {"start_time"}),
    "what is left": (lambda kling: kling.account.costs("yesterday", None), {"start_time", "end_time"}),
    "a stretch of tasks": (lambda kling: kling.standard.query(limit=501), {"limit"}),
}


@pytest.mark.parametrize("case", WRONG)
def test_everything_wrong_with_a_call_is_told_at_once_and_nothing_is_sent(
    respx_mock: Any, either: Any, case: str
) -> None:
    call, fields = WRONG[case]
    with pytest.raises(InvalidRequestError) as caught:
        either.run(call(either.open("official")))
    assert {problem.field for problem in caught.value.problems} == fields
    assert all(problem.sentence.startswith(problem.field) for problem in caught.value.problems)
    assert not respx_mock.calls


def test_whoever_asks_for_no_checks_sends_what_can_be_said(respx_mock: Any, either: Any) -> None:
    refused = httpx.Response(400, json={"code": 1201, "message": "no such speed"})
    speak = respx_mock.post(f"{ROOT}/v1/audio/tts").mock(return_value=refused)
    voices = respx_mock.get(f"{ROOT}/v1/general/presets-voices").respond(json={"code": 0, "data": []})
    speech = {"voice_id": "v", "voice_language": "zh", "voice_speed": 9}
    with pytest.raises(InvalidRequestError):
        either.run(either.open("official").audio.tts("Hello", **speech))
    assert not speak.called
    for options, more in (({"validate": False}, {}), ({}, {"validate": False})):
        kling = either.open("official", **options)
        with pytest.raises(Exception, match="no such speed"):
            either.run(kling.audio.tts("Hello", **speech, **more))
        assert either.run(kling.voices.presets(page=2000, **more)) == []
    assert speak.call_count == voices.call_count == 2


def test_what_a_relay_knows_besides_goes_with_extra(respx_mock: Any, either: Any) -> None:
    speak = respx_mock.post(f"{ROOT}/v1/audio/tts").respond(400, json={"code": 1201, "message": "no"})
    with pytest.raises(Exception, match="no"):
        either.run(
            either.open("official").audio.tts(
                "Hello", voice_id="v", voice_language="zh", extra={"voice_speed": 9, "new": 1}
            )
        )
    assert speak.called


@pytest.mark.parametrize("ids", [{}, {"task_ids": ["1"], "external_task_ids": ["2"]}])
def test_tasks_are_found_by_one_kind_of_id(respx_mock: Any, either: Any, ids: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match="task_ids or external_task_ids is needed, and not both"):
        either.run(either.open("official").standard.find(**ids))
    assert not respx_mock.calls
