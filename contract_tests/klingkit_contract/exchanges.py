"""Requests and answers as the guard saw them, and the journal that keeps them for the length of a run.

Nothing here is redacted: a record never leaves the process. What reports show is made by `klingkit_contract.evidence`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_contract.flaws import Flaw

__all__ = ["Answer", "Auth", "Journal", "Record", "Request"]


class Auth(StrEnum):
    """Which key a request carries. The key itself is added by the guard, below everything that makes requests."""

    KEY = "key"
    NONE = "none"
    WRONG = "wrong"
    OTHER = "other account"
    ELSEWHERE = "key elsewhere"  # the right key, in a place where no document puts it


@dataclass(frozen=True, slots=True)
class Request:
    """A request in the paths of the one spec. `path` is percent-encoded; `query` has no question mark."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    auth: Auth = Auth.KEY


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` 0 means that no answer came and `note` says why; `blocked` that nothing was sent."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    note: str = ""
    blocked: bool = False

    def header(self, name: str) -> str:
        """Return the first header called `name` (lower-case), or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, lower-case; empty when there is none."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def success(self) -> bool:
        """True for any 2xx status."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Record:
    """One request, its answer, and what was known about it. `url` is where it really went, without credentials."""

    url: str
    request: Request
    answer: Answer
    operation: str = ""
    stage: str = ""
    case_id: str = ""
    flaws: tuple[Flaw, ...] = ()
    outside: bool = False  # fetched from a result address, not from the relay


@dataclass(slots=True)
class Journal:
    """All records of one relay's run, oldest first. Blocked requests are kept apart: they never left."""

    records: list[Record] = field(default_factory=list)
    blocked: int = 0

    def add(self, record: Record) -> Record:
        """Keep `record` and return it."""
        if record.answer.blocked:
            self.blocked += 1
        else:
            self.records.append(record)
        return record

    def about(self, operation: str) -> Iterator[Record]:
        """Yield the records that belong to `operation`."""
        return (record for record in self.records if record.operation == operation)

    def __len__(self) -> int:
        return len(self.records)
