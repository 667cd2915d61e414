"""The three truths about every field of a relay's answers, side by side: documented, observed, needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.fields.documented import Place, answer_places
from klingkit_contract.fields.needed import Needs
from klingkit_contract.fields.observed import Observation, Observations, observe
from klingkit_contract.findings import Disagreement, Field
from klingkit_contract.flaws import UNREADABLE, parse_body
from klingkit_contract.reading import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from klingkit_contract.contract import Contract, Operation
    from klingkit_contract.exchanges import Record
    from klingkit_contract.fields.needed import Need
    from klingkit_contract.reading import Reader

__all__ = ["compare_fields"]


def compare_fields(
    relay: str, contract: Contract, reader: Reader, dialect: Mapping[str, Any], records: Iterable[Record]
) -> list[Field]:
    """Return the fields of every operation that answered with success, in the order of the document.

    Args:
        relay: its id.
        contract: its resolved document.
        reader: reads answers by the tables of dialects.toml.
        dialect: its own table there.
        records: the exchanges of the run.
    """
    answers = _successes(contract, reader, records)
    seen, needs = observe(answers), Needs(dialect)
    found: list[Field] = []
    for operation in contract.operations.values():
        if operation.id in answers:
            wanted = needs.of(operation.role, answers[operation.id], reader)
            rows = _Rows(relay, operation, answer_places(contract, operation), seen[operation.id], wanted)
            found += rows.fields()
    return found


def _successes(contract: Contract, reader: Reader, records: Iterable[Record]) -> dict[str, list[object]]:
    """Return the parsed answers of success by operation. A refusal under HTTP 200 is none."""
    found: dict[str, list[object]] = {}
    for record in records:
        if record.operation not in contract.operations or record.outside or not record.answer.success:
            continue
        value = parse_body(record.answer.body)
        if isinstance(value, dict) and value is not UNREADABLE and reader.read(value).kind is not Kind.ERROR:
            found.setdefault(record.operation, []).append(value)
    return found


class _Rows:
    """The fields of one operation."""

    def __init__(
        self,
        relay: str,
        operation: Operation,
        documented: Mapping[str, Place],
        seen: Observations,
        needs: Sequence[Need],
    ) -> None:
        self._relay, self._operation = relay, operation
        self._documented, self._seen, self._needs = documented, seen, needs
        self._needed = {place: need for need in reversed(needs) for place in need.places}

    def fields(self) -> list[Field]:
        """Return one row per place that came, that is missed, or that the client needs and the documents have.

        What is documented and optional, and neither came nor is needed, shows no difference and is left out.
        """
        vital = [need.places[0] for need in self._needs if need.vital and not self._is_known(need)]
        places = dict.fromkeys([*self._documented, *self._seen.fields, *vital])
        rows = (self._field(place) for place in sorted(places) if not place.endswith("[]"))  # the list speaks for them
        return [row for row in rows if row.present or row.needed or row.disagreement]

    def _is_known(self, need: Need) -> bool:
        return any(place in self._documented or place in self._seen.fields for place in need.places)

    def _field(self, place: str) -> Field:
        documented = self._documented.get(place)
        seen = self._seen.fields.get(place, Observation())
        need = self._needed.get(place)
        answers = self._seen.objects[place.rpartition(".")[0]]
        return Field(
            relay=self._relay,
            operation=self._operation.id,
            place=place,
            documented=None if documented is None else documented.types,
            required=documented is not None and documented.required,
            observed=tuple(sorted(seen.types)),
            present=seen.present,
            answers=answers,
            needed=need.role if need else "",
            disagreement=self._disagreement(place, documented, seen, answers, need),
        )

    def _disagreement(
        self, place: str, documented: Place | None, seen: Observation, answers: int, need: Need | None
    ) -> Disagreement | None:
        if need is not None and need.vital:
            if not any(other in self._documented for other in need.places):
                return Disagreement.UNPROMISED
            if answers and not seen.present and not any(other in self._seen.fields for other in need.places):
                return Disagreement.UNSEEN
        if documented is None:
            return Disagreement.UNDOCUMENTED if seen.present and not self._is_inside_open(place) else None
        if documented.required and seen.present < answers:
            return Disagreement.ABSENT
        return Disagreement.RETYPED if _is_retyped(documented.types, seen) else None

    def _is_inside_open(self, place: str) -> bool:
        """Tell whether the documents leave open what stands around `place`, and so do not exclude it."""
        around = place.rpartition(".")[0]
        while around:
            known = self._documented.get(around)
            if known is not None:
                return known.open
            around = around.removesuffix("[]") if around.endswith("[]") else around.rpartition(".")[0]
        return False


def _is_retyped(allowed: Sequence[str], seen: Observation) -> bool:
    fitting = {*allowed, *(["integer"] if "number" in allowed else [])}
    return bool(allowed) and not set(seen.types) <= fitting
