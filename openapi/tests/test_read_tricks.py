"""Every shape and trick that the reader is to know has a golden page that shows it, and every golden page a trick."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
GOLDENS = HERE / "goldens"
ERRORS = HERE / "errors"
TABLE = tomllib.loads((HERE / "tricks.toml").read_text(encoding="utf-8"))
ROWS = [(name, row) for section in TABLE.values() for name, row in section.items()]
# What the reader was built for; a name that is not in the table is a trick without a page.
SHAPES = {
    *("Apifox YAML, indented", "Apifox YAML, indentation lost", "YAML with tabs", "YAML with bullets"),
    *("YAML with full-width punctuation", "YAML with smart quotes", "rendered, Apifox in Chinese"),
    *("rendered, Apifox in English", "rendered, Mintlify", "rendered, Redoc", "rendered, Scalar", "Markdown tables"),
    *("HTML tables", "OpenAPI 3.0, whole, YAML", "OpenAPI 3.1, whole, YAML", "OpenAPI 3.1, whole, JSON"),
    *("OpenAPI as JSON in a page", "Swagger 2, whole, JSON", "Swagger 2, whole, YAML", "Swagger 2 as JSON in a page"),
    *("HTML-escaped JSON", "HTML-escaped text", "byte-order mark", "rendered, bullets ● and ○"),
    *("saved HTML with the document in a script", "saved HTML with definition lists", "a cURL sample alone"),
}
TRICKS = {
    *("examples with comments and trailing commas", "examples with smart quotes", "enum values run together, split"),
    *("enum values run together, split in two ways", "ranges glued together", "numbers glued to labels"),
    *("limits only in prose, Chinese", "limits only in prose, English", "nullable by a list of types"),
    *("nullable by prose", "arrays of objects whose depth was lost", "path with the host split off"),
    *("several operations on one page", "base URL in prose", "auth in the cURL sample only"),
    *("GET with path parameters", "error bodies", "wrong titles", "required lists that contradict the prose"),
}


def test_no_shape_and_no_trick_is_without_a_page() -> None:
    assert SHAPES - TABLE["shape"].keys() == set()
    assert TRICKS - TABLE["trick"].keys() == set()


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_the_page_shows_the_trick_and_the_golden_what_became_of_it(name: str, row: dict[str, str]) -> None:
    folder = GOLDENS / row["golden"]
    assert re.search(row["page"], (folder / "page.txt").read_text(encoding="utf-8")), name
    expected = " ".join((folder / "expected.yaml").read_text(encoding="utf-8").split())
    assert row["read"] in expected, name


def test_every_golden_page_shows_something() -> None:
    assert {folder.name for folder in GOLDENS.iterdir()} - {row["golden"] for _, row in ROWS} == set()


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(list(GOLDENS.iterdir())) >= 40
    assert len(list(ERRORS.glob("*.message"))) >= 15
