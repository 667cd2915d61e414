"""The fields of the answers on which documents, relay and client do not agree, as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from klingkit_contract.report.field_words import documented, observed
from klingkit_contract.report.scores import count
from klingkit_contract.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.console import Console

    from klingkit_contract.findings import Field

__all__ = ["show"]

_NOTHING = "-"


def show(fields: Mapping[str, Sequence[Field]], console: Console, encodable: Callable[[str], str]) -> None:
    """Print every field whose three truths differ, and how many agree; `encodable` makes text fit the console."""
    if not any(fields.values()):
        console.print("No answer was a success, so no field was observed.", highlight=False)
        return
    for relay, rows in fields.items():
        apart: dict[str, list[Field]] = {}
        for field in rows:
            if field.disagreement is not None:
                apart.setdefault(field.operation, []).append(field)
        for operation, found in apart.items():
            console.print(Text(encodable(one_line(f"{relay}  {operation}")), "bold"), highlight=False)
            console.print(Padding(_table(found, encodable), (0, 0, 0, 2), expand=False))
            console.print()
        number = sum(map(len, apart.values()))
        agree = f"{count(len(rows), 'field')} of answers that came, {number:,} on which they differ."
        console.print(Text(encodable(f"{relay}: {agree}")), highlight=False)


def _table(fields: Sequence[Field], encodable: Callable[[str], str]) -> Table:
    rows = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    rows.add_column("field", overflow="fold", ratio=3)
    for head in ("documented", "observed", "needed"):
        rows.add_column(head, overflow="fold")
    rows.add_column("", overflow="fold")
    for field in fields:
        cells = (field.place, documented(field), observed(field), field.needed or _NOTHING, str(field.disagreement))
        rows.add_row(*(Text(encodable(one_line(cell))) for cell in cells))
    return rows
