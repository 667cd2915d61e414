"""When to ask again for a task, and when to stop. Pure: clocks, answers and errors are arguments.

A wait ends in one of four ways: the task reached an end state; an error came that time does not heal; the deadline
passed; the caller broke it off. There is no fifth, and the sync and the async client share this one.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import klingkit_data
from klingkit import _errors as errors
from klingkit._checks import is_number
from klingkit._retry import is_passing, spread

if TYPE_CHECKING:
    from klingkit._answer import State

__all__ = [
    "END_STATES",
    "Ask",
    "GiveUp",
    "Plan",
    "Progress",
    "Stop",
    "after_error",
    "after_state",
    "interval",
    "plan_wait",
    "remaining",
]

END_STATES: frozenset[State] = frozenset({"succeeded", "failed", "cancelled"})
"""The states a task stays in. ``unknown`` is none of them: a new word must not end a wait."""

VISIBLE_WITHIN = 30.0
"""Seconds in which "no such task" is taken for a relay whose other half has not seen the create yet."""

# Seconds between polls: a tenth of the time waited so far, from a twentieth of the least to a twentieth of the most
# time such tasks usually take, but within these bounds. Most gateways look at Kling every 15 s, so asking more rarely
# loses time and asking more often gains none.
_PART = 20
_FASTEST = 2.0
_SLOWEST = 8.0
_SHARE = 0.1
_LONGEST_BACKOFF = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How to wait: until `timeout`, with `fastest` to `slowest` seconds from poll to poll, `lean` off the beat."""

    timeout: float
    fastest: float
    slowest: float
    lean: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a wait has come: when it began, and how many polls in a row went wrong."""

    started: float
    blips: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask again after so many seconds."""

    seconds: float
    progress: Progress


@dataclass(frozen=True, slots=True)
class Stop:
    """The task has ended, or an error came that waiting does not heal."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The deadline passed."""


Decision = Ask | Stop | GiveUp


def plan_wait(timeout: float, poll_interval: float | None, media: str, task_id: str) -> Plan:
    """Return the plan for a wait.

    Args:
        timeout: the deadline, in seconds from now; 0 asks once.
        poll_interval: seconds between polls; None lets klingkit choose.
        media: what is made, such as ``video`` or ``image``; pictures are ready sooner (data: durations.toml).
        task_id: sets the small individual deviation.

    Raises:
        InvalidRequestError: a number is missing, negative, or not finite.
    """
    _check("timeout", timeout, least=0.0)
    if poll_interval is not None:
        _check("poll_interval", poll_interval, least=0.001)
        return Plan(timeout, poll_interval, poll_interval, 0.0)
    fastest, slowest = _bounds(media)
    return Plan(timeout, fastest, slowest, 0.1 * spread(task_id))


@functools.cache
def _bounds(media: str) -> tuple[float, float]:
    """Return the shortest and the longest interval for what tasks of this kind usually take."""
    usual = klingkit_data.load("durations.toml")["media"]
    row = usual.get(media, usual["video"])
    return max(_FASTEST, row["least"] / _PART), max(_SLOWEST, row["most"] / _PART)


def remaining(plan: Plan, progress: Progress, now: float) -> float:
    """Return the seconds left, 0 at the least."""
    return max(0.0, progress.started + plan.timeout - now)


def after_state(plan: Plan, progress: Progress, state: State, now: float) -> Decision:
    """Return what to do after a poll that showed the task in `state`."""
    if state in END_STATES:
        return Stop()
    return _again(plan, replace(progress, blips=0), now, interval(plan, progress, now))


def after_error(plan: Plan, progress: Progress, error: errors.KlingError, now: float) -> Decision:
    """Return what to do after a poll that ended in `error`."""
    early = now - progress.started <= VISIBLE_WITHIN
    if not is_passing(error) and not (isinstance(error, errors.NotFoundError) and early):
        return Stop()
    usual = interval(plan, progress, now)
    wait = min(max(_LONGEST_BACKOFF, usual), usual * 2 ** min(progress.blips, 10))
    if isinstance(error, errors.RelayError) and error.retry_after is not None:
        wait = min(_LONGEST_BACKOFF, max(wait, error.retry_after))
    return _again(plan, replace(progress, blips=progress.blips + 1), now, wait)


def _again(plan: Plan, progress: Progress, now: float, wait: float) -> Decision:
    left = remaining(plan, progress, now)
    # The last look is at the deadline itself: what was ready a moment before is not missed.
    return Ask(min(wait, left), progress) if left > 0 else GiveUp()


def interval(plan: Plan, progress: Progress, now: float) -> float:
    """Return the seconds from one poll to the next."""
    share = _SHARE * max(0.0, now - progress.started)
    return min(plan.slowest, max(plan.fastest, share)) * (1 + plan.lean)


def _check(name: str, value: object, least: float) -> None:
    if not is_number(value, least=least):
        raise errors.InvalidRequestError(
            f"{name} has to be a number of seconds, {least:g} or more; every wait has an end.", argument=name
        )
