"""What a relay's document must say of an operation, worked out from the verdicts alone.

The overlay is written by hand; this is the other way to the same end, and `consistency` holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec.fields import UNSAID, Facets
from klingkit_spec.pointer import MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit_spec.dialect import Dialect
    from klingkit_spec.document import Operation
    from klingkit_spec.verdicts import Conflict

__all__ = ["Expected", "expect"]

_ANSWER_ASPECTS = ("type", "enum", "format")


@dataclass(frozen=True)
class Expected:
    """Tables of fields in the relay's own names; `answer` and `errors` hold only what the relay's pages show."""

    request: dict[str, Facets]
    headers: dict[str, Facets]
    body_required: bool | None
    answer: dict[str, Facets]
    errors: dict[str, dict[str, Facets]]
    exact_answer: bool
    """Whether the answer has these fields at top level and no others."""
    page: str = ""
    """The page that says so."""


def expect(
    spec: Operation, official: Operation, said: Operation, conflicts: Sequence[Conflict], dialect: Dialect
) -> Expected:
    """Return what the relay's document must say: the relay's word where it has one and no verdict is against it.

    `spec` is the operation of the one spec, `official` that of the official document, `said` the relay's own;
    `conflicts` are theirs alone.
    """
    theirs = {dialect.to_spec(path) for path in said.request or {}}
    # what the one spec took over from other relays is no promise of this one
    known = {
        path: facets
        for path, facets in (spec.request or {}).items()
        if path in (official.request or {}) or path in theirs
    }
    settled = {(conflict.difference.field, conflict.difference.aspect): conflict for conflict in conflicts}
    whole = _Whole(settled)
    return Expected(
        request=_request(known, said.request or {}, settled, dialect),
        headers={
            **spec.headers,
            **{
                name: whole.value(f"header {name}", "presence", facets)
                for name, facets in said.headers.items()
                if whole.theirs(f"header {name}", "presence")
            },
        },
        body_required=said.body_required if whole.theirs("", "body") else spec.body_required,
        answer=_answer(spec.answer or {}, said.answer or {}, whole),
        errors={
            status: _shapes(table)
            for status, table in said.errors.items()
            if table and whole.theirs("", f"error {status}")
        },
        exact_answer=whole.theirs("", "answer"),
        page=said.page,
    )


class _Whole:
    def __init__(self, settled: Mapping[tuple[str, str], Conflict]) -> None:
        self._settled = settled

    def theirs(self, field: str, aspect: str) -> bool:
        """Say whether the relay's word was preferred on this aspect."""
        conflict = self._settled.get((field, aspect))
        return conflict is not None and conflict.verdict != "official"

    def value(self, field: str, aspect: str, said: Any) -> Any:
        """Return the value that an entry gives, or what the relay `said`."""
        value = self._settled[field, aspect].value
        return said if value is MISSING else value


def _answer(spec: Mapping[str, Facets], said: Mapping[str, Facets], whole: _Whole) -> dict[str, Facets]:
    if whole.theirs("", "answer"):
        return _shapes(said)
    table: dict[str, Facets] = {}
    for path, facets in said.items():
        where = f"answer {path}"
        if path in spec:
            own = {key: facets[key] for key in _ANSWER_ASPECTS if key in facets and whole.theirs(where, key)}
            table[path] = {**spec[path], **own}
        elif whole.theirs(where, "presence"):
            table[path] = facets
    return _shapes(table)


def _shapes(table: Mapping[str, Facets]) -> dict[str, Facets]:
    return {path: {key: facets[key] for key in _ANSWER_ASPECTS if key in facets} for path, facets in table.items()}


def _request(
    spec: Mapping[str, Facets],
    said: Mapping[str, Facets],
    settled: Mapping[tuple[str, str], Conflict],
    dialect: Dialect,
) -> dict[str, Facets]:
    theirs = {dialect.to_spec(path): facets for path, facets in said.items()}
    table: dict[str, Facets] = {}
    closed: list[str] = []
    for path, facets in spec.items():
        if any(path.startswith((f"{other}.", f"{other}[]")) for other in closed):
            continue
        presence = settled.get((path, "presence"))
        if path not in theirs and _is_theirs(presence):
            closed.append(path)
            continue
        converted = settled.get((path, "type"))
        if converted is not None and converted.verdict == "convert":
            closed.append(path)
            base = {key: value for key, value in facets.items() if key == "required"}
            below = {other: theirs[other] for other in theirs if other.startswith((f"{path}.", f"{path}[]"))}
            table.update({dialect.to_relay(other): dict(words) for other, words in below.items()})
        else:
            base = facets
        table[dialect.to_relay(path)] = _facets(path, base, theirs.get(path, {}), settled)
    kept = [path for path in theirs if _is_theirs(settled.get((path, "presence")))]
    for path, facets in theirs.items():
        if path not in spec and any(path == top or path.startswith((f"{top}.", f"{top}[]")) for top in kept):
            table[dialect.to_relay(path)] = dict(facets)
    return table


def _is_theirs(conflict: Conflict | None) -> bool:
    return conflict is not None and conflict.verdict in ("overlay", "adopt")


def _facets(path: str, ours: Facets, theirs: Facets, settled: Mapping[tuple[str, str], Conflict]) -> Facets:
    facets = {**ours, **{key: value for key, value in theirs.items() if key != "required"}}
    for (place, aspect), conflict in settled.items():
        if place != path or aspect in ("presence", "name", "example"):
            continue
        value = conflict.value
        if value is MISSING:
            value = ours.get(aspect, UNSAID) if conflict.verdict == "official" else conflict.difference.said
        if value == UNSAID:
            facets.pop(aspect, None)
        else:
            facets[aspect] = value
    return facets
