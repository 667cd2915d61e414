"""Tell which shape a page has."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Literal

from klingkit_spec.reader.apifox_yaml import START

if TYPE_CHECKING:
    from klingkit_spec.reader.page import Page

__all__ = ["Shape", "detect"]

Shape = Literal["indented-yaml", "unindented-yaml", "embedded-json", "rendered", "example-only"]

_JSON_KEY = re.compile(r'"(?:openapi|swagger)"\s*:\s*"[23]')
_SECTION = re.compile(r"\s*(?:info|paths)\s*:\s*$")


def detect(page: Page) -> Shape:
    """Return the shape to read the page as; a rendered page may still turn out to be ``example-only``.

    Raises:
        PageError: the page is empty.
    """
    if not page.text.strip():
        raise page.fault("the page is empty; save the vendor's page as text first.")
    start = next((index for index, line in enumerate(page.lines) if START.match(line)), None)
    if start is not None:
        return (
            "indented-yaml" if _indented([line for line in page.lines[start:] if line.strip()]) else "unindented-yaml"
        )
    if _JSON_KEY.search(page.text):
        return "embedded-json"
    return "rendered"


def _indented(lines: list[str]) -> bool:
    """Say whether what stands under ``info:`` and ``paths:`` is indented (a footer may be, whatever the block is)."""
    answers = [
        _margin(following) > _margin(line) for line, following in itertools.pairwise(lines) if _SECTION.match(line)
    ]
    return bool(answers) and all(answers)


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())
