"""Run the checks of all targets, one after another, as a stream of events."""

from __future__ import annotations

import secrets
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit_contract import manners
from klingkit_contract.addresses import is_loopback
from klingkit_contract.board import Board
from klingkit_contract.budget import Budget
from klingkit_contract.catalogue import WHOLE_RELAY, Entry, Stage, stages_of
from klingkit_contract.checks import field_loss, keys, lifecycle, limits, paths
from klingkit_contract.contract import Contract
from klingkit_contract.errors import UnreachableError
from klingkit_contract.events import (
    CellFinished,
    FieldsCompared,
    RelayFinished,
    RelayStarted,
    RunFinished,
    RunStarted,
    StageStarted,
)
from klingkit_contract.evidence import Evidence
from klingkit_contract.exchanges import Auth, Journal
from klingkit_contract.fields.truth import compare_fields
from klingkit_contract.guard import Guard
from klingkit_contract.judge import Judge
from klingkit_contract.listening import listening
from klingkit_contract.prices import Prices
from klingkit_contract.purse import Purse, money
from klingkit_contract.reading import Reader
from klingkit_contract.redaction import Redactor
from klingkit_contract.samples import Samples
from klingkit_contract.session import Limits, Session
from klingkit_contract.targets import Target, narrowed, one_spec_operations
from klingkit_contract.transport import Clock, HttpTransport, Pace
from klingkit_contract.tuning import clear, tuned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from klingkit._pricing import CostLimit
    from klingkit_contract.events import Event
    from klingkit_contract.findings import Field
    from klingkit_contract.tap.client import Tap

__all__ = ["Options", "run"]

_HERE = Limits(wait=60.0, first=0.05, longest=1.0)
_ELSEWHERE = Limits(wait=900.0, first=5.0, longest=10.0)
_RATE_ELSEWHERE = 5.0  # requests per second
_NOT_OFFERED = frozenset({404, 405})
_NEEDS_A_KEY = "takes an API key alone, and this run signs tokens: give --api-key"
# Why an operation may be missing without breaking a promise, by how its document knows of it.
_UNDESCRIBED = {
    "assumed": "assumed from the official documents only, and the relay does not have it",
    "claimed": "named by the relay's pages without a description, and not found under the usual address",
}


@dataclass(frozen=True, slots=True)
class Options:
    """How a run goes.

    Attributes:
        entries: the selected checks.
        budget: creates that each relay may charge.
        seed: what generated requests grow from.
        examples: generated requests for each operation, None for the usual: 6 creates, 4 queries.
        rate: requests per second, 0 for no limit, None for the usual: none on this machine, 5 elsewhere.
        wait: seconds a task may take to end, None for the usual: 60 on this machine, 900 elsewhere.
        timeout: seconds to wait for an answer.
        tap: the tap behind the relays; without one, what only a tap can see is left out.
        max_cost: what the creates of each relay may cost together; None for no limit in money.
        own_prices: the user's own rows of prices, tried before those of prices.toml.
    """

    entries: tuple[Entry, ...]
    budget: int = 0
    seed: int = 0
    rate: float | None = None
    wait: float | None = None
    timeout: float = 30.0
    clock: Clock = field(default_factory=Clock)
    tap: Tap | None = None
    max_cost: CostLimit | None = None
    own_prices: Sequence[Mapping[str, Any]] = ()
    examples: int | None = None

    @property
    def limit(self) -> str:
        """The limit in money, in words; empty without one."""
        return money(self.max_cost.amount, self.max_cost.currency) if self.max_cost else ""

    @property
    def asked(self) -> tuple[Entry, ...]:
        """The selected checks that this run can ask."""
        return tuple(entry for entry in self.entries if self.tap or entry.stages != {Stage.TAP})


def run(targets: Sequence[Target], options: Options) -> Iterator[Event]:
    """Check `targets` and yield what happens; the first event is `RunStarted`, the last `RunFinished`.

    Raises:
        UnreachableError: a relay does not answer at all; raised before anything else is asked of any.
        TapError: the tap does not answer.
    """
    began = options.clock.now()
    for target in targets:
        _knock(target, options)
    if options.tap:
        options.tap.newest()
    yield RunStarted(
        relays={target.relay: target.url for target in targets},
        operations=(*one_spec_operations(), WHOLE_RELAY),
        checks=tuple(entry.check for entry in options.asked),
        budget=options.budget,
        seed=options.seed,
        max_cost=options.limit,
    )
    with tuned():
        for target in targets:
            clear()
            yield from _run_relay(target, options)
    yield RunFinished(options.clock.now() - began)


def _knock(target: Target, options: Options) -> None:
    with _transport(target, options) as transport:
        answer = transport.send("GET", f"{target.url}/", (), b"", most=1024)
    if answer.status == 0:
        reason = Redactor(target.hidden).text(answer.note)
        raise UnreachableError(f"{target.relay} at {target.url} does not answer ({reason}); check the address.")


def _run_relay(target: Target, options: Options) -> Iterator[Event]:
    began = options.clock.now()
    yield RelayStarted(target.relay)
    here = is_loopback(target.url)
    with _transport(target, options) as transport, listening() if here else nullcontext() as listener:
        session = _session(target, options, transport)
        session.listener = listener
        stages = stages_of(options.asked)
        if Stage.LIFECYCLE in stages:
            _set_aside(session)
        for stage in stages:
            session.guard.stage = stage.value
            yield StageStarted(target.relay, stage.value)
            _STAGES[stage](session, options)
        session.judge_the_rest()
    _pass_answers(session)
    redactor = Redactor(target.hidden)  # now: tokens were signed on the way
    manners.judge(session, Redactor(target.sensitive))
    signed = target.signed is not None
    evidence = Evidence(
        target.relay,
        target.command,
        options.budget,
        options.seed,
        redactor,
        max_cost=options.limit,
        signed=signed,
        examples=options.examples,
    )
    for cell in session.board.cells(evidence.finding, _absent(session)):
        yield CellFinished(replace(cell, reason=redactor.text(cell.reason)))  # relays repeat keys in their messages
    yield FieldsCompared(target.relay, _fields(session, target, redactor))
    guard = session.guard
    seconds = options.clock.now() - began
    yield RelayFinished(target.relay, guard.sent, guard.budget.spent, seconds, guard.purse.cost)


def _set_aside(session: Session) -> None:
    """Keep what the tasks need that are to be followed out of reach of probes."""
    guard = session.guard
    purchases = [operation for operation in session.contract.operations.values() if operation.billable]
    guard.budget.keep(len(purchases))
    if guard.prices is not None:
        guard.purse.keep([guard.prices.of(operation, session.samples.call(operation)) for operation in purchases])


def _fields(session: Session, target: Target, redactor: Redactor) -> tuple[Field, ...]:
    records = session.guard.journal.records
    found = compare_fields(target.relay, session.contract, session.guard.reader, target.dialect, records)
    return tuple(replace(field, place=redactor.text(field.place)) for field in found)


def _fuzz(session: Session, options: Options) -> None:
    from klingkit_contract import fuzzing  # Schemathesis takes its time to load, and not every run needs it

    fuzzing.ask(session, options.seed, options.examples)


_STAGES: dict[Stage, Callable[[Session, Options], None]] = {
    Stage.PATHS: lambda session, _: paths.ask(session),
    Stage.AUTH: lambda session, _: keys.ask(session),
    Stage.LIMITS: lambda session, _: limits.ask(session),
    Stage.FUZZ: _fuzz,
    Stage.TAP: lambda session, options: field_loss.ask(session, options.tap) if options.tap else None,
    Stage.LIFECYCLE: lambda session, _: lifecycle.ask(session),
}


def _transport(target: Target, options: Options) -> HttpTransport:
    here = is_loopback(target.url)
    rate = options.rate if options.rate is not None else 0.0 if here else _RATE_ELSEWHERE
    pace = Pace(1 / rate if rate > 0 else 0.0, options.clock)
    return HttpTransport(pace, timeout=options.timeout, loopback=here)


def _session(target: Target, options: Options, transport: HttpTransport) -> Session:
    whole, reader = Contract(target.document), Reader()
    closed = _closed_to_tokens(whole) if target.signed else frozenset()
    contract = Contract(narrowed(target.document, whole.operations.keys() - closed)) if closed else whole
    request = target.dialect.get("request", {})
    usual = _HERE if is_loopback(target.url) else _ELSEWHERE
    session = Session(
        relay=target.relay,
        contract=contract,
        samples=Samples(contract, request.get("headers"), request.get("header_values")),
        guard=_guard(target, options, transport, contract, reader),
        judge=Judge(contract, reader),
        board=Board(target.relay, options.asked, whole.operations, one_spec_operations()),
        random=Random(options.seed),  # noqa: S311 - repeatable on purpose
        clock=options.clock,
        limits=usual if options.wait is None else replace(usual, wait=options.wait),
        has_other=bool(target.other_key),
        mark=secrets.token_hex(5),
        dialect=target.dialect,
    )
    for operation in closed:
        for entry in options.asked:
            session.board.untested(operation, entry.check.id, _NEEDS_A_KEY)
    return session


def _guard(target: Target, options: Options, transport: HttpTransport, contract: Contract, reader: Reader) -> Guard:
    wrong = target.signed.forged() if target.signed else f"sk-klingkit-{secrets.token_hex(12)}"
    keys_by_auth = {Auth.KEY: target.opener, Auth.WRONG: wrong}
    if target.other_key:
        keys_by_auth[Auth.OTHER] = target.other_key
    limit = options.max_cost
    return Guard(
        contract,
        reader,
        Budget(options.budget),
        Journal(),
        transport,
        target.url,
        keys_by_auth,
        purse=Purse(limit.amount, limit.currency) if limit else Purse(),
        prices=Prices(
            target.relay, contract, target.dialect, klingkit_data.load("prices.toml"), tuple(options.own_prices)
        ),
    )


def _closed_to_tokens(contract: Contract) -> frozenset[str]:
    """Return the operations that take a key alone: their document names another scheme than the relay as a whole."""
    usual = contract.document.get("security")
    return frozenset(
        operation.id
        for operation in contract.operations.values()
        if operation.definition.get("security", usual) != usual
    )


def _pass_answers(session: Session) -> None:
    """Pass the checks that read every answer for each operation that answered at all."""
    for operation in session.contract.operations.values():
        answers = [record.answer for record in session.guard.journal.about(operation.id) if not record.outside]
        good = sum(answer.success for answer in answers)
        dear = session.guard.too_dear.get(operation.id, "")
        limited = session.guard.purse.limit is not None and session.guard.budget.limit > 0
        needs = dear or ("needs a create that --max-cost lets leave" if limited else "needs --budget 1 or more")
        for check in ("response-schema", "status-code", "content-type", "html-page", "server-error"):
            if not session.board.wants(check):
                continue
            session.board.asked(operation.id, check, len(answers))
            if not any(answer.status for answer in answers):
                session.board.untested(operation.id, check, f"no request could be sent: {needs}")
            elif check == "html-page" and not good:
                session.board.untested(operation.id, check, f"no answer was a success: {needs}")
            else:
                gap = session.gaps.get(operation.id)
                note = f"without generated requests, which could not be made ({gap})" if gap else ""
                note = note or (f"some requests were kept back: {dear}" if dear else "")
                session.board.passed(operation.id, check, note if good or note else "only refusals were seen")


def _absent(session: Session) -> dict[str, str]:
    """Return operations that no page of this relay describes and that turned out not to be there."""
    found = {}
    for operation in session.contract.operations.values():
        records = [record for record in session.guard.journal.about(operation.id) if record.request.auth is Auth.KEY]
        statuses = {record.answer.status for record in records}
        if operation.evidence in _UNDESCRIBED and statuses and statuses <= _NOT_OFFERED:
            found[operation.id] = _UNDESCRIBED[operation.evidence]
    return found
