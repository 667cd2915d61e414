"""`klingkit spec read` prints the document, its remarks and the right exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from rich.cells import cell_len

from klingkit_spec.cli.spec import main
from klingkit_spec.errors import PageError, UnknownRelayError
from klingkit_spec.reader import read_file
from klingkit_spec.reader.explanation import found_in
from klingkit_spec.reader.schema_walk import schemas

GOLDENS = Path(__file__).parent / "goldens"
WHOLE = GOLDENS / "indented-yaml-in-page" / "page.txt"
PARTLY = GOLDENS / "rendered-unclear" / "page.txt"
REMARKS = GOLDENS / "lost-indentation-examples" / "page.txt"


def test_prints_yaml_and_ends_with_0_when_all_was_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(WHOLE)]) == 0
    printed = capsys.readouterr()
    assert yaml.safe_load(printed.out) == read_file(WHOLE, sources=True).document
    assert printed.err == ""


def test_prints_json_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    page = GOLDENS / "rendered-chinese" / "page.txt"
    assert main(["read", str(page), "--format", "json"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out) == read_file(page, sources=True).document
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


def test_explain_shows_page_lines_beside_what_was_read_from_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["read", str(GOLDENS / "markdown-tables" / "page.txt"), "--explain"]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[0].split() == ["Line", "Page", "Read", "as"]
    assert max(cell_len(line) for line in lines) <= 80
    prompt = next(line for line in lines if line.strip().startswith("14 "))
    assert "| prompt | string" in prompt
    assert "body.prompt: string, required [label]" in prompt
    assert "body.prompt: maxLength 2500 [prose]" in printed.out
    assert "openapi: 3.1.0" not in printed.out


def test_explain_has_one_column_on_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert main(["read", str(PARTLY), "--explain"]) == 1
    printed = capsys.readouterr().out
    assert max(cell_len(line) for line in printed.splitlines()) <= 50
    assert "\n9: 枚举值:\n    warning: the values of 'size' run together" in printed


@pytest.mark.parametrize("case", sorted(folder.name for folder in GOLDENS.iterdir()))
def test_explain_names_every_field_of_every_golden_page(case: str) -> None:
    reading = read_file(GOLDENS / case / "page.txt", sources=True)
    lines = (GOLDENS / case / "page.txt").read_text(encoding="utf-8-sig").splitlines()
    found = found_in(reading.document)
    assert all(1 <= each.line <= len(lines) for each in found)
    assert {each.read_from for each in found} <= {"schema", "label", "prose", "example", "sample", "path"}
    named = {
        name
        for _, schema in schemas(reading.document)
        for name, member in schema.get("properties", {}).items()
        if set(member) - {"description", "title"}
    }
    shown = {each.field.rpartition(".")[2].replace("[]", "") for each in found}
    assert {name for name in named if "." not in name} <= shown


def test_sources_stand_in_every_part_unless_they_are_not_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    page = str(GOLDENS / "markdown-tables" / "page.txt")
    assert main(["read", page, "--no-sources"]) == 0
    assert "x-source" not in capsys.readouterr().out
    assert main(["read", page]) == 0
    document = yaml.safe_load(capsys.readouterr().out)
    body = document["paths"]["/v1/videos/text2video"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["prompt"]["x-source"] == {
        "line": 14,
        "from": "label",
        "keywords": {"maxLength": {"line": 14, "from": "prose"}},
    }
    assert body["properties"]["image_list"]["items"]["properties"]["image"]["x-source"] == {"line": 18, "from": "label"}


def test_sources_follow_a_swagger_page_into_its_openapi_form() -> None:
    document = read_file(GOLDENS / "swagger2" / "page.txt", sources=True).document
    lines = {"/".join(pointer): schema["x-source"]["line"] for pointer, schema in schemas(document)}
    assert lines["components/schemas/Clip/properties/prompt"] == 30
    assert lines["paths//v1/files/post/requestBody/content/multipart/form-data/schema/properties/file"] == 24
    assert lines["paths//v1/clips/post/parameters/0/schema"] == 15


def test_sources_of_an_html_page_are_lines_of_the_saved_file() -> None:
    page = GOLDENS / "html-table" / "page.txt"
    document = read_file(page, sources=True).document
    lines = page.read_text(encoding="utf-8").splitlines()
    found = {each.field: lines[each.line - 1] for each in found_in(document) if each.read_from == "label"}
    assert "<code>prompt</code>" in found["body.prompt"]
    assert "&nbsp;&nbsp;image" in found["body.image_list[].image"]
    assert "<dt>state</dt>" in found["200.state"]
