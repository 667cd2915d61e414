# OUTPUT of `klingkit spec client`. Do not edit: change openapi/methods.toml or the sources, run it again.
"""``kling.voices`` of `Kling`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._groups import Group

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping

    from klingkit._methods import records as r
    from klingkit._methods import types as t
    from klingkit._task import Task

__all__ = ["Voices"]


class Voices(Group):
    """``kling.voices``: voices for videos: the account's own, and the vendor's.

    Nothing that is left out is sent, so the relay's defaults hold, except where a relay requires a
    field. Facts and limits are those of the official documentation; relays may take less.
    """

    __slots__ = ()

    def create(
        self,
        voice_name: str,
        *,
        voice_url: str | None = None,
        video_id: str | t.Made | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start a voice cloned from a recording.

        A voice cloned from a recording; exactly one of voice_url and video_id. Starts a custom voice task and charges
        for it, 0.05 video units a call. The answer comes at once, the result takes minutes.

        Args:
            voice_name: The voice's name, at most 20 characters.
            voice_url: Public URL of a recording: mp3, wav, mp4 or mov, 5 to 30 s of one clean human voice.
            video_id: A video of an earlier task with 5 to 30 s of one clean human voice: made by kling-v2-6 with sound
                on, by avatar or by lip sync.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one.
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

        Offered by anyapi, official. Source: openapi/sources/official/media.openapi.yaml, POST
        /v1/general/custom-voices.
        """
        return self._create(
            "voice_custom",
            {
                "voice_name": voice_name,
                "voice_url": voice_url,
                "video_id": video_id,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def get(self, task_id: str) -> Task:
        """Return the task that makes or made a voice, as it stands now.

        Where one custom voice task stands. Free of charge. An unknown id answers HTTP 400 with code 1201.

        Args:
            task_id: The task's id, or the caller's external_task_id.

        Returns:
            The task; `wait` and `refresh` go on from there.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by anyapi, official. Source: openapi/sources/official/media.openapi.yaml, GET
        /v1/general/custom-voices/{task_id}.
        """
        return self._get("voice_custom", task_id)

    def list(
        self,
        *,
        page: int = 1,
        page_size: int = 30,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> builtins.list[r.Voice]:
        """Return a page of the account's own voices that are ready.

        The account's custom voice tasks, a page at a time. Free of charge.

        Args:
            page: Which page, from 1 to 1000.
            page_size: Voices per page, from 1 to 1000.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            A list of `Voice`; `raw` of each is the untouched object.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by anyapi, official. Source: openapi/sources/official/media.openapi.yaml, GET /v1/general/custom-voices.
        """
        from klingkit._methods.records import Voice

        return self._call(
            "voice_custom_list", {"pageNum": page, "pageSize": page_size}, None, extra_headers, validate=validate
        ).many(Voice, "data[].task_result.voices[]")

    def presets(
        self,
        *,
        page: int = 1,
        page_size: int = 30,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> builtins.list[r.Voice]:
        """Return a page of the vendor's voices.

        The vendor's own voices for videos, a page at a time, as finished tasks without task_info. Free of charge. The
        voices of the speech call are others: `x-kling-speech-voices`.

        Args:
            page: Which page, from 1 to 1000.
            page_size: Voices per page, from 1 to 1000.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            A list of `Voice`; `raw` of each is the untouched object.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/media.openapi.yaml, GET /v1/general/presets-voices.
        """
        from klingkit._methods.records import Voice

        return self._call(
            "voice_preset_list", {"pageNum": page, "pageSize": page_size}, None, extra_headers, validate=validate
        ).many(Voice, "data[].task_result.voices[]")

    def delete(
        self,
        voice_id: str,
        *,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.Removal:
        """Delete one of the account's own voices.

        Which voice is deleted. Deletes one of the account's own voices; preset voices stay. POST, not DELETE. No charge
        is documented.

        Args:
            voice_id: The id of one of the account's own voices.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `Removal`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/media.openapi.yaml, POST /v1/general/delete-voices.
        """
        from klingkit._methods.records import Removal

        return self._call("voice_custom_delete", {"voice_id": voice_id}, extra, extra_headers, validate=validate).one(
            Removal
        )
