"""The emulator's callbacks end the waits of both clients, over real HTTP; forged ones do not."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn

from klingkit import AsyncKling, Kling, TaskFailedError
from klingkit.callbacks import CallbackApp
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_emulator.launch import Emulator

# No poll falls due between the first look and the callback.
LIMITS: dict[str, Any] = {"timeout": 60, "poll_interval": 50}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(["official"], speed=600) as running:
        yield running


@contextmanager
def serving(app: CallbackApp) -> Iterator[str]:
    """Run an ASGI app on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", ws="none"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/kling?operation=text_to_video"
        finally:
            server.should_exit = True
            thread.join(20)


def forge(url: str, task_id: str) -> int:
    lie = {"task_id": task_id, "task_status": "succeed", "task_result": {"videos": [{"url": "https://evil.example/"}]}}
    return httpx.post(url, json=lie, trust_env=False).status_code


@pytest.mark.parametrize(("prompt", "ends"), [("a fox", "succeeded"), ("[fail: no fox]", "failed")])
def test_a_callback_ends_the_wait_of_a_thread(emulator: Emulator, prompt: str, ends: str) -> None:
    got: list[Any] = []
    with (
        Kling("official", api_key=emulator.api_key, base_url=emulator.base_url("official")) as kling,
        serving(CallbackApp(kling, on_callback=got.append)) as url,
    ):
        made = emulator.requests("official")
        task = kling.video.text_to_video(prompt, model_name="kling-v3", callback_url=url)
        assert forge(url, task.task_id) == 200
        if ends == "failed":
            with pytest.raises(TaskFailedError, match="no fox"):
                task.wait(**LIMITS)
        else:
            assert task.wait(**LIMITS).url.startswith(emulator.url)
        assert task.state == ends
        assert {callback.task_id for callback in got} == {task.task_id}
        assert not any(callback.verified for callback in got)
        assert emulator.requests("official") - made < 8


def test_a_callback_ends_the_wait_of_a_coroutine(emulator: Emulator) -> None:
    async def run() -> None:
        base = emulator.base_url("official")
        async with AsyncKling("official", api_key=emulator.api_key, base_url=base) as kling:
            with serving(CallbackApp(kling)) as url:
                create = kling.video.text_to_video
                tasks = [await create("a fox", model_name="kling-v3", callback_url=url) for _ in range(4)]
                found = {outcome.task: outcome async for outcome in kling.wait_many(tasks, **LIMITS)}
        assert [type(found[task].error) for task in tasks] == [type(None)] * 4
        assert all(found[task].result().url.startswith(emulator.url) for task in tasks)

    asyncio.run(run())


def test_without_callbacks_a_list_finds_the_tasks(emulator: Emulator) -> None:
    with Kling("official", api_key=emulator.api_key, base_url=emulator.base_url("official")) as kling:
        tasks = [kling.video.text_to_video("a fox", model_name="kling-v3") for _ in range(12)]
        tasks.append(kling.video.text_to_video("[fail: no fox]", model_name="kling-v3"))
        made = emulator.requests("official")
        outcomes = list(kling.wait_many(tasks, timeout=60, poll_interval=0.1))
        assert sum(outcome.error is None for outcome in outcomes) == 12
        assert emulator.requests("official") - made < 13
