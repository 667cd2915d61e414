"""The control address of a running tap: what has arrived at the Kling it plays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_contract.addresses import is_loopback
from klingkit_contract.errors import TapError
from klingkit_contract.flaws import UNREADABLE, parse_body
from klingkit_contract.transport import Clock, HttpTransport, Pace

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Arrival", "Tap"]

_TIMEOUT = 10.0
_MOST = 64_000_000  # bytes of one answer: some hundred requests with pictures in them
_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
_HERE, _ELSEWHERE = 5.0, 30.0  # seconds that a create, once accepted, may take to get through the relay
_ACCEPTED = 200


@dataclass(frozen=True, slots=True)
class Arrival:
    """A create as it reached Kling. `text` is its whole body, `body` the JSON object it is, empty where it is none."""

    number: int
    path: str
    text: str
    body: dict[str, Any]
    cut: bool


class Tap:
    """A tap at its control address.

    Args:
        url: the address that `klingkit tap` calls its control.
        clock: the time.
    """

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        self.url = url.rstrip("/").removesuffix("/requests")
        self._clock = clock or Clock()
        self._transport = HttpTransport(Pace(0, self._clock), timeout=_TIMEOUT, loopback=is_loopback(url))

    def __enter__(self) -> Tap:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.__exit__(kind, error, trace)

    def newest(self) -> int:
        """Return the number of the newest request that has arrived, 0 for none.

        Raises:
            TapError: there is no tap at the address.
        """
        return int(self._ask("/").get("newest", 0))

    def creates(self, after: int) -> list[Arrival]:
        """Return the POST requests that arrived after the one of that number, oldest first.

        Raises:
            TapError: the tap does not answer.
        """
        found: list[Arrival] = []
        while rows := self._ask(f"/requests?after={after}").get("requests", []):
            after = rows[-1]["number"]
            found += [_arrival(row) for row in rows if row["method"] == "POST"]
        return found

    def find(self, mark: str, after: int, *, near: bool, wait: bool) -> list[Arrival]:
        """Return the creates that carry `mark` and arrived after the one of that number.

        Where none does and a single create has arrived, it is that one: everything the mark stood in was lost.

        Args:
            mark: a word that no other request has; empty for a create that has no place for one.
            after: the newest request before it was sent.
            near: whether the relay is on this machine, and so is quick.
            wait: whether the relay accepted it, so that it is worth waiting for.

        Raises:
            TapError: the tap does not answer.
        """
        deadline, pause = self._clock.now() + (_HERE if near else _ELSEWHERE), _PAUSE
        while True:
            arrived = self.creates(after)
            marked = [arrival for arrival in arrived if mark and mark in arrival.text]
            settled = marked or (arrived and not mark)
            if settled or not wait or self._clock.now() >= deadline:
                return marked or (arrived if len(arrived) == 1 else [])
            self._clock.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _ask(self, path: str) -> dict[str, Any]:
        answer = self._transport.send("GET", self.url + path, (), b"", most=_MOST)
        value = parse_body(answer.body) if answer.status == _ACCEPTED else UNREADABLE
        if not isinstance(value, dict) or "newest" not in value:
            said = f"HTTP {answer.status}" if answer.status else answer.note
            raise TapError(
                f"no tap answers at {self.url} ({said}); start one with `klingkit tap` and give --tap the address that "
                "it calls Control."
            )
        return value


def _arrival(row: dict[str, Any]) -> Arrival:
    value = parse_body(row["body"].encode())
    body = value if isinstance(value, dict) else {}
    return Arrival(int(row["number"]), str(row["path"]), str(row["body"]), body, bool(row["cut"]))
