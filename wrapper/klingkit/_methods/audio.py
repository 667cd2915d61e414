# OUTPUT of `klingkit spec client`. Do not edit: change openapi/methods.toml or the sources, run it again.
"""``kling.audio`` of `Kling`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._groups import Group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._methods import types as t
    from klingkit._result import Result
    from klingkit._task import Task

__all__ = ["Audio"]


class Audio(Group):
    """``kling.audio``: makes sounds and speech.

    Nothing that is left out is sent, so the relay's defaults hold, except where a relay requires a
    field. Facts and limits are those of the official documentation; relays may take less.
    """

    __slots__ = ()

    def text_to_audio(
        self,
        prompt: str,
        *,
        duration: float,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start a sound effect from a text.

        A sound effect from a text. Starts a text to audio task and charges for it, 0.25 video units a call. The answer
        comes at once, the result takes minutes.

        Args:
            prompt: What is heard, at most 200 characters.
            duration: Length in seconds, 3.0 to 10.0, in steps of 0.1.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one. Not documented by haoee.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            The Task, accepted and not yet finished.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses (BalanceError, ContentPolicyError, ...); nothing is charged.
            OutcomeUnknownError: no usable answer came, and the task was not found by its external_task_id.

        Offered by anyapi, haoee, official; claimed by haoee. Source: openapi/sources/official/media.openapi.yaml, POST
        /v1/audio/text-to-audio.
        """
        return self._create(
            "audio_text2audio",
            {
                "prompt": prompt,
                "duration": duration,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def video_to_audio(
        self,
        *,
        video_id: str | t.Made | None = None,
        video_url: str | None = None,
        sound_effect_prompt: str | None = None,
        bgm_prompt: str | None = None,
        asmr_mode: bool | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start sound effects and music for a clip.

        Sound effects and music for a clip; exactly one of video_id and video_url. Starts a video to audio task and
        charges for it, 0.25 video units a call. The answer comes at once, the result takes minutes. The result holds
        the video with its new sound, and the sound alone.

        Args:
            video_id: A video of an earlier task, at most 30 days old, 3 to 20 s long.
            video_url: Public URL of a clip: mp4 or mov, at most 100 MB, 3.0 to 20.0 s.
            sound_effect_prompt: The sound effects, at most 200 characters.
            bgm_prompt: The background music, at most 200 characters.
            asmr_mode: True brings fine, close sounds out. Kling's default is False.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one. Not documented by haoee.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            The Task, accepted and not yet finished.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses (BalanceError, ContentPolicyError, ...); nothing is charged.
            OutcomeUnknownError: no usable answer came, and the task was not found by its external_task_id.

        Offered by anyapi, haoee, official; claimed by haoee. Source: openapi/sources/official/media.openapi.yaml, POST
        /v1/audio/video-to-audio.
        """
        return self._create(
            "audio_video2audio",
            {
                "video_id": video_id,
                "video_url": video_url,
                "sound_effect_prompt": sound_effect_prompt,
                "bgm_prompt": bgm_prompt,
                "asmr_mode": asmr_mode,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def tts(
        self,
        text: str,
        *,
        voice_id: str,
        voice_language: t.SpeechLanguage,
        voice_speed: float | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Result:
        """Speak a text.

        A text to speak. Speaks a text and charges for it, 0.05 video units a call. Synchronous: the answer carries the
        speech (11 s in one measured run). There is no query, no callback and no external_task_id, so a lost answer is
        lost; asking again is charged again.

        Args:
            text: What is said, at most 1000 characters.
            voice_id: A voice of the speech call's own catalogue, see `x-kling-speech-voices`; ids of custom and preset
                voices are refused (code 1201).
            voice_language: The language of the voice; it must fit voice_id. Marked as required, although a default is
                shown.
            voice_speed: Speed, 0.8 to 2.0, in steps of 0.1; the server moves other values to the nearest end. Kling's
                default is 1.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            The finished task's result; `download` saves its files.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses; nothing is charged.
            OutcomeUnknownError: no usable answer came; the call may have been carried out, and charged.

        Offered by anyapi, official. Source: openapi/sources/official/media.openapi.yaml, POST /v1/audio/tts.
        """
        return self._finished(
            "audio_tts_run",
            {"text": text, "voice_id": voice_id, "voice_language": voice_language, "voice_speed": voice_speed},
            extra,
            extra_headers,
            validate=validate,
        )
