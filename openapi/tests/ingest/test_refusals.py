"""``klingkit spec ingest`` of what must not become a source: nothing is written."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
import typer

from klingkit_spec import ingest as ingest_module
from klingkit_spec.errors import PageError

DESK = runpy.run_path(str(Path(__file__).parent / "desk.py"))
QUERY = DESK["QUERY"]
WIDENED = DESK["WIDENED"]
changed = DESK["changed"]
differing = DESK["differing"]
provenance = DESK["provenance"]
refused = DESK["refused"]
run = DESK["run"]
said = DESK["said"]
state = DESK["state"]


def test_signed_links_are_refused_until_they_are_stripped(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "q.yaml"
    text = QUERY.replace("text2video", "day-dream")
    link = "https://cdn.example.com/a.mp4"
    page.write_text(f"{text}# {link}?x=1&Signature=secret\n下一页\n".replace("\n下", "\n# 下"), encoding="utf-8")

    sentence = refused(clone, page, "xiexus")
    assert "has signed links (Signature) on line 25" in sentence
    assert "secret" not in sentence

    assert run(page, "xiexus", clone, "--strip-links") == 0
    written = (clone / "sources/xiexus/query-day-dream.yaml").read_text(encoding="utf-8")
    assert f"# {link}\n" in written
    assert "Signed links lost their query (line 25)" in said(capsys)


def test_a_page_that_cannot_be_read_is_refused(clone: Path, tmp_path: Path) -> None:
    for data in (b"", b"Nothing but words.\n", b"\0\1", "é".encode("latin-1")):
        page = tmp_path / "bad.txt"
        page.write_bytes(data)
        before = state(clone)
        with pytest.raises(PageError, match=r"bad\.txt") as caught:
            run(page, "anyapi", clone)
        assert str(caught.value).startswith(str(page))
        assert differing(clone, before) == set()


def test_a_page_read_in_part_is_written_only_when_that_is_wanted(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "q.yaml"
    text = QUERY.replace("text2video/{task_id}", "day-dream").replace("get:", "post:")
    page.write_text("\n".join(line for line in text.splitlines() if "param" not in line and "in: path" not in line))
    before = state(clone)

    assert run(page, "xiexus", clone) == 1
    assert differing(clone, before) == set()
    assert "Parts of the page were not understood; nothing is written." in said(capsys)

    assert run(page, "xiexus", clone, "--partial") == 0
    assert (clone / "sources/xiexus/day-dream.yaml").is_file()
    assert "Not understood on line 5: no request fields were found for POST" in said(capsys)


def test_misuse_is_one_sentence_each(clone: Path, tmp_path: Path) -> None:
    page = tmp_path / "q.yaml"
    page.write_text(QUERY.replace("text2video", "image2video"), encoding="utf-8")

    assert "the official document is written by people" in refused(clone, page, "official")
    assert "is no name for a page" in refused(clone, page, "xiexus", "--name", "../q.yaml")
    assert "is no name for a page" in refused(clone, page, "xiexus", "--name", "provenance.toml")
    assert refused(clone, page, "xiexus", "--name", "other.yaml") == (
        "query-image2video.json documents GET /v1/videos/image2video/{task_id}, as this page does; "
        "give --name query-image2video.json."
    )
    assert "is a source already" in refused(clone, clone / "sources/xiexus/image2video.txt", "xiexus")
    with pytest.raises(typer.BadParameter, match="is no day"):
        run(page, "xiexus", clone, "--date", "2026-02-30")


def test_when_provenance_cannot_be_written_the_page_is_taken_back(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, before = changed(clone, tmp_path, *WIDENED), state(clone)
    real = ingest_module.write_whole

    def full(file: Path, text: str) -> None:
        if file.name == "provenance.toml":
            raise OSError(28, "No space left on device")
        real(file, text)

    monkeypatch.setattr(ingest_module, "write_whole", full)
    with pytest.raises(OSError, match="No space left"):
        run(page, "xiexus", clone)

    assert differing(clone, before) == set()
