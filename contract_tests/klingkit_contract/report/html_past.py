"""The part of the page about the runs before this one: what they found and this one did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.report.html_words import fragment
from klingkit_contract.report.markup import Markup, element, join
from klingkit_contract.report.since import seen_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_contract.findings import Gone, Past
    from klingkit_contract.report.grid import Grid

__all__ = ["section"]


def section(past: Mapping[str, Past], grid: Grid) -> Markup:
    """Return the section, or nothing where no history is kept."""
    if not past:
        return join()
    lines = [element("li", _line(relay, found)) for relay, found in past.items()]
    gone = [_gone(found, grid) for each in past.values() for found in each.gone]
    parts = [element("h2", "Since the run before", id="past-title"), element("ul", *lines, class_="lines")]
    if gone:
        parts += [element("p", "Found before, and not seen any more:", class_="note")]
        parts += [element("ol", *gone, class_="findings")]
    return element("section", *parts, aria_labelledby="past-title", id="past")


def _line(relay: str, past: Past) -> str:
    if past.previous is None:
        return f"{relay}: run {past.run}, the first that is kept."
    return f"{relay}: run {past.run}; since run {past.previous}, {len(past.new):,} new and {len(past.gone):,} gone."


def _gone(found: Gone, grid: Grid) -> Markup:
    check = grid.checks.get(found.check)
    place = f"#{fragment(found.relay, found.operation, found.check)}"
    link = element("a", check.title if check else found.check, href=place)
    where = element("span", f"{found.relay} · {found.operation}", class_="where")
    pairs = {"was": found.seen, "since": seen_words(found.since)}
    shown = (element("div", element("dt", name), element("dd", words)) for name, words in pairs.items())
    return element(
        "li", element("p", link, where, class_="what"), element("dl", *shown, class_="pairs"), class_="found"
    )
