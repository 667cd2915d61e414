"""Faults planted for a number of requests: lost answers, timeouts, broken bodies. For the tests of clients."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any

from klingkit_emulator.errors import FaultError

__all__ = ["ANY", "KINDS", "MEDIA", "Fault", "Faults", "read_fault"]

ANY = "*"
MEDIA = "media"

KINDS: dict[str, str] = {
    "close-mid-body": "the request is served, half of the answer is sent, the connection closes",
    "drop-after-accept": "the request is served, a create is charged, and the connection closes without an answer",
    "drop-before": "nothing is served, the connection closes without an answer",
    "html-200": "nothing is served, a dashboard page is answered with HTTP 200",
    "read-timeout": "the request is served, the answer never comes (the connection closes after `seconds`, usually 30)",
    "redirect": "nothing is served, HTTP 307 sends the client to `location`",
    "reset-mid-body": "the request is served, half of the answer is sent, the connection is reset",
    "slow-drip": "the request is served, the answer arrives bit by bit within `seconds` (usually 2)",
    "status-429": "nothing is served, HTTP 429 (with Retry-After if `seconds` is given)",
    "status-500": "nothing is served, HTTP 500",
    "status-500-after-accept": "the request is served, a create is charged, and HTTP 500 is answered",
    "status-502": "nothing is served, HTTP 502 with the page of the proxy in front",
    "status-503": "nothing is served, HTTP 503 (with Retry-After if `seconds` is given)",
    "status-504": "nothing is served, HTTP 504",
    "truncated-json": "the request is served, the answer is complete HTTP but half of the JSON",
}


@dataclass(slots=True)
class Fault:
    """One planted fault.

    `relay` is a relay id or ``*``. `operation` is an operationId, a verb (``create``, ``get``, ``list``), ``media``
    for result files, or ``*`` for everything but result files. It strikes `times` requests after letting `after`
    matching ones pass. `seconds` and `location` are what some of the kinds take.
    """

    relay: str
    operation: str
    kind: str
    times: int = 1
    after: int = 0
    seconds: float | None = None
    location: str | None = None

    def matches(self, relay: str, operation: str) -> bool:
        """Return whether a request to `operation` (an operationId or ``media``) of `relay` is meant."""
        if self.relay not in {ANY, relay}:
            return False
        if operation == MEDIA:
            return self.operation == MEDIA
        return self.operation in {ANY, operation, operation.rpartition("_")[2]}


class Faults:
    """The faults still to come, in the order they were planted. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planted: list[Fault] = []

    def plant(self, fault: Fault) -> None:
        """Plant `fault`.

        Raises:
            FaultError: its kind is unknown or a number makes no sense.
        """
        if fault.kind not in KINDS:
            raise FaultError(f"there is no fault {fault.kind!r}; choose from {', '.join(KINDS)}.")
        if fault.times < 1 or fault.after < 0:
            raise FaultError("a fault strikes at least once (`times`) and lets none or more requests pass (`after`).")
        if fault.seconds is not None and not 0 <= fault.seconds <= 3600:
            raise FaultError("the `seconds` of a fault are 0 to 3600.")
        with self._lock:
            self._planted.append(fault)

    def take(self, relay: str, operation: str) -> Fault | None:
        """Return the fault that strikes this request, if any, and count it down."""
        with self._lock:
            for fault in self._planted:
                if not fault.matches(relay, operation):
                    continue
                if fault.after:
                    fault.after -= 1
                    continue
                fault.times -= 1
                if not fault.times:
                    self._planted.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._planted.clear()

    def pending(self) -> list[dict[str, Any]]:
        """Return what is still to come, as JSON."""
        with self._lock:
            return [asdict(fault) for fault in self._planted]


def read_fault(members: object) -> Fault:
    """Read a fault from a JSON object.

    Raises:
        FaultError: it is no object, or a member is missing, unknown or of the wrong type.
    """
    if not isinstance(members, dict):
        raise FaultError("a fault is a JSON object.")
    kinds: dict[str, tuple[type, ...]] = {
        "relay": (str,),
        "operation": (str,),
        "kind": (str,),
        "times": (int,),
        "after": (int,),
        "seconds": (int, float, type(None)),
        "location": (str, type(None)),
    }
    if unknown := sorted(set(members) - set(kinds)):
        raise FaultError(f"a fault has no member {unknown[0]!r}; it has {', '.join(kinds)}.")
    if "kind" not in members:
        raise FaultError("a fault needs a `kind`.")
    for name, value in members.items():
        if not isinstance(value, kinds[name]) or isinstance(value, bool):
            raise FaultError(f"the {name!r} of a fault is of the wrong type.")
    return Fault(**{"relay": ANY, "operation": ANY, **members})
