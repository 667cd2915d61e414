"""``klingkit spec ingest`` and the client that is generated anew."""

from __future__ import annotations

import importlib.util
import runpy
import shutil
from pathlib import Path

import pytest

import klingkit_data
from klingkit_spec import ingest as ingest_module
from klingkit_spec.cli import client as client_module
from klingkit_spec.client_generator import ClientError

DESK = runpy.run_path(str(Path(__file__).parent / "desk.py"))
changed = DESK["changed"]
run = DESK["run"]
said = DESK["said"]


@pytest.fixture
def widening(clone: Path, tmp_path: Path) -> Path:
    """A page that changes the one spec: the relay now documents an operation that it did not have."""
    shutil.copy(klingkit_data.path("relays.toml").parent / "client.yaml", clone)
    (clone.parent / "generated_client").mkdir()
    page = tmp_path / "q.yaml"
    text = (clone / "sources/anyapi/query-text2video.yaml").read_text(encoding="utf-8")
    page.write_text(text.replace("text2video/{id}", "lip-sync/{id}"), encoding="utf-8")
    return page


def only_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the build succeed with a changed one spec, without writing fixes and overlays for it."""

    def built(_home: Path, _planned: object) -> ingest_module.Outcome:
        return ingest_module.Outcome(outputs=[ingest_module.Difference("resolved/kling.openapi.yaml", "changed")])

    monkeypatch.setattr(ingest_module, "carry_out", built)


def test_the_client_is_generated_when_the_one_spec_changed(
    clone: Path, widening: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    only_the_client(monkeypatch)
    monkeypatch.setattr(client_module, "client", lambda root: asked.append(root))

    assert run(widening, "anyapi", clone) == 0
    assert asked == [clone]


def test_a_client_that_is_refused_is_one_more_decision(
    clone: Path, widening: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(root: Path) -> int:
        raise ClientError("the generator left out GET /v1/x; simplify the operation.")

    only_the_client(monkeypatch)
    monkeypatch.setattr(client_module, "client", refuse)

    assert run(widening, "anyapi", clone) == 1
    assert "client.yaml the generator left out GET /v1/x; simplify the operation. Then run:" in said(capsys)


def test_without_the_generator_the_client_stays_with_a_note(
    clone: Path, widening: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only_the_client(monkeypatch)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    assert run(widening, "anyapi", clone) == 0
    assert "The client stays: its generator is not installed." in said(capsys)
