"""One relay: takes requests apart, refuses or serves them, words the answers. Knows HTTP values, not the server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NoReturn

from starlette.responses import Response

from klingkit_emulator import lifecycle
from klingkit_emulator.answers import Answers, Link, View
from klingkit_emulator.asked import read_asked
from klingkit_emulator.contract import JSON, Contract, Operation, Parameter
from klingkit_emulator.defects import Defects, invented
from klingkit_emulator.misbehaviour import dashboard
from klingkit_emulator.refusals import Reason, RefusedError
from klingkit_emulator.store import DuplicateError, Store, Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.datastructures import Headers

    from klingkit_emulator.callbacks import Callbacks
    from klingkit_emulator.clock import Clock
    from klingkit_emulator.registry import RelayEntry

__all__ = ["Ask", "Relay", "Workshop", "account_of"]

_EVERYTHING = 1_000_000
_ECHO = 80
_MESSAGE = 240


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to a relay: `segments` is the path below the relay, percent-decoded; `origin` is scheme and host."""

    method: str
    segments: Sequence[str]
    query: Sequence[tuple[str, str]]
    headers: Headers
    body: bytes
    origin: str


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
        self._prefix = [segment for segment in entry.path_prefix.split("/") if segment]
        self._creates = {operation.object: operation for operation in contract.operations if operation.verb == "create"}
        self._serve = {"create": self._create, "get": self._get, "list": self._list}

    # ---------------------------------------------------------------------------- requests

    def route(self, ask: Ask) -> tuple[Operation, dict[str, str]] | RefusedError:
        """Return the operation that is asked for and its path parameters, or why there is none."""
        below, depth = list(ask.segments), len(self._prefix)
        path = below[depth:] if below[:depth] == self._prefix else []
        found = [(operation, operation.match(path)) for operation in self.contract.operations]
        here = [(operation, values) for operation, values in found if values is not None]
        for operation, values in here:
            if operation.method == ask.method:
                return operation, values
        said = f"{ask.method} /{'/'.join(below)}"[:_ECHO]
        if here:
            return RefusedError(Reason.WRONG_METHOD, f"the method does not fit the path ({said})")
        return RefusedError(Reason.NO_SUCH_PATH, f"there is no such path ({said})")

    def answer(self, ask: Ask) -> Response:
        """Serve or refuse a request."""
        try:
            route = self.route(ask)
            if isinstance(route, RefusedError):
                return self.refuse(route)
            operation, values = route
            account = self._admit(ask)
            return self._serve[operation.verb](operation, account, ask, values)
        except RefusedError as refusal:
            return self.refuse(refusal)

    def refuse(self, refusal: RefusedError) -> Response:
        """Word a refusal."""
        status, body = self._answers.refused(self.defects.refusal(refusal))
        return self._json(body, status)

    def show(self, task: Task, origin: str) -> View:
        """Return what there is to say about `task` now; result files lie at `origin`."""
        progress = self.defects.progress(task.timetable.at(self._workshop.clock.now_ms()), task.timetable)
        word = self.defects.word(self.entry.dialect.words[progress.state], progress.state)
        return View(task, progress, word, _links(task, origin) if progress.state == "succeeded" else ())

    def _admit(self, ask: Ask) -> str:
        said = ask.headers.get("authorization", "").strip()
        scheme, _, key = said.partition(" ")
        account = self._workshop.accounts.get(key.strip()) if scheme.lower() == "bearer" else None
        if account is not None:
            return account
        if self.defects.lets_anyone_in:
            return next(iter(self._workshop.accounts.values()))
        if not said or (scheme.lower() == "bearer" and not key.strip()):
            raise RefusedError(Reason.NO_KEY, "Authorization is missing or empty")
        raise RefusedError(Reason.BAD_KEY, "Authorization is not valid: api key not found")

    # ---------------------------------------------------------------------------- operations

    def _create(self, operation: Operation, account: str, ask: Ask, _: Mapping[str, str]) -> Response:
        _read_parameters(operation, ask)
        body = _read_body(operation, ask)
        wrong = [violation for violation in operation.check_body(body) if not self.defects.overlooks(violation)]
        if wrong:
            if self.defects.charges_refusals:
                self._workshop.store.add(self._task(operation, account, body), unique=False)
            _refuse_value(wrong[0].path, wrong[0].message)
        task = self._task(operation, account, body)
        try:
            self._workshop.store.add(task, unique=not self.defects.accepts_duplicates)
        except DuplicateError as error:
            message = f"External_task_id {str(error)[:_ECHO]} already exists"
            raise RefusedError(Reason.DUPLICATE, message, param="external_task_id") from error
        if url := _own_text(operation, body, "callback_url"):
            moments = (task.timetable.started_ms, task.timetable.ended_ms)
            self._workshop.callbacks.follow(url, moments, lambda: self._answers.announced(self.show(task, ask.origin)))
        return self._json(self.defects.created(self._answers.created(self.show(task, ask.origin))))

    def _task(self, operation: Operation, account: str, body: Mapping[str, Any]) -> Task:
        table = self.entry.dialect.request_table(operation.object)
        asked = read_asked(operation.kind, body, operation.defaults, table)
        return Task(
            task_id=self._answers.new_id(),
            relay=self.entry.id,
            account=account,
            object=operation.object,
            external_id=_own_text(operation, body, "external_task_id"),
            timetable=lifecycle.plan(operation.kind, self._workshop.clock.now_ms(), self._workshop.speed, asked.reason),
            asked=asked,
        )

    def _get(self, operation: Operation, account: str, ask: Ask, values: Mapping[str, str]) -> Response:
        if self.defects.shows_dashboard:
            return dashboard()
        _read_parameters(operation, ask)
        identifier = next(iter(values.values()), "")
        task = self._find(operation, account, identifier)
        if task is None:
            message = f"Task not found by id/external id: {identifier[:_ECHO]}"
            raise RefusedError(Reason.NO_SUCH_TASK, message, param="task_id")
        return self._json(self.defects.queried(self._answers.queried(self.show(task, ask.origin))))

    def _find(self, operation: Operation, account: str, identifier: str) -> Task | None:
        store, relay, obj = self._workshop.store, self.entry.id, operation.object
        create = self._creates.get(obj)
        external = create is not None and "external_task_id" in create.members
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
        said = _read_parameters(operation, ask)
        size, number = said.get("pageSize") or 30, said.get("pageNum") or 1
        if self.defects.ignores_pages:
            size, number = _EVERYTHING, 1
        tasks = self._workshop.store.page(
            self.entry.id, account, operation.object, limit=size, offset=(number - 1) * size
        )
        return self._json(self.defects.queried(self._answers.listed([self.show(task, ask.origin) for task in tasks])))

    def _json(self, body: object, status: int = 200) -> Response:
        text = json.dumps(body, separators=(",", ":"), allow_nan=False)
        return Response(text, status, headers={"content-type": self.defects.media_type(JSON)})


def _links(task: Task, origin: str) -> list[Link]:
    asked = task.asked
    ending = "png" if asked.kind == "image" else "mp4"
    base = f"{origin}/media/{task.task_id}"
    return [
        Link(f"{base}/{n}.{ending}", f"{base}/{n}-watermark.{ending}" if asked.watermark else None)
        for n in range(asked.count)
    ]


def _read_parameters(operation: Operation, ask: Ask) -> dict[str, Any]:
    """Return the values of query and header parameters, defaults filled in, or refuse."""
    values = {}
    for parameter in operation.parameters:
        if parameter.where in {"query", "header"}:
            values[parameter.name], wrong = parameter.read(_occurrences(parameter, ask))
            if wrong:
                _refuse_value(wrong[0].path, wrong[0].message)
    return values


def _occurrences(parameter: Parameter, ask: Ask) -> list[str]:
    if parameter.where == "header":
        return ask.headers.getlist(parameter.name)
    return [value for name, value in ask.query if name == parameter.name]


def _read_body(operation: Operation, ask: Ask) -> dict[str, Any]:
    if not ask.body and not operation.body_required:
        return {}
    media_type = ask.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON:
        raise RefusedError(Reason.BAD_REQUEST, f"Content-Type must be {JSON}")
    try:
        body = json.loads(ask.body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RefusedError(Reason.BAD_REQUEST, "the body is not JSON") from error
    if not isinstance(body, dict):
        raise RefusedError(Reason.BAD_REQUEST, "the body is not a JSON object")
    if b"\\ud" in ask.body.lower() and not _is_text(body):
        raise RefusedError(Reason.BAD_REQUEST, "the body holds half a surrogate pair")
    return body


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _is_text(body: object) -> bool:
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _own_text(operation: Operation, body: Mapping[str, Any], name: str) -> str | None:
    """Return a member the relay documents at top level; empty means absent, as in the vendor's own examples."""
    value = body.get(name) if name in operation.members else None
    return value if isinstance(value, str) and value else None


def _refuse_value(path: str, message: str) -> NoReturn:
    said = f"{path}: {message}" if path else message
    raise RefusedError(Reason.BAD_VALUE, said[:_MESSAGE], param=path or None)
