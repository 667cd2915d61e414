"""Answers of the new standard and of solutions: ``id``, ``status`` and ``outputs``, whatever dialect a relay speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_emulator.results import OWNER

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_emulator.views import View

__all__ = ["WORDS", "head", "task"]

JsonObject = dict[str, Any]

WORDS = {"queued": "submitted", "running": "processing", "succeeded": "succeeded", "failed": "failed"}
"""The word for each state."""

# The one create whose answer calls the id otherwise.
_OTHER_ID = "solution_virtual_try_on"
_PACKAGES = {"image": "image", "shots": "image", "audio": "audio", "voice": "audio"}


def head(view: View) -> JsonObject:
    """Return the answer to a create, without its envelope."""
    found = _times(view)
    found["task_id" if view.task.object == _OTHER_ID else "id"] = view.task.task_id
    return found


def task(view: View) -> JsonObject:
    """Return a task as a query tells it, without an envelope."""
    found = {"id": view.task.task_id, **_times(view)}
    if view.progress.state == "failed":
        found["message"] = view.task.timetable.reason or ""
    if view.progress.state == "succeeded":
        kind = view.task.asked.kind
        found["outputs"] = _OUTPUTS.get(kind, _videos)(view)
        found["billing"] = [{"charge_type": "unit", "amount": "1", "package_type": _PACKAGES.get(kind, "video")}]
    return found


def _times(view: View) -> JsonObject:
    found: JsonObject = {
        "status": view.word,
        "create_time": view.task.timetable.created_ms,
        "update_time": view.progress.since_ms,
    }
    return {**found, "external_id": view.task.external_id} if view.task.external_id else found


def _marked(marked: str | None) -> JsonObject:
    return {"watermark_url": marked} if marked else {}


def _videos(view: View) -> list[JsonObject]:
    return [
        {
            "type": "video",
            "id": f"{view.task.task_id}-{n}",
            "url": link.url,
            "duration": _seconds(view),
            **_marked(link.marked),
        }
        for n, link in enumerate(view.links)
    ]


def _images(view: View) -> list[JsonObject]:
    return [{"type": "image", "url": link.url, **_marked(link.marked)} for link in view.links]


def _audios(view: View) -> list[JsonObject]:
    return [
        {
            "type": "audio",
            "id": f"{view.task.task_id}-0",
            "mp3_url": view.file("mp3"),
            "wav_url": view.file("wav"),
            "mp3_duration": _seconds(view),
            "wav_duration": _seconds(view),
        }
    ]


def _voices(view: View) -> list[JsonObject]:
    return [
        {
            "type": "voice",
            "id": view.task.task_id,
            "name": view.task.asked.echo.get("voice_name", "voice"),
            "url": view.file("mp3"),
            "owned_by": OWNER,
            "status": "succeeded",
        }
    ]


def _elements(view: View) -> list[JsonObject]:
    echo = view.task.asked.echo
    clip = echo.get("reference_type") == "video_refer"
    picture = {"type": "video" if clip else "image", "role": "refer", "url": view.file("mp4" if clip else "png")}
    return [
        {
            "type": "element",
            "id": view.task.task_id,
            "name": echo.get("element_name", "element"),
            "description": echo.get("element_description", ""),
            "element_type": "video_character_elements" if clip else "multi_image_elements",
            "references": [picture],
            "owned_by": OWNER,
            "status": "succeeded",
            "tags": [],
        }
    ]


def _clothes(view: View) -> list[JsonObject]:
    return [
        {"type": "product_image", "url": view.file("png")},
        {"type": "model_images", "url": view.file("png", 1)},
        {"type": "product_video", "url": view.file("mp4")},
    ]


def _subtitled(view: View) -> list[JsonObject]:
    return [
        {"type": "subbed_video", "url": view.file("mp4"), "duration": _seconds(view)},
        {"type": "srt", "url": view.file("srt")},
        {"type": "ass", "url": view.file("ass")},
    ]


def _seconds(view: View) -> str:
    return f"{view.task.asked.seconds:.3f}"


_OUTPUTS: dict[str, Callable[[View], list[JsonObject]]] = {
    "image": _images,
    "shots": _images,
    "audio": _audios,
    "sounded": lambda view: [*_videos(view), *_audios(view)],
    "voice": _voices,
    "element": _elements,
    "clothes": _clothes,
    "subtitled": _subtitled,
}
