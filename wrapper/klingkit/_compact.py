"""What is kept of a task that has not ended: its last state in as few bytes as will do. Pure.

Thousands of tasks may be outstanding at once, and all that is asked of most of them until they end is their id.
"""

from __future__ import annotations

import marshal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from klingkit._answer import TaskState
from klingkit._polling import END_STATES

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["MINTED", "Recent", "external_of", "minted", "pack", "status_of", "unpack"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UUID_BYTES = 16

MINTED = "klingkit-"
"""How the external_task_ids begin that klingkit makes where the caller gives none; 16 random bytes follow as a UUID."""


def minted(sixteen: bytes) -> str:
    """Return the external_task_id of 16 bytes; those of a fresh one are random, so that no two are alike anywhere."""
    digits = sixteen.hex()  # a UUID object would cost several times as much
    return f"{MINTED}{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def pack(state: TaskState, task_id: str, external: str | None) -> bytes | None:
    """Return `state` without its raw answer; None for one that is kept whole, because the task has ended.

    Args:
        state: the state.
        task_id: the id that the handle holds, which is not kept a second time.
        external: the external_task_id that the handle has; it is kept in here.
    """
    if state.state in END_STATES or state.files or state.reason:
        return None
    own = None if state.task_id == task_id else (state.task_id,)
    told = state.external_task_id
    same = told is not None and told == external
    times = (_seconds(state.created_at), _seconds(state.updated_at))
    return marshal.dumps(
        (state.state, state.status_word, _short(external), own, same or told, *times, state.request_id)
    )


def unpack(packed: bytes, task_id: str, raw: object) -> TaskState:
    """Return the state that `pack` was given, with `raw` as its answer."""
    state, word, external, own, told, created, updated, request_id = _read(packed)
    return TaskState(
        task_id if own is None else own[0],
        state,
        word,
        external_task_id=_long(external) if told is True else told,
        created_at=_moment(created),
        updated_at=_moment(updated),
        request_id=request_id,
        raw=raw,
    )


def external_of(packed: bytes) -> str | None:
    """Return the external_task_id of the handle."""
    return _long(_read(packed)[2])


def status_of(packed: bytes) -> tuple[Any, str | None]:
    """Return state and status word of what `pack` made."""
    return _read(packed)[:2]


class Recent:
    """The last answers about tasks that have not ended, for whoever looks at ``task.raw``: few, whoever's they are.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._raw: dict[Hashable, Any] = {}

    def keep(self, key: Hashable, raw: object) -> None:
        """Keep `raw` as the last answer about the task that `key` names."""
        self._raw.pop(key, None)
        self._raw[key] = raw
        while len(self._raw) > self._most:
            try:
                self._raw.pop(next(iter(self._raw)), None)
            except (RuntimeError, StopIteration):  # another thread added or took one in between
                continue

    def get(self, key: Hashable) -> Any:
        """Return the last answer about the task, None when it is not there any more."""
        return self._raw.get(key)


def _read(packed: bytes) -> tuple[Any, ...]:
    found: tuple[Any, ...] = marshal.loads(packed)  # noqa: S302 - never from outside: `pack` wrote it in this process
    return found


def _short(external: str | None) -> str | bytes | None:
    """Return an id that klingkit made as the 16 bytes it was made of."""
    if external is None or not external.startswith(MINTED):
        return external
    try:
        coded = bytes.fromhex(external.removeprefix(MINTED).replace("-", ""))
    except ValueError:
        return external
    return coded if len(coded) == _UUID_BYTES and _long(coded) == external else external


def _long(external: str | bytes | None) -> str | None:
    return minted(external) if isinstance(external, bytes) else external


def _seconds(when: datetime | None) -> float | None:
    # As a number it has a third of the size, and holds microseconds until the year 2255.
    return None if when is None else (when - _EPOCH).total_seconds()


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else _EPOCH + timedelta(seconds=seconds)
