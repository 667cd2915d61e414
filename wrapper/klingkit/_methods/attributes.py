# OUTPUT of `klingkit spec client`. Do not edit: change openapi/methods.toml or the sources, run it again.
"""The groups of methods as attributes of the clients; each is loaded when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from klingkit._engine import AsyncEngine, Engine
    from klingkit._methods.account import Account
    from klingkit._methods.async_account import AsyncAccount
    from klingkit._methods.async_audio import AsyncAudio
    from klingkit._methods.async_elements import AsyncElements
    from klingkit._methods.async_image import AsyncImage
    from klingkit._methods.async_solutions import AsyncSolutions
    from klingkit._methods.async_standard import AsyncStandard
    from klingkit._methods.async_video import AsyncVideo
    from klingkit._methods.async_voices import AsyncVoices
    from klingkit._methods.audio import Audio
    from klingkit._methods.elements import Elements
    from klingkit._methods.image import Image
    from klingkit._methods.solutions import Solutions
    from klingkit._methods.standard import Standard
    from klingkit._methods.video import Video
    from klingkit._methods.voices import Voices

__all__ = ["AsyncGroups", "Groups"]


class Groups:
    """The groups of methods of `Kling`."""

    _engine: Engine

    @cached_property
    def video(self) -> Video:
        """Makes videos."""
        from klingkit._methods.video import Video

        return Video(self._engine)

    @cached_property
    def image(self) -> Image:
        """Makes pictures."""
        from klingkit._methods.image import Image

        return Image(self._engine)

    @cached_property
    def audio(self) -> Audio:
        """Makes sounds and speech."""
        from klingkit._methods.audio import Audio

        return Audio(self._engine)

    @cached_property
    def voices(self) -> Voices:
        """Voices for videos: the account's own, and the vendor's."""
        from klingkit._methods.voices import Voices

        return Voices(self._engine)

    @cached_property
    def elements(self) -> Elements:
        """Subjects to be shown again: the account's own, and the vendor's."""
        from klingkit._methods.elements import Elements

        return Elements(self._engine)

    @cached_property
    def account(self) -> Account:
        """What was paid, and what is left; free of charge."""
        from klingkit._methods.account import Account

        return Account(self._engine)

    @cached_property
    def standard(self) -> Standard:
        """The vendor's newer calls, which name the model in the path."""
        from klingkit._methods.standard import Standard

        return Standard(self._engine)

    @cached_property
    def solutions(self) -> Solutions:
        """The vendor's ready-made solutions."""
        from klingkit._methods.solutions import Solutions

        return Solutions(self._engine)


class AsyncGroups:
    """The groups of methods of `AsyncKling`."""

    _engine: AsyncEngine

    @cached_property
    def video(self) -> AsyncVideo:
        """Makes videos."""
        from klingkit._methods.async_video import AsyncVideo

        return AsyncVideo(self._engine)

    @cached_property
    def image(self) -> AsyncImage:
        """Makes pictures."""
        from klingkit._methods.async_image import AsyncImage

        return AsyncImage(self._engine)

    @cached_property
    def audio(self) -> AsyncAudio:
        """Makes sounds and speech."""
        from klingkit._methods.async_audio import AsyncAudio

        return AsyncAudio(self._engine)

    @cached_property
    def voices(self) -> AsyncVoices:
        """Voices for videos: the account's own, and the vendor's."""
        from klingkit._methods.async_voices import AsyncVoices

        return AsyncVoices(self._engine)

    @cached_property
    def elements(self) -> AsyncElements:
        """Subjects to be shown again: the account's own, and the vendor's."""
        from klingkit._methods.async_elements import AsyncElements

        return AsyncElements(self._engine)

    @cached_property
    def account(self) -> AsyncAccount:
        """What was paid, and what is left; free of charge."""
        from klingkit._methods.async_account import AsyncAccount

        return AsyncAccount(self._engine)

    @cached_property
    def standard(self) -> AsyncStandard:
        """The vendor's newer calls, which name the model in the path."""
        from klingkit._methods.async_standard import AsyncStandard

        return AsyncStandard(self._engine)

    @cached_property
    def solutions(self) -> AsyncSolutions:
        """The vendor's ready-made solutions."""
        from klingkit._methods.async_solutions import AsyncSolutions

        return AsyncSolutions(self._engine)
