"""Creates through the relay, and what of them reaches the Kling that a tap plays behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit_contract.addresses import is_loopback
from klingkit_contract.catalogue import Role
from klingkit_contract.contract import Contract
from klingkit_contract.findings import Severity
from klingkit_contract.judge import Claim
from klingkit_contract.samples import Samples
from klingkit_contract.tap.bodies import Maker
from klingkit_contract.tap.comparison import Difference, Fields, Kind, compare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from klingkit_contract.contract import Operation
    from klingkit_contract.session import Seen, Session
    from klingkit_contract.tap.client import Arrival, Tap

__all__ = ["ask"]

_CHECK = "field-loss"
_MOST_REQUESTS = 12  # for one operation; those that are refused are free
_MOST_NAMES = 12
_MOST_SAID = 160  # characters of a refusal
_MILDER = {Kind.RETYPED: Severity.MEDIUM, Kind.DEFAULTED: Severity.MEDIUM}
_NAMING = frozenset({"model", "model_name", "prompt"})


@dataclass(slots=True)
class _Case:
    """One create and what is known of it so far. `waiting` are bodies that have yet to be sent."""

    create: Operation
    maker: Maker
    kling: Fields | None
    relay: Fields
    waiting: list[dict[str, Any]]
    sent: int = 0
    arrived: list[Mapping[str, Any]] = field(default_factory=list)
    differences: dict[str, tuple[Difference, Seen]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)  # lost, and the documents say so
    beside: set[str] = field(default_factory=set)  # the relay's own, of which Kling was told nothing
    reason: str = ""  # why a body did not get through


def ask(session: Session, tap: Tap) -> None:
    """Send each create with as many fields as it can have, and with few, and compare what arrives.

    Raises:
        TapError: the tap stopped answering.
    """
    official = Contract(klingkit_data.load("resolved/relays/official.openapi.yaml"))
    cases = [_case(session, official, create) for create in session.contract.of_role(Role.CREATE)]
    while any(case.waiting for case in cases):  # all of them in turn, so that a small budget sees something of each
        for case in cases:
            if case.waiting:
                _send(session, tap, official, case)
    for case in cases:
        _rule(session, case)


def _case(session: Session, official: Contract, create: Operation) -> _Case:
    maker = Maker(session.contract, session.samples, create, near=is_loopback(session.guard.base_url))
    twin = official.operations.get(create.id)
    full = maker.full()
    if twin is not None:
        full = [_packed(session, official, twin, maker, body) for body in full]
    bodies = [full[0], maker.bare(lambda body: _is_whole(official, twin, body)), *full[1:]]
    unique = [body for index, body in enumerate(bodies) if body not in bodies[:index]]
    kling = Fields(official, twin) if twin else None
    return _Case(create, maker, kling, Fields(session.contract, create), unique)


def _is_whole(official: Contract, twin: Operation | None, body: Mapping[str, Any]) -> bool:
    """Tell whether Kling lacks nothing in a body: without its picture, a create would become one of another kind."""
    if twin is None:
        return True
    errors = official.errors(official.request_schema(twin), body)
    return not any(error.missing or error.keyword in {"anyOf", "oneOf"} for error in errors)


def _packed(
    session: Session, official: Contract, twin: Operation, maker: Maker, body: dict[str, Any]
) -> dict[str, Any]:
    """Return `body` with the fields of Kling that this relay takes inside another one."""
    request = session.dialect.get("request", {})
    box = request.get("rest", "")
    if box not in maker.names or box in Fields(official, twin):
        return body
    kling = Maker(official, Samples(official), twin, near=is_loopback(session.guard.base_url))
    forwards = request.get("forwards", kling.names)
    model = next((body[name] for name in _NAMING - {"prompt"} if name in body), None)
    best = next((one for one in kling.full() if one.get("model_name") == model), kling.full()[0])
    rest = {name: value for name, value in best.items() if name in forwards and name not in {*maker.names, *_NAMING}}
    packed = {**body, box: rest}
    return packed if rest and maker.valid(packed) else body


def _send(session: Session, tap: Tap, official: Contract, case: _Case) -> None:
    """Send the next body of a case and note what became of it."""
    body = case.waiting.pop(0)
    mark = f"klingkit-{session.mark}-{session.guard.sent}"
    marked = case.maker.marked(body, mark)
    before = tap.newest()
    request = session.samples.request(case.create, marked)
    seen = session.send(request, purchase=True)
    session.board.asked(case.create.id, _CHECK)
    if seen.blocked:
        case.reason, case.waiting = session.why_blocked(seen), []
        return
    case.sent += 1
    near = is_loopback(session.guard.base_url)
    accepted = seen.served and not seen.owned_by("html-page")
    arrivals = tap.find(mark if mark.encode() in request.body else "", before, near=near, wait=accepted)
    if arrivals:
        _compare(session, official, case, marked, seen, arrivals)
    elif accepted:
        case.reason = "the relay accepted it, and nothing arrived at the tap: is its Kling channel pointed there?"
        case.waiting = []
    else:
        case.reason = f"not passed on by the relay: {_said(seen)}"
        case.waiting = [*_smaller(case, body), *case.waiting] if case.sent < _MOST_REQUESTS else []


def _said(seen: Seen) -> str:
    if seen.owned_by("html-page"):
        return "it answered a web page"
    status = f"HTTP {seen.status}" if seen.status else seen.record.answer.note
    return f"{status} {seen.reading.message}".strip()[:_MOST_SAID]


def _smaller(case: _Case, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield two bodies with half of the fields each that `body` has beyond the example: one of them may get through."""
    example = case.maker.example
    extra = [name for name in body if name not in example or example[name] != body[name]]
    if len(extra) < 2:
        return
    for half in (extra[: len(extra) // 2], extra[len(extra) // 2 :]):
        smaller = {**example, **{name: body[name] for name in half}}
        if case.maker.valid(smaller):
            yield smaller


def _compare(
    session: Session,
    official: Contract,
    case: _Case,
    sent: Mapping[str, Any],
    seen: Seen,
    arrivals: list[Arrival],
) -> None:
    arrival = arrivals[0]
    if arrival.cut:
        case.reason = "what arrived was too large for the tap to keep"
        return
    case.arrived.append(sent)
    came_to = official.match("POST", arrival.path)
    twin = official.operations.get(case.create.id)
    if twin is not None and (came_to is None or came_to.id != twin.id):
        instead = "which Kling does not have" if came_to is None else f"not to {twin.path}"
        _note(case, Difference("path", Kind.CHANGED, f"It was sent to Kling's {arrival.path}, {instead}."), seen)
    if len(arrivals) > 1:
        words = f"It arrived {len(arrivals)} times: one create became {len(arrivals)} tasks at Kling."
        pointer = case.create.pointer
        claim = Claim(case.create.id, _CHECK, "create repeated", pointer, words, seen.record, Severity.CRITICAL)
        session.board.accuse([claim])
    compared = compare(sent, arrival.body, case.kling, case.relay)
    case.beside.update(compared.beside)
    for difference in compared.differences:
        if _documented(difference, sent, session.dialect, case.create.family):
            case.known.add(difference.place)
        else:
            _note(case, difference, seen)


def _documented(difference: Difference, sent: Mapping[str, Any], dialect: Mapping[str, Any], family: str) -> bool:
    """Tell whether this is known of the relay's software: what it loses, and what it makes up when nothing is said."""
    request, name = dialect.get("request", {}), difference.field
    if difference.kind is Kind.DEFAULTED:
        own = dialect.get("operation", {}).get(family, {}).get("request", {})
        return name in {**request.get("explicit", {}), **own.get("explicit", {})}
    zero = name in request.get("zeros_lost", ()) and sent.get(name) == 0
    return zero or name not in request.get("forwards", [name])


def _note(case: _Case, difference: Difference, seen: Seen) -> None:
    case.differences.setdefault(difference.place, (difference, seen))


def _rule(session: Session, case: _Case) -> None:
    """Say on the board what became of the fields of one create."""
    create, schema = case.create, session.contract.request_schema(case.create)
    pointer, node = session.contract.resolve(schema)
    members = node.get("properties", {})
    for difference, seen in case.differences.values():
        where = f"{pointer}/properties/{difference.field}" if difference.field in members else pointer
        topic, severity = f"{difference.place} {difference.kind}", _MILDER.get(difference.kind)
        claim = Claim(create.id, _CHECK, topic, where, difference.seen, seen.record, severity)
        session.board.accuse([claim])
    if not case.arrived:
        session.board.untested(create.id, _CHECK, case.reason or "no create could be sent")
        return
    told = {name for body in case.arrived for name in body}
    unseen = [name for name in case.maker.names if name not in told]
    notes = [
        f"lost or made up, as is known of this software: {_named(case.known)}" if case.known else "",
        f"not told to Kling under any name: {_named(case.beside)}" if case.beside else "",
        f"not sent: {_named(unseen)}" if unseen else "",
        case.reason,
    ]
    session.board.passed(create.id, _CHECK, "; ".join(filter(None, notes)))


def _named(names: set[str] | list[str]) -> str:
    ordered = sorted(names)
    more = len(ordered) - _MOST_NAMES
    return ", ".join(ordered[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
