"""report.md: the run as a comment on a pull request, in GitHub's Markdown.

Whatever a relay wrote stands in code, where no mention, link, picture or markup of it comes to life. The comment stays
below GitHub's limit: what does not fit is counted, never dropped in silence.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from klingkit_contract.findings import Verdict
from klingkit_contract.report import text
from klingkit_contract.report.grid import Grid
from klingkit_contract.report.scores import Score, accepted_words, count, run_sentence, score, severities, total
from klingkit_contract.report.since import seen_words

if TYPE_CHECKING:
    from pathlib import Path

    from klingkit_contract.events import Results
    from klingkit_contract.findings import Exchange, Finding

__all__ = ["MARK", "render", "write"]

MARK = "<!-- klingkit check -->"  # the first line, by which a workflow finds the comment it wrote before

_MOST = 60_000  # characters of the whole; GitHub takes 65,536
_MOST_SEEN = 600  # characters of one sentence
_MOST_BODY = 1_500  # characters of one body
_TICKS = re.compile("`+")


def write(results: Results, path: Path) -> None:
    """Write `results` as Markdown to `path`, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    text.write(path, render(results))


def render(results: Results) -> str:
    """Return `results` as Markdown of at most 60,000 characters."""
    grid = Grid(results)
    scores = [score(results, grid, relay) for relay in grid.relays]
    whole = total(scores)
    head = [MARK, f"## klingkit check: {_verdict(whole)}", run_sentence(whole, results.seconds), _table(scores)]
    tail = [*_known(grid), *_gone(results), *_past(results), *_untested(grid)]
    room = _MOST - sum(len(part) + 2 for part in (*head, *tail))
    return "\n\n".join([*head, *_findings(grid, room), *tail]) + "\n"


def _verdict(whole: Score) -> str:
    if whole.verdicts[Verdict.FINDING]:
        return severities(whole.findings) or count(whole.verdicts[Verdict.FINDING], "finding")
    if not whole.verdicts[Verdict.PASS]:
        return "nothing could be tested"
    return "nothing new" if whole.known else "no findings"


def _table(scores: list[Score]) -> str:
    known = any(found.known for found in scores)
    heads = ["Relay", "Verdict", "Passed", "Findings", *(["Known"] if known else []), "Not tested", "Paid creates"]
    rows = ["| " + " | ".join(heads) + " |", "|---|---|" + "--:|" * (len(heads) - 2)]
    for found in scores:
        cells = [
            _cell(found.relay),
            str(found.grade),
            f"{found.verdicts[Verdict.PASS]:,}",
            f"{sum(found.findings.values()):,}",
            *([f"{found.known:,}"] if known else []),
            f"{found.verdicts[Verdict.NOT_TESTED]:,}",
            found.spent,
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _findings(grid: Grid, room: int) -> list[str]:
    findings = grid.findings()
    parts = ["### Findings, worst first"] if findings else []
    for number, finding in enumerate(findings):
        shown = _finding(finding, grid)
        room -= len(shown) + 2
        if room < 200:
            parts.append(f"**{count(len(findings) - number, 'more finding')}** did not fit here; index.html has all.")
            break
        parts.append(shown)
    return parts


def _finding(finding: Finding, grid: Grid) -> str:
    title = escape(grid.checks[finding.check].title)
    place = (
        f"<code>{escape(text.one_line(finding.relay))}</code> <code>{escape(text.one_line(finding.operation))}</code>"
    )
    lines = [
        f"<details><summary><b>{finding.severity}</b> {place} {title} (<code>{escape(finding.check)}</code>)</summary>",
        "",
        f"- promised: {_code(finding.promised)}",
        f"- seen: {_code(finding.seen)}",
        *([f"- {seen_words(finding.since)}"] if finding.since else []),
    ]
    if finding.reproduce:
        lines += ["", _fence(finding.reproduce, "sh")]
    if finding.exchange is not None:
        lines += ["", _fence(_exchange(finding.exchange), "http")]
    return "\n".join([*lines, "", "</details>"])


def _exchange(exchange: Exchange) -> str:
    answer = f"HTTP {exchange.status}" if exchange.status else f"no answer: {exchange.note}"
    sent = [f"{exchange.method} {exchange.url}", _cut(exchange.request_body)]
    got = [answer, _cut(exchange.response_body)]
    return "\n\n".join("\n".join(filter(None, half)) for half in (sent, got))


def _cut(body: str) -> str:
    return body if len(body) <= _MOST_BODY else f"{body[:_MOST_BODY]}… [{len(body)} characters]"


def _known(grid: Grid) -> list[str]:
    lines = [
        f"- {_code(f'{found.relay} {found.operation} {found.check}')}: {_code(accepted_words(found.acceptance))}"
        for found in grid.known()
    ]
    return _details("Known deviations, accepted by the baseline", lines)


def _gone(results: Results) -> list[str]:
    lines = [f"- {_code(f'{gone.relay} {gone.operation} {gone.check}: {gone.signature}')}" for gone in results.gone]
    return [f"### Accepted and gone, to be taken out of the baseline\n\n{_few(lines)}"] if lines else []


def _past(results: Results) -> list[str]:
    lines = [
        f"- {_code(f'{gone.relay} {gone.operation} {gone.check}: {gone.signature}')}: {seen_words(gone.since)}"
        for past in results.past.values()
        for gone in past.gone
    ]
    return _details("Gone since the run before", lines)


def _untested(grid: Grid) -> list[str]:
    lines = [
        f"- {count(group.cells, 'cell')} of {', '.join(map(_code, group.relays))}: {_code(group.reason)}"
        for group in grid.untested()
    ]
    return _details("Not tested, and why", lines)


def _details(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    return [f"<details><summary>{title} ({len(lines):,})</summary>\n\n{_few(lines)}\n\n</details>"]


def _few(lines: list[str]) -> str:
    """Return the first lines that fit, and how many are left out: the lists share the room with the findings."""
    shown: list[str] = []
    room = _MOST // 5
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*shown, f"- and {len(lines) - number:,} more"])
        shown.append(line)
    return "\n".join(shown)


def _code(words: str) -> str:
    """Return `words` as code on one line, within backticks of which the words have no equal run."""
    line = text.one_line(words)
    line = line if len(line) <= _MOST_SEEN else f"{line[:_MOST_SEEN]}…"
    if not line:
        return "(nothing)"
    ticks = "`" * (_longest(line) + 1)
    return f"{ticks} {line} {ticks}"


def _cell(words: str) -> str:
    """Return `words` as code within a table, where a bar would end the cell even inside code."""
    return _code(words).replace("|", "\\|")


def _fence(block: str, language: str) -> str:
    """Return `block` as a block of code that nothing in it can end."""
    ticks = "`" * max(_longest(block) + 1, 3)
    return f"{ticks}{language}\n{text.printable(block)}\n{ticks}"


def _longest(words: str) -> int:
    return max((len(run) for run in _TICKS.findall(words)), default=0)
