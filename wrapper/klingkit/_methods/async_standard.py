# OUTPUT of `klingkit spec client`. Do not edit: change openapi/methods.toml or the sources, run it again.
"""``kling.standard`` of `AsyncKling`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._groups import AsyncGroup

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping, Sequence

    from klingkit._methods import records as r
    from klingkit._methods import types as t
    from klingkit._task import AsyncTask

__all__ = ["AsyncStandard"]


class AsyncStandard(AsyncGroup):
    """``kling.standard``: the vendor's newer calls, which name the model in the path.

    Every call is awaited.

    Nothing that is left out is sent, so the relay's defaults hold, except where a relay requires a
    field. Facts and limits are those of the official documentation; relays may take less.
    """

    __slots__ = ()

    async def text_to_video(
        self,
        prompt: str,
        *,
        model: t.StandardVideoModel | str,
        multi_shot: bool | None = None,
        audio: t.StandardAudio | None = None,
        resolution: t.StandardResolution | None = None,
        aspect_ratio: t.VideoAspectRatio | None = None,
        duration: int | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start a video from a text (new standard).

        A video from a text. Starts a text to video task and charges for it, by the second of video. The answer comes at
        once, the result takes minutes. What each model takes: `x-kling-standard-models`.

        Models:
            kling-3.0-turbo: text, 720p/1080p, 3 to 15 s, with sound, multi shot.
            kling-3.0: text, 720p/1080p/4k, 3 to 15 s, with multi shot, sound.
            kling-2.6: text, 720p/1080p, 5 or 10 s; text, 1080p, 5 or 10 s, with sound.
            kling-2.5-turbo: text, 720p/1080p, 5 or 10 s.

        Args:
            prompt: What the video shows and what it must not show, at most 3072 characters (2500 for kling-2.6 and
                kling-2.5-turbo, and better not more for any). Several shots are written `shot n, m, words; shot n, m,
                words;`: n counts the shots (1 to 6), m is the length in whole seconds (at least 1; together they are
                `settings.duration`), words has at most 512 characters. Shots are for the models from kling-3.0 on.
            model: The model; it stands in the path and not in the body.
            multi_shot: Whether shots written in the prompt become shots; false keeps one. kling-3.0 only. Kling's
                default is True.
            audio: Whether sound is generated with the picture. kling-3.0 and kling-2.6 (at 1080p only). kling-3.0-turbo
                has no such switch, its videos have sound. Kling's default is off.
            resolution: Size of the picture. 4k is kling-3.0 only. Kling's default is 720p.
            aspect_ratio: Width to height of the picture. Kling's default is 16:9.
            duration: Length in whole seconds. kling-3.0-turbo and kling-3.0 take 3 to 15, kling-2.6 and kling-2.5-turbo
                5 or 10. Kling's default is 5.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            The AsyncTask, accepted and not yet finished.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses (BalanceError, ContentPolicyError, ...); nothing is charged.
            OutcomeUnknownError: no usable answer came, and the task was not found by its external_task_id.

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, POST /text-to-video/{model}.
        """
        return await self._create(
            "standard_text2video",
            {
                "prompt": prompt,
                "model": model,
                "settings": {
                    "multi_shot": multi_shot,
                    "audio": audio,
                    "resolution": resolution,
                    "aspect_ratio": aspect_ratio,
                    "duration": duration,
                },
                "options": {
                    "watermark_info": watermark_info,
                    "callback_url": callback_url,
                    "external_task_id": external_task_id,
                },
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def image_to_video(
        self,
        contents: Sequence[t.StandardImage2VideoContent],
        *,
        model: t.StandardVideoModel | str,
        multi_shot: bool | None = None,
        audio: t.StandardAudio | None = None,
        resolution: t.StandardResolution | None = None,
        duration: int | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start a video from a picture (new standard).

        A video that starts from a picture. Starts an image to video task and charges for it, by the second of video.
        The answer comes at once, the result takes minutes. What each model takes: `x-kling-standard-models`.

        Models:
            kling-3.0-turbo: first frame, 720p/1080p, 3 to 15 s, with sound, multi shot.
            kling-3.0: first frame or both frames, 720p/1080p/4k, 3 to 15 s, with multi shot, sound, multi image
                elements, video character elements.
            kling-2.6: first frame, 720p/1080p, 5 or 10 s; first frame, 1080p, 5 or 10 s, with sound, voices; both
                frames, 1080p, 5 or 10 s.
            kling-2.5-turbo: first frame, 720p/1080p, 5 or 10 s; both frames, 1080p, 5 or 10 s.

        Args:
            contents: The prompt, the frames and, depending on the model, elements (at most 3) or voices (at most 2). A
                first frame is needed.
            model: The model; it stands in the path and not in the body.
            multi_shot: Whether shots written in the prompt become shots; false keeps one. kling-3.0 only. Kling's
                default is True.
            audio: Whether sound is generated with the picture. kling-3.0 and kling-2.6 (at 1080p only). kling-3.0-turbo
                has no such switch, its videos have sound. Kling's default is off.
            resolution: Size of the picture. 4k is kling-3.0 only; with a last frame kling-2.6 and kling-2.5-turbo take
                1080p only. Kling's default is 720p.
            duration: Length in whole seconds. kling-3.0-turbo and kling-3.0 take 3 to 15, kling-2.6 and kling-2.5-turbo
                5 or 10. Kling's default is 5.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            The AsyncTask, accepted and not yet finished.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses (BalanceError, ContentPolicyError, ...); nothing is charged.
            OutcomeUnknownError: no usable answer came, and the task was not found by its external_task_id.

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, POST /image-to-video/{model}.
        """
        return await self._create(
            "standard_image2video",
            {
                "contents": contents,
                "model": model,
                "settings": {"multi_shot": multi_shot, "audio": audio, "resolution": resolution, "duration": duration},
                "options": {
                    "watermark_info": watermark_info,
                    "callback_url": callback_url,
                    "external_task_id": external_task_id,
                },
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def omni_video(
        self,
        contents: Sequence[t.StandardOmniVideoContent],
        *,
        model: t.StandardOmniVideoModel | str,
        multi_shot: bool | None = None,
        audio: t.StandardOmniAudio | None = None,
        resolution: t.StandardResolution | None = None,
        aspect_ratio: t.VideoAspectRatio | None = None,
        duration: int | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start a video from texts, frames, pictures, elements or a video (new standard).

        A video from texts, frames, pictures, elements, or another video. Starts an omni video task and charges for it,
        by the second of video; editing a video is charged by the seconds of the video given. The answer comes at once,
        the result takes minutes. What each model takes: `x-kling-standard-models`.

        Models:
            kling-3.0-omni: text, 720p/1080p/4k, 3 to 15 s, with multi shot, sound; references or first frame or both
                frames, 720p/1080p/4k, 3 to 15 s, with multi shot, sound, reference images, multi image elements, video
                character elements; feature video, 720p/1080p/4k, 3 to 15 s, with multi shot, reference images, multi
                image elements; feature video, 720p/1080p/4k, 3 to 15 s, with multi shot, video character elements;
                edited video, 720p/1080p/4k, with original sound, reference images, multi image elements; edited video,
                720p/1080p/4k, with original sound, video character elements.
            kling-o1: text or first frame, 720p/1080p, 5 or 10 s; references, 720p/1080p, 3 to 10 s, with reference
                images, multi image elements; first frame, 720p/1080p, 3 to 10 s, with reference images, multi image
                elements; both frames, 720p/1080p, 3 to 10 s; feature video, 720p/1080p, 3 to 10 s, with reference
                images, multi image elements; edited video, 720p/1080p, with original sound, reference images, multi
                image elements.

        Args:
            contents: What goes in: at most 7 reference pictures and elements together, 4 beside a video; at most 1
                video; at most 3 elements beside a frame. Beside a video kling-3.0-omni takes 1 video character element
                and then no reference picture; without one it takes 3, and then at most 4 reference pictures and
                multi-image elements. kling-o1 takes multi-image elements only.
            model: The model; it stands in the path and not in the body.
            multi_shot: Whether shots written in the prompt become shots; false keeps one. kling-3.0-omni only; true is
                refused beside a base video, false beside a feature video. Kling's default is True.
            audio: Sound: generated (not kling-o1), that of the video given, or none. Beside a feature video it is off.
                Kling's default is off.
            resolution: Size of the picture. 4k is kling-3.0-omni only. Kling's default is 720p.
            aspect_ratio: Width to height of the picture. Send it when there is neither a first frame nor a video: the
                text of the page calls it required then, its table optional. Kling's default is 16:9.
            duration: Length in whole seconds. kling-3.0-omni takes 3 to 15, kling-o1 3 to 10, and only 5 or 10 when
                there is neither a reference picture nor a video. Whether it counts beside a video is not documented.
                Kling's default is 5.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            The AsyncTask, accepted and not yet finished.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses (BalanceError, ContentPolicyError, ...); nothing is charged.
            OutcomeUnknownError: no usable answer came, and the task was not found by its external_task_id.

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, POST /omni-video/{model}.
        """
        return await self._create(
            "standard_omni_video",
            {
                "contents": contents,
                "model": model,
                "settings": {
                    "multi_shot": multi_shot,
                    "audio": audio,
                    "resolution": resolution,
                    "aspect_ratio": aspect_ratio,
                    "duration": duration,
                },
                "options": {
                    "watermark_info": watermark_info,
                    "callback_url": callback_url,
                    "external_task_id": external_task_id,
                },
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def motion_control(
        self,
        contents: Sequence[t.StandardMotionControlContent],
        *,
        model: t.StandardMotionControlModel | str,
        character_orientation: t.StandardCharacterOrientation,
        audio: t.StandardMotionAudio | None = None,
        resolution: t.StandardBasicResolution | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start a video of a pictured figure that moves like somebody else (new standard).

        A pictured figure that moves like the person in a video. Starts a motion control task and charges for it, by the
        second of the result, which can be shorter than the video given. The answer comes at once, the result takes
        minutes. What each model takes: `x-kling-standard-models`.

        Models:
            kling-3.0: character and movement, 720p/1080p, with original sound, elements.
            kling-2.6: character and movement, 720p/1080p, with original sound.

        Args:
            contents: A picture of the figure, the video of the movement, perhaps a prompt and (kling-3.0 only) an
                element.
            model: The model; it stands in the path and not in the body.
            character_orientation: Which way the figure faces; it also bounds the video given. With an element the
                result follows the video in any case.
            audio: The sound of the video given, or none. Kling's default is original.
            resolution: Size of the picture. Kling's default is 720p.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            The AsyncTask, accepted and not yet finished.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses (BalanceError, ContentPolicyError, ...); nothing is charged.
            OutcomeUnknownError: no usable answer came, and the task was not found by its external_task_id.

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, POST /motion-control/{model}.
        """
        return await self._create(
            "standard_motion_control",
            {
                "contents": contents,
                "model": model,
                "settings": {"character_orientation": character_orientation, "audio": audio, "resolution": resolution},
                "options": {
                    "watermark_info": watermark_info,
                    "callback_url": callback_url,
                    "external_task_id": external_task_id,
                },
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def find(
        self,
        *,
        task_ids: Sequence[str] | None = None,
        external_task_ids: Sequence[str] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> builtins.list[r.StandardTask]:
        """Return up to 20 tasks by their ids, or by your own; unknown ones are left out.

        Where up to 20 tasks stand, by task id or by external id: give exactly one of the two parameters. Free of
        charge. An unknown id is left out of the answer and is no error; tasks made on /v1 paths are found too.

        Args:
            task_ids: Task ids, separated by commas, at most 20. Needed unless external_task_ids is given, and not
                beside it.
            external_task_ids: The caller's own ids, separated by commas, at most 20. Needed unless task_ids is given,
                and not beside it.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            A list of `StandardTask`; `raw` of each is the untouched object.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, GET /tasks.
        """
        from klingkit._methods.records import StandardTask

        return (
            await self._call(
                "standard_task_get",
                {"task_ids": task_ids, "external_task_ids": external_task_ids},
                None,
                extra_headers,
                validate=validate,
            )
        ).many(StandardTask, "data[]")

    async def query(
        self,
        *,
        start_time: t.Moment | None = None,
        end_time: t.Moment | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        filters: Sequence[t.StandardTaskFilter] | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.StandardTaskPage:
        """Return a page of the account's tasks of a stretch of time.

        Which tasks to list. The account's tasks of a stretch of time, a page at a time. Free of charge.

        Args:
            start_time: From when (a datetime, or Unix milliseconds), earlier than `end_time`; as a number or in digits.
                Left out: 30 days before `end_time`.
            end_time: Until when (a datetime, or Unix milliseconds). Left out: now.
            cursor: `next_cursor` of the page before; the times are ignored then.
            limit: Tasks per page, at most 500. Kling's default is 100.
            filters: What the tasks must be.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `StandardTaskPage`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, POST /tasks.
        """
        from klingkit._methods.records import StandardTaskPage

        return (
            await self._call(
                "standard_task_query",
                {"start_time": start_time, "end_time": end_time, "cursor": cursor, "limit": limit, "filters": filters},
                extra,
                extra_headers,
                validate=validate,
            )
        ).one(StandardTaskPage)
