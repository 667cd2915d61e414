# OUTPUT of `klingkit spec client`. Do not edit: change openapi/methods.toml or the sources, run it again.
"""``kling.image`` of `AsyncKling`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._groups import AsyncGroup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit._methods import records as r
    from klingkit._methods import types as t
    from klingkit._task import AsyncTask

__all__ = ["AsyncImage"]


class AsyncImage(AsyncGroup):
    """``kling.image``: makes pictures.

    Every call is awaited.

    Nothing that is left out is sent, so the relay's defaults hold, except where a relay requires a
    field. Facts and limits are those of the official documentation; relays may take less.
    """

    __slots__ = ()

    async def multi_image_to_image(
        self,
        subject_image_list: Sequence[t.ImageInput | t.SubjectImage],
        prompt: str | None = None,
        *,
        model_name: t.MultiImageToImageModel | str,
        scene_image: t.ImageInput | None = None,
        style_image: t.ImageInput | None = None,
        n: int | None = None,
        aspect_ratio: t.ImageAspectRatio | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start a picture made from pictures of subjects.

        A picture made from 1 to 4 subject pictures, optionally in the scene and the style of others. Starts a
        multi-image to image task and charges for it. The answer comes at once, the result takes minutes.

        Args:
            subject_image_list: 1 to 4 subjects.
            prompt: What the picture shows, at most 2500 characters.
            model_name: The model; names klingkit does not know yet are sent as they are.
            scene_image: The scene to place the subjects in. A path, bytes, a binary file, an address or Base64; jpg,
                jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
            style_image: The picture whose style is taken. A path, bytes, a binary file, an address or Base64; jpg, jpeg
                or png, at most 10 MB, each side at least 300 px, aspect ratio 1:2.5 to 2.5:1. Not documented by haoee.
            n: How many pictures, 1 to 9. Kling's default is 1.
            aspect_ratio: Width to height of the picture. Kling's default is 16:9.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}. Not documented by anyapi,
                haoee.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one. Not documented by haoee.
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

        Offered by anyapi, haoee, official. Source: openapi/sources/official/kling.openapi.yaml, POST
        /v1/images/multi-image2image.
        """
        return await self._create(
            "image_multi_image2image",
            {
                "subject_image_list": subject_image_list,
                "prompt": prompt,
                "model_name": model_name,
                "scene_image": scene_image,
                "style_image": style_image,
                "n": n,
                "aspect_ratio": aspect_ratio,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def generate(
        self,
        prompt: str,
        *,
        model_name: t.ImageGenerationModel | str,
        negative_prompt: str | None = None,
        image: t.ImageInput | None = None,
        image_reference: t.ImageReferenceKind | None = None,
        image_fidelity: float | None = None,
        human_fidelity: float | None = None,
        element_list: Sequence[t.ElementReference] | None = None,
        resolution: t.ImageResolution | None = None,
        n: int | None = None,
        aspect_ratio: t.ImageAspectRatio | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start pictures from a text, optionally after a picture.

        Pictures from a text, optionally after a picture or with elements. Starts an image generation task and charges
        for it per picture: 8 image units with kling-v3, with kling-v2-1 4 from a text and 8 from a picture. The answer
        comes at once, the result takes 20 to 60 s. Each picture counts as one running task of the account.

        Args:
            prompt: What the picture shows, at most 2500 characters.
            model_name: The model; names klingkit does not know yet are sent as they are. Retired on 2026-09-15:
                kling-v1, kling-v1-5, kling-v2 and kling-v2-new.
            negative_prompt: What to keep out of the picture, at most 2500 characters. Not together with `image`.
            image: A picture to start from. Needed when `image_reference` is set. A path, bytes, a binary file, an
                address or Base64; jpg, jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio 1:2.5 to
                2.5:1.
            image_reference: What is taken over from `image`; face needs a picture with exactly one face. kling-v1-5
                (which needs it with `image`) and kling-v2-1 only.
            image_fidelity: How closely `image` is followed, 0 to 1; higher is closer. kling-v2-1 only. Kling's default
                is 0.5.
            human_fidelity: How closely the face is followed, 0 to 1; higher is closer. kling-v2-1 only, and only with
                `image_reference` subject. Kling's default is 0.45.
            element_list: Elements to show, with `image` at most 10 in all; kling-v3 only, and only their main picture
                counts. Not documented by anyapi.
            resolution: Size class of the picture. Kling's default is 1k.
            n: How many pictures, 1 to 9. Kling's default is 1.
            aspect_ratio: Width to height of the picture. Kling's default is 16:9.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}. Not documented by anyapi.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one. Not documented by anyapi.
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

        Offered by anyapi, official. Source: openapi/sources/official/media.openapi.yaml, POST /v1/images/generations.
        """
        return await self._create(
            "image_generation",
            {
                "prompt": prompt,
                "model_name": model_name,
                "negative_prompt": negative_prompt,
                "image": image,
                "image_reference": image_reference,
                "image_fidelity": image_fidelity,
                "human_fidelity": human_fidelity,
                "element_list": element_list,
                "resolution": resolution,
                "n": n,
                "aspect_ratio": aspect_ratio,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def omni_image(
        self,
        prompt: str,
        *,
        model_name: t.OmniImageModel | str,
        image_list: Sequence[t.ImageInput | t.ImageReference] | None = None,
        element_list: Sequence[t.ElementReference] | None = None,
        resolution: t.OmniImageResolution | None = None,
        result_type: t.OmniImageResultType | None = None,
        n: int | None = None,
        series_amount: t.SeriesAmount | None = None,
        aspect_ratio: t.OmniImageAspectRatio | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start pictures composed or edited after a text.

        Pictures composed or edited after a text, from reference pictures and elements. Starts an omni image task and
        charges for it per picture: 8 image units, 16 in 4k. The answer comes at once, the result takes 20 to 60 s. Each
        picture counts as one running task of the account.

        Args:
            prompt: What the picture shows, at most 2500 characters. Pictures are cited as `<<<image_1>>>`, elements as
                `<<<element_1>>>`.
            model_name: The model; names klingkit does not know yet are sent as they are.
            image_list: Reference pictures; with the elements at most 10.
            element_list: Reference elements; with the pictures at most 10. Not documented by anyapi.
            resolution: Size class of the picture; 4k is kling-v3-omni only. Kling's default is 1k.
            result_type: Pictures on their own, or a series that belongs together; series is kling-v3-omni only. Kling's
                default is single.
            n: How many pictures, 1 to 9; ignored for a series. Kling's default is 1.
            series_amount: How many pictures the series has; ignored unless `result_type` is `series`. Kling's default
                is 4.
            aspect_ratio: Width to height of the picture; auto follows the references. The capability map does not offer
                auto to kling-v3-omni without references, although it is the default.
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

        Offered by anyapi, official. Source: openapi/sources/official/media.openapi.yaml, POST /v1/images/omni-image.
        """
        return await self._create(
            "image_omni_image",
            {
                "prompt": prompt,
                "model_name": model_name,
                "image_list": image_list,
                "element_list": element_list,
                "resolution": resolution,
                "result_type": result_type,
                "n": n,
                "series_amount": series_amount,
                "aspect_ratio": aspect_ratio,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def expand(
        self,
        image: t.ImageInput,
        *,
        up_expansion_ratio: float,
        down_expansion_ratio: float,
        left_expansion_ratio: float,
        right_expansion_ratio: float,
        prompt: str | None = None,
        n: int | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start a picture that grows beyond its edges.

        A picture that grows beyond its edges. The new area is at most 3 times the old one: (1 + up + down) x (1 + left
        + right) is at most 3. Starts an image expand task and charges for it, 8 image units per picture. The answer
        comes at once, the result takes 20 to 60 s. Each picture counts as one running task of the account.

        Args:
            image: The picture. A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 10 MB,
                each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
            up_expansion_ratio: How far the picture grows at the top, 0 to 2 times its height.
            down_expansion_ratio: How far the picture grows at the bottom, 0 to 2 times its height.
            left_expansion_ratio: How far the picture grows on the left, 0 to 2 times its width.
            right_expansion_ratio: How far the picture grows on the right, 0 to 2 times its width.
            prompt: What the new parts show, at most 2500 characters.
            n: How many pictures, 1 to 9. Kling's default is 1.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}. Not documented by anyapi.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one. Not documented by haoee.
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

        Offered by anyapi, haoee, official; claimed by haoee. Source: openapi/sources/official/media.openapi.yaml, POST
        /v1/images/editing/expand.
        """
        return await self._create(
            "image_expand",
            {
                "image": image,
                "up_expansion_ratio": up_expansion_ratio,
                "down_expansion_ratio": down_expansion_ratio,
                "left_expansion_ratio": left_expansion_ratio,
                "right_expansion_ratio": right_expansion_ratio,
                "prompt": prompt,
                "n": n,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def multi_shot(
        self,
        element_frontal_image: t.ImageInput,
        *,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start more views of a pictured subject.

        A subject whose other views are wanted. Starts a multi-shot task and charges for it, 20 image units a call. The
        answer comes at once, the result takes 20 to 60 s. It answers three proposals of three more views each, for
        making an element.

        Args:
            element_frontal_image: The subject from the front. A path, bytes, a binary file, an address or Base64; jpg,
                jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
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

        Offered by official. Source: openapi/sources/official/media.openapi.yaml, POST /v1/general/ai-multi-shot.
        """
        return await self._create(
            "image_multi_shot",
            {
                "element_frontal_image": element_frontal_image,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def virtual_try_on(
        self,
        human_image: t.ImageInput,
        cloth_image: t.ImageInput,
        *,
        model_name: t.VirtualTryOnModel | str,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> AsyncTask:
        """Start a picture of a person in another garment.

        A person in another garment. Starts a virtual try-on task and charges for it (a pack of its own pays). The
        answer comes at once, the result takes 20 to 60 s. The vendor's notice ends this call on 2026-09-15, its change
        log of the same day says that old calls are mapped onto the 3.0 pipeline: it may still answer.

        Args:
            human_image: The person. A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 10
                MB, each side at least 300 px.
            cloth_image: The garment, as a product picture or on white: upper, lower or dress.
                kolors-virtual-try-on-v1-5 takes an upper and a lower garment merged into one picture, too; other pairs
                fail. A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 10 MB, each side at
                least 300 px.
            model_name: The model; names klingkit does not know yet are sent as they are. Retired on 2026-09-15: all
                that are known.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one. Not documented by anyapi.
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

        Offered by anyapi, official. Source: openapi/sources/official/media.openapi.yaml, POST
        /v1/images/kolors-virtual-try-on.
        """
        return await self._create(
            "image_virtual_try_on",
            {
                "human_image": human_image,
                "cloth_image": cloth_image,
                "model_name": model_name,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    async def recognize(
        self,
        image: t.ImageInput,
        *,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.ImageRecognition:
        """Cut a picture into subject, head, face and clothes.

        A picture to cut out from. Answers cut-outs of a picture, to prepare multi-image requests. It takes a picture
        although its path says videos. Charged per call, 0.1 units in September 2026.

        Args:
            image: The picture. A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 10 MB,
                each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `ImageRecognition`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses; nothing is charged.
            OutcomeUnknownError: no usable answer came; the call may have been carried out, and charged.

        Offered by anyapi, official. Source: openapi/sources/official/video.openapi.yaml, POST
        /v1/videos/image-recognize.
        """
        from klingkit._methods.records import ImageRecognition

        return (
            await self._call("image_recognition_run", {"image": image}, extra, extra_headers, validate=validate)
        ).one(ImageRecognition)
