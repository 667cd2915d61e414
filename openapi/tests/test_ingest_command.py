"""``klingkit spec ingest`` as people run it, on a copy of this clone's openapi folder."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import typer

import klingkit_data
from klingkit_spec import ingest as ingest_module
from klingkit_spec import lint, sources
from klingkit_spec.cli import client as client_module
from klingkit_spec.cli import spec
from klingkit_spec.client_generator import ClientError
from klingkit_spec.errors import PageError, SpecError
from klingkit_spec.reader import Reading, read_file

if TYPE_CHECKING:
    from pathlib import Path

QUERY = """\
openapi: 3.0.1
info: {title: '', version: 1.0.0}
paths:
  /kling/v1/videos/text2video/{task_id}:
    get:
      summary: 查询文生视频任务
      parameters:
        - {name: task_id, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: ''
          content:
            application/json:
              schema:
                type: object
                properties:
                  task_id: {type: string}
                  status: {type: string, enum: [queued, in_progress, completed, failed]}
      security: [{BearerAuth: []}]
components:
  securitySchemes:
    BearerAuth: {type: http, scheme: bearer}
servers:
  - url: https://api.xiexus.cn
"""
_READ: dict[tuple[bytes, str | None], Reading] = {}


_VALID: dict[str, list[str]] = {}


@pytest.fixture(autouse=True)
def _each_page_is_read_and_each_document_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """That takes four fifths of a build, and nearly every test has the same committed pages and documents."""
    validate = lint._invalid

    def remembered(path: Path, *, name: str | None = None, relay: str | None = None) -> Reading:
        key = (path.read_bytes(), name)
        if key not in _READ:
            _READ[key] = read_file(path, name=name, relay=relay)
        return _READ[key]

    def validated(document: dict[str, Any]) -> list[str]:
        key = repr(document)
        if key not in _VALID:
            _VALID[key] = validate(document)
        return _VALID[key]

    monkeypatch.setattr(sources, "read_file", remembered)
    monkeypatch.setattr(lint, "_invalid", validated)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    home, copy = klingkit_data.path("relays.toml").parent, tmp_path / "clone" / "openapi"
    for folder in ("sources", "fixes", "overlays", "extracted", "resolved"):
        shutil.copytree(home / folder, copy / folder)
    for name in ("relays.toml", "dialects.toml", "verdicts.toml"):
        shutil.copy(home / name, copy / name)
    return copy


def run(page: Path, relay: str, clone: Path, *more: str) -> int:
    return spec.main(["ingest", str(page), "--relay", relay, "--root", str(clone), "--date", "2026-11-30", *more])


def changed(clone: Path, tmp_path: Path, source: str, old: str, new: str) -> Path:
    """Save the committed page `source` with `old` replaced, as the vendor might show it today."""
    text = (clone / "sources" / source).read_text(encoding="utf-8")
    assert old in text
    page = tmp_path / "saved.txt"
    page.write_text(text.replace(old, new), encoding="utf-8")
    return page


def mend(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def state(clone: Path) -> dict[str, bytes]:
    return {file.relative_to(clone).as_posix(): file.read_bytes() for file in clone.rglob("*") if file.is_file()}


def differing(clone: Path, before: dict[str, bytes]) -> set[str]:
    after = state(clone)
    return {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)}


def provenance(clone: Path, relay: str, name: str) -> dict[str, Any]:
    tables = tomllib.loads((clone / f"sources/{relay}/provenance.toml").read_text(encoding="utf-8"))["file"]
    (entry,) = (table for table in tables if table["name"] == name)
    return dict(entry)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was printed, as one line: where lines break is not the point."""
    return " ".join(capsys.readouterr().out.split())


# ------------------------------------------------------------------------------------------------- changed pages
WIDENED = ("xiexus/query-image2video.json", '"queued",', '"queued", "cancelled",')
TWIN = "sources/xiexus/query-text2video.json"  # answers in the same words
OVERLAY = (
    "enum: [queued, in_progress, completed, failed]",
    "enum: [queued, in_progress, completed, failed, cancelled]",
)


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


# ---------------------------------------------------------------------------------------------------- new pages
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


# --------------------------------------------------------------------------------------------- nothing is written
def refused(clone: Path, page: Path, relay: str, *more: str) -> str:
    before = state(clone)
    with pytest.raises(SpecError) as caught:
        run(page, relay, clone, *more)
    assert caught.value.exit_status == 2
    assert differing(clone, before) == set()
    return str(caught.value)


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


# ------------------------------------------------------------------------------------------------------- client
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
