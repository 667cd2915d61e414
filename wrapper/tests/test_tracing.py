"""What OpenTelemetry is told of creates, waits and downloads, and what it is not."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from klingkit import AsyncKling, BalanceError, ConfigurationError, Kling, TaskFailedError, Tracing
from klingkit.cli._planning import plan

URL = "https://cdn.example/fox.mp4?signature=secret"
PROMPT = "A fox nobody is to hear of"


class Told:
    """A tracer provider, and the spans it was told of, in the order of their ends."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    def spans(self, start: str = "") -> list[Any]:
        """Return the spans whose names begin so."""
        return [span for span in self._exporter.get_finished_spans() if span.name.startswith(start)]

    def one(self, start: str) -> Any:
        """Return the one span whose name begins so."""
        (span,) = self.spans(start)
        return span


@pytest.fixture
def told() -> Told:
    return Told()


def tracing(told: Told, **more: Any) -> Tracing:
    return Tracing(tracer_provider=told.provider, **more)


def is_child(span: Any, parent: Any) -> bool:
    return span.parent is not None and span.parent.span_id == parent.context.span_id


def test_a_create_is_a_span_with_each_of_its_requests_as_a_child(
    respx_mock: Any, words: Any, either: Any, told: Told
) -> None:
    respx_mock.post(words.root).mock(
        side_effect=[httpx.ConnectError("down"), httpx.Response(200, json=words.task(), headers={"x-request-id": "h"})]
    )
    kling = either.open(tracing=tracing(told))
    either.run(kling.video.text_to_video(PROMPT, model_name="kling-v3"))
    create = told.one("generate_content")
    assert create.name == "generate_content kling-v3"
    assert create.kind is SpanKind.CLIENT
    assert create.attributes["gen_ai.provider.name"] == "kling"
    assert create.attributes["gen_ai.request.model"] == "kling-v3"
    assert create.attributes["gen_ai.output.type"] == "video"
    assert create.attributes["gen_ai.response.id"] == "831"
    assert create.attributes["klingkit.relay"] == "anyapi"
    assert create.attributes["klingkit.operation"] == "video_text2video"
    assert create.attributes["klingkit.external_task_id"].startswith("klingkit-")
    assert create.attributes["server.address"] == "www.anyapi.vip"
    assert create.status.status_code is StatusCode.UNSET
    (retry,) = create.events
    assert retry.name == "klingkit.retry"
    assert retry.attributes["error.type"] == "klingkit.ConnectionFailedError"
    failed, sent = told.spans("POST video_text2video_create")
    assert all(is_child(span, create) and span.kind is SpanKind.CLIENT for span in (failed, sent))
    assert failed.attributes["error.type"] == "klingkit.ConnectionFailedError"
    assert failed.status.status_code is StatusCode.ERROR
    assert "http.request.resend_count" not in failed.attributes
    assert sent.attributes["http.request.resend_count"] == 1
    assert sent.attributes["http.request.method"] == "POST"
    assert sent.attributes["http.response.status_code"] == 200
    assert sent.attributes["url.full"] == words.root
    assert (sent.attributes["server.address"], sent.attributes["server.port"]) == ("www.anyapi.vip", 443)
    assert sent.attributes["klingkit.request_id"] == "h"


def test_a_refused_create_tells_its_kind_and_code_but_no_sentence(
    respx_mock: Any, words: Any, either: Any, told: Told
) -> None:
    refusal = words.refusal(1102, f"no money for {PROMPT}, {words.key}")
    respx_mock.post(words.root).respond(429, json=refusal)
    kling = either.open(tracing=tracing(told))
    with pytest.raises(BalanceError):
        either.run(kling.video.text_to_video(PROMPT, model_name="kling-v3"))
    create, sent = told.one("generate_content"), told.one("POST")
    assert create.status.status_code is StatusCode.ERROR
    assert create.attributes["error.type"] == "klingkit.BalanceError"
    assert create.attributes["klingkit.code"] == "1102"
    assert sent.attributes["error.type"] == "429"
    assert PROMPT not in written(told)
    assert not create.events


def test_a_wait_links_to_its_create_has_its_polls_as_children_and_tells_of_states(
    respx_mock: Any, words: Any, either: Any, told: Told
) -> None:
    respx_mock.post(words.root).respond(json=words.task())
    respx_mock.get(f"{words.root}/831").mock(
        side_effect=[httpx.Response(200, json=words.task("processing")), httpx.Response(200, json=words.done(URL))]
    )
    kling = either.open(tracing=tracing(told))
    with told.provider.get_tracer("mine").start_as_current_span("my job"):
        task = either.run(kling.video.text_to_video(PROMPT, model_name="kling-v3"))
        either.run(task.wait())
    job, create, wait = told.one("my job"), told.one("generate_content"), told.one("wait video_text2video")
    assert is_child(create, job)
    assert is_child(wait, job)
    assert wait.kind is SpanKind.INTERNAL
    assert [link.context.span_id for link in wait.links] == [create.context.span_id]
    assert wait.attributes["klingkit.task_id"] == "831"
    moves = [
        (event.attributes["klingkit.state.before"], event.attributes["klingkit.state.after"]) for event in wait.events
    ]
    assert moves == [("queued", "running"), ("running", "succeeded")]
    polls = told.spans("GET video_text2video_get")
    assert len(polls) == 2
    assert all(is_child(poll, wait) for poll in polls)
    assert polls[0].attributes["url.full"] == f"{words.root}/831"


def test_a_wait_that_fails_is_marked(respx_mock: Any, words: Any, either: Any, told: Told) -> None:
    respx_mock.post(words.root).respond(json=words.task())
    respx_mock.get(f"{words.root}/831").respond(json=words.task("failed", task_status_msg=f"no {PROMPT}"))
    kling = either.open(tracing=tracing(told))
    task = either.run(kling.video.text_to_video(PROMPT, model_name="kling-v3"))
    with pytest.raises(TaskFailedError):
        either.run(task.wait())
    wait = told.one("wait")
    assert wait.status.status_code is StatusCode.ERROR
    assert wait.attributes["error.type"] == "klingkit.TaskFailedError"
    assert PROMPT not in written(told)


def many(kling: Any, count: int, operation: str = "video_text2video") -> list[Any]:
    rest = {"klingkit_task": 1, "relay": kling.relay, "operation": operation}
    return [kling.tasks.resume(json.dumps({**rest, "task_id": f"t{at}"})) for at in range(count)]


def listed(words: Any, count: int) -> dict[str, Any]:
    rows = [words.done(f"{URL}&{at}")["data"] | {"task_id": f"t{at}"} for at in range(count)]
    return {"code": 0, "message": "SUCCEED", "request_id": "r", "data": rows}


def test_one_list_call_for_many_tasks_is_one_span_with_their_number(
    respx_mock: Any, words: Any, either: Any, told: Told
) -> None:
    root = "https://api-singapore.klingai.com/v1/videos/text2video"
    respx_mock.get(url__startswith=root).respond(json=listed(words, 6))
    kling = either.open("official", tracing=tracing(told))
    tasks = many(kling, 6)

    async def gather() -> int:
        return len([outcome async for outcome in kling.wait_many(tasks)])

    ended = either.run(gather()) if either.kind == "async" else len(list(kling.wait_many(tasks)))
    assert ended == 6
    poll, wait = told.one("GET"), told.one("wait")
    assert poll.name == "GET video_text2video_list"
    assert poll.attributes["klingkit.tasks"] == 6
    assert poll.attributes["http.response.status_code"] == 200
    assert poll.attributes["url.full"] == root
    assert is_child(poll, wait)
    assert wait.attributes["klingkit.tasks"] == 6
    assert wait.attributes["klingkit.tasks.failed"] == 0
    assert len(wait.events) == 6


def test_polls_belong_to_their_wait_whichever_thread_makes_them(respx_mock: Any, words: Any, told: Told) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        task_id = request.url.path.rpartition("/")[2]
        return httpx.Response(200, json=words.done(URL) | {"data": words.done(URL)["data"] | {"task_id": task_id}})

    respx_mock.get(url__regex=r"/t\d+$").mock(side_effect=answer)
    with Kling("xiexus", api_key=words.key, tracing=tracing(told)) as kling:
        tasks = many(kling, 12, "video_image2video")
        threads = [threading.Thread(target=task.wait) for task in tasks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    waits = {span.attributes["klingkit.task_id"]: span for span in told.spans("wait")}
    polls = told.spans("GET")
    assert len(waits) == 12
    assert len(polls) >= 12
    for poll in polls:
        assert is_child(poll, waits[poll.attributes["url.full"].rpartition("/")[2]])


def test_a_list_call_for_several_waits_links_to_each(respx_mock: Any, words: Any, told: Told) -> None:
    root = "https://api-singapore.klingai.com/v1/videos/text2video"
    respx_mock.get(url__startswith=root).respond(json=listed(words, 6))

    async def run() -> None:
        async with AsyncKling("official", api_key=words.key, tracing=tracing(told)) as kling:
            await asyncio.gather(*(task.wait() for task in many(kling, 6)))

    asyncio.run(run())
    shared = [span for span in told.spans("GET video_text2video_list") if len(span.links) > 1]
    assert shared
    assert all(span.parent is None for span in shared)
    waits = {span.context.span_id for span in told.spans("wait")}
    assert all(link.context.span_id in waits for span in shared for link in span.links)


def test_a_download_tells_its_bytes_and_that_it_was_resumed(
    respx_mock: Any, words: Any, either: Any, told: Told, tmp_path: Any
) -> None:
    respx_mock.post(words.root).respond(json=words.task())
    respx_mock.get(f"{words.root}/831").respond(json=words.done(URL))
    half = len(words.mp4) // 2
    whole = {"content-length": str(len(words.mp4)), "etag": '"one"'}
    rest = {"content-range": f"bytes {half}-{len(words.mp4) - 1}/{len(words.mp4)}", "etag": '"one"'}
    respx_mock.get(URL).mock(
        side_effect=[
            httpx.Response(200, headers=whole, stream=Breaking(words.mp4[:half])),
            httpx.Response(206, headers=rest, content=words.mp4[half:]),
        ]
    )
    kling = either.open(tracing=tracing(told))
    task = either.run(kling.video.text_to_video(PROMPT, model_name="kling-v3"))
    result = either.run(task.wait())
    either.run(result.download(tmp_path / "fox.mp4"))
    download, create = told.one("download video_text2video"), told.one("generate_content")
    assert download.attributes["klingkit.download.bytes"] == len(words.mp4)
    assert download.attributes["klingkit.download.resumed"] == 1
    assert [link.context.span_id for link in download.links] == [create.context.span_id]
    first, second = [span for span in told.spans("GET") if is_child(span, download)]
    assert first.attributes["url.full"] == "https://cdn.example/fox.mp4"
    assert first.attributes["error.type"] == "klingkit.ConnectionLostError"
    assert second.attributes["http.response.status_code"] == 206
    assert second.attributes["http.response.body.size"] == len(words.mp4) - half
    assert "signature" not in written(told)


class Breaking(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that ends in a lost connection."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Any:
        yield self._content
        raise httpx.ReadError("gone")

    async def __aiter__(self) -> Any:
        yield self._content
        raise httpx.ReadError("gone")


def test_a_call_that_costs_something_and_answers_at_once_is_a_span(
    respx_mock: Any, words: Any, either: Any, told: Told
) -> None:
    speech = words.task("succeed", task_result={"audios": [{"id": "a", "url": "https://cdn.example/a.mp3"}]})
    respx_mock.post("https://api-singapore.klingai.com/v1/audio/tts").respond(json=speech)
    kling = either.open("official", tracing=tracing(told))
    either.run(kling.audio.tts("Hello", voice_id="oversea_male1", voice_language="en"))
    call = told.one("generate_content")
    assert call.attributes["gen_ai.output.type"] == "speech"
    assert is_child(told.one("POST audio_tts_run"), call)


def test_no_span_holds_the_key_or_the_prompt(respx_mock: Any, words: Any, either: Any, told: Told) -> None:
    answer = words.task("processing", task_id=words.key)
    respx_mock.post(words.root).respond(json=answer, headers={"x-request-id": f"for {words.key}"})
    respx_mock.get(url__startswith=words.root).respond(503, json=words.refusal(words.key, f"busy, {words.key}"))
    kling = either.open(tracing=tracing(told), max_retries=0)
    task = either.run(kling.video.text_to_video(f"{PROMPT} {words.key}", model_name="kling-v3"))
    with pytest.raises(Exception, match="anyapi"):
        either.run(kling.tasks.get(task.task_id, operation="text_to_video"))
    with pytest.raises(Exception, match="within"):
        either.run(task.wait(timeout=0))
    assert len(told.spans()) >= 5
    assert words.key not in written(told)
    assert "Test%2BKey" not in written(told)
    assert PROMPT not in written(told)


def test_the_prompt_is_told_to_those_who_ask_for_it_without_the_key(
    respx_mock: Any, words: Any, either: Any, told: Told
) -> None:
    respx_mock.post(words.root).respond(json=words.task())
    kling = either.open(tracing=tracing(told, prompts=True))
    either.run(kling.video.text_to_video(f"{PROMPT} {words.key}", model_name="kling-v3"))
    (message,) = json.loads(told.one("generate_content").attributes["gen_ai.input.messages"])
    assert message == {"role": "user", "parts": [{"type": "text", "content": f"{PROMPT} ***"}]}


@pytest.mark.parametrize("asked", [False, True])
def test_relays_are_told_the_trace_when_asked_and_hosts_of_files_never(
    respx_mock: Any, words: Any, either: Any, told: Told, tmp_path: Any, asked: bool
) -> None:
    created = respx_mock.post(words.root).respond(json=words.task())
    respx_mock.get(f"{words.root}/831").respond(json=words.done(URL))
    fetched = respx_mock.get(URL).respond(content=words.mp4)
    kling = either.open(tracing=tracing(told, propagate=asked))
    task = either.run(kling.video.text_to_video(PROMPT, model_name="kling-v3"))
    result = either.run(task.wait())
    either.run(result.download(tmp_path / "fox.mp4"))
    sent = created.calls[0].request.headers.get("traceparent", "")
    assert bool(sent) is asked
    assert not asked or sent.split("-")[2] == f"{told.one('POST').context.span_id:016x}"
    assert "traceparent" not in fetched.calls[0].request.headers


def test_other_options_and_other_keys_keep_tracing(respx_mock: Any, words: Any, either: Any, told: Told) -> None:
    respx_mock.post(words.root).respond(json=words.task(task_id="sk-another-key"))
    kling = either.open(tracing=tracing(told))
    either.run(kling.with_options(timeout=9).video.text_to_video(PROMPT, model_name="kling-v3"))
    other = kling.with_options(api_key="sk-another-key")
    either.run(other.video.text_to_video(PROMPT, model_name="kling-v3"))
    either.run(other.close())
    assert len(told.spans("generate_content")) == len(told.spans("POST")) == 2
    assert told.spans("generate_content")[1].attributes["gen_ai.response.id"] == "***"


def test_a_request_that_is_only_shown_makes_no_span(told: Told) -> None:
    kling = Kling("anyapi", api_key="sk-1234567890", tracing=tracing(told))
    planned = plan(kling, "video_text2video", {"prompt": PROMPT, "model_name": "kling-v3"})
    assert planned.body["prompt"] == PROMPT
    assert told.spans() == []


def test_a_variable_turns_tracing_on_and_an_argument_off(either: Any) -> None:
    assert either.open(environ={"KLINGKIT_TRACING": "1"})._engine.session.spans is not None
    assert either.open(environ={"KLINGKIT_TRACING": "0"})._engine.session.spans is None
    assert either.open(environ={"KLINGKIT_TRACING": "1"}, tracing=False)._engine.session.spans is None
    assert either.open(tracing=True)._engine.session.spans is not None
    with pytest.raises(ConfigurationError, match="KLINGKIT_TRACING has to be 1 or 0"):
        either.open(environ={"KLINGKIT_TRACING": "perhaps"})
    with pytest.raises(ConfigurationError, match="tracing has to be"):
        either.open(tracing="yes")
    with pytest.raises(ConfigurationError, match="TracerProvider"):
        Tracing(tracer_provider="mine")  # type: ignore[arg-type]


def test_without_the_wish_opentelemetry_is_not_imported_and_without_it_the_wish_is_answered() -> None:
    script = (
        "import sys, klingkit\n"
        "kling = klingkit.Kling('anyapi', api_key='sk-1234567890')\n"
        "assert not any(name.startswith('opentelemetry') for name in sys.modules)\n"
        "sys.modules['opentelemetry'] = None\n"
        "try:\n"
        "    klingkit.Kling('anyapi', api_key='sk-1234567890', tracing=True)\n"
        "except klingkit.ConfigurationError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "Spans need OpenTelemetry: pip install 'klingkit[otel]'."


def written(told: Told) -> str:
    """Return everything the spans say."""
    return "\n".join(span.to_json() for span in told.spans())


def test_over_several_relays_each_attempt_is_a_span_and_a_wait_links_to_the_creates_of_all(
    respx_mock: Any, words: Any, told: Told
) -> None:
    keys = {"anyapi": "sk-anyapi-0123456789", "haoee": "sk-haoee-0123456789"}
    roots = {relay: f"{Kling(relay, api_key=key).base_url}/v1/videos/text2video" for relay, key in keys.items()}
    taken, broke = httpx.Response(200, json=words.task()), httpx.Response(402, json=words.refusal(1101))
    respx_mock.post(roots["anyapi"]).mock(side_effect=[taken, broke])
    respx_mock.post(roots["haoee"]).respond(json=words.task(task_id="832"))
    respx_mock.get(url__startswith=roots["anyapi"]).respond(json=words.done(URL))
    respx_mock.get(url__startswith=roots["haoee"]).respond(json=words.done(URL, task_id="832"))
    with Kling(relays=[*keys], api_key=keys, environ={}, tracing=tracing(told)) as kling:
        tasks = [kling.video.text_to_video(PROMPT, model_name="kling-v3") for _ in keys]
        assert {outcome.task.relay for outcome in kling.wait_many(tasks)} == set(keys)
    first, refused, second = told.spans("generate_content")
    assert [span.attributes["klingkit.relay"] for span in (first, refused, second)] == ["anyapi", "anyapi", "haoee"]
    assert refused.attributes["error.type"] == "klingkit.BalanceError"
    wait = told.one("wait")
    assert wait.attributes["klingkit.relays"] == ("anyapi", "haoee")
    assert {link.context.span_id for link in wait.links} == {first.context.span_id, second.context.span_id}
    assert not any(key in str(span.attributes) for span in told.spans() for key in keys.values())
