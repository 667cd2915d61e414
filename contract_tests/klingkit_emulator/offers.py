"""What a model makes, from `x-kling-offers` of an operation: what no row of the model has is refused.

A row holds for a request that starts from one of its inputs, has one of its values of each kind, and uses no feature
beyond the row's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_emulator.conditions import applies, values_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Offers", "Refused"]


@dataclass(frozen=True, slots=True)
class Refused:
    """Something a model does not do: the field that asks for it, and the words."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Offers:
    """The table of one operation, as the document has it."""

    table: Mapping[str, Any]

    def model_of(self, body: Mapping[str, Any], path: Mapping[str, str]) -> str | None:
        """Return the model that a request, with defaults filled in, names in its body or in its path."""
        name = path.get(self.table["path"]) if "path" in self.table else None
        name = name or next(values_at(body, self.table.get("model", "")), None)
        return name if isinstance(name, str) else None

    def refused(self, body: Mapping[str, Any], model: str | None) -> Refused | None:
        """Return what `model` does not do of what `body`, as it was sent, asks; None when it does it all."""
        rows: Sequence[Mapping[str, Any]] = self.table["models"].get(model, ())
        start = next((row["name"] for row in self.table["inputs"] if applies(row["when"], body)), None)
        if not rows or start is None:
            return None
        from_there = [row for row in rows if start in row["inputs"]]
        lacking = [list(self._lacking(row, body)) for row in from_there]
        if not from_there:
            field = self.table.get("model", self.table.get("path", ""))
            return Refused(field, f"the model {model} does not support {start.replace('_', ' ')}")
        least = min(lacking, key=len)
        return Refused(least[0][0], f"{least[0][1]} is not supported by the model {model}") if least else None

    def _lacking(self, row: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for kind in self.table["dimensions"]:
            value = next(values_at(body, kind["field"]), kind.get("default"))
            if value is not None and value not in row.get(kind["of"], [value]):
                yield kind["field"], f"{kind['field']} {value}"
        able = {*row["features"], *row.get("always", ())}
        used = [feature for feature in self.table["features"] if applies(feature["when"], body)]
        for feature in used:
            if not able.intersection(feature["name"]):
                yield feature["field"], feature["name"][0]
        wanted = row.get("needs_any")
        if wanted and not any(set(wanted).intersection(feature["name"]) for feature in used):
            yield self.table.get("model", "model"), " or ".join(wanted)
