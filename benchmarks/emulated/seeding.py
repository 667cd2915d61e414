"""A database as the emulator leaves it behind after 100,000 creates, written without HTTP."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from klingkit_emulator.app import API_KEY
from klingkit_emulator.asked import Asked
from klingkit_emulator.gateways.records import Book, Record, looked_at, own_id
from klingkit_emulator.lifecycle import Timetable
from klingkit_emulator.relay import account_of
from klingkit_emulator.store import Store, Task

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["seed"]

_ACCOUNT = account_of(API_KEY)
_OBJECT = "video_text2video"
_DAY_MS = 24 * 3600 * 1000
_GATEWAY = "newapi-b"


def seed(database: Path, relay: str, count: int, seed: int) -> list[str]:
    """Write `count` tasks of `relay` and return their ids: nine of ten have ended, one of them failed."""
    chance, now = random.Random(seed), int(time.time() * 1000)  # noqa: S311 - no secret
    store = Store(database)
    make = _gateway if relay == _GATEWAY else _task
    book = Book(store, relay)
    with store.together():
        ids = [make(store, book, relay, now - chance.randrange(1000, _DAY_MS), number) for number in range(count)]
    store.close()
    return ids


def _task(store: Store, book: Book, relay: str, created_ms: int, number: int) -> str:
    never = created_ms + 100 * 365 * _DAY_MS
    ended = never if number % 10 == 0 else created_ms + 20_000
    reason = "Failure to pass the risk control system" if number % 10 == 1 else None
    asked = Asked("video", 320, 180, number, seconds=5.0, watermark=False, echo={})
    timetable = Timetable(created_ms, created_ms + 4000, ended, reason)
    task_id = f"8{number * 7919 % 10**17:017d}"
    store.add(Task(task_id, relay, _ACCOUNT, _OBJECT, f"mine-{number}", timetable, asked))
    return task_id


def _gateway(store: Store, book: Book, relay: str, created_ms: int, number: int) -> str:
    upstream_id = f"8{number * 7919 % 10**17:017d}"
    data = {
        "task_id": upstream_id,
        "task_status": "processing" if number % 10 == 0 else "failed" if number % 10 == 1 else "succeed",
        "task_status_msg": "",
        "task_info": {},
        "created_at": created_ms,
        "updated_at": created_ms + 20_000,
        "task_result": {"videos": [{"id": upstream_id, "url": f"http://127.0.0.1/media/{upstream_id}/0.mp4"}]},
        "final_unit_deduction": "1",
    }
    record = Record(
        public_id=own_id(),
        upstream_id=upstream_id,
        account=_ACCOUNT,
        path="/v1/videos/text2video",
        action="textGenerate",
        model="kling-v1-6",
        seconds="5",
        number=number + 1,
        created_ms=created_ms,
        quota=500_000,
        # One of ten runs on; it was looked at in the last second of the clock, so nobody asks Kling for it here.
        looks=1 << 40,
    )
    body = {"code": 0, "message": "SUCCEED", "request_id": "00000000", "data": data}
    book.keep(looked_at(record, body, created_ms + 30_000))
    return record.public_id
