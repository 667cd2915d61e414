"""The rules between fields that a JSON Schema cannot say, executed from the documents' own rows. Pure.

A clause holds for a request when its conditions (``when``, ``models``) do not apply, or when what it asks is met.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from klingkit._conditions import compile_conditions, compile_path
from klingkit._problems import Problem, listed, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Body = Mapping[str, Any]
    Test = Callable[[Body, object], bool]

__all__ = ["KINDS", "Clause", "compile_clause"]


class Clause(NamedTuple):
    """A rule, compiled. `holds` takes the body, with the defaults of what was left out, and the model."""

    row: Mapping[str, Any]
    holds: Test
    given: Sequence[Callable[[Body], Sequence[Any]]]

    @property
    def blamed(self) -> frozenset[str]:
        """The fields that need no second complaint: all of a rule about models, else the one it is told of."""
        fields: list[str] = self.row["fields"] if "must" in self.row else self.row["fields"][:1]
        return frozenset(field.partition("[]")[0] for field in fields)

    def problem(self, body: Body, source: str) -> Problem:
        """Return what to say of a body that breaks the rule."""
        fields: list[str] = list(self.row["fields"])
        said = [(field, list(find(body))) for field, find in zip(fields, self.given, strict=True)]
        there = [f"{field} {listed([shown(value) for value in values], 'and')}" for field, values in said if values]
        now = f"; now: {', '.join(there)}" if there and len(there) < 5 else ""
        allowed = self.row.get("must", {}).get(fields[0], {})
        words = allowed.get("only", ()) if isinstance(allowed, dict) else (allowed,)
        field = fields[0].partition("[]")[0]
        return Problem(
            field=field,
            sentence=f"{field}: {self.row['text']}{now}.",
            value=said[0][1][0] if len(said[0][1]) == 1 else said[0][1],
            allowed=tuple(words),
            source=self.row.get("source", source),
            rule=self.row["id"],
        )


def compile_clause(row: Mapping[str, Any]) -> Clause | None:
    """Return the rule that `row` is, or None for a kind that a newer klingkit knows."""
    make = KINDS.get(row["kind"])
    if make is None:
        return None
    test, when, models = make(row), compile_conditions(row.get("when", {})), row.get("models")
    if models is None or row["kind"] == "only_models":

        def holds(body: Body, model: object) -> bool:
            return not when(body) or test(body, model)

    else:

        def holds(body: Body, model: object) -> bool:
            return model not in models or not when(body) or test(body, model)

    return Clause(row, holds, [compile_path(path) for path in row["fields"]])


def _requires(row: Mapping[str, Any]) -> Test:
    met = compile_conditions(row["must"])
    return lambda body, _: met(body)


def _only_models(row: Mapping[str, Any]) -> Test:
    models = row["models"]
    return lambda _, model: model is None or model in models


def _sum_equals(row: Mapping[str, Any]) -> Test:
    parts, total = (compile_path(path) for path in row["fields"])

    def holds(body: Body, _: object) -> bool:
        numbers = [_number(value) for value in parts(body)]
        wanted = [_number(value) for value in total(body)]
        if None in numbers or None in wanted or not wanted:
            return True  # what is no number is the schema's to refuse
        return bool(sum(filter(None, numbers)) == wanted[0])

    return holds


def _exactly_one_nonzero(row: Mapping[str, Any]) -> Test:
    groups = compile_path(row["fields"][0])

    def holds(body: Body, _: object) -> bool:
        found = [group for group in groups(body) if isinstance(group, dict | Mapping)]
        return all(sum(1 for value in group.values() if _number(value)) == 1 for group in found)

    return holds


def _total_at_most(row: Mapping[str, Any]) -> Test:
    paths, most = [compile_path(path) for path in row["fields"]], row["most"]
    return lambda body, _: sum(len(find(body)) for find in paths) <= most


def _product_at_most(row: Mapping[str, Any]) -> Test:
    factors = [[compile_path(path) for path in factor] for factor in row["factors"]]
    most = row["most"]

    def holds(body: Body, _: object) -> bool:
        product = 1.0
        for factor in factors:
            product *= 1 + sum(_number(value) or 0 for find in factor for value in find(body))
        return bool(product <= most + 1e-9)  # ratios such as 0.1 have no exact sum

    return holds


def _difference_at_least(row: Mapping[str, Any]) -> Test:
    upper, lower = (compile_path(path) for path in row["fields"])
    least = row["least"]

    def holds(body: Body, _: object) -> bool:
        pairs = zip(upper(body), lower(body), strict=False)
        numbers = [(_number(high), _number(low)) for high, low in pairs]
        return all(high is None or low is None or high - low >= least for high, low in numbers)

    return holds


KINDS: dict[str, Callable[[Mapping[str, Any]], Test]] = {
    "difference_at_least": _difference_at_least,
    "exactly_one_nonzero": _exactly_one_nonzero,
    "only_models": _only_models,
    "product_at_most": _product_at_most,
    "requires": _requires,
    "sum_equals": _sum_equals,
    "total_at_most": _total_at_most,
}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
