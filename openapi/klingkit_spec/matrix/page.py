"""The matrix as one page that needs nothing else: no script, no network, light and dark."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from klingkit_spec.matrix.phrases import LEGEND, field_phrases, operation_phrase, renamings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from klingkit_spec.matrix.model import Cell, Matrix

__all__ = ["render"]

_NOTHING = "–"
_SIGNS = {"documented": "✓", "different": "≠", "missing": _NOTHING}


def render(matrix: Matrix) -> str:
    """Return the matrix as HTML."""
    page = Template((files(__package__) / "page.html").read_text(encoding="utf-8"))
    return page.substitute(
        relays=escape(", ".join(matrix.relays)),
        legend="".join(f"<li>{_badge(state, state)} {escape(words)}</li>" for state, words in LEGEND.items()),
        operations=_operations(matrix),
        renamings=_renamings(matrix),
        fields="".join(_fields(matrix, operation) for operation in matrix.operations),
    )


def _operations(matrix: Matrix) -> str:
    rows = {}
    for operation, row in matrix.operations.items():
        named = bool(matrix.fields.get(operation)) and any(matrix.fields[operation].values())
        label = f'<a href="#{escape(operation)}">{_code(operation)}</a>' if named else _code(operation)
        rows[label] = [_operation(row.get(relay)) for relay in matrix.relays]
    return f'<div class="operations">{_table("Operations", ["operation", *matrix.relays], rows.items())}</div>'


def _operation(cell: Cell | None) -> str:
    if cell is None:
        return _td("missing", _badge("missing", "missing"))
    return _td(cell.state, _badge(cell.state, operation_phrase(cell)) + _source(cell))


def _renamings(matrix: Matrix) -> str:
    rows = [
        (
            _code(renaming.name),
            [
                _td("", escape(renaming.relay)),
                _td("", _code(renaming.field)),
                _td("", _code(renaming.operation)),
                _td("", _source(renaming.cell)),
            ],
        )
        for renaming in renamings(matrix)
    ]
    head = ["relay's name", "relay", "name in the one spec", "operation", "source"]
    return _table("Called differently", head, rows) if rows else ""


def _fields(matrix: Matrix, operation: str) -> str:
    table = matrix.fields.get(operation, {})
    relays = [relay for relay in matrix.relays if any(relay in row for row in table.values())]
    if not relays:
        return ""
    rows = {_code(path): [_field(path, row.get(relay)) for relay in relays] for path, row in table.items()}
    return f'<section id="{escape(operation)}">{_table(operation, ["field", *relays], rows.items())}</section>'


def _field(path: str, cell: Cell | None) -> str:
    if cell is None:
        about_a_field = not path.startswith("(")
        return _td("", _badge("missing", "not there")) if about_a_field else _td("", _badge("documented", "documented"))
    state = cell.state if not cell.inherited else "inherited"
    words = ", ".join(field_phrases(cell)) or cell.state
    return _td(state, _badge(state, words) + ("" if cell.inherited else _source(cell)))


def _badge(state: str, words: str) -> str:
    sign = _SIGNS.get(state, "")
    shown = f'<span aria-hidden="true">{sign}</span> ' if sign else ""
    return f'<span class="{escape(state)}">{shown}{escape(words)}</span>'


def _source(cell: Cell) -> str:
    if cell.source is None:
        return ""
    page = str(cell.source).removeprefix("sources/")
    # the relay heads the column, so that its folder is told on hovering alone
    return f' <small title="{escape(page)}">{escape(page.rpartition("/")[2])}</small>'


def _code(words: str) -> str:
    return f"<code>{escape(words)}</code>"


def _td(state: str, content: str) -> str:
    return f'<td class="{escape(state)}">{content}</td>' if state else f"<td>{content}</td>"


def _table(caption: str, head: Iterable[str], rows: Iterable[tuple[str, Iterable[str]]]) -> str:
    heads = "".join(f'<th scope="col">{escape(words)}</th>' for words in head)
    body = "\n".join(f'<tr><th scope="row">{label}</th>{"".join(cells)}</tr>' for label, cells in rows)
    # a table that is wider than the screen scrolls by itself, also from the keyboard
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>\n"
    )
