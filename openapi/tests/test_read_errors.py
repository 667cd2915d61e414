"""Files that hold no page, or a page without an operation, are refused with one sentence that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from klingkit_spec.errors import PageError, SpecError
from klingkit_spec.reader import read_file, read_page

ERRORS = Path(__file__).parent / "errors"
CASES = sorted(file.stem for file in ERRORS.glob("*.message"))


@pytest.mark.parametrize("case", CASES)
def test_unreadable_file_is_refused_with_the_expected_sentence(case: str) -> None:
    page = next(file for file in ERRORS.glob(f"{case}.*") if file.suffix != ".message")
    expected = (ERRORS / f"{case}.message").read_text(encoding="utf-8").strip()
    with pytest.raises(PageError) as refused:
        read_file(page, name=page.name)
    assert str(refused.value) == expected
    assert refused.value.exit_status == 2


def test_a_folder_is_refused() -> None:
    with pytest.raises(PageError, match=r"this is a folder; name one page file\.$"):
        read_file(ERRORS)


def test_a_missing_file_stays_an_operating_system_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "absent.txt")


def test_page_error_names_page_and_line() -> None:
    with pytest.raises(SpecError) as refused:
        read_page("<html></html>", name="dashboard")
    assert isinstance(refused.value, PageError)
    assert (refused.value.name, refused.value.line) == ("dashboard", 1)


def test_anchors_are_never_expanded() -> None:
    bomb = "openapi: 3.1.0\ninfo:\n  a: &a [x, x]\n  b: &b [*a, *a]\n  c: [*b, *b]\npaths:\n  /v1/x:\n    get: {}\n"
    reading = read_page(bomb)
    assert not reading.complete
    assert reading.document["info"] == {"title": "", "version": ""}
