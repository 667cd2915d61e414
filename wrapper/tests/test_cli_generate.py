"""`klingkit generate`: one command per operation, money-safe, resumable, and dry when asked to be."""

from __future__ import annotations

import inspect
import json
import re
import shlex
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

import klingkit_data
from klingkit._methods.audio import Audio
from klingkit._surface import METHODS
from klingkit._task import Task
from klingkit.cli import _dispatch
from klingkit.cli._parameters import method_of, parameters_of, spec_fields
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ONE_PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(400)
COMMANDS = [method.replace("_", "-") for method in METHODS.values()]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(["official", "anyapi", "haoee"], speed=100_000) as running:
        yield running


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder to work in, and no settings."""
    for name in ("KLINGKIT_RELAY", "KLINGKIT_CONFIG", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "80")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def generate(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run the command against the emulator."""
    monkeypatch.setenv("KLINGKIT_API_KEY", emulator.api_key)

    def run(*argv: str, relay: str = "official") -> int:
        return _dispatch.main(["generate", *argv, "--relay", relay, "--base-url", emulator.base_url(relay)])

    return run


@pytest.fixture
def anyapi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLINGKIT_ANYAPI_API_KEY", "sk-Test0123456789")
    monkeypatch.setenv("KLINGKIT_RELAY", "anyapi")


def a_fox(*more: str) -> list[str]:
    return ["generate", "text-to-video", "a fox in snow", "--model", "kling-v3", *more]


def picture(name: str) -> str:
    Path(name).write_bytes(ONE_PIXEL)
    return name


def black_picture(side: int) -> bytes:
    """Return a PNG that whoever opens it takes for one."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + bytes(3 * side)) * side)
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_text_becomes_a_file(generate: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert generate("text-to-video", "a fox in snow", "--model", "kling-v3", "-o", "fox.mp4") == 0
    assert Path("fox.mp4").read_bytes()[4:8] == b"ftyp"
    out, err = capsys.readouterr()
    assert out == "fox.mp4\n"
    assert err.startswith("official took the task: ")
    assert list(Path().iterdir()) == [Path("fox.mp4")]


def test_without_a_name_the_file_is_named_after_the_task(
    generate: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate("text-to-video", "a fox in snow", "--model", "kling-v3", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["state"] == "succeeded"
    assert told["saved"] == [f"{told['task_id']}.mp4"]
    assert Path(told["saved"][0]).is_file()


@pytest.mark.parametrize(
    "argv",
    [
        ["image-to-video", "it jumps", "--image", "a.png", "--model", "kling-v2-6", "--sound", "off"],
        ["multi-image-to-video", "they meet", "--image", "a.png", "--image", "b.png", "--model", "kling-v1-6"],
        ["multi-image-to-image", "they meet", "--subject-image", "a.png", "--model", "kling-v2-1", "--n", "1"],
    ],
)
def test_every_operation_that_takes_pictures_takes_them_as_files(argv: list[str]) -> None:
    picture("a.png")
    picture("b.png")
    assert _dispatch.main(["generate", *argv, "--relay", "official", "--dry-run", "--json"]) == 0


def test_several_files_for_one_name_are_numbered(generate: Callable[..., int], home: Path) -> None:
    Path("cat.png").write_bytes(black_picture(320))
    argv = ["multi-image-to-image", "a cat", "--subject-image", "cat.png", "--model", "kling-v2-1", "--n", "2"]
    assert generate(*argv, "-o", "cat-out.png") == 0
    assert sorted(path.name for path in home.iterdir()) == ["cat-out-1.png", "cat-out-2.png", "cat.png"]


def test_no_wait_prints_a_handle_that_the_task_command_takes(
    generate: Callable[..., int], emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate("text-to-video", "a fox", "--model", "kling-v3", "--no-wait") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["relay"] == "official"
    command = err.partition("To carry on: ")[2].strip()
    assert _dispatch.main(shlex.split(command)[1:]) == 0
    assert len(list(Path().glob("*.mp4"))) == 1
    again = ["task", "download", out, "--base-url", emulator.base_url("official"), "-o", "again.mp4"]
    assert _dispatch.main(again) == 0


def test_an_id_that_would_command_the_terminal_is_made_harmless(
    anyapi: None, respx_mock: Any, words: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    respx_mock.post(words.root).respond(json=words.task(task_id="8\x1b[2J31"))
    assert _dispatch.main(a_fox("--no-wait")) == 0
    assert "\x1b" not in "".join(capsys.readouterr())


def test_an_interrupted_wait_prints_the_command_that_carries_on(
    generate: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Task, "wait", interrupted)
        assert generate("text-to-video", "a fox", "--model", "kling-v3", "-o", "the fox.mp4") == 130
    out, err = capsys.readouterr()
    assert out == ""
    command = err.partition("To carry on: ")[2].strip().splitlines()[0]
    assert not Path("the fox.mp4").exists()
    assert _dispatch.main(shlex.split(command)[1:]) == 0
    assert Path("the fox.mp4").is_file()


def test_an_interrupted_create_tells_by_which_id_the_task_may_be_found(
    anyapi: None, respx_mock: Any, words: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    respx_mock.post(words.root).mock(side_effect=interrupt)
    assert _dispatch.main(a_fox()) == 130
    err = capsys.readouterr().err
    assert "To look for it: klingkit task show klingkit-" in err
    assert "may exist and be charged" in err


def test_a_lost_answer_is_not_sent_again_and_ends_with_the_command_that_looks(
    anyapi: None, respx_mock: Any, words: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    created = respx_mock.post(words.root).respond(502)
    respx_mock.get(url__startswith=words.root).respond(400, json=words.refusal(1201, "Task not found"))
    assert _dispatch.main(a_fox()) == 2
    assert created.call_count == 1
    assert "Or: klingkit task show klingkit-" in capsys.readouterr().err


def test_a_failed_task_is_a_finding(
    anyapi: None, respx_mock: Any, words: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    respx_mock.post(words.root).respond(json=words.task())
    respx_mock.get(f"{words.root}/831").respond(json=words.task("failed", task_status_msg="too dark"))
    assert _dispatch.main(a_fox("-o", "fox.mp4")) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("klingkit generate: Task 831 at anyapi failed: too dark.")
    assert not Path("fox.mp4").exists()


def test_a_wait_that_runs_out_ends_with_the_command_that_carries_on(
    anyapi: None, respx_mock: Any, words: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    respx_mock.post(words.root).respond(json=words.task())
    respx_mock.get(f"{words.root}/831").respond(json=words.task("processing"))
    assert _dispatch.main(a_fox("--timeout", "20", "-o", "fox.mp4")) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert "its last status was processing" in last
    assert last.endswith("klingkit task download 831 --relay anyapi --operation video_text2video -o fox.mp4")


def test_a_download_that_fails_leaves_no_file_and_ends_with_the_command_that_carries_on(
    anyapi: None, respx_mock: Any, words: Any, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    respx_mock.post(words.root).respond(json=words.task())
    respx_mock.get(f"{words.root}/831").respond(json=words.done(words.file))
    respx_mock.get(words.file).respond(200, html="<html>expired</html>")
    assert _dispatch.main(a_fox("-o", "fox.mp4")) == 2
    assert "To carry on: klingkit task download 831" in capsys.readouterr().err
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (["-o", "there.mp4"], "there.mp4 exists"),
        (["-o", "nowhere/fox.mp4"], "nowhere/fox.mp4 cannot be written"),
        (["-o", ""], "-o has to be the name"),
        (["--no-wait", "-o", "fox.mp4"], "--no-wait saves nothing"),
    ],
)
def test_what_would_fail_after_the_money_is_spent_fails_before(
    anyapi: None, respx_mock: Any, capsys: pytest.CaptureFixture[str], more: list[str], problem: str
) -> None:
    Path("there.mp4").write_bytes(b"mine")
    assert _dispatch.main(a_fox(*more)) == 2
    err = capsys.readouterr().err
    assert problem in err
    assert err.count("\n") == 1
    assert not respx_mock.calls
    assert Path("there.mp4").read_bytes() == b"mine"


def test_a_file_is_replaced_when_asked(generate: Callable[..., int]) -> None:
    Path("fox.mp4").write_bytes(b"old")
    assert generate("text-to-video", "a fox", "--model", "kling-v3", "-o", "fox.mp4", "--overwrite") == 0
    assert Path("fox.mp4").read_bytes()[4:8] == b"ftyp"


@pytest.mark.parametrize(
    ("argv", "problem"),
    [
        (["text-to-video", "a fox"], "Missing option '--model'"),
        (["text-to-video", "a fox", "--model", "kling-v3", "--mode", "8k"], "'8k' is not one of 'std', 'pro', '4k'"),
        (["text-to-video", "a fox", "--model", "kling-v3", "--multi-prompt", "{"], "'--multi-prompt': that is no JSON"),
        (["text-to-video", "a fox", "--model", "kling-v3", "--extra", "@no.json"], "no.json cannot be read"),
        (["text-to-video", "a fox", "--model", "kling-v3", "--duration", "long"], "duration"),
        (["text-to-video", "", "--model", "kling-v3"], "prompt"),
        (["image-to-video", "x", "--model", "kling-v3", "--image", "no.png"], "neither a file that exists"),
        (["image-to-video", "x", "--model", "kling-v3", "--image", "."], "is the folder"),
        (["text-to-video", "a fox", "--model", "kling-v3", "--timeout", "-1"], "--timeout"),
    ],
)
def test_bad_input_ends_as_one_sentence_and_sends_nothing(
    monkeypatch: pytest.MonkeyPatch,
    respx_mock: Any,
    capsys: pytest.CaptureFixture[str],
    argv: Sequence[str],
    problem: str,
) -> None:
    monkeypatch.setenv("KLINGKIT_API_KEY", "sk-Test0123456789")
    assert _dispatch.main(["generate", *argv, "--relay", "official"]) == 2
    err = capsys.readouterr().err
    assert problem in err
    assert err.count("\n") == 1
    assert not respx_mock.calls


def test_no_relay_is_refused_with_the_ways_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(a_fox()) == 2
    assert "give --relay ID" in capsys.readouterr().err


def test_what_a_relay_does_not_offer_is_refused_with_the_option_that_tries_it(
    respx_mock: Any, anyapi: None, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["generate", "image-to-video", "x", "--image", "https://cdn.example/a.png", "--model", "kling-v3"]
    assert _dispatch.main(argv) == 2
    err = capsys.readouterr().err
    assert "anyapi documents no image_to_video" in err
    assert "or give --allow-undocumented to try it" in err
    assert not respx_mock.calls
    assert _dispatch.main([*argv, "--allow-undocumented", "--dry-run"]) == 0


def test_no_key_is_refused_with_the_variables(capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(a_fox("--relay", "anyapi")) == 2
    err = capsys.readouterr().err
    assert "set KLINGKIT_ANYAPI_API_KEY, or KLINGKIT_API_KEY" in err
    assert "api_key=" not in err


def test_a_dry_run_prints_the_request_that_would_be_sent_and_sends_nothing(
    anyapi: None, respx_mock: Any, words: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _dispatch.main(a_fox("--duration", "10", "--dry-run", "--json")) == 0
    assert not respx_mock.calls
    out, err = capsys.readouterr()
    planned = json.loads(out)
    assert err == ""
    assert "sk-Test" not in out

    created = respx_mock.post(words.root).respond(json=words.task())
    assert _dispatch.main(a_fox("--duration", "10", "--no-wait")) == 0
    sent = created.calls.last.request
    body = json.loads(sent.content)
    assert planned["method"] == sent.method
    assert planned["url"] == str(sent.url)
    assert {**planned["headers"], "authorization": ""} == {**sent.headers, "authorization": ""}
    assert planned["headers"]["authorization"] == "Bearer ***"
    assert {**planned["body"], "external_task_id": ""} == {**body, "external_task_id": ""}


def test_a_dry_run_needs_no_key_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(a_fox("--relay", "anyapi", "--dry-run")) == 0
    out, err = capsys.readouterr()
    assert out.startswith("POST https://www.anyapi.vip/kling/v1/videos/text2video\n")
    assert "KLINGKIT_ANYAPI_API_KEY" in err


def test_a_dry_run_speaks_the_relays_dialect_and_leaves_the_picture_out(capsys: pytest.CaptureFixture[str]) -> None:
    picture("a.png")
    argv = ["multi-image-to-image", "x", "--subject-image", "a.png", "--model", "kling-v2-1", "--scene-image", "a.png"]
    assert _dispatch.main(["generate", *argv, "--relay", "haoee", "--dry-run", "--json"]) == 0
    planned = json.loads(capsys.readouterr().out)
    assert planned["headers"]["modelname"] == "kling-v2-1"
    assert planned["body"]["scence_image"].endswith("characters of Base64>")
    assert planned["body"]["subject_image_list"] == [planned["body"]["scence_image"]]


def test_nested_fields_come_as_json_or_from_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    shots = [{"index": 1, "prompt": "a fox", "duration": "5"}]
    Path("shots.json").write_text(json.dumps(shots), encoding="utf-8")
    more = ["--multi-shot", "--shot-type", "customize", "--multi-prompt", "@shots.json", "--watermark-info"]
    argv = ["text-to-video", "--model", "kling-v3", "--duration", "5", *more, '{"enabled": true}']
    assert _dispatch.main(["generate", *argv, "--relay", "anyapi", "--dry-run", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)["body"]
    assert body["multi_prompt"] == shots
    assert body["watermark_info"] == {"enabled": True}
    assert body["multi_shot"] is True


def test_progress_is_shown_on_a_terminal_and_not_mixed_into_the_output(
    anyapi: None, respx_mock: Any, words: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    respx_mock.post(words.root).respond(json=words.task())
    respx_mock.get(f"{words.root}/831").respond(json=words.done(words.file))
    respx_mock.get(words.file).respond(content=words.mp4)
    assert _dispatch.main(a_fox("-o", "fox.mp4")) == 0
    out, err = capsys.readouterr()
    assert out == "fox.mp4\n"
    assert "831 at anyapi: " in err
    assert "0:00:0" in err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_operation_has_a_command_whose_help_fits_80_columns(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _dispatch.main(["generate", command, "--help"]) == 0
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 80
    assert "see the class" not in out
    assert "bytes" not in out


@pytest.mark.parametrize("operation", METHODS)
def test_every_argument_of_a_method_is_an_option_with_an_explanation(
    operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _dispatch.main(["generate", METHODS[operation].replace("_", "-"), "--help"]) == 0
    out = capsys.readouterr().out
    for name in inspect.signature(method_of(operation)).parameters:
        if name != "self":
            assert f"--{name.replace('_', '-')}" in out or re.search(rf"^  {name.upper()} ", out, re.MULTILINE), name
    for parameter in parameters_of(operation):
        [told] = [item.help for item in parameter.annotation.__metadata__]
        assert told, parameter.name
    spec = klingkit_data.load("resolved/surface.json")["relays"]["official"]["operations"]
    assert set(spec_fields(operation)) == set(spec[f"{operation}_create"]["fields"])


def test_a_new_argument_appears_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def text_to_audio(
        self: Audio, prompt: str, *, model_name: Literal["hum"] | str, loudness: Literal["low", "high"] | None = None
    ) -> None:
        """Start a sound.

        Args:
            prompt: what is heard.
            model_name: the model.
            loudness: how loud
                it is.
        """

    text_to_audio.__annotations__ = {
        "prompt": str,
        "model_name": Literal["hum"] | str,
        "loudness": Literal["low", "high"] | None,
    }
    monkeypatch.setattr(Audio, "text_to_audio", text_to_audio)
    prompt, model, loudness = parameters_of("audio_text2audio")
    assert prompt.annotation.__metadata__[0].help == "What is heard."
    assert "Known: hum" in model.annotation.__metadata__[0].help
    assert loudness.annotation.__origin__ == Literal["low", "high"] | None
    assert loudness.annotation.__metadata__[0].help == "How loud it is."
