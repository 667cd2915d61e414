"""Which of several relays makes a task, and when another one may be asked instead. Pure: prices and times are given.

Money decides: another relay is asked only when it is certain that the first one took, and charged, nothing. After an
answer that leaves this open, the caller is told so, and nobody else is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from klingkit import _errors as errors
from klingkit._errors import NoRelayError
from klingkit._retry import is_ambiguous

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from klingkit._prices import Estimate

__all__ = ["CLOSED", "POLICIES", "Breaker", "Policy", "Prospect", "Skipped", "after_success", "routing"]

Policy = Literal["order", "cheapest", "least_busy"]
"""How the first relay to ask is chosen: as they were named, by the price table, or by tasks that have not ended."""

POLICIES: tuple[str, ...] = get_args(Policy)

_TRIPS_AFTER = 3
_REST_SECONDS = 30.0
_LONGEST_REST_SECONDS = 600.0

# What is wrong with the request itself: every relay hands it to the same vendor, and would be told the same.
_CALLERS_OWN = errors.RequestRefusedError | errors.ContentPolicyError | errors.DuplicateTaskError


@dataclass(frozen=True, slots=True)
class Skipped:
    """A relay that did not make the task, and why; for people.

    Attributes:
        relay: its id.
        reason: a sentence.
        error: how asking it ended; None if it was not asked.
    """

    relay: str
    reason: str
    error: errors.KlingError | None = None

    def __str__(self) -> str:
        return f"{self.relay}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Breaker:
    """What a relay's last answers say of its health: `failures` in a row, and until when it is left alone.

    Times are seconds of a clock that only goes forward. When the rest is over one create is let through; if it fails
    as well, the next rest is twice as long.
    """

    failures: int = 0
    until: float = 0.0

    def rests(self, now: float) -> float:
        """Return for how many more seconds the relay is left alone; 0 when it may be asked."""
        return max(0.0, self.until - now)

    def failed(self, now: float) -> Breaker:
        """Return it after one more failure."""
        count = self.failures + 1
        if count < _TRIPS_AFTER:
            return Breaker(count)
        rest = min(_LONGEST_REST_SECONDS, _REST_SECONDS * 2.0 ** (count - _TRIPS_AFTER))
        return Breaker(count, now + rest)


CLOSED = Breaker()


@dataclass(frozen=True, slots=True)
class Prospect:
    """A relay that might make the task.

    Attributes:
        relay: its id.
        breaker: its health.
        price: what it would charge; None when that was not asked for.
        busy: how many tasks of this client have not ended there.
    """

    relay: str
    breaker: Breaker = CLOSED
    price: Estimate | None = None
    busy: int = 0


def routing(
    policy: Policy, prospects: Sequence[Prospect], now: float
) -> Generator[int, errors.KlingError, tuple[Skipped, ...]]:
    """Yield the place of the relay to ask next; is sent the error that ended it. `close` it when a relay took the task.

    `skipped` of the exception, or what the caller gathers from the errors it sends, tells why others did not.

    Raises:
        NoRelayError: none is left.
        KlingError: the error that was sent, when nobody else may be asked.
    """
    skipped: list[Skipped] = []
    for at in _ranked(policy, prospects):
        prospect = prospects[at]
        if rest := prospect.breaker.rests(now):
            reason = f"failed {prospect.breaker.failures} times in a row, and is left alone for {rest:.0f} seconds"
            skipped.append(Skipped(prospect.relay, reason))
            continue
        error = yield at
        if not may_go_on(error):
            raise error
        skipped.append(Skipped(prospect.relay, str(error), error))
    told = [skip.error for skip in skipped]
    if told and all(isinstance(error, errors.InvalidRequestError) for error in told) and told[0] is not None:
        raise told[0]  # the arguments fit nowhere, which the first says as well as all of them
    raise NoRelayError(
        f"No relay took it, and none charged for it. {' '.join(f'{skip}' for skip in skipped)}", skipped=tuple(skipped)
    ) from next((error for error in reversed(told) if error is not None), None)


def may_go_on(error: errors.KlingError) -> bool:
    """Whether another relay may be asked after `error`: this one certainly charged nothing, and is what was wrong."""
    if isinstance(error, errors.InvalidRequestError):
        return True  # of this relay's documents or prices: another one may offer it
    if isinstance(error, errors.OutcomeUnknownError | errors.ConfigurationError | _CALLERS_OWN):
        return False
    return isinstance(error, errors.TransportError | errors.RelayError | errors.RedirectError) and not is_ambiguous(
        error
    )


def after_failure(breaker: Breaker, error: errors.KlingError, now: float) -> Breaker:
    """Return the health of a relay after a create that ended in `error`; the caller's faults tell nothing."""
    ill = errors.TransportError | errors.RelayServerError | errors.OutcomeUnknownError | errors.UnexpectedAnswerError
    blocked = errors.AuthenticationError | errors.BalanceError | errors.PermissionDeniedError | errors.RateLimitError
    return breaker.failed(now) if isinstance(error, ill | blocked) else breaker


def after_success(breaker: Breaker) -> Breaker:
    """Return the health of a relay that has just taken a task."""
    return breaker if breaker == CLOSED else replace(breaker, failures=0, until=0.0)


def _ranked(policy: Policy, prospects: Sequence[Prospect]) -> list[int]:
    places = range(len(prospects))
    if policy == "least_busy":
        return sorted(places, key=lambda at: prospects[at].busy)
    if policy == "cheapest":
        currency = next(
            (found.currency for at in places if (found := prospects[at].price) and found.amount is not None), ""
        )
        return sorted(places, key=lambda at: _cost(prospects[at], currency))
    return list(places)


def _cost(prospect: Prospect, currency: str) -> tuple[bool, object]:
    """Return what to sort by: known prices in `currency` first, cheapest first; others as they were named."""
    price = prospect.price
    known = price is not None and price.amount is not None and price.currency == currency
    return not known, price.amount if known and price is not None else 0
