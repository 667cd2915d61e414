"""What an entry of the catalogue is made of: roles of operations, stages of a run, and how a row is written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from klingkit_contract.findings import Check, Cost, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Set

__all__ = [
    "EVERY_ROLE",
    "EVERY_STAGE",
    "TASK_ROLES",
    "WHOLE_RELAY",
    "Entry",
    "Role",
    "Stage",
    "about_answers",
    "asking",
    "roles_of",
]

WHOLE_RELAY = "relay"  # stands for an operation where a check concerns the relay as a whole


class Role(StrEnum):
    """What an operation does with tasks. A call does nothing with them: it answers at once, or reads or deletes."""

    CREATE = "create"
    GET = "get"
    LIST = "list"
    CALL = "call"
    RELAY = WHOLE_RELAY


class Stage(StrEnum):
    """A group of requests that are sent together, in this order."""

    PATHS = "paths"
    AUTH = "keys"
    LIMITS = "limits"
    FUZZ = "generated requests"  # before the tasks, which may use up the budget
    TAP = "what arrives at Kling"  # asked only with a tap behind the relay
    LIFECYCLE = "tasks"


@dataclass(frozen=True, slots=True)
class Entry:
    """A check, the operations it applies to, and the stages that must run for it (all for those that read answers)."""

    check: Check
    roles: frozenset[Role]
    stages: frozenset[Stage]


TASK_ROLES = frozenset({Role.CREATE, Role.GET, Role.LIST})
EVERY_ROLE = TASK_ROLES | {Role.CALL}
EVERY_STAGE = frozenset(Stage)
_TASKS_OF_AN_AREA = "_task"


def roles_of(operations: Iterable[str]) -> dict[str, Role]:
    """Return the role of each operationId among `operations`.

    The verb tells it, but only where there is a create: a get or a list of what cannot be created is a call. Tasks of
    the new standard have one get for all of them, by which every create of its area is followed.
    """
    ids = list(operations)
    known = set(ids)
    return {name: _role(name, known) for name in ids}


def _role(name: str, known: set[str]) -> Role:
    family, _, verb = name.rpartition("_")
    if verb in TASK_ROLES and f"{family}_{Role.CREATE}" in known:
        return Role(verb)
    if verb == Role.CREATE or (verb == Role.GET and family.endswith(_TASKS_OF_AN_AREA)):
        return Role(verb)
    return Role.CALL


def asking(
    check_id: str, title: str, promise: str, cost: Cost, severity: Severity, roles: Set[Role], stages: Set[Stage]
) -> Entry:
    """Return the row of a check that asks something of its own in `stages`."""
    return Entry(Check(check_id, title, promise, cost, severity), frozenset(roles), frozenset(stages))


def about_answers(check_id: str, title: str, promise: str, severity: Severity) -> Entry:
    """Return the row of a check that reads every answer of the run."""
    return Entry(Check(check_id, title, promise, Cost.FREE, severity), EVERY_ROLE, EVERY_STAGE)
