"""The part of the page about fields: where documents, answers and the needs of our client differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.report.field_words import documented, observed
from klingkit_contract.report.markup import Markup, element, join
from klingkit_contract.report.scores import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit_contract.findings import Field

__all__ = ["section"]

_HEADS = ("Field", "Documented", "Observed", "Needed by klingkit", "They differ")


def section(fields: Mapping[str, Sequence[Field]]) -> Markup:
    """Return the section, or nothing where no answer was a success."""
    every = [field for rows in fields.values() for field in rows]
    if not every:
        return join()
    apart = [field for field in every if field.disagreement is not None]
    words = (
        f"{count(len(every), 'field')} of answers: what the documents say, what came, and what klingkit's client "
        f"reads. {len(apart):,} of them differ; matrix.json has all."
    )
    parts = [element("h2", "Fields", id="fields-title"), element("p", words, class_="note")]
    if apart:
        heads = element("thead", element("tr", *(element("th", head, scope="col") for head in _HEADS)))
        rows = element("tbody", *(_row(field) for field in apart))
        parts.append(element("div", element("table", heads, rows, class_="plain apart"), class_="wide"))
    return element("section", *parts, aria_labelledby="fields-title", id="fields")


def _row(field: Field) -> Markup:
    name = element("code", field.place)
    where = element("span", f"{field.relay} · {field.operation}", class_="where")
    words = (documented(field), observed(field), field.needed or "–", str(field.disagreement))
    return element("tr", element("td", name, element("br"), where), *(element("td", word) for word in words))
