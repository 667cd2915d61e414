"""Selection sessions of multi-elements: which points of which frames were marked, kept from call to call."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from klingkit_emulator import encoding
from klingkit_emulator.asking import refuse_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_emulator.calls import Call, Desk

__all__ = ["CALLS"]

JsonObject = dict[str, Any]

_WIDTH, _HEIGHT, _FPS, _SECONDS = 320, 180, 24, 5
_MOST_FRAMES = 10
_MASK = 32
_COUNTS = "0e0P1"  # COCO's compressed run lengths of one long run


def _init(desk: Desk, call: Call) -> JsonObject:
    view = desk.helper(call)
    session_id = view.task.task_id
    desk.store.keep_session(session_id, desk.relay, call.account, {})
    return {
        **_head(session_id),
        "fps": float(_FPS),
        "original_duration": _SECONDS * 1000,
        "width": _WIDTH,
        "height": _HEIGHT,
        "total_frame": _SECONDS * _FPS,
        "normalized_video": view.file("mp4"),
    }


def _add(desk: Desk, call: Call) -> JsonObject:
    frames = _frames(desk, call)
    number = str(call.body["frame_index"])
    if number not in frames and len(frames) >= _MOST_FRAMES:
        refuse_value("frame_index", f"points may be marked on {_MOST_FRAMES} frames at most")
    known = frames.setdefault(number, [])
    known.extend(point for point in call.body["points"] if point not in known)
    return _kept(desk, call, frames, number)


def _delete(desk: Desk, call: Call) -> JsonObject:
    frames = _frames(desk, call)
    number = str(call.body["frame_index"])
    if number not in frames:
        refuse_value("frame_index", "no point is marked on this frame")
    frames[number] = [point for point in frames[number] if point not in call.body["points"]]
    if not frames[number]:
        del frames[number]
    return _kept(desk, call, frames, number)


def _clear(desk: Desk, call: Call) -> JsonObject:
    _frames(desk, call)
    desk.store.keep_session(call.body["session_id"], desk.relay, call.account, {})
    return _head(call.body["session_id"])


def _preview(desk: Desk, call: Call) -> JsonObject:
    if not _frames(desk, call):
        refuse_value("session_id", "nothing is marked in this session")
    view = desk.helper(call)
    shown = {"video": view.file("mp4"), "video_cover": view.file("png"), "tracking_output": view.file("json")}
    return {**_head(call.body["session_id"]), "res": shown}


def _frames(desk: Desk, call: Call) -> dict[str, list[Any]]:
    state = desk.store.session(call.body["session_id"], desk.relay, call.account)
    if state is None:
        refuse_value("session_id", "there is no such session")
    return dict(state)


def _kept(desk: Desk, call: Call, frames: dict[str, list[Any]], number: str) -> JsonObject:
    desk.store.keep_session(call.body["session_id"], desk.relay, call.account, frames)
    masks = [_mask(object_id) for object_id, _ in enumerate(frames.get(number, ()))]
    frame = {"frame_index": int(number), "rle_mask_list": masks}
    return {**_head(call.body["session_id"]), "res": frame}


def _mask(object_id: int) -> JsonObject:
    png = base64.b64encode(encoding.still(_MASK, _MASK, object_id)).decode()
    return {
        "object_id": object_id,
        "rle_mask": {"size": [_MASK, _MASK], "counts": _COUNTS},
        "png_mask": {"size": [_MASK, _MASK], "base64": png},
    }


def _head(session_id: str) -> JsonObject:
    return {"status": 0, "session_id": session_id, "final_unit_deduction": "0"}


CALLS: dict[str, Callable[[Desk, Call], Any]] = {
    f"video_multi_elements_selection_{verb}": handler
    for verb, handler in {
        "init": _init,
        "add": _add,
        "delete": _delete,
        "clear": _clear,
        "preview": _preview,
    }.items()
}
"""The handlers of this module by operationId."""
