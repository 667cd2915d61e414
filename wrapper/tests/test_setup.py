"""Making a client: relays, keys, addresses, timeouts, and what its errors tell to do."""

from __future__ import annotations

import json
import pickle
from typing import Any

import httpx
import pytest

import klingkit
from klingkit import AsyncKling, ConfigurationError, Kling, MissingKeyError, Timeouts, UnknownRelayError

KEY = "sk-0123456789"


def test_an_unknown_relay_is_refused_with_the_list_of_those_there_are() -> None:
    with pytest.raises(UnknownRelayError) as caught:
        Kling("anyapy", api_key=KEY)
    for relay in klingkit.relay_ids():
        assert relay in str(caught.value)


@pytest.mark.parametrize("relay", ["", None, 3, ["anyapi"]])
def test_what_is_no_relay_id_is_refused_alike(relay: Any) -> None:
    with pytest.raises(UnknownRelayError):
        Kling(relay, api_key=KEY)


def test_a_missing_key_is_refused_with_the_names_of_both_variables() -> None:
    with pytest.raises(MissingKeyError, match=r"KLINGKIT_OPENAI_NEXT_API_KEY.*KLINGKIT_API_KEY"):
        Kling("openai-next", environ={})


@pytest.mark.parametrize(
    ("argument", "environ", "sent"),
    [
        ("from-argument", {"KLINGKIT_ANYAPI_API_KEY": "own-variable"}, "from-argument"),
        (None, {"KLINGKIT_ANYAPI_API_KEY": "own-variable", "KLINGKIT_API_KEY": "shared"}, "own-variable"),
        (None, {"KLINGKIT_ANYAPI_API_KEY": " ", "KLINGKIT_API_KEY": "shared\n"}, "shared"),
        ("Bearer from-argument", {}, "from-argument"),
    ],
)
def test_the_key_comes_from_the_argument_then_the_relays_variable_then_the_shared_one(
    respx_mock: Any, words: Any, argument: str | None, environ: dict[str, str], sent: str
) -> None:
    route = respx_mock.get(f"{words.root}/831").respond(json=words.task())
    with Kling("anyapi", api_key=argument, environ=environ) as kling:
        kling.tasks.get("831", operation="text_to_video")
    assert route.calls.last.request.headers["authorization"] == f"Bearer {sent}"


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel-0123456789", "Bearer a b"])
def test_a_key_no_header_takes_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Kling("anyapi", api_key=key, environ={})
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "root"),
    [
        (None, "https://www.anyapi.vip/kling"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/kling"),
        ("https://mirror.example/", "https://mirror.example/kling"),
        ("https://mirror.example/sub", "https://mirror.example/sub/kling"),
        ("https://mirror.example/kling", "https://mirror.example/kling"),
        ("https://mirror.example/kling/v1/", "https://mirror.example/kling"),
    ],
)
def test_base_url_replaces_the_registrys_and_may_carry_the_prefix(given: str | None, root: str) -> None:
    assert Kling("anyapi", api_key=KEY, base_url=given).base_url == root


@pytest.mark.parametrize(
    "given", ["mirror.example", "ftp://mirror.example", "https://", "https://a b", "https://h:99999", "https://[::1"]
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        Kling("anyapi", api_key=KEY, base_url=given)


@pytest.mark.parametrize("given", ["https://me:geheim@mirror.example", "https://mirror.example/?key=geheim"])
def test_an_address_with_credentials_in_it_is_refused_without_showing_them(given: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Kling("anyapi", api_key=KEY, base_url=given)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("client", [Kling, AsyncKling])
def test_a_client_shows_relay_and_address_but_no_key_and_is_not_pickled(client: Any) -> None:
    made = client("anyapi", api_key=KEY)
    assert repr(made) == f"{client.__name__}(relay='anyapi', base_url='https://www.anyapi.vip/kling')"
    assert (made.relay, made.base_url) == ("anyapi", "https://www.anyapi.vip/kling")
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(made)


def test_a_client_of_the_other_kind_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"httpx\.Client"), httpx.Client() as http_client:
        AsyncKling("anyapi", api_key=KEY, http_client=http_client)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="AsyncClient"):
        Kling("anyapi", api_key=KEY, http_client=httpx.AsyncClient())  # type: ignore[arg-type]


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan"), "60", True])
def test_every_timeout_is_a_number_above_zero(timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="timeout"):
        Kling("anyapi", api_key=KEY, timeout=timeout)
    with pytest.raises(ConfigurationError, match="'read'"):
        Timeouts(read=timeout)


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [
        (None, {"connect": 5.0, "read": 60.0, "write": 60.0, "pool": 60.0}),
        (2, {"connect": 2, "read": 2, "write": 2, "pool": 60.0}),
        (90.0, {"connect": 5.0, "read": 90.0, "write": 90.0, "pool": 60.0}),
        (Timeouts(1, 2, 3, 4), {"connect": 1, "read": 2, "write": 3, "pool": 4}),
    ],
)
def test_every_request_has_all_four_timeouts(
    respx_mock: Any, words: Any, either: Any, timeout: Any, expected: dict[str, float]
) -> None:
    route = respx_mock.get(f"{words.root}/831").respond(json=words.task())
    either.run(either.open(timeout=timeout).tasks.get("831", operation="text_to_video"))
    assert route.calls.last.request.extensions["timeout"] == expected


@pytest.mark.parametrize("retries", [-1, 11, 1.5, True, None])
def test_max_retries_is_a_small_whole_number(retries: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_retries"):
        Kling("anyapi", api_key=KEY, max_retries=retries)


def test_a_closed_client_says_so(either: Any) -> None:
    kling = either.open()
    either.run(kling.close())
    with pytest.raises(ConfigurationError, match="closed"):
        either.run(kling.tasks.get("831", operation="text_to_video"))


def test_an_operation_without_documents_is_refused_and_the_way_around_is_told(either: Any) -> None:
    kling = either.open("haoee")
    with pytest.raises(klingkit.UnsupportedByRelayError, match="allow_undocumented=True") as caught:
        either.run(kling.video.multi_image_to_video(["https://cdn.example/a.png"], "x", model_name="kling-v1-6"))
    assert "multi_image_to_image" in str(caught.value)


def test_an_operation_without_documents_can_be_tried_in_words_of_the_one_spec(
    respx_mock: Any, words: Any, either: Any
) -> None:
    route = respx_mock.post("https://maas.haoee.com/kling/v1/videos/multi-image2video").respond(json=words.task())
    kling = either.open("haoee", allow_undocumented=True)
    picture = "https://cdn.example/a.png"
    task = either.run(kling.video.multi_image_to_video([picture], "x", model_name="kling-v1-6", duration=5))
    assert task.task_id == "831"
    assert json.loads(route.calls.last.request.content) == {
        "model_name": "kling-v1-6",
        "image_list": [{"image": picture}],
        "prompt": "x",
        "duration": "5",
    }
    assert route.calls.last.request.headers["ModelName"] == "kling-v1-6"
