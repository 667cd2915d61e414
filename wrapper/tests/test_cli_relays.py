"""`klingkit relays`: what there is, what one offers, and how it differs from the one spec."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

import klingkit
from klingkit._surface import METHODS
from klingkit.cli import _dispatch

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment without settings; the configuration file that would be read."""
    monkeypatch.delenv("KLINGKIT_RELAY", raising=False)
    monkeypatch.delenv("KLINGKIT_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    file = tmp_path / "klingkit" / "config.toml"
    file.parent.mkdir()
    return file


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> Any:
    assert _dispatch.main(["relays", *argv, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


def test_every_relay_is_listed_with_address_offer_and_review(capsys: pytest.CaptureFixture[str]) -> None:
    rows = told(capsys)
    assert [row["id"] for row in rows] == list(klingkit.relay_ids())
    for row in rows:
        if row["base_url"] is not None:
            with klingkit.Kling(row["id"], api_key="sk-0123456789") as kling:
                assert row["base_url"] == kling.base_url
        assert row["operations"]
        assert row["reviewed"].startswith("20")


def test_software_that_many_relays_run_has_no_address_and_says_what_it_drops(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = {row["id"]: row["base_url"] for row in told(capsys)}
    assert [relay for relay, address in rows.items() if address is None] == [
        "newapi-a1",
        "newapi-a2",
        "newapi-b",
        "newapi-c",
    ]
    facts = told(capsys, "show", "newapi-b")["operations"]["text-to-video"]
    assert "drops multi_prompt, multi_shot, shot_type, sound, watermark_info on the way" in facts["differs"]
    assert "negative_prompt" not in facts["lacks"]


@pytest.mark.parametrize("argv", [[], *(["show", relay] for relay in klingkit.relay_ids())])
def test_it_fits_80_columns(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(["relays", *argv]) == 0
    out = capsys.readouterr().out
    assert max(columns(line) for line in out.splitlines()) <= 80
    assert argv[-1] in out if argv else "draw.openai-next.com/kling" in out


@pytest.mark.parametrize(
    ("variables", "column", "source"),
    [
        ({}, "no", None),
        ({"KLINGKIT_ANYAPI_API_KEY": "sk-0123456789"}, "yes", "KLINGKIT_ANYAPI_API_KEY"),
        ({"KLINGKIT_API_KEY": "sk-0123456789"}, "shared", "KLINGKIT_API_KEY"),
    ],
)
def test_it_says_whether_a_key_is_found_and_never_shows_it(
    variables: dict[str, str],
    column: str,
    source: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    rows = {row["id"]: row["key_found_in"] for row in told(capsys)}
    assert rows["anyapi"] == source
    assert _dispatch.main(["relays"]) == 0
    assert _dispatch.main(["relays", "show", "anyapi"]) == 0
    out = capsys.readouterr().out
    assert column in next(line for line in out.splitlines() if line.startswith("anyapi")).split()
    assert "sk-0123456789" not in out


def test_show_tells_offer_evidence_requirements_and_gaps(capsys: pytest.CaptureFixture[str]) -> None:
    facts = told(capsys, "show", "anyapi")
    assert list(facts["operations"]) == [method.replace("_", "-") for method in METHODS.values()]
    offer = facts["operations"]["text-to-video"]
    assert offer["evidence"] == {"create": "documented", "get": "documented", "list": "assumed"}
    assert "multi_shot" in offer["requires"]
    assert offer["filled_in"]["multi_shot"] is False
    assert facts["operations"]["image-to-video"] is None
    assert "watermark_info" in facts["operations"]["multi-image-to-video"]["lacks"]


def test_show_tells_what_is_called_differently(capsys: pytest.CaptureFixture[str]) -> None:
    haoee = told(capsys, "show", "haoee")["operations"]["multi-image-to-image"]
    assert "scene_image is called scence_image" in haoee["differs"]
    assert "the header ModelName repeats model_name" in haoee["differs"]
    xiexus = told(capsys, "show", "xiexus")["operations"]["image-to-video"]
    assert "model_name is called model" in xiexus["differs"]
    assert "duration is a number" in xiexus["differs"]
    assert "fps" in xiexus["beyond_the_spec"]


def test_a_relay_of_the_users_own_is_listed_with_what_it_inherits(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text('[relay.mirror]\nlike = "anyapi"\nbase_url = "https://mirror.example"\n', encoding="utf-8")
    facts = told(capsys, "show", "mirror")
    assert facts["like"] == "anyapi"
    assert facts["base_url"] == "https://mirror.example/kling"
    assert facts["operations"] == told(capsys, "show", "anyapi")["operations"]
    assert told(capsys)[-1]["id"] == "mirror"


def test_a_relay_without_documents_is_shown_as_one(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text('[relay.new]\nbase_url = "https://new.example"\ndialect = "kling"\n', encoding="utf-8")
    assert set(told(capsys, "show", "new")["operations"].values()) == {None}
    assert _dispatch.main(["relays"]) == 0
    assert "--allow-undocumented" in capsys.readouterr().out


def test_an_unknown_relay_and_a_broken_file_end_as_one_sentence(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _dispatch.main(["relays", "show", "nope"]) == 2
    assert "choose one of: official" in capsys.readouterr().err
    config.write_text("\n[relay", encoding="utf-8")
    assert _dispatch.main(["relays"]) == 2
    err = capsys.readouterr().err
    assert "config.toml, line 2: " in err
    assert err.count("\n") == 1


def test_characters_the_output_cannot_take_are_escaped() -> None:
    command = [sys.executable, "-m", "klingkit.cli", "relays", "show", "haoee"]
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, env=environ, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"haoee (\u597d\u6613" in done.stdout


def test_the_client_needs_no_package_of_the_commands() -> None:
    code = (
        "import sys; from klingkit import Kling; Kling('anyapi', api_key='sk-0123456789').video; "
        "print(sorted({'typer', 'rich'} & set(sys.modules)), 'klingkit._settings' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] False\n"
