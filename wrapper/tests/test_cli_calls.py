"""`klingkit generate` for calls that cost something and answer at once: sent once, saved or printed."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from klingkit._methods.table import CALLS, METHODS, ROWS
from klingkit.cli import _dispatch
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPEECH = ["tts", "Hello", "--voice-id", "oversea_male1", "--voice-language", "en"]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(["official"], speed=100_000) as running:
        yield running


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder to work in, and no settings but a key."""
    for name in ("KLINGKIT_RELAY", "KLINGKIT_CONFIG", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("KLINGKIT_API_KEY", "sk-Test0123456789")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture
def generate(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run the command against the emulator."""
    monkeypatch.setenv("KLINGKIT_API_KEY", emulator.api_key)

    def run(*argv: str) -> int:
        return _dispatch.main(["generate", *argv, "--relay", "official", "--base-url", emulator.base_url("official")])

    return run


def black_picture() -> str:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    side = 320
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress((b"\0" + bytes(3 * side)) * side))
    Path("cat.png").write_bytes(b"\x89PNG\r\n\x1a\n" + head + rows + chunk(b"IEND", b""))
    return "cat.png"


def test_every_operation_that_may_cost_something_has_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert {name for name, row in ROWS.items() if row.paid} == METHODS.keys() | CALLS.keys()
    assert _dispatch.main(["generate", "--help"]) == 0
    listed = capsys.readouterr().out
    for method in (*METHODS.values(), *CALLS.values()):
        assert f"  {method.replace('_', '-')} " in listed
    assert "_" not in listed


@pytest.mark.parametrize("operation", CALLS)
def test_the_options_of_every_call_are_told(operation: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(["generate", CALLS[operation].replace("_", "-"), "--help"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    for field in ROWS[operation].fields:
        assert f"--{field.removesuffix('_list').replace('_', '-')}" in shown or field.upper() in shown
    assert ("--output" in shown) is (operation == "audio_tts_run")
    assert "--no-wait" not in shown


def test_a_speech_is_saved(generate: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert generate(*SPEECH, "-o", "hello.mp3") == 0
    assert capsys.readouterr().out == "hello.mp3\n"
    assert Path("hello.mp3").stat().st_size > 0
    assert generate(*SPEECH, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["saved"][0]).stem == told["task_id"]


def test_what_a_picture_shows_is_printed(generate: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["recognize-image", "--image", black_picture()]
    assert generate(*argv) == 0
    lines = capsys.readouterr().out
    assert "http" in lines
    assert "{" not in lines
    assert generate(*argv, "--json") == 0
    assert isinstance(json.loads(capsys.readouterr().out), dict)


def test_everything_wrong_is_told_at_once_and_no_validate_sends_it_all_the_same(
    generate: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["tts", "", "--voice-id", "v", "--voice-language", "en", "--voice-speed", "9"]
    assert generate(*argv) == 2
    assert "2 things are wrong; nothing was sent" in capsys.readouterr().err
    assert _dispatch.main(["generate", *argv, "--relay", "official", "--dry-run", "--json", "--no-validate"]) == 0
    assert json.loads(capsys.readouterr().out)["body"]["voice_speed"] == 9


def test_no_validate_lets_words_pass_that_the_documents_do_not_list(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["text-to-video", "a fox", "--model", "kling-v3", "--mode", "ultra", "--relay", "official", "--dry-run"]
    assert _dispatch.main(["generate", *argv]) == 2
    assert "ultra" in capsys.readouterr().err
    assert _dispatch.main(["generate", *argv, "--no-validate", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["body"]["mode"] == "ultra"


def test_a_place_that_cannot_be_written_is_refused_before_money_is_spent(
    respx_mock: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _dispatch.main(["generate", *SPEECH, "--relay", "official", "-o", "nowhere/hello.mp3"]) == 2
    assert not respx_mock.calls


def test_a_speech_that_cannot_be_saved_is_not_lost(
    respx_mock: Any, words: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "https://cdn.example/hello.mp3"
    made = words.task("succeed", task_result={"audios": [{"id": "a", "url": address, "duration": "1"}]})
    speak = respx_mock.post("https://api-singapore.klingai.com/v1/audio/tts").respond(json=made)
    respx_mock.get(address).respond(404)
    assert _dispatch.main(["generate", *SPEECH, "--relay", "official"]) != 0
    assert f"It is made and paid for; fetch it from {address}" in capsys.readouterr().err
    assert speak.call_count == 1


def test_a_lost_answer_is_an_unknown_outcome_and_sent_once(respx_mock: Any, capsys: pytest.CaptureFixture[str]) -> None:
    speak = respx_mock.post("https://api-singapore.klingai.com/v1/audio/tts").mock(
        side_effect=httpx.ReadTimeout("late")
    )
    assert _dispatch.main(["generate", *SPEECH, "--relay", "official"]) != 0
    assert "may or may not have carried out, and billed" in capsys.readouterr().err
    assert speak.call_count == 1
