"""What a user's type checker sees. Never run: mypy --strict reads it (`nox -s typecheck`)."""

from __future__ import annotations

from pathlib import Path

from opentelemetry.sdk.trace import TracerProvider

from klingkit import (
    AsyncKling,
    AsyncResult,
    AsyncTask,
    Kling,
    NoRelayError,
    Policy,
    Result,
    Route,
    Task,
    TaskFailedError,
    Tracing,
    WaitTimeoutError,
)
from klingkit.callbacks import CallbackApp, receive
from klingkit.events import Event, StateChanged


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
        for outcome in kling.wait_many(found, timeout=60, on_update=lambda seen: print(seen.state)):
            ended: Task = outcome.task
            made: Result = outcome.result()
            print(ended, made, outcome.error)
        stored: Task = Task.from_json(task.to_json())
        print(receive({}, b"{}", client=kling, secret=None).state.files)
        return kling.tasks.resume(stored).wait().download("fox.mp4") if found else result.download("fox.mp4")


def watch(event: Event) -> None:
    if isinstance(event, StateChanged):
        print(event.before, event.after)


async def async_use() -> list[Path]:
    async with AsyncKling(relay="xiexus", base_url="http://127.0.0.1:8000") as kling:
        task: AsyncTask = await kling.video.image_to_video(image=b"png", model_name="kling-v1")
        await task.refresh()
        result: AsyncResult = await task.wait()
        url: str = result.url
        print(url, result.files[0].kind)
        async for outcome in kling.wait_many([task]):
            done: AsyncResult = outcome.result()
            print(done.url)
        CallbackApp(kling, on_callback=lambda callback: print(callback.task_id))
        return await result.download_all("out")


def watched() -> Kling:
    Kling(relay="anyapi", tracing=True)
    Kling(relay="anyapi", tracing=TracerProvider())  # type: ignore[arg-type]
    return Kling(relay="anyapi", on_event=watch, tracing=Tracing(tracer_provider=TracerProvider(), prompts=True))


def several(policy: Policy = "cheapest") -> Route | None:
    relays = {"anyapi": "sk-a", "haoee": "sk-b"}
    with Kling(
        relays=list(relays), policy=policy, api_key=relays, base_url={"haoee": "http://127.0.0.1:8000"}
    ) as kling:
        try:
            task: Task = kling.video.text_to_video("A fox", model_name="kling-v3")
        except NoRelayError as error:
            print([(skip.relay, skip.reason, skip.kind) for skip in error.skipped], error.errors)
            raise
        longer: Task = kling.video.extend(task.wait(), "Snow")
        again: Task = kling.tasks.get(longer.task_id, operation="extend_video", relay=longer.relay)
        Kling(relays=["anyapi"], policy="best")  # type: ignore[arg-type]
        kling.with_options(relay="haoee").video.extend(3)  # type: ignore[arg-type]
        return task.route if task.route and task.route.passed_over else again.wait().route
