"""The methods that create tasks: one per operation, written once for both clients.

`R` is what a call returns: a `Task`, or something to await that returns an `AsyncTask`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit import _types as t

__all__ = ["ImageOperations", "VideoOperations"]

R = TypeVar("R")


class _Operations(ABC, Generic[R]):
    """A group of operations; the subclasses say how a create is run."""

    @abstractmethod
    def _create(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        extra: Mapping[str, Any] | None,
        extra_headers: Mapping[str, str] | None,
    ) -> R:
        """Run the create of `operation`."""


class VideoOperations(_Operations[R]):
    """Makes videos. Every call starts a task and is charged; none is sent twice.

    All methods raise:
        InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
        ConnectionFailedError: the relay could not be reached; nothing was sent.
        RelayError: the relay refuses (BalanceError, ContentPolicyError, ...); nothing is charged.
        OutcomeUnknownError: no usable answer came, and the task was not found by its external_task_id.

    All methods take:
        model_name: the model; models klingkit does not know yet are sent as they are.
        external_task_id: your own id for the task, unique per account. klingkit chooses one where the relay takes one.
        callback_url: address that is POSTed the task whenever its status changes.
        extra: fields the one spec does not know; merged on top.
        extra_headers: HTTP headers to add.

    Nothing that is left out is sent, so the relay's defaults hold, except where a relay requires a field. Facts and
    limits are those of the official documentation (openapi/sources/official); relays may take less.
    """

    def text_to_video(
        self,
        prompt: str | None = None,
        *,
        model_name: t.TextToVideoModel | str,
        duration: int | str | None = None,
        aspect_ratio: t.VideoAspectRatio | None = None,
        mode: t.VideoMode | None = None,
        negative_prompt: str | None = None,
        sound: t.SoundOption | None = None,
        cfg_scale: float | None = None,
        multi_shot: bool | None = None,
        shot_type: t.ShotType | None = None,
        multi_prompt: Sequence[t.StoryboardShot] | None = None,
        camera_control: t.CameraControl | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> R:
        """Start a video from a text.

        Args:
            prompt: what the video shows, at most 2500 characters. Needed unless a storyboard replaces it.
            model_name: see the class.
            duration: whole seconds; kling-v3 takes 3 to 15, every other model 5 or 10. Kling's default is 5.
            aspect_ratio: width to height; Kling's default is 16:9.
            mode: std is 720p, pro is 1080p, 4k is for kling-v3 only. Kling's default is std.
            negative_prompt: what to keep out, at most 2500 characters.
            sound: whether sound is made with the picture; kling-v2-6 (mode pro) and kling-v3.
            cfg_scale: how closely the prompt is followed, 0 to 1; only models before kling-v2.
            multi_shot: make several shots; kling-v3 only.
            shot_type: who cuts them; needed with multi_shot.
            multi_prompt: the storyboard of ``customize``: 1 to 6 shots whose durations add up to `duration`.
            camera_control: how the camera moves; only retired models take it.
            watermark_info: whether a watermarked copy is made as well.
            callback_url: see the class.
            external_task_id: see the class.
            extra: see the class.
            extra_headers: see the class.
        """
        arguments = {
            "prompt": prompt,
            "model_name": model_name,
            "duration": duration,
            "aspect_ratio": aspect_ratio,
            "mode": mode,
            "negative_prompt": negative_prompt,
            "sound": sound,
            "cfg_scale": cfg_scale,
            "multi_shot": multi_shot,
            "shot_type": shot_type,
            "multi_prompt": multi_prompt,
            "camera_control": camera_control,
            "watermark_info": watermark_info,
            "callback_url": callback_url,
            "external_task_id": external_task_id,
        }
        return self._create("video_text2video", arguments, extra, extra_headers)

    def image_to_video(
        self,
        image: t.ImageInput | None = None,
        prompt: str | None = None,
        *,
        model_name: t.ImageToVideoModel | str,
        image_tail: t.ImageInput | None = None,
        duration: int | str | None = None,
        mode: t.VideoMode | None = None,
        negative_prompt: str | None = None,
        sound: t.SoundOption | None = None,
        cfg_scale: float | None = None,
        multi_shot: bool | None = None,
        shot_type: t.ShotType | None = None,
        multi_prompt: Sequence[t.StoryboardShot] | None = None,
        element_list: Sequence[t.ElementReference] | None = None,
        voice_list: Sequence[t.VoiceReference] | None = None,
        static_mask: t.ImageInput | None = None,
        dynamic_masks: Sequence[t.DynamicMask] | None = None,
        camera_control: t.CameraControl | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> R:
        """Start a video from a picture. Pictures are jpg or png, at most 10 MB, each side at least 300 px.

        Args:
            image: the first frame, which sets the shape: a path, bytes, a binary file, an address, or Base64. This or
                image_tail is needed.
            prompt: what happens, at most 2500 characters.
            model_name: see the class.
            image_tail: the last frame; not together with masks or camera_control.
            duration: whole seconds; kling-v3 takes 3 to 15, every other model 5 or 10. Kling's default is 5.
            mode: std is 720p, pro is 1080p, 4k is for kling-v3 only. Kling's default is std.
            negative_prompt: what to keep out, at most 2500 characters.
            sound: whether sound is made with the picture; kling-v2-6 (mode pro) and kling-v3.
            cfg_scale: how closely the prompt is followed, 0 to 1; only models before kling-v2.
            multi_shot: make several shots; kling-v3 only.
            shot_type: who cuts them; needed with multi_shot.
            multi_prompt: the storyboard of ``customize``: 1 to 6 shots whose durations add up to `duration`.
            element_list: up to 3 elements to show; kling-v3 only, not together with voice_list.
            voice_list: up to 2 voices to speak; kling-v2-6 in mode pro with sound on.
            static_mask: the area that stands still; kling-v1 and kling-v1-5.
            dynamic_masks: up to 6 areas that move along a path; kling-v1 and kling-v1-5.
            camera_control: how the camera moves; only retired models take it.
            watermark_info: whether a watermarked copy is made as well.
            callback_url: see the class.
            external_task_id: see the class.
            extra: see the class.
            extra_headers: see the class.
        """
        arguments = {
            "image": image,
            "prompt": prompt,
            "model_name": model_name,
            "image_tail": image_tail,
            "duration": duration,
            "mode": mode,
            "negative_prompt": negative_prompt,
            "sound": sound,
            "cfg_scale": cfg_scale,
            "multi_shot": multi_shot,
            "shot_type": shot_type,
            "multi_prompt": multi_prompt,
            "element_list": element_list,
            "voice_list": voice_list,
            "static_mask": static_mask,
            "dynamic_masks": dynamic_masks,
            "camera_control": camera_control,
            "watermark_info": watermark_info,
            "callback_url": callback_url,
            "external_task_id": external_task_id,
        }
        return self._create("video_image2video", arguments, extra, extra_headers)

    def multi_image_to_video(
        self,
        image_list: Sequence[t.ImageInput | t.ImageReference],
        prompt: str,
        *,
        model_name: t.MultiImageToVideoModel | str,
        duration: int | str | None = None,
        aspect_ratio: t.VideoAspectRatio | None = None,
        mode: t.VideoMode | None = None,
        negative_prompt: str | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> R:
        """Start a video that brings up to four pictured subjects together.

        Args:
            image_list: 1 to 4 pictures of subjects, cropped by you: paths, bytes, binary files, addresses or Base64;
                jpg or png, at most 10 MB, each side at least 300 px.
            prompt: what the video shows, at most 2500 characters.
            model_name: see the class.
            duration: 5 or 10 seconds. Kling's default is 5.
            aspect_ratio: width to height; Kling's default is 16:9.
            mode: std is 720p, pro is 1080p. Kling's default is std.
            negative_prompt: what to keep out, at most 2500 characters.
            watermark_info: whether a watermarked copy is made as well.
            callback_url: see the class.
            external_task_id: see the class.
            extra: see the class.
            extra_headers: see the class.
        """
        arguments = {
            "image_list": image_list,
            "prompt": prompt,
            "model_name": model_name,
            "duration": duration,
            "aspect_ratio": aspect_ratio,
            "mode": mode,
            "negative_prompt": negative_prompt,
            "watermark_info": watermark_info,
            "callback_url": callback_url,
            "external_task_id": external_task_id,
        }
        return self._create("video_multi_image2video", arguments, extra, extra_headers)


class ImageOperations(_Operations[R]):
    """Makes pictures. What `VideoOperations` says of its methods holds here, too."""

    def multi_image_to_image(
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
    ) -> R:
        """Start a picture made from pictures of subjects, optionally in the scene and the style of others.

        Args:
            subject_image_list: 1 to 4 pictures of subjects: paths, bytes, binary files, addresses or Base64; jpg or
                png, at most 10 MB, each side at least 300 px.
            prompt: what the picture shows, at most 2500 characters.
            model_name: see `VideoOperations`.
            scene_image: the scene to place the subjects in.
            style_image: the picture whose style is taken.
            n: how many pictures, 1 to 9; each is charged. Kling's default is 1.
            aspect_ratio: width to height; Kling's default is 16:9.
            watermark_info: whether a watermarked copy is made as well.
            callback_url: see `VideoOperations`.
            external_task_id: see `VideoOperations`.
            extra: see `VideoOperations`.
            extra_headers: see `VideoOperations`.
        """
        arguments = {
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
        }
        return self._create("image_multi_image2image", arguments, extra, extra_headers)
