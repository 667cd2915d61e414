"""Traps of the stock generator that the patched templates and the client profile remove."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from importlib.resources import files
from typing import Any

import httpx
import pytest
import respx

import klingkit_api
from klingkit_api import AuthenticatedClient, Client, models
from klingkit_api.api.video import video_text2video_get, video_text2video_list
from klingkit_api.errors import UnexpectedStatus
from klingkit_api.models import Text2VideoRequest
from klingkit_api.types import UNSET

BASE = "https://relay.test"
KEY = "sk-very-secret"


def test_repr_never_shows_the_key() -> None:
    client = AuthenticatedClient(
        base_url=BASE,
        token=KEY,
        headers={"X-Api-Key": KEY},
        cookies={"session": KEY},
        httpx_args={"auth": ("user", KEY)},
    )
    before = repr(client)
    client.get_httpx_client()
    assert KEY not in before
    assert KEY not in repr(client)
    assert KEY not in repr(client.with_headers({"X-Other": KEY}))
    client.get_httpx_client().close()


def test_the_key_is_not_written_into_the_callers_headers() -> None:
    headers = {"X-Mine": "1"}
    with AuthenticatedClient(base_url=BASE, token=KEY, headers=headers) as client:
        assert client.get_httpx_client().headers["Authorization"] == f"Bearer {KEY}"
    assert headers == {"X-Mine": "1"}


def test_no_call_waits_for_ever_unless_told_to() -> None:
    for kind in (Client(base_url=BASE), AuthenticatedClient(base_url=BASE, token=KEY)):
        with kind as client:
            assert client.get_httpx_client().timeout == httpx.Timeout(60.0, connect=5.0)
    with Client(base_url=BASE, timeout=None) as client:
        assert client.get_httpx_client().timeout == httpx.Timeout(None)


def test_a_derived_client_leaves_its_origin_alone() -> None:
    async_client = httpx.AsyncClient()
    with AuthenticatedClient(base_url=BASE, token=KEY) as origin:
        origin.set_async_httpx_client(async_client)
        derived = (
            origin.with_headers({"X-New": "1"}).with_cookies({"new": "1"}).with_timeout(httpx.Timeout(1.0, connect=2.0))
        )
        for http in (origin.get_httpx_client(), origin.get_async_httpx_client()):
            assert "X-New" not in http.headers
            assert not http.cookies
            assert http.timeout != httpx.Timeout(1.0, connect=2.0)
        with derived:
            http = derived.get_httpx_client()
            assert http.headers["X-New"] == "1"
            assert http.headers["Authorization"] == f"Bearer {KEY}"
            assert http.cookies["new"] == "1"
            assert http.timeout == httpx.Timeout(1.0, connect=2.0)
    asyncio.run(async_client.aclose())


@pytest.mark.parametrize("name", ["Text2VideoRequest", "Image2VideoRequest"])
def test_an_empty_request_is_empty(name: str) -> None:
    assert getattr(models, name)().to_dict() == {}


def test_a_value_the_spec_does_not_list_is_kept() -> None:
    asked: dict[str, Any] = {"model_name": "kling-v9", "mode": "8k", "duration": "60", "aspect_ratio": "32:9"}
    assert Text2VideoRequest.from_dict(asked).to_dict() == asked


def test_a_value_of_another_type_is_kept() -> None:
    asked: dict[str, Any] = {"duration": 5, "mode": None, "sound": True}
    assert Text2VideoRequest.from_dict(asked).to_dict() == asked


def test_an_answer_given_as_dictionary_comes_back_the_same() -> None:
    answer = {"code": 0, "data": {"task_status": "queued", "cost": {"usd": 1}, "task_result": None}}
    assert models.TaskEnvelope.from_dict(answer).to_dict() == answer


def test_no_field_of_an_answer_is_required() -> None:
    for name in ("Task", "TaskEnvelope", "TaskListEnvelope", "TaskResult", "VideoFile", "ImageFile", "ErrorEnvelope"):
        empty = getattr(models, name).from_dict({})
        assert empty.to_dict() == {}
    assert models.Task().task_id is UNSET


def test_a_status_without_a_name_is_a_number() -> None:
    with respx.mock(base_url=BASE) as relay, AuthenticatedClient(base_url=BASE, token=KEY) as client:
        relay.get("/v1/videos/text2video/t1").respond(520, html="<html>")
        response = video_text2video_get.sync_detailed(task_id="t1", client=client)
    assert response.status_code == 520


def test_an_unexpected_status_raises_where_that_is_asked_for() -> None:
    with (
        respx.mock(base_url=BASE) as relay,
        AuthenticatedClient(base_url=BASE, token=KEY, raise_on_unexpected_status=True) as client,
    ):
        relay.get("/v1/videos/text2video").respond(520, html="<html>")
        with pytest.raises(UnexpectedStatus) as caught:
            video_text2video_list.sync(client=client)
    assert caught.value.status_code == 520


def test_the_key_does_not_follow_a_redirect() -> None:
    with respx.mock(base_url=BASE) as relay, AuthenticatedClient(base_url=BASE, token=KEY) as client:
        relay.get("/v1/videos/text2video/t1").respond(302, headers={"Location": "https://elsewhere.test/"})
        response = video_text2video_get.sync_detailed(task_id="t1", client=client)
        asked = [str(call.request.url) for call in relay.calls]
    assert response.status_code == 302
    assert asked == [f"{BASE}/v1/videos/text2video/t1"]


def test_every_module_imports_and_every_export_exists() -> None:
    names = [module.name for module in pkgutil.walk_packages(klingkit_api.__path__, "klingkit_api.")]
    for name in names:
        importlib.import_module(name)
    assert "klingkit_api.api.video.video_text2video_create" in names
    assert [name for name in models.__all__ if not hasattr(models, name)] == []


def test_the_package_is_marked_as_typed() -> None:
    assert files(klingkit_api).joinpath("py.typed").is_file()
