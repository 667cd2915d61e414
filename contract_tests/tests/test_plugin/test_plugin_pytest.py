"""The plugin in a pytest of its own: each check is a test, nothing is spent, and without its option it is not there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str]]

QUICK = ("-m", "klingkit_relay", "-k", "auth-missing or unknown-path or task-ends")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run pytest in a folder with one test of its own; return its exit status and what it says."""
    (tmp_path / "test_own.py").write_text("def test_of_their_own():\n    pass\n")

    def in_folder(*argv: str, key: str = "") -> tuple[int, str]:
        # Without the plugins of others, which take longer to load than all of this to run.
        environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        plugins = ["-p", "klingkit_contract.plugin", "-p", "no:cacheprovider"]
        command = [sys.executable, "-m", "pytest", *plugins, "-W", "error", "-rA", *argv]
        environ |= {"KLINGKIT_HAOEE_API_KEY": key} if key else {}
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=100)
        return done.returncode, done.stdout + done.stderr

    return in_folder


def test_each_check_of_an_honest_relay_is_a_test_and_nothing_is_spent(run: Run) -> None:
    with launch(["haoee"]) as emulator:
        there = ("--klingkit-relay", "haoee", "--klingkit-base-url", emulator.base_url("haoee"))
        status, said = run(*there, *QUICK, key=emulator.api_key)
        assert emulator.charges("haoee") == 0
    assert status == 0, said
    assert "PASSED klingkit[haoee]::image_multi_image2image_get::auth-missing" in said
    assert "PASSED klingkit[haoee]::relay::unknown-path" in said
    assert re.search(r"SKIPPED .*not tested: needs --budget 1 or more", said)
    assert "test_of_their_own" not in said


def test_a_broken_promise_fails_its_test_with_promise_and_command(run: Run, tmp_path: Path) -> None:
    with launch(["haoee"], defects=["missing-auth-accepted"]) as emulator:
        there = ("--klingkit-relay", "haoee", "--klingkit-base-url", emulator.base_url("haoee"))
        status, said = run(*there, *QUICK, key=emulator.api_key)
    assert status == 1, said
    assert "FAILED klingkit[haoee]::image_multi_image2image_list::auth-missing" in said
    assert "promised: A request without a key is answered 401 or 403." in said
    assert "reproduce: klingkit check --base-url" in said
    assert "Traceback" not in said
    assert emulator.api_key not in said


def test_tests_are_listed_without_asking_anybody(run: Run) -> None:
    gone = ("--klingkit-relay", "haoee", "--klingkit-base-url", "http://127.0.0.1:9")
    status, said = run(*gone, "--collect-only", "-q", key="sk-some-key")
    assert status == 0
    assert "klingkit[haoee]::image_multi_image2image_create::limits" in said
    assert "test_of_their_own" in said


def test_a_relay_that_does_not_answer_is_an_error_of_every_test(run: Run) -> None:
    gone = ("--klingkit-relay", "haoee", "--klingkit-base-url", "http://127.0.0.1:9")
    status, said = run(*gone, *QUICK, key="sk-some-key")
    assert status == 1
    assert "haoee at http://127.0.0.1:9/kling does not answer" in said


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("--klingkit-relay", "nowhere"), "there is no relay 'nowhere'; choose from official"),
        (("--klingkit-relay", "haoee", "--klingkit-max-cost", "much"), "--klingkit-max-cost has to be a number of US"),
        (("-p", "xdist.plugin", "--klingkit-relay", "haoee", "-n", "2"), "--klingkit-relay asks a relay once"),
    ],
)
def test_misuse_is_told_before_anything_is_collected(run: Run, argv: tuple[str, ...], sentence: str) -> None:
    status, said = run(*argv, key="sk-some-key")
    assert status == 4
    assert sentence in said


def test_pytest_finds_the_plugin_by_itself() -> None:
    found = entry_points(group="pytest11", name="klingkit")
    assert {each.value for each in found} == {"klingkit_contract.plugin"}


def test_without_its_option_the_plugin_loads_nothing_of_the_checks() -> None:
    code = "import sys, klingkit_contract.plugin; print([m for m in sys.modules if m.startswith('klingkit_contract.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "['klingkit_contract.plugin']"
