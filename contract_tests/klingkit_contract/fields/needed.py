"""What our client reads in an answer, by the tables that it reads with: data, not code (dialects.toml)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit_contract.catalogue import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from klingkit_contract.reading import Reader

__all__ = ["Need", "Needs"]

_VITAL = ("task_id", "status")  # without these no task can be followed
_LIST = "kling-list"
_ENTRY = "data[]."


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that our client reads: what, where it looks (any place will do), and whether nothing goes without."""

    role: str
    places: tuple[str, ...]
    vital: bool


class Needs:
    """What our client reads in the answers of one relay, whose table of dialects.toml is `dialect`."""

    def __init__(self, dialect: Mapping[str, Any], tables: Mapping[str, Any] | None = None) -> None:
        tables = klingkit_data.load("dialects.toml") if tables is None else tables
        self._envelopes: dict[str, Mapping[str, Any]] = {row["id"]: row for row in tables["envelope"]}
        self._dialect = dialect

    def of(self, role: Role, answers: Sequence[object], reader: Reader) -> list[Need]:
        """Return what is read in answers of operations of `role`.

        The client takes the first envelope that fits an answer; where none came, the one the dialect names.
        """
        if role is Role.CALL:
            return []
        fitting = list(dict.fromkeys(name for answer in answers for name in self._fitting(answer, reader)))
        if not fitting:
            key = "create_envelope" if role is Role.CREATE else "query_envelope"
            usual = "kling-task" if role is Role.LIST else str(self._dialect.get(key, ""))
            fitting = [f"{_ENTRY}{usual}" if role is Role.LIST else usual]
        needs = [need for name in fitting for need in self._needs(name)]
        return list(dict.fromkeys(needs))

    def _fitting(self, answer: object, reader: Reader) -> Iterator[str]:
        name = reader.envelope(answer)
        if name and "task_id" not in self._envelopes[name]:  # a list: its entries are read one by one
            entries = answer.get("data", ()) if isinstance(answer, dict) else ()
            for entry in entries:
                inner = reader.envelope(entry)
                if inner:
                    yield f"{_ENTRY}{inner}"
        elif name:
            yield name

    def _needs(self, name: str) -> Iterator[Need]:
        prefix = _ENTRY if name.startswith(_ENTRY) else ""
        envelope = self._envelopes.get(name.removeprefix(_ENTRY), {})
        roles = ("task_id", "status", "reason", "videos", "images", "audios", "voices", "urls", "external_task_id")
        for role in (*roles, "created_at", "updated_at"):
            places = tuple(f"{prefix}{place.removesuffix('[]')}" for place in envelope.get(role, ()))
            if places:
                yield Need(role, places, role in _VITAL)
