"""index.html: the whole run on one page that needs nothing else, neither a server nor the network.

The page is rendered here, so that it can be read and printed without JavaScript; the script adds filters, keys and the
panel that shows one cell's evidence. Its content security policy admits exactly the style and the script written here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from klingkit_contract.findings import Severity, Verdict
from klingkit_contract.report import html_fields, html_past, matrix, text
from klingkit_contract.report.grid import WORST_FIRST, Grid
from klingkit_contract.report.html_cards import card
from klingkit_contract.report.html_table import Rows
from klingkit_contract.report.html_words import SIGNS, badge, fragment
from klingkit_contract.report.markup import Markup, element, join
from klingkit_contract.report.scores import Score, accepted_words, count, score, total
from klingkit_contract.report.since import seen_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from klingkit_contract.events import Results
    from klingkit_contract.findings import Acceptance, Deviation, Finding

__all__ = ["write"]

_LEGEND = {
    Verdict.PASS: "the promise was kept",
    Verdict.FINDING: "the promise was broken; the word says how much it hurts",
    Verdict.KNOWN: "broken, and a baseline accepts that",
    Verdict.NOT_TESTED: "could not be asked, so nothing is known",
    Verdict.NOT_APPLICABLE: "not offered by the relay, or without meaning there",
}
_SCRIPTS = ("page_elements.js", "page_panel.js", "page_matrix.js")  # one program: later parts use earlier ones
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
    rows = Rows(grid, document["cells"])
    style, script = _package_file("page.css"), "\n".join(_package_file(name) for name in _SCRIPTS)
    return Template(_package_file("page.html")).substitute(
        policy=_policy(style, script),
        style=style,
        script=script,
        data=_embedded({**document, "fields": []}),  # they are many, and no script asks for them
        lead=join(_lead(total(scores))),
        facts=_facts(results, grid, total(scores)),
        cards=join(*(card(found, grid) for found in scores)),
        operation_options=join(*(element("option", name, value=name) for name in grid.operations)),
        severity_options=_severity_options(),
        relay_chips=join(*(_chip("relay", relay, relay, checked=True) for relay in grid.relays)),
        verdict_chips=_verdict_chips(total(scores)),
        heads=join(*(element("th", relay, scope="col", data_relay=relay) for relay in grid.relays)),
        bodies=rows.bodies(),
        legend=_legend(total(scores).known),
        findings_title=join(count(sum(total(scores).findings.values()), "finding"), ", worst first"),
        findings=_findings(grid, rows),
        known=join(_known(results, grid, rows), html_past.section(results.past, grid)),
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
    most = " and ".join(words for words in (f"{results.started.budget:,}", results.started.max_cost) if words)
    facts = {
        "relays": f"{len(grid.relays):,}",
        "operations": f"{len(grid.operations):,}",
        "checks": f"{len(grid.checks):,}",
        "requests": f"{whole.requests:,}",
        "paid creates": "unknown" if whole.paid is None else f"{whole.spent} of at most {most}",
        "seed": str(results.started.seed),
        "duration": f"{results.seconds:.1f} s",
    }
    return join(*(element("div", element("dt", name), element("dd", value)) for name, value in facts.items()))


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


def _findings(grid: Grid, rows: Rows) -> Markup:
    findings = grid.findings()
    if not findings:
        return element("p", "None. That speaks for what was tested only.", class_="note")
    return element("ol", *(_finding(finding, grid, rows) for finding in findings), class_="findings")


def _finding(finding: Finding, grid: Grid, rows: Rows) -> Markup:
    accepted = finding.acceptance
    head = element(
        "p",
        badge(
            Verdict.KNOWN if accepted else finding.severity,
            SIGNS[Verdict.KNOWN if accepted else Verdict.FINDING],
            "known" if accepted else finding.severity,
        ),
        *_place(finding, grid),
        class_="what",
    )
    since = seen_words(finding.since) if finding.since else ""
    pairs = {"promised": finding.promised, "seen": finding.seen, "since": since, "accepted": _accepted(accepted)}
    parts = [head, _pairs(pairs), join() if accepted else _command(finding.reproduce)]
    number = str(rows.numbers[finding.relay, finding.operation, finding.check])
    return element("li", *parts, class_=f"found {finding.severity}", data_cell=number, data_severity=finding.severity)


def _accepted(acceptance: Acceptance | None) -> str:
    return accepted_words(acceptance).removeprefix("accepted ")


def _place(item: Finding | Deviation, grid: Grid) -> list[Markup]:
    """Return a link to the cell of `item`, and the names of relay and operation."""
    check = grid.checks.get(item.check)
    place = f"#{fragment(item.relay, item.operation, item.check)}"
    link = element("a", check.title if check else item.check, href=place)
    return [link, element("span", f"{item.relay} · {item.operation}", class_="where")]


def _known(results: Results, grid: Grid, rows: Rows) -> Markup:
    """Return the section about the baseline, or nothing when it had no part in the run."""
    known = [_finding(finding, grid, rows) for finding in grid.known()]
    gone = [
        element(
            "li",
            element("p", *_place(deviation, grid), class_="what"),
            _pairs({"was": deviation.seen or deviation.signature, "accepted": _accepted(deviation.acceptance)}),
            class_="found",
        )
        for deviation in results.gone
    ]
    if not known and not gone:
        return join()
    parts = [element("h2", "Known deviations", id="known-title")]
    if known:
        words = "A baseline accepts these, so the run does not fail on them."
        parts += [element("p", words, class_="note"), element("ol", *known, class_="findings")]
    if gone:
        words = "Gone: accepted, and not seen any more. Take them out of the baseline."
        parts += [element("p", words, class_="note"), element("ol", *gone, class_="findings")]
    return element("section", *parts, aria_labelledby="known-title", id="known")


def _pairs(pairs: dict[str, str]) -> Markup:
    shown = (element("div", element("dt", name), element("dd", value)) for name, value in pairs.items() if value)
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
