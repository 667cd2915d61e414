"""`klingkit check` with a baseline and with other formats, against the emulator."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest

from klingkit.cli import main
from klingkit_contract.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Ran

HONEST = ["check", "--all-emulated", "--relay", "haoee", "--check", "unknown-path", "--check", "auth-missing"]
BROKEN = [*HONEST, "--defect", "missing-auth-accepted"]


@pytest.fixture
def accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A baseline of the broken relay, each entry with a reason."""
    path = tmp_path / "baseline.toml"
    assert main([*BROKEN, "--write-baseline", str(path)]) == 0
    assert "new and unreviewed; 0 gone" in " ".join(capsys.readouterr().out.split())
    path.write_text(path.read_text().replace('"unreviewed"', '"they know"'))
    return path


def test_a_run_under_its_own_baseline_passes_and_tells_the_deviations_apart(
    accepted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*BROKEN, "--baseline", str(accepted)]) == 0
    out = capsys.readouterr().out
    assert "no findings" in out
    assert "known deviations, accepted by the baseline" in out
    assert "they know" in out


def test_a_finding_beside_the_baseline_still_fails(accepted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head, first, *others = accepted.read_text().split("\n[[accepted]]\n")
    accepted.write_text("\n[[accepted]]\n".join([head, *others]))
    assert main([*BROKEN, "--baseline", str(accepted), "--only-new"]) == 1
    captured = capsys.readouterr()
    entry = tomllib.loads(first)
    place = f"haoee {entry['operation']} auth-missing"
    assert [line.split(": ")[:2] for line in captured.out.splitlines()] == [["new critical", place]]
    assert captured.err == ""


def test_only_new_is_silent_when_nothing_is(accepted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*BROKEN, "--baseline", str(accepted), "--only-new", "--report", str(tmp_path / "out")]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
    assert (tmp_path / "out" / "index.html").exists()


def test_what_is_gone_is_told_and_does_not_fail(accepted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = len(tomllib.loads(accepted.read_text())["accepted"])
    assert main([*HONEST, "--baseline", str(accepted), "--only-new"]) == 0
    assert [line.split(": ")[0] for line in capsys.readouterr().out.splitlines()] == ["gone"] * entries


def test_writing_again_keeps_reasons_and_drops_what_is_gone(accepted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = accepted.read_text()
    assert main([*BROKEN, "--write-baseline", str(accepted)]) == 0
    assert accepted.read_text() == before
    assert main([*HONEST, "--baseline", str(accepted), "--write-baseline", str(accepted)]) == 0
    assert tomllib.loads(accepted.read_text()) == {"version": 1}
    assert "gone and left out" in " ".join(capsys.readouterr().out.split())


def test_an_acceptance_that_is_over_fails_and_is_not_prolonged(accepted: Path) -> None:
    over = accepted.read_text().replace('"they know"', '"they know"\nuntil = 2020-01-01')
    accepted.write_text(over)
    assert main([*BROKEN, "--baseline", str(accepted), "--write-baseline", str(accepted)]) == 1
    assert tomllib.loads(accepted.read_text()) == tomllib.loads(over)


def test_json_on_stdout_is_the_matrix_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*BROKEN, "--format", "json", "--report", str(tmp_path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == (tmp_path / "matrix.json").read_text("utf-8")
    assert json.loads(captured.out)["summary"]["findings"]["critical"] > 0
    assert "wrote" in captured.err


def test_github_and_markdown_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*BROKEN, "--format", "github"]) == 1
    assert all(line.startswith("::") for line in capsys.readouterr().out.splitlines())
    assert main([*BROKEN, "--format", "markdown"]) == 1
    assert capsys.readouterr().out.startswith("<!-- klingkit check -->\n")


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["--baseline", "/nowhere/b.toml"], "there is no baseline /nowhere/b.toml; --write-baseline"),
        (["--write-baseline", "/dev/null/b.toml"], "the baseline cannot be written to /dev/null/b.toml"),
        (["--only-new", "--format", "json"], "--only-new prints plain lines; leave out --format"),
    ],
)
def test_misuse_ends_with_2_and_one_sentence_before_anything_is_asked(
    argv: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*HONEST, *argv]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in captured.err
    assert captured.err.count("\n") == 1


NARROW = {"operations": frozenset({"video_text2video_create", "video_text2video_get"}), "wait": 0.5}


def test_two_runs_of_the_same_relay_have_the_same_signatures(on_emulator: Callable[..., Ran]) -> None:
    runs = [
        on_emulator(["anyapi"], defects=["status-word"], checks=["status-known"], seed=seed, **NARROW)
        for seed in (0, 1)
    ]
    found = [
        sorted(
            (cell.operation, finding.signature)
            for cell in ran.results.cells.values()
            for finding in cell.findings
            if cell.verdict is Verdict.FINDING
        )
        for ran in runs
    ]
    assert found[0] == found[1] != []
    assert all('"finished_ok"' in signature for _, signature in found[0])
