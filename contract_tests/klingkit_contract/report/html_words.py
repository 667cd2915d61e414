"""The marks, words and addresses that every part of the page shares."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from klingkit_contract.findings import Verdict
from klingkit_contract.report.markup import Markup, element

if TYPE_CHECKING:
    from enum import StrEnum

__all__ = ["SIGNS", "badge", "css_class", "fragment"]

SIGNS = {
    Verdict.PASS: "✓",
    Verdict.FINDING: "✗",
    Verdict.KNOWN: "≈",
    Verdict.NOT_TESTED: "–",
    Verdict.NOT_APPLICABLE: "·",
}


def fragment(relay: str, operation: str, check: str) -> str:
    """Return the part of a cell's address after the ``#``, for example ``anyapi/video_text2video_get/html-page``."""
    return "/".join(quote(part, safe="") for part in (relay, operation, check))


def css_class(word: StrEnum) -> str:
    """Return a verdict, a severity or a grade as the name of its style, for example ``not-tested``."""
    return "".join(character if character.isalpha() else "-" for character in word)


def badge(word: StrEnum, sign: str, label: str) -> Markup:
    """Return a small coloured label that says in words what its colour means."""
    return element("span", element("span", sign, aria_hidden="true"), f" {label}", class_=f"badge {css_class(word)}")
