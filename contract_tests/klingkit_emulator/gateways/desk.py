"""Ordering from Kling and asking it how far it is, with what the gateway takes and gives back for it."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from klingkit_emulator.answers import kling_envelope
from klingkit_emulator.gateways.records import FAILURE, NOT_START, Book, Record, failed, looked_at, own_id
from klingkit_emulator.gateways.refused import by_task, from_plugin
from klingkit_emulator.gateways.upstream import UnreachableError

if TYPE_CHECKING:
    from klingkit_emulator.defects import Defects
    from klingkit_emulator.gateways.conversion import Job
    from klingkit_emulator.gateways.profiles import Profile
    from klingkit_emulator.gateways.upstream import Reply, Upstream
    from klingkit_emulator.relay import Workshop

__all__ = ["PRICE", "Desk"]

PRICE = 500_000
"""What a task costs, in the gateway's unit: 500000 are one dollar."""

_CYCLE_MS = 15_000
_DAY_MS = 24 * 3600 * 1000
_MOST_MISSES = 20
_OK, _BAD_REQUEST, _TOO_MANY, _BROKEN, _BAD_GATEWAY = 200, 400, 429, 500, 502
_GONE = (404, 410)
_SATURATED = "当前分组的上游已饱和，请稍后再试"
_TIMED_OUT = "任务超时"
_TELLS_ADDRESSES = re.compile(r"post|dial|http", re.IGNORECASE)
_ADDRESS = re.compile(
    r"https?://[^\s\"'\\]+|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b", re.IGNORECASE
)


class Desk:
    """Where tasks of one gateway are ordered and followed. `book` has its records."""

    def __init__(self, relay: str, workshop: Workshop, profile: Profile, upstream: Upstream, defects: Defects) -> None:
        self._relay, self._workshop, self._profile, self._upstream = relay, workshop, profile, upstream
        self._defects = defects
        self.book = Book(workshop.store, relay)

    async def order(self, job: Job, account: str, origin: str) -> Record:
        """Order a task from Kling and return its record.

        B and C hold the price before they ask and give it back when there is no task; A takes it once there is one.

        Raises:
            GatewayRefusalError: Kling refused, or gave no usable answer.
        """
        store = self._workshop.store
        with store.holding(self._relay, account) if self._profile.holds else nullcontext():
            body = await self._ask_for_it(job, origin)
        upstream_id = _text(_data(body).get("task_id"))
        record = Record(
            public_id=own_id(number=self._defects.numbers_ids) if self._profile.own_ids else upstream_id,
            upstream_id=upstream_id,
            account=account,
            path=job.path,
            action=job.action,
            model=job.model,
            seconds=job.seconds,
            number=self.book.number(),
            created_ms=self._workshop.clock.now_ms(),
            quota=PRICE,
            body=body,
        )
        with store.together():
            self.book.keep(record)
            for _ in range(1 + self._defects.charges_twice):
                store.charge(self._relay, account)
        return record

    async def refreshed(self, record: Record, origin: str) -> Record:
        """Return the record as the gateway knows it by now.

        It asks Kling every 15 seconds by itself (at speed 1) and never because a client asks; here the poll that is due
        is made up for when somebody looks.
        """
        now = self._workshop.clock.now_ms()
        passed = int((now - record.created_ms) * self._workshop.speed // _CYCLE_MS)
        if record.final or passed <= record.looks:
            return record
        polled = replace(await self._polled(record, origin), looks=passed)
        if self._profile.gives_up and not polled.final and (now - record.created_ms) * self._workshop.speed > _DAY_MS:
            polled = failed(polled, _TIMED_OUT, now)
        before = self.book.find(record.public_id, record.account)
        if before is not None and before.final:
            return before  # somebody else looked meanwhile, and settled it
        with self._workshop.store.together():
            if polled.status == FAILURE and polled.quota and not self._defects.keeps_payment:
                self._workshop.store.refund(self._relay, record.account)
                polled = replace(polled, quota=0)
            if before is not None:
                self.book.keep(polled)
        return polled

    def invented(self, task_id: str, account: str) -> Record:
        """Return a record of a task that nobody ordered, which stays as it is."""
        now = self._workshop.clock.now_ms()
        data = {"task_id": task_id, "task_status": "submitted", "task_info": {}, "created_at": now, "updated_at": now}
        body = kling_envelope({**data, "task_status_msg": ""})
        path = "/v1/videos/text2video"
        return Record(
            task_id,
            task_id,
            account,
            path,
            "textGenerate",
            "kling-v1-6",
            "5",
            0,
            now,
            0,
            body,
            NOT_START,
            looks=1 << 60,
        )

    # ---------------------------------------------------------------------------- asking Kling

    async def _ask_for_it(self, job: Job, origin: str) -> dict[str, Any]:
        try:
            reply = await self._upstream.send("POST", job.path, self._defects.forwarded(job.body), origin)
        except UnreachableError as error:
            raise self._failure(_BROKEN, "do_request_failed", _masked(f"do request failed: {error}")) from error
        value = reply.value()
        if reply.status != _OK:
            raise self._passed_on(reply, value)
        if self._profile.plugin:
            if not isinstance(value, dict) or value.get("code") != 0 or not _data(value).get("task_id"):
                raise from_plugin(_BAD_GATEWAY, "")
            return value
        if not isinstance(value, dict):
            raise by_task(_BROKEN, "unmarshal_response_failed", "the upstream's answer is not JSON")
        if value.get("code") not in (None, 0):
            raise by_task(_BAD_REQUEST, "task_failed", _text(value.get("message")))
        return value

    def _passed_on(self, reply: Reply, value: Any) -> Exception:
        if self._profile.plugin:
            said = _text(value.get("message")) if isinstance(value, dict) else ""
            return from_plugin(reply.status, said or "the upstream refused")
        if reply.status == _TOO_MANY:
            return by_task(reply.status, "fail_to_fetch_task", _SATURATED)
        return by_task(reply.status, "fail_to_fetch_task", _masked(reply.body.decode("utf-8", "replace")))

    def _failure(self, status: int, code: str, message: str) -> Exception:
        return from_plugin(_BAD_GATEWAY, message) if self._profile.plugin else by_task(status, code, message)

    async def _polled(self, record: Record, origin: str) -> Record:
        now = self._workshop.clock.now_ms()
        try:
            reply = await self._upstream.send("GET", f"{record.path}/{record.upstream_id}", None, origin)
        except UnreachableError:
            return self._missed(record, 0, now)
        value = reply.value()
        if self._profile.plugin and (reply.status != _OK or not isinstance(value, dict) or value.get("code") != 0):
            return self._missed(record, reply.status, now)
        return looked_at(record, value, now)

    def _missed(self, record: Record, status: int, now_ms: int) -> Record:
        """Return the record after a poll without an answer; A and B do not look at the status of one."""
        missed = replace(record, misses=record.misses + 1)
        if not self._profile.plugin:
            return missed
        if status in _GONE or missed.misses >= _MOST_MISSES:
            return failed(missed, "the upstream lost the task", now_ms)
        return missed


def _data(value: Any) -> dict[str, Any]:
    data = value.get("data") if isinstance(value, dict) else None
    return data if isinstance(data, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _masked(text: str) -> str:
    """Return what is told of an upstream's words: no address, where the text looks as if it had some."""
    return _ADDRESS.sub("***", text) if _TELLS_ADDRESSES.search(text) else text
