"""What a user's type checker sees. Never run: mypy --strict reads it (`nox -s typecheck`)."""

from __future__ import annotations

from pathlib import Path

from klingkit import AsyncKling, AsyncResult, AsyncTask, Kling, Result, Task, TaskFailedError, WaitTimeoutError


def sync_use() -> Path:
    with Kling(relay="anyapi", api_key="key") as kling:
        task: Task = kling.video.text_to_video("A fox", model_name="kling-v3", duration=5, aspect_ratio="16:9")
        kling.video.text_to_video("A fox", model_name="a model of tomorrow", duration="5", mode="pro")
        kling.video.image_to_video(image=Path("fox.png"), model_name="kling-v3", sound="on")
        kling.video.multi_image_to_video([b"png", "https://example.com/a.png"], "Foxes", model_name="kling-v1-6")
        kling.image.multi_image_to_image([Path("fox.png")], model_name="kling-v2-1", n=2)
        kling.video.text_to_video("A fox", model_name="kling-v3", aspect_ratio="5:7")  # type: ignore[arg-type]
        kling.video.text_to_video("A fox")  # type: ignore[call-arg]
        found: list[Task] = kling.tasks.list("video_text2video", page=1, page_size=10)
        resumed: Task = kling.tasks.resume(task.to_json())
        try:
            result: Result = resumed.wait(timeout=60, on_update=lambda seen: print(seen.state))
        except TaskFailedError as error:
            print(error.relay, error.request_id, found)
            raise
        except WaitTimeoutError as error:
            print(error.task)
            raise
        return result.download("fox.mp4")


async def async_use() -> list[Path]:
    async with AsyncKling(relay="xiexus", base_url="http://127.0.0.1:8000") as kling:
        task: AsyncTask = await kling.video.image_to_video(image=b"png", model_name="kling-v1")
        await task.refresh()
        result: AsyncResult = await task.wait()
        url: str = result.url
        print(url, result.files[0].kind)
        return await result.download_all("out")
