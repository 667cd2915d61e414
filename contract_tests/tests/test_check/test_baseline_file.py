"""The baseline as a file that people edit."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING

import pytest

from klingkit_contract import baseline_file
from klingkit_contract.errors import BaselineError
from klingkit_contract.findings import Acceptance, Deviation

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = Deviation("anyapi", "video_text2video_get", "html-page", "page", "A page.", Acceptance("why", date(2026, 1, 2)))
AWKWARD = Deviation(
    'a"b\\c',
    "op\nwith a line",
    "c]]\n[[accepted]]",
    "\x00\x1b\x7f\t\u202e\u2028可灵 'quoted' # no comment",
    "seen",
    Acceptance('two\nlines """ and more', date(2026, 1, 2), date(2030, 12, 31)),
)
ENTRY = """
version = 1
[[accepted]]
relay = "anyapi"
operation = "op"
check = "c"
signature = "s"
reason = "r"
accepted = 2026-01-02
"""


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "baseline.toml"
    baseline_file.write((PLAIN, AWKWARD), path)
    assert baseline_file.read(path) == (PLAIN, AWKWARD)
    assert [each.name for each in path.parent.iterdir()] == ["baseline.toml"]


def test_a_person_can_read_it() -> None:
    text = baseline_file.dump([PLAIN])
    assert text.endswith(
        '\n[[accepted]]\nrelay = "anyapi"\noperation = "video_text2video_get"\ncheck = "html-page"\n'
        'signature = "page"\n'
        'seen = "A page."\nreason = "why"\naccepted = 2026-01-02\n'
    )
    assert tomllib.loads(text)["version"] == 1


def test_nothing_invisible_reaches_the_file() -> None:
    text = baseline_file.dump([AWKWARD])
    assert [character for character in text if not character.isprintable() and character != "\n"] == []


def test_a_baseline_of_nothing_is_one() -> None:
    assert baseline_file.parse(baseline_file.dump([]), "b.toml") == ()


def test_an_end_and_what_was_seen_may_be_left_out() -> None:
    (found,) = baseline_file.parse(ENTRY, "b.toml")
    assert (found.seen, found.acceptance.until) == ("", None)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("version = ", "b.toml is no TOML"),
        ("", "it wants `version = 1`"),
        ("version = 2", "it wants `version = 1`"),
        ("version = 1\nignored = true", "'ignored' means nothing there"),
        ("version = 1\naccepted = 3", "`accepted` is no list of tables"),
        (ENTRY.replace('reason = "r"\n', ""), "entry 1: 'reason' is missing"),
        (ENTRY.replace('reason = "r"', 'reason = " "'), "entry 1: the reason is empty"),
        (ENTRY.replace('signature = "s"', "signature = 3"), "'signature' is a text; write it in quotes"),
        (ENTRY.replace("2026-01-02", '"2026-01-02"'), "'accepted' is a day; write it as 2030-12-31, without quotes"),
        (ENTRY + "until = 2026-01-02T00:00:00\n", "'until' is a day"),
        (ENTRY + "untill = 2026-01-02\n", "'untill' means nothing there"),
        (ENTRY + ENTRY.replace("version = 1", ""), "entry 2: an entry before it accepts the same finding"),
    ],
)
def test_a_mistake_is_named_with_its_place(content: str, sentence: str) -> None:
    with pytest.raises(BaselineError) as caught:
        baseline_file.parse(content, "b.toml")
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("b.toml")


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="--write-baseline"):
        baseline_file.read(tmp_path / "none.toml")


def test_what_is_no_text_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path, tmp_path / "binary"):
        with pytest.raises(BaselineError, match="cannot be read"):
            baseline_file.read(path)


def test_a_place_that_cannot_be_written_is_known_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BaselineError, match="choose another file"):
        baseline_file.try_folder(tmp_path / "file" / "baseline.toml")
