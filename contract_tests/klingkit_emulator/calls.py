"""Calls that start no task: they answer at once, or read, list and delete what others made.

A handler takes the desk of its relay and a call that was found right, and returns the ``data`` of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from klingkit_emulator.asked import Asked, read_asked
from klingkit_emulator.asking import refuse_value
from klingkit_emulator.lifecycle import Timetable
from klingkit_emulator.results import element, voice
from klingkit_emulator.store import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from klingkit_emulator.clock import Clock
    from klingkit_emulator.contract import Operation
    from klingkit_emulator.store import Store
    from klingkit_emulator.views import View

__all__ = ["CALLS", "Call", "Desk"]

JsonObject = dict[str, Any]

_PRESETS = 3
_VENDOR = "kling"
_SEGMENTS = ("object_seg", "head_seg", "face_seg", "cloth_seg")
_LETTERS_A_SECOND = 15


@dataclass(frozen=True, slots=True)
class Call:
    """One call: who asks what, with the body and the query as the documents read them."""

    operation: Operation
    account: str
    body: Mapping[str, Any]
    query: Mapping[str, Any]
    origin: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What a handler may use of its relay. `objects` are those that have a create.

    `keeps_payment` tells whether a task that failed stays charged.
    """

    relay: str
    store: Store
    clock: Clock
    new_id: Callable[[], str]
    view: Callable[[Task, str], View]
    objects: frozenset[str]
    keeps_payment: bool = False

    def helper(self, call: Call, *, seconds: float = 5.0, **more: Any) -> View:
        """Keep a task that has ended already, which owns the files of an answer."""
        now = self.clock.now_ms()
        asked = read_asked("helper", call.body, {}, {})
        kept = {"echo": asked.echo, "count": 9, **more}
        made = Asked("helper", asked.width, asked.height, asked.seed, seconds=seconds, **kept)
        task = Task(
            self.new_id(), self.relay, call.account, call.operation.object, None, Timetable(now, now, now), made
        )
        self.store.add(task, charged=False)
        return self.view(task, call.origin)

    def preset(self, call: Call, number: int, kind: str, echo: dict[str, str]) -> View:
        """Return one of the vendor's own things, which lies in no account and is the same whenever it is asked for."""
        digest = sha256(f"{self.relay} {call.operation.object} {number}".encode()).hexdigest()
        task_id = f"7{int(digest[:14], 16) % 10**17:017d}"
        task = self.store.by_id(task_id)
        if task is None:
            asked = Asked(kind, 320, 180, number, seconds=3.0, echo={**echo, "owned_by": _VENDOR})
            task = Task(task_id, self.relay, _VENDOR, call.operation.object, None, Timetable(1, 1, 1), asked)
            self.store.add(task, charged=False)
        return self.view(task, call.origin)


# ---------------------------------------------------------------------------------------------- answered at once


def _speak(desk: Desk, call: Call) -> JsonObject:
    seconds = max(1.0, len(str(call.body.get("text", ""))) / _LETTERS_A_SECOND)
    view = desk.helper(call, seconds=round(seconds, 3))
    task = view.task
    audio = {"id": f"{task.task_id}-0", "url": view.file("mp3"), "duration": f"{task.asked.seconds:.3f}"}
    return {
        "task_id": task.task_id,
        "task_status": "succeed",
        "task_status_msg": "",
        "task_result": {"audios": [audio]},
        "final_unit_deduction": "1",
        "created_at": task.timetable.created_ms,
        "updated_at": task.timetable.created_ms,
    }


def _identify_faces(desk: Desk, call: Call) -> JsonObject:
    view = desk.helper(call)
    faces = [
        {"face_id": str(n), "face_image": view.file("png", n), "start_time": 0, "end_time": 5000} for n in range(2)
    ]
    return {"session_id": view.task.task_id, "final_unit_deduction": "1", "face_data": faces}


def _recognise(desk: Desk, call: Call) -> JsonObject:
    view = desk.helper(call)
    parts = [{"type": part, "is_contain": True, "url": view.file("png", n)} for n, part in enumerate(_SEGMENTS)]
    return {"task_result": {"images": parts}, "final_unit_deduction": "1"}


# ---------------------------------------------------------------------------------------------- presets, deletions


def _preset_voices(desk: Desk, call: Call) -> list[JsonObject]:
    views = [desk.preset(call, n, "voice", {"voice_name": f"voice {n + 1}"}) for n in range(_PRESETS)]
    return [{**_ended(view), "task_result": {"voices": [voice(view)]}} for view in _page(views, call)]


def _preset_elements(desk: Desk, call: Call) -> list[JsonObject]:
    views = [desk.preset(call, n, "element", {"element_name": f"element {n + 1}"}) for n in range(_PRESETS)]
    return [{**_ended(view), "task_result": {"elements": [element(view)]}} for view in _page(views, call)]


def _ended(view: View) -> JsonObject:
    times = {"created_at": view.task.timetable.created_ms, "updated_at": view.task.timetable.ended_ms}
    return {"task_id": view.task.task_id, "task_status": "succeed", "task_status_msg": "", **times}


def _page(views: list[View], call: Call) -> list[View]:
    size, number = call.query.get("pageSize") or 30, call.query.get("pageNum") or 1
    return views[(number - 1) * size : number * size]


def _delete(member: str, obj: str) -> Callable[[Desk, Call], JsonObject]:
    """Return the handler that deletes what a task of `obj` made; its id, in `member`, is the task's."""

    def delete(desk: Desk, call: Call) -> JsonObject:
        said = str(call.body.get(member, ""))
        task = desk.store.owned(desk.relay, call.account, said)
        if task is None or task.object != obj:
            refuse_value(member, f"there is none of yours with the id {said[:80]}")
        desk.store.remove(task)
        return {"task_id": task.task_id, "task_status": "succeed"}

    return delete


def _make_simple_element(desk: Desk, call: Call) -> JsonObject:
    return {**_simple_element(desk.helper(call)), "final_unit_deduction": "1"}


def _simple_elements(desk: Desk, call: Call) -> list[JsonObject]:
    size, number = call.query.get("pageSize") or 30, call.query.get("pageNum") or 1
    tasks = desk.store.page(desk.relay, call.account, "element_simple", limit=size, offset=(number - 1) * size)
    return [_simple_element(desk.view(task, call.origin)) for task in tasks]


def _simple_presets(desk: Desk, call: Call) -> list[JsonObject]:
    views = [desk.preset(call, n, "element", {"element_name": f"element {n + 1}"}) for n in range(_PRESETS)]
    return [_simple_element(view) for view in _page(views, call)]


def _simple_element(view: View) -> JsonObject:
    whole = element(view)
    kept = {name: whole[name] for name in ("element_id", "element_name", "element_description", "tag_list", "owned_by")}
    return {**kept, "element_frontal_image": view.file("png"), "element_refer_list": [{"image_url": view.file("png")}]}


CALLS: dict[str, Callable[[Desk, Call], Any]] = {
    "audio_tts_run": _speak,
    "video_identify_face_run": _identify_faces,
    "image_recognition_run": _recognise,
    "voice_preset_list": _preset_voices,
    "voice_custom_delete": _delete("voice_id", "voice_custom"),
    "element_preset_list": _preset_elements,
    "element_custom_delete": _delete("element_id", "element_custom"),
    "element_simple_run": _make_simple_element,
    "element_simple_list": _simple_elements,
    "element_simple_preset_list": _simple_presets,
    "element_simple_delete": _delete("element_id", "element_simple"),
}
"""The handlers of this module by operationId."""
