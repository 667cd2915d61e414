"""What each object makes: the kind of its result, and the files that belong to a result of that kind."""

from __future__ import annotations

__all__ = ["ENDINGS", "PICTURES", "files_of", "is_standard", "kind_of"]

# The first part of an operationId tells the kind; these make something else than their neighbours.
_AREAS = {"image": "image", "audio": "audio", "voice": "voice", "element": "element"}
_SPECIAL = {
    "audio_video2audio": "sounded",
    "image_multi_shot": "shots",
    "solution_clothing_dupe": "clothes",
    "solution_drama_subtitle": "subtitled",
    "solution_virtual_try_on": "image",
}
_STANDARD = ("standard_", "solution_")

ENDINGS = {
    "video": ("mp4",),
    "image": ("png",),
    "audio": ("mp3", "wav"),
    "sounded": ("mp4", "mp3", "wav"),
    "voice": ("mp3",),
    "element": ("png", "mp4", "mp3"),
    "shots": ("png",),
    "clothes": ("png", "mp4"),
    "subtitled": ("mp4", "srt", "ass"),
    "helper": ("png", "mp4", "mp3", "wav", "json"),
}
"""File name endings by kind. ``helper`` are the files of calls that answer at once."""

PICTURES = {"image": 1, "shots": 9, "clothes": 2}
"""Kinds that are pictures, or begin with some, and how many of them there are unless the request says so."""


def kind_of(obj: str) -> str:
    """Return the kind of what `obj` (an operationId without its verb) makes."""
    return _SPECIAL.get(obj) or _AREAS.get(obj.partition("_")[0], "video")


def files_of(kind: str) -> tuple[str, ...]:
    """Return the endings of the files that a result of `kind` has."""
    return ENDINGS[kind]


def is_standard(obj: str) -> bool:
    """Tell whether `obj` speaks the new standard: ``id`` and ``status`` where the legacy API has task_id and more."""
    return obj.startswith(_STANDARD)
