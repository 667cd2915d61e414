"""A program that makes videos and is killed at it, again and again; `test_crash` starts it until all are made.

It keeps a journal as a careful caller does: what it is about to create, before it does, and what became of that.

Usage: python caller.py KIND TRANSPORT RELAY EMULATOR_URL KEY JOURNAL COUNT SEED
"""

from __future__ import annotations

import asyncio
import http.client
import inspect
import json
import os
import random
import signal
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from klingkit import AsyncKling, Kling, NotFoundError, OutcomeUnknownError, RateLimitError, RedirectError, Timeouts
from klingkit import Network as Net
from klingkit.events import RequestSent, ResponseReceived
from klingkit.testing import instant_waits

OPERATION = "video_text2video"
FAULTS = (
    *["close-mid-body", "drop-after-accept", "drop-before", "html-200", "read-timeout", "redirect", "reset-mid-body"],
    *["status-429", "status-500", "status-500-after-accept", "status-502", "status-503", "status-504"],
    *["truncated-json"],
)
DEATHS = ("before it is sent", "while it is awaited", "when it is answered")
LOOKED_UP = {"official", "anyapi"}


class Caller:
    """Creates what the journal lacks, under faults that follow from the seed."""

    def __init__(self, kind: str, transport: str, relay: str, url: str, key: str, journal: str, seed: str) -> None:
        self.relay, self.seed = relay, seed
        self._emulator = urlsplit(url)
        self._journal = Path(journal)
        self._runner = asyncio.Runner() if kind == "async" else None
        self._death: str | None = None
        make: Any = AsyncKling if self._runner else Kling
        self._kling = make(
            relay,
            api_key=key,
            base_url=f"{url}/{relay}",
            timeout=Timeouts(read=0.15),
            network=Net(transport),  # type: ignore[arg-type]
            on_event=self._watch,
        )

    def run(self, count: int) -> None:
        """Bring `count` creates to an end."""
        told: dict[str, list[str]] = {}
        for line in self._journal.read_text().splitlines():
            verb, mine = line.split()[:2]
            told.setdefault(mine, []).append(verb)
        for at in range(count):
            mine = f"mine-{self.relay}-{self.seed}-{at}"
            verbs = told.get(mine, [])
            if verbs and verbs[-1] != "intent":
                continue
            self._note(self._resumed(mine) if verbs else self._begun(mine), mine)

    def _begun(self, mine: str) -> str:
        chance = random.Random(mine)
        if chance.random() < 0.6:
            self._plant(chance.choice(FAULTS), "create")
        if chance.random() < 0.2:
            self._plant(chance.choice(FAULTS), "get")
        if chance.random() < 0.03:
            self._death = chance.choice(DEATHS)
        self._note("intent", mine)
        return self._created(mine)

    def _created(self, mine: str) -> str:
        model = "kling-v1-6" if "newapi" in self.relay else "kling-v3"
        try:
            self._end(self._kling.video.text_to_video("A fox", model_name=model, external_task_id=mine))
        except OutcomeUnknownError as error:
            return "unknown" if error.external_task_id == mine else "lost"
        except (RateLimitError, RedirectError):
            return "refused"
        return "known"

    def _resumed(self, mine: str) -> str:
        """Say what became of a create that this program was killed over."""
        if self.relay not in LOOKED_UP:
            return "unknown"
        try:
            self._end(self._kling.tasks.get(mine, operation=OPERATION))
        except NotFoundError:
            return self._created(mine)
        return "known"

    def _end(self, value: Any) -> Any:
        if not inspect.isawaitable(value):
            return value

        async def wait_for_it() -> Any:
            return await value

        assert self._runner is not None
        return self._runner.run(wait_for_it())

    def _watch(self, event: Any) -> None:
        if isinstance(event, RequestSent) and event.method == "POST":
            if self._death == "before it is sent":
                die()
            elif self._death == "while it is awaited":
                threading.Timer(0.05, die).start()
        elif isinstance(event, ResponseReceived) and self._death == "when it is answered":
            die()

    def _note(self, verb: str, mine: str) -> None:
        self._death = None if verb != "intent" else self._death
        with self._journal.open("a") as file:
            file.write(f"{verb} {mine}\n")
            file.flush()
            os.fsync(file.fileno())

    def _plant(self, kind: str, operation: str) -> None:
        emulator = http.client.HTTPConnection(self._emulator.netloc, timeout=20)
        fault = {"kind": kind, "relay": self.relay, "operation": operation, "seconds": 1.0}
        if kind == "status-429":
            del fault["seconds"]
        emulator.request("POST", "/_emulator/faults", json.dumps(fault), {"content-type": "application/json"})
        if emulator.getresponse().status != 201:
            raise SystemExit("the fault was not planted")
        emulator.close()


def die() -> None:
    """End as if the machine had lost its power."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    *wanted, count, seed = sys.argv[1:]
    with instant_waits():
        Caller(*wanted, seed=seed).run(int(count))
