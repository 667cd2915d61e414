# OUTPUT of `klingkit spec client`. Do not edit: change openapi/methods.toml or the sources, run it again.
"""``kling.solutions`` of `AsyncKling`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._groups import AsyncGroup

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping, Sequence

    from klingkit._methods import records as r
    from klingkit._methods import types as t
    from klingkit._task import AsyncTask

__all__ = ["AsyncSolutions"]


class AsyncSolutions(AsyncGroup):
    """``kling.solutions``: the vendor's ready-made solutions.

    Every call is awaited.

    Nothing that is left out is sent, so the relay's defaults hold, except where a relay requires a
    field. Facts and limits are those of the official documentation; relays may take less.
    """

    __slots__ = ()

    async def virtual_try_on(
        self,
        contents: Sequence[t.SolutionTryOnContent],
        *,
        keep_face: bool | None = None,
        keep_pose: bool | None = None,
        keep_background: bool | None = None,
        watermark: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start a picture of a person in another garment (solution).

        A person in another garment. Dresses the person of one picture with the garment of another and charges for it.
        The answer comes at once, the result takes minutes.

        Args:
            contents: One garment and one person, in any order. At most 2.
            keep_face: Keep the face. Kling's default is True.
            keep_pose: Keep the pose. Kling's default is True.
            keep_background: Keep the background. Kling's default is True.
            watermark: Whether a watermarked copy is made as well: {"enabled": True}.
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

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, POST /solutions/virtual_try_on.
        """
        return await self._create(
            "solution_virtual_try_on",
            {
                "contents": contents,
                "settings": {"keep_face": keep_face, "keep_pose": keep_pose, "keep_background": keep_background},
                "options": {"watermark": watermark, "callback_url": callback_url, "external_task_id": external_task_id},
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def clothing_dupe(
        self,
        contents: Sequence[t.SolutionClothingDupeContent],
        *,
        resolution: t.StandardBasicResolution | None = None,
        aspect_ratio: t.SolutionClothingAspectRatio | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start a fashion clip remade with another garment.

        A fashion clip remade with another garment. Remakes a fashion clip around another garment and charges for it.
        The answer comes at once, the result takes minutes. The result has 5 to 180 s.

        Args:
            contents: The product in words, the clip, 1 to 5 pictures of the product, at most 5 of the model, at most 1
                piece of music and 1 voice.
            resolution: Size of the picture. Kling's default is 720p.
            aspect_ratio: Width to height of the picture.
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

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, POST
        /solutions/e-commerce/clothing_dupe.
        """
        return await self._create(
            "solution_clothing_dupe",
            {
                "contents": contents,
                "settings": {"resolution": resolution, "aspect_ratio": aspect_ratio},
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

    async def goods_studio(
        self,
        contents: Sequence[t.SolutionGoodsStudioContent],
        *,
        resolution: t.StandardBasicResolution,
        aspect_ratio: t.VideoAspectRatio,
        duration: int,
        watermark: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start an advert from pictures and texts of a product.

        An advert from pictures and texts of a product. Makes an advert of 15, 30 or 60 s from pictures and texts of a
        product and charges for it. The answer comes at once, the result takes minutes.

        Args:
            contents: 1 to 5 pictures, one title and perhaps one description.
            resolution: Size of the picture.
            aspect_ratio: Width to height of the picture.
            duration: Length in seconds: 15, 30 or 60.
            watermark: Whether a watermarked copy is made as well: {"enabled": True}.
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

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, POST
        /solutions/e-commerce/goods_studio.
        """
        return await self._create(
            "solution_goods_studio",
            {
                "contents": contents,
                "settings": {"resolution": resolution, "aspect_ratio": aspect_ratio, "duration": duration},
                "options": {"watermark": watermark, "callback_url": callback_url, "external_task_id": external_task_id},
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def talking_agent(
        self,
        contents: Sequence[t.SolutionTalkingAgentContent],
        *,
        resolution: t.StandardBasicResolution | None = None,
        aspect_ratio: t.SolutionTalkingAspectRatio | None = None,
        allow_polish: bool | None = None,
        voice_id: t.SolutionPresenterVoice | str | None = None,
        speech_rate: float | None = None,
        action_prompt: str | None = None,
        bgm_enabled: bool | None = None,
        watermark: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start a video of a presenter who speaks a script.

        A presenter who speaks a script, perhaps about goods. Makes a presenter speak a script and charges for it, by
        the length of the script. The answer comes at once, the result takes minutes. With goods it becomes a sales
        video.

        Args:
            contents: One presenter (a picture or a library id), one script and, for goods, pictures (1 to 5), one
                title, perhaps one price, up to 20 audiences and up to 20 selling points.
            resolution: Size of the picture. Kling's default is 720p.
            aspect_ratio: Width to height of the picture. Kling's default is 9:16.
            allow_polish: Whether the script may be polished. Kling's default is False.
            voice_id: A voice of this call's own list. Needed with a picture, refused with a library id.
            speech_rate: How fast the script is spoken: 0.8, 1.0 or 1.2. Refused with goods. Kling's default is 1.
            action_prompt: How the presenter moves, at most 2500 characters.
            bgm_enabled: Whether there is music; which, cannot be chosen. Kling's default is False.
            watermark: Whether a watermarked copy is made as well: {"enabled": True}.
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

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, POST /solutions/talking_agent.
        """
        return await self._create(
            "solution_talking_agent",
            {
                "contents": contents,
                "settings": {
                    "resolution": resolution,
                    "aspect_ratio": aspect_ratio,
                    "allow_polish": allow_polish,
                    "voice_id": voice_id,
                    "speech_rate": speech_rate,
                    "action_prompt": action_prompt,
                    "bgm_enabled": bgm_enabled,
                },
                "options": {"watermark": watermark, "callback_url": callback_url, "external_task_id": external_task_id},
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def drama_subtitle(
        self,
        contents: Sequence[t.SolutionDramaSubtitleContent],
        *,
        target_cps: int | None = None,
        target_language: t.SolutionSubtitleLanguage | None = None,
        margin_v: int | None = None,
        font_size: int | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start the translated subtitles of a clip.

        A clip with translated subtitles. Recognises Chinese speech, translates it and burns subtitles into the clip;
        charges for it. The answer comes at once, the result takes minutes.

        Args:
            contents: One clip and at most 200 words of a glossary.
            target_cps: Reading speed in characters per second, 10 to 20. Kling's default is 17.
            target_language: The language of the subtitles. Kling's default is en.
            margin_v: Distance from the edge in pixels, 1 to 4096. Left out or null: 340 for upright clips, 80 for wide
                ones.
            font_size: Size of the letters, 1 to 512. Left out or null: 60 for upright clips, 56 for wide ones.
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

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, POST /solutions/drama_subtitle.
        """
        return await self._create(
            "solution_drama_subtitle",
            {
                "contents": contents,
                "settings": {
                    "target_cps": target_cps,
                    "target_language": target_language,
                    "margin_v": margin_v,
                    "font_size": font_size,
                },
                "options": {"callback_url": callback_url, "external_task_id": external_task_id},
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
    ) -> builtins.list[r.SolutionTask]:
        """Return up to 20 solution tasks by their ids, or by your own.

        Where up to 20 tasks of any solution stand, by task id or by external id: give exactly one of the two
        parameters. Free of charge.

        Args:
            task_ids: Task ids, separated by commas, at most 20. Needed unless external_task_ids is given, and not
                beside it.
            external_task_ids: The caller's own ids, separated by commas, at most 20. Needed unless task_ids is given,
                and not beside it.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            A list of `SolutionTask`; `raw` of each is the untouched object.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, GET /solutions.
        """
        from klingkit._methods.records import SolutionTask

        return (
            await self._call(
                "solution_task_get",
                {"task_ids": task_ids, "external_task_ids": external_task_ids},
                None,
                extra_headers,
                validate=validate,
            )
        ).many(SolutionTask, "data[]")

    async def query(
        self,
        *,
        start_time: t.Moment | None = None,
        end_time: t.Moment | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        filters: Sequence[t.SolutionTaskFilter] | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.SolutionTaskPage:
        """Return a page of the account's solution tasks of a stretch of time.

        Which solution tasks to list. The account's solution tasks of a stretch of time, a page at a time. Free of
        charge.

        Args:
            start_time: From when on (a datetime, or Unix milliseconds). Left out: 30 days before `end_time`.
            end_time: Until before when (a datetime, or Unix milliseconds). Left out: now.
            cursor: `next_cursor` of the page before; the times are ignored then, the filters stay the same.
            limit: Tasks per page, at most 500; 0 and less act as 1. Kling's default is 500.
            filters: What the tasks must be.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `SolutionTaskPage`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/standard.openapi.yaml, POST /solutions.
        """
        from klingkit._methods.records import SolutionTaskPage

        return (
            await self._call(
                "solution_task_query",
                {"start_time": start_time, "end_time": end_time, "cursor": cursor, "limit": limit, "filters": filters},
                extra,
                extra_headers,
                validate=validate,
            )
        ).one(SolutionTaskPage)
