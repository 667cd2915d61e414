"""The words of a request, typed as the one spec has them. Unknown models and words pass: relays are ahead of us."""

from __future__ import annotations

import os
from typing import BinaryIO, Literal, NotRequired, TypedDict

__all__ = [
    "CameraConfig",
    "CameraControl",
    "CameraMove",
    "DynamicMask",
    "ElementReference",
    "ImageAspectRatio",
    "ImageInput",
    "ImageReference",
    "ImageToVideoModel",
    "MultiImageToImageModel",
    "MultiImageToVideoModel",
    "OperationName",
    "ShotType",
    "SoundOption",
    "StoryboardShot",
    "SubjectImage",
    "TextToVideoModel",
    "TrajectoryPoint",
    "VideoAspectRatio",
    "VideoMode",
    "VoiceReference",
    "WatermarkOption",
]

ImageInput = str | bytes | os.PathLike[str] | BinaryIO
"""A picture: a path, the bytes, a binary file, an http(s) address, or Base64 (with or without ``data:`` prefix)."""

OperationName = Literal["video_text2video", "video_image2video", "video_multi_image2video", "image_multi_image2image"]

TextToVideoModel = Literal[
    "kling-v3",
    "kling-v2-6",
    "kling-v2-5-turbo",
    "kling-v2-1-master",
    "kling-v2-master",
    "kling-v1-6",
    "kling-v1",
]
ImageToVideoModel = Literal[
    "kling-v3",
    "kling-v2-6",
    "kling-v2-5-turbo",
    "kling-v2-1-master",
    "kling-v2-1",
    "kling-v2-master",
    "kling-v1-6",
    "kling-v1-5",
    "kling-v1",
]
MultiImageToVideoModel = Literal["kling-v1-6"]
MultiImageToImageModel = Literal["kling-v2-1", "kling-v2"]

VideoMode = Literal["std", "pro", "4k"]
VideoAspectRatio = Literal["16:9", "9:16", "1:1"]
ImageAspectRatio = Literal["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"]
SoundOption = Literal["on", "off"]
ShotType = Literal["customize", "intelligence"]
CameraMove = Literal["simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward"]


class StoryboardShot(TypedDict):
    """One shot: its place from 1, what it shows (at most 512 characters), its length in whole seconds."""

    index: int
    prompt: str
    duration: int | str


class CameraConfig(TypedDict, total=False):
    """The six axes of a simple camera move, each -10 to 10; exactly one is not 0."""

    horizontal: float
    vertical: float
    pan: float
    tilt: float
    roll: float
    zoom: float


class CameraControl(TypedDict):
    """How the camera moves: ``simple`` with a config, or one of the presets without."""

    type: CameraMove
    config: NotRequired[CameraConfig]


class TrajectoryPoint(TypedDict):
    """A point in pixels from the bottom left corner."""

    x: int
    y: int


class DynamicMask(TypedDict):
    """An area (a picture) and the 2 to 77 points of the path it moves along."""

    mask: ImageInput
    trajectories: list[TrajectoryPoint]


class ElementReference(TypedDict):
    """An element made before, by its id."""

    element_id: int


class VoiceReference(TypedDict):
    """A voice made or listed before, by its id."""

    voice_id: str


class ImageReference(TypedDict):
    """A picture of a list; giving the picture itself is the same."""

    image: ImageInput


class SubjectImage(TypedDict):
    """A picture of a subject; giving the picture itself is the same."""

    subject_image: ImageInput


class WatermarkOption(TypedDict):
    """Whether a watermarked copy is made as well."""

    enabled: bool
