"""One relay: takes requests apart, refuses or serves them, words the answers. Knows HTTP values, not the server."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from klingkit_emulator import calls, lifecycle, lookups, selection, standard
from klingkit_emulator.answers import NEW_STANDARD, Answers, kling_envelope
from klingkit_emulator.asked import read_asked
from klingkit_emulator.asking import Ask, check_path, own_text, read_body, read_parameters, refuse_value
from klingkit_emulator.calls import Call, Desk
from klingkit_emulator.contract import CALL, JSON, Contract, Operation
from klingkit_emulator.defects import Defects, invented
from klingkit_emulator.makes import is_standard
from klingkit_emulator.misbehaviour import dashboard
from klingkit_emulator.refusals import Reason, RefusedError
from klingkit_emulator.store import DuplicateError, Store, Task
from klingkit_emulator.tokens import account_by_token, looks_like_token
from klingkit_emulator.views import View, links_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_emulator.callbacks import Callbacks
    from klingkit_emulator.clock import Clock
    from klingkit_emulator.registry import RelayEntry

__all__ = ["Ask", "Relay", "Route", "Workshop", "account_of"]

Route = tuple[Operation, dict[str, str]] | RefusedError
"""A documented operation and its path parameters, or why there is none."""

_written = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_EVERYTHING = 1_000_000
_ECHO = 80
# What a value that is missing, or of another type, ends in where it is used, with a defect that lets it in.
_OF_NO_USE = (AttributeError, KeyError, TypeError, ValueError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
_CALLS = {**calls.CALLS, **selection.CALLS, **lookups.CALLS}


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all relays of an emulator share. `accounts` maps each key to its account."""

    store: Store
    clock: Clock
    callbacks: Callbacks
    speed: float
    accounts: Mapping[str, str]


def account_of(key: str) -> str:
    """Return the account behind a key: a name that tells nothing about the key."""
    return sha256(key.encode()).hexdigest()[:16]


class Relay:
    """Serves the documented operations of one relay.

    Args:
        entry: the relay in the registry.
        contract: what it documents.
        workshop: store, clock, callbacks, accounts.
        defects: how it breaks its contract.
    """

    def __init__(self, entry: RelayEntry, contract: Contract, workshop: Workshop, defects: Defects) -> None:
        self.entry = entry
        self.contract = contract
        self.defects = defects
        self._workshop = workshop
        self._answers = Answers(entry.dialect, contract.errors)
        newer = replace(entry.dialect, create_envelope=NEW_STANDARD, query_envelope=NEW_STANDARD)
        self._standard = Answers(newer, contract.errors)
        self._prefix = [segment for segment in entry.path_prefix.split("/") if segment]
        self._creates = {row.object: row for row in contract.operations if row.manner == "create"}
        self._serve = {"create": self._create, "get": self._get, "list": self._list, CALL: self._call}
        self._desk = Desk(
            relay=entry.id,
            store=workshop.store,
            clock=workshop.clock,
            new_id=self._answers.new_id,
            view=self.show,
            objects=frozenset(self._creates),
            keeps_payment=defects.keeps_payment,
        )

    @property
    def unserved(self) -> tuple[str, ...]:
        """The operationIds that are documented and that the emulator does not know how to answer."""
        return tuple(row.id for row in self.contract.operations if row.manner == CALL and row.id not in _CALLS)

    # ---------------------------------------------------------------------------- requests

    def route(self, ask: Ask) -> Route:
        """Return the operation that is asked for and its path parameters, or why there is none."""
        below, depth = list(ask.segments), len(self._prefix)
        path = below[depth:] if below[:depth] == self._prefix else []
        here = [(row, values) for row, values in self.contract.at(path) if row.manner != CALL or row.id in _CALLS]
        for operation, values in here:
            if operation.method == ask.method:
                return operation, values
        said = f"{ask.method} /{'/'.join(below)}"[:_ECHO]
        if here:
            return RefusedError(Reason.WRONG_METHOD, f"the method does not fit the path ({said})")
        return RefusedError(Reason.NO_SUCH_PATH, f"there is no such path ({said})")

    def answer(self, ask: Ask, route: Route | None = None) -> Response:
        """Serve or refuse a request. `route` is what `route` said of it, if it was asked before."""
        route = route or self.route(ask)
        if isinstance(route, RefusedError):
            return self._nowhere(route)
        operation, values = route
        try:
            account = self._admit(ask, operation)
            check_path(operation, values)
            if operation.manner == "get" and self.defects.too_fast(operation.id):
                return self.refuse(RefusedError(Reason.TOO_FAST, "too many requests"))
            response = self._serve[operation.manner](operation, account, ask, values)
        except RefusedError as refusal:
            response = self.refuse(refusal)
        return self.defects.answered(ask, response, creates=operation.manner == "create")

    def _nowhere(self, refusal: RefusedError) -> Response:
        if refusal.reason is Reason.NO_SUCH_PATH and self.defects.shows_pages:
            return dashboard()
        if refusal.reason is Reason.WRONG_METHOD and self.defects.serves_any_method:
            return self._json(kling_envelope({}))
        return self.refuse(refusal)

    async def reply(self, ask: Ask, route: Route | None = None) -> Response:
        """Serve or refuse a request, see `answer`."""
        return self.answer(ask, route)

    async def aclose(self) -> None:
        """Nothing to let go of."""

    def newest(self, limit: int) -> list[dict[str, Any]]:
        """Return the newest tasks of all accounts, for the state page."""
        views = [self.show(task, "") for task in self._workshop.store.newest(self.entry.id, limit)]
        return [
            {
                "task_id": view.task.task_id,
                "object": view.task.object,
                "external_task_id": view.task.external_id,
                "state": view.progress.state,
                "word": view.word,
                "created_at": view.task.timetable.created_ms,
            }
            for view in views
        ]

    def count(self) -> int:
        """Return how many tasks there are."""
        return self._workshop.store.count(self.entry.id)

    def refuse(self, refusal: RefusedError) -> Response:
        """Word a refusal."""
        status, body = self._answers.refused(self.defects.refusal(refusal))
        return self._json(body, status)

    def show(self, task: Task, origin: str, *, listed: bool = False) -> View:
        """Return what there is to say about `task` now, in a list or elsewhere; result files lie at `origin`."""
        progress = self.defects.progress(task.timetable.at(self._workshop.clock.now_ms()), task.timetable)
        if listed:
            progress = self.defects.listed(progress, task.timetable)
        words = standard.WORDS if is_standard(task.object) else self.entry.dialect.words
        word = self.defects.word(words[progress.state], progress.state)
        place = f"{origin}/media/{task.task_id}"
        return View(task, progress, word, links_of(task, place) if progress.state == "succeeded" else (), place)

    def _words(self, obj: str) -> Answers:
        return self._standard if is_standard(obj) else self._answers

    def _admit(self, ask: Ask, operation: Operation) -> str:
        said = ask.headers.get("authorization", "").strip()
        scheme, _, key = said.partition(" ")
        account = self._workshop.accounts.get(key.strip()) if scheme.lower() == "bearer" else None
        if account is not None:
            return account
        lets_in = self.defects.lets_in(ask, self._workshop.accounts)
        if self.entry.signed and looks_like_token(key):
            try:
                return self._by_token(operation, key)
            except RefusedError:
                if not lets_in:
                    raise
        if lets_in:
            return next(iter(self._workshop.accounts.values()))
        if not said or (scheme.lower() == "bearer" and not key.strip()):
            raise RefusedError(Reason.NO_KEY, "Authorization is missing or empty")
        raise RefusedError(Reason.BAD_KEY, "Authorization is not valid: api key not found")

    def _by_token(self, operation: Operation, token: str) -> str:
        if is_standard(operation.object):
            raise RefusedError(Reason.BAD_KEY, "Authorization is not valid: the new standard takes API keys alone")
        return account_by_token(token, self._workshop.accounts, self._workshop.clock.now_ms() / 1000)

    # ---------------------------------------------------------------------------- operations

    def _create(self, operation: Operation, account: str, ask: Ask, values: Mapping[str, str]) -> Response:
        read_parameters(operation, ask)
        body = read_body(operation, ask, any_type=self.defects.ignores_media_types)
        wrong = self.defects.noticed(operation.check_body(body, values))
        if self.defects.refuses_everything:
            raise RefusedError(Reason.BAD_REQUEST, "the request cannot be served")
        if wrong:
            if self.defects.charges_refusals:
                self._workshop.store.add(self._task(operation, account, body), unique=False)
            refuse_value(wrong[0].path, wrong[0].message)
        task = self.defects.accepted(self._task(operation, account, body))
        try:
            self._workshop.store.add(
                task, unique=not self.defects.accepts_duplicates, refunded=not self.defects.keeps_payment
            )
        except DuplicateError as error:
            message = f"External_task_id {str(error)[:_ECHO]} already exists"
            raise RefusedError(Reason.DUPLICATE, message, param="external_task_id") from error
        if self.defects.charges_twice:
            self._workshop.store.charge(self.entry.id, account)
        url = own_text(operation, body, "callback_url")
        if url and self.defects.calls_back:
            moments = self.defects.moments((task.timetable.started_ms, task.timetable.ended_ms))
            told, about = self._words(operation.object).announced, self.defects.announced(task)
            self._workshop.callbacks.follow(
                url, moments, lambda: self.defects.queried(told(self.show(about, ask.origin)))
            )
        return self._json(self.defects.created(self._words(operation.object).created(self.show(task, ask.origin))))

    def _task(self, operation: Operation, account: str, body: Mapping[str, Any]) -> Task:
        table = self.entry.dialect.request_table(operation.object)
        asked = read_asked(operation.kind, body, operation.defaults, table)
        return Task(
            task_id=self._answers.new_id(),
            relay=self.entry.id,
            account=account,
            object=operation.object,
            external_id=own_text(operation, body, "external_task_id"),
            timetable=lifecycle.plan(operation.kind, self._workshop.clock.now_ms(), self._workshop.speed, asked.reason),
            asked=asked,
        )

    def _get(self, operation: Operation, account: str, ask: Ask, values: Mapping[str, str]) -> Response:
        if self.defects.shows_dashboard:
            return dashboard()
        read_parameters(operation, ask)
        identifier = next(iter(values.values()), "")
        task = self._find(operation, account, identifier)
        if task is None:
            message = f"Task not found by id/external id: {identifier[:_ECHO]}"
            raise RefusedError(Reason.NO_SUCH_TASK, message, param="task_id")
        final = task.timetable.at(self._workshop.clock.now_ms()).final
        view = self.show(self.defects.asked_for(task, final), ask.origin)
        return self._json(self.defects.queried(self._answers.queried(view)))

    def _find(self, operation: Operation, account: str, identifier: str) -> Task | None:
        store, relay, obj = self._workshop.store, self.entry.id, operation.object
        create = self._creates.get(obj)
        external = create is not None and "external_task_id" in create.members
        external = external and not self.defects.loses_external_ids
        task = store.find(relay, account, obj, identifier, external=external)
        if task is None and self.defects.shows_other_accounts:
            stranger = store.by_id(identifier)
            task = stranger if stranger and (stranger.relay, stranger.object) == (relay, obj) else None
        if self.defects.mistakes_tasks:
            return store.another(relay, obj, identifier) or self._invent(operation, account, self._answers.new_id())
        if task is None and self.defects.invents_tasks:
            return self._invent(operation, account, identifier)
        return task

    def _invent(self, operation: Operation, account: str, task_id: str) -> Task:
        now = self._workshop.clock.now_ms()
        return invented(self.entry.id, account, operation.object, task_id, now, operation.kind)

    def _list(self, operation: Operation, account: str, ask: Ask, _: Mapping[str, str]) -> Response:
        said = read_parameters(operation, ask)
        size, number = said.get("pageSize") or 30, said.get("pageNum") or 1
        if self.defects.ignores_pages:
            size, number = _EVERYTHING, 1
        offset = (number - 1) * size + self.defects.hides_newest
        tasks = self._workshop.store.page(self.entry.id, account, operation.object, limit=size, offset=offset)
        if self.defects.lists_everyone:
            everyone = self._workshop.store.newest(self.entry.id, _EVERYTHING)
            tasks = [task for task in everyone if task.object == operation.object][offset : offset + size]
        views = [self.show(task, ask.origin, listed=True) for task in tasks]
        return self._json(self.defects.queried(self._answers.listed(views)))

    def _call(self, operation: Operation, account: str, ask: Ask, _: Mapping[str, str]) -> Response:
        query = read_parameters(operation, ask)
        any_type = self.defects.ignores_media_types
        body = read_body(operation, ask, any_type=any_type) if operation.body is not None else {}
        violations = operation.check_body(body)
        wrong = self.defects.noticed(violations)
        if wrong:
            refuse_value(wrong[0].path, wrong[0].message)
        try:
            data = _CALLS[operation.id](self._desk, Call(operation, account, body, query, ask.origin))
        except _OF_NO_USE as error:
            if not violations:
                raise
            refuse_value(violations[0].path, f"it is of no use ({type(error).__name__})")
        if operation.billable:
            self._workshop.store.charge(self.entry.id, account)
        return self._json(kling_envelope(self.defects.called(data)))

    def _json(self, body: object, status: int = 200) -> Response:
        text = _written(body)
        return Response(text, status, headers={"content-type": self.defects.media_type(JSON)})
