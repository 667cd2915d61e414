"""`klingkit check --identify`: every emulated relay is recognised, and nothing is billed for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import klingkit_data
from klingkit_contract.cli import check
from klingkit_contract.errors import OptionError, UnreachableError
from klingkit_contract.exchanges import Answer
from klingkit_contract.identity import GENERATIONS, identify
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Iterator

RELAYS = tuple(klingkit_data.load("relays.toml")["relay"])
# With a key; late A2 and B tell each other apart in answers to paid creates alone.
EXPECTED = {
    "newapi-a1": ("new-api", ["A1"]),
    "newapi-a2": ("new-api", ["A2"]),
    "newapi-b": ("new-api", ["A2-late", "B"]),
    "newapi-c": ("new-api", ["C"]),
    "xiexus": ("new-api", ["C"]),
}
WITHOUT_KEY = {
    "newapi-a1": ["A1"],
    "newapi-a2": ["A1", "A2", "A2-late", "B"],
    "newapi-b": ["A1", "A2", "A2-late", "B"],
    "newapi-c": ["C"],
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(RELAYS) as running:
        yield running


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KLINGKIT_API_KEY", raising=False)
    monkeypatch.setenv("COLUMNS", "80")


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, Any]:
    status = check.main(["--identify", *argv, "--format", "json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("relay", RELAYS)
def test_every_relay_is_recognised_for_free(emulator: Emulator, capsys: pytest.CaptureFixture[str], relay: str) -> None:
    family, generations = EXPECTED.get(relay, ("kling", []))
    status, found = told(capsys, emulator.base_url(relay), "--api-key", emulator.api_key)
    assert (found["family"], found["generations"]) == (family, generations)
    assert status == (0 if family else 1)
    assert emulator.charges(relay) == 0
    assert emulator.state()["relays"][relay]["tasks"] == 0
    assert emulator.api_key not in json.dumps(found)


@pytest.mark.parametrize("relay", WITHOUT_KEY)
def test_without_a_key_less_is_known_and_said_so(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], relay: str
) -> None:
    _, found = told(capsys, f"{emulator.base_url(relay)}/kling/v1/")
    assert found["generations"] == WITHOUT_KEY[relay]
    assert check.main(["--identify", emulator.base_url(relay)]) == 0
    out = capsys.readouterr().out
    assert ("With a key" in out) == (len(WITHOUT_KEY[relay]) > 1)


def test_the_generation_is_named_with_its_time(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["--identify", emulator.base_url("newapi-c"), "--api-key", emulator.api_key]) == 0
    assert "new-api, version v0-emulated, generation C (since August 2026)" in " ".join(capsys.readouterr().out.split())


def test_a_create_is_sent_only_to_a_generation_that_refuses_it(emulator: Emulator) -> None:
    def creates(relay: str) -> int:
        return int(emulator.state()["relays"][relay]["requests_by_operation"].get("video_text2video_create", 0))

    before = {relay: creates(relay) for relay in RELAYS}
    for relay in RELAYS:
        check.main(["--identify", emulator.base_url(relay), "--api-key", emulator.api_key])
    assert [relay for relay in RELAYS if creates(relay) > before[relay]] == ["newapi-a2", "newapi-b"]


def test_nothing_there_is_one_sentence() -> None:
    with pytest.raises(UnreachableError, match="gives no answer"):
        check.main(["--identify", "http://127.0.0.1:9"])
    with pytest.raises(OptionError, match="no address"):
        check.main(["--identify", "nonsense"])


def answer(status: int, body: Any, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, tuple((name.replace("_", "-"), value) for name, value in headers.items()), content)


def test_signs_that_contradict_each_other_name_no_generation() -> None:
    seen = [
        ("unknown-id", answer(404, {"code": "task_not_found"})),
        ("openai-id", answer(400, {"code": "task_not_exist"})),
    ]
    found = identify(seen)
    assert (found.family, found.generations) == ("new-api", ())
    assert "several" in found.sentence()


@pytest.mark.parametrize("body", [b"", b"\xff", [], 5, {"error": []}, {"code": []}, {"error": {"type": {}}}])
def test_whatever_is_answered_is_no_error(body: Any) -> None:
    assert identify([("unknown-id", answer(200, body))]).family == ""
    assert identify([("unknown-id", Answer(0, note="no connection"))]).signs == ()


def test_every_row_of_the_table_is_of_a_known_kind() -> None:
    for row in klingkit_data.load("dialects.toml")["fingerprint"]:
        assert row["probe"] in {"any", "unknown-id", "wrong-method", "openai-id", "lone-model"}
        assert row["family"] in {"kling", "one-api", "new-api"}
        assert set(row.get("generations", ())) <= set(GENERATIONS)
