"""Every check there is: what it holds a relay to, what asking costs, where it applies and which stage asks it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from klingkit_contract.errors import UnknownCheckError
from klingkit_contract.findings import Check, Cost, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CATALOGUE", "WHOLE_RELAY", "Entry", "Role", "Stage", "entry", "roles_of", "select", "stages_of"]

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


_TASK_ROLES = frozenset({Role.CREATE, Role.GET, Role.LIST})
_EVERY_ROLE = _TASK_ROLES | {Role.CALL}
_EVERY_STAGE = frozenset(Stage)
_C, _G, _L, _X = Role.CREATE, Role.GET, Role.LIST, Role.CALL


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
    if verb in _TASK_ROLES and f"{family}_{Role.CREATE}" in known:
        return Role(verb)
    if verb == Role.CREATE or (verb == Role.GET and family.endswith(_TASKS_OF_AN_AREA)):
        return Role(verb)
    return Role.CALL


def _entry(  # one row of the table below
    check_id: str, title: str, promise: str, cost: Cost, severity: Severity, roles: set[Role], stages: set[Stage]
) -> Entry:
    return Entry(Check(check_id, title, promise, cost, severity), frozenset(roles), frozenset(stages))


def _answers(check_id: str, title: str, promise: str, severity: Severity) -> Entry:
    return Entry(Check(check_id, title, promise, Cost.FREE, severity), _EVERY_ROLE, _EVERY_STAGE)


CATALOGUE: tuple[Entry, ...] = (
    # --- every answer of the run is held against the document
    _answers(
        "response-schema",
        "Answers have the documented shape",
        "Every answer matches the schema documented for its status.",
        Severity.MEDIUM,
    ),
    _answers(
        "status-code",
        "HTTP statuses are documented",
        "Every answer has an HTTP status that the documents list for the operation.",
        Severity.MEDIUM,
    ),
    _answers(
        "content-type",
        "Content-Type is right",
        "Every answer says the media type that the documents list.",
        Severity.LOW,
    ),
    _answers(
        "html-page",
        "No web page for an answer",
        "A successful answer is JSON, never a web page.",
        Severity.HIGH,
    ),
    _answers(
        "server-error",
        "No server errors",
        "Whatever is sent, the relay answers, and not with a server error (5xx).",
        Severity.HIGH,
    ),
    # --- paths and keys
    _entry(
        "unknown-path",
        "Unknown paths are refused",
        "A path that no document lists is refused and never answered with success.",
        Cost.FREE,
        Severity.LOW,
        {Role.RELAY},
        {Stage.PATHS},
    ),
    _entry(
        "unknown-id",
        "Unknown task ids are refused",
        "A query for a task id that was never given out is refused.",
        Cost.QUERY,
        Severity.HIGH,
        {_G},
        {Stage.PATHS, Stage.FUZZ},
    ),
    _entry(
        "auth-missing",
        "No answer without a key",
        "A request without a key is answered 401 or 403.",
        Cost.FREE,
        Severity.CRITICAL,
        set(_EVERY_ROLE),
        {Stage.AUTH},
    ),
    _entry(
        "auth-wrong",
        "No answer with a wrong key",
        "A request with a key that was never given out is answered 401 or 403.",
        Cost.FREE,
        Severity.CRITICAL,
        set(_EVERY_ROLE),
        {Stage.AUTH},
    ),
    # --- requests that must be refused
    _entry(
        "limits",
        "Limits are enforced",
        "A value one step outside a documented limit or list of values is refused.",
        Cost.FREE,
        Severity.MEDIUM,
        {_C, _L, _X},
        {Stage.LIMITS, Stage.FUZZ},
    ),
    _entry(
        "missing-required",
        "Required fields are required",
        "A request that lacks a required field is refused.",
        Cost.FREE,
        Severity.MEDIUM,
        {_C, _X},
        {Stage.LIMITS, Stage.FUZZ},
    ),
    _entry(
        "wrong-type",
        "Types are enforced",
        "A value of another JSON type than documented is refused.",
        Cost.FREE,
        Severity.LOW,
        {_C, _L, _X},
        {Stage.LIMITS, Stage.FUZZ},
    ),
    _entry(
        "conditions",
        "Fields that exclude each other do",
        "A request that combines fields the documents keep apart is refused.",
        Cost.FREE,
        Severity.LOW,
        {_C, _X},
        {Stage.LIMITS, Stage.FUZZ},
    ),
    _entry(
        "rules",
        "Rules between fields are kept",
        "A request that breaks a documented rule between fields, such as shots that last longer than the video, is "
        "refused.",
        Cost.FREE,
        Severity.MEDIUM,
        {_C, _X},
        {Stage.LIMITS},
    ),
    _entry(
        "model-limits",
        "A model is asked only for what it makes",
        "A request for a mode, a length or a feature that the documents do not list for the model is refused.",
        Cost.FREE,
        Severity.MEDIUM,
        {_C},
        {Stage.LIMITS},
    ),
    _entry(
        "refused-free",
        "A refused create leaves no task",
        "A create that is refused makes no task, and so nothing to pay.",
        Cost.PAID,
        Severity.CRITICAL,
        {_C},
        {Stage.LIMITS},
    ),
    # --- what a relay makes of a create, seen from behind it
    _entry(
        "field-loss",
        "Fields reach Kling",
        "Every documented field of a create reaches Kling with the value that was sent, and none is made up.",
        Cost.PAID,
        Severity.HIGH,
        {_C},
        {Stage.TAP},
    ),
    # --- the life of a task
    _entry(
        "valid-accepted",
        "The documented example works",
        "A create, or another call, as the documents show it is accepted.",
        Cost.PAID,
        Severity.HIGH,
        {_C, _X},
        {Stage.LIFECYCLE},
    ),
    _entry(
        "task-id-present",
        "Tasks carry their id",
        "Every answer about a task carries the task's id; a create without one is money lost.",
        Cost.PAID,
        Severity.CRITICAL,
        set(_TASK_ROLES),
        {Stage.LIFECYCLE},
    ),
    _entry(
        "status-known",
        "Status words are documented",
        "Every status word is one that the documents list.",
        Cost.PAID,
        Severity.HIGH,
        set(_TASK_ROLES),
        {Stage.LIFECYCLE},
    ),
    _entry(
        "status-monotonic",
        "Status only moves forward",
        "A task goes from waiting to running to its end, and a task that ended stays as it is.",
        Cost.PAID,
        Severity.MEDIUM,
        {_G},
        {Stage.LIFECYCLE},
    ),
    _entry(
        "task-ends",
        "Tasks come to an end",
        "A task is final, one way or the other, before the deadline.",
        Cost.PAID,
        Severity.HIGH,
        {_G},
        {Stage.LIFECYCLE},
    ),
    _entry(
        "asked-id",
        "The answer is about the task asked for",
        "A query answers the task whose id was asked for and no other.",
        Cost.QUERY,
        Severity.CRITICAL,
        {_G},
        {Stage.PATHS, Stage.LIFECYCLE, Stage.FUZZ},
    ),
    _entry(
        "other-account",
        "Other accounts see nothing",
        "Another account's key reads no task of this account.",
        Cost.PAID,
        Severity.CRITICAL,
        {_G, _L},
        {Stage.PATHS, Stage.LIFECYCLE},
    ),
    _entry(
        "result-present",
        "Finished tasks have results",
        "A task that succeeded names at least one result address.",
        Cost.PAID,
        Severity.HIGH,
        {_G},
        {Stage.LIFECYCLE},
    ),
    _entry(
        "result-media",
        "Results are what they claim",
        "A result address serves, without a key, a file of the promised kind under its right media type, in ranges.",
        Cost.PAID,
        Severity.HIGH,
        {_G},
        {Stage.LIFECYCLE},
    ),
    _entry(
        "result-length",
        "Videos are as long as asked",
        "A video lasts as long as was asked for, within a second.",
        Cost.PAID,
        Severity.HIGH,
        {_G},
        {Stage.LIFECYCLE},
    ),
    _entry(
        "list-agrees",
        "The list agrees with the query",
        "A task that was created is in the list, with the status that the query tells.",
        Cost.PAID,
        Severity.MEDIUM,
        {_L},
        {Stage.LIFECYCLE},
    ),
    _entry(
        "list-pages",
        "The list keeps to its pages",
        "A page has no more tasks than asked for, and a page past the end has none.",
        Cost.PAID,
        Severity.LOW,
        {_L},
        {Stage.LIFECYCLE},
    ),
    _entry(
        "external-id-found",
        "Tasks are found by external_task_id",
        "A query by the caller's external_task_id answers the task, so that a create whose answer was lost is found.",
        Cost.PAID,
        Severity.HIGH,
        {_G},
        {Stage.LIFECYCLE},
    ),
    _entry(
        "external-id-unique",
        "A repeated external_task_id is refused",
        "A second create with the same external_task_id is refused, so that a lost answer is never paid twice.",
        Cost.PAID,
        Severity.HIGH,
        {_C},
        {Stage.LIFECYCLE},
    ),
)

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
