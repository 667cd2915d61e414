"""Calls of one's own, and clients that differ in an option."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from klingkit import (
    BalanceError,
    ConfigurationError,
    ConnectionFailedError,
    InvalidRequestError,
    MissingKeyError,
    OutcomeUnknownError,
    UnknownRelayError,
    UnsupportedByRelayError,
)

ROOT = "https://www.anyapi.vip/kling"
OFFICIAL = "https://api-singapore.klingai.com"


def test_a_call_of_ones_own_is_sent_as_it_is_and_answered_untouched(respx_mock: Any, words: Any, either: Any) -> None:
    route = respx_mock.post(f"{ROOT}/v1/videos/hologram").respond(
        json={"code": 0, "data": {"new": True}}, headers={"x-request-id": "r-9"}
    )
    answer = either.run(either.open().raw.post("/v1/videos/hologram", {"prompt": "A fox"}, params={"dry": 1}))
    assert answer.raw == {"code": 0, "data": {"new": True}}
    assert (answer.status, answer.request_id) == (200, "r-9")
    request = route.calls.last.request
    assert json.loads(request.content) == {"prompt": "A fox"}
    assert request.headers["authorization"] == f"Bearer {words.key}"
    assert request.url.query == b"dry=1"


def test_an_empty_answer_is_none(respx_mock: Any, either: Any) -> None:
    respx_mock.delete(f"{ROOT}/v1/videos/831").respond(204)
    answer = either.run(either.open().raw.delete("/v1/videos/831"))
    assert (answer.status, answer.raw) == (204, None)


@pytest.mark.parametrize("lost", [httpx.ReadTimeout("late"), httpx.Response(502, html="<html></html>")])
def test_a_post_of_ones_own_is_never_sent_twice(respx_mock: Any, either: Any, lost: Any) -> None:
    route = respx_mock.post(f"{ROOT}/v1/videos/hologram").mock(side_effect=[lost, httpx.Response(200, json={})])
    with pytest.raises(OutcomeUnknownError, match="no id to look for it by"):
        either.run(either.open().raw.post("/v1/videos/hologram", {"prompt": "A fox"}))
    assert route.call_count == 1


def test_not_even_when_nothing_was_sent(respx_mock: Any, either: Any) -> None:
    route = respx_mock.post(f"{ROOT}/v1/x").mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(ConnectionFailedError):
        either.run(either.open().raw.post("/v1/x"))
    assert route.call_count == 1


def test_a_get_of_ones_own_is_tried_again(respx_mock: Any, either: Any) -> None:
    route = respx_mock.get(f"{ROOT}/v1/x").mock(side_effect=[httpx.Response(503), httpx.Response(200, json=[1])])
    assert either.run(either.open().raw.get("/v1/x")).raw == [1]
    assert route.call_count == 2


def test_a_refusal_is_the_error_it_is_everywhere(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(f"{ROOT}/v1/x").respond(429, json=words.refusal(1102))
    with pytest.raises(BalanceError):
        either.run(either.open().raw.post("/v1/x", {}))


@pytest.mark.parametrize(
    "path", ["v1/x", "//evil.example/x", "https://evil.example/x", "/v1/../x", "/v1/x?y=1", "/v1/x#y", "/a b", "", 7]
)
def test_a_path_stays_at_the_relay(either: Any, path: Any) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        either.run(either.open().raw.get(path))
    assert caught.value.argument == "path"


def test_a_body_has_to_be_json(either: Any) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be written as JSON"):
        either.run(either.open().raw.post("/v1/x", {"x": object()}))


def test_a_client_with_other_options_uses_the_same_connections(respx_mock: Any, words: Any, either: Any) -> None:
    route = respx_mock.get(f"{words.root}/831").respond(json=words.task())
    kling = either.open()
    patient = kling.with_options(timeout=3, max_retries=0, validate=False)
    either.run(patient.tasks.get("831", operation="text_to_video"))
    assert patient._engine._loaded() is kling._engine._loaded()
    assert route.calls.last.request.extensions["timeout"]["read"] == 3
    either.run(patient.close())  # leaves the connections to their owner
    either.run(kling.tasks.get("831", operation="text_to_video"))
    assert route.calls.last.request.extensions["timeout"]["read"] != 3


def test_what_is_not_given_stays(either: Any) -> None:
    kling = either.open(max_retries=5, validate=False).with_options(timeout=3)
    assert (kling._engine.session.max_retries, kling._engine.session.validate) == (5, False)
    assert kling.with_options(validate=True)._engine.session.validate is True


def test_another_relay_has_a_key_of_its_own(respx_mock: Any, words: Any, either: Any) -> None:
    kling = either.open(environ={"KLINGKIT_XIEXUS_API_KEY": "sk-another-key"})
    other = kling.with_options(relay="xiexus")
    route = respx_mock.get(url__startswith=other.base_url).respond(json={"task_id": "1", "status": "queued"})
    either.run(other.tasks.get("1", operation="image_to_video"))
    assert route.calls.last.request.headers["authorization"] == "Bearer sk-another-key"
    either.run(other.close())


def test_a_key_is_never_sent_to_another_relay(either: Any) -> None:
    with pytest.raises(MissingKeyError):
        either.open(environ={}).with_options(relay="xiexus")


def test_another_address_keeps_the_key(respx_mock: Any, words: Any, either: Any) -> None:
    other = either.open().with_options(base_url="https://mirror.example")
    route = respx_mock.get(url__startswith="https://mirror.example/kling/v1/").respond(json=words.task())
    either.run(other.tasks.get("831", operation="text_to_video"))
    assert route.calls.last.request.headers["authorization"] == f"Bearer {words.key}"
    either.run(other.close())


def test_options_that_make_no_sense_are_refused(either: Any) -> None:
    with pytest.raises(ConfigurationError):
        either.open().with_options(max_retries=-1)
    with pytest.raises(UnknownRelayError):
        either.open().with_options(relay="nobody")


def test_times_are_sent_as_the_vendor_counts_them(respx_mock: Any, either: Any) -> None:
    route = respx_mock.get(url__startswith=f"{OFFICIAL}/account/costs").respond(json={"code": 0, "data": {"code": 0}})
    kling = either.open("official")
    costs = either.run(kling.account.costs(datetime(2026, 1, 1, tzinfo=UTC), 1768879862370))
    assert costs.raw == {"code": 0}
    assert dict(route.calls.last.request.url.params) == {"start_time": "1767225600000", "end_time": "1768879862370"}


def test_a_call_a_relay_does_not_document_is_refused_before_it_is_sent(either: Any) -> None:
    with pytest.raises(UnsupportedByRelayError, match=r"xiexus documents no audio\.tts; .*official"):
        either.run(either.open("xiexus").audio.tts("Hello", voice_id="x", voice_language="en"))


@pytest.mark.parametrize("ids", [[], ["a,b"], ["a"] * 21, "a", [7]])
def test_ids_are_a_list_of_up_to_twenty(either: Any, ids: Any) -> None:
    with pytest.raises(InvalidRequestError, match="task_ids"):
        either.run(either.open("official").standard.find(task_ids=ids))


def test_an_accepted_task_that_is_done_but_names_no_file_is_asked_for(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).respond(json=words.task("succeed"))
    respx_mock.get(f"{words.root}/831").respond(json=words.done(words.file))
    task = either.run(either.open().video.text_to_video("A fox", model_name="kling-v3"))
    assert not task.done
    assert either.run(task.wait()).url == words.file
