"""Every check there is: what it holds a relay to, what asking costs, where it applies and which stage asks it."""

from __future__ import annotations

from klingkit_contract import catalogue_requests, catalogue_tasks
from klingkit_contract.errors import UnknownCheckError
from klingkit_contract.roles import WHOLE_RELAY, Entry, Role, Stage, roles_of

__all__ = ["CATALOGUE", "WHOLE_RELAY", "Entry", "Role", "Stage", "entry", "roles_of", "select", "stages_of"]

CATALOGUE: tuple[Entry, ...] = (*catalogue_requests.ROWS, *catalogue_tasks.ROWS)

_BY_ID = {row.check.id: row for row in CATALOGUE}


def entry(check_id: str) -> Entry:
    """Return the catalogue's entry for `check_id`.

    Raises:
        UnknownCheckError: there is no such check.
    """
    if check_id not in _BY_ID:
        raise UnknownCheckError(f"there is no check {check_id!r}; `klingkit check --list` shows them all.")
    return _BY_ID[check_id]


def select(ids: tuple[str, ...]) -> tuple[Entry, ...]:
    """Return the entries for `ids` in the catalogue's order, or all of them when there are no ids.

    Raises:
        UnknownCheckError: one of the ids is not a check's.
    """
    wanted = {entry(check_id).check.id for check_id in ids}
    return tuple(row for row in CATALOGUE if not wanted or row.check.id in wanted)


def stages_of(entries: tuple[Entry, ...]) -> tuple[Stage, ...]:
    """Return the stages that `entries` need, in the order they run."""
    needed = frozenset[Stage]().union(*(row.stages for row in entries))
    return tuple(stage for stage in Stage if stage in needed)
