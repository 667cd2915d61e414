"""One emulated gateway: its routes, its keys, creating and looking up, and the prices it takes and gives back."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from klingkit_emulator.gateways import binding, conversion, damage, pages, plugin, shapes
from klingkit_emulator.gateways.desk import Desk
from klingkit_emulator.gateways.refused import GatewayRefusalError, by_gateway, by_task, from_plugin, worded
from klingkit_emulator.refusals import Reason, RefusedError

if TYPE_CHECKING:
    from klingkit_emulator.asking import Ask
    from klingkit_emulator.contract import Contract
    from klingkit_emulator.defects import Defects
    from klingkit_emulator.gateways.conversion import Job
    from klingkit_emulator.gateways.profiles import Profile
    from klingkit_emulator.gateways.records import Record
    from klingkit_emulator.gateways.upstream import Upstream
    from klingkit_emulator.registry import RelayEntry
    from klingkit_emulator.relay import Route, Workshop

__all__ = ["Gateway"]

_JSON = "application/json"
_written = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_VERSION = "v0-emulated"
_FAMILY_KEY = "sk-"
_WRONG = {400, 415}


class Gateway:
    """Serves what one generation of the software serves.

    Args:
        entry: the relay in the registry.
        contract: its document, for the names of its operations.
        workshop: store, clock, accounts and speed.
        defects: how it breaks its contract.
        profile: the generation.
        upstream: whom it forwards to.
    """

    unserved: tuple[str, ...] = ()

    def __init__(
        self,
        entry: RelayEntry,
        contract: Contract,
        workshop: Workshop,
        defects: Defects,
        profile: Profile,
        upstream: Upstream,
    ) -> None:
        self.entry, self.contract, self.defects, self.profile = entry, contract, defects, profile
        self._workshop, self._upstream = workshop, upstream
        self._desk = Desk(entry.id, workshop, profile, upstream, defects)
        models = (row.models for row in contract.operations if row.manner == "create")
        self._models = frozenset[str]().union(*models)

    # ---------------------------------------------------------------------------- what the application asks

    def route(self, ask: Ask) -> Route:
        """Return the documented operation that is asked for and its path parameters, or why there is none."""
        prefix = [segment for segment in self.entry.path_prefix.split("/") if segment]
        below = list(ask.segments)
        if below[: len(prefix)] == prefix:
            for operation, values in self.contract.at(below[len(prefix) :]):
                if operation.method == ask.method:
                    return operation, values
        return RefusedError(Reason.NO_SUCH_PATH, "no documented operation")

    async def reply(self, ask: Ask, route: Route | None = None) -> Response:
        """Serve or refuse a request; the software's own paths decide, whatever `route` says."""
        request_id = pages.new_request_id(self._workshop.clock.now_ms())
        path = "/" + "/".join(ask.segments)
        try:
            response = await self._serve(path, ask)
        except GatewayRefusalError as refusal:
            response = self._refused(refusal, request_id)
        except RefusedError as refusal:
            response = self._refused(worded(refusal, plugin=self.profile.plugin), request_id)
        response = self.defects.answered(ask, response, creates=ask.method == "POST")
        return pages.signed(response, request_id, _VERSION)

    def refuse(self, refusal: RefusedError) -> Response:
        """Word a refusal that no request caused, such as a planted fault."""
        request_id = pages.new_request_id(self._workshop.clock.now_ms())
        said = worded(self.defects.refusal(refusal), plugin=self.profile.plugin)
        return pages.signed(self._refused(said, request_id), request_id, _VERSION)

    def newest(self, limit: int) -> list[dict[str, Any]]:
        """Return the newest tasks, for the state page."""
        return [
            {
                "task_id": record.public_id,
                "object": f"video_{record.path.rpartition('/')[2]}",
                "external_task_id": None,
                "state": record.status.lower(),
                "word": record.status,
                "created_at": record.created_ms,
            }
            for record in self._desk.book.newest(limit)
        ]

    def count(self) -> int:
        """Return how many tasks there are."""
        return self._desk.book.count()

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._upstream.aclose()

    # ---------------------------------------------------------------------------- routes

    async def _serve(self, path: str, ask: Ask) -> Response:
        found = pages.find(path, self.profile)
        if found is None:
            return pages.nowhere(ask.method, path, self.profile)
        if ask.method not in found.methods:
            return self._json({}) if self.defects.serves_any_method else pages.wrong_method(self.profile)
        account = self._admit(ask)
        if found.kind == "models":
            return self._json({"object": "list", "data": [{"id": name, "object": "model"} for name in self._listed()]})
        if ask.method == "POST":
            return await self._create(path, ask, account)
        if self.profile.plugin and ask.body and found.native:
            raise from_plugin(415, "a query has no body")
        if self.defects.too_fast(found.kind):
            raise RefusedError(Reason.TOO_FAST, "Too many requests")
        record = await self._find(found.task_id, ask, account, content=found.kind == "content")
        if found.kind == "content":
            return self._content(record)
        return self._query(record, native=found.native, video=found.kind == "video")

    def _admit(self, ask: Ask) -> str:
        said = ask.headers.get("authorization", "").strip()
        key = said[7:].strip() if said.lower().startswith("bearer ") else said
        accounts = self._workshop.accounts
        account = accounts.get(key) or accounts.get(_FAMILY_KEY + key)
        if account is not None:
            return account
        if self.defects.lets_in(ask, accounts):
            return next(iter(accounts.values()))
        raise by_gateway(401, "Invalid token")

    def _listed(self) -> list[str]:
        return sorted(plugin.MODELS if self.profile.plugin else self._models)

    # ---------------------------------------------------------------------------- creating

    async def _create(self, path: str, ask: Ask, account: str) -> Response:
        try:
            job = self._job(path, ask)
            if self.defects.refuses_everything:
                raise self._wrong("the request cannot be served")
            record = await self._desk.order(job, account, ask.origin)
        except GatewayRefusalError as refusal:
            if self.defects.charges_refusals and _is_order(ask.body):
                self._workshop.store.charge(self.entry.id, account)
            if refusal.status in _WRONG and self.defects.breaks_on_wrong_requests:
                raise GatewayRefusalError(500, refusal.shape, "server_error", "server error") from refusal
            raise
        body = self._created(path, record)
        headers = {"X-New-Api-Other-Ratios": "{}"} if self.profile.holds else {}
        return self._json(self.defects.created(body), charset=True, headers=headers)

    def _wrong(self, message: str) -> GatewayRefusalError:
        return from_plugin(400, message) if self.profile.plugin else by_task(400, "invalid_request", message)

    def _job(self, path: str, ask: Ask) -> Job:
        content_type = _JSON if self.defects.ignores_media_types else ask.headers.get("content-type")
        if self.profile.plugin:
            return plugin.convert(path, content_type, ask.body)
        cached = self.profile.body_cache
        return conversion.convert(path, content_type, ask.body, body_cache=cached, serves=self._models.__contains__)

    def _created(self, path: str, record: Record) -> dict[str, Any]:
        native = path.startswith(conversion.NATIVE)
        if self.profile.plugin and native:
            return shapes.kling_body(record)
        if self.profile.video_object or path == "/v1/videos":
            return shapes.created_video(record)
        return shapes.flat_create(record.body)

    # ---------------------------------------------------------------------------- looking up

    async def _find(self, task_id: str, ask: Ask, account: str, *, content: bool) -> Record:
        accounts = [account, *self._workshop.accounts.values()] if self.defects.shows_other_accounts else [account]
        found = (self._desk.book.find(task_id, owner) for owner in accounts)
        record = next((row for row in found if row is not None), None)
        if record is None and self.defects.invents_tasks:
            record = self._desk.invented(task_id, account)
        elif record is not None and self.defects.mistakes_tasks:
            record = self._desk.invented(secrets.token_hex(8), account)
        if record is None:
            raise self._unknown_task(content=content)
        return await self._desk.refreshed(record, ask.origin)

    def _unknown_task(self, *, content: bool) -> GatewayRefusalError:
        if self.profile.plugin:
            return from_plugin(404, "Task not found")
        return by_task(404 if content else 400, "task_not_exist", "task_not_exist")

    def _query(self, record: Record, *, native: bool, video: bool) -> Response:
        if native and self.defects.shows_dashboard:
            return pages.dashboard()
        record = damage.told(self.defects, record)
        if self.profile.plugin and native:
            body = shapes.kling_body(record)
        elif video:
            body = shapes.queried_video(record, self.profile)
        else:
            body = shapes.wrapped_task(record, self.profile)
        return self._json(self.defects.queried(body))

    def _content(self, record: Record) -> Response:
        if not record.url:
            raise by_task(400, "task_not_completed", "the task has not ended well yet")
        # The guard against requests into the operator's own network strikes on a private host, as it does there.
        raise by_task(403, "result_url_forbidden", "the result's host is private")

    # ---------------------------------------------------------------------------- answers

    def _json(
        self, body: object, status: int = 200, *, charset: bool = False, headers: dict[str, str] | None = None
    ) -> Response:
        text = _written(body)
        media_type = self.defects.media_type(f"{_JSON}; charset=utf-8" if charset else _JSON)
        return Response(text, status, headers={"content-type": media_type, **(headers or {})})

    def _refused(self, refusal: GatewayRefusalError, request_id: str) -> Response:
        return self._json(refusal.body(request_id), refusal.status, charset=True)


def _is_order(raw: bytes) -> bool:
    """Tell whether a body says something at all, right or wrong."""
    try:
        return isinstance(binding.parse(raw), dict)
    except ValueError:
        return False
