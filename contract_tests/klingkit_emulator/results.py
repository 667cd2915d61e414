"""What a finished task of the legacy API holds, by the kind of thing it made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_emulator.views import View

__all__ = ["element", "task_result", "voice"]

JsonObject = dict[str, Any]

OWNER = "emulator"


def task_result(view: View) -> JsonObject:
    """Return the ``task_result`` of a task that succeeded."""
    return _RESULTS.get(view.task.asked.kind, _videos)(view)


def _marked(view: View, number: int) -> JsonObject:
    marked = view.links[number].marked
    return {"watermark_url": marked} if marked else {}


def _videos(view: View) -> JsonObject:
    asked = view.task.asked
    session = {"session_id": asked.echo["session_id"]} if "session_id" in asked.echo else {}
    rows = [
        {"id": f"{view.task.task_id}-{n}", **session, "url": link.url, "duration": _seconds(view), **_marked(view, n)}
        for n, link in enumerate(view.links)
    ]
    return {"videos": rows}


def _images(view: View) -> JsonObject:
    rows = [{"index": n, "url": link.url, **_marked(view, n)} for n, link in enumerate(view.links)]
    if view.task.object != "image_omni_image":
        return {"images": rows}
    if view.task.asked.echo.get("result_type") == "series":
        return {"result_type": "series", "series_images": rows}
    return {"result_type": "single", "images": rows}


def _shots(view: View) -> JsonObject:
    """Return three groups of three views each."""
    urls = [link.url for link in view.links]
    groups = [urls[start : start + 3] for start in range(0, len(urls), 3)]
    return {
        "images": [
            {"index": n, **{f"url_{m}": url for m, url in enumerate(group, 1)}} for n, group in enumerate(groups)
        ]
    }


def _audios(view: View) -> JsonObject:
    row = {
        "id": f"{view.task.task_id}-0",
        "url_mp3": view.file("mp3"),
        "url_wav": view.file("wav"),
        "duration_mp3": _seconds(view),
        "duration_wav": _seconds(view),
    }
    return {"audios": [row]}


def _sounded(view: View) -> JsonObject:
    video = {"id": f"{view.task.task_id}-v", "url": view.file("mp4"), "duration": _seconds(view)}
    return {"videos": [video], **_audios(view)}


def voice(view: View) -> JsonObject:
    """Return the voice that a task made."""
    return {
        "voice_id": view.task.task_id,
        "voice_name": view.task.asked.echo.get("voice_name", "voice"),
        "trial_url": view.file("mp3"),
        "owned_by": view.task.asked.echo.get("owned_by", OWNER),
    }


def element(view: View) -> JsonObject:
    """Return the element that a task made; its id is the task's, as a number."""
    echo = view.task.asked.echo
    clip = echo.get("reference_type") == "video_refer"
    shown: JsonObject = {
        "element_image_list": {"frontal_image": view.file("png"), "refer_images": [{"image_url": view.file("png")}]}
    }
    if clip:
        shown = {"element_video_list": {"refer_videos": [{"video_url": view.file("mp4")}]}}
    return {
        "element_id": int(view.task.task_id),
        "element_name": echo.get("element_name", "element"),
        "element_description": echo.get("element_description", ""),
        "reference_type": "video_refer" if clip else "image_refer",
        **shown,
        "tag_list": [],
        "owned_by": echo.get("owned_by", OWNER),
        "status": "succeed",
    }


def _seconds(view: View) -> str:
    return f"{view.task.asked.seconds:.3f}"


_RESULTS: dict[str, Callable[[View], JsonObject]] = {
    "image": _images,
    "shots": _shots,
    "audio": _audios,
    "sounded": _sounded,
    "voice": lambda view: {"voices": [voice(view)]},
    "element": lambda view: {"elements": [element(view)]},
}
