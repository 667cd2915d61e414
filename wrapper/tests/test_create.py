"""A create costs money: what is sent, how often, and what happens when its answer is lost."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from klingkit import (
    AuthenticationError,
    BalanceError,
    ConnectionFailedError,
    ContentPolicyError,
    DuplicateTaskError,
    InvalidRequestError,
    OutcomeUnknownError,
    RateLimitError,
    RedirectError,
    RelayError,
    RequestRefusedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

HTML = "<!doctype html><html><title>Dashboard</title></html>"
HAOEE = "https://maas.haoee.com/kling/v1/images/multi-image2image"


def create(either: Any, kling: Any = None, **arguments: Any) -> Any:
    kling = kling or either.open()
    return either.run(kling.video.text_to_video("A fox", model_name="kling-v3", **arguments))


def sent(route: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(route.calls.last.request.content)
    return body


def lost() -> list[Any]:
    """Return everything that may happen to an answer after the relay took the request."""
    return [
        pytest.param(httpx.ReadTimeout("late"), id="read timeout"),
        pytest.param(httpx.WriteTimeout("late"), id="write timeout"),
        pytest.param(httpx.ReadError("reset"), id="reset"),
        pytest.param(httpx.WriteError("broken pipe"), id="broken pipe"),
        pytest.param(httpx.RemoteProtocolError("disconnected"), id="disconnected"),
        pytest.param(httpx.CloseError("x"), id="close"),
        pytest.param(httpx.DecodingError("x"), id="bad gzip"),
        pytest.param(ConnectionResetError("x"), id="raw reset"),
        pytest.param(httpx.Response(500, json={"code": 5000, "message": "x"}), id="500"),
        pytest.param(httpx.Response(502, html=HTML), id="502"),
        pytest.param(httpx.Response(503, json={"code": 5001, "message": "x"}), id="503"),
        pytest.param(httpx.Response(504, text=""), id="504"),
        pytest.param(httpx.Response(524, html=HTML), id="524"),
        pytest.param(httpx.Response(408, json={"error": {"message": "gone"}}), id="408"),
        pytest.param(httpx.Response(200, html=HTML), id="web page"),
        pytest.param(httpx.Response(200, text=""), id="empty"),
        pytest.param(httpx.Response(200, text='{"code":0,"data":{"task_'), id="cut off"),
        pytest.param(httpx.Response(200, json=[]), id="list"),
        pytest.param(httpx.Response(200, json=None), id="null"),
        pytest.param(httpx.Response(200, json={"code": 0, "message": "ok", "data": None}), id="no data"),
        pytest.param(httpx.Response(200, json={"code": 0, "message": "ok", "data": {}}), id="no id"),
        pytest.param(httpx.Response(200, json={"task_id": "", "status": "queued"}), id="empty id"),
        pytest.param(httpx.Response(200, json={"code": 99999, "message": "?"}), id="unknown code"),
        pytest.param(httpx.Response(200, json={"code": 5002, "message": "slow"}), id="code 5002"),
        pytest.param(httpx.Response(303, headers={"location": "/elsewhere"}), id="303"),
    ]


def answer(route: Any, outcome: Any) -> None:
    route.mock(side_effect=outcome) if isinstance(outcome, Exception) else route.mock(return_value=outcome)


def test_a_task_comes_back_with_its_ids_and_where_it_stands(respx_mock: Any, words: Any, either: Any) -> None:
    route = respx_mock.post(words.root).respond(json=words.task(task_info={}))
    task = create(either, duration=5, aspect_ratio="16:9")
    assert (task.relay, task.operation, task.task_id) == ("anyapi", "video_text2video", "831")
    assert (task.state, task.status_word, task.done, task.request_id) == ("queued", "submitted", False, "r-1")
    assert task.external_task_id == sent(route)["external_task_id"]
    assert re.fullmatch(r"klingkit-[0-9a-f-]{36}", task.external_task_id)
    assert task.created_at is not None
    assert repr(task).endswith("Task(anyapi, video_text2video, '831', state='queued')")


def test_every_create_has_an_id_of_its_own(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).respond(json=words.task())
    kling = either.open()
    ids = {create(either, kling).external_task_id for _ in range(5)}
    assert len(ids) == 5


def test_the_callers_own_id_is_sent(respx_mock: Any, words: Any, either: Any) -> None:
    route = respx_mock.post(words.root).respond(json=words.task())
    assert create(either, external_task_id="order-7").external_task_id == "order-7"
    assert sent(route)["external_task_id"] == "order-7"


def test_extra_fields_and_headers_go_along(respx_mock: Any, words: Any, either: Any) -> None:
    route = respx_mock.post(words.root).respond(json=words.task())
    create(either, extra={"seed": 7}, extra_headers={"X-Trace": "t-1"})
    assert sent(route)["seed"] == 7
    assert route.calls.last.request.headers["x-trace"] == "t-1"


@pytest.mark.parametrize(
    "headers", [{"Authorization": "x"}, {"authorization": "x"}, {"X": "a\r\nb"}, {"X": "狐"}, {"a b": "x"}, {"X": 3}]
)
def test_headers_that_break_the_call_are_refused(either: Any, headers: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match="extra_headers"):
        create(either, extra_headers=headers)


@pytest.mark.parametrize("extra", [{"x": float("nan")}, {"x": object()}, {"x": "\ud800"}])
def test_what_json_cannot_say_is_refused(either: Any, extra: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match="JSON"):
        create(either, extra=extra)


def test_a_wrong_argument_is_refused_before_anything_is_sent(either: Any) -> None:
    with pytest.raises(InvalidRequestError, match="duration"):
        create(either, duration=0)


def test_a_status_left_out_at_creation_means_queued(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).respond(json={"code": 0, "message": "", "data": {"task_id": 831}})
    task = create(either)
    assert (task.task_id, task.state, task.status_word) == ("831", "queued", None)


@pytest.mark.parametrize("outcome", lost())
def test_a_task_whose_answer_was_lost_is_found_again_and_posted_once(
    respx_mock: Any, words: Any, either: Any, outcome: Any
) -> None:
    route = respx_mock.post(words.root)
    answer(route, outcome)
    found = respx_mock.get(url__regex=rf"{words.root}/own-id").respond(
        json=words.task("processing", task_info={"external_task_id": "own-id"})
    )
    task = create(either, external_task_id="own-id")
    assert (task.task_id, task.state) == ("831", "running")
    assert (route.call_count, found.call_count) == (1, 1)


@pytest.mark.parametrize("outcome", lost())
def test_a_task_that_is_not_found_again_has_an_unknown_outcome_and_was_posted_once(
    respx_mock: Any, words: Any, either: Any, waits: Any, outcome: Any
) -> None:
    route = respx_mock.post(words.root)
    answer(route, outcome)
    respx_mock.get(f"{words.root}/own-id").respond(400, json=words.refusal(1201, "Task not found by id/external id: x"))
    respx_mock.get(words.root).respond(json={"code": 0, "message": "ok", "data": [words.task()["data"]]})
    with pytest.raises(OutcomeUnknownError) as caught:
        create(either, external_task_id="own-id", extra={"image": "A" * 5000})
    error = caught.value
    assert route.call_count == 1
    assert (error.relay, error.operation, error.external_task_id) == ("anyapi", "video_text2video_create", "own-id")
    assert error.when.tzinfo is not None
    assert error.fields["prompt"] == "A fox"
    assert error.fields["image"] == "<5000 characters>"
    assert error.seen
    assert error.__cause__ is not None
    assert "kling.tasks.get('own-id'" in str(error)
    assert not error.retryable
    assert waits.seconds < 60


def test_the_look_for_a_task_outlasts_a_relay_that_is_still_down(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).mock(side_effect=httpx.ReadTimeout("late"))
    respx_mock.get(f"{words.root}/own-id").mock(
        side_effect=[
            httpx.ConnectError("down"),
            httpx.Response(502, html=HTML),
            httpx.Response(400, json=words.refusal(1201, "Task not found by id/external id: own-id")),
            httpx.Response(200, json=words.task("processing")),
        ]
    )
    assert create(either, external_task_id="own-id").task_id == "831"


def test_a_task_is_also_found_in_the_list(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).mock(side_effect=httpx.ReadError("reset"))
    respx_mock.get(f"{words.root}/own-id").respond(404, json={"code": "task_not_found", "message": "no"})
    mine = words.task(task_id="999", task_info={"external_task_id": "own-id"})["data"]
    respx_mock.get(words.root, params={"pageNum": 1, "pageSize": 100}).respond(
        json={"code": 0, "message": "ok", "data": [words.task()["data"], mine]}
    )
    assert create(either, external_task_id="own-id").task_id == "999"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"task_status": "submitted"},
        {"task_id": "1", "task_status": "x", "task_info": {"external_task_id": "other"}},
    ],
)
def test_an_answer_that_proves_nothing_is_not_taken_for_the_task(
    respx_mock: Any, words: Any, either: Any, data: dict[str, Any]
) -> None:
    respx_mock.post(words.root).mock(side_effect=httpx.ReadError("reset"))
    respx_mock.get(f"{words.root}/own-id").respond(json={"code": 0, "message": "", "data": data})
    respx_mock.get(words.root).respond(html=HTML)
    with pytest.raises(OutcomeUnknownError):
        create(either, external_task_id="own-id")


def test_a_relay_that_cannot_be_asked_is_not_asked(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(HAOEE).mock(side_effect=httpx.ReadTimeout("late"))
    kling = either.open("haoee")
    with pytest.raises(OutcomeUnknownError, match="cannot be asked") as caught:
        either.run(kling.image.multi_image_to_image(["https://e.example/a.png"], model_name="kling-v2-1"))
    assert (route.call_count, caught.value.external_task_id) == (1, None)
    assert "external_task_id" not in sent(route)


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError])
def test_without_a_connection_a_create_is_tried_again_with_the_same_id(
    respx_mock: Any, words: Any, either: Any, kind: Callable[[str], Exception]
) -> None:
    bodies: list[bytes] = []

    def serve(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        if len(bodies) < 3:
            raise kind("no")
        return httpx.Response(200, json=words.task())

    respx_mock.post(words.root).mock(side_effect=serve)
    assert create(either).task_id == "831"
    assert len(bodies) == 3
    assert len(set(bodies)) == 1


def test_tries_without_a_connection_are_bounded(respx_mock: Any, words: Any, either: Any) -> None:
    route = respx_mock.post(words.root).mock(side_effect=httpx.ConnectError("no"))
    with pytest.raises(ConnectionFailedError, match="nothing was sent") as caught:
        create(either)
    assert caught.value.retryable
    assert route.call_count == 3
    assert isinstance(caught.value.__cause__, httpx.ConnectError)
    with pytest.raises(ConnectionFailedError):
        create(either, either.open(max_retries=0))
    assert route.call_count == 4


@pytest.mark.parametrize("code", [1302, 1303])
def test_a_create_that_kling_put_off_is_sent_again_after_the_wait_it_asks_for(
    respx_mock: Any, words: Any, either: Any, waits: Any, code: int
) -> None:
    put_off = httpx.Response(429, json=words.refusal(code), headers={"retry-after": "11"})
    route = respx_mock.post(words.root).mock(side_effect=[put_off, httpx.Response(200, json=words.task())])
    assert create(either).task_id == "831"
    assert (route.call_count, waits.waits) == (2, [11.0])


def test_a_wish_beyond_reason_is_passed_on_to_the_caller(respx_mock: Any, words: Any, either: Any) -> None:
    headers = {"retry-after": "Fri, 31 Dec 2100 23:59:59 GMT"}
    route = respx_mock.post(words.root).respond(429, json=words.refusal(1303), headers=headers)
    with pytest.raises(RateLimitError) as caught:
        create(either)
    assert route.call_count == 1
    assert (caught.value.retry_after or 0) > 10**6
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, {"code": 1002, "message": "api key not found"}, AuthenticationError),
        (429, {"code": 1102, "message": "no balance"}, BalanceError),
        (403, {"code": "insufficient_user_quota", "message": "x", "data": None}, BalanceError),
        (429, {"error": {"message": "busy"}}, RateLimitError),
        (429, None, RateLimitError),
        (400, {"code": 1201, "message": "duration value '7' is invalid"}, RequestRefusedError),
        (400, {"code": 1301, "message": "risk"}, ContentPolicyError),
        (200, {"code": 1201, "message": "bad"}, RequestRefusedError),
        (200, {"error": {"message": "bad", "code": "invalid_request"}}, RequestRefusedError),
        (403, HTML, RelayError),
    ],
)
def test_a_refusal_is_raised_at_once_and_nothing_is_looked_up(
    respx_mock: Any, words: Any, either: Any, status: int, body: Any, expected: type[RelayError]
) -> None:
    content = {"html": body} if isinstance(body, str) else {"json": body} if body is not None else {}
    route = respx_mock.post(words.root).respond(status, **content)
    with pytest.raises(expected) as caught:
        create(either)
    assert route.call_count == 1
    assert caught.value.status == status


def test_the_callers_own_id_that_is_taken_is_a_duplicate(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).respond(400, json=words.refusal(1201, "External_task_id order-7 already exists"))
    with pytest.raises(DuplicateTaskError, match=r"tasks\.get") as caught:
        create(either, external_task_id="order-7")
    assert caught.value.external_task_id == "order-7"


def test_an_id_of_klingkits_own_that_is_taken_means_that_the_task_was_made(
    respx_mock: Any, words: Any, either: Any
) -> None:
    """A relay that tried twice inside tells of the second try; the first made the task."""
    route = respx_mock.post(words.root).respond(400, json=words.refusal(1201, "External_task_id x already exists"))
    respx_mock.get(url__startswith=f"{words.root}/klingkit-").respond(json=words.task("processing"))
    assert create(either).task_id == "831"
    assert route.call_count == 1


def test_a_duplicate_on_the_second_try_is_the_first_try(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).mock(
        side_effect=[
            httpx.Response(429, json=words.refusal(1303)),
            httpx.Response(400, json=words.refusal(1201, "External_task_id order-7 already exists")),
        ]
    )
    respx_mock.get(f"{words.root}/order-7").respond(json=words.task("processing"))
    assert create(either, external_task_id="order-7").task_id == "831"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_named(respx_mock: Any, words: Any, either: Any, status: int) -> None:
    route = respx_mock.post(words.root).respond(status, headers={"location": "https://new.example/x?token=geheim"})
    with pytest.raises(RedirectError, match="base_url") as caught:
        create(either)
    assert route.call_count == 1
    assert caught.value.location == "https://new.example/x"
    assert "geheim" not in str(caught.value)


def test_fields_that_a_relay_does_not_document_are_sent_with_a_warning(
    respx_mock: Any, words: Any, either: Any, caplog: pytest.LogCaptureFixture
) -> None:
    root = "https://draw.openai-next.com/kling/v1/videos/multi-image2video"
    route = respx_mock.post(root).respond(json=words.task())
    kling = either.open("openai-next")
    pictures = ["https://e.example/a.png"]
    either.run(
        kling.video.multi_image_to_video(pictures, "x", model_name="kling-v1-6", watermark_info={"enabled": True})
    )
    assert sent(route)["watermark_info"] == {"enabled": True}
    assert "openai-next documents no watermark_info for video_multi_image2video" in caplog.text


class _InterruptError(BaseException):
    """Stands for Ctrl-C, which would end the test run."""


def test_an_interrupted_create_leaves_the_id_in_the_traceback(respx_mock: Any, words: Any, either: Any) -> None:
    def interrupt(_: httpx.Request) -> httpx.Response:
        raise _InterruptError

    respx_mock.post(words.root).mock(side_effect=interrupt)
    with pytest.raises(_InterruptError) as caught:
        create(either, external_task_id="own-id")
    assert any("own-id" in note and "charged" in note for note in caught.value.__notes__)


def test_a_cancelled_create_leaves_the_id_in_the_traceback(respx_mock: Any, words: Any) -> None:
    from klingkit import AsyncKling

    async def main() -> None:
        arrived = asyncio.Event()

        async def hang(_: httpx.Request) -> httpx.Response:
            arrived.set()
            await asyncio.sleep(3600)
            raise AssertionError

        respx_mock.post(words.root).mock(side_effect=hang)
        async with AsyncKling("anyapi", api_key=words.key) as kling:
            create = kling.video.text_to_video("x", model_name="kling-v3", external_task_id="own-id")
            task = asyncio.create_task(create)
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            assert any("own-id" in note for note in caught.value.__notes__)

    asyncio.run(main())


def test_the_log_has_method_path_status_and_ids_but_no_body_and_no_key(
    respx_mock: Any, words: Any, either: Any, caplog: pytest.LogCaptureFixture
) -> None:
    respx_mock.post(words.root).respond(json=words.task(), headers={"x-request-id": f"echo {words.key}"})
    with caplog.at_level(logging.DEBUG, logger="klingkit"):
        create(either, external_task_id="own-id")
    text = "\n".join(record.getMessage() for record in caplog.records if record.name == "klingkit")
    assert "POST /kling/v1/videos/text2video -> 200" in text
    assert "own-id" in text
    assert "A fox" not in text
    assert words.key not in text


def test_no_error_shows_the_key_that_a_relay_sends_back(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).respond(401, json={"error": {"message": f"bad key {words.key}", "code": words.key}})
    with pytest.raises(AuthenticationError) as caught:
        create(either)
    shown = str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    assert words.key not in shown
    assert "***" in caught.value.message
