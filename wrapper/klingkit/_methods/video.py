# OUTPUT of `klingkit spec client`. Do not edit: change openapi/methods.toml or the sources, run it again.
"""``kling.video`` of `Kling`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._groups import Group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit._methods import records as r
    from klingkit._methods import types as t
    from klingkit._task import Task

__all__ = ["Video"]


class Video(Group):
    """``kling.video``: makes videos.

    Nothing that is left out is sent, so the relay's defaults hold, except where a relay requires a
    field. Facts and limits are those of the official documentation; relays may take less.
    """

    __slots__ = ()

    def text_to_video(
        self,
        prompt: str | None = None,
        *,
        model_name: t.TextToVideoModel | str,
        multi_shot: bool | None = None,
        shot_type: t.ShotType | None = None,
        multi_prompt: Sequence[t.StoryboardShot] | None = None,
        negative_prompt: str | None = None,
        sound: t.SoundOption | None = None,
        cfg_scale: float | None = None,
        mode: t.VideoMode | None = None,
        camera_control: t.CameraControl | None = None,
        aspect_ratio: t.VideoAspectRatio | None = None,
        duration: int | str | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start a video from a text.

        A video from a text, optionally as a storyboard of up to six shots and with sound. Starts a text to video task
        and charges for it. The answer comes at once, the result takes minutes.

        Models:
            kling-v3: text, std/pro/4k, 3 to 15 s, with multi shot, sound.
            kling-v2-6: text, std, 5 or 10 s; text, pro, 5 or 10 s, with sound.
            kling-v2-5-turbo: text, std/pro, 5 or 10 s.
            kling-v2-1-master (retired): text, 5 or 10 s.
            kling-v2-master (retired): text, 5 or 10 s.
            kling-v1-6 (retired): text, std/pro, 5 or 10 s, with cfg scale.
            kling-v1 (retired): text, std/pro, 5 or 10 s, with cfg scale; text, std, 5 s, with cfg scale, simple camera
                control, preset camera control.

        Args:
            prompt: What the video shows, at most 2500 characters. Needed unless a `customize` storyboard replaces it.
            model_name: The model; names klingkit does not know yet are sent as they are. Retired on 2026-09-15:
                kling-v1, kling-v1-6, kling-v2-master and kling-v2-1-master.
            multi_shot: Make a video of several shots. While it is true `prompt` is ignored, unless `shot_type` is
                `intelligence`; while it is false `shot_type` and `multi_prompt` are ignored. Only kling-v3 takes it.
                Kling's default is False. Not documented by newapi-a1, newapi-a2, newapi-b, openai-next, xiexus.
            shot_type: How the shots are cut. Needed when `multi_shot` is true. Not documented by newapi-a1, newapi-a2,
                newapi-b, openai-next, xiexus.
            multi_prompt: The storyboard: 1 to 6 shots whose durations add up to `duration`. Needed when `shot_type` is
                `customize`. Not documented by newapi-a1, newapi-a2, newapi-b, openai-next, xiexus.
            negative_prompt: What to keep out of the picture, at most 2500 characters. Not documented by newapi-b,
                xiexus.
            sound: Whether sound is generated with the picture. kling-v2-6 (mode pro only) and kling-v3. Kling's default
                is off. Not documented by newapi-a1, newapi-a2, newapi-b, openai-next, xiexus.
            cfg_scale: How closely the prompt is followed, 0 to 1; higher is closer. Only models before kling-v2 take
                it. Kling's default is 0.5. Not documented by newapi-b, xiexus.
            mode: std is 720p, pro is 1080p, 4k is kling-v3 only. Kling's default is std. Not documented by xiexus.
            camera_control: How the camera moves. No model of today takes it: kling-v1 did in std, kling-v1-5 in pro,
                both at 5 s. Not documented by newapi-b, xiexus.
            aspect_ratio: Width to height of the picture. Kling's default is 16:9. Not documented by newapi-b, xiexus.
            duration: Length in whole seconds. kling-v3 takes 3 to 15, every other model 5 or 10. Kling's default is 5.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}. Not documented by newapi-a1,
                newapi-a2, newapi-b, openai-next, xiexus.
            callback_url: Address that is POSTed the task whenever its status changes. Not documented by newapi-b,
                xiexus.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one. Not documented by haoee, newapi-b, xiexus.
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

        Offered by anyapi, haoee, newapi-a1, newapi-a2, newapi-b, newapi-c, official, openai-next, xiexus; claimed by
        xiexus, haoee. Source: openapi/sources/official/kling.openapi.yaml, POST /v1/videos/text2video.
        """
        return self._create(
            "video_text2video",
            {
                "prompt": prompt,
                "model_name": model_name,
                "multi_shot": multi_shot,
                "shot_type": shot_type,
                "multi_prompt": multi_prompt,
                "negative_prompt": negative_prompt,
                "sound": sound,
                "cfg_scale": cfg_scale,
                "mode": mode,
                "camera_control": camera_control,
                "aspect_ratio": aspect_ratio,
                "duration": duration,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def image_to_video(
        self,
        image: t.ImageInput | None = None,
        prompt: str | None = None,
        *,
        model_name: t.ImageToVideoModel | str,
        image_tail: t.ImageInput | None = None,
        multi_shot: bool | None = None,
        shot_type: t.ShotType | None = None,
        multi_prompt: Sequence[t.StoryboardShot] | None = None,
        negative_prompt: str | None = None,
        element_list: Sequence[t.ElementReference] | None = None,
        voice_list: Sequence[t.VoiceReference] | None = None,
        sound: t.SoundOption | None = None,
        cfg_scale: float | None = None,
        mode: t.VideoMode | None = None,
        static_mask: t.ImageInput | None = None,
        dynamic_masks: Sequence[t.DynamicMask] | None = None,
        camera_control: t.CameraControl | None = None,
        duration: int | str | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start a video from a picture.

        A video that starts from (or ends at) a picture. Starts an image to video task and charges for it. The answer
        comes at once, the result takes minutes.

        Models:
            kling-v3: first frame or both frames, std/pro/4k, 3 to 15 s, with multi shot, sound, multi image elements,
                video character elements.
            kling-v2-6: first frame, std, 5 or 10 s; first frame, pro, 5 or 10 s, with sound, voices; both frames, pro,
                5 or 10 s.
            kling-v2-5-turbo: first frame, std/pro, 5 or 10 s; both frames, pro, 5 or 10 s.
            kling-v2-1 (retired): first frame, std/pro, 5 or 10 s; both frames, pro, 5 or 10 s.
            kling-v2-1-master (retired): first frame, 5 or 10 s.
            kling-v2-master (retired): first frame, 5 or 10 s.
            kling-v1-6 (retired): first frame, std/pro, 5 or 10 s, with cfg scale; both frames or last frame, pro, 5 or
                10 s, with cfg scale.
            kling-v1-5 (retired): first frame, std/pro, 5 or 10 s, with cfg scale; both frames or last frame, pro, 5 or
                10 s, with cfg scale; first frame, pro, 5 s, with cfg scale, motion brush; first frame, pro, 5 s, with
                cfg scale, simple camera control.
            kling-v1 (retired): first frame, std/pro, 5 or 10 s, with cfg scale; both frames, std/pro, 5 s, with cfg
                scale; first frame, std/pro, 5 s, with cfg scale, motion brush.

        Args:
            image: The first frame; it sets the shape of the picture. A path, bytes, a binary file, an address or
                Base64; jpg, jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
            prompt: What happens in the video, at most 2500 characters. Voices are cited as `<<<voice_1>>>`, elements as
                `<<<element_1>>>`.
            model_name: The model; names klingkit does not know yet are sent as they are. Retired on 2026-09-15: All
                before kling-v2-5-turbo.
            image_tail: The last frame; no shape of its own is asked of it. A path, bytes, a binary file, an address or
                Base64; jpg, jpeg or png, at most 10 MB, each side at least 300 px. Not documented by newapi-b, xiexus.
            multi_shot: Make a video of several shots. While it is true `prompt` is ignored, unless `shot_type` is
                `intelligence`; while it is false `shot_type` and `multi_prompt` are ignored. Only kling-v3 takes it.
                Kling's default is False. Not documented by newapi-a1, newapi-a2, newapi-b, openai-next, xiexus.
            shot_type: How the shots are cut. Needed when `multi_shot` is true. Not documented by newapi-a1, newapi-a2,
                newapi-b, openai-next, xiexus.
            multi_prompt: The storyboard: 1 to 6 shots whose durations add up to `duration`. Needed when `shot_type` is
                `customize`. Not documented by newapi-a1, newapi-a2, newapi-b, openai-next, xiexus.
            negative_prompt: What to keep out of the picture, at most 2500 characters. Not documented by newapi-b,
                xiexus.
            element_list: Up to 3 elements to show; kling-v3 only. Not documented by anyapi, newapi-a1, newapi-a2,
                newapi-b, openai-next, xiexus.
            voice_list: Up to 2 voices to speak; kling-v2-6 in mode pro only, with `sound` on. Not documented by
                newapi-a1, newapi-a2, newapi-b, openai-next, xiexus.
            sound: Whether sound is generated with the picture. kling-v2-6 (mode pro only) and kling-v3. Kling's default
                is off. Not documented by newapi-a1, newapi-a2, newapi-b, xiexus.
            cfg_scale: How closely the prompt is followed, 0 to 1; higher is closer. Only models before kling-v2 take
                it. Kling's default is 0.5. Not documented by newapi-b, xiexus.
            mode: std is 720p, pro is 1080p, 4k is kling-v3 only. Kling's default is std. Not documented by xiexus.
            static_mask: Motion brush: the area that stands still, in a mask of the shape of `image` and of the size of
                all other masks. kling-v1 and kling-v1-5 only. A path, bytes, a binary file, an address or Base64; jpg,
                jpeg or png, at most 10 MB. Not documented by newapi-b, xiexus.
            dynamic_masks: Motion brush: up to 6 areas that move along a path. kling-v1 and kling-v1-5 only. Not
                documented by newapi-b, xiexus.
            camera_control: How the camera moves. No model of today takes it: kling-v1 did in std, kling-v1-5 in pro,
                both at 5 s. Not documented by newapi-b, xiexus.
            duration: Length in whole seconds. kling-v3 takes 3 to 15, every other model 5 or 10. Kling's default is 5.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}. Not documented by newapi-a1,
                newapi-a2, newapi-b, xiexus.
            callback_url: Address that is POSTed the task whenever its status changes. Not documented by newapi-b,
                xiexus.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one. Not documented by haoee, newapi-b, xiexus.
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

        Offered by anyapi, haoee, newapi-a1, newapi-a2, newapi-b, newapi-c, official, openai-next, xiexus; claimed by
        haoee. Source: openapi/sources/official/kling.openapi.yaml, POST /v1/videos/image2video.
        """
        return self._create(
            "video_image2video",
            {
                "image": image,
                "prompt": prompt,
                "model_name": model_name,
                "image_tail": image_tail,
                "multi_shot": multi_shot,
                "shot_type": shot_type,
                "multi_prompt": multi_prompt,
                "negative_prompt": negative_prompt,
                "element_list": element_list,
                "voice_list": voice_list,
                "sound": sound,
                "cfg_scale": cfg_scale,
                "mode": mode,
                "static_mask": static_mask,
                "dynamic_masks": dynamic_masks,
                "camera_control": camera_control,
                "duration": duration,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def multi_image_to_video(
        self,
        image_list: Sequence[t.ImageInput | t.ImageReference],
        prompt: str,
        *,
        model_name: t.MultiImageToVideoModel | str,
        negative_prompt: str | None = None,
        mode: t.BasicVideoMode | None = None,
        duration: int | str | None = None,
        aspect_ratio: t.VideoAspectRatio | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start a video that brings up to four pictured subjects together.

        A video that brings up to four pictured subjects together. Starts a multi-image to video task and charges for
        it. The answer comes at once, the result takes minutes.

        Models:
            kling-v1-6 (retired): references, std/pro, 5 or 10 s.

        Args:
            image_list: 1 to 4 subjects, cropped by the caller.
            prompt: What the video shows, at most 2500 characters.
            model_name: The model; names klingkit does not know yet are sent as they are.
            negative_prompt: What to keep out of the picture, at most 2500 characters.
            mode: std is 720p, pro is 1080p. Kling's default is std.
            duration: Length in seconds. Kling's default is 5.
            aspect_ratio: Width to height of the picture. Kling's default is 16:9.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}. Not documented by anyapi,
                openai-next.
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

        Offered by anyapi, official, openai-next. Source: openapi/sources/official/kling.openapi.yaml, POST
        /v1/videos/multi-image2video.
        """
        return self._create(
            "video_multi_image2video",
            {
                "image_list": image_list,
                "prompt": prompt,
                "model_name": model_name,
                "negative_prompt": negative_prompt,
                "mode": mode,
                "duration": duration,
                "aspect_ratio": aspect_ratio,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def omni_video(
        self,
        prompt: str | None = None,
        *,
        model_name: t.OmniVideoModel | str,
        multi_shot: bool | None = None,
        shot_type: t.ShotType | None = None,
        multi_prompt: Sequence[t.StoryboardShot] | None = None,
        image_list: Sequence[t.ImageInput | t.OmniVideoImage] | None = None,
        element_list: Sequence[t.ElementReference] | None = None,
        video_list: Sequence[t.OmniVideoClip] | None = None,
        sound: t.SoundOption | None = None,
        mode: t.VideoMode | None = None,
        aspect_ratio: t.VideoAspectRatio | None = None,
        duration: int | str | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start a video from a text that cites pictures, elements and a video.

        A video from a text that cites pictures, elements and a video; or that video edited. There is no
        negative_prompt, cfg_scale, camera_control, image_tail or voice_list here. Starts an omni-video task and charges
        for it: by the second of the result, more with sound or a reference video; an edited video by its own length,
        rounded. The answer comes at once, the result takes minutes. A newer sibling exists; the vendor has no plan to
        drop this one.

        Models:
            kling-v3-omni: text, std/pro/4k, 3 to 15 s, with multi shot, sound; references or first frame or both
                frames, std/pro/4k, 3 to 15 s, with multi shot, sound, reference images, multi image elements, video
                character elements; feature video, std/pro/4k, 3 to 15 s, with multi shot, original sound, reference
                images, multi image elements; edited video, std/pro/4k, with original sound, reference images, multi
                image elements.
            kling-video-o1: text, std/pro, 5 or 10 s; first frame, std/pro, 5 or 10 s; references, std/pro, 3 to 10 s,
                with reference images, multi image elements; first frame, std/pro, 3 to 10 s, with reference images,
                multi image elements; both frames, std/pro, 3 to 10 s; feature video, std/pro, 3 to 10 s, with original
                sound, reference images, multi image elements; edited video, std/pro, with original sound, reference
                images, multi image elements.

        Args:
            prompt: What the video shows and what it does not, at most 2500 characters. Cites by place in the lists:
                `<<<image_1>>>`, `<<<element_1>>>`, `<<<video_1>>>`. Needed unless a `customize` storyboard replaces it.
            model_name: The model; names klingkit does not know yet are sent as they are.
            multi_shot: Make a video of several shots; kling-v3-omni only. While it is true `prompt` is ignored, unless
                `shot_type` is `intelligence`; while it is false `shot_type` and `multi_prompt` are ignored. Goes
                together with frames since 2026-05-07. Kling's default is False.
            shot_type: How the shots are cut. Needed when `multi_shot` is true; `intelligence` beside a video whose
                `refer_type` is `feature`.
            multi_prompt: The storyboard: 1 to 6 shots whose durations add up to `duration`. Needed when `shot_type` is
                `customize`.
            image_list: Pictures to cite, and the first and last frame. Without a video: pictures and multi-image
                elements at most 7 together, at most 4 when video-character elements are there too. With a video:
                pictures and elements at most 4 together.
            element_list: Elements to cite. Video-character elements: at most 3, none on kling-video-o1, none beside a
                video. Beside a first frame, alone or with a last one: at most 3 elements; kling-video-o1 takes none
                beside a last frame.
            video_list: The video to edit or to take from; at most 1.
            sound: Whether sound is generated with the picture; kling-v3-omni only, and off beside a video. Kling's
                default is off.
            mode: std is 720p, pro is 1080p, 4k is kling-v3-omni only. Kling's default is pro.
            aspect_ratio: Width to height of the picture. Needed unless a first frame or an edited video gives it.
            duration: Length in whole seconds: kling-v3-omni takes 3 to 15; kling-video-o1 takes 3 to 10, from a text or
                a first frame alone 5 or 10. Ignored when a video is edited: the result is as long as that video.
                Kling's default is 5.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}.
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

        Offered by anyapi, haoee, official; claimed by haoee. Source: openapi/sources/official/video.openapi.yaml, POST
        /v1/videos/omni-video.
        """
        return self._create(
            "video_omni_video",
            {
                "prompt": prompt,
                "model_name": model_name,
                "multi_shot": multi_shot,
                "shot_type": shot_type,
                "multi_prompt": multi_prompt,
                "image_list": image_list,
                "element_list": element_list,
                "video_list": video_list,
                "sound": sound,
                "mode": mode,
                "aspect_ratio": aspect_ratio,
                "duration": duration,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def motion_control(
        self,
        image_url: t.ImageInput,
        video_url: str,
        *,
        model_name: t.MotionControlModel | str,
        character_orientation: t.CharacterOrientation,
        mode: t.BasicVideoMode,
        prompt: str | None = None,
        element_list: Sequence[t.ElementReference] | None = None,
        keep_original_sound: t.KeepOriginalSound | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start a video of a pictured character that moves like somebody else.

        A pictured character that moves like the person of a video. There is no duration and no aspect_ratio: the result
        is as long as the video, or shorter where its motion is hard to read. Starts a motion-control task and charges
        for it: by the second of the result. The answer comes at once, the result takes minutes. A newer sibling exists;
        the vendor has no plan to drop this one.

        Models:
            kling-v3: character and movement, std/pro, with original sound, elements.
            kling-v2-6: character and movement, std/pro, with original sound.

        Args:
            image_url: The character. A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 10
                MB, each side 300 to 65536 px, aspect ratio 1:2.5 to 2.5:1.
            video_url: The movement. Public URL; mp4 or mov, at most 100 MB, each side 340 to 3850 px, 3 to 30 s, and 3
                to 10 s when `character_orientation` is `image`.
            model_name: The model; names klingkit does not know yet are sent as they are. Not documented by anyapi.
            character_orientation: Whether the character faces as in the picture or as in the video.
            mode: std is 720p, pro is 1080p. It has no default here.
            prompt: What else the video shows, at most 2500 characters.
            element_list: The character as an element; kling-v3 only, at most 1. `character_orientation` is then
                `video`. Not documented by anyapi.
            keep_original_sound: Whether the sound of the video is kept. Kling's default is yes.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}. Not documented by anyapi.
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

        Offered by anyapi, official. Source: openapi/sources/official/video.openapi.yaml, POST
        /v1/videos/motion-control.
        """
        return self._create(
            "video_motion_control",
            {
                "image_url": image_url,
                "video_url": video_url,
                "model_name": model_name,
                "character_orientation": character_orientation,
                "mode": mode,
                "prompt": prompt,
                "element_list": element_list,
                "keep_original_sound": keep_original_sound,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def extend(
        self,
        video_id: str | t.Made,
        prompt: str | None = None,
        *,
        negative_prompt: str | None = None,
        cfg_scale: float | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start the continuation of a video.

        A video continued by 4 to 5 seconds, in the model and mode it was made with. Only videos of kling-v1, kling-v1-5
        and kling-v1-6 can be extended. Starts a video extension task and charges for it: at the rate of the video that
        is extended. The answer comes at once, the result takes minutes. The vendor's index of pages no longer lists it.

        Models:
            kling-v1-6 (retired): own video, with cfg scale.
            kling-v1-5 (retired): own video, with cfg scale.
            kling-v1 (retired): own video.

        Args:
            video_id: The video, by its own id (`task_result.videos[].id`) and not its task's: of text2video,
                image2video or a former extension, at most 30 days old; at most 3 minutes in all.
            prompt: What happens next, at most 2500 characters.
            negative_prompt: What to keep out of the picture, at most 2500 characters. Not for videos of kling-v1.
            cfg_scale: How closely the prompt is followed, 0 to 1; higher is closer. Not for videos of kling-v1. Kling's
                default is 0.5.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}. Not documented by anyapi.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one. Not documented by anyapi, haoee.
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

        Offered by anyapi, haoee, official, openai-next; claimed by openai-next, haoee. Source:
        openapi/sources/official/video.openapi.yaml, POST /v1/videos/video-extend.
        """
        return self._create(
            "video_extend",
            {
                "video_id": video_id,
                "prompt": prompt,
                "negative_prompt": negative_prompt,
                "cfg_scale": cfg_scale,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def avatar(
        self,
        image: t.ImageInput,
        *,
        audio_id: str | t.Made | None = None,
        sound_file: t.AudioInput | None = None,
        prompt: str | None = None,
        mode: t.BasicVideoMode | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start a video of a portrait that speaks.

        A portrait that speaks, for up to 300 seconds. Exactly one of `audio_id` and `sound_file` is given; an empty
        text counts as none. Starts an avatar task and charges for it: by the second of the result, 0.4 units in std and
        0.8 in pro in September 2026. The answer comes at once, the result takes minutes.

        Args:
            image: The portrait; of several faces none can be chosen. A path, bytes, a binary file, an address or
                Base64; jpg, jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
            audio_id: Audio of text to speech, at most 30 days old, 2 to 300 s.
            sound_file: A path, bytes, a binary file, an address or Base64; mp3, wav, m4a or aac, at most 5 MB, 2 to 300
                s.
            prompt: Actions, mood and camera, at most 2500 characters.
            mode: std or pro; pro looks better and costs twice as much. Kling's default is std.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}. Not documented by anyapi.
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

        Offered by anyapi, official. Source: openapi/sources/official/video.openapi.yaml, POST
        /v1/videos/avatar/image2video.
        """
        return self._create(
            "video_avatar",
            {
                "image": image,
                "audio_id": audio_id,
                "sound_file": sound_file,
                "prompt": prompt,
                "mode": mode,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def advanced_lip_sync(
        self,
        session_id: str,
        face_choose: Sequence[t.LipSyncFace],
        *,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start a video in which a face speaks a piece of audio.

        A face of a clip made to speak a piece of audio. Starts a lip-sync task and charges for it: 0.5 units per 5
        seconds in September 2026. The answer comes at once, the result takes minutes.

        Args:
            session_id: The session that identify-face opened.
            face_choose: The face that speaks; exactly 1 for now.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}. Not documented by anyapi.
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

        Offered by anyapi, official. Source: openapi/sources/official/video.openapi.yaml, POST
        /v1/videos/advanced-lip-sync.
        """
        return self._create(
            "video_advanced_lip_sync",
            {
                "session_id": session_id,
                "face_choose": face_choose,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def lip_sync(
        self,
        *,
        mode: t.LipSyncMode,
        video_id: str | t.Made | None = None,
        video_url: str | None = None,
        text: str | None = None,
        voice_id: str | None = None,
        voice_language: t.LipSyncVoiceLanguage | None = None,
        voice_speed: float | None = None,
        audio_type: t.LipSyncAudioType | None = None,
        audio_file: t.AudioInput | None = None,
        audio_url: str | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start a video that speaks a text or an audio (older form).

        A video made to speak a text or an audio, in the older form. Starts a lip-sync task (older form) and charges for
        it: the price is not known here. The answer comes at once, the result takes minutes. Superseded by
        advanced-lip-sync; it still answered in October 2026.

        Args:
            mode: Whether a text or an audio is spoken.
            video_id: A video of this account, by its id and not its task's; 5 or 10 s, at most 30 days old.
            video_url: Public URL; mp4 or mov, at most 100 MB, 2 to 10 s (later raised to 60 s).
            text: What is spoken, at most 120 characters. Needed when `mode` is `text2video`.
            voice_id: The voice of the text, of those for text to speech. Needed when `mode` is `text2video`.
            voice_language: The language of the voice. Kling's default is zh.
            voice_speed: How fast the text is spoken, 0.8 to 2; 1 is normal. Kling's default is 1.
            audio_type: How the audio is given. Needed when `mode` is `audio2video`.
            audio_file: The audio as a path, bytes, a binary file, an address or Base64, at most 5 MB. Needed when
                `audio_type` is `file`.
            audio_url: The audio's public URL, at most 5 MB. Needed when `audio_type` is `url`.
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

        Offered by haoee, official; claimed by haoee. Superseded by the vendor. Source:
        openapi/sources/official/video.openapi.yaml, POST /v1/videos/lip-sync.
        """
        return self._create(
            "video_lip_sync",
            {
                "callback_url": callback_url,
                "external_task_id": external_task_id,
                "input": {
                    "mode": mode,
                    "video_id": video_id,
                    "video_url": video_url,
                    "text": text,
                    "voice_id": voice_id,
                    "voice_language": voice_language,
                    "voice_speed": voice_speed,
                    "audio_type": audio_type,
                    "audio_file": audio_file,
                    "audio_url": audio_url,
                },
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def effects(
        self,
        effect_scene: str,
        *,
        image: t.ImageInput | None = None,
        images: Sequence[t.ImageInput] | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start a video of a named effect on one picture, or on two.

        A named effect on one picture, or on two. Starts a video effect task and charges for it: the price follows the
        scene. The answer comes at once, the result takes minutes.

        Args:
            effect_scene: The effect. The names change from week to week, so any is allowed here;
                `x-kling-effect-scenes` has those of September 2026.
            image: The picture of an effect that takes one. A path, bytes, a binary file, an address or Base64; jpg,
                jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
            images: The pictures of an effect that takes two; the first stands left, the second right. At most 2.
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

        Offered by anyapi, haoee, official; claimed by haoee. Source: openapi/sources/official/video.openapi.yaml, POST
        /v1/videos/effects.
        """
        return self._create(
            "video_effects",
            {
                "effect_scene": effect_scene,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
                "input": {"image": image, "images": images},
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def multi_elements(
        self,
        session_id: str,
        prompt: str,
        *,
        edit_mode: t.ElementEdit,
        image_list: Sequence[t.ImageInput | t.ImageReference] | None = None,
        negative_prompt: str | None = None,
        mode: t.BasicVideoMode | None = None,
        duration: int | str | None = None,
        watermark_info: t.WatermarkOption | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start the edit of a clip: an element added, swapped or removed.

        An element added to, swapped in or removed from the clip of a session. Starts a multi-elements task and charges
        for it: the price is not known here. The answer comes at once, the result takes minutes.

        Models:
            kling-v1-6 (retired): edited video, std/pro, 5 or 10 s.

        Args:
            session_id: The session of the opened clip; at most 24 hours old.
            prompt: What is done to what, at most 2500 characters. Should cite `<<<video_1>>>` and each `<<<image_1>>>`.
            edit_mode: What is done.
            image_list: The new element, cropped by the caller: 1 or 2 pictures for `addition`, exactly 1 for `swap`,
                not needed for `removal`.
            negative_prompt: What to keep out of the picture, at most 2500 characters.
            mode: std is 720p, pro is 1080p. Kling's default is std.
            duration: Length in seconds: 5 from a clip of 2 to 5 s, 10 from one of 7 to 10 s. Kling's default is 5.
            watermark_info: Whether a watermarked copy is made as well: {"enabled": True}.
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

        Offered by official. Source: openapi/sources/official/video.openapi.yaml, POST /v1/videos/multi-elements.
        """
        return self._create(
            "video_multi_elements",
            {
                "session_id": session_id,
                "prompt": prompt,
                "edit_mode": edit_mode,
                "image_list": image_list,
                "negative_prompt": negative_prompt,
                "mode": mode,
                "duration": duration,
                "watermark_info": watermark_info,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def identify_face(
        self,
        *,
        video_id: str | t.Made | None = None,
        video_url: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.FaceIdentification:
        """Find the faces of a clip, and open a session for advanced_lip_sync.

        A clip to look for faces in. Exactly one of `video_id` and `video_url` is given; an empty text counts as none.
        Finds the faces of a clip and opens a session for advanced-lip-sync. Charged per call, 0.05 units in September
        2026.

        Args:
            video_id: A video of this account, by its id and not its task's; at most 30 days old and 60 s long.
            video_url: Public URL; mp4 or mov, at most 100 MB, 2 to 60 s, 720p or 1080p, each side 512 to 2160 px.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `FaceIdentification`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses; nothing is charged.
            OutcomeUnknownError: no usable answer came; the call may have been carried out, and charged.

        Offered by anyapi, official. Source: openapi/sources/official/video.openapi.yaml, POST /v1/videos/identify-face.
        """
        from klingkit._methods.records import FaceIdentification

        return self._call(
            "video_identify_face_run",
            {"video_id": video_id, "video_url": video_url},
            extra,
            extra_headers,
            validate=validate,
        ).one(FaceIdentification)

    def init_selection(
        self,
        *,
        video_id: str | t.Made | None = None,
        video_url: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.MultiElementsSession:
        """Open a clip for multi_elements.

        A clip to edit. Exactly one of `video_id` and `video_url` is given; an empty text counts as none. Opens a clip
        for multi-elements and answers a session that lives 24 hours. The answer names a charge; its price is not known
        here.

        Args:
            video_id: A video of this account, by its id and not its task's; at most 30 days old, 2 to 5 s or 7 to 10 s.
            video_url: Public URL; mp4 or mov, 2 to 5 s or 7 to 10 s, each side 720 to 2160 px, 24, 30 or 60 frames per
                second.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `MultiElementsSession`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses; nothing is charged.
            OutcomeUnknownError: no usable answer came; the call may have been carried out, and charged.

        Offered by official. Source: openapi/sources/official/video.openapi.yaml, POST
        /v1/videos/multi-elements/init-selection.
        """
        from klingkit._methods.records import MultiElementsSession

        return self._call(
            "video_multi_elements_selection_init",
            {"video_id": video_id, "video_url": video_url},
            extra,
            extra_headers,
            validate=validate,
        ).one(MultiElementsSession)

    def add_selection(
        self,
        session_id: str,
        *,
        frame_index: int,
        points: Sequence[t.SelectionPoint],
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.MultiElementsSelection:
        """Mark an element of an opened clip by points.

        Points on one frame, to mark what they touch or to take the marks back. Marks an element by points on one frame
        and answers what was found there. The answer names a charge; its price is not known here.

        Args:
            session_id: The session.
            frame_index: The frame, by its number. At most 10 frames of a session carry points.
            points: 1 to 10 points; a frame carries at most 10.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `MultiElementsSelection`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses; nothing is charged.
            OutcomeUnknownError: no usable answer came; the call may have been carried out, and charged.

        Offered by official. Source: openapi/sources/official/video.openapi.yaml, POST
        /v1/videos/multi-elements/add-selection.
        """
        from klingkit._methods.records import MultiElementsSelection

        return self._call(
            "video_multi_elements_selection_add",
            {"session_id": session_id, "frame_index": frame_index, "points": points},
            extra,
            extra_headers,
            validate=validate,
        ).one(MultiElementsSelection)

    def delete_selection(
        self,
        session_id: str,
        *,
        frame_index: int,
        points: Sequence[t.SelectionPoint],
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.MultiElementsSelection:
        """Take points back.

        Points on one frame, to mark what they touch or to take the marks back. Takes back points that were added, by
        exactly the same coordinates. The answer names a charge; its price is not known here.

        Args:
            session_id: The session.
            frame_index: The frame, by its number. At most 10 frames of a session carry points.
            points: 1 to 10 points; a frame carries at most 10.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `MultiElementsSelection`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses; nothing is charged.
            OutcomeUnknownError: no usable answer came; the call may have been carried out, and charged.

        Offered by official. Source: openapi/sources/official/video.openapi.yaml, POST
        /v1/videos/multi-elements/delete-selection.
        """
        from klingkit._methods.records import MultiElementsSelection

        return self._call(
            "video_multi_elements_selection_delete",
            {"session_id": session_id, "frame_index": frame_index, "points": points},
            extra,
            extra_headers,
            validate=validate,
        ).one(MultiElementsSelection)

    def clear_selection(
        self,
        session_id: str,
        *,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.MultiElementsCleared:
        """Take all points back.

        A session, as a whole. Takes back every point of the session. The answer names a charge; its price is not known
        here.

        Args:
            session_id: The session.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `MultiElementsCleared`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses; nothing is charged.
            OutcomeUnknownError: no usable answer came; the call may have been carried out, and charged.

        Offered by official. Source: openapi/sources/official/video.openapi.yaml, POST
        /v1/videos/multi-elements/clear-selection.
        """
        from klingkit._methods.records import MultiElementsCleared

        return self._call(
            "video_multi_elements_selection_clear", {"session_id": session_id}, extra, extra_headers, validate=validate
        ).one(MultiElementsCleared)

    def preview_selection(
        self,
        session_id: str,
        *,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.MultiElementsPreview:
        """See the marked elements through the clip.

        A session, as a whole. Follows the marked elements through the clip and answers a video that shows them. The
        answer names a charge; its price is not known here.

        Args:
            session_id: The session.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `MultiElementsPreview`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses; nothing is charged.
            OutcomeUnknownError: no usable answer came; the call may have been carried out, and charged.

        Offered by official. Source: openapi/sources/official/video.openapi.yaml, POST
        /v1/videos/multi-elements/preview-selection.
        """
        from klingkit._methods.records import MultiElementsPreview

        return self._call(
            "video_multi_elements_selection_preview",
            {"session_id": session_id},
            extra,
            extra_headers,
            validate=validate,
        ).one(MultiElementsPreview)
