"""What the command says about a finished run: on stdout, in files, and by its exit status."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rich.console import Console

from klingkit_contract import baseline, baseline_file
from klingkit_contract.errors import OptionError
from klingkit_contract.findings import Verdict
from klingkit_contract.report import brief, github, markdown, matrix, table, write_all

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from klingkit_contract.cli.keeper import Keeper
    from klingkit_contract.events import Results
    from klingkit_contract.findings import Deviation, Past

__all__ = ["Format", "Outcome"]


class Format(StrEnum):
    """What goes to stdout."""

    TABLE = "table"
    GITHUB = "github"
    MARKDOWN = "markdown"
    JSON = "json"


_RENDERERS = {Format.GITHUB: github.render, Format.MARKDOWN: markdown.render, Format.JSON: matrix.render}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run is told, and what it is measured by.

    Attributes:
        format: what goes to stdout.
        only_new: say what is new or gone, a line each, and nothing else.
        folder: where the reports go; None for none.
        accepted: what the baseline accepts.
        kept: what the baseline file that is to be written accepts already.
        baseline: the baseline file to write; None for none.
        today: the day on which an acceptance is over or not.
        fields: show what is documented, observed and needed of each field.
        keeper: keeps the run in the history; None for nowhere.
    """

    format: Format
    only_new: bool
    folder: Path | None
    accepted: tuple[Deviation, ...]
    kept: tuple[Deviation, ...]
    baseline: Path | None
    today: date
    fields: bool = False
    keeper: Keeper | None = None

    @classmethod
    def read(
        cls,
        format_: Format,
        folder: Path | None,
        accepting: Path | None,
        writing: Path | None,
        today: date,
        *,
        only_new: bool,
    ) -> Outcome:
        """Read the baselines and return how to tell the run, before anything is asked.

        Raises:
            BaselineError: a file is missing or no baseline.
            OptionError: options contradict each other.
        """
        if only_new and format_ is not Format.TABLE:
            raise OptionError("--only-new prints plain lines; leave out --format.")
        accepted = baseline_file.read(accepting) if accepting else ()
        kept = baseline_file.read(writing) if writing and writing.exists() else accepted
        if writing:
            baseline_file.try_folder(writing)
        return cls(format_, only_new, folder, accepted, kept, writing, today)

    @property
    def plain(self) -> bool:
        """Whether stdout holds nothing but the format that was asked for."""
        return self.only_new or self.format is not Format.TABLE

    def tell(self, raw: Results, *, whole: bool) -> int:
        """Show and write `raw`, a run that may have stopped before it was `whole`, and return the exit status.

        Raises:
            BaselineError: the baseline cannot be written.
            OSError: a report cannot be written.
        """
        marked = baseline.mark(raw, self.accepted, self.today)
        results = baseline.shorten(self.keeper.keep(marked) if self.keeper else marked)
        self._print(results)
        remarks = Console(stderr=self.plain, quiet=self.only_new)
        for relay, past in results.past.items():
            remarks.print(_kept_words(relay, past), highlight=False, soft_wrap=True, style="dim")
        if self.folder is not None:
            for path in write_all(results, self.folder):
                remarks.print(f"wrote {path}", highlight=False, soft_wrap=True)
        if self.baseline is not None and whole:
            renewal = baseline.renew(raw, self.kept, self.today)
            baseline_file.write(renewal.deviations, self.baseline)
            remarks.print(f"wrote {self.baseline}: {_words(renewal)}", highlight=False, soft_wrap=True)
            results = baseline.accept(raw, renewal.deviations, self.today)
        return 1 if any(cell.verdict is Verdict.FINDING for cell in results.cells.values()) else 0

    def _print(self, results: Results) -> None:
        if self.only_new:
            _emit(brief.render(results))
        elif self.format is Format.TABLE:
            table.render(results, Console(), fields=self.fields)
        else:
            _emit(_RENDERERS[self.format](results))


def _emit(words: str) -> None:
    """Write `words` to stdout as they are; what its encoding cannot carry is written as an escape."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(words.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


def _kept_words(relay: str, past: Past) -> str:
    words = f"kept as run {past.run} of {relay}"
    if past.previous is None:
        return words
    return f"{words}; since run {past.previous}: {len(past.new):,} new, {len(past.gone):,} gone"


def _words(renewal: baseline.Renewal) -> str:
    accepted = len(renewal.deviations)
    return f"{accepted} accepted, {renewal.added} of them new and unreviewed; {len(renewal.dropped)} gone and left out."
