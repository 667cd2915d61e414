"""``klingkit spec diff`` as people run it: files, git revisions, vendor pages; text, Markdown, JSON, annotations."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

import klingkit_data
from klingkit_spec.cli import spec
from klingkit_spec.diff.inputs import DiffInputError
from klingkit_spec.errors import PageError, SpecError, UnknownRelayError

if TYPE_CHECKING:
    from pathlib import Path

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

OLD = """\
openapi: 3.1.0
info: {title: Relay, version: '1'}
paths:
  /a:
    post:
      operationId: a_create
      summary: Make an A
      requestBody:
        content:
          application/json:
            schema:
              properties:
                mode: {type: string, enum: [std, pro, 4k]}
      responses:
        200: {description: Fine.}
"""
BREAKING = OLD.replace(", 4k]", "]")
COMPATIBLE = OLD.replace(", 4k]", ", 4k, 8k]")
REWORDED = OLD.replace("Make an A", "Create an A")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    file = tmp_path / "old.yaml"
    file.write_text(OLD, encoding="utf-8")
    return file


@pytest.fixture
def new(tmp_path: Path) -> Path:
    file = tmp_path / "new.yaml"
    file.write_text(BREAKING, encoding="utf-8")
    return file


def run(*arguments: object) -> int:
    return spec.main(["diff", *map(str, arguments)])


# ------------------------------------------------------------------------------------------------ exit status
@pytest.mark.parametrize(
    ("text", "fail_on", "status"),
    [
        (BREAKING, None, 0),
        (BREAKING, "breaking", 1),
        (BREAKING, "documentation", 1),
        (COMPATIBLE, "breaking", 0),
        (COMPATIBLE, "compatible", 1),
        (REWORDED, "compatible", 0),
        (REWORDED, "documentation", 1),
        (OLD, "documentation", 0),
    ],
)
def test_it_fails_only_when_asked_to(old: Path, new: Path, text: str, fail_on: str | None, status: int) -> None:
    new.write_text(text, encoding="utf-8")

    assert run(old, new, *(["--fail-on", fail_on] if fail_on else [])) == status


# ----------------------------------------------------------------------------------------------------- formats
def test_the_text_fits_eighty_columns_and_names_everything(
    old: Path, new: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(old.parent)

    run("old.yaml", "new.yaml")

    assert capsys.readouterr().out == (
        "BREAKING\n"
        "  enum value removed: 4k in mode  (request)\n"
        "    std, pro, 4k → std, pro\n"
        "    Callers who send it are refused now.\n"
        "    in a_create\n"
        "    /paths/~1a/post/requestBody/content/application~1json/schema/properties/mode/enum\n"
        "\n"
        "1 breaking, 0 compatible, 0 documentation, from old.yaml to new.yaml.\n"
    )


def test_nothing_changed_is_said(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(old, old)

    assert " ".join(capsys.readouterr().out.split()) == f"No changes from {old} to {old}."


def test_the_json_has_every_change(old: Path, new: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(old, new, "--format", "json")

    said = json.loads(capsys.readouterr().out)
    assert said["counts"] == {"breaking": 1, "compatible": 0, "documentation": 0}
    assert said["changes"] == [
        {
            "rating": "breaking",
            "kind": "enum-value-removed",
            "direction": "request",
            "operations": ["a_create"],
            "pointer": "/paths/~1a/post/requestBody/content/application~1json/schema/properties/mode/enum",
            "gone": False,
            "old": ["std", "pro", "4k"],
            "new": ["std", "pro"],
            "reason": "Callers who send it are refused now.",
        }
    ]


def test_the_markdown_has_a_section_for_each_rating(old: Path, new: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new.write_text(BREAKING.replace("Make an A", "Create an A"), encoding="utf-8")

    run(old, new, "--format", "markdown")

    text = capsys.readouterr().out
    assert text.startswith("# 1 breaking, 0 compatible, 1 documentation\n")
    assert "\n## Breaking (1)\n" in text
    assert "\n## Documentation (1)\n" in text
    assert "- **enum value removed: 4k** (request): `std, pro, 4k` → `std, pro`." in text


def test_annotations_name_file_and_line_and_keep_to_one_line(
    old: Path, new: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(old.parent)
    new.write_text(BREAKING.replace("Make an A", '"50%\\nof it"'), encoding="utf-8")

    run("old.yaml", "new.yaml", "--format", "github")

    error, notice = capsys.readouterr().out.splitlines()
    assert error.startswith("::error file=new.yaml,title=breaking%3A enum value removed%3A 4k,line=13::std, pro, 4k → ")
    assert notice.startswith("::notice file=new.yaml,title=documentation%3A words changed%3A summary,line=7::")
    assert "50%25 of it" in notice


# ------------------------------------------------------------------------------------------------ git revisions
@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone whose first commit has a mode more wherever there are modes, in the one spec and in AnyAPI's document."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    top = tmp_path_factory.mktemp("clone")
    home = top / "openapi"
    (home / "resolved" / "relays").mkdir(parents=True)
    for name in ("resolved/kling.openapi.yaml", "resolved/relays/anyapi.openapi.yaml"):
        text = klingkit_data.path(name).read_text(encoding="utf-8")
        with_turbo = re.sub(r"(?m)^( +)- pro\n", r"\1- pro\n\1- turbo\n", text)
        (home / name).write_text(with_turbo, encoding="utf-8")
    git(top, "init", "--quiet")
    git(top, "add", ".")
    git(top, "commit", "--quiet", "--message", "first")
    git(top, "tag", "first")
    for name in ("resolved/kling.openapi.yaml", "resolved/relays/anyapi.openapi.yaml"):
        shutil.copy(klingkit_data.path(name), home / name)
    return home


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def test_a_revision_is_held_against_what_lies_here(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("first", "--root", repository, "--fail-on", "breaking") == 1

    text = " ".join(capsys.readouterr().out.split())
    assert "enum value removed: turbo in VideoMode (request)" in text
    assert "in video_text2video_create, video_image2video_create" in text
    assert "from first:openapi/resolved/kling.openapi.yaml to" in text


def test_with_a_relay_a_revision_means_its_document(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("first", "--root", repository, "--relay", "anyapi", "--format", "json")

    said = json.loads(capsys.readouterr().out)
    assert said["old"] == "first:openapi/resolved/relays/anyapi.openapi.yaml"
    assert said["new"] == "resolved/relays/anyapi.openapi.yaml"
    assert said["counts"]["breaking"] == 2  # that of most videos, and that of effects


def test_two_revisions_and_paths_are_compared(repository: Path) -> None:
    assert run("first", "HEAD", "--root", repository, "--fail-on", "documentation") == 0
    path = "openapi/resolved/relays/anyapi.openapi.yaml"
    assert run("first", f"first:{path}", "--root", repository, "--fail-on", "breaking") == 1


# -------------------------------------------------------------------------------------------------- vendor pages
@pytest.mark.parametrize(
    ("relay", "page"),
    [
        ("anyapi", "text2video.txt"),
        ("xiexus", "query-image2video.json"),
        ("openai-next", "multi-image2video.txt"),
        ("haoee", "multi-image2image.txt"),
    ],
)
def test_a_page_that_is_committed_differs_in_nothing(relay: str, page: str) -> None:
    file = klingkit_data.path("relays.toml").parent / "sources" / relay / page

    assert run("--relay", relay, file, "--fail-on", "documentation") == 0


def test_a_changed_page_is_held_against_what_was_read_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed = klingkit_data.path("relays.toml").parent / "sources" / "anyapi" / "text2video.txt"
    page = tmp_path / "text2video.txt"
    text = committed.read_text(encoding="utf-8")
    page.write_text(text.replace("枚举值:std,pro\n", "枚举值:std\n").replace("选pro:", "另:"), encoding="utf-8")

    assert run("--relay", "anyapi", page, "--fail-on", "breaking") == 1

    captured = capsys.readouterr()
    assert "enum value removed: pro in mode  (request)" in captured.out
    assert "1 breaking, 0 compatible, 1 documentation" in captured.out
    assert f"{page}:" in captured.err  # what the reader noted


# --------------------------------------------------------------------------------- parts of the official document
OFFICIAL = klingkit_data.path("relays.toml").parent / "sources" / "official"


@pytest.mark.parametrize("part", sorted(file.name for file in OFFICIAL.glob("*.openapi.yaml")))
def test_a_committed_part_of_the_official_document_differs_in_nothing(part: str) -> None:
    assert run("--relay", "official", OFFICIAL / part, "--fail-on", "documentation") == 0


def test_a_changed_part_of_the_official_document_is_held_against_that_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = yaml.load((OFFICIAL / "media.openapi.yaml").read_text(encoding="utf-8"), Loader=LOADER)
    del part["paths"]["/v1/audio/text-to-audio"]["post"]
    part["components"]["schemas"]["SpeechRequest"]["required"].append("voice_speed")
    file = tmp_path / "media.yaml"
    file.write_text(yaml.safe_dump(part, sort_keys=False), encoding="utf-8")

    assert run("--relay", "official", file, "--fail-on", "breaking", "--format", "json") == 1

    said = json.loads(capsys.readouterr().out)
    assert said["old"] == "extracted/official.openapi.yaml"
    breaking = [change for change in said["changes"] if change["rating"] == "breaking"]
    assert [change["kind"] for change in breaking] == ["operation-removed", "field-required"]


def test_what_has_nothing_of_the_official_document_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    file.write_text("paths:\n  /v9/x:\n    get: {}\n", encoding="utf-8")

    assert refused("--relay", "official", file) == (
        f"{file} shares no operation and no component with extracted/official.openapi.yaml; "
        "a relay's page needs the relay's --relay ID."
    )


# ------------------------------------------------------------------------------------------------------- misuse
def refused(*arguments: object) -> str:
    with pytest.raises(SpecError) as caught:
        run(*arguments)
    assert caught.value.exit_status == 2
    assert isinstance(caught.value, DiffInputError | PageError | UnknownRelayError)
    return str(caught.value)


def test_misuse_is_one_sentence_each(repository: Path, tmp_path: Path, old: Path) -> None:
    prose = tmp_path / "prose.txt"
    prose.write_text("Nothing: but: words\n", encoding="utf-8")

    assert refused("nosuch", "--root", repository) == (
        "'nosuch' is neither a file nor a git revision; check the spelling."
    )
    assert refused("HEAD:nosuch.yaml", "--root", repository) == (
        "the revision HEAD has no file nosuch.yaml; give another one as REV:path."
    )
    assert "is not in a git clone; give two files" in refused("HEAD", "--root", tmp_path)
    assert refused("--", "--output=x", "HEAD").startswith("'--output=x' is neither a file nor a git revision")
    assert refused(prose, old).startswith(f"{prose}:1: this is neither YAML nor JSON. A vendor's page is held against")
    assert refused(tmp_path, old) == f"{tmp_path} is a folder; name a file in it."
    assert refused(old, old, "--relay", "anyapi") == ("--relay has nothing to choose between two files; leave it out.")
    assert refused(old, "--relay", "nosuch").startswith("there is no relay 'nosuch'; choose one of: ")
    assert refused("--relay", "anyapi", prose).startswith(str(prose))


def test_a_document_of_another_kind_is_refused(tmp_path: Path, old: Path) -> None:
    swagger = tmp_path / "swagger.json"
    swagger.write_text('{"swagger": "2.0", "paths": {}}', encoding="utf-8")

    assert refused(old, swagger).startswith(f"{swagger} holds no OpenAPI 3 document. ")
