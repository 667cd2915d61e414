# OUTPUT of `klingkit spec client`. Do not edit: change openapi/methods.toml or the sources, run it again.
"""What calls answer: what is missing, or of another type, is None; `raw` is untouched."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from klingkit._records import Record, many, one, real, several, text, time, whole, yes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from klingkit._records import Reader

__all__ = [
    "AccountCosts",
    "BalanceBillingPage",
    "BalanceBillingResult",
    "BalanceBillingRow",
    "BalanceDeduction",
    "Element",
    "ElementClip",
    "ElementClips",
    "ElementPicture",
    "ElementPictures",
    "ElementTag",
    "ElementVoice",
    "FaceIdentification",
    "IdentifiedFace",
    "ImageRecognition",
    "MultiElementsCleared",
    "MultiElementsPreview",
    "MultiElementsSelection",
    "MultiElementsSession",
    "PackageBillingPage",
    "PackageBillingResult",
    "PackageBillingRow",
    "PngMask",
    "RecognizedPart",
    "RecognizedParts",
    "Removal",
    "ResourcePack",
    "RleMask",
    "SelectedFrame",
    "SelectionMask",
    "SelectionPreview",
    "SimpleElement",
    "SolutionOutput",
    "SolutionTask",
    "SolutionTaskPage",
    "StandardBilling",
    "StandardElementMedia",
    "StandardElementTag",
    "StandardOutput",
    "StandardTask",
    "StandardTaskPage",
    "Voice",
]


class IdentifiedFace(Record):
    """A face and when it is seen.

    Attributes:
        face_id: The face's id, for `face_choose`.
        face_image: Where a picture of it can be fetched.
        start_time: From when it is seen, in milliseconds.
        end_time: Until when it is seen, in milliseconds.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "end_time",
        "face_id",
        "face_image",
        "start_time",
    )

    face_id: str | None
    face_image: str | None
    start_time: int | None
    end_time: int | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "face_id": text,
        "face_image": text,
        "start_time": whole,
        "end_time": whole,
    }


class FaceIdentification(Record):
    """The faces of a clip.

    Attributes:
        session_id: The session, for advanced-lip-sync.
        final_unit_deduction: Resource-pack units charged, a decimal string.
        face_data: The faces; empty when there are none.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "face_data",
        "final_unit_deduction",
        "session_id",
    )

    session_id: str | None
    final_unit_deduction: str | None
    face_data: tuple[IdentifiedFace, ...]

    _fields: ClassVar[Mapping[str, Reader]] = {
        "session_id": text,
        "final_unit_deduction": text,
        "face_data": many(IdentifiedFace),
    }


class BalanceDeduction(Record):
    """What was charged, in the account's currency.

    Attributes:
        quota: The price after discount, a decimal string.
        list_price: The list price, a decimal string.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "list_price",
        "quota",
    )

    quota: str | None
    list_price: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "quota": text,
        "list_price": text,
    }


class MultiElementsSession(Record):
    """An opened clip.

    Attributes:
        status: 0 when the picture was understood; anything else is a refusal.
        session_id: The session; the same in all its calls, for 24 hours.
        final_unit_deduction: Resource-pack units charged, a decimal string.
        final_balance_deduction: What was charged, in the account's currency.
        fps: Frames per second.
        original_duration: Length of the clip; the vendor states no unit.
        width: Width in pixels.
        height: Height in pixels.
        total_frame: How many frames it has.
        normalized_video: Where the clip as the session sees it can be fetched.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "final_balance_deduction",
        "final_unit_deduction",
        "fps",
        "height",
        "normalized_video",
        "original_duration",
        "session_id",
        "status",
        "total_frame",
        "width",
    )

    status: int | None
    session_id: str | None
    final_unit_deduction: str | None
    final_balance_deduction: BalanceDeduction | None
    fps: float | None
    original_duration: int | None
    width: int | None
    height: int | None
    total_frame: int | None
    normalized_video: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "status": whole,
        "session_id": text,
        "final_unit_deduction": text,
        "final_balance_deduction": one(BalanceDeduction),
        "fps": real,
        "original_duration": whole,
        "width": whole,
        "height": whole,
        "total_frame": whole,
        "normalized_video": text,
    }


class RleMask(Record):
    """An area as run lengths.

    Attributes:
        size: Height and width in pixels.
        counts: Compressed run lengths in the manner of COCO, column by column.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "counts",
        "size",
    )

    size: tuple[int, ...]
    counts: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "size": several(whole),
        "counts": text,
    }


class PngMask(Record):
    """An area as a picture.

    Attributes:
        size: Height and width in pixels.
        base64: A PNG as Base64.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "base64",
        "size",
    )

    size: tuple[int, ...]
    base64: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "size": several(whole),
        "base64": text,
    }


class SelectionMask(Record):
    """A marked area, twice.

    Attributes:
        object_id: The element, by its number.
        rle_mask: An area as run lengths.
        png_mask: An area as a picture.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "object_id",
        "png_mask",
        "rle_mask",
    )

    object_id: int | None
    rle_mask: RleMask | None
    png_mask: PngMask | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "object_id": whole,
        "rle_mask": one(RleMask),
        "png_mask": one(PngMask),
    }


class SelectedFrame(Record):
    """The marked areas of a frame.

    Attributes:
        frame_index: The frame, by its number.
        rle_mask_list: The areas, one for each element.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "frame_index",
        "rle_mask_list",
    )

    frame_index: int | None
    rle_mask_list: tuple[SelectionMask, ...]

    _fields: ClassVar[Mapping[str, Reader]] = {
        "frame_index": whole,
        "rle_mask_list": many(SelectionMask),
    }


class MultiElementsSelection(Record):
    """What is marked.

    Attributes:
        status: 0 when the picture was understood; anything else is a refusal.
        session_id: The session; the same in all its calls, for 24 hours.
        final_unit_deduction: Resource-pack units charged, a decimal string.
        final_balance_deduction: What was charged, in the account's currency.
        res: The marked areas of a frame.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "final_balance_deduction",
        "final_unit_deduction",
        "res",
        "session_id",
        "status",
    )

    status: int | None
    session_id: str | None
    final_unit_deduction: str | None
    final_balance_deduction: BalanceDeduction | None
    res: SelectedFrame | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "status": whole,
        "session_id": text,
        "final_unit_deduction": text,
        "final_balance_deduction": one(BalanceDeduction),
        "res": one(SelectedFrame),
    }


class MultiElementsCleared(Record):
    """A session without marks.

    Attributes:
        status: 0 when the picture was understood; anything else is a refusal.
        session_id: The session; the same in all its calls, for 24 hours.
        final_unit_deduction: Resource-pack units charged, a decimal string.
        final_balance_deduction: What was charged, in the account's currency.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "final_balance_deduction",
        "final_unit_deduction",
        "session_id",
        "status",
    )

    status: int | None
    session_id: str | None
    final_unit_deduction: str | None
    final_balance_deduction: BalanceDeduction | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "status": whole,
        "session_id": text,
        "final_unit_deduction": text,
        "final_balance_deduction": one(BalanceDeduction),
    }


class SelectionPreview(Record):
    """Where a preview can be fetched.

    Attributes:
        video: The clip with the marks on it.
        video_cover: A picture of it.
        tracking_output: The areas of every frame.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "tracking_output",
        "video",
        "video_cover",
    )

    video: str | None
    video_cover: str | None
    tracking_output: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "video": text,
        "video_cover": text,
        "tracking_output": text,
    }


class MultiElementsPreview(Record):
    """The marked elements through the clip.

    Attributes:
        status: 0 when the picture was understood; anything else is a refusal.
        session_id: The session; the same in all its calls, for 24 hours.
        final_unit_deduction: Resource-pack units charged, a decimal string.
        final_balance_deduction: What was charged, in the account's currency.
        res: Where a preview can be fetched.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "final_balance_deduction",
        "final_unit_deduction",
        "res",
        "session_id",
        "status",
    )

    status: int | None
    session_id: str | None
    final_unit_deduction: str | None
    final_balance_deduction: BalanceDeduction | None
    res: SelectionPreview | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "status": whole,
        "session_id": text,
        "final_unit_deduction": text,
        "final_balance_deduction": one(BalanceDeduction),
        "res": one(SelectionPreview),
    }


class RecognizedPart(Record):
    """A part of a picture.

    Attributes:
        type: Which part.
        is_contain: Whether the picture has it.
        url: Where the cut-out can be fetched.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "is_contain",
        "type",
        "url",
    )

    type: str | None
    is_contain: bool | None
    url: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "type": text,
        "is_contain": yes,
        "url": text,
    }


class RecognizedParts(Record):
    """The parts that were looked for.

    Attributes:
        images: One entry for each kind of part.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = ("images",)

    images: tuple[RecognizedPart, ...]

    _fields: ClassVar[Mapping[str, Reader]] = {
        "images": many(RecognizedPart),
    }


class ImageRecognition(Record):
    """The parts of a picture.

    Attributes:
        task_result: The parts that were looked for.
        final_unit_deduction: Resource-pack units charged, a decimal string.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "final_unit_deduction",
        "task_result",
    )

    task_result: RecognizedParts | None
    final_unit_deduction: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "task_result": one(RecognizedParts),
        "final_unit_deduction": text,
    }


class Voice(Record):
    """A voice that can speak in videos.

    Attributes:
        voice_id: The voice's id, for voice_list and element_voice_id; not a voice of the speech call.
        voice_name: The voice's name.
        trial_url: A sample to listen to.
        owned_by: kling for the vendor's own, else the id of the account that made it.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "owned_by",
        "trial_url",
        "voice_id",
        "voice_name",
    )

    voice_id: str | None
    voice_name: str | None
    trial_url: str | None
    owned_by: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "voice_id": text,
        "voice_name": text,
        "trial_url": text,
        "owned_by": text,
    }


class Removal(Record):
    """A deletion, as a task.

    Attributes:
        task_id: The id of the deletion.
        task_status: Where the task stands; succeed and failed are final.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "task_id",
        "task_status",
    )

    task_id: str | None
    task_status: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "task_id": text,
        "task_status": text,
    }


class ElementPicture(Record):
    """One picture of an element.

    Attributes:
        image_url: Where it can be fetched.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = ("image_url",)

    image_url: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "image_url": text,
    }


class ElementPictures(Record):
    """The pictures of an element.

    Attributes:
        frontal_image: Where the picture from the front can be fetched.
        refer_images: The pictures from other sides.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "frontal_image",
        "refer_images",
    )

    frontal_image: str | None
    refer_images: tuple[ElementPicture, ...]

    _fields: ClassVar[Mapping[str, Reader]] = {
        "frontal_image": text,
        "refer_images": many(ElementPicture),
    }


class ElementClip(Record):
    """One clip of an element.

    Attributes:
        video_url: Where it can be fetched.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = ("video_url",)

    video_url: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "video_url": text,
    }


class ElementClips(Record):
    """The clips of an element.

    Attributes:
        refer_videos: The clips.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = ("refer_videos",)

    refer_videos: tuple[ElementClip, ...]

    _fields: ClassVar[Mapping[str, Reader]] = {
        "refer_videos": many(ElementClip),
    }


class ElementVoice(Record):
    """The voice bound to an element; empty when there is none.

    Attributes:
        voice_id: The voice's id.
        voice_name: The voice's name.
        trial_url: A sample to listen to.
        owned_by: kling for the vendor's own, else the id of the account that made it.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "owned_by",
        "trial_url",
        "voice_id",
        "voice_name",
    )

    voice_id: str | None
    voice_name: str | None
    trial_url: str | None
    owned_by: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "voice_id": text,
        "voice_name": text,
        "trial_url": text,
        "owned_by": text,
    }


class ElementTag(Record):
    """A tag of an element.

    Attributes:
        id: The tag's id, such as o_102.
        name: The tag's name.
        description: What the tag means.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "description",
        "id",
        "name",
    )

    id: str | None
    name: str | None
    description: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "id": text,
        "name": text,
        "description": text,
    }


class Element(Record):
    """A subject that can be shown again in other pictures and videos.

    Attributes:
        element_id: The element's 64-bit id, for element_list; beyond what a double holds.
        element_name: The element's name.
        element_description: What the element is.
        reference_type: What the element was made from: pictures (image_refer) or a clip (video_refer).
        element_image_list: The pictures of an element.
        element_video_list: The clips of an element.
        element_voice_info: The voice bound to an element; empty when there is none.
        tag_list: What kind of thing it is.
        owned_by: kling for the vendor's own, else the id of the account that made it.
        status: Whether the element is there or was deleted.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "element_description",
        "element_id",
        "element_image_list",
        "element_name",
        "element_video_list",
        "element_voice_info",
        "owned_by",
        "reference_type",
        "status",
        "tag_list",
    )

    element_id: int | None
    element_name: str | None
    element_description: str | None
    reference_type: str | None
    element_image_list: ElementPictures | None
    element_video_list: ElementClips | None
    element_voice_info: ElementVoice | None
    tag_list: tuple[ElementTag, ...]
    owned_by: str | None
    status: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "element_id": whole,
        "element_name": text,
        "element_description": text,
        "reference_type": text,
        "element_image_list": one(ElementPictures),
        "element_video_list": one(ElementClips),
        "element_voice_info": one(ElementVoice),
        "tag_list": many(ElementTag),
        "owned_by": text,
        "status": text,
    }


class SimpleElement(Record):
    """An element of the older library.

    Attributes:
        element_id: The element's 64-bit id; beyond what a double holds.
        element_name: The element's name.
        element_description: What the element is.
        element_frontal_image: Where the picture from the front can be fetched.
        element_refer_list: The pictures from other sides.
        tag_list: What kind of thing it is.
        final_unit_deduction: Resource-pack units charged, a decimal string.
        owned_by: kling for the vendor's own, else the id of the account that made it.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "element_description",
        "element_frontal_image",
        "element_id",
        "element_name",
        "element_refer_list",
        "final_unit_deduction",
        "owned_by",
        "tag_list",
    )

    element_id: int | None
    element_name: str | None
    element_description: str | None
    element_frontal_image: str | None
    element_refer_list: tuple[ElementPicture, ...]
    tag_list: tuple[ElementTag, ...]
    final_unit_deduction: str | None
    owned_by: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "element_id": whole,
        "element_name": text,
        "element_description": text,
        "element_frontal_image": text,
        "element_refer_list": many(ElementPicture),
        "tag_list": many(ElementTag),
        "final_unit_deduction": text,
        "owned_by": text,
    }


class ResourcePack(Record):
    """A resource pack and what is left in it.

    Attributes:
        resource_pack_name: Its name.
        resource_pack_id: Its id.
        resource_pack_type: Whether the pack shrinks with use (decreasing_total) or lasts for a time (constant_period).
        total_quantity: Units it had.
        remaining_quantity: Units left, 12 hours ago.
        purchase_time: When it was bought.
        effective_time: When it starts.
        invalid_time: When it ends.
        status: Whether the pack can be used: not yet, now, no longer, or used up.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "effective_time",
        "invalid_time",
        "purchase_time",
        "remaining_quantity",
        "resource_pack_id",
        "resource_pack_name",
        "resource_pack_type",
        "status",
        "total_quantity",
    )

    resource_pack_name: str | None
    resource_pack_id: str | None
    resource_pack_type: str | None
    total_quantity: float | None
    remaining_quantity: float | None
    purchase_time: datetime | None
    effective_time: datetime | None
    invalid_time: datetime | None
    status: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "resource_pack_name": text,
        "resource_pack_id": text,
        "resource_pack_type": text,
        "total_quantity": real,
        "remaining_quantity": real,
        "purchase_time": time,
        "effective_time": time,
        "invalid_time": time,
        "status": text,
    }


class AccountCosts(Record):
    """The resource packs, within a second envelope.

    Attributes:
        code: 0 is success, once more.
        msg: A word on the call.
        resource_pack_subscribe_infos: The packs; missing when the account has none.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "code",
        "msg",
        "resource_pack_subscribe_infos",
    )

    code: int | None
    msg: str | None
    resource_pack_subscribe_infos: tuple[ResourcePack, ...]

    _fields: ClassVar[Mapping[str, Reader]] = {
        "code": whole,
        "msg": text,
        "resource_pack_subscribe_infos": many(ResourcePack),
    }


class BalanceBillingRow(Record):
    """What one task took from the balance.

    Attributes:
        task_id: The task's id.
        api_key_name: The name of the API key that made the task.
        product_function: What the task did, such as Image to Video.
        model_name: The model.
        resolution: Size of the result: 720p (mode std), 1080p (pro) or 4k.
        duration: Length in seconds, a decimal string; videos only.
        refer_video_input: Whether a video was given; videos only.
        video_sound: Sound of the result: native (made with the picture), original (kept from the given video) or off;
            videos only.
        voice_control: Whether a voice was chosen; videos only.
        deduction_time: When it was taken as a string.
        cash_type: Which balance: the paid one or the test quota.
        balance_before_deduction: The balance before, in `currency`.
        deduction_amount: What was taken, after discount, in `currency`.
        balance_after_deduction: The balance after, in `currency`.
        list_price: The price before discount, in `currency`.
        currency: The account's currency.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "api_key_name",
        "balance_after_deduction",
        "balance_before_deduction",
        "cash_type",
        "currency",
        "deduction_amount",
        "deduction_time",
        "duration",
        "list_price",
        "model_name",
        "product_function",
        "refer_video_input",
        "resolution",
        "task_id",
        "video_sound",
        "voice_control",
    )

    task_id: str | None
    api_key_name: str | None
    product_function: str | None
    model_name: str | None
    resolution: str | None
    duration: str | None
    refer_video_input: bool | None
    video_sound: str | None
    voice_control: bool | None
    deduction_time: datetime | None
    cash_type: str | None
    balance_before_deduction: float | None
    deduction_amount: float | None
    balance_after_deduction: float | None
    list_price: float | None
    currency: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "task_id": text,
        "api_key_name": text,
        "product_function": text,
        "model_name": text,
        "resolution": text,
        "duration": text,
        "refer_video_input": yes,
        "video_sound": text,
        "voice_control": yes,
        "deduction_time": time,
        "cash_type": text,
        "balance_before_deduction": real,
        "deduction_amount": real,
        "balance_after_deduction": real,
        "list_price": real,
        "currency": text,
    }


class BalanceBillingResult(Record):
    """The balance deductions of a page.

    Attributes:
        detail: The deductions.
        count: How many there are on this page.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "count",
        "detail",
    )

    detail: tuple[BalanceBillingRow, ...]
    count: int | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "detail": many(BalanceBillingRow),
        "count": whole,
    }


class BalanceBillingPage(Record):
    """A page of balance deductions.

    Attributes:
        result: The balance deductions of a page.
        next_cursor: What to send as cursor for the next page.
        has_more: True while there is a next page.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "has_more",
        "next_cursor",
        "result",
    )

    result: BalanceBillingResult | None
    next_cursor: str | None
    has_more: bool | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "result": one(BalanceBillingResult),
        "next_cursor": text,
        "has_more": yes,
    }


class PackageBillingRow(Record):
    """What one task took from a resource pack.

    Attributes:
        package_id: The pack's id.
        product_type: Kind of resource pack.
        task_id: The task's id.
        api_key_name: The name of the API key that made the task.
        product_function: What the task did, such as Image to Video.
        model_name: The model.
        resolution: Size of the result: 720p (mode std), 1080p (pro) or 4k.
        duration: Length in seconds, a decimal string; videos only.
        refer_video_input: Whether a video was given; videos only.
        video_sound: Sound of the result: native (made with the picture), original (kept from the given video) or off;
            videos only.
        voice_control: Whether a voice was chosen; videos only.
        deduction_time: When it was taken as a string.
        unit_before_deduction: Units before.
        deduction_amount: Units taken.
        unit_after_deduction: Units after.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "api_key_name",
        "deduction_amount",
        "deduction_time",
        "duration",
        "model_name",
        "package_id",
        "product_function",
        "product_type",
        "refer_video_input",
        "resolution",
        "task_id",
        "unit_after_deduction",
        "unit_before_deduction",
        "video_sound",
        "voice_control",
    )

    package_id: str | None
    product_type: str | None
    task_id: str | None
    api_key_name: str | None
    product_function: str | None
    model_name: str | None
    resolution: str | None
    duration: str | None
    refer_video_input: bool | None
    video_sound: str | None
    voice_control: bool | None
    deduction_time: datetime | None
    unit_before_deduction: float | None
    deduction_amount: float | None
    unit_after_deduction: float | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "package_id": text,
        "product_type": text,
        "task_id": text,
        "api_key_name": text,
        "product_function": text,
        "model_name": text,
        "resolution": text,
        "duration": text,
        "refer_video_input": yes,
        "video_sound": text,
        "voice_control": yes,
        "deduction_time": time,
        "unit_before_deduction": real,
        "deduction_amount": real,
        "unit_after_deduction": real,
    }


class PackageBillingResult(Record):
    """The resource pack deductions of a page.

    Attributes:
        detail: The deductions.
        count: How many there are on this page.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "count",
        "detail",
    )

    detail: tuple[PackageBillingRow, ...]
    count: int | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "detail": many(PackageBillingRow),
        "count": whole,
    }


class PackageBillingPage(Record):
    """A page of resource pack deductions.

    Attributes:
        result: The resource pack deductions of a page.
        next_cursor: What to send as cursor for the next page.
        has_more: True while there is a next page.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "has_more",
        "next_cursor",
        "result",
    )

    result: PackageBillingResult | None
    next_cursor: str | None
    has_more: bool | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "result": one(PackageBillingResult),
        "next_cursor": text,
        "has_more": yes,
    }


class StandardElementMedia(Record):
    """A picture, video or voice of an element.

    Attributes:
        type: What it is.
        role: What it is for.
        url: Where it can be fetched.
        id: A voice's id.
        name: A voice's name.
        owned_by: Who made a voice: kling, or the id of its maker.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "id",
        "name",
        "owned_by",
        "role",
        "type",
        "url",
    )

    type: str | None
    role: str | None
    url: str | None
    id: str | None
    name: str | None
    owned_by: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "type": text,
        "role": text,
        "url": text,
        "id": text,
        "name": text,
        "owned_by": text,
    }


class StandardElementTag(Record):
    """A tag of an element.

    Attributes:
        id: The tag's id.
        name: Its name.
        description: It in words.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "description",
        "id",
        "name",
    )

    id: int | None
    name: str | None
    description: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "id": whole,
        "name": text,
        "description": text,
    }


class StandardOutput(Record):
    """A result; which members it has follows `type`.

    Attributes:
        type: What a result is.
        id: Its own id; a video's is usable as video_id for 30 days. Pictures have none.
        url: Where a video, picture or voice sample can be fetched for about 30 days; hotlink protected.
        watermark_url: The watermarked copy of a video or picture, when asked for; whether it is otherwise absent or
            empty is not documented.
        duration: Length of a video in seconds, a decimal string such as 5.1.
        group_id: The group of a picture; grouped pictures only.
        mp3_url: Where the audio can be fetched as MP3.
        wav_url: Where the audio can be fetched as WAV.
        mp3_duration: Length of the MP3 in seconds, a decimal string.
        wav_duration: Length of the WAV in seconds, a decimal string.
        name: Name of a voice or element.
        description: An element in words.
        element_type: What an element was made from.
        references: The media of an element.
        materials: The media of an element, under the name callbacks use.
        owned_by: Who made a voice or element: kling, or the id of its maker.
        status: Whether a voice or element still exists.
        tags: Tags of an element.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "description",
        "duration",
        "element_type",
        "group_id",
        "id",
        "materials",
        "mp3_duration",
        "mp3_url",
        "name",
        "owned_by",
        "references",
        "status",
        "tags",
        "type",
        "url",
        "watermark_url",
        "wav_duration",
        "wav_url",
    )

    type: str | None
    id: str | None
    url: str | None
    watermark_url: str | None
    duration: str | None
    group_id: str | None
    mp3_url: str | None
    wav_url: str | None
    mp3_duration: str | None
    wav_duration: str | None
    name: str | None
    description: str | None
    element_type: str | None
    references: tuple[StandardElementMedia, ...]
    materials: tuple[StandardElementMedia, ...]
    owned_by: str | None
    status: str | None
    tags: tuple[StandardElementTag, ...]

    _fields: ClassVar[Mapping[str, Reader]] = {
        "type": text,
        "id": text,
        "url": text,
        "watermark_url": text,
        "duration": text,
        "group_id": text,
        "mp3_url": text,
        "wav_url": text,
        "mp3_duration": text,
        "wav_duration": text,
        "name": text,
        "description": text,
        "element_type": text,
        "references": many(StandardElementMedia),
        "materials": many(StandardElementMedia),
        "owned_by": text,
        "status": text,
        "tags": many(StandardElementTag),
    }


class StandardBilling(Record):
    """A charge.

    Attributes:
        charge_type: Money or resource-pack units.
        cash_type: Whose money; for cash.
        amount: The price after discount, or the units; a decimal string.
        currency: The money's currency; for cash.
        package_type: The kind of pack; for units.
        list_price: The list price, a decimal string; for cash.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "amount",
        "cash_type",
        "charge_type",
        "currency",
        "list_price",
        "package_type",
    )

    charge_type: str | None
    cash_type: str | None
    amount: str | None
    currency: str | None
    package_type: str | None
    list_price: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "charge_type": text,
        "cash_type": text,
        "amount": text,
        "currency": text,
        "package_type": text,
        "list_price": text,
    }


class StandardTask(Record):
    """A task of the new standard and where it stands.

    Attributes:
        id: The task's id: 18 or 19 digits as a string, too large for a double.
        status: Where the task stands; succeeded and failed are final.
        message: Why the task failed; empty otherwise.
        create_time: When it was created.
        update_time: When it last changed.
        external_id: The caller's own id, sent as `options.external_task_id`.
        outputs: What the task made.
        billing: What was charged; one entry in practice.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "billing",
        "create_time",
        "external_id",
        "id",
        "message",
        "outputs",
        "status",
        "update_time",
    )

    id: str | None
    status: str | None
    message: str | None
    create_time: datetime | None
    update_time: datetime | None
    external_id: str | None
    outputs: tuple[StandardOutput, ...]
    billing: tuple[StandardBilling, ...]

    _fields: ClassVar[Mapping[str, Reader]] = {
        "id": text,
        "status": text,
        "message": text,
        "create_time": time,
        "update_time": time,
        "external_id": text,
        "outputs": many(StandardOutput),
        "billing": many(StandardBilling),
    }


class StandardTaskPage(Record):
    """A page of tasks.

    Attributes:
        result: The tasks; empty past the end.
        count: How many there are on this page.
        next_cursor: What to send as `cursor` for the next page.
        has_more: Whether there is a next page.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "count",
        "has_more",
        "next_cursor",
        "result",
    )

    result: tuple[StandardTask, ...]
    count: int | None
    next_cursor: str | None
    has_more: bool | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "result": many(StandardTask),
        "count": whole,
        "next_cursor": text,
        "has_more": yes,
    }


class SolutionOutput(Record):
    """A result of a solution.

    Attributes:
        type: What a result is: image of the try-on; product_image, model_images and product_video of apparel
            replication; video of product adverts and presenters; subbed_video, srt and ass of drama subtitles.
        url: Where it can be fetched for about 30 days.
        watermark_url: The watermarked copy, when asked for.
        duration: Length of a video in seconds, a decimal string.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "duration",
        "type",
        "url",
        "watermark_url",
    )

    type: str | None
    url: str | None
    watermark_url: str | None
    duration: str | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "type": text,
        "url": text,
        "watermark_url": text,
        "duration": text,
    }


class SolutionTask(Record):
    """A solution's task and where it stands.

    Attributes:
        id: The task's id: 18 or 19 digits as a string, too large for a double.
        status: Where the task stands; succeeded and failed are final. The page of the try-on writes succeed for
            succeeded.
        message: Why the task failed; empty otherwise.
        create_time: When it was created.
        update_time: When it last changed.
        external_id: The caller's own id, sent as `options.external_task_id`.
        outputs: What the task made.
        billing: What was charged; one entry in practice.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "billing",
        "create_time",
        "external_id",
        "id",
        "message",
        "outputs",
        "status",
        "update_time",
    )

    id: str | None
    status: str | None
    message: str | None
    create_time: datetime | None
    update_time: datetime | None
    external_id: str | None
    outputs: tuple[SolutionOutput, ...]
    billing: tuple[StandardBilling, ...]

    _fields: ClassVar[Mapping[str, Reader]] = {
        "id": text,
        "status": text,
        "message": text,
        "create_time": time,
        "update_time": time,
        "external_id": text,
        "outputs": many(SolutionOutput),
        "billing": many(StandardBilling),
    }


class SolutionTaskPage(Record):
    """A page of tasks.

    Attributes:
        result: The tasks; empty past the end.
        count: How many there are on this page.
        next_cursor: What to send as `cursor` for the next page.
        has_more: Whether there is a next page.
        raw: the JSON object it was read from, untouched.
    """

    __slots__ = (
        "count",
        "has_more",
        "next_cursor",
        "result",
    )

    result: tuple[SolutionTask, ...]
    count: int | None
    next_cursor: str | None
    has_more: bool | None

    _fields: ClassVar[Mapping[str, Reader]] = {
        "result": many(SolutionTask),
        "count": whole,
        "next_cursor": text,
        "has_more": yes,
    }
