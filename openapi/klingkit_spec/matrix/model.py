"""The matrix itself: each relay's document held against the one spec, cell by cell."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from klingkit_spec.compare import Subject, compare
from klingkit_spec.dialect import dialect_for
from klingkit_spec.document import Operation, read_operations
from klingkit_spec.fields import LIMITS
from klingkit_spec.relay_document import EVIDENCE, operations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from klingkit_spec.compare import Difference
    from klingkit_spec.dialect import Dialect

__all__ = ["Aspect", "Cell", "Documents", "Locator", "Matrix", "Place", "Source", "build", "differing_rows"]

# What a relay's document says to people, and its samples, are no part of what it offers.
_LEFT_OUT = {"title", "example"}
_OFFERED_DIFFERENTLY = {"different", "missing", "extra"}

Place = tuple[str, str]


@dataclass(frozen=True)
class Source:
    """Where a relay says something: a file below the openapi folder, and its line where that is known."""

    page: str
    line: int | None = None

    def __str__(self) -> str:
        return self.page if self.line is None else f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Aspect:
    """One aspect in which a relay differs: what the one spec says, and what the relay says.

    `aspect` is ``name``, ``type``, ``required``, ``enum``, ``default``, ``format`` or ``limit`` of a field, ``auth``,
    ``body`` or ``shape`` of an operation; `keyword` tells which limit.
    """

    aspect: str
    keyword: str
    one_spec: Any
    relay: Any


@dataclass
class Cell:
    """What one relay has for one operation or field.

    `state` is ``documented``, ``different``, ``missing`` or ``extra``; for what no page describes ``claimed`` (a page
    names it) or ``assumed``. `name` is the relay's name of a field; `count` how many fields of an operation differ.
    `inherited` says that the field is what it is because of the field it is inside of.
    """

    state: str
    name: str = ""
    aspects: list[Aspect] = field(default_factory=list)
    source: Source | None = None
    count: int = 0
    inherited: bool = False

    @property
    def differs(self) -> bool:
        """Whether there is something to tell of this cell."""
        return self.state in _OFFERED_DIFFERENTLY and not self.inherited


@dataclass
class Matrix:
    """Cells by operation and relay, and by operation, field and relay. A relay without an operation has no fields."""

    relays: list[str]
    operations: dict[str, dict[str, Cell]] = field(default_factory=dict)
    fields: dict[str, dict[str, dict[str, Cell]]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the matrix as plain data for JSON."""
        return {
            "relays": self.relays,
            "operations": {
                operation: {relay: _operation_data(cell) for relay, cell in row.items()}
                for operation, row in self.operations.items()
            },
            "fields": {
                operation: {
                    path: {relay: _field_data(cell) for relay, cell in row.items()} for path, row in table.items()
                }
                for operation, table in self.fields.items()
            },
        }


def _operation_data(cell: Cell) -> dict[str, Any]:
    return {"state": cell.state, "differences": cell.count, "source": _source_data(cell)}


def _field_data(cell: Cell) -> dict[str, Any]:
    return {
        "state": cell.state,
        "name": cell.name,
        "differences": [asdict(aspect) for aspect in cell.aspects],
        "source": _source_data(cell),
    }


def _source_data(cell: Cell) -> dict[str, Any] | None:
    return None if cell.source is None else asdict(cell.source)


@dataclass(frozen=True)
class Documents:
    """What a matrix is built from: the one spec, each relay's document, and the tables beside them."""

    spec: dict[str, Any]
    relays: Mapping[str, dict[str, Any]]
    registry: Mapping[str, Mapping[str, Any]]
    dialects: Mapping[str, Any]
    claims: Mapping[str, Sequence[Mapping[str, Any]]]


class Locator:
    """Finds where a relay says something. This one has no pages and finds nothing."""

    def operation(self, relay: str, place: Place) -> Source | None:
        """Return where `relay` describes the operation at `place` (path in the one spec, method)."""
        return None

    def field(self, relay: str, place: Place, name: str) -> Source | None:
        """Return where `relay` describes the request field that it calls `name`."""
        return None

    def claim(self, relay: str, title: str) -> Source | None:
        """Return where it is written down that `relay` names an operation under `title`."""
        return None


def build(documents: Documents, locator: Locator) -> Matrix:
    """Return the matrix of all relays in `documents`."""
    matrix = Matrix(list(documents.relays))
    table = read_operations(documents.spec, prefix="")
    ids = {(path, method): str(node["operationId"]) for path, method, node in operations(documents.spec)}
    for place, operation in ids.items():
        matrix.operations[operation] = {}
        matrix.fields[operation] = {path: {} for path in table[place].request or {}}
    places = {operation: place for place, operation in ids.items()}
    for relay, document in documents.relays.items():
        # a relay may have an operation under the path of another one; what it is, its id says
        home = {
            (path, method): places.get(str(node.get("operationId")), (path, method))
            for path, method, node in operations(document)
        }
        own = {home[path, method]: node for path, method, node in operations(document)}
        said = {home[place]: operation for place, operation in read_operations(document, prefix="").items()}
        for place in [*ids, *(place for place in own if place not in ids)]:
            operation = ids.get(place) or str(own[place].get("operationId", " ".join(reversed(place))))
            row = matrix.operations.setdefault(operation, {})
            title = _claimed(documents, relay, operation)
            if place not in own:
                row[relay] = Cell("missing") if title is None else Cell("claimed", source=locator.claim(relay, title))
            elif place not in ids:
                row[relay] = Cell("extra", source=locator.operation(relay, place))
            else:
                dialect = dialect_for(documents.dialects, documents.registry[relay]["dialect"], operation)
                evidence = str(own[place].get(EVIDENCE, "documented"))
                comparison = _Comparison(relay, operation, dialect, locator, evidence)
                cells = comparison.cells(table[place], said[place])
                row[relay] = comparison.whole(cells, place)
                if row[relay].source is None and title is not None:
                    row[relay].source = locator.claim(relay, title)
                for path, cell in cells.items():
                    matrix.fields[operation].setdefault(path, {})[relay] = cell
    return matrix


def _claimed(documents: Documents, relay: str, operation: str) -> str | None:
    """Return the title under which `relay` names an operation that it does not describe."""
    claims = documents.claims.get(relay, ())
    return next((str(claim["title"]) for claim in claims if claim["operation"] == operation), None)


@dataclass(frozen=True)
class _Comparison:
    """One operation of one relay against the one spec."""

    relay: str
    operation: str
    dialect: Dialect
    locator: Locator
    evidence: str

    def cells(self, official: Operation, own: Operation) -> dict[str, Cell]:
        """Return a cell for each field of the one spec, then for what only the relay has or says otherwise."""
        place = (own.path, own.method)
        cells = {path: self._cell(self.evidence, path, place) for path in official.request or {}}
        subject = Subject(self.relay, self.operation, self.dialect, unmarked_is_optional=True)
        for difference in compare(subject, official, own):
            if difference.aspect in _LEFT_OUT:
                continue
            row = difference.field or _row(difference.aspect)
            cell = cells.setdefault(row, self._cell("different", row, place))
            if difference.aspect == "presence":
                cell.state = "missing" if difference.said == "absent" else "extra"
            else:
                cell.state = "different"
            self._note(cell, difference)
            if cell.state == "missing" or difference.kind == "type the dialect converts":
                _pass_on(cells, row, cell.state)
        for cell in cells.values():
            if cell.state == "missing":
                cell.name = ""
                cell.source = None if cell.source is None else Source(cell.source.page)
        return cells

    def whole(self, cells: Mapping[str, Cell], place: Place) -> Cell:
        """Return the cell of the operation."""
        count = sum(cell.differs for cell in cells.values())
        state = "different" if self.evidence == "documented" and count else self.evidence
        return Cell(state, source=self.locator.operation(self.relay, place), count=count)

    def _cell(self, state: str, row: str, place: Place) -> Cell:
        name = self.dialect.to_relay(row)
        return Cell(state, name=name, source=self.locator.field(self.relay, place, name))

    def _note(self, cell: Cell, difference: Difference) -> None:
        aspect = _aspect(difference)
        if aspect not in cell.aspects:  # most statuses refuse in one shape
            cell.aspects.append(aspect)


def _row(aspect: str) -> str:
    """Return the row for what is about an operation as a whole."""
    return "(errors)" if aspect.startswith("error") else f"({aspect.removesuffix(' fields')})"


def _aspect(difference: Difference) -> Aspect:
    aspect, keyword = difference.aspect, ""
    if aspect in LIMITS:
        aspect, keyword = "limit", difference.aspect
    elif not difference.field and aspect.startswith(("answer", "error", "request")):
        aspect = "shape"
    return Aspect(aspect, keyword, difference.official, difference.said)


def _pass_on(cells: dict[str, Cell], row: str, state: str) -> None:
    for path, cell in cells.items():
        if path.startswith((f"{row}.", f"{row}[]")):
            cell.state, cell.inherited = state, True


def differing_rows(table: Mapping[str, Mapping[str, Cell]]) -> Iterator[str]:
    """Yield the rows of `table` in which a relay differs."""
    for path, row in table.items():
        if any(cell.differs for cell in row.values()):
            yield path
