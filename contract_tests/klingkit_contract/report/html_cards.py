"""One card per relay at the head of the page: what to make of it, and the numbers behind that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.findings import Verdict
from klingkit_contract.report.html_words import css_class, fragment
from klingkit_contract.report.markup import Markup, element, join
from klingkit_contract.report.scores import Grade, Score

if TYPE_CHECKING:
    from klingkit_contract.report.grid import Grid

__all__ = ["card"]

_SIGNS = {
    Grade.UNSAFE: "✗",
    Grade.BROKEN: "✗",
    Grade.CARE: "!",
    Grade.ACCEPTED: "≈",
    Grade.INCOMPLETE: "–",
    Grade.KEPT: "✓",
    Grade.UNKNOWN: "?",
}
_BAR = {
    Verdict.PASS: "passed",
    Verdict.FINDING: "findings",
    Verdict.KNOWN: "known deviations",
    Verdict.NOT_TESTED: "not tested",
}


def card(found: Score, grid: Grid) -> Markup:
    """Return the card of one relay."""
    grade = element(
        "p",
        element("span", _SIGNS[found.grade], aria_hidden="true"),
        f" {found.grade}",
        class_=f"grade {css_class(found.grade)}",
    )
    parts = [
        element("header", element("h3", found.relay), element("p", found.base_url, class_="address")),
        grade,
        element("div", element("p", found.sentence), _worst(found, grid), class_="sentence"),
        _bar(found),
        _levels(found),
        _numbers(found),
    ]
    return element("article", *parts, class_=f"card {css_class(found.grade)}", data_relay=found.relay)


def _worst(found: Score, grid: Grid) -> Markup:
    if found.worst is None:
        return join()
    place = fragment(found.worst.relay, found.worst.operation, found.worst.check)
    link = element("a", grid.checks[found.worst.check].title, href=f"#{place}")
    return element("p", "Worst broken promise: ", link, class_="worst")


def _bar(found: Score) -> Markup:
    """Return the shares of the verdicts as a bar; what was not tested is hatched, never filled."""
    shares: list[Markup] = []
    left = 0.0
    for verdict, words in _BAR.items():
        width = 100 * found.verdicts[verdict] / (found.applicable or 1)
        if width:
            title = element("title", f"{found.verdicts[verdict]:,} {words}")
            place = {"x": f"{left:.3f}%", "width": f"{width:.3f}%"}
            shares.append(element("rect", title, **place, height="100%", class_=css_class(verdict)))
        left += width
    shown = [verdict for verdict in _BAR if verdict is not Verdict.KNOWN or found.verdicts[verdict]]
    label = ", ".join(f"{found.verdicts[verdict]:,} {_BAR[verdict]}" for verdict in shown)
    return element("svg", *shares, class_="bar", role="img", aria_label=label)


def _levels(found: Score) -> Markup:
    levels = [
        element(
            "div",
            element("dt", severity),
            element("dd", f"{number:,}"),
            class_=css_class(severity) if number else "none",
        )
        for severity, number in found.findings.items()
    ]
    return element("dl", *levels, class_="levels")


def _numbers(found: Score) -> Markup:
    numbers = {
        "passed": f"{found.verdicts[Verdict.PASS]:,}",
        **({"known deviations": f"{found.known:,}"} if found.known else {}),
        "not tested": f"{found.verdicts[Verdict.NOT_TESTED]:,}",
        "paid creates": found.spent,
        "requests": f"{found.requests:,}",
    }
    rows = (element("div", element("dt", name), element("dd", value)) for name, value in numbers.items())
    return element("dl", *rows, class_="numbers")
