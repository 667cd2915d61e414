"""The run as text for a terminal, a pipe or a log: the matrix, the findings worst first, what was not asked and why."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.columns import Columns
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from klingkit_contract.findings import Severity, Verdict
from klingkit_contract.report import table_fields
from klingkit_contract.report.grid import Grid, fresh, worst
from klingkit_contract.report.scores import Grade, accepted_words, count, run_sentence, score, total
from klingkit_contract.report.since import seen_words
from klingkit_contract.report.text import one_line, printable

if TYPE_CHECKING:
    from rich.console import Console

    from klingkit_contract.events import Results
    from klingkit_contract.findings import Cell, Finding

__all__ = ["render"]

_STYLES = {Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}
_GRADES = {
    Grade.UNSAFE: "bold red",
    Grade.BROKEN: "red",
    Grade.CARE: "yellow",
    Grade.ACCEPTED: "yellow",
    Grade.KEPT: "green",
}
_NARROWEST_LABEL = 24  # columns for the names of checks below which relay names give way to letters
_INDENT = 2


@dataclass(frozen=True, slots=True)
class _Signs:
    """The marks of the matrix; every one has a word in the legend, so that colour is never needed."""

    passed: str
    finding: str
    known: str
    untested: str
    other: str
    arrow: str


_UNICODE = _Signs("✓", "✗", "≈", "–", "·", "→")
_ASCII = _Signs("ok", "X", "~", "-", ".", "->")


def render(results: Results, console: Console, *, fields: bool = False) -> None:
    """Print `results` on `console`, within its width; commands longer than that are broken so that they still paste.

    `fields` adds where documents, answers and the needs of our client differ.
    """
    _Page(results, console).render(fields=fields)


class _Page:
    def __init__(self, results: Results, console: Console) -> None:
        self.results = results
        self.console = console
        self.grid = Grid(results)
        self.scores = [score(results, self.grid, relay) for relay in self.grid.relays]
        self.signs = _UNICODE if console.encoding.lower().startswith("utf") else _ASCII

    def render(self, *, fields: bool) -> None:
        self._matrix()
        self._findings()
        self._known()
        self._gone()
        self._past()
        if fields:
            self._fields()
        self._verdicts()
        self._summary()

    def _print(self, line: Text, *, indent: int = 0) -> None:
        self.console.print(Padding(line, (0, 0, 0, indent), expand=False), highlight=False)

    def _text(self, text: str, style: str = "") -> Text:
        """Return what a relay or a check wrote as one printable line."""
        return Text(self._encodable(one_line(text)), style)

    def _encodable(self, text: str) -> str:
        """Return `text` with question marks for what this console's encoding cannot carry."""
        return text.encode(self.console.encoding, "replace").decode(self.console.encoding)

    def _matrix(self) -> None:
        heads = list(self.grid.relays)
        names = [*self.grid.operations, *(" " * _INDENT + check for check in self.grid.checks)]
        label = max((cell_len(name) for name in names), default=0)
        if self.console.width - _columns(heads) < min(label, _NARROWEST_LABEL):
            heads = _letters(len(heads))
            key = [
                Text.assemble((letter, "bold"), " ", self._text(relay))
                for letter, relay in zip(heads, self.grid.relays, strict=True)
            ]
            self.console.print(Columns(key, padding=(0, 2)))
            self.console.print()
        label = max(min(label, self.console.width - _columns(heads)), 1)
        for operation in self.grid.operations:
            self._operation(operation, heads, label)
        if self.grid.operations:
            self._legend()

    def _operation(self, operation: str, heads: list[str], label: int) -> None:
        rows = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="")
        rows.add_column(self._text(operation, "bold"), width=label, overflow="fold")
        for head in heads:
            rows.add_column(self._text(head, "dim"), width=max(cell_len(head), 3), no_wrap=True)
        for check in self.grid.checks:
            cells = [self.grid.cell(relay, operation, check) for relay in self.grid.relays]
            if any(cell.verdict is not Verdict.NOT_APPLICABLE for cell in cells):
                rows.add_row(Padding(self._text(check), (0, 0, 0, _INDENT)), *(self._sign(cell) for cell in cells))
        if rows.row_count:
            self.console.print(rows)
            self.console.print()

    def _sign(self, cell: Cell) -> Text:
        match cell.verdict:
            case Verdict.PASS:
                return Text(self.signs.passed, "green")
            case Verdict.FINDING:
                first = worst(fresh(cell))
                style = _STYLES[first.severity] if first else "red"
                return Text(f"{self.signs.finding} {max(len(fresh(cell)), 1)}", style)
            case Verdict.KNOWN:
                return Text(f"{self.signs.known} {len(cell.findings)}", "yellow")
            case Verdict.NOT_TESTED:
                return Text(self.signs.untested)
            case Verdict.NOT_APPLICABLE:
                return Text(self.signs.other, "dim")

    def _legend(self) -> None:
        signs = self.signs
        known = Text.assemble((f"{signs.known} n", "yellow"), " known   ") if self.grid.known() else ""
        self._print(
            Text.assemble(
                (signs.passed, "green"),
                " passed   ",
                (f"{signs.finding} n", "red"),
                " findings   ",
                known,
                f"{signs.untested} not tested   ",
                (signs.other, "dim"),
                " does not apply",
            )
        )

    def _findings(self) -> None:
        findings = self.grid.findings()
        if not findings:
            return
        self._heading(f"{count(len(findings), 'finding')}, worst first")
        for number, finding in enumerate(findings):
            if number:
                self.console.print()
            self._finding(finding)

    def _known(self) -> None:
        known = self.grid.known()
        if not known:
            return
        self._heading(f"{count(len(known), 'known deviation')}, accepted by the baseline")
        for finding in known:
            self._print(self._text(f"{finding.relay}  {finding.operation}  {finding.check}"))
            for line in (finding.seen, accepted_words(finding.acceptance)):
                self._print(self._text(line, "dim"), indent=_INDENT)

    def _gone(self) -> None:
        gone = self.results.gone
        if not gone:
            return
        self._heading(f"{count(len(gone), 'accepted deviation')} gone, to be taken out of the baseline")
        for deviation in gone:
            place = f"{deviation.relay}  {deviation.operation}  {deviation.check}: {deviation.signature}"
            self._print(self._text(place), indent=_INDENT)

    def _past(self) -> None:
        """Print what the runs before this one found and this one did not."""
        gone = [found for past in self.results.past.values() for found in past.gone]
        if not gone:
            return
        self._heading(f"{count(len(gone), 'finding')} gone since the run before")
        for found in gone:
            self._print(
                self._text(f"{found.relay}  {found.operation}  {found.check}: {found.signature}"), indent=_INDENT
            )
            self._print(self._text(seen_words(found.since), "dim"), indent=2 * _INDENT)

    def _fields(self) -> None:
        self._heading("Fields: documented, observed, needed by our client")
        table_fields.show(self.results.fields, self.console, self._encodable)

    def _finding(self, finding: Finding) -> None:
        names = [self._text(name) for name in (finding.relay, finding.operation, finding.check)]
        severity = Text(finding.severity.upper(), _STYLES[finding.severity])
        self._print(Text("  ").join([severity, *names]))
        if finding.promised:
            self._print(self._text(finding.promised, "dim"), indent=_INDENT)
        seen = Table.grid()
        seen.add_row(Text(f"{' ' * _INDENT}{self.signs.arrow} ", "bold"), self._text(finding.seen))
        self.console.print(seen)
        if finding.since is not None:
            self._print(self._text(seen_words(finding.since), "dim"), indent=_INDENT)
        if finding.reproduce:
            width = max(self.console.width - _INDENT - 2, 1)
            for number, line in enumerate(_broken(self._encodable(printable(finding.reproduce)), width)):
                command = Text(f"{' ' * _INDENT}{' ' if number else '$'} {line}", "cyan")
                self.console.print(command, soft_wrap=True, highlight=False)

    def _verdicts(self) -> None:
        self._heading("Relays")
        rows = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
        for found in self.scores:
            name = self._text(found.relay)
            name.stylize(_GRADES.get(found.grade, "bold"))
            rows.add_row(name, found.sentence)
        self.console.print(rows, highlight=False)

    def _summary(self) -> None:
        whole = total(self.scores)
        untested = self.grid.untested()
        self._heading("Summary")
        self._print(Text(run_sentence(whole, self.results.seconds), "bold"))
        if untested:
            self._print(Text("Not tested, and why:"))
        for group in untested:
            relays = "" if len(group.relays) == len(self.grid.relays) > 1 else f" ({', '.join(group.relays)})"
            line = self._text(f"{count(group.cells, 'cell')}: {group.reason}{relays}")
            self._print(line, indent=_INDENT)

    def _heading(self, words: str) -> None:
        self.console.print()
        self._print(Text(words, "bold underline"))


def _columns(heads: list[str]) -> int:
    """Return how many columns of the terminal the relays take, the space before each included."""
    return sum(max(cell_len(head), 3) + 1 for head in heads)


def _letters(number: int) -> list[str]:
    """Return short names for `number` relays: A to Z, then A2 and so on."""
    letters = string.ascii_uppercase
    return [letters[i % 26] + (str(i // 26 + 1) if i >= 26 else "") for i in range(number)]


def _broken(command: str, width: int) -> list[str]:
    """Break a shell command into lines of at most `width`, joined by backslashes, where it has spaces outside quotes.

    A word that is longer than a line stays whole: a command that pastes is worth more than a tidy margin.
    """
    lines: list[str] = []
    current = ""
    for word in _options(_words(command)):
        if current and cell_len(f"{current} {word} \\") > width:
            lines.append(f"{current} \\")
            current = word
        else:
            current = f"{current} {word}" if current else word
    return [*lines, current]


def _options(words: list[str]) -> list[str]:
    """Join every option with the value that follows it, so that no line ends between the two."""
    joined: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        if before.startswith("-") and not word.startswith("-"):
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined


def _words(command: str) -> list[str]:
    """Split a shell command at the spaces that stand outside quotes, leaving every word as it is written."""
    words, quote, escaped = [""], "", False
    for character in command:
        if character == " " and not quote and not escaped:
            words.append("")
            continue
        words[-1] += character
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif character == quote:
            quote = ""
        elif character in "'\"" and not quote:
            quote = character
    return [word for word in words if word]
