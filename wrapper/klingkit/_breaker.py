"""How a relay has been of late, and whether it is left alone for a while: a circuit breaker. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from klingkit import _errors as errors

__all__ = ["CLOSED", "Breaker"]

_TRIPS_AFTER = 3
_REST_SECONDS = 30.0
_LONGEST_REST_SECONDS = 300.0
_TRIAL_SECONDS = 90.0  # about what a create may take: until then nobody else tries a relay that was down

# It cannot be reached or answers nothing usable; or it takes nothing of this account.
_ILL = errors.TransportError | errors.RelayServerError | errors.OutcomeUnknownError | errors.UnexpectedAnswerError
_BLOCKED = errors.AuthenticationError | errors.BalanceError | errors.PermissionDeniedError | errors.RateLimitError


@dataclass(frozen=True, slots=True)
class Breaker:
    """How many calls in a row failed at a relay, and until when it is left alone.

    Three failures open it. When the rest is over one call is let through; if that fails as well, the next rest is twice
    as long, up to five minutes. Times are seconds of a clock that only goes forward.
    """

    failures: int = 0
    until: float = 0.0

    def rests(self, now: float) -> float:
        """Return for how many more seconds the relay is left alone; 0 when it may be asked."""
        return max(0.0, self.until - now)

    def asked(self, now: float) -> Breaker:
        """Return it while a call is let through: after a rest, that one alone."""
        return Breaker(self.failures, now + _TRIAL_SECONDS) if self.failures >= _TRIPS_AFTER else self

    def ended(self, error: errors.KlingError | None, now: float) -> Breaker:
        """Return it after a call: with how it went wrong, or None when it went well.

        What is the caller's fault says that the relay is there; what was never sent says nothing.
        """
        if error is None or isinstance(error, errors.RequestRefusedError):
            return CLOSED
        if isinstance(error, _ILL | _BLOCKED):
            return self._failed(now)
        return Breaker(self.failures, min(self.until, now))

    def _failed(self, now: float) -> Breaker:
        count = self.failures + 1
        if count < _TRIPS_AFTER:
            return Breaker(count)
        return Breaker(count, now + min(_LONGEST_REST_SECONDS, _REST_SECONDS * 2.0 ** (count - _TRIPS_AFTER)))


CLOSED = Breaker()
