"""What a user's type checker sees of the generated methods. Never run: mypy --strict and pyright read it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from klingkit import AsyncKling, AsyncResult, AsyncTask, Kling, RawAnswer, Result, Task
    from klingkit.types import (
        AccountCosts,
        Element,
        FaceIdentification,
        OmniVideoImage,
        StandardOmniVideoContent,
        StandardTask,
        Voice,
    )


def every_group(kling: Kling) -> list[Task]:
    frame: OmniVideoImage = {"image_url": Path("fox.png"), "type": "first_frame"}
    contents: list[StandardOmniVideoContent] = [
        {"type": "prompt", "text": "A fox"},
        {"type": "first_frame", "url": b"png"},
    ]
    return [
        kling.video.omni_video("A fox", model_name="kling-v3-omni", image_list=[frame, Path("fox.png")], duration=5),
        kling.video.motion_control(
            "a.png", "https://e.com/a.mp4", model_name="kling-v3", character_orientation="image", mode="std"
        ),
        kling.video.extend("831", "and then it sleeps"),
        kling.video.avatar(Path("face.png"), sound_file=b"mp3", mode="pro"),
        kling.video.effects("hug_pro", images=[Path("a.png"), Path("b.png")]),
        kling.image.generate("A fox", model_name="kling-v3", n=2, aspect_ratio="21:9"),
        kling.image.omni_image("A fox", model_name="kling-v3-omni", series_amount="auto", validate=False),
        kling.audio.text_to_audio("rain", duration=3.5),
        kling.voices.create("Ann", voice_url="https://e.com/a.mp3"),
        kling.elements.create(
            "Fox",
            "A fox",
            reference_type="image_refer",
            element_image_list={"frontal_image": Path("fox.png"), "refer_images": [{"image_url": b"png"}]},
        ),
        kling.standard.text_to_video("A fox", model="kling-3.0", resolution="4k", audio="native"),
        kling.standard.omni_video(contents, model="a model of tomorrow"),
        kling.solutions.drama_subtitle([{"type": "source_video", "url": "https://e.com/a.mp4"}], target_cps=12),
    ]


def refused(kling: Kling) -> None:
    kling.image.generate("A fox", model_name="kling-v3", aspect_ratio="5:7")  # type: ignore[arg-type]
    kling.audio.text_to_audio("rain")  # type: ignore[call-arg]
    kling.video.extend(831)  # type: ignore[arg-type]
    kling.video.multi_image_to_video(["a.png"], "x", model_name="kling-v1-6", mode="4k")  # type: ignore[arg-type]
    kling.standard.image_to_video([{"type": "prompt"}], model="kling-3.0")  # type: ignore[list-item]


def calls(kling: Kling) -> None:
    faces: FaceIdentification = kling.video.identify_face(video_id="831")
    names: list[str | None] = [face.face_id for face in faces.face_data]
    costs: AccountCosts = kling.account.costs(datetime(2026, 1, 1), datetime(2026, 2, 1))
    left: list[float | None] = [pack.remaining_quantity for pack in costs.resource_pack_subscribe_infos]
    voices: list[Voice] = kling.voices.list(page=2)
    elements: list[Element] = kling.elements.presets()
    found: list[StandardTask] = kling.standard.find(external_task_ids=["a", "b"])
    speech: Result = kling.audio.tts("Hello", voice_id="oversea_male1", voice_language="en")
    raw: RawAnswer = kling.raw.post("/v1/videos/hologram", {"prompt": "A fox"})
    iterator: Iterator[Task] = kling.tasks.iter("video.extend")
    other: Kling = kling.with_options(relay="anyapi", timeout=5, validate=False)
    print(names, left, voices, elements, found, speech.files, raw.raw, iterator, other.relay)


async def awaited(kling: AsyncKling) -> AsyncResult:
    task: AsyncTask = await kling.standard.text_to_video("A fox", model="kling-3.0")
    iterator: AsyncIterator[AsyncTask] = kling.tasks.iter("text_to_video", page_size=10)
    async for one in iterator:
        print(one.state)
    voices: list[Voice] = await kling.with_options(max_retries=0).voices.list()
    raw: RawAnswer = await kling.raw.get("/v1/videos/text2video", params={"pageNum": 1})
    print(task.done, voices, raw.status)
    return await kling.audio.tts("Hello", voice_id="oversea_male1", voice_language="en")
