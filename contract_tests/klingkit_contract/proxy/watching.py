"""Hold what passes against the relay's document, in a thread of its own, and keep what broke a promise."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from klingkit_contract import catalogue
from klingkit_contract.catalogue import Role
from klingkit_contract.contract import Contract
from klingkit_contract.evidence import Evidence
from klingkit_contract.exchanges import Answer, Auth, Record, Request
from klingkit_contract.flaws import find_flaws
from klingkit_contract.judge import Judge, asked_id
from klingkit_contract.reading import Kind, Reader
from klingkit_contract.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from klingkit_contract.contract import Operation
    from klingkit_contract.findings import Finding
    from klingkit_contract.judge import Claim
    from klingkit_contract.proxy.traffic import Traffic
    from klingkit_contract.proxy.upstream import Upstream

__all__ = ["Keys", "Watcher"]

_MOST_WAITING = 1000  # exchanges; beyond that, looking at them would cost more memory than it is worth
_KEY_HEADERS = ("authorization", "x-api-key", "api-key", "proxy-authorization")
_SHORTEST = 6


class Keys:
    """The keys seen so far, so that none of them is written down."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self.redactor = Redactor([])

    def learn(self, traffic: Traffic) -> None:
        """Take note of the keys of a request, before anything of its exchange is written."""
        found = {part for name in _KEY_HEADERS for part in traffic.header(name).split() if len(part) >= _SHORTEST}
        found.discard("Bearer")
        if fresh := found - self._known:
            self._known |= fresh
            self.redactor = Redactor(sorted(self._known))


class Watcher:
    """Judges exchanges one after the other.

    Args:
        upstream: the relay they belong to.
        writers: called with each exchange, what it broke, and the redactor to write it down with, in that thread.
    """

    def __init__(
        self, upstream: Upstream, writers: Sequence[Callable[[Traffic, Sequence[Finding], Redactor], None]] = ()
    ) -> None:
        self._upstream = upstream
        self._contract = Contract(upstream.document)
        self._judge = Judge(self._contract, Reader())
        self._keys = Keys()
        self._writers = writers
        self._waiting: queue.Queue[Traffic | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="klingkit-proxy-watcher", daemon=True)
        self.findings: dict[tuple[str, str, str], Finding] = {}
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.exchanges = 0
        self.unknown = 0
        self.unseen = 0
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Begin to judge."""
        self._thread.start()

    def see(self, traffic: Traffic) -> None:
        """Take an exchange to be judged soon; never waits. When too many are waiting, it is only counted."""
        try:
            self._waiting.put_nowait(traffic)
        except queue.Full:
            self.unseen += 1

    def finish(self) -> None:
        """Judge what is waiting, then stop."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def judge(self, traffic: Traffic) -> list[Finding]:
        """Return what one exchange broke, written up and redacted."""
        self._keys.learn(traffic)
        self.exchanges += 1
        record = self._record(traffic)
        operation = self._contract.operations.get(record.operation)
        if operation is None:
            self.unknown += 1
            return []
        self._believe(operation, record)
        evidence = Evidence(
            relay=self._upstream.relay,
            command=f"klingkit check --relay {self._upstream.relay}",
            budget=0,
            seed=0,
            redactor=self._keys.redactor,
        )
        found = [self._finding(evidence, claim) for claim in self._judge.claims(record)]
        for finding in found:
            place = (finding.operation, finding.check, finding.signature)
            self.counts[place] += 1
            self.findings.setdefault(place, finding)
        return found

    def _finding(self, evidence: Evidence, claim: Claim) -> Finding:
        return evidence.finding(catalogue.entry(claim.check), claim, 1)

    def _work(self) -> None:
        while (traffic := self._waiting.get()) is not None:
            if self.failure is not None:
                continue  # told at the end; forwarding goes on
            try:
                found = self.judge(traffic)
                for write in self._writers:
                    write(traffic, found, self._keys.redactor)
            except OSError as error:
                self.failure = error

    def _record(self, traffic: Traffic) -> Record:
        path, _, query = traffic.target.partition("?")
        below = path.removeprefix(self._upstream.prefix) if path.startswith(f"{self._upstream.prefix}/") else path
        operation = self._contract.match(traffic.method, below)
        body, whole = traffic.request.read()
        answer_body, answer_whole = traffic.response.read()
        request = Request(
            traffic.method,
            below,
            query,
            tuple(row for row in traffic.request_headers if row[0] != "authorization"),
            body,
            Auth.KEY if traffic.header("authorization") else Auth.NONE,
        )
        record = Record(
            url=f"{self._upstream.address}{traffic.target}",
            request=request,
            answer=Answer(traffic.status, traffic.headers, answer_body, traffic.note),
            # What was cut off, on the way or by us, is nothing to be held against a document.
            operation=operation.id if operation and answer_whole and (whole or not body) else "",
        )
        if operation is None or not record.operation:
            return record
        return replace(record, flaws=find_flaws(self._contract, operation, request))

    def _believe(self, operation: Operation, record: Record) -> None:
        """Take an id that was not given out here for one from before: the application is older than the proxy."""
        if operation.role is not Role.GET or not record.answer.success:
            return
        asked = asked_id(operation, record)
        reading = self._judge.read(record.answer)
        if reading.kind is Kind.TASKS and len(reading.tasks) == 1:
            reading = reading.tasks[0]
        if asked and asked not in self._judge.issued and asked not in self._judge.aliases and reading.task_id:
            self._judge.issued.add(reading.task_id)
            if reading.task_id != asked:
                self._judge.aliases[asked] = reading.task_id
