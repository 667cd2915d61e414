"""Every golden page is read as its expected.yaml says: shape, remarks and document, to the letter.

Write all the expected.yaml anew with ``python openapi/tests/test_read_goldens.py``, then look at what changed.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from klingkit_spec.reader import read_file
from klingkit_spec.reader.output import to_yaml

GOLDENS = Path(__file__).parent / "goldens"
CASES = sorted(folder.name for folder in GOLDENS.iterdir() if folder.is_dir())


def _as_read(case: str) -> str:
    reading = read_file(GOLDENS / case / "page.txt", name="page.txt", sources=True)
    notes = [note.render("page.txt") for note in reading.notes]
    return to_yaml({"shape": reading.shape, "notes": notes, "document": reading.document})


@pytest.mark.parametrize("case", CASES)
def test_golden_page_is_read_as_expected(case: str) -> None:
    expected = (GOLDENS / case / "expected.yaml").read_text(encoding="utf-8")
    assert expected == _as_read(case)


@pytest.mark.parametrize("case", CASES)
def test_what_is_read_from_a_golden_page_is_valid_openapi(case: str) -> None:
    document = read_file(GOLDENS / case / "page.txt").document
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


if __name__ == "__main__":
    for name in CASES:
        (GOLDENS / name / "expected.yaml").write_text(_as_read(name), encoding="utf-8", newline="\n")
