"""How far a task is, as a function of its timetable and the time: no clock, no store."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Progress", "Timetable", "plan"]

# Seconds from acceptance to start and from start to end at speed 1, by what is made.
_USUAL = {"video": (4.0, 16.0), "image": (2.0, 6.0), "audio": (2.0, 6.0), "voice": (2.0, 6.0)}


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a task stands: ``queued``, ``running``, ``succeeded`` or ``failed``; since when (Unix milliseconds)."""

    state: str
    since_ms: int

    @property
    def final(self) -> bool:
        """Whether the task will change no more."""
        return self.state in {"succeeded", "failed"}


@dataclass(frozen=True, slots=True)
class Timetable:
    """When a task starts and ends (Unix milliseconds); `reason` says why it will have failed, None if it will not."""

    created_ms: int
    started_ms: int
    ended_ms: int
    reason: str | None = None

    def at(self, now_ms: int) -> Progress:
        """Return where the task stands at `now_ms`. Later times never give an earlier state."""
        if now_ms >= self.ended_ms:
            return Progress("succeeded" if self.reason is None else "failed", self.ended_ms)
        if now_ms >= self.started_ms:
            return Progress("running", self.started_ms)
        return Progress("queued", self.created_ms)


def plan(kind: str, created_ms: int, speed: float, reason: str | None = None) -> Timetable:
    """Return the usual timetable of making a `kind`, `speed` times faster than in life."""
    waits, runs = _USUAL.get(kind, _USUAL["video"])
    started = created_ms + max(1, round(waits * 1000 / speed))
    return Timetable(created_ms, started, started + max(1, round(runs * 1000 / speed)), reason)
