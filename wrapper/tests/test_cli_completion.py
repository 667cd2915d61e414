"""Shell completion: commands, options, words, and what a shell really makes of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from klingkit.cli import _dispatch

BASH = shutil.which("bash")


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


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_shown(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(["--show-completion", shell]) == 0
    assert "_KLINGKIT_COMPLETE" in capsys.readouterr().out


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
