"""`klingkit generate` with several relays: who is asked, what is said of it, and how to carry on."""

from __future__ import annotations

import json
import shlex
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from klingkit._errors import ConfigurationError
from klingkit._settings import default_policy, default_relays, read_settings
from klingkit._task import Task
from klingkit.cli import _dispatch
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Iterator

FOX = ["generate", "text-to-video", "a fox in snow", "--model", "kling-v3"]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(["official", "anyapi", "haoee"], speed=100_000) as running:
        yield running


@pytest.fixture
def config(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Three relays of one's own: ``down``, where nothing listens, ``first`` and ``second``."""
    for name in ("KLINGKIT_RELAY", "KLINGKIT_RELAYS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
    rows = (("down", "anyapi", nowhere), ("first", "anyapi", emulator.base_url("anyapi")))
    rows += (("second", "haoee", emulator.base_url("haoee")),)
    path = tmp_path / "config.toml"
    tables = (f'[relay.{name}]\nlike = "{like}"\nbase_url = "{url}"\n' for name, like, url in rows)
    path.write_text('relays = ["down", "second"]\npolicy = "order"\n' + "".join(tables), encoding="utf-8")
    monkeypatch.setenv("KLINGKIT_CONFIG", str(path))
    monkeypatch.setenv("KLINGKIT_API_KEY", emulator.api_key)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return path


@pytest.mark.parametrize("named", [["--relay", "down", "--relay", "first"], ["--relay", "down,first"]])
def test_the_next_relay_is_asked_and_who_did_not_take_it_is_told(
    config: Path, capsys: pytest.CaptureFixture[str], named: list[str]
) -> None:
    assert _dispatch.main([*FOX, *named, "-o", "fox.mp4"]) == 0
    out, err = capsys.readouterr()
    assert out == "fox.mp4\n"
    assert err.startswith("down did not take it: There was no connection to 127.0.0.1")
    assert "\nfirst took the task: " in err
    assert err.count("down") == 1
    assert Path("fox.mp4").read_bytes()[4:8] == b"ftyp"


def test_the_relays_of_the_configuration_file_are_used_when_none_is_named(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _dispatch.main([*FOX, "--no-wait"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["route"]["skipped"][0]["relay"] == "down"
    command = err.partition("To carry on: ")[2].strip()
    assert "--relay second" in command
    assert _dispatch.main(shlex.split(command)[1:]) == 0


def test_an_interrupted_wait_names_the_relay_that_took_the_task(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Task, "wait", interrupted)
    assert _dispatch.main(FOX) == 130
    err = capsys.readouterr().err
    assert "goes on at second" in err
    assert "--relay second --operation" in err


def test_a_lost_answer_names_the_relay_that_may_have_taken_it(
    config: Path, emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator.plant("html-200", relay="haoee", operation="create")
    assert _dispatch.main([*FOX, "--relay", "down,second"]) == 2
    assert "second may or may not have made" in capsys.readouterr().err


def test_a_rehearsal_prints_who_would_be_asked_first_and_why_not_the_others(
    config: Path, emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    before = emulator.state()
    argv = [*FOX, "--relay", "second,first,down", "--external-task-id", "mine-1", "--dry-run"]
    assert _dispatch.main(argv) == 0
    out = capsys.readouterr().out
    assert out.startswith("relay: first would be asked first\n  second: second documents no external_task_id ")
    assert "\n  down: not needed: it stands behind first\n" in out
    assert _dispatch.main([*argv, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["url"].startswith(emulator.base_url("anyapi"))
    assert [row["spared"] for row in told["route"]["skipped"]] == [False, True]
    assert emulator.state() == before


def test_what_every_relay_finds_wrong_is_told_once(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["generate", "text-to-video", "x" * 2501, "--model", "kling-v3", "--relay", "first,second"]
    for more in ([], ["--dry-run"]):
        assert _dispatch.main([*argv, *more]) == 2
        assert capsys.readouterr().err.count("prompt") == 1


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--relay", "first,second", "--base-url", "http://127.0.0.1:9"], "--base-url goes with one relay"),
        (["--relay", "first", "--policy", "cheapest"], "--policy chooses among several relays"),
        (["--relay", "first,second", "--policy", "best"], "policy has to be one of: order, cheapest, least_busy"),
        (["--relay", "first,first"], "a list of different ids"),
        (["--relay", "first,nobody"], "There is no relay 'nobody'"),
    ],
)
def test_options_that_make_no_sense_are_refused_in_one_sentence(
    config: Path, capsys: pytest.CaptureFixture[str], argv: list[str], said: str
) -> None:
    assert _dispatch.main([*FOX, *argv]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_what_is_given_comes_before_the_environment_and_that_before_the_file(config: Path) -> None:
    file = {"KLINGKIT_CONFIG": str(config)}
    assert default_relays(["a", "b,c"], file) == ("a", "b", "c")
    assert default_relays(None, {**file, "KLINGKIT_RELAYS": " x , y"}) == ("x", "y")
    assert default_relays([], {**file, "KLINGKIT_RELAY": "z"}) == ("z",)
    assert default_relays(None, file) == ("down", "second")
    assert (default_policy(None, file), default_policy("cheapest", file)) == ("order", "cheapest")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('relays = "anyapi"', "line 1: relays has to be a list of different ids"),
        ('relays = ["nobody"]', "line 1: relays has to be a list"),
        ('relays = ["anyapi", "anyapi"]', "line 1: relays has to be a list"),
        ("relays = [[]]", "line 1: relays has to be a list"),
        ('policy = "best"', "line 1: policy has to be one of: order, cheapest, least_busy"),
        ("policy = []", "line 1: policy has to be one of"),
    ],
)
def test_a_slip_in_the_configuration_file_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        read_settings({"KLINGKIT_CONFIG": str(path)})
