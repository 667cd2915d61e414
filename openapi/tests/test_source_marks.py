"""``x-source`` covers everything that was read, and goes no further than ``extracted/``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from klingkit_spec.reader import read_file
from klingkit_spec.reader.output import to_yaml
from klingkit_spec.source_marks import SOURCE, without_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

OPENAPI = Path(__file__).parents[1]
GOLDENS = Path(__file__).parent / "goldens"
CASES = sorted(folder.name for folder in GOLDENS.iterdir())
EXTRACTED = sorted(file.name for file in (OPENAPI / "extracted").glob("*.yaml"))
KINDS = {"schema", "label", "prose", "example", "sample", "path"}
NOT_FROM_A_PAGE = {"openapi", "info"}
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _uncovered(node: Any, place: str = "") -> Iterator[str]:
    """Yield the places of values that no ``x-source`` around them speaks of."""
    if isinstance(node, dict):
        keywords = {SOURCE}
        if SOURCE in node:
            return
        for key, member in node.items():
            if key not in keywords:
                yield from _uncovered(member, f"{place}/{key}")
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _uncovered(item, f"{place}/{index}")
    else:
        yield place


def _marks(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if isinstance(node.get(SOURCE), dict):
            yield node[SOURCE]
            yield from node[SOURCE].get("keywords", {}).values()
        for key, member in node.items():
            if key != SOURCE:
                yield from _marks(member)
    elif isinstance(node, list):
        for item in node:
            yield from _marks(item)


def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load((OPENAPI / name).read_text(encoding="utf-8"), Loader=LOADER)
    return document


@pytest.mark.parametrize("case", CASES)
def test_every_value_read_from_a_page_has_a_source_on_that_page(case: str) -> None:
    page = GOLDENS / case / "page.txt"
    document = read_file(page, sources=True).document
    length = len(page.read_text(encoding="utf-8").splitlines())
    assert [place for place in _uncovered(document) if place not in {"/openapi", "/jsonSchemaDialect"}] == []
    for mark in _marks(document):
        assert 1 <= mark["line"] <= length
        assert mark["from"] in KINDS


@pytest.mark.parametrize("name", EXTRACTED)
def test_every_value_of_an_extracted_document_has_a_source_in_its_page(name: str) -> None:
    document = _read(f"extracted/{name}")
    rest = {key: value for key, value in document.items() if key not in NOT_FROM_A_PAGE}
    assert [place for place in _uncovered(rest) if not place.endswith("/x-klingkit-page")] == []
    pages = OPENAPI / "sources" / name.partition(".")[0]
    for mark in _marks(document):
        assert mark["from"] in KINDS
        if "page" in mark:
            assert mark["line"] <= (pages / mark["page"]).read_text(encoding="utf-8").count("\n") + 1


def test_sources_stay_out_of_the_resolved_documents_and_the_client() -> None:
    files = [*(OPENAPI / "resolved").rglob("*.yaml"), *(OPENAPI.parent / "generated_client").rglob("*.py")]
    assert len(files) > 10
    assert [file.name for file in files if SOURCE in file.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("case", CASES)
def test_without_its_sources_a_document_is_the_one_read_without_them(case: str) -> None:
    page = GOLDENS / case / "page.txt"
    assert without_sources(read_file(page, sources=True).document) == read_file(page).document


def test_a_field_called_like_the_mark_is_kept() -> None:
    document = {"properties": {SOURCE: {"type": "string", SOURCE: {"line": 1}}}, "example": {SOURCE: 1}}
    assert without_sources(document) == {"properties": {SOURCE: {"type": "string"}}, "example": {SOURCE: 1}}


def test_a_source_is_written_on_one_line() -> None:
    written = to_yaml({"type": "string", SOURCE: {"line": 3, "from": "label"}})
    assert written == "type: string\nx-source: {line: 3, from: label}\n"
