"""Shell completion: commands, options, words, and what a shell really makes of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import shellingham

from klingkit.cli import _dispatch

BASH = shutil.which("bash")


def inside(monkeypatch: pytest.MonkeyPatch, shell: str | None) -> None:
    """Let the process look as if it was started from that shell, or from none (a service, a container's build)."""

    def detect(*_: object) -> tuple[str, str]:
        if shell is None:
            raise shellingham.ShellDetectionFailure
        return shell, shell

    monkeypatch.setattr(shellingham, "detect_shell", detect)


def completed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """Return what is offered for the last of `words`."""
    monkeypatch.setenv("_KLINGKIT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", " ".join(words))
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    assert _dispatch.main([]) == 0
    return capsys.readouterr().out.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["klingkit", "gen"], ["generate"]),
        (["klingkit", "generate", "omni"], ["omni-video", "omni-image"]),
        (["klingkit", "generate", "text-to-video", "--mo"], ["--model", "--model-name", "--mode"]),
        (["klingkit", "generate", "omni-video", "--mode", ""], ["std", "pro", "4k"]),
        (["klingkit", "generate", "omni-video", "--model", ""], ["kling-v3-omni", "kling-video-o1"]),
        (["klingkit", "task", "l"], ["list"]),
        (["klingkit", "task", "list", "--operation", "ex"], ["extend-video", "expand-image"]),
        (["klingkit", "task", "list", "--relay", "anya"], ["anyapi"]),
        (["klingkit", "relays", "s"], ["show"]),
        (["klingkit", "hologram", "x"], []),
    ],
    ids=" ".join,
)
def test_what_is_begun_is_completed(
    words: list[str], offered: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert completed(monkeypatch, capsys, *words) == offered


def test_an_open_quotation_mark_does_no_harm(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    completed(monkeypatch, capsys, "klingkit", "generate", "text-to-video", '"a fox')


@pytest.mark.parametrize(
    ("shell", "own"), [("bash", "COMP_WORDS"), ("zsh", "#compdef klingkit"), ("fish", "complete --command klingkit")]
)
@pytest.mark.parametrize("around", ["no shell", "tcsh"])
def test_the_script_of_the_shell_that_is_named_is_shown_whatever_shell_is_around(
    shell: str, own: str, around: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inside(monkeypatch, None if around == "no shell" else around)
    assert _dispatch.main(["--show-completion", shell]) == 0
    script = capsys.readouterr().out
    assert own in script
    assert "_KLINGKIT_COMPLETE" in script


def test_without_a_name_the_script_of_the_shell_around_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inside(monkeypatch, "zsh")
    assert _dispatch.main(["--show-completion"]) == 0
    assert "#compdef klingkit" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["tcsh"], ["bash", "zsh"]], ids=" ".join)
@pytest.mark.parametrize("option", ["--show-completion", "--install-completion"])
def test_where_no_known_shell_is_meant_a_sentence_asks_for_one(
    option: str, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inside(monkeypatch, None)
    assert _dispatch.main([option, *words]) == 2
    told = capsys.readouterr()
    assert told.err == f"klingkit: say for which shell: {option} bash|zsh|fish|powershell|pwsh.\n"
    assert not told.out


def test_the_script_is_installed_for_the_shell_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inside(monkeypatch, None)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert _dispatch.main(["--install-completion", "bash"]) == 0
    assert "bash completion installed in" in capsys.readouterr().out
    assert any("_KLINGKIT_COMPLETE" in path.read_text() for path in tmp_path.rglob("*.sh"))


def test_without_the_packages_for_it_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "typer", None)
    monkeypatch.delitem(sys.modules, "klingkit.cli._completion", raising=False)
    monkeypatch.delattr("klingkit.cli._completion", raising=False)
    assert _dispatch.main(["--show-completion"]) == 2
    assert "pip install 'klingkit[cli]'" in capsys.readouterr().err


@pytest.mark.skipif(BASH is None, reason="there is no bash here to try it in")
def test_bash_completes_with_the_script(tmp_path: Path) -> None:
    command = Path(sysconfig.get_path("scripts")) / "klingkit"
    script = f"""
        source <({command} --show-completion bash)
        COMP_WORDS=(klingkit task l); COMP_CWORD=2
        _klingkit_completion {command}
        echo "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        [str(BASH), "--norc", "-c", script], capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path
    )
    assert done.stdout.split() == ["list"]
