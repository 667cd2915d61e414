"""The generations of the new-api gateway, and in what they differ.

Facts: the behaviour of the project's published sources between July 2025 and October 2026, some of it executed.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PROFILES", "Profile"]


@dataclass(frozen=True, slots=True)
class Profile:
    """One generation.

    Attributes:
        generation: its name in the facts and in dialects.toml.
        own_ids: whether clients get an id of the gateway's own; else they get that of the model provider.
        holds: whether the price is held before the provider is asked, and given back on failure.
        body_cache: whether native requests are read from the body as it came, past the native rewriter: most fields
            at top level are lost, and the model is read from ``model`` alone.
        video_object: whether a native create answers the OpenAI video object instead of Kling's envelope.
        wide_task: whether a query tells the long form of a task, with the result's address in ``result_url``.
        openai_videos: whether there is /v1/videos.
        plugin: whether Kling is a plugin: the path decides, every field travels on, Kling's bodies come back.
        gives_up: whether a task that never ends fails after 24 hours.
    """

    generation: str
    own_ids: bool = False
    holds: bool = False
    body_cache: bool = False
    video_object: bool = False
    wide_task: bool = False
    openai_videos: bool = False
    plugin: bool = False
    gives_up: bool = False


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "A1": Profile("A1"),
        "A2": Profile("A2", video_object=True, openai_videos=True),
        "B": Profile(
            "B",
            own_ids=True,
            holds=True,
            body_cache=True,
            video_object=True,
            wide_task=True,
            openai_videos=True,
            gives_up=True,
        ),
        "C": Profile("C", own_ids=True, holds=True, openai_videos=True, plugin=True, gives_up=True),
    }
)
"""By generation. A2 has the body cache as well from 2026-01-30 on; this is the A2 before that day."""
