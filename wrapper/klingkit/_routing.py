"""Which of several relays is asked, in which turn, and when another one may be. Pure: prices and times are given.

Money decides: another relay is asked only when it is certain that the one before took, and charged, nothing. After an
answer that leaves this open the caller is told so, and nobody else is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from klingkit import _errors as errors
from klingkit._breaker import CLOSED
from klingkit._retry import is_ambiguous

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit._breaker import Breaker
    from klingkit._prices import Estimate

__all__ = ["POLICIES", "Policy", "Prospect", "Route", "Routing", "Skipped", "may_go_on"]

Policy = Literal["order", "cheapest", "least_busy"]
"""Who is asked first: the relay named first, the one with the lowest price, or the one with the fewest open tasks."""

POLICIES: tuple[str, ...] = get_args(Policy)

# What is wrong with the request itself: every relay hands it to the same vendor, and would be told the same.
_CALLERS_OWN = errors.RequestRefusedError
# Codes of such refusals that concern the relay nevertheless: it has no price, or no supplier, for the model.
_RELAYS_OWN = frozenset({"model_price_error", "invalid_api_platform"})
# Redirects that keep the method, or stand for good, come from a server in front that did not look at the request. After
# a POST, 302 and 303 may also mean that it was done, and where to see it.
_UNTOUCHED = frozenset({301, 307, 308})


@dataclass(frozen=True, slots=True)
class Skipped:
    """A relay that did not serve a call, and why.

    Attributes:
        relay: its id.
        reason: a sentence, for people.
        kind: the name of the error that it refused with, or that asking it ended in, such as ``BalanceError``; empty
            where there was none.
        spared: whether it was not its turn: another one served the call before.
    """

    relay: str
    reason: str
    kind: str = ""
    spared: bool = False

    def __str__(self) -> str:
        return f"{self.relay}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Route:
    """Who served a call, and why the others did not.

    Attributes:
        relay: id of the relay that served it.
        policy: how the turns were set.
        skipped: the other relays of the client, in their turns.
    """

    relay: str
    policy: str
    skipped: tuple[Skipped, ...] = ()

    @property
    def passed_over(self) -> tuple[Skipped, ...]:
        """Those whose turn it was before, and that did not serve it."""
        return tuple(one for one in self.skipped if not one.spared)

    def __str__(self) -> str:
        return "; ".join([f"{self.relay} (policy: {self.policy})", *map(str, self.skipped)])

    def members(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        rows = [{"relay": s.relay, "reason": s.reason, "kind": s.kind, "spared": s.spared} for s in self.skipped]
        return {"relay": self.relay, "policy": self.policy, "skipped": rows}

    @classmethod
    def read(cls, members: object) -> Route | None:
        """Return what `members` wrote; None when it is something else: no task is lost over it."""
        if not isinstance(members, dict) or not isinstance(rows := members.get("skipped"), list):
            return None
        found = [_skipped(row) for row in rows]
        names = [members.get("relay"), members.get("policy")]
        if not all(isinstance(name, str) for name in names):
            return None
        return cls(str(names[0]), str(names[1]), tuple(one for one in found if one is not None))


@dataclass(frozen=True, slots=True)
class Prospect:
    """A relay that might serve a call.

    Attributes:
        relay: its id.
        price: what it would charge; None where nobody asked.
        busy: how many of the client's tasks there have not ended.
    """

    relay: str
    price: Estimate | None = None
    busy: int = 0


class Routing:
    """One call on its way from relay to relay.

    Args:
        policy: how the turns are set.
        prospects: the relays, in the order they were named.

    Attributes:
        skipped: the relays that were passed over so far, in their turns.
        errors: how asking each of those ended that were asked, or refused before.
        hasty: whether the one whose turn it is need not be reached at once: another can be asked. If none of those
            serves the call, it has a second turn.
    """

    def __init__(self, policy: Policy, prospects: Sequence[Prospect]) -> None:
        self.policy = policy
        self.skipped: list[Skipped] = []
        self.errors: list[errors.KlingError] = []
        self._currency = _common_currency(prospects)
        self._turns = _ranked(policy, prospects, self._currency)
        self._left = list(self._turns)
        self._again: list[Prospect] = []
        self._second = False
        self._resting = False
        self.hasty = False

    def turn(self, health: Mapping[str, Breaker], now: float) -> str:
        """Return the id of the relay whose turn it is; of those that are left alone for a while, `skipped` tells.

        Raises:
            InvalidRequestError: every relay finds the same wrong with the request.
            NoRelayError: none is left.
        """
        while self._left or self._begin_again():
            prospect = self._left.pop(0)
            breaker = health.get(prospect.relay, CLOSED)
            rest = breaker.rests(now)
            if not rest or self._second:
                others = (other for other in self._left if not health.get(other.relay, CLOSED).rests(now))
                self.hasty = not self._second and any(others)
                return prospect.relay
            self._resting = True
            reason = f"failed {breaker.failures} times in a row, and is left alone for {rest:.0f} more seconds"
            self.skipped.append(Skipped(prospect.relay, reason))
        nobody = self._nobody()
        if nobody in self.errors:
            raise nobody
        raise nobody from (self.errors[-1] if self.errors else None)

    def refused(self, relay: str, error: errors.KlingError) -> None:
        """Note how asking `relay` ended.

        Raises:
            KlingError: `error` itself, when nobody else may be asked.
        """
        before = [skip for skip in self.skipped if skip.relay != relay]
        if not may_go_on(error):
            if before:
                error.add_note(f"Before {relay}, klingkit passed over {'; '.join(map(str, before))}")
            raise error
        if self.hasty and isinstance(error, errors.ConnectionFailedError):
            self._again += [one for one in self._turns if one.relay == relay]
        if not self._second:
            self.errors.append(error)
            self.skipped.append(Skipped(relay, str(error), type(error).__name__))

    def taken(self, relay: str) -> Route:
        """Return the route of a call that `relay` serves."""
        mine = next(one for one in self._turns if one.relay == relay)
        before = [skip for skip in self.skipped if skip.relay != relay]
        waiting = [] if self._second else self._left  # in a second turn, all have had their first
        spared = (Skipped(one.relay, self._why_later(mine, one), spared=True) for one in waiting)
        return Route(relay, self.policy, (*before, *spared))

    def _begin_again(self) -> bool:
        """Give those a second turn that were let go of in haste; whether there are any."""
        self._left, self._again, self._second = self._again, [], True
        return bool(self._left)

    def _why_later(self, mine: Prospect, other: Prospect) -> str:
        if self.policy == "least_busy":
            # Without numbers, so that tasks which came the same way share what is kept of it.
            more = "more" if other.busy > mine.busy else "as many"
            return f"not needed: it has {more} open tasks of this client"
        if self.policy == "cheapest":
            if other.price is None or other.price.amount is None:
                return "not needed: no price is known for it"
            if other.price.currency != self._currency:
                return f"not needed: its price is {other.price}, which is not compared with {self._currency}"
            return f"not needed: its price is {other.price}"
        return f"not needed: it stands behind {mine.relay}"

    def _nobody(self) -> errors.KlingError:
        """Return the error of a call that nobody serves: the request's own, where that is what is wrong."""
        local = [error for error in self.errors if isinstance(error, errors.InvalidRequestError)]
        if len(local) == len(self.skipped) and local:
            if (shared := _shared(local)) is not None:
                return shared
            kind = type(local[0])
            if all(type(error) is kind for error in local) and kind is not errors.InvalidRequestError:
                names = ", ".join(skip.relay for skip in self.skipped)
                error = kind(f"None of {names} takes this. {self._reasons()}", operation=local[0].operation)
                error.argument = local[0].argument
                if isinstance(error, errors.TooExpensiveError) and isinstance(local[0], errors.TooExpensiveError):
                    error.estimate = local[0].estimate
                return error
        return errors.NoRelayError(
            f"No relay took it, and none charged for it. {self._reasons()}",
            skipped=tuple(self.skipped),
            errors=tuple(self.errors),
            operation=next((error.operation for error in self.errors), None),
            retryable=self._resting or any(error.retryable for error in self.errors),
        )

    def _reasons(self) -> str:
        return " ".join(f"{skip.relay}: {skip.reason.rstrip('.')}." for skip in self.skipped)


def may_go_on(error: errors.KlingError) -> bool:
    """Whether another relay may be asked after `error`: this one certainly charged nothing, and is what was wrong."""
    if isinstance(error, errors.InvalidRequestError):
        return True  # of this relay's documents or prices, and nothing was sent: another one may offer it
    if isinstance(error, errors.RedirectError):
        return error.status in _UNTOUCHED
    if isinstance(error, _CALLERS_OWN):
        return type(error) is errors.RequestRefusedError and error.code in _RELAYS_OWN
    return isinstance(error, errors.TransportError | errors.RelayError) and not is_ambiguous(error)


def _shared(found: Sequence[errors.InvalidRequestError]) -> errors.InvalidRequestError | None:
    """Return the shortest account of a mistake that all relays find which offer the operation; None without one."""
    about = [error for error in found if not isinstance(error, errors.UnsupportedByRelayError)]
    if not about or any(isinstance(error, errors.TooExpensiveError) for error in about):
        return None
    common = set.intersection(*(_mistakes(error) for error in about))
    return min(about, key=lambda error: len(error.problems)) if common else None


def _mistakes(error: errors.InvalidRequestError) -> set[tuple[str, str]]:
    if error.problems:
        return {(problem.field, problem.rule) for problem in error.problems}
    return {(error.argument or "", "argument")}


def _skipped(row: object) -> Skipped | None:
    if not isinstance(row, dict):
        return None
    found = [row.get(name) for name in ("relay", "reason", "kind")]
    if not all(isinstance(value, str) for value in found):
        return None
    relay, reason, kind = map(str, found)
    return Skipped(relay, reason, kind, row.get("spared") is True)


def _ranked(policy: Policy, prospects: Sequence[Prospect], currency: str) -> list[Prospect]:
    if policy == "least_busy":
        return sorted(prospects, key=lambda one: one.busy)
    if policy == "cheapest":
        return sorted(prospects, key=lambda one: _cost(one, currency))
    return list(prospects)


def _common_currency(prospects: Sequence[Prospect]) -> str:
    """Return the currency that most prices are in, of several the one named first: no rates are known here."""
    named = [one.price.currency for one in prospects if one.price is not None and one.price.amount is not None]
    return max(named, key=named.count, default="")


def _cost(prospect: Prospect, currency: str) -> tuple[bool, Any]:
    """Return what to sort by: known prices in `currency` first, the lowest first; others as they were named."""
    price = prospect.price
    if price is None or price.amount is None or price.currency != currency:
        return True, 0
    return False, price.amount
