"""What a relay's document says about one request, compiled once and asked for every one. Data: resolved/requests/."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit._clauses import compile_clause
from klingkit._findings import findings
from klingkit._offers import compile_offers
from klingkit._problems import Problem, outermost
from klingkit._schemas import Schemas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from klingkit._findings import Finding

__all__ = ["ONE_SPEC", "Documented", "documented"]

ONE_SPEC = "kling"
_MODEL = ("model_name", "model")


@functools.cache
def documented(document: str, operation: str) -> Documented | None:
    """Return what the document of a relay, or `ONE_SPEC`, says about a request; None when it says nothing.

    Args:
        document: id of the relay whose document it is.
        operation: its operationId.
    """
    try:
        table = klingkit_data.load(f"resolved/requests/{document}.json")
    except FileNotFoundError:  # a relay of the user's own, without documents
        return None
    row = table["operations"].get(operation)
    return None if row is None else Documented(row, table["schemas"])


class Documented:
    """One request as a document has it, compiled.

    Attributes:
        source: the address of the page that documents it.
        members: the top-level members the document knows.
        defaults: those of them that have a default, with it.
    """

    def __init__(self, row: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
        self._schemas = Schemas(schemas)
        self._schema = row["schema"]
        self._holds = self._schemas.compile(row["schema"])
        parts = list(self._parts(row["schema"]))
        properties = {name: part for one in parts for name, part in one.get("properties", {}).items()}
        self.defaults = {
            name: whole["default"]
            for name, part in properties.items()
            if "default" in (whole := self._schemas.resolve(part))
        }
        self._clauses = [clause for rule in row.get("rules", ()) if (clause := compile_clause(rule)) is not None]
        self._offers = compile_offers(row["offers"]) if "offers" in row else None
        self.members = frozenset(properties)
        self.source = str(row.get("source", ""))
        self.models = self._listed_models(properties)

    def _parts(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        whole = self._schemas.resolve(schema)
        yield whole
        for part in whole.get("allOf", ()):
            yield from self._parts(part)

    def _listed_models(self, properties: Mapping[str, Any]) -> frozenset[str]:
        part: Mapping[str, Any] = next((properties[name] for name in _MODEL if name in properties), {})
        offered = self._offers.models if self._offers else ()
        return frozenset([*self._schemas.resolve(part).get("enum", ()), *offered])

    @property
    def model_member(self) -> str:
        """The top-level member that names the model; empty where there is none."""
        return next((name for name in _MODEL if name in self.members), "")

    def model_of(self, body: Mapping[str, Any], fields: Mapping[str, Any]) -> str | None:
        """Return the model that a request is for, also when its name stands in the path."""
        offers = self._offers
        name = fields.get(offers.path) if offers and offers.path else body.get(self.model_member)
        if name is None and self.model_member:
            name = self.defaults.get(self.model_member)
        return name if isinstance(name, str) else None

    def problems(self, body: Mapping[str, Any], model: str | None) -> list[Problem]:
        """Return what is wrong with a request of these members, in the document's words."""
        wrong = [] if self._holds(body) else self._wrong(body)
        full = {**self.defaults, **body} if self._clauses or self._offers else body
        clauses = [clause for clause in self._clauses if not clause.holds(full, model)]
        broken = [clause.problem(full, self.source) for clause in clauses]
        if self._offers is not None and model is not None:
            said = {field for clause in clauses for field in clause.blamed}
            broken += [one for one in self._offers.problems(body, model) if one.field not in said]
        said = {outermost(problem.field) for problem in wrong}
        return wrong + [problem for problem in broken if outermost(problem.field) not in said]

    def _wrong(self, body: Mapping[str, Any]) -> list[Problem]:
        found = [_problem(one, self.source) for one in findings(self._schemas, self._schema, body)]
        return list({(problem.field, problem.sentence): problem for problem in found}.values())


def _problem(found: Finding, source: str) -> Problem:
    words = (
        found.words
        if found.words.startswith(("is ", "has ", "takes ", "needs ", "cannot ", "or ", "with "))
        else f": {found.words}"
    )
    space = "" if words.startswith(":") else " "
    return Problem(
        field=found.path,
        sentence=f"{found.path or 'The request'}{space}{words}.",
        value=found.value,
        allowed=found.allowed,
        source=source,
        rule=found.keyword,
    )
