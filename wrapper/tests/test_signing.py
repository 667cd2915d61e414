"""Signed tokens in place of a key: made in time, by the server's clock where it differs, and never shown."""

from __future__ import annotations

import logging
from typing import Any

import jwt
import pytest

from klingkit import AuthenticationError, ConfigurationError, Kling, KlingError, MissingKeyError
from klingkit._secrets import MASK
from klingkit._signing import EARLY, LIFETIME, SigningSecret, claims, is_about_time, skew_of

ACCESS = "AK0123456789abcdef"
SECRET = "SK-fedcba9876543210-fedcba9876543210"
ROOT = "https://api-singapore.klingai.com/v1/videos/text2video"


def said(token: str) -> dict[str, Any]:
    return jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_exp": False, "verify_nbf": False})


def test_a_token_names_the_access_key_and_is_good_for_half_an_hour_from_five_seconds_before() -> None:
    token = SigningSecret(ACCESS, SECRET, lambda: 1_000_000.7).reveal()
    assert said(token) == {"iss": ACCESS, "exp": 1_000_000 + LIFETIME, "nbf": 1_000_000 - EARLY}
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}


def test_a_token_is_kept_until_five_minutes_before_its_end() -> None:
    clock = [1_000_000.0]
    secret = SigningSecret(ACCESS, SECRET, lambda: clock[0])
    first = secret.reveal()
    clock[0] += LIFETIME - 301
    assert secret.reveal() == first
    clock[0] += 2
    assert said(secret.reveal())["exp"] == int(clock[0]) + LIFETIME


def test_a_clock_that_was_set_back_makes_a_new_token() -> None:
    clock = [1_000_000.0]
    secret = SigningSecret(ACCESS, SECRET, lambda: clock[0])
    secret.reveal()
    clock[0] -= 7200
    assert said(secret.reveal()) == claims(ACCESS, clock[0])


@pytest.mark.parametrize(
    ("status", "body", "about_time"),
    [
        (401, b'{"code":1003,"message":"token is not active yet"}', True),
        (401, b'{"code":1004,"message":"token expired"}', True),
        (401, b'{"code":1002}', False),
        (200, b'{"code":1004}', False),
        (401, b"<html>", False),
        (401, b"[" * 9000, False),
        (401, b'{"code":1004}' + b" " * 20_000, False),
    ],
)
def test_only_a_refusal_for_its_times_asks_for_a_new_token(status: int, body: bytes, about_time: bool) -> None:
    assert is_about_time(status, body) is about_time


@pytest.mark.parametrize(
    ("date", "skew"),
    [
        ("Mon, 12 Jan 1970 14:46:40 GMT", 3600.0),
        ("Mon, 12 Jan 1970 12:46:40 GMT", -3600.0),
        ("Mon, 12 Jan 2070 12:46:40 GMT", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        ("Mon, 99 Jan 99999 12:46:40 GMT", 0.0),
    ],
)
def test_the_servers_clock_is_believed_up_to_a_day(date: str, skew: float) -> None:
    assert skew_of({"date": date}, 1_000_000.0) == skew


@pytest.fixture
def signing(either: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the official API whose clock is an hour slow."""
    monkeypatch.setattr("time.time", lambda: 1_000_000.0)
    return either.open("official", api_key=None, access_key=ACCESS, secret_key=SECRET, environ={})


def test_a_clock_an_hour_slow_costs_one_more_request_and_no_more(
    respx_mock: Any, words: Any, either: Any, signing: Any
) -> None:
    refused = {"status_code": 401, "json": words.refusal(1004), "headers": {"date": "Mon, 12 Jan 1970 14:46:40 GMT"}}
    import httpx

    route = respx_mock.post(ROOT).mock(
        side_effect=[httpx.Response(**refused), *(httpx.Response(200, json=words.task()) for _ in range(2))]
    )
    for _ in range(2):
        either.run(signing.video.text_to_video("A fox", model_name="kling-v3"))
    tokens = [call.request.headers["authorization"].removeprefix("Bearer ") for call in route.calls]
    assert [said(token)["iss"] for token in tokens] == [ACCESS] * 3
    assert [said(token)["nbf"] + EARLY for token in tokens] == [1_000_000, 1_003_600, 1_003_600]


def test_a_token_that_is_refused_again_ends_as_a_refusal(
    respx_mock: Any, words: Any, either: Any, signing: Any
) -> None:
    route = respx_mock.post(ROOT).respond(401, json=words.refusal(1004))
    with pytest.raises(AuthenticationError):
        either.run(signing.video.text_to_video("A fox", model_name="kling-v3"))
    assert route.call_count == 2


def test_a_plain_key_that_is_refused_is_not_tried_again(respx_mock: Any, words: Any, either: Any) -> None:
    route = respx_mock.post(ROOT).respond(401, json=words.refusal(1004))
    with pytest.raises(AuthenticationError):
        either.run(either.open("official").video.text_to_video("A fox", model_name="kling-v3"))
    assert route.call_count == 1


def test_neither_the_secret_key_nor_a_token_shows_in_an_error_or_a_log(
    respx_mock: Any, words: Any, either: Any, signing: Any, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    def echo(request: Any) -> Any:
        import httpx

        seen.append(request.headers["authorization"].removeprefix("Bearer "))
        return httpx.Response(401, json=words.refusal(1002, f"bad {seen[-1]} of {SECRET}"))

    respx_mock.post(ROOT).mock(side_effect=echo)
    with caplog.at_level(logging.DEBUG, "klingkit"), pytest.raises(AuthenticationError) as caught:
        either.run(signing.video.text_to_video("A fox", model_name="kling-v3"))
    told = f"{caught.value!r} {vars(caught.value)} {caplog.text}"
    assert MASK in told
    assert SECRET not in told
    assert seen[-1] not in told


def test_the_pair_comes_from_the_variables_after_the_key(respx_mock: Any, words: Any) -> None:
    route = respx_mock.get(f"{ROOT}/831").respond(json=words.task())
    pair = {"KLINGKIT_OFFICIAL_ACCESS_KEY": ACCESS, "KLINGKIT_OFFICIAL_SECRET_KEY": SECRET, "KLINGKIT_API_KEY": "any"}
    for environ in (pair, {**pair, "KLINGKIT_OFFICIAL_API_KEY": "own"}):
        with Kling("official", environ=environ) as kling:
            kling.tasks.get("831", operation="text_to_video")
    sent = [call.request.headers["authorization"].removeprefix("Bearer ") for call in route.calls]
    assert said(sent[0])["iss"] == ACCESS
    assert sent[1] == "own"


@pytest.mark.parametrize(
    ("relay", "arguments", "sentence"),
    [
        ("official", {"access_key": ACCESS}, "access_key is set and secret_key is not"),
        ("official", {"secret_key": SECRET}, "secret_key is set and access_key is not"),
        ("official", {"access_key": ACCESS, "secret_key": SECRET, "api_key": "k"}, "not both"),
        ("official", {"access_key": ACCESS, "secret_key": "schlüssel"}, "secret_key holds"),
        ("anyapi", {"access_key": ACCESS, "secret_key": SECRET}, "takes no signed tokens"),
        ("official", {"environ": {"KLINGKIT_OFFICIAL_ACCESS_KEY": ACCESS}}, "KLINGKIT_OFFICIAL_SECRET_KEY is not"),
    ],
)
def test_half_a_pair_or_one_too_many_is_refused_without_being_shown(
    relay: str, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as caught:
        Kling(relay, **{"environ": {}, **arguments})
    assert ACCESS not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_missing_key_names_the_pairs_variables_where_there_are_some() -> None:
    with pytest.raises(MissingKeyError, match="KLINGKIT_OFFICIAL_ACCESS_KEY and KLINGKIT_OFFICIAL_SECRET_KEY"):
        Kling("official", environ={})
    with pytest.raises(MissingKeyError) as caught:
        Kling("anyapi", environ={})
    assert "ACCESS" not in str(caught.value)


def test_the_systems_keyring_is_asked_last(monkeypatch: pytest.MonkeyPatch, respx_mock: Any, words: Any) -> None:
    import keyring
    from keyring.backends import fail, null

    class Held(null.Keyring):
        def get_password(self, service: str, username: str) -> str | None:
            return {("klingkit", "anyapi"): "from-keyring"}.get((service, username))

    before = keyring.get_keyring()
    try:
        keyring.set_keyring(Held())
        route = respx_mock.get("https://www.anyapi.vip/kling/v1/videos/text2video/831").respond(json=words.task())
        with Kling("anyapi") as kling:
            kling.tasks.get("831", operation="text_to_video")
        assert route.calls.last.request.headers["authorization"] == "Bearer from-keyring"
        with pytest.raises(MissingKeyError):
            Kling("haoee")
        with pytest.raises(MissingKeyError):
            Kling("anyapi", environ={})  # an environment of one's own is all there is
        keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
        with pytest.raises(MissingKeyError):
            Kling("anyapi")
    finally:
        keyring.set_keyring(before)


def test_a_locked_keyring_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backends import null
    from keyring.errors import KeyringLocked

    class Locked(null.Keyring):
        def get_password(self, service: str, username: str) -> str | None:
            raise KeyringLocked(f"{service} {username}")

    before = keyring.get_keyring()
    try:
        keyring.set_keyring(Locked())
        with pytest.raises(KlingError, match="unlock it, or set KLINGKIT_ANYAPI_API_KEY"):
            Kling("anyapi")
    finally:
        keyring.set_keyring(before)
