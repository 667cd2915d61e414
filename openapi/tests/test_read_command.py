"""`klingkit spec read` prints the document, its remarks and the right exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from klingkit_spec.cli.spec import main
from klingkit_spec.errors import PageError, UnknownRelayError
from klingkit_spec.reader import read_file

GOLDENS = Path(__file__).parent / "goldens"
WHOLE = GOLDENS / "indented-yaml-in-page" / "page.txt"
PARTLY = GOLDENS / "rendered-unclear" / "page.txt"
REMARKS = GOLDENS / "lost-indentation-examples" / "page.txt"


def test_prints_yaml_and_ends_with_0_when_all_was_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(WHOLE)]) == 0
    printed = capsys.readouterr()
    assert yaml.safe_load(printed.out) == read_file(WHOLE).document
    assert printed.err == ""


def test_prints_json_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    page = GOLDENS / "rendered-chinese" / "page.txt"
    assert main(["read", str(page), "--format", "json"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out) == read_file(page).document
    assert "生成短片" in printed.out


def test_partly_read_page_is_printed_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(PARTLY)]) == 1
    printed = capsys.readouterr()
    assert yaml.safe_load(printed.out)["openapi"] == "3.1.0"
    assert f"{PARTLY}:9: warning: the values of 'size' run together" in printed.err


def test_remarks_alone_do_not_change_the_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(REMARKS)]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(line.startswith(f"{REMARKS}:") and ": info: " in line for line in lines)


def test_relay_stands_in_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "--relay", "anyapi", str(WHOLE)]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["info"]["x-klingkit-relay"] == "anyapi"


def test_unknown_relay_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        UnknownRelayError, match=r"there is no relay 'nobody'; choose one of: anyapi, .*openai-next"
    ) as no:
        main(["read", "--relay", "nobody", str(WHOLE)])
    assert no.value.exit_status == 2


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="folder") as no:
        main(["read", str(tmp_path)])
    assert no.value.exit_status == 2


def test_missing_file_is_left_to_the_dispatcher(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        main(["read", str(tmp_path / "absent.txt")])


def test_help_fits_80_columns(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["read", "--help"]) == 0
    assert max(len(line) for line in capsys.readouterr().out.splitlines()) <= 80
