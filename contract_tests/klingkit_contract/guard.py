"""The one door every request of a run goes through, below Schemathesis and below our own checks.

It adds the key, so nothing above ever holds one. It counts money: a create leaves only when the budget allows it,
and the answer decides what it cost. And it writes the journal that all verdicts are made from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode, urlsplit

from klingkit_contract.addresses import is_loopback
from klingkit_contract.budget import Outcome, Purpose
from klingkit_contract.credentials import revealed
from klingkit_contract.exchanges import Answer, Auth, Record, Request
from klingkit_contract.flaws import UNREADABLE, find_flaws, independent, parse_body
from klingkit_contract.purse import Price, Purse
from klingkit_contract.reading import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_contract.budget import Budget
    from klingkit_contract.contract import Contract, Operation
    from klingkit_contract.credentials import SignedKey
    from klingkit_contract.exchanges import Journal
    from klingkit_contract.flaws import Flaw
    from klingkit_contract.prices import Prices
    from klingkit_contract.reading import Reader

__all__ = ["BLOCKED_HEADER", "OUT_OF_BUDGET", "Guard", "Transport", "outcome"]

BLOCKED_HEADER = "x-budget-guard"
_USED_UP = "the budget is used up"
_NO_KEY = "with a budget of 0 no create carries a key"
OUT_OF_BUDGET = frozenset({_USED_UP, _NO_KEY})
"""Why a create was kept back that a larger budget would let through."""
_HARMLESS = frozenset({"GET", "HEAD"})
_BODILESS = "PATCH"  # without a body there is nothing that it could change or make
_KEYLESS = frozenset({Auth.NONE, Auth.WRONG})
_MOST_SILENT = 4  # requests in a row that may stay without an answer


class Transport(Protocol):
    """What the guard needs of the network."""

    def send(
        self, method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes, *, most: int = ...
    ) -> Answer:
        """Send one request and return its answer."""


@dataclass(slots=True, weakref_slot=True)
class Guard:
    """The door to one relay.

    Attributes:
        contract: the relay's resolved document.
        base_url: where the document's paths hang, path prefix included.
        keys: the key for `Auth.KEY`, `Auth.WRONG` and, if there is one, `Auth.OTHER`, or what signs tokens instead.
        refusals_cost: set when the relay was seen to charge what it refuses; then no flawed create leaves any more.
        stage: the name that records carry.
        purse: how much money may be spent, and was.
        prices: what creates cost; without it no price is known.
    """

    contract: Contract
    reader: Reader
    budget: Budget
    journal: Journal
    transport: Transport
    base_url: str
    keys: Mapping[Auth, str | SignedKey]
    refusals_cost: bool = False
    stage: str = ""
    purse: Purse = field(default_factory=Purse)
    prices: Prices | None = None
    sent: int = field(default=0, init=False)
    too_dear: dict[str, str] = field(default_factory=dict, init=False)  # operation: why its price kept a create back
    silent: int = field(default=0, init=False)

    @property
    def lost(self) -> bool:
        """True when the relay left several requests in a row without any answer; then nothing more is sent."""
        return self.silent >= _MOST_SILENT

    def send(self, request: Request, *, purchase: bool = False, generated: bool = False, case_id: str = "") -> Record:
        """Let `request` through, or answer it here when it could cost more than the budget allows.

        Args:
            request: what to send.
            purchase: the create is meant to be accepted and paid for.
            generated: the request was made up by a generator, and may use no unit of the budget.
            case_id: the generator's name for the request.
        """
        operation = self.contract.match(request.method, request.path)
        flaws = find_flaws(self.contract, operation, request) if operation else ()
        why, purpose = self._judge(request, operation, flaws, purchase=purchase, generated=generated)
        price = self._price(operation, request, flaws)
        if not why and (why := self._objection(request, purpose, price)) and operation is not None:
            self.too_dear[operation.id] = why
        if not why and purpose is not None:
            if self.budget.reserve(purpose):
                self.purse.hold(price or Price())
            else:
                why = _USED_UP
        url = self.base_url + request.path + (f"?{request.query}" if request.query else "")
        if why:
            answer = Answer(
                429, (("content-type", "application/json"), (BLOCKED_HEADER, "blocked")), _REFUSAL, why, True
            )
        else:
            answer = self._forward(url, request)
            if operation is not None and price is not None:
                ended = Outcome.REFUSED if self._excused(operation, answer, flaws) else outcome(answer, self.reader)
                self.budget.settle(ended, reserved=purpose is not None)
                self.purse.settle(ended, price, held=purpose is not None)
        name = operation.id if operation else ""
        return self.journal.add(Record(url, request, answer, name, self.stage, case_id, flaws))

    def fetch(
        self, url: str, operation: str, headers: tuple[tuple[str, str], ...] = (), *, most: int = 65_536
    ) -> Record:
        """Fetch a result address without any key and read at most `most` bytes."""
        self.sent += 1
        answer = self.transport.send("GET", url, headers, b"", most=most)
        request = Request("GET", urlsplit(url).path or "/", headers=headers, auth=Auth.NONE)
        return self.journal.add(Record(url, request, answer, operation, self.stage, outside=True))

    def _judge(
        self, request: Request, operation: Operation | None, flaws: tuple[Flaw, ...], *, purchase: bool, generated: bool
    ) -> tuple[str, Purpose | None]:
        """Return why the request must not leave (or nothing), and what it needs a unit of the budget for."""
        if self.lost:
            return "the relay stopped answering", None
        if operation is None:
            harmless = request.method in _HARMLESS or (request.method == _BODILESS and not request.body)
            return ("" if harmless else "no document lists what this may cost"), None
        if not operation.billable:
            return "", None
        known, keyless = independent(flaws), request.auth in _KEYLESS
        if self.budget.overspent or self.purse.overspent:
            return "the relay accepted more than the budget", None
        if self.budget.limit == 0 and not (keyless and known >= 2):
            return _NO_KEY, None
        if known and self.refusals_cost:
            return "the relay charges what it refuses", None
        if known >= 2:
            # No unit is taken for it, but once there is none left for probes no create leaves with a key.
            used_up = not keyless and self.budget.room(Purpose.PROBE) == 0
            return (_USED_UP if used_up else ""), None
        if generated:
            return "a generated request may not use the budget", None
        if known == 1:
            return "", Purpose.PROBE
        return ("" if purchase else "a valid create was not asked for"), Purpose.PURCHASE

    def _price(self, operation: Operation | None, request: Request, flaws: tuple[Flaw, ...]) -> Price | None:
        """Return what `request` costs at most, None for what costs nothing."""
        if operation is None or not operation.billable:
            return None
        return self.prices.of(operation, request, flaws) if self.prices else Price(unknown="price unknown")

    def _objection(self, request: Request, purpose: Purpose | None, price: Price | None) -> str:
        """Return why the limit in money keeps the request back, or nothing.

        Nobody can be charged for a create without a key that is wrong in a second way, unless the relay was seen to
        take such.
        """
        if price is None or (purpose is None and request.auth in _KEYLESS and not self.purse.unasked):
            return ""
        return self.purse.objection(price, purpose)

    def found_charged(self, record: Record) -> None:
        """Book a create that turned out to be charged although its answer said otherwise."""
        operation = self.contract.operations.get(record.operation)
        self.refusals_cost = True
        self.budget.charge()
        self.purse.charge(self._price(operation, record.request, record.flaws) or Price())

    def _excused(self, operation: Operation, answer: Answer, flaws: tuple[Flaw, ...]) -> bool:
        """Tell whether a server error is the documented refusal of a request that is wrong: it made no task."""
        value = parse_body(answer.body)
        if not flaws or answer.blocked or value is UNREADABLE:
            return False
        return self.contract.refuses(operation, answer.status, self.reader.read(value).code)

    def _forward(self, url: str, request: Request) -> Answer:
        answer = self._send_once(url, request)
        key = self.keys.get(request.auth, "")
        if not isinstance(key, str) and key.renewed(answer.status, _by_name(answer), answer.body):
            answer = self._send_once(url, request)  # nothing was done: the token was refused for its times alone
        self.silent = self.silent + 1 if answer.status == 0 and not answer.blocked else 0
        return answer

    def _send_once(self, url: str, request: Request) -> Answer:
        self.sent += 1
        url, credentials = self._credentials(url, request.auth)
        return self.transport.send(request.method, url, (*request.headers, *credentials), request.body)

    def _credentials(self, url: str, auth: Auth) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Return the address and the headers that carry the key. Only this machine ever sees one in an address."""
        key = revealed(self.keys.get(Auth.KEY if auth is Auth.ELSEWHERE else auth, ""))
        if auth is Auth.NONE or not key:
            return url, ()
        if auth is not Auth.ELSEWHERE:
            return url, (("authorization", f"Bearer {key}"),)
        if is_loopback(url):
            url += ("&" if "?" in url else "?") + urlencode({"api_key": key})
        return url, (("x-api-key", key),)


_REFUSAL = json.dumps({"code": 1303, "message": "kept back by klingkit check", "request_id": "none"}).encode()


def outcome(answer: Answer, reader: Reader) -> Outcome:
    """Return how a create ended, by its answer; anything that may have made a task counts as one."""
    if answer.blocked:
        return Outcome.REFUSED
    if answer.status == 0 or answer.status >= 500:
        return Outcome.UNKNOWN
    if not answer.success:
        return Outcome.REFUSED
    value = parse_body(answer.body)
    refused = value is not UNREADABLE and reader.read(value).kind is Kind.ERROR
    return Outcome.REFUSED if refused else Outcome.ACCEPTED


def _by_name(answer: Answer) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers}
