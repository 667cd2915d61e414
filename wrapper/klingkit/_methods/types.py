# OUTPUT of `klingkit spec client`. Do not edit: change openapi/methods.toml or the sources, run it again.
"""What is sent, typed as the one spec has it. Models and voices nobody knows yet pass."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - read when types are looked up at run time
from typing import Literal, NotRequired, TypedDict

from klingkit._inputs import AudioInput, ImageInput, Made, Moment

__all__ = [
    "AudioInput",
    "BalanceBillingFilter",
    "BalanceBillingFilterKey",
    "BasicVideoMode",
    "CameraConfig",
    "CameraControl",
    "CameraMove",
    "CharacterOrientation",
    "DynamicMask",
    "ElementEdit",
    "ElementImageList",
    "ElementImageReference",
    "ElementReference",
    "ElementSource",
    "ElementTagId",
    "ElementTagReference",
    "ElementVideoList",
    "ElementVideoReference",
    "ImageAspectRatio",
    "ImageGenerationModel",
    "ImageInput",
    "ImageReference",
    "ImageReferenceKind",
    "ImageResolution",
    "ImageToVideoModel",
    "KeepOriginalSound",
    "LipSyncAudioType",
    "LipSyncFace",
    "LipSyncMode",
    "LipSyncVoiceLanguage",
    "Made",
    "Moment",
    "MotionControlModel",
    "MultiImageToImageModel",
    "MultiImageToVideoModel",
    "OmniImageAspectRatio",
    "OmniImageModel",
    "OmniImageResolution",
    "OmniImageResultType",
    "OmniVideoClip",
    "OmniVideoClipUse",
    "OmniVideoImage",
    "OmniVideoImageType",
    "OmniVideoModel",
    "OperationName",
    "PackageBillingFilter",
    "PackageBillingFilterKey",
    "SelectionPoint",
    "SeriesAmount",
    "ShotType",
    "SolutionAdvertTitleContent",
    "SolutionAvatarIdContent",
    "SolutionAvatarImageContent",
    "SolutionClothingAspectRatio",
    "SolutionClothingDupeContent",
    "SolutionClothingVideoContent",
    "SolutionDramaSubtitleContent",
    "SolutionDramaVideoContent",
    "SolutionGlossaryContent",
    "SolutionGoodsAudienceContent",
    "SolutionGoodsDescriptionContent",
    "SolutionGoodsImageContent",
    "SolutionGoodsPriceContent",
    "SolutionGoodsStudioContent",
    "SolutionGoodsTitleContent",
    "SolutionModelImageContent",
    "SolutionMusicContent",
    "SolutionPresenterVoice",
    "SolutionProductImageContent",
    "SolutionProductInfoContent",
    "SolutionSalesVoice",
    "SolutionSellingPointContent",
    "SolutionSpeechScriptContent",
    "SolutionStatusWord",
    "SolutionSubtitleLanguage",
    "SolutionTalkingAgentContent",
    "SolutionTalkingAspectRatio",
    "SolutionTaskFilter",
    "SolutionTryOnContent",
    "SolutionTryOnPersonContent",
    "SolutionTryOnProductContent",
    "SolutionVoiceContent",
    "SoundOption",
    "SpeechLanguage",
    "StandardAudio",
    "StandardBaseVideoContent",
    "StandardBasicResolution",
    "StandardCharacterOrientation",
    "StandardElementContent",
    "StandardFeatureVideoContent",
    "StandardFirstFrameContent",
    "StandardImage2VideoContent",
    "StandardLastFrameContent",
    "StandardMotionAudio",
    "StandardMotionControlContent",
    "StandardMotionControlModel",
    "StandardMotionImageContent",
    "StandardMotionPromptContent",
    "StandardMotionVideoContent",
    "StandardOmniAudio",
    "StandardOmniVideoContent",
    "StandardOmniVideoModel",
    "StandardProductFilter",
    "StandardProductType",
    "StandardPromptContent",
    "StandardReferImageContent",
    "StandardResolution",
    "StandardStatusFilter",
    "StandardStatusWord",
    "StandardTaskFilter",
    "StandardVideoModel",
    "StandardVoiceContent",
    "StoryboardShot",
    "SubjectImage",
    "TextToVideoModel",
    "TrajectoryPoint",
    "VideoAspectRatio",
    "VideoMode",
    "VirtualTryOnModel",
    "VoiceReference",
    "WatermarkOption",
]

OperationName = Literal[
    "video_text2video",
    "video_image2video",
    "video_multi_image2video",
    "image_multi_image2image",
    "video_omni_video",
    "video_motion_control",
    "video_extend",
    "video_avatar",
    "video_advanced_lip_sync",
    "video_lip_sync",
    "video_effects",
    "video_multi_elements",
    "image_generation",
    "image_omni_image",
    "image_expand",
    "image_multi_shot",
    "image_virtual_try_on",
    "audio_text2audio",
    "audio_video2audio",
    "voice_custom",
    "element_custom",
    "standard_text2video",
    "standard_image2video",
    "standard_omni_video",
    "standard_motion_control",
    "solution_virtual_try_on",
    "solution_clothing_dupe",
    "solution_goods_studio",
    "solution_talking_agent",
    "solution_drama_subtitle",
]
"""An operation that makes tasks."""


BalanceBillingFilterKey = Literal["api_key_name"]
"""What balance deductions are filtered by."""


BasicVideoMode = Literal["std", "pro"]
"""Quality of the picture."""


CameraMove = Literal["simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward"]
"""A camera move: `simple` takes a config, the others are presets."""


CharacterOrientation = Literal["image", "video"]
"""What the character's orientation follows."""


ElementEdit = Literal["addition", "swap", "removal"]
"""What is done to an element."""


ElementSource = Literal["image_refer", "video_refer"]
"""What a new element is made from: pictures (image_refer) or a clip (video_refer)."""


ElementTagId = Literal["o_101", "o_102", "o_103", "o_104", "o_105", "o_106", "o_107", "o_108"]
"""Kind of thing: o_101 meme, o_102 character, o_103 animal, o_104 item, o_105 costume, o_106 scene, o_107 effect, o_108
other."""


ImageAspectRatio = Literal["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"]
"""Width to height."""


ImageGenerationModel = Literal["kling-v3", "kling-v2-1", "kling-v2-new", "kling-v2", "kling-v1-5", "kling-v1"]
"""Models of images/generations. kling-v1, kling-v1-5, kling-v2 and kling-v2-new were retired on 2026-09-15."""


ImageReferenceKind = Literal["subject", "face"]
"""What is taken over from a picture."""


ImageResolution = Literal["1k", "2k"]
"""Size class of a picture."""


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
"""Models of image2video. All before kling-v2-5-turbo were retired on 2026-09-15."""


KeepOriginalSound = Literal["yes", "no"]
"""Keep the sound of a video, or not."""


LipSyncAudioType = Literal["file", "url"]
"""How an audio is given."""


LipSyncMode = Literal["text2video", "audio2video"]
"""What is spoken: a text or an audio."""


LipSyncVoiceLanguage = Literal["zh", "en"]
"""Language of a voice."""


MotionControlModel = Literal["kling-v3", "kling-v2-6"]
"""Models of motion-control."""


MultiImageToImageModel = Literal["kling-v2", "kling-v2-1"]
"""Models of multi-image2image."""


MultiImageToVideoModel = Literal["kling-v1-6"]
"""Models of multi-image2video."""


OmniImageAspectRatio = Literal["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "auto"]
"""Width to height; auto lets the model choose."""


OmniImageModel = Literal["kling-v3-omni", "kling-image-o1"]
"""Models of omni-image."""


OmniImageResolution = Literal["1k", "2k", "4k"]
"""Size class of a picture."""


OmniImageResultType = Literal["single", "series"]
"""Pictures on their own, or a series."""


OmniVideoClipUse = Literal["feature", "base"]
"""Edit the video (base), or take its style, motion or camera, or go on from it (feature)."""


OmniVideoImageType = Literal["first_frame", "end_frame"]
"""Which frame of the result."""


OmniVideoModel = Literal["kling-v3-omni", "kling-video-o1"]
"""Models of omni-video."""


PackageBillingFilterKey = Literal["api_key_name", "product_type", "package_name", "package_id"]
"""What resource pack deductions are filtered by."""


ShotType = Literal["customize", "intelligence"]
"""Who cuts the shots: the caller (customize) or the model (intelligence)."""


SolutionClothingAspectRatio = Literal["9:16", "2:3", "3:4", "1:1", "4:3", "3:2", "16:9", "21:9"]
"""Width to height."""


SolutionPresenterVoice = Literal[
    "male_calm_informative",
    "female_clear_rational",
    "female_gentle_soothing",
    "female_bright_engaging",
    "male_crisp_persuasive",
    "female_intelligent_narrative",
    "male_clear_professional",
    "male_energetic_sporty",
    "female_warm_rich",
]
"""Voices of presenters."""


SolutionSalesVoice = Literal[
    "energetic_sales_girl",
    "gentle_sales_woman",
    "crisp_sales_girl",
    "mature_sales_woman",
    "calm_sales_woman",
    "soft_sales_woman",
    "energetic_sales_boy",
    "enthusiastic_sales_man",
    "steady_sales_man",
    "calm_sales_man",
]
"""Voices of apparel replication."""


SolutionStatusWord = Literal["submitted", "processing", "succeeded", "succeed", "failed"]
"""A state to ask for. The page of the try-on writes succeed, the others succeeded."""


SolutionSubtitleLanguage = Literal["en"]
"""Languages of subtitles."""


SolutionTalkingAspectRatio = Literal["9:16", "16:9"]
"""Width to height."""


SoundOption = Literal["on", "off"]
"""Sound on or off."""


SpeechLanguage = Literal["zh", "en"]
"""Language of a voice of the speech call."""


StandardAudio = Literal["native", "off"]
"""Generated sound, or none."""


StandardBasicResolution = Literal["720p", "1080p"]
"""Size of the picture."""


StandardCharacterOrientation = Literal["image", "video"]
"""As in the picture (videos of 3 to 10 s) or as in the video (3 to 30 s)."""


StandardMotionAudio = Literal["original", "off"]
"""The sound of the video given, or none."""


StandardMotionControlModel = Literal["kling-2.6", "kling-3.0"]
"""Models of motion control."""


StandardOmniAudio = Literal["native", "original", "off"]
"""Generated sound, the sound of the video given, or none."""


StandardOmniVideoModel = Literal["kling-o1", "kling-3.0-omni"]
"""Models of omni video."""


StandardProductType = Literal["video", "image", "try_on"]
"""A kind of task to ask for."""


StandardResolution = Literal["720p", "1080p", "4k"]
"""Size of the picture."""


StandardStatusWord = Literal["submitted", "processing", "succeeded", "failed"]
"""A state to ask for."""


StandardVideoModel = Literal["kling-2.5-turbo", "kling-2.6", "kling-3.0", "kling-3.0-turbo"]
"""Models of text to video and image to video."""


TextToVideoModel = Literal[
    "kling-v1-5",
    "kling-v3",
    "kling-v2-6",
    "kling-v2-5-turbo",
    "kling-v2-1-master",
    "kling-v2-master",
    "kling-v1-6",
    "kling-v1",
]
"""Models of text2video. kling-v1, kling-v1-6, kling-v2-master and kling-v2-1-master were retired on 2026-09-15."""


VideoAspectRatio = Literal["16:9", "9:16", "1:1"]
"""Width to height."""


VideoMode = Literal["std", "pro", "4k"]
"""Quality of the picture."""


VirtualTryOnModel = Literal["kolors-virtual-try-on-v1-5", "kolors-virtual-try-on-v1"]
"""Models of kolors-virtual-try-on, both retired on 2026-09-15."""


class BalanceBillingFilter(TypedDict):
    """A filter on balance deductions.

    Attributes:
        key: What balance deductions are filtered by.
        values: The values wanted.
    """

    key: BalanceBillingFilterKey
    values: Sequence[str]


class CameraConfig(TypedDict):
    """Exactly one axis is not 0.

    Attributes:
        horizontal: Shift along x, -10 to 10; negative is left.
        vertical: Shift along y, -10 to 10; negative is down.
        pan: Turn about y, -10 to 10; negative is left.
        tilt: Turn about x, -10 to 10; negative is down.
        roll: Turn about z, -10 to 10; negative is counter-clockwise.
        zoom: Field of view, -10 to 10; negative is narrower.
    """

    horizontal: NotRequired[float]
    vertical: NotRequired[float]
    pan: NotRequired[float]
    tilt: NotRequired[float]
    roll: NotRequired[float]
    zoom: NotRequired[float]


class CameraControl(TypedDict):
    """How the camera moves. No model of today takes it: kling-v1 did in std, kling-v1-5 in pro, both at 5 s.

    Attributes:
        type: Which move.
        config: Exactly one axis is not 0.
    """

    type: NotRequired[CameraMove]
    config: NotRequired[CameraConfig]


class DynamicMask(TypedDict):
    """An area and the path it moves along.

    Attributes:
        mask: The area, in a mask of the shape of `image` and of the size of all other masks. A path, bytes, a binary
            file, an address or Base64; jpg, jpeg or png, at most 10 MB.
        trajectories: 2 to 77 points, in order.
    """

    mask: ImageInput
    trajectories: Sequence[TrajectoryPoint]


class ElementImageList(TypedDict):
    """The pictures of a new element.

    Attributes:
        frontal_image: The subject from the front. A path, bytes, a binary file, an address or Base64; jpg, jpeg or png,
            at most 10 MB, each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
        refer_images: 1 to 3 pictures from other sides or closer.
    """

    frontal_image: ImageInput
    refer_images: Sequence[ImageInput | ElementImageReference]


class ElementImageReference(TypedDict):
    """One more picture of a new element.

    Attributes:
        image_url: The picture. A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 10 MB,
            each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
    """

    image_url: ImageInput


class ElementReference(TypedDict):
    """An element made before.

    Attributes:
        element_id: The element's 64-bit id; beyond what a double holds.
    """

    element_id: int


class ElementTagReference(TypedDict):
    """A tag for a new element.

    Attributes:
        tag_id: Kind of thing: o_101 meme, o_102 character, o_103 animal, o_104 item, o_105 costume, o_106 scene, o_107
            effect, o_108 other.
    """

    tag_id: ElementTagId


class ElementVideoList(TypedDict):
    """The clip of a new element.

    Attributes:
        refer_videos: Exactly one clip.
    """

    refer_videos: Sequence[ElementVideoReference]


class ElementVideoReference(TypedDict):
    """A clip of a new element.

    Attributes:
        video_url: Public URL of a clip of a realistic humanoid: mp4 or mov, at most 200 MB, 3 to 8 s, 1080p, aspect
            ratio 16:9 or 9:16. Speech in it makes a voice and binds it.
    """

    video_url: str


class ImageReference(TypedDict):
    """A picture.

    Attributes:
        image: A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 10 MB, each side at least
            300 px, aspect ratio 1:2.5 to 2.5:1.
    """

    image: ImageInput


class LipSyncFace(TypedDict):
    """A face, its audio, and where the audio goes. Exactly one of `audio_id` and `sound_file` is given; an empty text
    counts as none. The piece of audio is at least 2000 ms long, overlaps the face's own time by at least 2000 ms and
    ends within the video.

    Attributes:
        face_id: The face, as identify-face named it.
        audio_id: Audio of text to speech, at most 30 days old, 2 to 60 s.
        sound_file: A path, bytes, a binary file, an address or Base64; mp3, wav, m4a or aac, at most 5 MB, 2 to 60 s.
        sound_start_time: Where the piece begins in the audio, in milliseconds.
        sound_end_time: Where the piece ends in the audio, in milliseconds; within the audio.
        sound_insert_time: Where the piece begins in the video, in milliseconds.
        sound_volume: Loudness of the piece, 0 to 2; 1 leaves it as it is.
        original_audio_volume: Loudness of the video's own sound, 0 to 2; 1 leaves it as it is.
    """

    face_id: str
    audio_id: NotRequired[str | Made]
    sound_file: NotRequired[AudioInput]
    sound_start_time: int
    sound_end_time: int
    sound_insert_time: int
    sound_volume: NotRequired[float]
    original_audio_volume: NotRequired[float]


class OmniVideoClip(TypedDict):
    """A video to edit or to take from.

    Attributes:
        video_url: Public URL; mp4 or mov, at most 200 MB, 24 to 60 frames per second. kling-v3-omni: 3 to 15.5 s, each
            side 700 to 4553 px, at most 8294400 px in all, aspect ratio 0.4 to 2. kling-video-o1: 3 to 10 s, each side
            700 to 2160 px.
        refer_type: What the video is for.
        keep_original_sound: Whether the sound of the video is kept. The vendor states no default.
    """

    video_url: str
    refer_type: NotRequired[OmniVideoClipUse]
    keep_original_sound: NotRequired[KeepOriginalSound]


class OmniVideoImage(TypedDict):
    """A picture to cite, or a frame.

    Attributes:
        image_url: The picture. A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 10 MB,
            each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
        type: Makes the picture a frame of the result. Leave it out for a picture to cite.
    """

    image_url: ImageInput
    type: NotRequired[OmniVideoImageType]


class PackageBillingFilter(TypedDict):
    """A filter on resource pack deductions.

    Attributes:
        key: What resource pack deductions are filtered by.
        values: The values wanted; for product_type video, image or try-on.
    """

    key: PackageBillingFilterKey
    values: Sequence[str]


class SelectionPoint(TypedDict):
    """A point of a frame. The vendor's page calls [0, 1] the top left corner; its samples count from there, as a
    picture does.

    Attributes:
        x: Part of the width from the left, 0 to 1.
        y: Part of the height from the top, 0 to 1.
    """

    x: float
    y: float


class SolutionAdvertTitleContent(TypedDict):
    """The product's title.

    Attributes:
        type: Says what this entry is.
        text: At most 200 characters.
    """

    type: Literal["goods_title"]
    text: str


class SolutionAvatarIdContent(TypedDict):
    """A presenter of the library, voice included.

    Attributes:
        type: Says what this entry is.
        text: The presenter's id, at most 128 characters. The library grows; it has avatar_vivian_female,
            avatar_lee_male, avatar_chenjing_female, avatar_zhaochen_male, avatar_wanglei_male, avatar_eva_female,
            avatar_oliver_male, avatar_elena_female, avatar_adam_male, avatar_anna_female, avatar_rajput_male,
            avatar_mia_female, avatar_river_male, avatar_marcus_male, avatar_toto_cartoon.
    """

    type: Literal["avatar_id"]
    text: str


class SolutionAvatarImageContent(TypedDict):
    """A picture of the presenter.

    Attributes:
        type: Says what this entry is.
        url: The picture. A path, bytes, a binary file, an address or Base64; jpg, jpeg, png or webp, at most 50 MB,
            each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
    """

    type: Literal["avatar_image"]
    url: ImageInput


class SolutionClothingVideoContent(TypedDict):
    """The clip to remake.

    Attributes:
        type: Says what this entry is.
        url: The video. Public URL only; mp4 or mov, at most 100 MB, 5 to 180 s, sides of 576 to 4553 px, at most
            8294400 px in all, aspect ratio 0.4 to 2, 24 to 60 frames per second (the result has 24).
    """

    type: Literal["source_video"]
    url: str


class SolutionDramaVideoContent(TypedDict):
    """The clip, with speech in Chinese.

    Attributes:
        type: Says what this entry is.
        url: The video. Public URL only; at most 500 MB and 300 s, with an audio and a video track; mp4 is advised.
    """

    type: Literal["source_video"]
    url: str


class SolutionGlossaryContent(TypedDict):
    """How a word is to be translated.

    Attributes:
        type: Says what this entry is.
        source: The word, at most 100 characters.
        target: Its translation, at most 100 characters.
    """

    type: Literal["glossary"]
    source: str
    target: str


class SolutionGoodsAudienceContent(TypedDict):
    """Whom the product is for.

    Attributes:
        type: Says what this entry is.
        text: At most 200 characters.
    """

    type: Literal["goods_target_audience"]
    text: str


class SolutionGoodsDescriptionContent(TypedDict):
    """The product in words.

    Attributes:
        type: Says what this entry is.
        text: At most 2000 characters.
    """

    type: Literal["goods_description"]
    text: str


class SolutionGoodsImageContent(TypedDict):
    """A picture of the product.

    Attributes:
        type: Says what this entry is.
        url: The picture. A path, bytes, a binary file, an address or Base64; jpg, jpeg, png or webp, at most 50 MB,
            each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
    """

    type: Literal["ref_image"]
    url: ImageInput


class SolutionGoodsPriceContent(TypedDict):
    """The product's price.

    Attributes:
        type: Says what this entry is.
        text: At most 256 characters.
    """

    type: Literal["goods_price"]
    text: str


class SolutionGoodsTitleContent(TypedDict):
    """The product's title.

    Attributes:
        type: Says what this entry is.
        text: At most 500 characters.
    """

    type: Literal["goods_title"]
    text: str


class SolutionModelImageContent(TypedDict):
    """The person to wear it; without one it is the person of the clip.

    Attributes:
        type: Says what this entry is.
        url: The picture. A path, bytes, a binary file, an address or Base64; jpg, jpeg, png or webp, at most 50 MB,
            each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
    """

    type: Literal["model_image"]
    url: ImageInput


class SolutionMusicContent(TypedDict):
    """The music, looped or cut to length; without it the service picks some.

    Attributes:
        type: Says what this entry is.
        url: The music. Public URL only; mp3, m4a, wav or wave, at most 50 MB; 5 s to 10 min are advised.
    """

    type: Literal["bgm"]
    url: str


class SolutionProductImageContent(TypedDict):
    """The product.

    Attributes:
        type: Says what this entry is.
        url: The picture. A path, bytes, a binary file, an address or Base64; jpg, jpeg, png or webp, at most 50 MB,
            each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
    """

    type: Literal["product_image"]
    url: ImageInput


class SolutionProductInfoContent(TypedDict):
    """The product in words.

    Attributes:
        type: Says what this entry is.
        text: At most 2500 characters.
    """

    type: Literal["product_info"]
    text: str


class SolutionSellingPointContent(TypedDict):
    """What speaks for the product.

    Attributes:
        type: Says what this entry is.
        text: At most 500 characters.
    """

    type: Literal["goods_selling_point"]
    text: str


class SolutionSpeechScriptContent(TypedDict):
    """What is said.

    Attributes:
        type: Says what this entry is.
        text: At most 2000 characters; their number sets the length of the video and the price.
    """

    type: Literal["speech_script"]
    text: str


class SolutionTaskFilter(TypedDict):
    """Tasks in certain states.

    Attributes:
        key: What is compared.
        values: The states.
    """

    key: Literal["status"]
    values: Sequence[SolutionStatusWord]


class SolutionTryOnPersonContent(TypedDict):
    """The person.

    Attributes:
        type: Says what this entry is.
        url: The picture. Public URL only; jpg, jpeg, png or webp, at most 10 MB, the long side at most 2048 px, the
            short side more than 300 px.
    """

    type: Literal["person_image"]
    url: str


class SolutionTryOnProductContent(TypedDict):
    """The garment.

    Attributes:
        type: Says what this entry is.
        url: The picture. Public URL only; jpg, jpeg, png or webp, at most 10 MB, the long side at most 2048 px, the
            short side more than 300 px.
    """

    type: Literal["product_image"]
    url: str


class SolutionVoiceContent(TypedDict):
    """The speaker; without one the sound is generated with the picture.

    Attributes:
        type: Says what this entry is.
        voice_id: A voice of this call's own list.
    """

    type: Literal["voice"]
    voice_id: SolutionSalesVoice | str


class StandardBaseVideoContent(TypedDict):
    """A video to edit; no frames beside it.

    Attributes:
        type: Says what this entry is.
        url: The video. Public URL only; mp4 or mov, at most 200 MB, 24 to 60 frames per second (the result has 24).
            kling-3.0-omni takes 3 to 15.5 s, sides of 700 to 4553 px, at most 8294400 px in all and an aspect ratio of
            0.4 to 2; kling-o1 takes 3 to 10 s and sides of 700 to 2160 px.
        id: The caller's name for it, cited in the prompt as `@name`. No two entries share one.
    """

    type: Literal["base_video"]
    url: str
    id: NotRequired[str]


class StandardElementContent(TypedDict):
    """An element made before. kling-3.0, kling-3.0-omni and kling-o1.

    Attributes:
        type: Says what this entry is.
        element_id: The element's id; a string here, a number in the /v1 calls.
        id: The caller's name for it, cited in the prompt as `@name`. No two entries share one.
    """

    type: Literal["element"]
    element_id: str
    id: str


class StandardFeatureVideoContent(TypedDict):
    """A video whose movement or camera is taken. For kling-o1 only a first frame may stand beside it.

    Attributes:
        type: Says what this entry is.
        url: The video. Public URL only; mp4 or mov, at most 200 MB, 24 to 60 frames per second (the result has 24).
            kling-3.0-omni takes 3 to 15.5 s, sides of 700 to 4553 px, at most 8294400 px in all and an aspect ratio of
            0.4 to 2; kling-o1 takes 3 to 10 s and sides of 700 to 2160 px.
        id: The caller's name for it, cited in the prompt as `@name`. No two entries share one.
    """

    type: Literal["feature_video"]
    url: str
    id: NotRequired[str]


class StandardFirstFrameContent(TypedDict):
    """The picture the video starts from.

    Attributes:
        type: Says what this entry is.
        url: The picture. A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 50 MB, each side
            at least 300 px, aspect ratio 1:2.5 to 2.5:1.
        id: The caller's name for it, cited in the prompt as `@name`. No two entries share one. Omni video only.
    """

    type: Literal["first_frame"]
    url: ImageInput
    id: NotRequired[str]


class StandardLastFrameContent(TypedDict):
    """The picture the video ends at; never without a first frame. Not for kling-3.0-turbo.

    Attributes:
        type: Says what this entry is.
        url: The picture. A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 50 MB, each side
            at least 300 px, aspect ratio 1:2.5 to 2.5:1.
        id: The caller's name for it, cited in the prompt as `@name`. No two entries share one. Omni video only.
    """

    type: Literal["last_frame"]
    url: ImageInput
    id: NotRequired[str]


class StandardMotionImageContent(TypedDict):
    """The figure: head and body to be seen, cut like the person of the video.

    Attributes:
        type: Says what this entry is.
        url: The picture. A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 50 MB, each side
            at least 300 px, aspect ratio 1:2.5 to 2.5:1.
    """

    type: Literal["image"]
    url: ImageInput


class StandardMotionPromptContent(TypedDict):
    """The text.

    Attributes:
        type: Says what this entry is.
        text: What else is to be seen, at most 2500 characters.
    """

    type: Literal["prompt"]
    text: str


class StandardMotionVideoContent(TypedDict):
    """The movement: one take, best of one person.

    Attributes:
        type: Says what this entry is.
        url: The video. Public URL only; mp4 or mov, at most 100 MB, sides of 340 to 3850 px; 3 to 30 s, or 3 to 10 s
            when the orientation is that of the image.
    """

    type: Literal["video"]
    url: str


class StandardProductFilter(TypedDict):
    """Tasks of certain kinds.

    Attributes:
        key: What is compared.
        values: The kinds.
    """

    key: Literal["product_type"]
    values: Sequence[StandardProductType]


class StandardPromptContent(TypedDict):
    """The text.

    Attributes:
        type: Says what this entry is.
        text: What happens. Voices, elements, pictures and videos are cited by their `id`, as in `@name`; an id that is
            part of another id or of a word of the text confuses. At most 3072 characters; 2500 for kling-3.0-turbo,
            kling-2.6, kling-2.5-turbo and kling-o1. Several shots are written `shot n, m, words; shot n, m, words;`: n
            counts the shots (1 to 6), m is the length in whole seconds (at least 1; together they are
            `settings.duration`), words has at most 512 characters. Shots are for kling-3.0-turbo, kling-3.0 and
            kling-3.0-omni.
    """

    type: Literal["prompt"]
    text: str


class StandardReferImageContent(TypedDict):
    """A picture of something to show.

    Attributes:
        type: Says what this entry is.
        url: The picture. A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 50 MB, each side
            at least 300 px, aspect ratio 1:2.5 to 2.5:1.
        id: The caller's name for it, cited in the prompt as `@name`. No two entries share one.
    """

    type: Literal["refer_image"]
    url: ImageInput
    id: NotRequired[str]


class StandardStatusFilter(TypedDict):
    """Tasks in certain states.

    Attributes:
        key: What is compared.
        values: The states.
    """

    key: Literal["status"]
    values: Sequence[StandardStatusWord]


class StandardVoiceContent(TypedDict):
    """A voice to speak. kling-2.6 only, with `settings.audio` native.

    Attributes:
        type: Says what this entry is.
        voice_id: The voice's id, of the custom or preset voices.
        id: The caller's name for it, cited in the prompt as `@name`. No two entries share one.
    """

    type: Literal["voice"]
    voice_id: str
    id: str


class StoryboardShot(TypedDict):
    """One shot of a storyboard.

    Attributes:
        index: Place in the storyboard, counted from 1.
        prompt: What the shot shows, at most 512 characters.
        duration: Length in whole seconds; at least 1.
    """

    index: int
    prompt: str
    duration: int | str


class SubjectImage(TypedDict):
    """A picture of a subject.

    Attributes:
        subject_image: A path, bytes, a binary file, an address or Base64; jpg, jpeg or png, at most 10 MB, each side at
            least 300 px, aspect ratio 1:2.5 to 2.5:1.
    """

    subject_image: ImageInput


class TrajectoryPoint(TypedDict):
    """A point in pixels from the bottom left corner.

    Attributes:
        x: Pixels from the left.
        y: Pixels from the bottom.
    """

    x: int
    y: int


class VoiceReference(TypedDict):
    """A voice made or listed before.

    Attributes:
        voice_id: The voice's id, of the custom or preset voices.
    """

    voice_id: str


class WatermarkOption(TypedDict):
    """Whether a watermarked copy is made as well.

    Attributes:
        enabled: True makes it.
    """

    enabled: NotRequired[bool]


SeriesAmount = int | Literal["auto"]
"""Pictures in a series: 2 to 9, or auto for as many as the model finds right (since 2026-04-27)."""


SolutionClothingDupeContent = (
    SolutionProductInfoContent
    | SolutionClothingVideoContent
    | SolutionProductImageContent
    | SolutionModelImageContent
    | SolutionMusicContent
    | SolutionVoiceContent
)
"""A thing that goes into the clip."""


SolutionDramaSubtitleContent = SolutionDramaVideoContent | SolutionGlossaryContent
"""A thing that goes into the subtitles."""


SolutionGoodsStudioContent = SolutionGoodsImageContent | SolutionAdvertTitleContent | SolutionGoodsDescriptionContent
"""A thing that goes into the advert."""


SolutionTalkingAgentContent = (
    SolutionAvatarImageContent
    | SolutionAvatarIdContent
    | SolutionGoodsImageContent
    | SolutionGoodsTitleContent
    | SolutionGoodsPriceContent
    | SolutionGoodsAudienceContent
    | SolutionSellingPointContent
    | SolutionSpeechScriptContent
)
"""A thing that goes into the presenter video."""


SolutionTryOnContent = SolutionTryOnProductContent | SolutionTryOnPersonContent
"""A picture for the try-on."""


StandardImage2VideoContent = (
    StandardPromptContent
    | StandardFirstFrameContent
    | StandardLastFrameContent
    | StandardElementContent
    | StandardVoiceContent
)
"""A thing that goes into an image to video task."""


StandardMotionControlContent = (
    StandardMotionPromptContent | StandardMotionImageContent | StandardMotionVideoContent | StandardElementContent
)
"""A thing that goes into a motion control task."""


StandardOmniVideoContent = (
    StandardPromptContent
    | StandardFirstFrameContent
    | StandardLastFrameContent
    | StandardReferImageContent
    | StandardFeatureVideoContent
    | StandardBaseVideoContent
    | StandardElementContent
)
"""A thing that goes into an omni video task."""


StandardTaskFilter = StandardStatusFilter | StandardProductFilter
"""A condition on tasks."""
