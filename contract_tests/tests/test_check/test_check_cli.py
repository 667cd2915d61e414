"""The command: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from klingkit.cli import main
from klingkit_contract.catalogue import CATALOGUE
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from pathlib import Path

QUICK = ["--relay", "haoee", "--check", "unknown-path", "--check", "auth-missing"]


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KLINGKIT_API_KEY", "KLINGKIT_HAOEE_API_KEY", "KLINGKIT_OTHER_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


def test_honest_relays_end_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--all-emulated", *QUICK]) == 0
    out = capsys.readouterr().out
    assert "no findings" in out
    assert max(map(len, out.splitlines())) <= 80


def test_findings_end_with_1_and_are_in_every_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "reports"
    status = main(["check", "--all-emulated", *QUICK, "--defect", "missing-auth-accepted", "--report", str(folder)])
    assert status == 1
    out = capsys.readouterr().out
    assert "auth-missing" in out
    assert sorted(path.name for path in folder.iterdir()) == [
        "findings.sarif",
        "index.html",
        "junit.xml",
        "matrix.json",
        "report.md",
    ]
    document = json.loads((folder / "matrix.json").read_text())
    findings = [finding for cell in document["cells"] for finding in cell["findings"]]
    assert {finding["check"] for finding in findings} == {"auth-missing"}
    assert "--all-emulated --defect missing-auth-accepted --relay haoee" in findings[0]["reproduce"]
    assert "sk-emulator" not in out + "".join(path.read_text() for path in folder.iterdir())


def test_a_running_relay_is_checked_at_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with launch(["haoee"]) as emulator:
        monkeypatch.setenv("KLINGKIT_HAOEE_API_KEY", emulator.api_key)
        assert main(["check", *QUICK, "--base-url", emulator.base_url("haoee"), "--rate", "0"]) == 0
        assert emulator.charges("haoee") == 0


def test_the_list_shows_every_check_within_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--list"]) == 0
    out = capsys.readouterr().out
    assert [entry.check.id for entry in CATALOGUE if entry.check.id not in out] == []
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ([], "name what to check: --relay ID, or --all-emulated"),
        (["--relay", "nowhere"], "there is no relay 'nowhere'; choose from official"),
        (["--relay", "haoee"], "no key for haoee: give --api-key or set KLINGKIT_HAOEE_API_KEY or KLINGKIT_API_KEY"),
        (["--relay", "haoee", "--check", "nothing"], "there is no check 'nothing'"),
        (["--relay", "haoee", "--api-key", "k", "--base-url", "http://127.0.0.1:9"], "does not answer"),
        (["--relay", "haoee", "--api-key", "k", "--base-url", "nonsense"], "is no address to check"),
        (["--relay", "haoee", "--relay", "anyapi", "--api-key", "k", "--base-url", "http://x"], "go with one --relay"),
        (["--relay", "haoee", "--api-key", "k", "--budget", "-1"], "--budget is the number of creates"),
        (["--relay", "haoee", "--api-key", "k", "--rate", "fast"], "'fast' is no rate"),
        (["--relay", "haoee", "--api-key", "k", "--wait", "0"], "--wait is a number of seconds"),
        (["--relay", "haoee", "--defect", "stuck"], "--defect plants a defect in an emulated relay"),
        (["--all-emulated", "--api-key", "k"], "--all-emulated brings its own address and key"),
        (["--all-emulated", "--relay", "nowhere"], "there is no relay 'nowhere'"),
        (["--all-emulated", "--defect", "nothing"], "there is no defect 'nothing'"),
        (["--all-emulated", "--report", "/dev/null/x"], "the reports cannot be written to /dev/null/x"),
    ],
)
def test_misuse_ends_with_2_and_one_sentence(
    argv: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *argv]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("klingkit check: ")
    assert sentence in captured.err
    assert captured.err.count("\n") == 1
