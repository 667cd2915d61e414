"""The board: every broken promise of a cell is kept, each once."""

from __future__ import annotations

from klingkit_contract import catalogue
from klingkit_contract.board import Board
from klingkit_contract.contract import Operation
from klingkit_contract.evidence import Evidence
from klingkit_contract.exchanges import Answer, Record, Request
from klingkit_contract.judge import Claim
from klingkit_contract.redaction import Redactor

GET = "video_text2video_get"


def signatures(*topics: str) -> list[str]:
    """Accuse one cell of `topics` and return the signatures of its findings."""
    entry = catalogue.entry("response-schema")
    operation = Operation(GET, "video_text2video", catalogue.Role.GET, "GET", "/x", "/paths/~1x/get", False, "", {})
    board = Board("anyapi", [entry], {GET: operation}, [GET])
    record = Record("http://127.0.0.1/", Request("GET", "/"), Answer(200))
    board.accuse(Claim(GET, entry.check.id, topic, "", "seen", record) for topic in topics)
    evidence = Evidence("anyapi", "klingkit check", 0, 0, Redactor([]))
    cells = {cell.operation: cell for cell in board.cells(evidence.finding, {})}
    return [finding.signature for finding in cells[GET].findings]


def test_no_broken_promise_is_dropped_before_the_baseline_has_seen_it() -> None:
    topics = [f"data.{name} type" for name in "abcdefgh"]
    assert signatures(*topics) == topics


def test_what_differs_in_an_id_alone_is_one_finding() -> None:
    assert signatures("task 872899385151610383", "task 872899385151610384", "page") == ["task #", "page"]
