"""What a client of several relays knows of them: how they have been of late, and what it has outstanding there."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from klingkit import _clock
from klingkit._breaker import CLOSED, Breaker
from klingkit._errors import InvalidRequestError
from klingkit._pricing import price_of
from klingkit._routing import Prospect, Routing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from klingkit._errors import KlingError
    from klingkit._prices import Estimate
    from klingkit._routing import Policy, Route, Skipped

__all__ = ["Desk", "Outstanding", "Visit"]

_FORGOTTEN_SECONDS = 3600.0


class Outstanding:
    """The tasks of one relay that have not ended, as far as the client has seen; after an hour none is counted."""

    def __init__(self) -> None:
        self._since: dict[object, float] = {}

    def add(self, key: object) -> None:
        """Count a task, or a call that may become one."""
        self._since[key] = _clock.current().monotonic()

    def remove(self, key: object) -> None:
        """Count it no more."""
        self._since.pop(key, None)

    def __len__(self) -> int:
        oldest = _clock.current().monotonic() - _FORGOTTEN_SECONDS
        # A list is made in one go: another thread may be adding.
        for key in [key for key, since in list(self._since.items()) if since < oldest]:
            self._since.pop(key, None)
        return len(self._since)


class Desk:
    """One for a client and all that ``with_options`` makes of it.

    Args:
        policy: how the turns are set.
        environ: read instead of the environment, to find the configuration file, which may hold prices.

    Attributes:
        outstanding: by relay, where the policy asks for it; else empty.
    """

    def __init__(self, relays: Iterable[str], policy: Policy, environ: Mapping[str, str] | None) -> None:
        self.policy: Policy = policy
        self._environ = environ
        self._lock = threading.Lock()
        self._health: dict[str, Breaker] = {}
        counted = relays if policy == "least_busy" else ()
        self.outstanding: dict[str, Outstanding] = {relay: Outstanding() for relay in counted}

    def prospects(self, relays: Iterable[str], operation: str, arguments: Mapping[str, Any]) -> list[Prospect]:
        """Return the relays with what they would charge, where that matters. `operation` is its whole id."""
        return [Prospect(relay, self._price(relay, operation, arguments)) for relay in relays]

    def routing(self, prospects: Iterable[Prospect]) -> Routing:
        """Return the turns of a call, as they are now."""
        busy = {relay: len(tasks) for relay, tasks in self.outstanding.items()}
        return Routing(self.policy, [replace(one, busy=busy.get(one.relay, 0)) for one in prospects])

    def begin(self, visit: Visit) -> str:
        """Give `visit` its turns, count it at the relay whose turn it is, and return that. Raises as `Routing.turn`."""
        with self._lock:  # so that calls made at once see each other
            visit.routing = self.routing(visit.prospects)
            return self._next(visit, visit.routing)

    def go_on(self, visit: Visit, routing: Routing) -> str:
        """Return whose turn it is after a refusal, and count `visit` there. Raises as `Routing.turn`."""
        with self._lock:
            return self._next(visit, routing)

    def first(self, routing: Routing) -> str:
        """Return whose turn it would be. Raises as `Routing.turn`."""
        return routing.turn(self._health, _clock.current().monotonic())

    def _next(self, visit: Visit, routing: Routing) -> str:
        now = _clock.current().monotonic()
        relay = routing.turn(self._health, now)
        self._health[relay] = self._health.get(relay, CLOSED).asked(now)
        if relay in self.outstanding:
            self.outstanding[relay].add(visit)
        return relay

    def ended(self, relay: str, error: KlingError | None) -> None:
        """Note how a call ended."""
        with self._lock:
            now = _clock.current().monotonic()
            self._health[relay] = self._health.get(relay, CLOSED).ended(error, now)

    def _price(self, relay: str, operation: str, arguments: Mapping[str, Any]) -> Estimate | None:
        if self.policy != "cheapest":
            return None
        try:
            return price_of(relay, operation, arguments, self._environ)
        except InvalidRequestError:
            return None  # what is wrong is told by whoever is asked


class Visit:
    """One call on its way from relay to relay: whose turn it is, and what is noted of those that were asked.

    Args:
        prospects: the relays that may serve it.

    Attributes:
        relay: whose turn it is.
        routing: the turns, once it has begun.
    """

    def __init__(self, desk: Desk, prospects: Sequence[Prospect]) -> None:
        self._desk = desk
        self.prospects = prospects
        self.routing: Routing | None = None
        self.relay = ""
        self._told = 0

    def turn(self) -> str:
        """Return whose turn it is, and count the call there. Raises as `Routing.turn`."""
        self.relay = self._desk.begin(self) if self.routing is None else self._desk.go_on(self, self.routing)
        return self.relay

    @property
    def hasty(self) -> bool:
        """Whether the relay need not be reached at once; see `Routing`."""
        return self.routing is not None and self.routing.hasty

    def news(self) -> list[Skipped]:
        """Return those passed over since the last time."""
        skipped = [] if self.routing is None else self.routing.skipped
        news, self._told = skipped[self._told :], len(skipped)
        return news

    def refused(self, error: KlingError) -> None:
        """Note how asking ended. Raises `error` itself when nobody else may be asked."""
        self._desk.ended(self.relay, error)
        if self.routing is not None:
            self.routing.refused(self.relay, error)

    def taken(self) -> Route:
        """Note that the relay serves the call; return the route."""
        self._desk.ended(self.relay, None)
        assert self.routing is not None, "a visit is taken after it has begun"
        return self.routing.taken(self.relay)

    def left(self) -> None:
        """Count the call no more: it is over, one way or another."""
        if self.relay in self._desk.outstanding:
            self._desk.outstanding[self.relay].remove(self)
