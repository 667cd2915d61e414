"""A run by hand: three relays, three operations, all verdicts, and a relay that writes what would break a report."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from klingkit_contract.baseline import accept
from klingkit_contract.events import (
    CellFinished,
    Event,
    RelayFinished,
    RelayStarted,
    Results,
    RunFinished,
    RunStarted,
    collect,
)
from klingkit_contract.findings import (
    Acceptance,
    Cell,
    Check,
    Cost,
    Deviation,
    Exchange,
    Finding,
    Severity,
    Verdict,
)

HOSTILE = "</script><img src=x onerror=\"alert(1)\">]]>&amp; \x00\x1b[31m\u202e\ud800 'quoted' [bold]可灵[/bold]"
RELAYS = {
    "official": "https://api-singapore.klingai.com",
    "anyapi": "https://www.anyapi.vip/kling",
    "openai-next": "https://draw.openai-next.com/kling",
}
OPERATIONS = ("video_text2video_create", "video_text2video_get", "video_multi_image2video_list")
CHECKS = (
    Check("html-page", "No web page for an answer", "An answer is JSON, never a web page.", Cost.FREE, Severity.HIGH),
    Check("auth-missing", "No answer without a key", "Without a key, 401.", Cost.FREE, Severity.CRITICAL),
    Check("external-id-unique", "An external id is used once", "Never billed twice.", Cost.PAID, Severity.CRITICAL),
    Check("callback-shape", "Callbacks have their shape", "As documented.", Cost.PAID, Severity.LOW),
)
EXCHANGE = Exchange(
    method="POST",
    url="https://www.anyapi.vip/kling/v1/videos/text2video",
    request_headers=(("Authorization", "Bearer ***"),),
    request_body='{"prompt":"a paper boat"}',
    status=200,
    response_headers=(("content-type", "text/html"), ("x-evil", HOSTILE)),
    response_body=f"<!doctype html>{HOSTILE}",
)


def finding(relay: str, operation: str, check: str, severity: Severity, seen: str) -> Finding:
    return Finding(
        relay=relay,
        operation=operation,
        check=check,
        severity=severity,
        promised="What was promised.",
        pointer="/paths/~1v1~1videos~1text2video/post/responses/200",
        seen=seen,
        reproduce=f"klingkit check --relay {relay} --operation {operation} --check {check}",
        curl="curl -sS https://www.anyapi.vip/kling/v1/videos/text2video",
        exchange=EXCHANGE,
        signature=f"signature {severity}",
    )


def cell(relay: str, operation: str, check: str) -> Cell:
    """One cell of the sample: a finding or two at anyapi, what costs money not tested, everything else passed."""
    create = OPERATIONS[0]
    if check == "callback-shape":
        return Cell(relay, operation, check, Verdict.NOT_APPLICABLE, "no callbacks here")
    if check == "external-id-unique":
        asked = operation == create
        verdict = Verdict.NOT_TESTED if asked else Verdict.NOT_APPLICABLE
        return Cell(relay, operation, check, verdict, "needs --budget 1" if asked else "creates only")
    if (relay, operation, check) == ("anyapi", create, "html-page"):
        found = (
            finding(relay, operation, check, Severity.LOW, "A small thing."),
            finding(relay, operation, check, Severity.HIGH, f"A page came: {HOSTILE}"),
        )
        return Cell(relay, operation, check, Verdict.FINDING, findings=found, requests=2)
    if (relay, operation, check) == ("anyapi", OPERATIONS[1], "auth-missing"):
        found = (finding(relay, operation, check, Severity.CRITICAL, "HTTP 200 without a key."),)
        return Cell(relay, operation, check, Verdict.FINDING, findings=found, requests=1)
    return Cell(relay, operation, check, Verdict.PASS, requests=1, extra={"status": "401"})


def events(*, stopped_after: int | None = None) -> list[Event]:
    """The events of the sample; `stopped_after` ends the stream after that many cells, as an interrupted run does."""
    stream: list[Event] = [RunStarted(dict(RELAYS), OPERATIONS, CHECKS, budget=0, seed=42)]
    left = stopped_after
    for relay in RELAYS:
        stream.append(RelayStarted(relay))
        for operation in OPERATIONS:
            for check in CHECKS:
                if left == 0:
                    return stream
                stream.append(CellFinished(cell(relay, operation, check.id)))
                left = None if left is None else left - 1
        stream.append(RelayFinished(relay, requests=1234, paid=0, seconds=1.5))
    return [*stream, RunFinished(4.75)]


@pytest.fixture
def results() -> Results:
    return collect(events())


@pytest.fixture
def stopped() -> Results:
    """A run that ended in the middle of its second relay, before the operation was through."""
    return collect(events(stopped_after=len(OPERATIONS) * len(CHECKS) + 1))


@pytest.fixture
def clean() -> Results:
    """A run in which every cell passed."""
    stream = [
        CellFinished(Cell(e.cell.relay, e.cell.operation, e.cell.check, Verdict.PASS))
        if isinstance(e, CellFinished)
        else e
        for e in events()
    ]
    return collect(stream)


@pytest.fixture
def known() -> Results:
    """The sample under a baseline: one of a cell's two findings is accepted, a cell's only one is, and one is gone."""
    why = Acceptance(f"we live with it {HOSTILE}", date(2026, 3, 1), date(2026, 12, 31))
    accepted = (
        Deviation("anyapi", OPERATIONS[0], "html-page", "signature low", "", why),
        Deviation("anyapi", OPERATIONS[1], "auth-missing", "signature critical", "", why),
        Deviation("official", OPERATIONS[1], "html-page", f"gone {HOSTILE}", "A page came.", why),
    )
    return accept(collect(events()), accepted, date(2026, 12, 31))


@pytest.fixture
def hostile() -> str:
    return HOSTILE


def unpacked(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Read the data of the page as its script does, and return the cells as matrix.json has them."""
    texts, names = data["texts"], ("promised", "pointer", "seen", "reproduce", "curl")
    parts = ("method", "url", "request_headers", "request_body", "status", "response_headers", "response_body", "note")

    def pairs(numbers: list[int]) -> list[list[str]]:
        return [[texts[one], texts[other]] for one, other in zip(numbers[::2], numbers[1::2], strict=True)]

    def exchange(packed: list[Any]) -> dict[str, Any]:
        readers = {"status": int, "request_headers": pairs, "response_headers": pairs}
        return {name: readers.get(name, texts.__getitem__)(value) for name, value in zip(parts, packed, strict=True)}

    def finding(packed: list[Any]) -> dict[str, Any]:
        severity, *said, sent, signature, acceptance, since = packed
        return {
            "severity": data["severities"][severity],
            **{name: texts[number] for name, number in zip(names, said, strict=True)},
            "exchange": sent and exchange(sent),
            "signature": texts[signature],
            "acceptance": acceptance and dict(zip(("reason", "since", "until"), acceptance, strict=True)),
            "since": since and dict(zip(("first", "last", "runs"), since, strict=True)),
        }

    states = [
        data["states"][state]
        for state, length in zip(data["cells"][::2], data["cells"][1::2], strict=True)
        for _ in range(length)
    ]
    places = (
        {"relay": texts[relay], "operation": texts[operation], "check": check["id"]}
        for relay in data["relays"]
        for operation in data["operations"]
        for check in data["checks"]
    )
    return [
        {
            **place,
            "verdict": data["verdicts"][verdict],
            "reason": texts[reason],
            "requests": requests,
            "extra": dict(pairs(extra)),
            "findings": [{**place, **finding(packed)} for packed in data["found"].get(str(number), [])],
        }
        for number, (place, (verdict, reason, requests, extra)) in enumerate(zip(places, states, strict=True))
    ]


@pytest.fixture
def unpack() -> Any:
    return unpacked
