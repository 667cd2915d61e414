"""Signed tokens against the emulated official API: made by the client, judged by somebody else's code."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from klingkit import AuthenticationError, Kling
from klingkit._signing import SigningSecret
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_emulator.launch import Emulator


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(["official", "anyapi"], speed=10_000) as running:
        yield running


def client(emulator: Emulator, relay: str = "official", **keys: Any) -> Kling:
    pair = {"access_key": emulator.access_key, "secret_key": emulator.secret_key, **keys}
    return Kling(relay, base_url=emulator.base_url(relay), environ={}, **pair)


def test_a_signed_token_opens_the_account_that_the_key_opens(emulator: Emulator) -> None:
    with client(emulator) as signing:
        task = signing.video.text_to_video("A fox", model_name="kling-v3")
    with Kling("official", base_url=emulator.base_url("official"), api_key=emulator.api_key, environ={}) as plain:
        assert plain.tasks.get(task.task_id, operation="text_to_video").task_id == task.task_id


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_an_hour_off_makes_no_difference(
    emulator: Emulator, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("klingkit._signing._unix_seconds", lambda: time.time() + hours * 3600)
    before = emulator.charges("official")
    with client(emulator) as signing:
        signing.video.text_to_video("A fox", model_name="kling-v3")
    assert emulator.charges("official") == before + 1


def test_a_wrong_secret_and_an_unknown_account_are_refused(emulator: Emulator) -> None:
    for wrong in ({"secret_key": "another-secret-key-of-thirty-two-bytes"}, {"access_key": "nobody"}):
        with client(emulator, **wrong) as signing, pytest.raises(AuthenticationError, match="1002"):
            signing.tasks.get("831", operation="text_to_video")


def test_a_relay_that_documents_no_tokens_takes_none(emulator: Emulator) -> None:
    token = SigningSecret(emulator.access_key, emulator.secret_key).reveal()
    base = emulator.base_url("anyapi")
    with Kling("anyapi", base_url=base, api_key=token, environ={}) as kling, pytest.raises(AuthenticationError):
        kling.tasks.get("831", operation="text_to_video")
