"""How a maintainer works: saves a changed page, runs the command, looks at what is different then."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from klingkit_spec.cli import spec
from klingkit_spec.errors import SpecError

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
WIDENED = ("xiexus/query-image2video.json", '"queued",', '"queued", "cancelled",')
TWIN = "sources/xiexus/query-text2video.json"  # answers in the same words
OVERLAY = (
    "enum: [queued, in_progress, completed, failed]",
    "enum: [queued, in_progress, completed, failed, cancelled]",
)


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


def refused(clone: Path, page: Path, relay: str, *more: str) -> str:
    before = state(clone)
    with pytest.raises(SpecError) as caught:
        run(page, relay, clone, *more)
    assert caught.value.exit_status == 2
    assert differing(clone, before) == set()
    return str(caught.value)
