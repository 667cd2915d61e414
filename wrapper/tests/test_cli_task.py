"""`klingkit task`: tasks are found again by id or by handle, waited for, saved and listed."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from klingkit import Kling
from klingkit.cli import _dispatch
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Iterator

BY_ID = ["--relay", "anyapi", "--operation", "text-to-video"]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(["anyapi"], speed=100_000) as running:
        yield running


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KLINGKIT_RELAY", "KLINGKIT_CONFIG", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("KLINGKIT_ANYAPI_API_KEY", "sk-Test0123456789")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def made(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A task of the emulator."""
    monkeypatch.setenv("KLINGKIT_ANYAPI_API_KEY", emulator.api_key)
    with Kling("anyapi", base_url=emulator.base_url("anyapi")) as kling:
        return kling.video.text_to_video("a fox", model_name="kling-v3")


@pytest.fixture
def there(emulator: Emulator) -> list[str]:
    return ["--base-url", emulator.base_url("anyapi")]


@pytest.mark.parametrize("named", ["id", "external id", "handle", "file", "pipe"])
def test_a_task_is_named_by_id_handle_file_or_pipe(
    made: Any,
    there: list[str],
    named: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("task.json").write_text(made.to_json(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO(made.to_json()))
    argv = {
        "id": [made.task_id, *BY_ID],
        "external id": [made.external_task_id, *BY_ID],
        "handle": [made.to_json()],
        "file": ["task.json"],
        "pipe": ["-"],
    }[named]
    assert _dispatch.main(["task", "show", *argv, *there, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["task_id"] == made.task_id
    assert told["operation"] == "video_text2video"


def test_download_waits_and_saves(made: Any, there: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(["task", "download", made.task_id, *BY_ID, *there, "-o", "fox.mp4"]) == 0
    assert capsys.readouterr().out == "fox.mp4\n"
    assert Path("fox.mp4").read_bytes()[4:8] == b"ftyp"


def test_wait_shows_what_was_made(made: Any, there: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(["task", "wait", made.to_json(), *there]) == 0
    out = capsys.readouterr().out
    assert f"task         {made.task_id}" in out
    assert "state        succeeded" in out
    assert "video        http" in out


def test_list_shows_the_accounts_tasks(made: Any, there: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["task", "list", *BY_ID, *there]
    assert _dispatch.main([*argv, "--json"]) == 0
    assert made.task_id in [task["task_id"] for task in json.loads(capsys.readouterr().out)]
    assert _dispatch.main(argv) == 0
    out = capsys.readouterr().out
    assert made.task_id in out
    assert max(len(line) for line in out.splitlines()) <= 80
    assert _dispatch.main([*argv, "--page", "1000"]) == 0
    assert capsys.readouterr().out == "no tasks on this page\n"


def test_raw_prints_the_answer_untouched(respx_mock: Any, words: Any, capsys: pytest.CaptureFixture[str]) -> None:
    answer = words.task("processing", surprise={"deep": [1, None]})
    respx_mock.get(f"{words.root}/831").respond(json=answer)
    assert _dispatch.main(["task", "show", "831", *BY_ID, "--raw"]) == 0
    assert json.loads(capsys.readouterr().out) == answer


def test_what_a_relay_says_does_not_reach_the_terminal_as_commands(
    respx_mock: Any, words: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = words.task("failed", task_id="8[bold]31", task_status_msg="no\x1b[2J\nmore")
    respx_mock.get(f"{words.root}/831").respond(json=answer)
    assert _dispatch.main(["task", "show", "831", *BY_ID]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "8[bold]31" in out
    assert "reason       no [2J more" in out


def test_waiting_for_a_failed_task_is_a_finding(
    respx_mock: Any, words: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    respx_mock.get(f"{words.root}/831").respond(json=words.task("failed", task_status_msg="too dark"))
    assert _dispatch.main(["task", "wait", "831", *BY_ID]) == 1
    assert "failed: too dark" in capsys.readouterr().err


def test_an_id_that_begins_with_a_hyphen_can_be_carried_on_with(
    respx_mock: Any, words: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    respx_mock.get(f"{words.root}/-831").respond(json=words.task("processing", task_id="-831"))
    assert _dispatch.main(["task", "wait", *BY_ID, "--timeout", "1", "--", "-831"]) == 2
    assert capsys.readouterr().err.rstrip().endswith("--relay anyapi --operation video_text2video -- -831")


@pytest.mark.parametrize(
    ("argv", "problem"),
    [
        (["show", "831"], "give --relay and --operation as well"),
        (["show", "{}"], "this is no task that klingkit wrote"),
        (["show", "{"], "this is no task that klingkit wrote"),
        (["show", "other.json"], "this is no task that klingkit wrote"),
        (["show", ".", "--relay", "anyapi"], "that is a folder"),
        (["show", "831", "--operation", "text-to-film"], "there is no operation 'text-to-film'; choose one of: text-"),
        (["show", " ", "--operation", "text-to-video"], "the task's id is empty"),
        (["list", "--page", "1"], "Missing option '--operation'"),
        (["list", "--operation", "text-to-video", "--page", "0"], "--page"),
        (["download", "831", "--operation", "text-to-video", "-o", "no/fox.mp4"], "no/fox.mp4 cannot be written"),
    ],
)
def test_bad_input_ends_as_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], argv: list[str], problem: str
) -> None:
    monkeypatch.setenv("KLINGKIT_RELAY", "anyapi")
    Path("other.json").write_text('{"klingkit_task": 2}', encoding="utf-8")
    assert _dispatch.main(["task", *argv]) == 2
    err = capsys.readouterr().err
    assert problem in err
    assert err.count("\n") == 1


def test_a_handle_of_another_relay_is_refused(made: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(["task", "show", made.to_json(), "--relay", "haoee"]) == 2
    assert "haoee" in capsys.readouterr().err


def test_an_unknown_task_ends_as_one_sentence(there: list[str], made: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(["task", "show", "nope", *BY_ID, *there]) == 2
    err = capsys.readouterr().err
    assert "Task not found" in err
    assert err.count("\n") == 1
