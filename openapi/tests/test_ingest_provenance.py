"""``provenance.toml`` is edited in place: one entry changes, every other byte stays."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from klingkit_spec.ingest_provenance import Origin, ProvenanceError, with_origin

if TYPE_CHECKING:
    from pathlib import Path

OLD = """\
# Where each file comes from.

[[file]]
name = "a.txt"
title = "A"
seed = "0.txt"
seed_sha256 = "00"
reviewed = "2026-01-01"
note = "Kept."
addresses = ["https://example.com/1"]

# About b.

[[file]]
name   = "b.txt"
title = 'B'
"""


def origin(name: str, title: str = "T") -> Origin:
    return Origin(name, title, "https://example.com/a", "2026-11-22", "ab")


def test_a_new_entry_goes_behind_the_others(tmp_path: Path) -> None:
    (tmp_path / "provenance.toml").write_text(OLD, encoding="utf-8")

    text = with_origin(tmp_path, "shown", origin("c.txt"))

    assert text == (
        f"{OLD}\n"
        '[[file]]\nname = "c.txt"\ntitle = "T"\naddress = "https://example.com/a"\nsha256 = "ab"\n'
        'reviewed = "2026-11-22"\n'
    )


def test_an_old_entry_is_replaced_and_keeps_its_note(tmp_path: Path) -> None:
    """The copy it was re-worded from is no longer the one that is meant, so its name and sum go."""
    (tmp_path / "provenance.toml").write_text(OLD, encoding="utf-8")

    text = with_origin(tmp_path, "shown", origin("a.txt"))

    assert text == (
        "# Where each file comes from.\n\n"
        '[[file]]\nname = "a.txt"\ntitle = "T"\naddress = "https://example.com/a"\nsha256 = "ab"\n'
        'reviewed = "2026-11-22"\naddresses = ["https://example.com/1"]\nnote = "Kept."\n'
        "\n# About b.\n\n[[file]]\nname   = \"b.txt\"\ntitle = 'B'\n"
    )


def test_the_first_entry_of_a_folder_makes_the_file(tmp_path: Path) -> None:
    text = with_origin(tmp_path, "shown", origin("a.txt", 'A "quoted"\\ \x7f title\n二'))

    assert text.startswith("# Where each file of this folder comes from.")
    (entry,) = tomllib.loads(text)["file"]
    assert entry["title"] == 'A "quoted"\\ \x7f title\n二'


@pytest.mark.parametrize(
    "text",
    [
        'file = [{name = "a.txt"}]\n',
        '[[file]]\nname = "a.txt"\nwhen = 2026-01-01\n',
        '[[file]]\nname = "a.txt"\nnote = """\n[[file]]\n"""\n',
    ],
)
def test_what_cannot_be_edited_line_by_line_is_left_to_a_person(tmp_path: Path, text: str) -> None:
    (tmp_path / "provenance.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ProvenanceError, match="by hand"):
        with_origin(tmp_path, "shown", origin("a.txt"))

    assert (tmp_path / "provenance.toml").read_text(encoding="utf-8") == text
