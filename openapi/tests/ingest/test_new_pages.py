"""``klingkit spec ingest`` of a page that was not there before."""

from __future__ import annotations

import hashlib
import runpy
from pathlib import Path

import pytest

from klingkit_spec import ingest as ingest_module

DESK = runpy.run_path(str(Path(__file__).parent / "desk.py"))
QUERY = DESK["QUERY"]
provenance = DESK["provenance"]
run = DESK["run"]
said = DESK["said"]


def test_a_page_for_a_new_operation_is_named_after_its_path(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "saved page.yaml"
    page.write_text(QUERY.replace("text2video", "day-dream"), encoding="utf-8")

    assert run(page, "xiexus", clone, "--address", "https://docs.example.com/query") == 0

    text = said(capsys)
    assert "operation added nothing → GET /kling/v1/videos/day-dream/{task_id}" in text
    assert provenance(clone, "xiexus", "query-day-dream.yaml") == {
        "name": "query-day-dream.yaml",
        "title": "查询文生视频任务",
        "address": "https://docs.example.com/query",
        "sha256": hashlib.sha256(page.read_bytes()).hexdigest(),
        "reviewed": "2026-11-30",
    }
    assert "/day-dream/" in (clone / "extracted/xiexus.openapi.yaml").read_text(encoding="utf-8")
    assert "GET /v1/videos/day-dream/{task_id} is not in the one spec" in text


def test_a_name_can_be_given_and_an_unknown_address_is_asked_for(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "q.yaml"
    page.write_text(QUERY.replace("text2video", "day-dream"), encoding="utf-8")

    assert run(page, "xiexus", clone, "--name", "lips.yaml", "--dry-run") == 0

    text = said(capsys)
    assert "written sources/xiexus/lips.yaml" in text
    assert "The page's own address is not known" in text


def test_the_first_page_of_a_relay_needs_no_earlier_document(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "q.yaml"
    page.write_text(QUERY, encoding="utf-8")
    with pytest.raises(ingest_module.NewRelayError) as caught:
        run(page, "newcomer", clone)
    assert caught.value.exit_status == 2
    added = capsys.readouterr().out
    assert '[relay.newcomer]\ntitle = "newcomer"\nbase_url = "https://api.xiexus.cn"\npath_prefix = "/kling"\n' in added

    with (clone / "relays.toml").open("a", encoding="utf-8") as registry:
        registry.write(f"\n{added}")
    assert run(page, "newcomer", clone) == 1

    printed = capsys.readouterr().out
    assert "operation added" in printed
    assert '       [reading.newcomer]\n       unmarked = "optional"  # or "silent"\n' in printed
    assert (clone / "sources/newcomer/query-text2video.yaml").is_file()
