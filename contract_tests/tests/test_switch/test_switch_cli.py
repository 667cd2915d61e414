"""The command, and what it learns from kept runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from klingkit.cli import main
from klingkit_contract.events import CellFinished, FieldsCompared, RelayFinished, RunFinished, RunStarted, collect
from klingkit_contract.findings import Cell, Field, Finding, Severity, Verdict
from klingkit_contract.history.database import Database
from klingkit_contract.history.keeping import keep

if TYPE_CHECKING:
    from pathlib import Path

CREATE, GET = "video_text2video_create", "video_text2video_get"
CODE = 'kling.video.text_to_video("x", model_name="kling-v3"{})\n'
RAW = 'httpx.get(f"https://r.example/kling/v1/videos/text2video/{id}")\n'


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program, a history of its own, and a terminal 80 wide."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "80")
    file = tmp_path / "app.py"
    file.write_text(CODE.format(", duration=5"))
    return file


# What haoee does not have.
ELSEWHERE = 'kling.video.multi_image_to_video(["a.png"], model_name="kling-v1-6")\n'


def can_switch(*argv: str) -> int:
    return main(["check", "can-switch", *argv])


def keep_run(tmp_path: Path, relay: str, *cells: Cell, fields: tuple[str, ...] = ()) -> None:
    rows = tuple(Field(relay, GET, place, ("string",), True, ("string",), 2, 2, "") for place in fields)
    stream = [
        RunStarted({relay: "https://relay.example"}, (CREATE, GET), (), 0, 0),
        *map(CellFinished, cells),
        FieldsCompared(relay, rows),
        RelayFinished(relay, 1, 0, 1.0),
        RunFinished(1.0),
    ]
    file = tmp_path / "state" / "klingkit" / "history.sqlite3"
    keep(
        Database(f"sqlite:///{file}"),
        collect(stream),
        {relay: "https://relay.example"},
        datetime(2026, 3, 1, tzinfo=UTC),
    )


def red(relay: str, check: str, severity: Severity = Severity.HIGH, operation: str = GET) -> Cell:
    found = Finding(relay, operation, check, severity, "promised", "", f"saw {check}.", "", signature=check)
    return Cell(relay, operation, check, Verdict.FINDING, findings=(found,))


def test_code_that_can_move_ends_with_0(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert can_switch("--from", "anyapi", "--to", "official", "--used-by", str(app)) == 0
    out = capsys.readouterr().out
    assert out.startswith("Can switch: anyapi → official, for what")
    assert "no run of official is kept" in " ".join(out.split())


def test_code_that_cannot_ends_with_1_within_80_columns(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app.write_text(ELSEWHERE)
    assert can_switch("--from", "anyapi", "--to", "haoee", "--used-by", str(app.parent)) == 1
    out = capsys.readouterr().out
    assert out.startswith("Cannot switch: anyapi → haoee")
    assert "Blocks: does not work there as it is" in out
    # The path of the program is longer than a line; what is ours fits.
    assert max(len(line) for line in out.splitlines() if str(app.parent) not in line) <= 80


def test_json_has_every_reason(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app.write_text(ELSEWHERE)
    assert can_switch("--from", "anyapi", "--to", "haoee", "--used-by", str(app), "--json", "--no-history") == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["from"], document["to"], document["can"]) == ("anyapi", "haoee", False)
    assert document["operations"] == ["video_multi_image2video_create", "video_multi_image2video_get"]
    assert {reason["rating"] for reason in document["reasons"]} == {"blocks"}
    assert document["reasons"][0]["where"] == [f"{app}:1"]


def test_a_field_that_was_lost_on_the_way_blocks_who_uses_it(
    app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_run(tmp_path, "official", red("official", "result-length"))
    asked = ("--from", "anyapi", "--to", "official", "--used-by", str(app))
    assert can_switch(*asked) == 1
    assert "duration dropped by the gateway: result-length, high, in run 1" in " ".join(capsys.readouterr().out.split())
    app.write_text(CODE.format(""))
    assert can_switch(*asked) == 0
    assert "dropped by the gateway" in capsys.readouterr().out


def test_broken_promises_count_by_how_bad_they_are_unless_the_code_lives_with_them(
    app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = (red("official", "html-page"), red("official", "status-known"), red("official", "list-pages", Severity.LOW))
    keep_run(tmp_path, "official", *cells)
    asked = ("--from", "anyapi", "--to", "official", "--used-by", str(app), "--json")
    assert can_switch(*asked) == 1
    found = {
        reason["words"].split(",")[0]: reason["rating"] for reason in json.loads(capsys.readouterr().out)["reasons"]
    }
    assert found == {"html-page": "blocks", "status-known": "costs", "list-pages": "note"}
    keep_run(tmp_path, "anyapi", red("anyapi", "html-page"))
    assert can_switch(*asked) == 0
    assert "html-page" not in capsys.readouterr().out


def test_an_operation_that_a_run_did_not_find_blocks(
    app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = "assumed from the official documents only, and the relay does not have it"
    keep_run(
        tmp_path, "official", Cell("official", GET, "x", Verdict.NOT_APPLICABLE, reason, extra={"evidence": "assumed"})
    )
    assert can_switch("--from", "anyapi", "--to", "official", "--used-by", str(app)) == 1
    assert "official did not have it in run 1" in capsys.readouterr().out


def test_answers_without_a_field_that_was_always_there_cost_who_reads_them(
    app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_run(tmp_path, "anyapi", Cell("anyapi", GET, "x", Verdict.PASS), fields=("data.task_id", "data.extra"))
    keep_run(tmp_path, "official", Cell("official", GET, "x", Verdict.PASS), fields=("data.task_id",))
    app.write_text(RAW)
    assert can_switch("--from", "anyapi", "--to", "official", "--used-by", str(app)) == 0
    assert "answers of official came without data.extra." in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["--from", "anyapi", "--to", "nowhere"], "there is no relay 'nowhere'; choose from official"),
        (["--from", "anyapi", "--to", "anyapi"], "--from and --to name the same relay"),
        (["--from", "anyapi", "--to", "haoee", "--used-by", "/nowhere/app.py"], "cannot be read (No such file"),
        (["--from", "anyapi", "--to", "haoee", "--used-by", "/dev/null"], "is neither .py nor .json nor .har"),
        (["--from", "anyapi"], "Missing option '--to'"),
    ],
)
def test_misuse_ends_with_2_and_one_sentence(
    argv: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert can_switch(*argv) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("x = (", "is no Python that this Python reads"), ("x = 1", "no request to a relay was found")],
)
def test_code_that_says_nothing_ends_with_2(
    app: Path, content: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app.write_text(content)
    assert can_switch("--from", "anyapi", "--to", "haoee", "--used-by", str(app)) == 2
    assert sentence in capsys.readouterr().err
