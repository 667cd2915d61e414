"""The findings on the page, worst first: those of one kind on one relay are told once, with all their operations."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from klingkit_contract.findings import Verdict
from klingkit_contract.report.html_words import SIGNS, badge, fragment
from klingkit_contract.report.markup import Markup, element, join
from klingkit_contract.report.scores import accepted_words, count
from klingkit_contract.report.since import seen_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from klingkit_contract.findings import Acceptance, Deviation, Finding
    from klingkit_contract.report.grid import Grid

__all__ = ["known", "listed"]


@dataclass(slots=True)
class _Page:
    """What the lists share: the names of checks, the numbers of cells, and which cells have an address already."""

    grid: Grid
    numbers: Mapping[tuple[str, str, str], int]
    addressed: set[str] = field(default_factory=set)

    def link(self, item: Finding | Deviation, words: str) -> Markup:
        return element("a", words, href=f"#{fragment(item.relay, item.operation, item.check)}")

    def title(self, check: str) -> str:
        known = self.grid.checks.get(check)
        return known.title if known else check

    def address(self, finding: Finding) -> str | bool:
        """Return the address of the cell of `finding` once, so that links lead to it without JavaScript, too."""
        place = fragment(finding.relay, finding.operation, finding.check)
        if place in self.addressed:
            return False
        self.addressed.add(place)
        return place

    def marks(self, finding: Finding) -> dict[str, str | bool]:
        place = (finding.relay, finding.operation, finding.check)
        return {
            "data_cell": str(self.numbers[place]),
            "data_finding": str(self.grid.cell(*place).findings.index(finding)),
            "data_severity": finding.severity,
            "id": self.address(finding),
        }


def listed(grid: Grid, numbers: Mapping[tuple[str, str, str], int]) -> Markup:
    """Return the list of findings that count. `numbers` says where a cell stands in the data of the page."""
    findings = grid.findings()
    if not findings:
        return element("p", "None. That speaks for what was tested only.", class_="note")
    return _list(findings, _Page(grid, numbers))


def known(grid: Grid, gone: Sequence[Deviation], numbers: Mapping[tuple[str, str, str], int]) -> Markup:
    """Return the section about the baseline, or nothing when it had no part in the run."""
    accepted = grid.known()
    if not accepted and not gone:
        return join()
    # The list of what counts comes first on the page, and so do its addresses.
    there = {fragment(found.relay, found.operation, found.check) for found in grid.findings()}
    page = _Page(grid, numbers, there)
    parts = [element("h2", "Known deviations", id="known-title")]
    if accepted:
        words = "A baseline accepts these, so the run does not fail on them."
        parts += [element("p", words, class_="note"), _list(accepted, page)]
    if gone:
        words = "Gone: accepted, and not seen any more. Take them out of the baseline."
        items = (_gone(deviation, page) for deviation in gone)
        parts += [element("p", words, class_="note"), element("ol", *items, class_="findings")]
    return element("section", *parts, aria_labelledby="known-title", id="known")


def _list(findings: Iterable[Finding], page: _Page) -> Markup:
    kinds: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        said = (finding.severity, finding.signature, finding.promised, finding.acceptance, finding.since)
        kind = (finding.relay, finding.check, *said) if finding.signature else (finding.fingerprint, finding.seen)
        kinds.setdefault(kind, []).append(finding)
    return element("ol", *(_kind(alike, page) for alike in kinds.values()), class_="findings")


def _kind(alike: Sequence[Finding], page: _Page) -> Markup:
    """Return what one finding is, or several that differ in their operation and in what exactly was seen."""
    first, *others = alike
    accepted = first.acceptance
    head = element(
        "p",
        badge(
            Verdict.KNOWN if accepted else first.severity,
            SIGNS[Verdict.KNOWN if accepted else Verdict.FINDING],
            "known" if accepted else first.severity,
        ),
        page.link(first, page.title(first.check)),
        element("span", f"{first.relay} · {first.operation}", class_="where"),
        *([element("span", f"and {len(others):,} more like it", class_="more")] if others else []),
        class_="what",
    )
    since = seen_words(first.since) if first.since else ""
    pairs = {"promised": first.promised, "seen": first.seen, "since": since, "accepted": _accepted(accepted)}
    parts = [head, _pairs(pairs), join() if accepted else _command(first.reproduce)]
    if not others:
        return element("li", *parts, class_=f"found {first.severity}", **page.marks(first))
    members = [_member(finding, first, page) for finding in alike]
    summary = element("summary", f"All {count(len(alike), 'finding')} of this kind")
    parts.append(element("details", summary, element("ul", *members, class_="alike")))
    return element("li", *parts, class_=f"found {first.severity}")


def _member(finding: Finding, first: Finding, page: _Page) -> Markup:
    parts: list[str] = [page.link(finding, finding.operation)]
    if finding.seen != first.seen:
        parts += [" ", element("span", finding.seen, class_="seen")]
    return element("li", *parts, **page.marks(finding))


def _gone(deviation: Deviation, page: _Page) -> Markup:
    link = page.link(deviation, page.title(deviation.check))
    where = element("span", f"{deviation.relay} · {deviation.operation}", class_="where")
    pairs = {"was": deviation.seen or deviation.signature, "accepted": _accepted(deviation.acceptance)}
    return element("li", element("p", link, where, class_="what"), _pairs(pairs), class_="found")


def _accepted(acceptance: Acceptance | None) -> str:
    return accepted_words(acceptance).removeprefix("accepted ")


def _pairs(pairs: dict[str, str]) -> Markup:
    shown = (
        element("div", element("dt", name), element("dd", value, class_="told" if name == "seen" else False))
        for name, value in pairs.items()
        if value
    )
    return element("dl", *shown, class_="pairs")


def _command(line: str) -> Markup:
    """Return a shell command with a button that copies it, or nothing for an empty one."""
    if not line:
        return join()
    code = element("code", *(_word(part) for part in re.split(r"( --[\w-]+)", line)))
    button = element("button", "Copy", type="button", class_="copy js", aria_label="Copy the command")
    return element("div", code, button, class_="command")


def _word(part: str) -> str:
    """Keep an option together: a browser would break its line between the hyphens and the name."""
    return join(" ", element("span", part[1:], class_="option")) if part.startswith(" --") else part
