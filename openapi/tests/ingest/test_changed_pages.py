"""``klingkit spec ingest`` of a page that has changed: what is shown, written, built, and left to a person."""

from __future__ import annotations

import hashlib
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

from klingkit_spec.cli import spec

if TYPE_CHECKING:
    import pytest

DESK = runpy.run_path(str(Path(__file__).parent / "desk.py"))
OVERLAY = DESK["OVERLAY"]
TWIN = DESK["TWIN"]
WIDENED = DESK["WIDENED"]
changed = DESK["changed"]
differing = DESK["differing"]
mend = DESK["mend"]
provenance = DESK["provenance"]
run = DESK["run"]
said = DESK["said"]
state = DESK["state"]


def test_a_widened_enum_is_shown_written_and_built(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = changed(clone, tmp_path, *WIDENED)
    mend(clone / "overlays/xiexus.overlay.yaml", *OVERLAY)
    mend(clone / TWIN, *WIDENED[1:])
    before = state(clone)

    assert run(page, "xiexus", clone) == 0

    printed = capsys.readouterr().out
    assert "enum value added: cancelled in status  (response)" in printed
    assert "1 breaking, 0 compatible, 0 documentation" in printed
    assert "written  sources/xiexus/query-image2video.json\n" in printed
    assert "changed  extracted/xiexus.openapi.yaml\n" in printed
    assert "To decide (2):\n  1. sources/xiexus/query-image2video.json\n     Reword it: " in printed
    assert differing(clone, before) == {
        "sources/xiexus/query-image2video.json",
        "sources/xiexus/provenance.toml",
        "extracted/xiexus.openapi.yaml",
        "resolved/relays/xiexus.openapi.yaml",
    }
    assert (
        provenance(clone, "xiexus", "query-image2video.json")
        == {
            "name": "query-image2video.json",
            "title": "获取 Kling 图生视频任务状态",
            "address": "https://apidoc.xiexus.cn/ai-model/videos/kling/getklingimage2video.html",
            "sha256": hashlib.sha256(page.read_bytes()).hexdigest(),
            "reviewed": "2026-11-30",
            "note": "Written from the facts of that page.",
        }
        or "note" in printed
    )
    assert spec.main(["build", "--check", "--root", str(clone)]) == 0


def test_an_overlay_that_disagrees_is_listed_and_the_outputs_stay(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = changed(clone, tmp_path, *WIDENED)
    mend(clone / TWIN, *WIDENED[1:])
    before = state(clone)

    assert run(page, "xiexus", clone) == 1

    text = said(capsys)
    assert differing(clone, before) == {"sources/xiexus/query-image2video.json", "sources/xiexus/provenance.toml"}
    assert "overlays/xiexus.overlay.yaml xiexus video_image2video_get answer status enum: its own document" in text
    assert "the outputs stay as they were" in text

    mend(clone / "overlays/xiexus.overlay.yaml", *OVERLAY)  # what the list asks for is all there is to do
    assert spec.main(["build", "--root", str(clone)]) == 0


def test_every_undecided_conflict_is_listed_with_the_entry_to_finish(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = changed(clone, tmp_path, "anyapi/text2video.txt", "枚举值:std,pro\n", "枚举值:std,pro,max\n")
    mend(page, "枚举值:customize\n", "枚举值:customize,free\n")
    before = state(clone)

    assert run(page, "anyapi", clone) == 1

    assert differing(clone, before) == {"sources/anyapi/text2video.txt", "sources/anyapi/provenance.toml"}
    printed = capsys.readouterr().out
    for field in ("mode", "shot_type"):
        assert (
            '       [[entry]]\n       relay = "anyapi"\n       operation = "video_text2video_create"\n'
            f'       field = "{field}"\n       aspect = "enum"\n'
        ) in printed
    assert "its resolved document says" not in printed  # what an overlay must say waits for the verdict
    assert all(
        len(line) <= 80 for line in printed[printed.index("To decide") :].splitlines() if "spec read" not in line
    )


def test_stale_fixes_are_listed_together(clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = changed(clone, tmp_path, "haoee/multi-image2image.txt", '" 2:3"', '"2:3"')
    mend(page, "多图参考生视频", "多图参考生图")

    assert run(page, "haoee", clone) == 1

    text = said(capsys)
    assert "fixes/haoee/010-wrong-title.yaml" in text
    assert "fixes/haoee/020-ratio-with-a-blank.yaml" in text


def test_a_page_that_reads_the_same_keeps_the_words_of_the_source(clone: Path, tmp_path: Path) -> None:
    page = changed(clone, tmp_path, "xiexus/query-image2video.json", '  "openapi"', '      "openapi"')
    before = state(clone)

    assert run(page, "xiexus", clone) == 0

    assert differing(clone, before) == {"sources/xiexus/provenance.toml"}
    assert provenance(clone, "xiexus", "query-image2video.json")["reviewed"] == "2026-11-30"


def test_a_page_of_other_words_alone_keeps_the_words_of_the_source_and_says_so(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = changed(clone, tmp_path, "anyapi/text2video.txt", "选pro:", "另:")
    before = state(clone)

    assert run(page, "anyapi", clone) == 0

    assert differing(clone, before) == {"sources/anyapi/provenance.toml"}
    printed = said(capsys)
    assert "words changed: description" in printed
    assert "Only the vendor's words changed, so sources/anyapi/text2video.txt keeps ours." in printed
    assert "Reword it" not in printed


def test_a_page_that_was_ingested_before_does_not_overwrite_its_rewording(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = changed(clone, tmp_path, *WIDENED)
    mend(clone / "overlays/xiexus.overlay.yaml", *OVERLAY)
    run(page, "xiexus", clone)
    mend(clone / "sources/xiexus/query-image2video.json", "任务现在的样子", "这个任务怎么样了")
    before = state(clone)
    capsys.readouterr()

    assert run(page, "xiexus", clone) == 0

    assert differing(clone, before) == set()
    assert "was made of this very page on 2026-11-30; nothing is written." in said(capsys)


def test_a_dry_run_tells_all_that_and_writes_nothing(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, before = changed(clone, tmp_path, *WIDENED), state(clone)

    assert run(page, "xiexus", clone, "--dry-run") == 1

    text = said(capsys)
    assert differing(clone, before) == set()
    assert "A dry run: nothing is written." in text
    assert "written sources/xiexus/query-image2video.json" in text
    assert "video_image2video_get answer status enum" in text
