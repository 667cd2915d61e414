"""`klingkit demo`: real files and a report, with nothing but this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import av
import pytest

from klingkit.cli import main
from klingkit_contract.cli import demo

if TYPE_CHECKING:
    from pathlib import Path


def facts(file: Path) -> tuple[str, float, float]:
    """Return codec, length in seconds and width to height of what PyAV finds in the file."""
    with av.open(str(file)) as container:
        video = container.streams.video[0]
        seconds = sum(1 for _ in container.decode(video)) / float(video.average_rate or 1)
        return video.codec_context.name, round(seconds, 1), round(video.width / video.height, 2)


def test_demo_leaves_playable_files_and_a_report_without_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "SPEED", 200.0)
    monkeypatch.setattr(demo, "CHECKS", ("unknown-path", "auth-missing", "result-media"))  # all: `nox -s contracts`
    monkeypatch.setenv("COLUMNS", "80")
    out = tmp_path / "out"
    assert main(["demo", "--out", str(out)]) == 0
    assert facts(out / "text2video.mp4") == ("h264", 5.0, 1.78)
    assert facts(out / "image2video.mp4") == ("h264", 5.0, 0.56)
    assert facts(out / "multi-image2video.mp4") == ("h264", 10.0, 1.0)
    assert facts(out / "multi-image2image.png")[0::2] == ("png", 0.67)
    assert {file.name for file in out.iterdir()} == {*(order.file for order in demo._orders()), "report"}
    matrix = json.loads((out / "report" / "matrix.json").read_text(encoding="utf-8"))
    assert set(matrix["relays"]) == set(demo.RELAYS)
    assert (out / "report" / "junit.xml").exists()
    assert (out / "report" / "index.html").exists()
    printed = capsys.readouterr().out
    assert all(len(line.rstrip()) <= 80 for line in printed.splitlines() if str(tmp_path) not in line)
    assert printed.count(" passed") == len(demo.RELAYS)


@pytest.mark.parametrize("name", ["a-file", "a-file/below"])
def test_demo_refuses_a_folder_it_cannot_make_with_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "a-file").write_text("taken", encoding="utf-8")
    assert main(["demo", "--out", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
