"""Whether the times of a task are in their documented unit, stay, and come in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_contract.flaws import parse_body
from klingkit_contract.judge import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_contract.checks.lives import Life
    from klingkit_contract.contract import Contract, Operation
    from klingkit_contract.session import Seen, Session

__all__ = ["ask"]

_CREATED, _CHANGED = ("created_at", "create_time"), ("updated_at", "update_time")
_BORDER = 100_000_000_000  # as seconds far in the future, as milliseconds far in the past
_WORDS = ("milliseconds", "seconds")


@dataclass(frozen=True, slots=True)
class _Times:
    """The times in one answer; `name` is what the time of creation is called there."""

    name: str
    created: int
    changed: int | None
    seen: Seen


def ask(session: Session, life: Life, get: Operation) -> None:
    """Compare the times of every look at a task."""
    board, check = session.board, "times"
    found = [times for look in (life.created, *life.looks) if (times := _read(look)) is not None]
    if not found:
        tell = board.untested if life.spoiled or not life.looks else board.does_not_apply
        tell(get.id, check, life.spoiled or "the relay's answers about a task carry no time of creation")
        return
    board.asked(get.id, check, len(found))
    complaint = _complaint(session.contract, found)
    if complaint is None:
        board.passed(get.id, check, life.note)
        return
    topic, words, seen = complaint
    board.accuse([Claim(get.id, check, topic, f"{get.pointer}/responses/200", words, seen.record)])


def _complaint(contract: Contract, found: list[_Times]) -> tuple[str, str, Seen] | None:
    first = found[0]
    for times in found:
        unit, said = _WORDS[times.created < _BORDER], _documented_unit(contract, times.name)
        if said and unit != said:
            return "unit", f"{times.name} is {times.created}: {unit}, where {said} are promised.", times.seen
        if times.name == first.name and times.created != first.created:
            return "moved", f"{times.name} was {first.created} and then {times.created}.", times.seen
        if times.changed is not None and times.changed < times.created:
            return (
                "order",
                f"The last change ({times.changed}) is before the creation ({times.created}).",
                times.seen,
            )
    return None


def _read(seen: Seen) -> _Times | None:
    for row in _objects(parse_body(seen.record.answer.body), seen.reading.task_id):
        for created, changed in zip(_CREATED, _CHANGED, strict=True):
            if _is_time(row.get(created)):
                later = row.get(changed)
                return _Times(created, row[created], later if _is_time(later) else None, seen)
    return None


def _objects(value: object, task_id: str) -> Iterator[dict[str, Any]]:
    """Yield the objects near the top of an answer, of a list only those about the task."""
    if not isinstance(value, dict):
        return
    yield value
    data = value.get("data")
    rows = data if isinstance(data, list) else [data]
    for row in rows:
        if isinstance(row, dict) and (row is data or task_id in {row.get("task_id"), row.get("id")}):
            yield row


def _is_time(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _documented_unit(contract: Contract, name: str) -> str:
    """Return the unit that the document gives for times called `name`, empty where it gives none or several."""
    schemas = contract.document.get("components", {}).get("schemas", {}).values()
    rows = [row["properties"][name] for row in schemas if name in row.get("properties", {})]
    said = {word for row in rows for word in _WORDS if f"Unix {word}" in str(row.get("description", ""))}
    return next(iter(said)) if len(said) == 1 else ""
