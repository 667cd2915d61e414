"""A gateway's own row for a task, what a look at Kling makes of it, and the book it is kept in."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from klingkit_emulator.defects import WRONG_WORD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_emulator.store import Store

__all__ = ["FAILURE", "NOT_START", "SUCCESS", "Book", "Record", "looked_at", "own_id"]

NOT_START, SUCCESS, FAILURE = "NOT_START", "SUCCESS", "FAILURE"
_WORDS = {
    "submitted": "SUBMITTED",
    "processing": "IN_PROGRESS",
    "succeed": SUCCESS,
    "failed": FAILURE,
    WRONG_WORD: SUCCESS,  # what a planted defect says; no Kling does
}
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Record:
    """A task as the gateway knows it. Times are Unix milliseconds, 0 for not yet; `quota` is what was paid.

    `public_id` is the id that clients know, `upstream_id` that of Kling; `path` is where Kling is asked. `body` is
    Kling's last answer; `looks` counts the polls, `misses` those in a row that failed.
    """

    public_id: str
    upstream_id: str
    account: str
    path: str
    action: str
    model: str
    seconds: str
    number: int
    created_ms: int
    quota: int
    body: Mapping[str, Any] = field(default_factory=dict)
    status: str = NOT_START
    reason: str = ""
    url: str = ""
    started_ms: int = 0
    ended_ms: int = 0
    looks: int = 0
    misses: int = 0

    @property
    def final(self) -> bool:
        """Whether the gateway looks no more."""
        return self.status in {SUCCESS, FAILURE}

    def as_json(self) -> dict[str, Any]:
        """Return the record as the keyword arguments that make it; not a copy."""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def data(self) -> Mapping[str, Any]:
        """The task in Kling's last answer; empty where it had none."""
        data = self.body.get("data")
        return data if isinstance(data, dict) else {}


def own_id(*, number: bool = False) -> str:
    """Return an id as generations B and C give them out, or the digits of a `number`."""
    if number:
        return f"8{secrets.randbelow(10**17):017d}"
    return "task_" + "".join(secrets.choice(_LETTERS) for _ in range(32))


def looked_at(record: Record, body: object, now_ms: int) -> Record:
    """Return the record after a poll that brought `body`; a body without a known word changes nothing."""
    data = body.get("data") if isinstance(body, dict) else None
    word = data.get("task_status") if isinstance(data, dict) else None
    status = _WORDS.get(word) if isinstance(word, str) else None
    if status is None or not isinstance(body, dict) or not isinstance(data, dict):
        return record
    started = record.started_ms or (now_ms if status != "SUBMITTED" else 0)
    found = replace(record, body=body, status=status, started_ms=started, misses=0)
    if status == SUCCESS:
        return replace(found, url=_address(data), ended_ms=now_ms)
    if status == FAILURE:
        return failed(found, str(data.get("task_status_msg") or ""), now_ms)
    return found


def failed(record: Record, reason: str, now_ms: int) -> Record:
    """Return the record of a task that the gateway takes for failed."""
    return replace(record, status=FAILURE, reason=reason, ended_ms=now_ms)


def _address(data: Mapping[str, Any]) -> str:
    result = data.get("task_result")
    videos = result.get("videos") if isinstance(result, dict) else None
    first = videos[0] if isinstance(videos, list) and videos else None
    url = first.get("url") if isinstance(first, dict) else None
    return url if isinstance(url, str) else ""


class Book:
    """The records of one gateway, by public id and account, in the emulator's store."""

    def __init__(self, store: Store, relay: str) -> None:
        self._store, self._relay = store, relay
        self._last: int | None = None

    def keep(self, record: Record) -> None:
        """Keep a record, new or known."""
        self._store.keep_session(record.public_id, self._relay, record.account, record.as_json())

    def number(self) -> int:
        """Return the number of the next record; none is ever removed."""
        self._last = (self.count() if self._last is None else self._last) + 1
        return self._last

    def find(self, public_id: str, account: str) -> Record | None:
        """Return the account's record of that id. Tasks belong to the user, whichever of his keys made them."""
        return self._record(self._store.session(public_id, self._relay, account))

    def newest(self, limit: int) -> list[Record]:
        """Return the newest records of all accounts, newest first."""
        return [Record(**row) for row in self._store.sessions(self._relay, limit)]

    def count(self) -> int:
        """Return how many there are."""
        return self._store.count_sessions(self._relay)

    def _record(self, row: Any) -> Record | None:
        return Record(**row) if row is not None else None
