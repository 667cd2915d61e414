"""A run over the emulator, a session over a relay made of one function, and a relay that answers nonsense."""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

import klingkit_data
from klingkit_contract import catalogue, events
from klingkit_contract.board import Board
from klingkit_contract.budget import Budget
from klingkit_contract.contract import Contract
from klingkit_contract.exchanges import Answer, Auth, Journal
from klingkit_contract.findings import Verdict
from klingkit_contract.guard import Guard
from klingkit_contract.judge import Judge
from klingkit_contract.planted import narrowed
from klingkit_contract.reading import Reader
from klingkit_contract.runner import Options, run
from klingkit_contract.samples import Samples
from klingkit_contract.session import Limits, Session
from klingkit_contract.targets import one_spec_operations, read_targets
from klingkit_contract.transport import Clock
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from klingkit._pricing import CostLimit


@dataclass(frozen=True)
class Ran:
    """What a run over the emulator came to: the results, and what each relay really charged."""

    results: events.Results
    charges: dict[str, int]

    @property
    def red(self) -> dict[str, set[str]]:
        """Relays with findings, and the checks that found them."""
        found: dict[str, set[str]] = {}
        for cell in self.results.cells.values():
            if cell.verdict is Verdict.FINDING:
                found.setdefault(cell.relay, set()).add(cell.check)
        return found

    def verdicts(self, relay: str) -> dict[tuple[str, str], Verdict]:
        """Operation and check to verdict."""
        return {key[1:]: cell.verdict for key, cell in self.results.cells.items() if key[0] == relay}


@pytest.fixture
def on_emulator() -> Callable[..., Ran]:
    """Check emulated relays and count what they charge."""

    def check(
        relays: Sequence[str] = ("anyapi",),
        *,
        defects: Sequence[str] = (),
        budget: int = 25,
        checks: Sequence[str] = (),
        seed: int = 0,
        wait: float = 5.0,
        operations: frozenset[str] | None = None,
        speed: float = 60.0,
        max_cost: CostLimit | None = None,
        examples: int | None = None,
    ) -> Ran:
        with launch(list(relays), defects=list(defects), speed=speed) as emulator:
            targets = [
                target if operations is None else narrowed(target, operations)
                for relay in relays
                for target in read_targets(
                    [relay],
                    {},
                    base_url=emulator.base_url(relay),
                    api_key=emulator.api_key,
                    other_api_key=emulator.other_api_key,
                )
            ]
            options = Options(catalogue.select(tuple(checks)), budget=budget, seed=seed, wait=wait, examples=examples)
            if max_cost is not None:
                options = replace(options, max_cost=max_cost, own_prices=max_cost.own)
            results = events.collect(run(targets, options))
            return Ran(results, {relay: emulator.charges(relay) for relay in relays})

    return check


@dataclass
class Wire:
    """A network that is one function; keeps what was sent over it as (method, url, headers, body)."""

    answer: Callable[[str, str, dict[str, str], bytes], Answer]
    sent: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def send(
        self, method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes, *, most: int = 0
    ) -> Answer:
        self.sent.append((method, url, dict(headers), body))
        return self.answer(*self.sent[-1])

    @property
    def creates(self) -> list[dict[str, str]]:
        """The headers of every create that went out."""
        return [headers for method, _, headers, _ in self.sent if method == "POST"]


@pytest.fixture
def session_over() -> Callable[..., Session]:
    """Make a session whose relay is the function given: (method, url, headers, body) to an answer."""

    def make(
        answer: Callable[[str, str, dict[str, str], bytes], Answer], *, relay: str = "official", budget: int = 0
    ) -> Session:
        contract, reader = Contract(klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")), Reader()
        entries = catalogue.select(())
        keys = {Auth.KEY: "sk-the-right-one", Auth.WRONG: "sk-a-wrong-one"}
        guard = Guard(contract, reader, Budget(budget), Journal(), Wire(answer), "https://relay.example/kling", keys)
        return Session(
            relay=relay,
            contract=contract,
            samples=Samples(contract),
            guard=guard,
            judge=Judge(contract, reader),
            board=Board(relay, entries, contract.operations, one_spec_operations()),
            random=random.Random(0),
            clock=Clock(now=lambda: 0.0, sleep=lambda _: None),
            limits=Limits(1.0, 0.1, 0.1),
        )

    return make


@pytest.fixture
def served() -> Callable[..., object]:
    """Serve an HTTP handler on this machine for the length of a block, which gets its address."""

    @contextmanager
    def serve(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65536  # head and body leave together: no wait for the acknowledgement of the first

            def do_GET(self) -> None:
                answer(self)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                answer(self)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    return serve
