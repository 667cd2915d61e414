"""index.html: the whole run on one page that needs nothing else, neither a server nor the network.

What matters is rendered here, so that it can be read and printed without JavaScript: the cards, the matrix by
operation, the findings. The script adds the rows of single checks, filters, keys and the panel with a cell's evidence.
The content security policy of the page admits exactly the style and the script written here.
"""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from klingkit_contract.findings import Severity, Verdict
from klingkit_contract.report import html_data, html_fields, html_findings, html_past, html_table, matrix, text
from klingkit_contract.report.grid import WORST_FIRST, Grid
from klingkit_contract.report.html_cards import card
from klingkit_contract.report.html_words import SIGNS, badge
from klingkit_contract.report.markup import Markup, element, join
from klingkit_contract.report.scores import Score, count, score, total

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from klingkit_contract.events import Results

__all__ = ["write"]

_LEGEND = {
    Verdict.PASS: "the promise was kept",
    Verdict.FINDING: "the promise was broken; the word says how much it hurts",
    Verdict.KNOWN: "broken, and a baseline accepts that",
    Verdict.NOT_TESTED: "could not be asked, so nothing is known",
    Verdict.NOT_APPLICABLE: "not offered by the relay, or without meaning there",
}
# One program: what runs at once uses earlier parts only.
_SCRIPTS = ("page_data.js", "page_elements.js", "page_panel.js", "page_matrix.js", "page_filter.js")
_SHOWN_FIRST = (Verdict.FINDING, Verdict.KNOWN, Verdict.PASS, Verdict.NOT_TESTED)
_FOOTER = (
    "Written by klingkit check. Keys were taken out of every exchange before it was recorded. "
    "matrix.json, junit.xml and findings.sarif, beside this page, hold the same for programs, report.md for a comment."
)


def write(results: Results, path: Path) -> None:
    """Write `results` as one self-contained page to `path`, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    text.write(path, _page(results))


def _page(results: Results) -> str:
    grid = Grid(results)
    scores = [score(results, grid, relay) for relay in grid.relays]
    document = matrix.document(results)
    numbers = {(each["relay"], each["operation"], each["check"]): n for n, each in enumerate(document["cells"])}
    style, script = _package_file("page.css"), "\n".join(_package_file(name) for name in _SCRIPTS)
    return Template(_package_file("page.html")).substitute(
        policy=_policy(style, script),
        style=style,
        script=script,
        data=_embedded(html_data.packed(document, grid.relays)),
        lead=join(_lead(total(scores))),
        facts=_facts(results, grid, total(scores)),
        cards=join(*(card(found, grid) for found in scores)),
        operation_options=join(*(element("option", name, value=name) for name in grid.operations)),
        severity_options=_severity_options(),
        relay_chips=join(*(_chip("relay", relay, relay, checked=True) for relay in grid.relays)),
        verdict_chips=_verdict_chips(total(scores)),
        heads=join(*(element("th", relay, scope="col") for relay in grid.relays)),
        bodies=html_table.bodies(grid),
        legend=_legend(total(scores).known),
        findings_title=join(count(sum(total(scores).findings.values()), "finding"), ", worst first"),
        findings=html_findings.listed(grid, numbers),
        known=join(html_findings.known(grid, results.gone, numbers), html_past.section(results.past, grid)),
        fields=html_fields.section(results.fields),
        untested=_untested(grid),
        footer=join(_FOOTER),
    )


def _package_file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; img-src data:; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _embedded(document: dict[str, Any]) -> str:
    """Return `document` as JSON that cannot end the script element it stands in."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _lead(whole: Score) -> str:
    broken, known = whole.verdicts[Verdict.FINDING], whole.verdicts[Verdict.KNOWN]
    beside = f"besides {count(known, 'known deviation')}, " if known else ""
    return (
        f"Of {count(whole.applicable, 'question')} that apply, {whole.verdicts[Verdict.PASS]:,} were answered as "
        f"promised, {broken:,} {'was' if broken == 1 else 'were'} not, {beside}and "
        f"{whole.verdicts[Verdict.NOT_TESTED]:,} could not be asked."
    )


def _facts(results: Results, grid: Grid, whole: Score) -> Markup:
    facts = {
        "relays": f"{len(grid.relays):,}",
        "operations": f"{len(grid.operations):,}",
        "checks": f"{len(grid.checks):,}",
        "requests": f"{whole.requests:,}",
        "paid creates": _paid(whole, results, len(grid.relays)),
        "seed": str(results.started.seed),
        "duration": f"{results.seconds:.1f} s",
    }
    return join(*(element("div", element("dt", name), element("dd", value)) for name, value in facts.items()))


def _paid(whole: Score, results: Results, relays: int) -> str:
    limits = (f"{results.started.budget:,}", results.started.max_cost)
    most = " and ".join(words for words in limits if words) + (" each" if results.started.budget and relays > 1 else "")
    return "unknown" if whole.paid is None else f"{whole.spent} of at most {most}"


def _severity_options() -> Markup:
    worse = {severity: "" if severity is Severity.CRITICAL else " or worse" for severity in WORST_FIRST}
    return join(*(element("option", f"{severity}{words}", value=severity) for severity, words in worse.items()))


def _verdict_chips(whole: Score) -> Markup:
    order = [each for each in (*_SHOWN_FIRST, Verdict.NOT_APPLICABLE) if each is not Verdict.KNOWN or whole.known]
    return join(
        *(
            _chip("verdict", verdict, f"{verdict} ({whole.verdicts[verdict]:,})", checked=verdict in _SHOWN_FIRST)
            for verdict in order
        )
    )


def _chip(name: str, value: str, label: str, *, checked: bool) -> Markup:
    box = element("input", type="checkbox", name=name, value=value, checked=checked)
    return element("label", box, element("span", label), class_="chip")


def _legend(known: int) -> Markup:
    return join(
        *(
            element("div", element("dt", badge(verdict, SIGNS[verdict], verdict)), element("dd", words))
            for verdict, words in _LEGEND.items()
            if verdict is not Verdict.KNOWN or known
        )
    )


def _untested(grid: Grid) -> Markup:
    groups: Iterable[Markup] = [
        element(
            "tr",
            element("td", f"{group.cells:,}", class_="number"),
            element("td", group.reason),
            element("td", ", ".join(group.relays), class_="where"),
        )
        for group in grid.untested()
    ]
    if not groups:
        return element("p", "Every question that applies was asked.", class_="note")
    heads = [element("th", words, scope="col") for words in ("Cells", "Why", "Relays")]
    return element("table", element("thead", element("tr", *heads)), element("tbody", *groups), class_="plain")
