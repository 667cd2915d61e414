"""The matrix for a terminal, readable at 80 columns and without colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from klingkit_spec.matrix.model import differing_rows
from klingkit_spec.matrix.phrases import LEGEND, field_phrases, renamings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from klingkit_spec.matrix.model import Cell, Matrix

__all__ = ["print_matrix"]

_STYLES = {"different": "yellow", "missing": "red", "extra": "cyan", "claimed": "dim", "assumed": "dim"}
_NAME = "bold magenta"
_HEAD = "bold"
_NARROWEST_NAMES = 22  # columns below which the names of fields are hard to tell apart


@dataclass(frozen=True)
class _Signs:
    same: str
    nothing: str
    differs: str
    arrow: str
    quotes: tuple[str, str]


_UNICODE = _Signs("✓", "–", "≠", "→", ("«", "»"))
_ASCII = _Signs("ok", "-", "!=", "->", ('"', '"'))


def print_matrix(matrix: Matrix, console: Console, *, everything: bool = False) -> None:
    """Print the matrix on `console`: operations, what is called differently, then the fields of each operation.

    Fields that are alike everywhere are counted, not listed, unless `everything` is asked for.
    """
    _Printer(matrix, console, everything=everything).run()


class _Printer:
    def __init__(self, matrix: Matrix, console: Console, *, everything: bool) -> None:
        self._matrix = matrix
        self._console = console
        self._everything = everything
        self._signs = _UNICODE if console.encoding.lower().startswith("utf") else _ASCII

    def run(self) -> None:
        self._operations()
        self._renamings()
        for operation in self._matrix.operations:
            self._fields(operation)

    def _heading(self, words: str) -> None:
        self._console.print(Text(words, style=_HEAD))

    def _wrapped(self, words: str, indent: int = 0) -> None:
        for line in Text(words).wrap(self._console, max(self._console.width - indent, _NARROWEST_NAMES)):
            line.rstrip()
            self._console.print(Text(" " * indent) + line)

    # ---------------------------------------------------------------------------------------------- operations
    def _operations(self) -> None:
        table = self._table("operation", self._matrix.relays)
        for operation, row in self._matrix.operations.items():
            table.add_row(operation, *(self._operation(row.get(relay)) for relay in self._matrix.relays))
        self._print(table)
        self._console.print()
        self._wrapped("; ".join(f"{self._sign(state)} {words}" for state, words in LEGEND.items()) + ".")
        self._console.print()

    def _sign(self, state: str) -> str:
        signs = self._signs
        return {"documented": signs.same, "different": f"{signs.differs} n", "missing": signs.nothing}.get(state, state)

    def _operation(self, cell: Cell | None) -> Text:
        if cell is None or cell.state == "missing":
            return Text(self._signs.nothing, style="dim")
        if cell.state == "documented":
            return Text(self._signs.same, style="green")
        words = f"{self._signs.differs} {cell.count}" if cell.count else cell.state
        return Text(words, style=_STYLES.get(cell.state, ""))

    # ------------------------------------------------------------------------------------------ other names
    def _renamings(self) -> None:
        found = renamings(self._matrix)
        if not found:
            return
        self._heading("Called differently")
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for no_wrap in (True, True, False):
            table.add_column(no_wrap=no_wrap, overflow="fold")
        for renaming in found:
            name = Text(f"{renaming.field} {self._signs.arrow} ") + Text(self._quoted(renaming.name), style=_NAME)
            source = "" if renaming.cell.source is None else f", {renaming.cell.source}".replace("sources/", "", 1)
            table.add_row(renaming.relay, name, Text(f"{renaming.operation}{source}", style="dim"))
        self._print(table)
        self._console.print()

    def _quoted(self, name: str) -> str:
        return f"{self._signs.quotes[0]}{name}{self._signs.quotes[1]}"

    # ---------------------------------------------------------------------------------------------- fields
    def _fields(self, operation: str) -> None:
        rows = self._matrix.fields.get(operation, {})
        telling = list(rows) if self._everything else list(differing_rows(rows))
        relays = [relay for relay in self._matrix.relays if any(relay in row for row in rows.values())]
        if not telling or not relays:
            return
        self._heading(operation)
        table = self._table("field", relays)
        for path in telling:
            table.add_row(path, *(self._field(path, rows[path].get(relay)) for relay in relays))
        self._print(table)
        if len(telling) < len(rows):
            rest = len(rows) - len(telling)
            self._wrapped(f"{rest} more field{'' if rest == 1 else 's'} without a difference of their own.", 1)
        self._pages([rows[path] for path in telling], relays)
        self._console.print()

    def _field(self, path: str, cell: Cell | None) -> Text:
        if cell is None:
            about_a_field = not path.startswith("(")
            return Text(self._signs.nothing, style="dim") if about_a_field else Text(self._signs.same, style="green")
        phrases = field_phrases(cell)
        if not phrases:
            words = cell.state if cell.state in {"claimed", "assumed"} else self._signs.same
            return Text(words, style=_STYLES.get(cell.state, "green"))
        text = Text()
        for index, phrase in enumerate(phrases):
            named = phrase.startswith("«")
            shown = self._quoted(phrase[1:-1]) if named else phrase
            text.append(", " if index else "").append(shown, style=_NAME if named else _STYLES.get(cell.state, ""))
        if cell.source is not None and cell.source.line is not None and not cell.inherited:
            text.append(f" :{cell.source.line}", style="dim")
        return text

    def _pages(self, rows: Sequence[Mapping[str, Cell]], relays: Iterable[str]) -> None:
        """Say which page the line numbers are of, where any were shown."""
        for relay in relays:
            cells = [row[relay] for row in rows if relay in row]
            sources = [cell.source for cell in cells if cell.source is not None and field_phrases(cell)]
            for page in sorted({source.page for source in sources if source.line is not None}):
                self._wrapped(f"{relay}: the numbers are lines of {page}", 1)

    # ---------------------------------------------------------------------------------------------- as tables
    def _table(self, first: str, relays: Iterable[str]) -> Table:
        lines = box.SIMPLE_HEAD if self._signs is _UNICODE else box.ASCII2
        table = Table(box=lines, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(first, overflow="fold", min_width=_NARROWEST_NAMES)
        for relay in relays:
            table.add_column(relay, overflow="fold")
        return table

    def _print(self, table: Table) -> None:
        with self._console.capture() as captured:
            self._console.print(table)
        for line in captured.get().splitlines():
            self._console.print(Text.from_ansi(line.rstrip()), soft_wrap=True)
