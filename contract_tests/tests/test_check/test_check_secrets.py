"""A key that a relay repeats everywhere appears in nothing that a run writes, in no encoding."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

from klingkit_contract import catalogue, events
from klingkit_contract.cli.keeper import Keeper, open_history
from klingkit_contract.cli.outcome import Format, Outcome
from klingkit_contract.findings import Verdict
from klingkit_contract.planted import RELAY, narrowed, operations_for
from klingkit_contract.runner import Options, run
from klingkit_contract.targets import read_targets
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from pathlib import Path

SECRET = 'sk-Seeded"Key+/=\\ and 42'.replace(" ", "")
ECHOING = ["key-echoed", "key-in-result-url"]
# Broken promises about every kind of exchange, so that heads, bodies, refusals and files all end up in reports.
BROKEN = ["status-word", "refusal-200", "text-plain", "result-type-wrong", "wrong-method-served", "created-moves"]


def forms(secret: str) -> set[str]:
    """Return `secret` plain, URL-encoded, JSON-escaped, and the Base64 that it alone decides at each alignment."""
    raw = secret.encode()
    found = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            text = encode(b"\0" * shift + raw).decode().rstrip("=")
            found.add(text[4 if shift else 0 : len(text) - 2])
    return found


def echoed_by(answers: list[str]) -> set[str]:
    return {form for form in forms(SECRET) for answer in answers if form in answer}


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> tuple[events.Results, list[str]]:
    """A run over a relay that repeats its key, and everything that the relay said."""
    from klingkit_contract.exchanges import Journal

    said: list[str] = []
    add = Journal.add

    def listening(journal: Journal, record: object) -> object:
        said.append(f"{record.answer.headers} {record.answer.body.decode('latin-1')} {record.url}")  # type: ignore[attr-defined]
        return add(journal, record)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "add", listening)
    with launch([RELAY], defects=[*ECHOING, *BROKEN], keys=[SECRET, "sk-another"], speed=600.0) as emulator:
        (target,) = read_targets(
            [RELAY], {}, base_url=emulator.base_url(RELAY), api_key=SECRET, other_api_key="sk-another"
        )
        target = narrowed(target, operations_for(""))
        return events.collect(run([target], Options(catalogue.select(()), budget=20, wait=3.0))), said


def test_a_key_that_is_repeated_everywhere_is_in_no_artefact(
    results: tuple[events.Results, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, said = results
    checks = {cell.check for cell in found.cells.values() if cell.verdict is Verdict.FINDING}
    assert {"secret-echoed", "status-known", "content-type", "wrong-method"} <= checks
    assert len(echoed_by(said)) >= 3  # escaped in a body, encoded in an address, in Base64: the relay really said it

    history = f"sqlite:///{tmp_path / 'history.db'}"
    for format_ in Format:
        keeper = Keeper(open_history(history, {}), datetime(2026, 3, 9, tzinfo=UTC), emulated=False)
        outcome = Outcome(
            format_, False, tmp_path / format_, (), (), tmp_path / f"{format_}.toml", date(2026, 3, 9), True, keeper
        )
        assert outcome.tell(found, whole=True) == 0  # a baseline was written that accepts it all
    printed = capsys.readouterr()
    written = {path.name: path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()}
    assert {"index.html", "matrix.json", "junit.xml", "findings.sarif", "report.md", "history.db"} <= written.keys()
    artefacts = {**written, "stdout": printed.out, "stderr": printed.err}
    assert {name for name, text in artefacts.items() for form in forms(SECRET) if form in text} == set()
