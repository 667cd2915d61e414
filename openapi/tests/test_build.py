"""``klingkit spec build`` as people run it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

import klingkit_data
from klingkit_spec.cli import spec
from klingkit_spec.cli.build import CloneNeededError
from klingkit_spec.outputs import Difference, differences, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this clone's openapi folder, inputs and outputs."""
    home = klingkit_data.path("relays.toml").parent
    copy = tmp_path_factory.mktemp("openapi")
    for folder in ("sources", "fixes", "overlays", "extracted", "resolved"):
        shutil.copytree(home / folder, copy / folder)
    for name in ("relays.toml", "dialects.toml", "verdicts.toml"):
        shutil.copy(home / name, copy / name)
    return copy


@pytest.fixture
def clone(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "openapi")


def test_this_clone_is_up_to_date_and_the_summary_counts_what_it_is_made_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert spec.main(["build", "--check"]) == 0

    summary, verdict = capsys.readouterr().out.splitlines()
    assert verdict == "Everything is up to date."
    counted = summary.split(", ")
    assert counted[:2] == ["9 relays", "95 operations"]
    assert counted[2].endswith(" fixes")
    assert counted[3].endswith(" conflicts settled")
    assert counted[4].endswith(" s")


EDITED = (
    "extracted/anyapi.openapi.yaml",
    "resolved/kling.openapi.yaml",
    "resolved/relays/haoee.openapi.yaml",
    "resolved/report.md",
    "resolved/surface.json",
)


def test_what_was_edited_removed_or_added_by_hand_is_named_and_left_as_it_is(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited = {name: (clone / name).read_text(encoding="utf-8").replace("video", "vidio", 1) for name in EDITED}
    for name, text in edited.items():
        (clone / name).write_text(text, encoding="utf-8")
    (clone / "resolved/requests/kling.json").unlink()
    (clone / "resolved/relays/gone.openapi.yaml").write_text("x", encoding="utf-8")

    assert spec.main(["build", "--check", "--root", str(clone)]) == 1

    told = capsys.readouterr().out.splitlines()
    named = {line.split()[1]: line.split()[0] for line in told[:-2]}
    assert named == {
        **dict.fromkeys(EDITED, "changed"),
        "resolved/requests/kling.json": "missing",
        "resolved/relays/gone.openapi.yaml": "extra",
    }
    assert told[-1] == "Out of date. Run: klingkit spec build"
    assert {name: (clone / name).read_text(encoding="utf-8") for name in EDITED} == edited


def test_building_mends_what_check_found(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (clone / "resolved/surface.json").unlink()
    (clone / "resolved/report.md").write_text("edited", encoding="utf-8")
    (clone / "extracted/gone.openapi.yaml").write_text("x", encoding="utf-8")

    assert spec.main(["build", "--root", str(clone)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-1].startswith("3 of ")
    assert told[-1].endswith(" outputs changed.")
    assert spec.main(["build", "--check", "--root", str(clone)]) == 0


def test_an_input_in_disorder_leaves_the_outputs_alone(clone: Path) -> None:
    before = {file: file.read_bytes() for file in sorted(clone.rglob("*")) if file.is_file()}
    overlay = clone / "overlays/haoee.overlay.yaml"
    overlay.write_text(overlay.read_text(encoding="utf-8").replace("scene_image", "scenery_image"), encoding="utf-8")

    with pytest.raises(Exception, match="its own document comes to") as caught:
        spec.main(["build", "--root", str(clone)])

    assert caught.value.exit_status == 2  # type: ignore[attr-defined]
    after = {file: file.read_bytes() for file in sorted(clone.rglob("*")) if file.is_file()}
    assert {file for file in after if after[file] != before.get(file)} == {overlay}


def test_without_the_pages_it_says_that_a_clone_is_needed(tmp_path: Path) -> None:
    with pytest.raises(CloneNeededError, match="the pages are part of a clone of klingkit"):
        spec.main(["build", "--root", str(tmp_path)])


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_text("old", encoding="utf-8")

    def full(_handle: int, _mode: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, {"a.yaml": "new"}, [Difference("a.yaml", "changed")])

    assert [file.name for file in tmp_path.iterdir()] == ["a.yaml"]
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == "old"


def test_files_of_people_are_not_called_extra(tmp_path: Path) -> None:
    (tmp_path / "resolved").mkdir()
    (tmp_path / "resolved" / "notes.txt").write_text("mine", encoding="utf-8")

    assert differences(tmp_path, {}) == []
