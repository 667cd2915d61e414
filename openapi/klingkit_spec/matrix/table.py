"""The matrix for a terminal, readable at 80 columns and without colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from klingkit_spec.matrix.phrases import LEGEND, field_phrases, renamings
from klingkit_spec.matrix.rows import Row, alone, groups, rows_to_tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from klingkit_spec.matrix.model import Cell, Matrix

__all__ = ["print_matrix"]

_STYLES = {"different": "yellow", "missing": "red", "extra": "cyan", "claimed": "dim", "assumed": "dim"}
_NAME = "bold magenta"
_HEAD = "bold"
_NARROWEST_NAMES = 22  # columns below which the names of fields are hard to tell apart
_WIDEST_NAMES = 31
_NARROWEST_FIELD = 14  # columns in which what is said of a field still reads well
_NARROWEST_STATE = 8
_BETWEEN = 2


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

    Fields that are alike everywhere are counted, not listed, and relays in which no field differs are left out, unless
    `everything` is asked for. More relays than fit beside each other stand below each other.
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
        rows = self._matrix.operations
        apart = {} if self._everything else alone(rows, self._matrix.relays)
        hidden = {operation for operations in apart.values() for operation in operations}
        names = max((len(operation) for operation in rows if operation not in hidden), default=0) + 1
        room = self._console.width - min(max(names, _NARROWEST_NAMES), _WIDEST_NAMES)
        for relays in groups({relay: max(len(relay), _NARROWEST_STATE) + 1 for relay in self._matrix.relays}, room):
            table = self._table("operation", relays)
            for operation, row in rows.items():
                if operation not in hidden:
                    table.add_row(operation, *(self._operation(row.get(relay)) for relay in relays))
            self._print(table)
            self._console.print()
        for relay, operations in apart.items():
            self._wrapped(f"{f'Only {relay} offers' if relay else 'Not offered'}: {', '.join(operations)}.")
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
        words = f"{self._signs.differs} {cell.count}" if cell.state == "different" else cell.state
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
        table = self._matrix.fields.get(operation, {})
        relays = [relay for relay in self._matrix.relays if any(relay in row for row in table.values())]
        if self._everything:
            rows = [Row(path, row) for path, row in table.items()]
        else:
            rows = rows_to_tell(table)
            relays = [relay for relay in relays if any(_differs(row, relay) for row in rows)]
        if not rows or not relays:
            return
        self._heading(operation)
        room = self._console.width - _NARROWEST_NAMES
        for index, chosen in enumerate(groups(dict.fromkeys(relays, _NARROWEST_FIELD), room)):
            if index:
                self._console.print()
            self._some(rows, chosen)
        rest = len(table) - sum(row.fields for row in rows)
        if rest:
            self._wrapped(f"{rest} more field{'' if rest == 1 else 's'} without a difference of their own.", 1)
        self._pages([row.cells for row in rows], relays)
        self._console.print()

    def _some(self, rows: Sequence[Row], relays: Sequence[str]) -> None:
        """Print the columns of `relays`; a row that says nothing of any of them is left out."""
        each = (self._console.width - _NARROWEST_NAMES) // len(relays) - _BETWEEN
        table = self._table("field", relays, each=each)
        for row in rows:
            if self._everything or any(_differs(row, relay) for relay in relays):
                table.add_row(row.label, *(self._field(row.label, row.cells.get(relay)) for relay in relays))
        self._print(table)

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
    def _table(self, first: str, relays: Iterable[str], each: int | None = None) -> Table:
        lines = box.SIMPLE_HEAD if self._signs is _UNICODE else box.ASCII2
        table = Table(box=lines, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(first, overflow="fold", min_width=_NARROWEST_NAMES)
        for relay in relays:
            table.add_column(relay, overflow="fold", max_width=each)
        return table

    def _print(self, table: Table) -> None:
        with self._console.capture() as captured:
            self._console.print(table)
        for line in captured.get().splitlines():
            self._console.print(Text.from_ansi(line.rstrip()), soft_wrap=True)


def _differs(row: Row, relay: str) -> bool:
    return relay in row.cells and row.cells[relay].differs
