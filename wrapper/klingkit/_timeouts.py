"""How long single steps of an exchange may take."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from klingkit._checks import is_number
from klingkit._errors import ConfigurationError

__all__ = ["Timeouts", "timeouts_of"]

_CONNECT = 5.0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits in seconds; there is no "for ever".

    Attributes:
        connect: until there is a connection.
        read: until the answer begins, between its parts, and for the whole rest of an API answer once it began.
        write: between parts of the request.
        pool: until one of the client's own connections is free.
    """

    connect: float = _CONNECT
    read: float = 60.0
    write: float = 60.0
    pool: float = 60.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not is_number(getattr(self, field.name), above=0):
                raise ConfigurationError(f"The timeout {field.name!r} has to be a number of seconds above 0.")

    def within(self, seconds: float) -> Timeouts:
        """Return these limits, none of them longer than `seconds`, but at least one second."""
        most = max(1.0, seconds)
        return replace(self, **{field.name: min(getattr(self, field.name), most) for field in fields(self)})


def timeouts_of(timeout: Timeouts | float | None) -> Timeouts:
    """Return what a caller means: Timeouts, one number for reading and writing, or None for the defaults.

    Raises:
        ConfigurationError: it is none of these, or not above 0.
    """
    if timeout is None:
        return Timeouts()
    if isinstance(timeout, Timeouts):
        return timeout
    if not is_number(timeout, above=0):
        raise ConfigurationError("timeout has to be a number of seconds above 0, or klingkit.Timeouts(...).")
    return Timeouts(connect=min(_CONNECT, timeout), read=timeout, write=timeout)
