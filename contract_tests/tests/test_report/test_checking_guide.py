"""The guide's examples are real: options exist, the baseline parses, the workflow is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
import yaml

from klingkit_contract import baseline_file
from klingkit_contract.cli import can_switch, diff, prune
from klingkit_contract.cli.check import app
from klingkit_contract.findings import Disagreement, Verdict
from klingkit_contract.report.markdown import MARK
from klingkit_contract.switch.reasons import Kind

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "checking.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def workflow():
    (source,) = blocks("yaml")
    return yaml.load(source, Loader=yaml.BaseLoader)


def test_every_option_that_is_shown_exists():
    commands = [typer.main.get_command(each) for each in (app, diff.app, prune.app)]
    known = {name for command in commands for parameter in command.params for name in parameter.opts} | {"--help"}
    shown = [
        option
        for line in re.findall(r"klingkit check[^\n|`]*(?:\n +--[^\n]*)?", GUIDE)
        for option in re.findall(r"--[a-z-]+", line)
    ]
    assert len(shown) > 10
    assert set(shown) - known == set()


def test_every_verdict_is_explained():
    table = GUIDE.split("| Verdict |")[1].split("\n\n")[0]
    assert re.findall(r"^\| ([a-z ]+?) \|", table, re.MULTILINE) == [
        Verdict.PASS,
        Verdict.FINDING,
        Verdict.KNOWN,
        Verdict.NOT_TESTED,
        Verdict.NOT_APPLICABLE,
    ]


def test_the_baseline_that_is_shown_is_one():
    (source,) = blocks("toml")
    (entry,) = baseline_file.parse(source, "guide")
    assert entry.acceptance.until is not None


def test_the_workflow_has_the_rights_its_steps_need_and_no_more(workflow):
    (job,) = workflow["jobs"].values()
    assert workflow["permissions"] == {}
    assert job["permissions"] == {"contents": "read", "security-events": "write", "pull-requests": "write"}
    assert set(workflow["on"]) == {"schedule", "workflow_dispatch", "pull_request"}


def test_the_workflow_never_writes_an_expression_into_a_script(workflow):
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "${{" in step.get("run", "")] == []


def test_the_comment_is_found_again_by_the_mark_of_the_report(workflow):
    (job,) = workflow["jobs"].values()
    assert MARK in job["steps"][-1]["run"]


def test_every_line_for_cron_is_one():
    lines = [line for block in blocks("cron") for line in block.splitlines() if not line.startswith("#")]
    assert len(lines) == 2
    for line in lines:
        *times, command = line.split(maxsplit=5)
        assert all(re.fullmatch(r"\*|\d{1,2}", time) for time in times), line
        assert "klingkit check " in command
        assert "%" not in command  # cron would end the command there


def test_every_expression_and_step_of_the_workflow_is_whole(workflow):
    (job,) = workflow["jobs"].values()
    uses = [step["uses"] for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", action) for action in uses)
    for step in job["steps"]:
        assert ("uses" in step) is not ("run" in step), step
        assert {"name", "uses", "run", "with", "env", "if"} >= step.keys()
    source = yaml.safe_dump(workflow)
    known = re.findall(r"\$\{\{ (?:secrets|inputs|github)\.[\w.]+(?: \|\| '0')? \}\}", source)
    assert source.count("${{") == len(known) > 5
    assert set(re.findall(r"inputs\.(\w+)", source)) == set(workflow["on"]["workflow_dispatch"]["inputs"])


def test_the_script_of_the_workflow_reads_only_variables_that_its_step_sets(workflow):
    (job,) = workflow["jobs"].values()
    for step in job["steps"]:
        own = set(re.findall(r"^ *(\w+)=", step.get("run", ""), re.MULTILINE))
        read = set(re.findall(r"\$\{?(\w+)", step.get("run", "")))
        assert read <= step.get("env", {}).keys() | own, step["name"]


def test_every_reason_of_a_move_is_explained():
    guide = (Path(__file__).resolve().parents[3] / "docs" / "switching.md").read_text("utf-8")
    table = guide.split("| Reason |")[1].split("\n\n")[0]
    told = [kind for kind in Kind if kind is not Kind.UNSEEN]
    assert [kind for kind in told if str(kind).removeprefix("operation ").removeprefix("another ") not in table] == []


def test_every_way_to_differ_is_explained():
    table = GUIDE.split("| They differ |")[1].split("\n\n")[0]
    assert re.findall(r"^\| ([a-z, ]+?) \|", table, re.MULTILINE) == list(Disagreement)


def test_the_example_of_a_move_is_what_the_command_prints(tmp_path, monkeypatch, capsys):
    guide = (Path(__file__).resolve().parents[3] / "docs" / "switching.md").read_text("utf-8")
    shown = guide.split("```console\n$ ")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    call = 'kling.video.multi_image_to_video(["fox.png"], "A fox", model_name="kling-v1-6")'
    Path("app.py").write_text(f"from klingkit import Kling\n\nkling = Kling(relay='anyapi')\n{call}\n")
    command, _, answer = shown.partition("\n")
    assert can_switch.main(command.split()[3:]) == 1
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == answer.rstrip("\n").split("\n")
