"""The command `klingkit`: finding subcommands, and ending with the right sentence and exit status."""

from __future__ import annotations

import errno
import subprocess
import sys
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

import pytest

from klingkit.cli import _dispatch

if TYPE_CHECKING:
    from collections.abc import Sequence


class OwnError(Exception):
    """An error of some package that names its exit status."""

    exit_status = 2


def plant(monkeypatch: pytest.MonkeyPatch, behaviour: object) -> None:
    """Make `klingkit probe` do `behaviour`: raise it, call it, or return it."""

    def command(argv: Sequence[str]) -> int:
        if isinstance(behaviour, BaseException):
            raise behaviour
        return behaviour(argv) if callable(behaviour) else behaviour  # type: ignore[return-value]

    class Probe(EntryPoint):
        def load(self) -> object:
            return command

    entry = Probe("probe", "klingkit.cli._dispatch:main", _dispatch.GROUP)
    monkeypatch.setattr(_dispatch, "entry_points", lambda group: [entry])


def test_overview_lists_every_command_with_its_one_line_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(["--help"]) == 0
    out = capsys.readouterr().out
    for name in ("check", "demo", "emulate", "spec"):
        (line,) = [line for line in out.splitlines() if line.startswith(f"  {name} ")]
        assert len(line.split()) > 3
    assert all(len(line) <= 80 for line in out.splitlines())


def test_overview_imports_no_command() -> None:
    code = (
        "import sys; from klingkit.cli import main; main(['--help']); "
        "print(sorted(set(sys.modules) & {'typer', 'schemathesis', 'starlette', 'yaml', 'httpx'}))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


def test_no_command_shows_the_overview_and_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main([]) == 2
    assert "Usage: klingkit" in capsys.readouterr().out


def test_unknown_command_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(["chekc"]) == 2
    err = capsys.readouterr().err
    assert "'chekc'" in err
    assert "check, demo, doctor, emulate, generate, proxy, relays, spec, tap, task" in err


def test_every_command_can_be_loaded() -> None:
    for entry in entry_points(group=_dispatch.GROUP):
        assert callable(entry.load())


def test_status_of_the_command_is_the_status_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, 1)
    assert _dispatch.main(["probe"]) == 1


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (OwnError("mend it."), 2, "klingkit probe: mend it."),
        (KeyboardInterrupt(), 130, "klingkit probe: interrupted."),
        (OSError(errno.ENOSPC, "No space left on device", "out/a.mp4"), 2, "out/a.mp4: the disk is full"),
        (OSError(errno.EADDRINUSE, "Address already in use"), 2, "the port is in use; choose another with --port"),
        (PermissionError(errno.EACCES, "Permission denied", "/sealed"), 2, "/sealed: permission denied"),
    ],
)
def test_expected_failures_end_as_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    sentence: str,
) -> None:
    plant(monkeypatch, error)
    assert _dispatch.main(["probe"]) == status
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["demo", "--ot", "x"], "klingkit demo: No such option: --ot"),
        (["spec", "read"], "klingkit spec: Missing argument 'FILE'. `klingkit spec read --help` tells more."),
        (["emulate", "--port", "many"], "klingkit emulate: Invalid value for '--port'"),
    ],
)
def test_misused_options_end_as_one_sentence(
    capsys: pytest.CaptureFixture[str], argv: list[str], sentence: str
) -> None:
    assert _dispatch.main(argv) == 2
    err = capsys.readouterr().err
    assert err.startswith(sentence)
    assert err.count("\n") == 1


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        _dispatch.main(["probe"])


def test_missing_extra_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = EntryPoint("probe", "a_package_nobody_has.cli:main [contract]", _dispatch.GROUP)
    monkeypatch.setattr(_dispatch, "entry_points", lambda group: [entry])
    assert _dispatch.main(["probe"]) == 2
    assert "pip install 'klingkit[contract]'" in capsys.readouterr().err
